"""A blank form in one neutral structure, whatever program it was made with: grids, paragraphs, and the slots that ask for something."""

from dataclasses import dataclass, field
from typing import Any

Place = tuple[int, int]


@dataclass(frozen=True)
class Cell:
    """What stands in one cell. `lined`: it has a line at a side. `shape`: its number format. `gaps`: where underlined spaces stand."""

    text: str = ""
    formula: bool = False
    lined: bool = False
    shape: str = ""
    underlined: tuple[Place, ...] = ()


@dataclass
class Grid:
    """A sheet, or a table in a text: rows and columns from 1; a merged area is known by its first cell."""

    name: str
    sheet: bool
    cells: dict[Place, Cell]
    owners: dict[Place, Place] = field(default_factory=dict)  # of every cell of a merged area: its first cell
    ends: dict[Place, Place] = field(default_factory=dict)  # of every first cell: the last one of its area
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    fed: frozenset[int] = frozenset()  # columns from which a formula takes single cells
    free: frozenset[Place] = (
        frozenset()
    )  # of a protected sheet: where one may type; empty where one may everywhere, or nowhere
    choices: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    part: str = ""

    def owner(self, place: Place) -> Place:
        """The first cell of the merged area in which a cell lies; the cell itself where there is none."""
        return self.owners.get(place, place)

    def end(self, place: Place) -> Place:
        """The last cell of the merged area that begins here."""
        return self.ends.get(place, place)

    def text(self, place: Place) -> str:
        """What one reads at a place."""
        cell = self.cells.get(self.owner(place))
        return cell.text if cell else ""

    @property
    def width(self) -> int:
        return max((column for _row, column in self.cells), default=0)

    def at(self, place: Place) -> str:
        """How a place is told: "Sheet1!C7", "table 1 row 4 col 3"."""
        row, column = place
        return f"{self.name}!{letter(column)}{row}" if self.sheet else f"{self.name} row {row} col {column}"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a text, and where underlined spaces stand in it."""

    text: str
    underlined: tuple[Place, ...] = ()


@dataclass
class Form:
    """A blank form: its kind, its paragraphs (none in a workbook) and its grids. `order` tells how both follow each other."""

    kind: str
    grids: list[Grid]
    paragraphs: list[Paragraph] = field(default_factory=list)
    order: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Slot:
    """One thing that a form asks for, or computes by itself, with all that is written around it.

    `what`: "cell", "blank" (inside a text, from `start` to before `end`), "end" (behind a colon), or "formula". `columns` are
    the headings above it from the top down, `labels` those to its left, `heads` what stands above the labels; `parent` is the
    label that this row belongs to (其中), `section` the heading lines inside the table, `record` the number of a row without words,
    `turn` that of a row whose label is a blank for a month (__月), `title` what stands above the table.
    """

    at: str
    what: str
    grid: int = -1
    place: Place = (0, 0)
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    heads: tuple[tuple[str, ...], ...] = ()
    section: str = ""
    parent: str = ""
    block: int = 0
    record: int = 0
    turn: int = 0
    title: str = ""
    text: str = ""
    start: int = 0
    end: int = 0
    hidden: bool = False
    locked: bool = False
    shape: str = ""
    choices: tuple[str, ...] = ()
    paired: bool = False  # a label and the cell beside it, not a row under headings


def letter(number: int) -> str:
    """The letters of a column counted from 1: 4 -> D, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def build(raw: dict[str, Any]) -> Form:
    """A form out of what the child process read."""
    return _workbook(raw["sheets"]) if "sheets" in raw else _document(raw["body"])


def _workbook(sheets: list[dict[str, Any]]) -> Form:
    grids = []
    for raw in sheets:
        cells = {
            (row, column): Cell(text, formula, lined, shape)
            for row, column, text, formula, lined, shape in raw["cells"]
        }  # fmt: skip
        grid = Grid(raw["name"], True, cells, hidden=raw["hidden"], part=raw["part"])
        grid.hidden_rows, grid.hidden_columns = frozenset(raw["hidden_rows"]), frozenset(raw["hidden_columns"])
        grid.fed = frozenset(raw["fed"])
        grid.free = frozenset((row, column) for row, column in raw["free"])
        for top, left, bottom, right in raw["merged"]:
            _merge(grid, (top, left), (bottom, right))
        grids.append(grid)
    for grid, raw in zip(grids, sheets, strict=True):
        for area, formula in raw["choices"]:
            _allow(grid, area, _allowed(formula, grids))
    return Form("xlsx", grids, order=[("grid", at) for at in range(len(grids))])


