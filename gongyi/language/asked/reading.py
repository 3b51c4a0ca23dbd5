"""One heading, label or piece of a sentence, taken apart: what is counted, for which part of it, over which time.

`words.toml` holds what offices write. The longest word that fits counts; what no word covers is a rest, and a rest means that
something else is asked than what is held here.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from gongyi.language.asked.windows import take_window

WORDS = Path(__file__).with_name("words.toml")
_NUMBERING = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[)）、．.]|[（(]\d{1,2}[)）]|\d{1,2}[、．.)）](?!\d)|[①-⑳#*·●○◆■])+"
)
_BRACKETS = re.compile(r"[（(〔\[【][^（）()〔〕\[\]【】]*[)）〕\]】]?")
_INSIDE = re.compile(r"\d{1,3}(?:个)?(?:小时|工作日|日|天|分钟)(?:之内|以内|内)")
_CAUSE = re.compile(r"因[\u4e00-\u9fff]{2,10}?(?=退回|退单|延期|挂账|超期|重办|不予受理)")
_LETTERS = re.compile(r"[\u4e00-\u9fffA-Za-z]+")
_UNTIL = re.compile(r"截[至止]|目前")
_MEASURED = re.compile(r"[(〔\[](?:单位:)?(?:人|名|户|家|场|场次|期|篇|元|万元|亩|公里)[)〕\]]")  # no number of matters
# Of what is counted over days and on a day: the number on the day.
_STOCK_OF = {"parked": "parked_there", "open": "open", "overdue": "overdue"}
_EDGES = "：:；;，,。、.~～—-+=＝/*#\"'“”‘’《》<>_＿±%‰×"


class Token(NamedTuple):
    """A word that says something: its kind and value."""

    kind: str
    value: str


@dataclass
class Reading:
    """What a text says. `splits`: (dimension, our values parted by "+", the office's word); `rest`: what no word covered."""

    text: str = ""
    verbs: list[str] = field(default_factory=list)
    rate: str = ""  # the name of a rate, or "rate" for the word alone
    in_time: bool = False
    counted: bool = False
    periods: list[str] = field(default_factory=list)
    window: str = ""  # the months that are named
    splits: list[tuple[str, str, str]] = field(default_factory=list)
    dimensions: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)  # total, other, stock, there, no_stock, foreign, hand, target
    rest: str = ""
    notes: str = ""

    @property
    def empty(self) -> bool:
        return not (self.verbs or self.rate or self.splits or self.periods or self.window or self.marks or self.rest)

    @property
    def moments(self) -> set[str]:
        """What its periods are, whatever span they name."""
        return {word.partition(" ")[0] for word in self.periods}


def plain(text: str) -> str:
    """A text without blanks, in one width, without its numbering."""
    flat = re.sub(r"[\s\u3000]+", "", unicodedata.normalize("NFKC", text))
    return _NUMBERING.sub("", flat)


@lru_cache(maxsize=4096)
def bare(text: str) -> tuple[str, str]:
    """(the text without what stands in brackets, that)."""
    flat = plain(text)
    notes = "".join(_BRACKETS.findall(flat))
    return _BRACKETS.sub("", flat), notes


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


_NAMED = re.compile("提案|承诺")  # a word that names another subject than matters is its own: 承办提案数 is no 提案数


