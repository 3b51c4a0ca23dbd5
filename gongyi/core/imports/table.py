"""Tables that came from outside: which row holds the headings, and which heading means which field."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest

from django.utils.functional import Promise
from rapidfuzz.fuzz import ratio

LOOKED_AT = 10  # rows among which the headings are sought
ALIKE = 80  # of a hundred: how like a known heading another one must be
SHORTEST = 2  # characters of a heading of which one is too much of a difference
SHORT = 8  # characters; longer cells are no headings of a second line
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]")


@dataclass
class Sheet:
    """One sheet: its name ('' where there is none) and its rows of text from the first on; short rows end early."""

    name: str
    rows: list[list[str]]

    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True)
class Column:
    """A field that a kind can take in: its name in code, its label, other headings for it, and whether a row needs it.

    `personal` cells are shown masked; `spread` ones are texts of several lines.
    """

    name: str
    label: str | Promise
    also: tuple[str, ...] = ()
    required: bool = False
    personal: bool = False
    spread: bool = False


@dataclass
class Layout:
    """Where the headings stand (row from 0) and what each column (from 0) means; `how` says by what it was told.

    `double`: they fill this row and the one above, where a heading without a lower part stands in the upper row.
    """

    head: int
    fields: dict[int, str] = field(default_factory=dict)
    how: dict[int, str] = field(default_factory=dict)
    double: bool = False


@cache
def plain_heading(text: str) -> str:
    """A heading without what decorates it: width, case, brackets with their content, stars, blanks."""
    bare = _ASIDE.sub("", unicodedata.normalize("NFKC", text)) or text
    return "".join(filter(str.isalnum, bare.casefold()))


def find_layout(sheet: Sheet, columns: Sequence[Column], remembered: Mapping[str, str]) -> Layout:
    """The row among the first ten whose cells mean the most fields, or two rows that together mean more, as where cells were
    merged; where none means any, the first of the fullest ones.

    `remembered` maps plain headings to fields as somebody set them before; '' means that the column is left out.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in sheet.rows[:LOOKED_AT]]
    best = Layout(filled.index(max(filled)) if filled else 0)
    for at in range(len(sheet.rows[:LOOKED_AT])):
        found = match(sheet.rows[at], columns, remembered)
        if len(found.fields) > len(best.fields):
            best = Layout(at, found.fields, found.how)
    for at in range(1, len(sheet.rows[:LOOKED_AT])):
        found = layout_at(sheet, at, columns, remembered)
        if len(found.fields) > len(best.fields):
            best = found
    return best


def layout_at(sheet: Sheet, at: int, columns: Sequence[Column], remembered: Mapping[str, str]) -> Layout:
    """The layout whose headings stand in this row, or in it and the one above where they mean more together."""
    row = sheet.rows[at]
    best = match(row, columns, remembered)
    if at and _is_second_line(row):
        both = match(_folded(sheet.rows[at - 1], row), columns, remembered)
        if len(both.fields) > len(best.fields):
            best, best.double = both, True
    best.head = at
    return best


def _is_second_line(row: Sequence[str]) -> bool:
    """Whether these may be headings below others: short words without digits."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and all(len(cell) <= SHORT and not re.search("[0-9]", cell) for cell in cells)


def _folded(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """One row of headings out of two: the lower part, where there is none the upper one."""
    return [low if low.strip() else up for up, low in zip_longest(upper, lower, fillvalue="")]


def match(row: Sequence[str], columns: Sequence[Column], remembered: Mapping[str, str]) -> Layout:
    """Which field each cell of a row of headings means: as remembered, else by its own label, a known heading, the likest one."""
    found, names = Layout(0), _names(tuple(columns))
    bare = {at: plain for at, cell in enumerate(row) if cell.strip() and (plain := plain_heading(cell))}
    known = {"", *(column.name for column in columns)}
    for at in (at for at, plain in bare.items() if remembered.get(plain) in known):
        _take(found, at, remembered[bare[at]], "remembered")
    labels = {plain_heading(str(column.label)) for column in columns}
    for at in sorted((at for at, plain in bare.items() if plain in names), key=lambda at: bare[at] not in labels):
        _take(found, at, names[bare[at]], "known")
    for at, name in _likely(bare, names):
        _take(found, at, name, "like")
    return found


def _likely(bare: Mapping[int, str], names: Mapping[str, str]) -> list[tuple[int, str]]:
    """(column, field) of headings that are like a known one, the likest first."""
    pairs = [
        (ratio(plain, other), at, name)
        for at, plain in bare.items()
        if len(plain) > SHORTEST
        for other, name in names.items()
    ]
    return [(at, name) for score, at, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1])) if score >= ALIKE]


def _take(found: Layout, at: int, name: str, how: str) -> None:
    """Each column and each field once; a second column of the same meaning stays free."""
    if at in found.how or (name and name in found.fields.values()):
        return
    found.how[at] = how
    if name:
        found.fields[at] = name


@cache
def _names(columns: tuple[Column, ...]) -> dict[str, str]:
    """Plain heading -> field."""
    return {
        plain_heading(str(word)): column.name
        for column in columns
        for word in (column.label, column.name, *column.also)
    }


def headings(sheet: Sheet, layout: Layout) -> list[str]:
    """The headings, one for each column of the sheet."""
    row = sheet.rows[layout.head] if layout.head < len(sheet.rows) else []
    if layout.double and layout.head:
        row = _folded(sheet.rows[layout.head - 1], row)
    return [*row, *[""] * (sheet.width() - len(row))]


def heading_rows(sheet: Sheet, layout: Layout) -> Iterator[list[str]]:
    """The rows that may hold headings: all down to the one that was found; below it short words without digits, a second
    line of headings, in the columns that mean nothing here.
    """
    for at, row in enumerate(sheet.rows[:LOOKED_AT]):
        if at <= layout.head:
            yield row
        elif _is_second_line(row):
            yield ["" if column in layout.fields else cell for column, cell in enumerate(row)]