def _merge(grid: Grid, first: Place, last: Place) -> None:
    """Note a merged area, as far as the sheet is used."""
    bottom, right = min(last[0], 3000), min(last[1], 200)
    for row in range(first[0], bottom + 1):
        for column in range(first[1], right + 1):
            grid.owners[row, column] = first
    lined = any(cell.lined for place in grid.owners if grid.owners[place] == first and (cell := grid.cells.get(place)))
    if lined or first in grid.cells:
        cell = grid.cells.get(first, Cell())
        grid.cells[first] = Cell(cell.text, cell.formula, lined or cell.lined, cell.shape)
    grid.ends[first] = (bottom, right)


def _area(text: str) -> tuple[Place, Place]:
    from gongyi.documents.blank.opener import position

    first, _colon, last = text.replace("$", "").partition(":")
    return position(first), position(last or first)


def _allow(grid: Grid, area: str, allowed: tuple[str, ...]) -> None:
    try:
        (top, left), (bottom, right) = _area(area)
    except ValueError:
        return
    for row in range(top, min(bottom, top + 400) + 1):
        for column in range(left, min(right, left + 60) + 1):
            grid.choices[row, column] = allowed


def _allowed(formula: str, grids: list[Grid]) -> tuple[str, ...]:
    """The entries of a drop-down list: written in the rule, or standing in an area of a sheet."""
    if formula.startswith('"'):
        return tuple(part.strip() for part in formula.strip('"').split(","))
    name, _mark, area = formula.rpartition("!")
    grid = next((each for each in grids if each.name == name.strip("'")), None)
    if grid is None:
        return ()
    try:
        (top, left), (bottom, right) = _area(area)
    except ValueError:
        return ()
    places = [(row, column) for row in range(top, min(bottom, top + 200) + 1) for column in range(left, right + 1)]
    return tuple(text for place in places if (text := grid.text(place)))


def _document(body: list[dict[str, Any]]) -> Form:
    form = Form("docx", [])
    for raw in body:
        if "rows" in raw:
            form.order.append(("grid", len(form.grids)))
            form.grids.append(_table(raw["rows"], len(form.grids) + 1))
        else:
            form.order.append(("paragraph", len(form.paragraphs)))
            form.paragraphs.append(Paragraph(*joined([raw["text"]])))
    return form


def _table(rows: list[list[list[Any]]], number: int) -> Grid:
    grid = Grid(f"table {number}", False, {})
    above: dict[int, Place] = {}
    for row, cells in enumerate(rows, start=1):
        for column, wide, goes_on, paragraphs in cells:
            first = above.get(column, (row, column)) if goes_on else (row, column)
            if first == (row, column):
                text, underlined = joined(paragraphs)
                grid.cells[first] = Cell(text, lined=True, underlined=underlined)
            above[column] = first
            for at in range(column, column + wide):
                grid.owners[row, at] = first
            grid.ends[first] = (row, column + wide - 1)
    return grid


def joined(paragraphs: list[list[list[Any]]]) -> tuple[str, tuple[Place, ...]]:
    """The text of runs in paragraphs, lines between them, and where two or more underlined spaces stand."""
    text, spans = "", list[Place]()
    for number, runs in enumerate(paragraphs):
        text += "\n" if number else ""
        for piece, underlined in runs:
            if underlined and len(piece) > 1 and not piece.strip(" \u3000\xa0\t"):
                if spans and spans[-1][1] == len(text):
                    spans[-1] = (spans[-1][0], len(text) + len(piece))
                else:
                    spans.append((len(text), len(text) + len(piece)))
            text += piece
    return text, tuple(spans)
