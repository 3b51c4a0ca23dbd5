"""Values written into somebody's form: only the part of the package that holds them changes, and in it only those places.

Numbers go in as numbers, everything else as text that no program takes for a formula. Cached results of formulas are dropped, so
that they are computed when the file is opened.
"""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from unicodedata import east_asian_width

from gongyi.documents.blank.layout import Form, Place, Slot
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

Value = int | float | date | str
_CALENDAR = {"年", "月", "日"}
_EPOCH = date(1899, 12, 30)
_DAY = re.compile(r"[yY年]|(?<![a-zA-Z])d+(?![a-zA-Z])")


def write_form(content: bytes, form: Form, values: Sequence[tuple[Slot, Value]]) -> tuple[bytes, list[Slot]]:
    """(the file with these values in their places, the slots that could not be written)."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts, failed = _sheets(package, form, values) if form.kind == "xlsx" else _document(package, values)
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for entry in package.infolist():
                made.writestr(entry, parts.get(entry.filename, package.read(entry)), entry.compress_type)
    return out.getvalue(), failed


def shown(value: Value) -> str:
    """A value as text."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _fitted(slot: Slot, value: Value, *, underlined: bool) -> str:
    """The text that takes the place of a gap: with a blank at each side on a line of underlined blanks, as wide as before behind a colon."""
    text, gap = shown(value), slot.text[slot.start : slot.end]
    if not gap.strip(" \u3000\xa0\t"):
        behind = slot.text[slot.end :].lstrip(" \u3000")
        if gap and slot.text[: slot.start].rstrip().endswith(("：", ":")) and behind[:1] not in _CALENDAR:
            left = _columns(gap) - _columns(text)
            return text + " " * max(2 if behind.strip() else 0, left)
        if underlined:
            return f" {text} "
    return text


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


# --- xlsx -------------------------------------------------------------------------------------------------------------


@dataclass
class _Cell:
    """A cell of a sheet as it is written: its tags, and where its formula and cached value stand."""

    opening: Tag
    end: int
    formula: bool = False
    value: tuple[int, int] | None = None


