"""Where a form asks for something: the empty cells of its tables with the headings and labels around them, and gaps in its texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gongyi.documents.blank.blanks import find_gaps
from gongyi.documents.blank.layout import Cell, Form, Grid, Place, Slot

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_UNITS = re.compile(r"\s*(?:件|次|人|个|户|万元|元|%|％|场次|批次|条|份|天|小时)\s*")
_NUMBERING = re.compile(r"\s*(?:[0-9]{1,3}|[甲乙丙丁戊]|—|-|/)?\s*")
_NUMBER = re.compile(r"\s*-?[0-9][0-9,]*(?:\.[0-9]+)?\s*[%％]?\s*")
_INDENT = re.compile(r"[ \u3000]+")
_TURN = re.compile(r"[ \u3000\xa0_＿]+(?:月份?|季度?)\s*")
# a cell whose text is nothing but a gap and its unit of measure: "____%", "（    ）件"
_ONLY_GAP = re.compile(r"[\s（(]*(?:[_＿]{2,}|[ \u3000\xa0]{2,}(?=\S))[\s）)]*(?:件次|件|次|人次|个|%|％|‰)?[\s）)]*")


@dataclass
class _Row:
    """The cells that begin in a row: texts, empty ones with a line, formulas."""

    number: int
    own: list[Place] = field(default_factory=list)
    gaps: list[Place] = field(default_factory=list)
    texts: list[Place] = field(default_factory=list)
    formulas: list[Place] = field(default_factory=list)


@dataclass
class _Block:
    """Rows under one set of headings."""

    number: int
    heads: list[int] = field(default_factory=list)
    started: bool = False
    section: str = ""
    above: list[tuple[int, str]] = field(default_factory=list)  # (indent, label) of the rows so far
    records: int = 0
    turns: int = 0
    title: str = ""


def find_slots(form: Form) -> list[Slot]:
    """All slots of a form, in reading order."""
    slots, title = list[Slot](), ""
    for what, at in form.order:
        if what == "paragraph":
            paragraph = form.paragraphs[at]
            title = paragraph.text.strip() or title
            slots += _in_text(paragraph.text, paragraph.underlined, Slot(f"paragraph {at + 1}", "blank"))
        elif not form.grids[at].hidden:
            slots += _of_grid(form.grids[at], at, title)
    return slots


def _in_text(text: str, underlined: tuple[Place, ...], base: Slot) -> Iterator[Slot]:
    for number, gap in enumerate(find_gaps(text, underlined), start=1):
        yield replace(
            base, at=f"{base.at} blank {number}", what="end" if gap.at_end else "blank", text=text, start=gap.start, end=gap.end
        )  # fmt: skip


def _of_grid(grid: Grid, number: int, title: str) -> Iterator[Slot]:
    rows = _rows(grid)
    block = _Block(0, title=title)
    for row in rows:
        yield from (_guarded(grid, slot) for slot in _texts(grid, number, row, block))
        kind = _kind(grid, row, block)
        if not kind and not block.heads:
            block.title = " ".join([block.title, *(grid.text(place) for place in row.texts)]).strip()
        if kind == "head":
            if block.started:
                block = _Block(block.number + 1, title=block.title)
            block.heads.append(row.number)
        elif kind == "section":
            block.section, block.above = grid.text(row.texts[0]), []
            block.started = block.started or bool(block.heads)
        elif kind == "body":
            block.started = True
            yield from (_guarded(grid, slot) for slot in _body(grid, number, row, block))


def _guarded(grid: Grid, slot: Slot) -> Slot:
    """A slot, told whether its sheet is protected there; where one may type nowhere, protection says nothing of what is asked."""
    return replace(slot, locked=True) if grid.free and slot.place not in grid.free else slot


def _rows(grid: Grid) -> list[_Row]:
    rows: dict[int, _Row] = {}
    for place in sorted(grid.cells):
        if grid.owner(place) != place:
            continue
        cell = grid.cells[place]
        row = rows.setdefault(place[0], _Row(place[0]))
        if cell.formula:
            row.formulas.append(place)
        elif cell.text.strip() and not (cell.lined and _ONLY_GAP.fullmatch(cell.text)):
            row.texts.append(place)
        elif cell.lined:
            row.gaps.append(place)
        else:
            continue
        row.own.append(place)
    return list(rows.values())


def _kind(grid: Grid, row: _Row, block: _Block) -> str:
    """What a row is: "head" (of columns), "section" (one heading across), "body", or "" (a line outside the table)."""
    if row.gaps or row.formulas:
        return "head" if _goes_on(grid, row, block) else "body"
    lined = [place for place in row.own if grid.cells[place].lined]
    if block.heads and len(row.texts) > 1 and all(_NUMBER.fullmatch(grid.text(place)) for place in row.texts[1:]):
        return ""  # the columns' numbers, or a row that was filled in before
    if len(lined) > 1:
        return "head"
    if len(row.own) == 1 and lined and block.heads:
        return "section" if _wide(grid, lined[0]) else "" if block.started else "head"
    return ""


def _wide(grid: Grid, place: Place) -> bool:
    return (grid.end(place)[1] - place[1] + 1) * 2 > grid.width


def _goes_on(grid: Grid, row: _Row, block: _Block) -> bool:
    """Whether a row with empty cells still belongs to the headings: under each there is one, and it has no label of its own."""
    if block.started or not block.heads or row.formulas or len(row.texts) < 2:  # noqa: PLR2004
        return False
    first = min(column for _row, column in row.own)
    leads = any(column == first for _row, column in row.texts)
    above = all(any(grid.text((head, column)) for head in block.heads) for _row, column in row.gaps)
    return above and not leads


def _texts(grid: Grid, number: int, row: _Row, block: _Block) -> Iterator[Slot]:
    """Gaps inside the texts of a row; one behind a colon only where no empty cell stands beside it."""
    for place in row.texts:
        cell = grid.cells[place]
        base = Slot(grid.at(place), "blank", number, place, section=block.section, hidden=_hidden(grid, place))
        if row.gaps and place == row.own[0] and _TURN.fullmatch(cell.text):
            base = replace(base, turn=block.turns + 1)
        beside = (place[0], grid.end(place)[1] + 1)
        for slot in _in_text(cell.text, cell.underlined, base):
            if slot.what == "end" and _free(grid, beside):
                break
            room = slot.what == "end" and _roomy(grid, beside)
            yield (
                replace(base, at=grid.at(beside), what="cell", place=beside, labels=(cell.text,), paired=True)
                if room
                else slot
            )


def _hidden(grid: Grid, place: Place) -> bool:
    """Whether nobody sees a cell, nor what a formula makes of it: all its rows or all its columns are hidden."""
    (bottom, right), (top, left) = grid.end(place), place
    rows, columns = set(range(top, bottom + 1)), set(range(left, right + 1))
    return rows <= grid.hidden_rows or columns <= grid.hidden_columns - grid.fed


def _free(grid: Grid, place: Place) -> bool:
    cell = grid.cells.get(place)
    return cell is not None and grid.owner(place) == place and cell.lined and not cell.text.strip()


def _roomy(grid: Grid, place: Place) -> bool:
    """Whether empty cells were joined there without a line: what stands to the left of them has its room in them."""
    joined = grid.owner(place) == place and grid.end(place) != place
    return grid.sheet and joined and not grid.text(place).strip()


def _body(grid: Grid, number: int, row: _Row, block: _Block) -> Iterator[Slot]:
    labels, heads = _labels(grid, row, block)
    words = [label for label in labels if _CHINESE.search(label) and not _UNITS.fullmatch(label)]
    parent = _parent(words[-1] if words else "", block)
    record, turn = _counted(block, words)
    paired = _paired(grid, row) or not block.heads
    for place in sorted(row.gaps + row.formulas):
        cell = grid.cells[place]
        base = Slot(
            grid.at(place), "formula" if cell.formula else "cell", number, place, section=block.section, block=block.number, title=block.title,
            hidden=_hidden(grid, place), shape=cell.shape, choices=grid.choices.get(place, ()), record=record, turn=turn,
        )  # fmt: skip
        if cell.text.strip() and not cell.formula:
            base = _in_gap(base, cell)
        if paired:
            yield replace(base, labels=_beside(grid, row, place), paired=True)
        else:
            columns = _columns(grid, place, block)
            yield replace(base, columns=columns, labels=labels, heads=heads, parent=parent)


def _counted(block: _Block, words: list[str]) -> tuple[int, int]:
    """The number of a row without words among its like, or of one whose label is a blank for a month; 0 for any other."""
    if not words:
        block.records += 1
        return block.records, 0
    if _TURN.fullmatch(words[-1]):
        block.turns += 1
        return 0, block.turns
    return 0, 0


def _in_gap(base: Slot, cell: Cell) -> Slot:
    """The gap of a cell that holds nothing else but its unit of measure."""
    gap = find_gaps(cell.text, cell.underlined)[0]
    shape = "%" if re.search(r"[%％]", cell.text) else ""
    return replace(
        base, at=f"{base.at} blank 1", what="blank", text=cell.text, start=gap.start, end=gap.end, shape=shape
    )


def _labels(grid: Grid, row: _Row, block: _Block) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The texts at the left end of a row, merged areas that reach down to it too, and the headings above them."""
    labels, heads, column, seen = list[str](), list[tuple[str, ...]](), 1, set[Place]()
    last = max((place[1] for place in row.own), default=0)
    while column <= last:
        owner = grid.owner((row.number, column))
        cell = grid.cells.get(owner, Cell())
        if cell.formula or not cell.text.strip() or owner in row.gaps:
            if cell.lined or labels:
                break
        elif owner not in seen:
            seen.add(owner)
            labels.append(cell.text)
            heads.append(_above(grid, column, block))
        column += 1
    return tuple(labels), tuple(heads)