class Lexicon:
    """All words with what they mean; a county's own names of types, topics and units beside the usual ones."""

    def __init__(
        self, names: Mapping[str, Iterable[tuple[str, str]]], extra: Mapping[str, Iterable[str]], year: int = 0
    ) -> None:
        self.year = year
        self.words: dict[str, Token] = {}
        tables = _tables()
        self._fill("filler", {"": tables["fillers"]["all"]})
        self._fill("dimension", tables["dimensions"])
        self._fill("topic", tables["topics"])
        self._fill("type", tables["types"])
        self._fill("channel", tables["channels"])
        self._fill("urgency", tables["urgencies"])
        self._fill("mark", {"target": tables["leave"]["target"], "hand": tables["leave"]["hand"]})
        self._fill(
            "mark",
            {
                name: tables["marks"][name]
                for name in ("total", "other", "stock", "foreign", "count", "in_time", "rate")
            },
        )
        self._fill("verb", tables["figures"])
        self._fill("rate", tables["rates"])
        self._fill("period", tables["periods"])
        self.longest = max(map(len, self.words))
        for figure, words in sorted(extra.items(), key=lambda each: not each[0].startswith("cases.")):
            name = figure.removeprefix("cases.")
            for word in words:
                self._add(bare(word)[0], name)
        for dimension, listed in names.items():
            for key, name in listed:
                clean = bare(name)[0]
                if clean and clean not in {"其他", "其它"}:
                    self.words[clean] = Token(f"own {dimension}", key)
        self.longest = max(map(len, self.words))
        self.known: dict[str, Reading] = {}  # a heading is read once, however many cells stand below it

    def _fill(self, kind: str, table: Mapping[str, str]) -> None:
        for value, words in table.items():
            for word in words.split():
                for each in word.split("+"):
                    self.words[plain(each)] = Token(kind, value)
                self.words[plain(word.replace("+", ""))] = Token(kind, value)

    def _add(self, word: str, name: str) -> None:
        """A figure's word; one of another subject that the words of matters cover (并案数) is theirs unless the form says otherwise."""
        if "." in name and not _NAMED.search(word) and not self._read(word).rest:
            return
        self.words.setdefault(word, Token("rate" if name.endswith("_rate") else "verb", name))
        self.longest = max(self.longest, len(word))

    def read(self, text: str) -> Reading:
        """Take a text apart; the reading is shared and never changed."""
        if text not in self.known:
            self.known[text] = self._read(text)
        return self.known[text]

    def _read(self, text: str) -> Reading:
        flat, notes = bare(text)
        found = Reading(text=flat, notes=notes)
        flat, inside = _INSIDE.subn("", _CAUSE.sub("", flat))
        found.in_time = bool(inside)
        if flat not in self.words:
            flat, found.window = take_window(flat, self.year)
        rest = list[str]()
        for word in self._parted(flat):
            if token := self.words.get(word):
                _note(found, token, word)
            elif word not in _EDGES:
                rest.append(word)
        found.rest = "".join(_LETTERS.findall("".join(rest)))
        _stock(found, flat)
        if _MEASURED.search(notes):
            found.marks.add("foreign")
        if re.search(r"[%％‰]", notes) or re.search(r"[%％‰]", flat):
            found.marks.add("percent")
        if "±" in notes + flat and not {"on_previous", "on_last_year", "change"} & found.moments:
            found.periods.append("change")
        return found

    def _parted(self, text: str) -> list[str]:
        """A text in words that are known and single letters that are not: as few letters, then as few words as can be."""
        best: list[tuple[int, int, int]] = [
            (0, 0, 0)
        ]  # of the text up to here: letters left over, words, where the last one begins
        for end in range(1, len(text) + 1):
            strange = text[end - 1] not in _EDGES
            ways = [(best[end - 1][0] + strange, best[end - 1][1] + 1, end - 1)]
            ways += [
                (best[start][0], best[start][1] + 1, start)
                for start in range(max(0, end - self.longest), end)
                if text[start:end] in self.words
            ]
            best.append(min(ways))
        words, end = list[str](), len(text)
        while end:
            words.insert(0, text[best[end][2] : end])
            end = best[end][2]
        return words


def _note(found: Reading, token: Token, word: str) -> None:
    kind, value = token
    lists = {"verb": found.verbs, "period": found.periods, "dimension": found.dimensions}
    if kind in lists:
        lists[kind].append(value)
    elif kind == "rate":
        found.rate = value
    elif kind == "mark":
        _mark(found, value)
        if word.endswith("率"):  # 及时率: in time, and a rate
            found.rate = found.rate or "rate"
    elif kind != "filler":
        known = not kind.startswith("own ") and kind in {"type", "topic"}
        found.splits.append((kind.removeprefix("own "), f"?{value}" if known else value, word))


def _stock(found: Reading, text: str) -> None:
    """What is left at the end of a period is a number of its own: 期末挂账 is not how many were parked meanwhile."""
    if "stock" not in found.marks or _UNTIL.search(text) or "to_date" in found.moments:
        return
    found.verbs = [stock_of(verb) or verb for verb in found.verbs]
    if found.verbs:
        found.marks.add("there" if stock_of(found.verbs[-1]) else "no_stock")


def stock_of(verb: str) -> str:
    """The number on a day of what is counted over days; '' where there is none."""
    return _STOCK_OF.get(verb, verb if verb in _STOCK_OF.values() else "")


def _mark(found: Reading, value: str) -> None:
    if value == "rate":
        found.rate = found.rate or value
    found.in_time |= value == "in_time"
    found.counted |= value == "count"
    if value not in {"rate", "in_time", "count"}:
        found.marks.add(value)


@cache
def list_words() -> dict[str, str]:
    """Heading of a list's column -> what it holds."""
    listed = {**_tables()["lists"], **_tables()["lists_of_proposals"]}
    return {plain(word): name for name, words in listed.items() for word in words.split()}


def of_proposals(column: str) -> bool:
    """Whether a list's column is one that only proposals have."""
    return column in _tables()["lists_of_proposals"]


@cache
def hand_words() -> frozenset[str]:
    """Labels of what an officer writes by hand: names, telephones, signatures."""
    return frozenset(plain(word) for word in _tables()["leave"]["hand"].split())


@cache
def topic_names() -> dict[str, list[str]]:
    """A usual topic's name -> what a county may call it, or its parts ("a+b")."""
    return {name: words.split() for name, words in _tables()["topics"].items()}