def _sheets(
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
        if cell is None or cell.formula:
            failed.append(slot)
        elif slot.what == "cell":
            edits.append((cell.opening.start, cell.end, _filled(raw, cell, slot, value)))
        else:
            texts[slot.place].append((slot, value))
    for place, changes in texts.items():
        try:
            edits.append((cells[place].opening.start, cells[place].end, _retold(raw, cells[place], changes, strings)))
        except ValueError:
            failed += [slot for slot, _value in changes]
    return edited(raw, edits), failed


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


def _filled(raw: bytes, cell: _Cell, slot: Slot, value: Value) -> bytes:
    """The cell with a value in it, in its own style."""
    opening = without(raw[cell.opening.start : cell.opening.end].rstrip(b"/>"), "t")
    name = cell.opening.prefix
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
    new = edited(inner, exchange(_pieces(inner), [(slot.start, slot.end, _fitted(slot, value, underlined=False)) for slot, value in changes]))  # fmt: skip
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


# --- docx -------------------------------------------------------------------------------------------------------------


@dataclass
class _Paragraph:
    """A paragraph as it is written: its tags, its letters, its first run, and how its end is to look."""

    opening: Tag
    end: int = 0
    closing: int = 0
    pieces: list[Piece] = field(default_factory=list)
    run: int | None = None  # where its first run without letters ends
    look: bytes = b""


_BODY, _TABLE = ["document", "body"], ["document", "body", "tbl"]
_ROW, _CELL = [*_TABLE, "tr"], [*_TABLE, "tr", "tc"]
_FIXED = {"tab": "\t", "br": "\n", "cr": "\n"}


class _Walk:
    """Goes through a document once and notes the paragraphs of its body and of its tables' cells, in the order of `opener`."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.body: list[_Paragraph] = []
        self.cells: dict[tuple[int, int, int], list[_Paragraph]] = {}  # (table, row, column of its grid)
        self.stack: list[str] = []
        self.table = self.row = self.column = self.wide = 0
        self.now: _Paragraph | None = None
        self.opened = 0
        self.inner = 0
        for tag in tags(raw):
            if not tag.closing:
                (self._place if self.now is None else self._open)(tag)
                self.stack.append(tag.name)
            if tag.closing or tag.empty:
                self.stack.pop()
                self._close(tag, self.now)

    def _place(self, tag: Tag) -> None:
        """Note where in the document we are."""
        where = (tag.name, self.stack)
        if where == ("tbl", _BODY):
            self.table, self.row = self.table + 1, 0
        elif where == ("tr", _TABLE):
            self.row, self.column, self.wide = self.row + 1, 1, 0
        elif where == ("tc", _ROW):
            self.column, self.wide = self.column + self.wide, 1
        elif tag.name in {"gridBefore", "gridSpan"}:
            self._span(tag)
        elif where in (("p", _BODY), ("p", _CELL)):
            self.now = _Paragraph(tag)
            inside = (
                self.cells.setdefault((self.table, self.row, self.column), []) if self.stack == _CELL else self.body
            )
            inside.append(self.now)

    def _span(self, tag: Tag) -> None:
        number = int(attribute(self.raw, tag, "w:val") or 1)
        if self.stack == [*_ROW, "trPr"]:
            self.column += number
        elif self.stack == [*_CELL, "tcPr"]:
            self.wide = number

    def _open(self, tag: Tag) -> None:
        """Inside a paragraph."""
        if tag.name in {"t", "rPr"}:
            self.opened, self.inner = tag.start, tag.end
        elif tag.name in _FIXED and self.stack[-1] == "r" and self.now is not None:
            self.now.pieces.append(Piece(tag.start, tag.end, _FIXED[tag.name], fixed=True))

    def _close(self, tag: Tag, now: _Paragraph | None) -> None:
        if now is None:
            return
        where = (tag.name, self.stack[-1])
        if where == ("t", "r"):
            inner = b"" if tag.empty else self.raw[self.inner : tag.start]
            now.pieces.append(Piece(self.opened, tag.end, read_text(inner), tag.prefix))
        elif where == ("rPr", "pPr"):
            now.look = self.raw[self.opened : tag.end]
        elif where == ("r", "p") and now.run is None and not tag.empty:
            now.run = tag.start
        elif tag.name == "p" and self.stack in (_BODY, _CELL):
            now.closing, now.end, self.now = tag.start, tag.end, None


def _document(package: zipfile.ZipFile, values: Sequence[tuple[Slot, Value]]) -> tuple[dict[str, bytes], list[Slot]]:
    raw = package.read("word/document.xml")
    if not in_utf8(raw):
        return {}, [slot for slot, _value in values]
    walk, prefix = _Walk(raw), next(tags(raw)).prefix
    edits, failed = list[Edit](), list[Slot]()
    texts: dict[str, list[tuple[Slot, Value]]] = defaultdict(list)
    for slot, value in values:
        texts[slot.at.rpartition(" blank ")[0] or slot.at].append((slot, value))
    for changes in texts.values():
        try:
            edits += _told(_paragraphs(walk, changes[0][0]), changes, prefix)
        except (ValueError, KeyError, IndexError):
            failed += [slot for slot, _value in changes]
    return {"word/document.xml": edited(raw, edits)}, failed


def _paragraphs(walk: _Walk, slot: Slot) -> list[_Paragraph]:
    """Which paragraphs hold a slot: the n-th of the body, or those of the cell at a place of a table's grid."""
    if slot.grid < 0:
        return [walk.body[int(slot.at.split(" ")[1]) - 1]]
    return walk.cells[(slot.grid + 1, *slot.place)]


def _told(paragraphs: list[_Paragraph], changes: list[tuple[Slot, Value]], prefix: bytes) -> list[Edit]:
    """The edits that put values into the gaps of some paragraphs, or into empty ones."""
    if changes[0][0].what == "cell":
        return [_run(paragraphs[0], shown(changes[0][1]), prefix)]
    edits, at = list[Edit](), 0
    for paragraph in paragraphs:
        length = sum(len(piece.text) for piece in paragraph.pieces)
        inner = [
            (slot.start - at, slot.end - at, _fitted(slot, value, underlined=bool(slot.end - slot.start > 1 and not slot.text[slot.start : slot.end].strip())))
            for slot, value in changes
            if at <= slot.start <= at + length and slot.end <= at + length
        ]  # fmt: skip
        if inner:
            edits += exchange(paragraph.pieces, inner)
        at += length + 1
    return edits


def _run(paragraph: _Paragraph, text: str, prefix: bytes) -> Edit:
    """A text in an empty paragraph: in its run if there is one, else in one that looks as the paragraph's end does."""
    written = b"<" + prefix + b't xml:space="preserve">' + write_text(text) + b"</" + prefix + b"t>"
    if paragraph.run is not None:
        return paragraph.run, paragraph.run, written
    run = b"<" + prefix + b"r>" + paragraph.look + written + b"</" + prefix + b"r>"
    if paragraph.opening.empty:
        opening = paragraph.opening
        return opening.start, opening.end, b"<" + prefix + b"p>" + run + b"</" + prefix + b"p>"
    return paragraph.closing, paragraph.closing, run


__all__ = ["Value", "shown", "write_form"]
