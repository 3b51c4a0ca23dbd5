"""Values written into a workbook: into the sheets that hold them, and there only into those cells."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gongyi.documents.blank.layout import Form, Place, Slot, letter
from gongyi.documents.blank.markup import (
    Edit,
    Piece,
    Tag,
    attribute,
    edited,
    exchange,
    in_utf8,
    read_text,
    tags,
    without,
    write_text,
)  # fmt: skip
from gongyi.documents.blank.opener import position
from gongyi.documents.blank.values import Value, fitted, shown

_EPOCH = date(1899, 12, 30)
_DAY = re.compile(r"[yY年]|(?<![a-zA-Z])d+(?![a-zA-Z])")


@dataclass
class _Cell:
    """A cell of a sheet as it is written: its tags, and where its formula and cached value stand."""

    opening: Tag
    end: int
    formula: bool = False
    value: tuple[int, int] | None = None


def write_sheets(
    package: zipfile.ZipFile, form: Form, values: Sequence[tuple[Slot, Value]]
) -> tuple[dict[str, bytes], list[Slot]]:
    parts, failed = dict[str, bytes](), list[Slot]()
    by_grid: dict[int, list[tuple[Slot, Value]]] = defaultdict(list)
    for slot, value in values:
        by_grid[slot.grid].append((slot, value))
    strings = _Strings(package)
    for number, grid in enumerate(form.grids):
        raw = package.read(grid.part)
        if not in_utf8(raw):
            failed += [slot for slot, _value in by_grid[number]]
            continue
        if not by_grid[number] and not re.search(rb"<(?:\w+:)?f[ >][^<]*!", raw):
            continue
        new, lost = _sheet(raw, by_grid[number], strings)
        failed += lost
        if new != raw:
            parts[grid.part] = new
    return parts, failed


def _sheet(raw: bytes, values: Sequence[tuple[Slot, Value]], strings: "_Strings") -> tuple[bytes, list[Slot]]:
    cells = _cells(raw)
    edits: list[Edit] = [(*cell.value, b"") for cell in cells.values() if cell.formula and cell.value]
    failed = list[Slot]()
    texts: dict[Place, list[tuple[Slot, Value]]] = defaultdict(list)
    for slot, value in values:
        cell = cells.get(slot.place)
        if cell is None and slot.what == "cell" and (left := _left_of(cells, slot.place)):
            edits.append((left.end, left.end, _made(raw, left, slot, value)))
        elif cell is None or cell.formula:
            failed.append(slot)
        elif slot.what == "cell":
            edits.append((cell.opening.start, cell.end, _filled(raw, cell, slot, value)))
        else:
            texts[slot.place].append((slot, value))
    return edited(raw, edits + _retellings(raw, cells, texts, strings, failed)), failed


def _retellings(
    raw: bytes,
    cells: "dict[Place, _Cell]",
    texts: dict[Place, list[tuple[Slot, Value]]],
    strings: "_Strings",
    failed: list[Slot],
) -> list[Edit]:
    """What is written between words; places whose words cannot be told again join `failed`."""
    edits = list[Edit]()
    for place, changes in texts.items():
        try:
            edits.append((cells[place].opening.start, cells[place].end, _retold(raw, cells[place], changes, strings)))
        except ValueError:
            failed += [slot for slot, _value in changes]
    return edits


def _cells(raw: bytes) -> dict[Place, _Cell]:
    found: dict[Place, _Cell] = {}
    row = column = opened = 0
    cell = None
    for tag in tags(raw):
        if tag.name == "row" and not tag.closing:
            row, column = int(attribute(raw, tag, "r") or row + 1), 0
        elif tag.name == "c":
            if tag.closing and cell:
                cell.end = tag.end
                continue
            reference = attribute(raw, tag, "r")
            column = position(reference)[1] if reference else column + 1
            cell = found[row, column] = _Cell(tag, tag.end)
        elif cell and tag.name in {"f", "v"}:
            opened = opened if tag.closing else tag.start
            cell.formula |= tag.name == "f"
            cell.value = (opened, tag.end) if tag.name == "v" else cell.value
    return found


def _left_of(cells: dict[Place, _Cell], place: Place) -> _Cell | None:
    """The nearest cell to the left: joined cells that nobody wrote into have no element of their own."""
    before = [(row, column) for row, column in cells if row == place[0] and column < place[1]]
    return cells[max(before)] if before else None


def _made(raw: bytes, left: _Cell, slot: Slot, value: Value) -> bytes:
    """A new cell with a value in it, in the style of its neighbour to the left."""
    style, (row, column) = attribute(raw, left.opening, "s"), slot.place
    opening = f'r="{letter(column)}{row}"' + (f' s="{style}"' if style else "")
    return _valued(b"<" + left.opening.prefix + b"c " + opening.encode(), left.opening.prefix, slot, value)


def _filled(raw: bytes, cell: _Cell, slot: Slot, value: Value) -> bytes:
    """The cell with a value in it, in its own style."""
    opening = without(raw[cell.opening.start : cell.opening.end].rstrip(b"/>"), "t")
    return _valued(opening, cell.opening.prefix, slot, value)


def _valued(opening: bytes, name: bytes, slot: Slot, value: Value) -> bytes:
    closing = b"</" + name + b"c>"
    if isinstance(value, date) and _DAY.search(slot.shape):
        value = (value - _EPOCH).days
    if isinstance(value, int | float) and slot.shape != "@":
        number = repr(round(value, 10)) if isinstance(value, float) else str(value)
        return opening + b"><" + name + b"v>" + number.encode() + b"</" + name + b"v>" + closing
    return opening + b' t="inlineStr"><' + name + b"is><" + name + b't xml:space="preserve">' + write_text(shown(value)) + b"</" + name + b"t></" + name + b"is>" + closing  # fmt: skip


def _retold(raw: bytes, cell: _Cell, changes: list[tuple[Slot, Value]], strings: "_Strings") -> bytes:
    """The cell whose own text has values in its gaps; the letters keep their fonts. Raises ValueError where it cannot be done."""
    opening = raw[cell.opening.start : cell.opening.end]
    kind = attribute(raw, cell.opening, "t")
    if kind == "s" and cell.value:
        inner, prefix = strings.inner(int(re.sub(rb"<[^>]*>", b"", raw[slice(*cell.value)])))
    elif kind == "inlineStr":
        inside = raw[cell.opening.end : cell.end]
        begin, end = re.search(rb"<(?:\w+:)?is>", inside), re.search(rb"</(?:\w+:)?is>", inside)
        if begin is None or end is None:
            raise ValueError("no text")
        inner, prefix = inside[begin.end() : end.start()], cell.opening.prefix
    else:
        raise ValueError("no text")
    if prefix != cell.opening.prefix:
        raise ValueError("two ways to write names")
    new = edited(inner, exchange(_pieces(inner), [(slot.start, slot.end, fitted(slot, value, underlined=False)) for slot, value in changes]))  # fmt: skip
    name = cell.opening.prefix
    return (
        without(opening, "t")[:-1] + b' t="inlineStr"><' + name + b"is>" + new + b"</" + name + b"is></" + name + b"c>"
    )


def _pieces(inner: bytes) -> list[Piece]:
    """The letters of a string: its own, or those of its runs."""
    pieces, opened, reading = list[Piece](), None, False
    for tag in tags(inner):
        if tag.name == "rPh":
            reading = not tag.closing
        elif tag.name == "t" and not reading:
            if not tag.closing and not tag.empty:
                opened = tag
            elif tag.closing and opened is not None:
                pieces.append(Piece(opened.start, tag.end, read_text(inner[opened.end : tag.start]), tag.prefix))
    return pieces


class _Strings:
    """The shared strings of a workbook, as they are written; looked up when the first one is asked for."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.found: list[tuple[bytes, bytes]] | None = None

    def inner(self, number: int) -> tuple[bytes, bytes]:
        """(what stands inside a string's element, the prefix of its names)."""
        if self.found is None:
            self.found = list(self._read())
        return self.found[number]

    def _read(self) -> Iterable[tuple[bytes, bytes]]:
        raw = self.package.read("xl/sharedStrings.xml")
        if not in_utf8(raw):
            raise ValueError("not in UTF-8")
        opened: Tag | None = None
        for tag in tags(raw):
            if tag.name == "si" and not tag.closing:
                opened = tag
                if tag.empty:
                    yield b"", tag.prefix
            elif tag.name == "si" and opened is not None:
                yield raw[opened.end : tag.start], tag.prefix
