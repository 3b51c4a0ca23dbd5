"""How the product reads words: overlapping pairs of characters for the index, and where the words of a question stand.

No dictionary: a pair is a pair, so whatever stands in a text is found, in Chinese, Latin and digits alike. No tables.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HALF = str.maketrans({code: code - 0xFEE0 for code in range(0xFF10, 0xFF5F)})
# Where no letter of any script with capitals and nothing full-width stands, as in most Chinese, a text is plain already.
_MAY_DIFFER = re.compile("[A-Z\u00c0-\u1fff\u2100-\u2fff\ua640-\uabff\uff10-\uff5e\U00010000-\U0001ffff]")
_RUN = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“”「」『』]([^\"“”「」『』]+)[\"“”「」『』]|(\S+)")
_CHINESE = re.compile("[\u3400-\u9fff]+")
MOST_WORDS, LONGEST_QUESTION = 10, 60


def plain(text: str) -> str:
    """Small letters, half-width; every place in the text stays the same."""
    if not _MAY_DIFFER.search(text):
        return text
    text = text.translate(_HALF)
    small = text.lower()
    return (
        small if len(small) == len(text) else "".join(low if len(low := char.lower()) == 1 else char for char in text)
    )


def runs(text: str) -> list[str]:
    """The unbroken runs of letters, digits and characters of a text, plain."""
    return _RUN.findall(plain(text))


def pairs(run: str) -> list[str]:
    """漏水了 → 漏水, 水了, 了: the last character alone, so that one character is found as the beginning of a pair."""
    return [run[place : place + 2] for place in range(len(run))]


def tokens(text: str) -> list[str]:
    """What the index holds of a text, in order."""
    return [pair for run in runs(text) for pair in pairs(run)]


@dataclass(frozen=True)
class Word:
    """One word of a question, or several in quotation marks that stand one after the other: its runs, in order."""

    runs: tuple[str, ...]

    @property
    def tokens(self) -> list[str]:
        """What must stand in the index one after the other; `open_ended`, the last one is the beginning of a pair."""
        before = [pair for run in self.runs[:-1] for pair in pairs(run)]
        return before + (pairs(self.runs[-1])[:-1] or [self.runs[-1]])

    @property
    def open_ended(self) -> bool:
        return len(self.runs[-1]) == 1

    @property
    def pattern(self) -> str:
        """The word as a regular expression for a plain text; between its runs stands anything but a run."""
        return r"[\W_]+".join(map(re.escape, self.runs))

    def stands_in(self, text: str) -> bool:
        """Whether it stands in a plain text."""
        return self.runs[0] in text if len(self.runs) == 1 else bool(re.search(self.pattern, text))

    @property
    def is_one_way(self) -> bool:
        """Whether it can be written in one way only: in Chinese characters, of which none stands for another, without a gap."""
        return len(self.runs) == 1 and bool(_CHINESE.fullmatch(self.runs[0]))


def question(text: str) -> tuple[Word, ...]:
    """The words that are all to be found; none for a text without a letter, digit or character."""
    found: dict[Word, None] = {}
    for match in _QUOTED.finditer(text[:LONGEST_QUESTION]):
        if pieces := runs(match[1] or match[2]):
            found[Word(tuple(pieces))] = None
    return tuple(found)[:MOST_WORDS]


# --- where the words stand --------------------------------------------------------------------------------------------

Piece = tuple[str, bool]  # some text, and whether it was sought


def marked(text: str, words: Iterable[Word]) -> list[Piece]:
    """The text in pieces, those that were sought marked."""
    pieces, begun = list[Piece](), 0
    for start, end in _spans(text, words):
        if begun < start:
            pieces.append((text[begun:start], False))
        pieces.append((text[start:end], True))
        begun = end
    return [*pieces, (text[begun:], False)] if begun < len(text) else pieces


def _spans(text: str, words: Iterable[Word]) -> Iterator[tuple[int, int]]:
    """Places of the words, from left to right, joined where they touch."""
    found = sorted(match.span() for word in words for match in re.finditer(word.pattern, plain(text)))
    while found:
        start, end = found.pop(0)
        while found and found[0][0] <= end:
            end = max(end, found.pop(0)[1])
        yield start, end


def excerpt(text: str, words: Iterable[Word], *, around: int = 24, longest: int = 110) -> list[Piece]:
    """A line or two of the text about the first place of a word, marked; the beginning where no word stands in it."""
    words = list(words)
    start = max(min(_firsts(text, words), default=0) - 2 * around, 0)
    cut = text[start : start + 4 * longest]  # so much of it that enough is left without its white space
    line = " ".join(cut.split())
    first = next(_spans(line, words), (0, 0))[0]
    begin = max(first - around, 0)
    shown = marked(line[begin : begin + longest], words)
    before = [("…", False)] if start + begin else []
    return before + shown + ([("…", False)] if begin + longest < len(line) or start + len(cut) < len(text) else [])


def _firsts(text: str, words: Iterable[Word]) -> Iterator[int]:
    """The first place of each word that stands in the text."""
    text = plain(text)
    for word in words:
        if len(word.runs) == 1:
            found = text.find(word.runs[0])
        else:
            match = re.search(word.pattern, text)
            found = match.start() if match else -1
        if found >= 0:
            yield found


def weight(title: str, words: Iterable[Word]) -> float:
    """How much a plain title is about the words: each that stands in it counts one, each further time half as much as before."""
    total = 0.0
    for word in words:
        sought = word.runs[0] if len(word.runs) == 1 else max(word.runs, key=len)
        if sought in title:
            total += 2 - 0.5 ** (title.count(sought) - 1)
    return total
