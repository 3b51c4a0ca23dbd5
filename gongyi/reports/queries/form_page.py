"""A form as a page shows it: its own rows and columns, in each place what it asks or what was filled in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from gongyi.documents.blank import Form, Grid, Slot, shown
from gongyi.documents.blank.layout import Place
from gongyi.language.asked.ask import SURE, Ask
from gongyi.reports.queries.filling import Line

MOST_ROWS = 120  # of one table; what follows is told in the list below


@dataclass(frozen=True)
class Bit:
    """A piece of a text, or a place in it. `tone`: filled, doubtful, empty."""

    text: str = ""
    line: Line | None = None

    @property
    def tone(self) -> str:
        if self.line is None:
            return ""
        if self.line.value is None:
            return "empty"
        return "filled" if self.line.ask.confidence >= SURE else "doubtful"

    @property
    def words(self) -> str:
        """What stands in the place."""
        return shown(self.line.value) if self.line and self.line.value is not None else ""


@dataclass(frozen=True)
class Box:
    """A cell of the page's table."""

    bits: list[Bit]
    wide: int = 1
    high: int = 1


@dataclass
class Part:
    """A line of text, or a table."""

    name: str = ""
    bits: list[Bit] = field(default_factory=list)
    rows: list[list[Box]] = field(default_factory=list)
    more: int = 0


def form_page(form: Form, lines: Sequence[Line]) -> list[Part]:
    """The form from top to bottom; hidden sheets and empty lines left out."""
    by_place: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        by_place[line.slot.grid, line.slot.at.rpartition(" blank ")[0] or line.slot.at].append(line)
    parts = list[Part]()
    for what, at in form.order:
        if what == "paragraph":
            text = form.paragraphs[at].text
            if text.strip():
                parts.append(Part(bits=list(_bits(text, by_place.get((-1, f"paragraph {at + 1}"), [])))))
        elif not form.grids[at].hidden:
            parts.append(_table(form.grids[at], at, by_place))
    return [part for part in parts if part.bits or part.rows]


def _bits(text: str, lines: list[Line]) -> Iterator[Bit]:
    at = 0
    for line in lines:
        if line.slot.start > at:
            yield Bit(text[at : line.slot.start])
        yield Bit(line=line)
        at = line.slot.end
    if text[at:]:
        yield Bit(text[at:])


def _table(grid: Grid, number: int, by_place: dict[tuple[int, str], list[Line]]) -> Part:
    part = Part(name=grid.name if grid.sheet else "")
    rows = sorted({row for row, _column in grid.cells} - grid.hidden_rows)
    part.more = max(0, len(rows) - MOST_ROWS)
    width = grid.width
    for row in rows[:MOST_ROWS]:
        boxes = list[Box]()
        for column in range(1, width + 1):
            if grid.owner((row, column)) == (row, column) and column not in grid.hidden_columns:
                boxes.append(_box(grid, number, (row, column), by_place))
        part.rows.append(boxes)
    return part


def _box(grid: Grid, number: int, place: Place, by_place: dict[tuple[int, str], list[Line]]) -> Box:
    row, column = place
    lines = by_place.get((number, grid.at(place)), [])
    text = grid.text(place)
    bits = [Bit(line=lines[0])] if lines and lines[0].slot.what in {"cell", "formula"} else list(_bits(text, lines))
    bottom, right = grid.end(place)
    wide = sum(at not in grid.hidden_columns for at in range(column, right + 1))
    high = sum(at not in grid.hidden_rows for at in range(row, bottom + 1))
    return Box(bits, max(1, wide), max(1, high))


def spread(slots: Sequence[Slot], asks: Sequence[Ask], place: Slot, chosen: Ask, how: str) -> dict[str, Ask]:
    """What a choice for one place means for the others beside it.

    Along a column the figure and period are the same, each row keeps its part and unit; along a row the figure, part and unit are
    the same, each column keeps its period.
    """
    changed = {place.at: chosen}
    if how not in {"row", "column"} or place.what != "cell":
        return changed
    along = 0 if how == "row" else 1
    both = list(zip(slots, asks, strict=True))
    for slot, ask in both:
        beside = _same(slot, place, along) and slot.what == "cell" and slot.at != place.at
        if beside and chosen.kind != "figure":
            changed[slot.at] = chosen
        elif beside:
            like = [other for near, other in both if other.kind == "figure" and _same(near, slot, 1 - along)]
            own = ask if ask.kind == "figure" else next(iter(like), chosen)
            changed[slot.at] = (
                replace(chosen, period=own.period, window=own.window, part=own.part)
                if how == "row"
                else replace(chosen, by=own.by, unit=own.unit, rank=own.rank)
            )
    return changed


def _same(one: Slot, other: Slot, along: int) -> bool:
    """Whether two places stand in the same row (0) or column (1) of a table."""
    return (one.grid, one.block, one.place[along]) == (other.grid, other.block, other.place[along])
