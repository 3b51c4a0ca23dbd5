"""The gate: the product refuses to hold ethnicity, faith, politics, labels, whereabouts, health and papers of a person.

Every entrance (import, API, form builder, names of things, free text) asks here; nothing is stored, logged or cached.
A brake, not a wall: it reads headings, names and cells, never a resident's own words. The words are in `words.py`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from gongyi.core.errors import Refused
from gongyi.core.gate import words
from gongyi.core.gate.places import DEFAULT_OFFICES, NAMES_ONLY, PLACE_SHAPES
from gongyi.core.gate.text import compact, english, latin, plain
from gongyi.core.gate.words import Kind, Words
from gongyi.core.secrets.masks import ends_in_check_digit

__all__ = [
    "DEFAULT_OFFICES", "Hit", "Kind", "check_dictionary", "check_headers", "check_name", "letter",
    "phrases", "refused_columns", "refused_header", "refused_name", "refused_values",
]  # fmt: skip

Spans = list[tuple[int, int]]

_EXTENSION = re.compile(r"\.(?:xlsx?|csv|tsv|ods|docx?|pptx?|et|wps|pdf|txt|zip|json)\s*$", re.IGNORECASE)
_PARTS = re.compile(r"[.\[\]/|:>]+")
_CLAUSES = re.compile(r"[。！？；，、：…．.!?;,:\n\r\t“”\"《》]+")
_LONGEST_VALUE = 40  # characters; the longest name of a group, faith or party is shorter even when decorated
_SHOWN = 40  # characters of a foreign heading that are shown back
# Birth date at its place, so that an organisation's code of 18 digits is not taken for a person's number.
_ID_NUMBER = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)


class Hit(NamedTuple):
    """A phrase about a person in staff's own text, its kind, and a neutral way to say it in the reader's language."""

    phrase: str
    kind: Kind
    suggestion: str


class _Rule(NamedTuple):
    """One row of the table, compiled."""

    kind: Kind
    chinese: re.Pattern[str]
    harmless: tuple[str, ...]
    english: re.Pattern[str]
    harmless_english: tuple[str, ...]
    latin: frozenset[str]
    parts: frozenset[str]
    codes: tuple[str, ...]
    phrases: re.Pattern[str]


def _terms(listed: str) -> list[str]:
    return [term.strip().casefold() for term in listed.split(",") if term.strip()]


def _either(terms: Iterable[str]) -> str:
    """Alternatives, longest first; of nothing, what never matches."""
    return "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True)) or "(?!)"


def _forms(term: str) -> set[str]:
    return {term, f"{term}s", f"{term}es", f"{term[:-1]}ies" if term.endswith("y") else term}


def _rule(kind: Kind, row: Words) -> _Rule:
    forms = {form for term in _terms(row.english) for form in ({term} if term.endswith("*") else _forms(term))}
    exact = frozenset(row.exact.split())
    return _Rule(
        kind=kind,
        chinese=re.compile(f"(?=({_either(row.chinese.split())}))"),
        harmless=tuple(row.harmless.split()),
        english=re.compile(rf"(?<= )(?=({_either(forms)})(?= ))".replace(r"\*", "[a-z]*")),
        harmless_english=tuple(f" {term} " for term in _terms(row.harmless_english)),
        latin=exact | {form.replace(" ", "").rstrip("*") for form in forms},
        parts=exact,
        codes=tuple(row.codes.split()),
        phrases=re.compile(_either(row.phrases.split())),
    )


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_rule(kind, row) for kind, row in words.TABLE.items())


@cache
def _values() -> tuple[dict[str, Kind], dict[str, Kind]]:
    """Undressed cell -> kind: those that count, and those that count only beside one of the first."""
    strong = {
        compact(value): kind
        for kind, row in words.TABLE.items()
        for value in (*row.values.split(), *_terms(row.english_values))
    }
    weak = {compact(value): kind for kind, row in words.TABLE.items() for value in row.weak.split()}
    return strong, weak


def _spans(text: str, needles: Iterable[str]) -> Spans:
    return [found.span() for needle in needles if needle in text for found in re.finditer(re.escape(needle), text)]


def _hits(pattern: re.Pattern[str], text: str, excused: Spans) -> Iterator[str]:
    """What the pattern finds outside the excused spans; a hit that only touches one still counts."""
    for found in pattern.finditer(text):
        start, end = found.span(pattern.groups)
        if not any(left <= start and end <= right for left, right in excused):
            yield text[start:end]


def _bare(name: str) -> bool:
    """Whether an undressed name is nothing but a refused word."""
    return any(found.group(1) == name for rule in _rules() if (found := rule.chinese.match(name)))


def _name_spans(text: str, names: Iterable[str]) -> Spans:
    """Where offices and places stand in an undressed text; a "place" called only 民族 or 汉族 excuses nothing."""
    present = {name for name in map(compact, map(plain, names)) if name and name in text and not _bare(name)}
    return [*_spans(text, present), *(found.span() for found in PLACE_SHAPES.finditer(text))]


def _kind(text: str, excused: Spans) -> Kind | None:
    """The first kind that a `plain` text asks about; Chinese hits inside the excused spans do not count."""
    bare, spaced, joined = compact(text), english(text), latin(text)
    parts = {joined, *map(latin, _PARTS.split(text))}
    codes = "".join(filter(str.isalnum, text.casefold()))
    for rule in _rules():
        if (
            any(_hits(rule.chinese, bare, [*excused, *_spans(bare, rule.harmless)]))
            or any(_hits(rule.english, spaced, _spans(spaced, rule.harmless_english)))
            or joined in rule.latin
            or not rule.parts.isdisjoint(parts)
            or any(code in codes for code in rule.codes)
        ):
            return rule.kind
    return None


def refused_header(text: str) -> Kind | None:
    """The kind a column heading, API key, form label or merge field asks about a person; None if it may pass."""
    return _kind(plain(text), [])


def refused_name(text: str, *, offices: Iterable[str] = DEFAULT_OFFICES, places: Iterable[str] = ()) -> Kind | None:
    """The kind that the name of a sheet, file, group, tag, filter, reason, category or role gives away; None if none.

    `offices` and `places` (names of the division list) are taken out first, as are shapes like 民族路 and 回族乡 (D2).
    """
    shown = plain(_EXTENSION.sub("", text))
    if _kind(shown, []) is None:
        return None
    bare = compact(shown)
    return _kind(shown, [*_name_spans(bare, (*offices, *places)), *_spans(bare, NAMES_ONLY)])


def refused_values(values: Iterable[str]) -> Kind | None:
    """The kind that the cells of one column show, whatever its heading says (D4); None if it may pass.

    Refused from 3 exact matches or 30 % of the filled cells, of numbers of identity cards from 30 % alone: one order number in
    eleven has the check digit of such a number by chance. 群众, 保安 and 高山 count only beside another of their kind.
    """
    cells = Counter(value for value in values if value.strip())
    strong, weak = _values()
    found: Counter[Kind] = Counter()
    beside: Counter[Kind] = Counter()
    papers = 0
    for value, times in cells.items():
        papers += times * _is_paper(value)
        bare = compact(plain(value)) if len(value) <= _LONGEST_VALUE else ""
        if bare in strong:
            found[strong[bare]] += times
        elif bare in weak:
            beside[weak[bare]] += times
    filled = cells.total()
    if papers and papers * 10 >= filled * 3:
        return Kind.IDENTITY
    for kind, times in found.items():
        matches = times + beside[kind]
        if matches >= 3 or matches * 10 >= filled * 3:  # noqa: PLR2004 - the two numbers of D4
            return kind
    return None


def _is_paper(value: str) -> bool:
    """Whether a cell is the number of an identity card and nothing else."""
    number = "".join(plain(value).split()) if value.strip()[:1].isdecimal() and len(value) <= _LONGEST_VALUE else ""
    return bool(_ID_NUMBER.fullmatch(number)) and ends_in_check_digit(number)


def phrases(text: str, *, offices: Iterable[str] = DEFAULT_OFFICES, places: Iterable[str] = ()) -> list[Hit]:
    """What staff's own free text says about a person's refused attributes (D5): each phrase once, in order of clauses.

    A hint only: it never blocks, and the caller stores neither hit nor phrase. Not for a resident's own words.
    """
    hits: dict[str, Kind] = {}
    for clause in _CLAUSES.split(text):
        bare = compact(plain(clause))
        if not any(rule.phrases.search(bare) for rule in _rules()):
            continue
        excused = _name_spans(bare, (*offices, *places))
        for rule in _rules():
            for phrase in _hits(rule.phrases, bare, [*excused, *_spans(bare, rule.harmless)]):
                hits.setdefault(phrase, rule.kind)
    for number in _ID_NUMBER.findall(plain(text)):
        hits.setdefault(number, Kind.IDENTITY)
    return [Hit(phrase, kind, str(kind.suggestion)) for phrase, kind in hits.items()]


def refused_columns(headers: Sequence[str]) -> list[tuple[int, Kind]]:
    """The refused columns of a heading row: (position from 0, kind), so that a copy without them can be offered."""
    return [(at, kind) for at, header in enumerate(headers) if (kind := refused_header(header))]


def letter(number: int) -> str:
    """The spreadsheet's letter of a column, counted from 1: 4 -> D, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def check_headers(sheet: str, headers: Sequence[str]) -> None:
    """Refuse a whole file because of its heading row, before a row is stored (D3).

    Raises `Refused("refused_column")`, naming every refused column by number, letter, heading and kind.
    """
    refused = refused_columns(headers)
    if not refused:
        return
    columns = _("、").join(
        _("第 %(number)d 列(%(letter)s)「%(header)s」")
        % {"number": at + 1, "letter": letter(at + 1), "header": headers[at].strip()[:_SHOWN]}
        for at, _kind_of in refused
    )
    kinds = _("、").join(dict.fromkeys(str(kind.label) for _at, kind in refused))
    sentence = (
        _("导入已拒绝:工作表「%(sheet)s」%(columns)s属于本平台不收集的信息(%(kinds)s)。请删除该列后重试;文件未保存。")
        if len(refused) == 1
        else _(
            "导入已拒绝:工作表「%(sheet)s」%(columns)s属于本平台不收集的信息(%(kinds)s)。请删除这些列后重试;文件未保存。"
        )
    )
    raise Refused("refused_column", sentence % {"sheet": sheet[:_SHOWN], "columns": columns, "kinds": kinds})


def check_name(text: str, *, offices: Iterable[str] = DEFAULT_OFFICES, places: Iterable[str] = ()) -> None:
    """Refuse a name that sorts persons by a refused kind. Raises `Refused("refused_name")`; see `refused_name`."""
    if kind := refused_name(text, offices=offices, places=places):
        raise Refused(
            "refused_name",
            _("名称「%(name)s」涉及本平台不收集的信息（%(kind)s），没有保存。")
            % {"name": text.strip()[:_SHOWN], "kind": kind.label},
            _("请换一个只说明事项、地点或单位的名称。"),
        )


def check_dictionary(names: Iterable[str]) -> None:
    """Refuse a dictionary of units, places or topics whose entries are values of persons, by the value rule only (D2).

    Raises `Refused("refused_dictionary")`. Words such as 民族宗教 are fine here: a topic says nothing about a person.
    """
    if kind := refused_values(names):
        raise Refused(
            "refused_dictionary",
            _("词表中的条目是本平台不收集的个人信息（%(kind)s），没有保存。") % {"kind": kind.label},
            _("请只填写单位、地点或事项的名称。"),
        )