def _above(grid: Grid, column: int, block: _Block) -> tuple[str, ...]:
    owners = dict.fromkeys(grid.owner((head, column)) for head in block.heads)
    texts = [grid.text(owner) for owner in owners]
    return tuple(text for text in texts if not _NUMBERING.fullmatch(text))


def _columns(grid: Grid, place: Place, block: _Block) -> tuple[str, ...]:
    """The headings above a cell; none above one that reaches across several."""
    columns = _above(grid, place[1], block)
    across = grid.end(place)[1]
    if across > place[1] and _above(grid, across, block) != columns:
        return ()
    return columns


def _paired(grid: Grid, row: _Row) -> bool:
    """Whether labels and empty cells take turns in a row: a text with words in it stands behind an empty cell."""
    if not row.gaps:
        return False
    first = min(row.gaps)
    behind = [place for place in row.texts if place > first and not _UNITS.fullmatch(grid.text(place))]
    return any(_CHINESE.search(grid.text(place)) for place in behind)


def _beside(grid: Grid, row: _Row, place: Place) -> tuple[str, ...]:
    """The label next to the left of an empty cell, with what stands before that one as its heading."""
    before = [each for each in row.own if each < place]
    found = list[str]()
    for each in reversed(before):
        if each not in row.texts:
            if found:
                break
            continue
        found.insert(0, grid.text(each))
    return tuple(found)


def _parent(label: str, block: _Block) -> str:
    """The label that this one is a part of (其中：…, or set further in than it); notes the label for those that follow."""
    if not label:
        return ""
    indent = len(found[0]) if (found := _INDENT.match(label)) else 0
    part = label.strip().startswith(("其中", "#"))
    if part and not indent:
        return block.above[0][1] if block.above else ""
    block.above = [line for line in block.above if line[0] < indent]
    parent = block.above[-1][1] if block.above else ""
    block.above.append((indent, label.strip()))
    return parent
