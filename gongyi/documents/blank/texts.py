"""Values written into a text: into gaps of its paragraphs and empty cells of its tables, and into content controls."""

import zipfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gongyi.documents.blank.layout import Slot
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
    write_text,
)
from gongyi.documents.blank.values import Value, fitted, shown


@dataclass
class _Paragraph:
    """A paragraph as it is written: its tags, its letters, its first run, and how its end is to look."""

    opening: Tag
    end: int = 0
    closing: int = 0
    pieces: list[Piece] = field(default_factory=list)
    run: int | None = None  # where its first run without letters ends
    look: bytes = b""
    controls: list["_Control"] = field(default_factory=list)


@dataclass
class _Control:
    """A content control: where it stands, whether other data fills it, and what says that it shows its prompt."""

    start: int
    end: int = 0
    bound: bool = False
    waits: bool = False
    prompt: list[Tag] = field(default_factory=list)

    def note(self, tag: Tag, stack: list[str]) -> None:
        """Note what a tag inside says of it."""
        if stack[-1] == "sdtPr":
            self.bound |= tag.name == "dataBinding"
            self.waits |= tag.name == "showingPlcHdr"
        if (stack[-1], tag.name) == ("sdtPr", "showingPlcHdr") or self._look(tag, stack):
            self.prompt.append(tag)

    def _look(self, tag: Tag, stack: list[str]) -> bool:
        """Whether a tag gives the prompt its grey letters."""
        return self.waits and tag.empty and tag.name == "rStyle" and stack[-2:] == ["r", "rPr"]


_BODY, _TABLE = ["document", "body"], ["document", "body", "tbl"]
_ROW, _CELL = [*_TABLE, "tr"], [*_TABLE, "tr", "tc"]
_WRAPS = {"sdt", "sdtContent", "customXml", "smartTag"}  # of no weight for where something stands
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
        self.controls: list[_Control] = []
        for tag in tags(raw):
            self._control(tag)
            if tag.name in _WRAPS:
                continue
            if not tag.closing:
                (self._place if self.now is None else self._open)(tag)
                self.stack.append(tag.name)
            if tag.closing or tag.empty:
                self.stack.pop()
                self._close(tag, self.now)

    def all(self) -> Iterator[_Paragraph]:
        """Every paragraph."""
        yield from self.body
        for paragraphs in self.cells.values():
            yield from paragraphs

    def _control(self, tag: Tag) -> None:
        """Note the content controls that are open here."""
        if tag.name == "sdt" and tag.closing:
            self.controls.pop().end = tag.end
        elif tag.name == "sdt" and not tag.empty:
            self.controls.append(_Control(tag.start))
        elif self.controls and not tag.closing:
            self.controls[-1].note(tag, self.stack)

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
            self.now = _Paragraph(tag, controls=list(self.controls))
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
            now.controls += [control for control in self.controls if control not in now.controls]
        elif where == ("rPr", "pPr"):
            now.look = self.raw[self.opened : tag.end]
        elif where == ("r", "p") and now.run is None and not tag.empty:
            now.run = tag.start
        elif tag.name == "p" and self.stack in (_BODY, _CELL):
            now.closing, now.end, self.now = tag.start, tag.end, None


def write_texts(package: zipfile.ZipFile, values: Sequence[tuple[Slot, Value]]) -> tuple[dict[str, bytes], list[Slot]]:
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
    return {"word/document.xml": edited(raw, [*edits, *_without_prompts(walk, edits)])}, failed


def _without_prompts(walk: _Walk, edits: list[Edit]) -> set[Edit]:
    """The edits by which a control that was filled no longer shows its prompt."""
    controls = [control for paragraph in walk.all() for control in paragraph.controls if control.waits]
    starts = sorted({start for start, _end, _new in edits})
    filled = [one for one in controls if (at := bisect_left(starts, one.start)) < len(starts) and starts[at] < one.end]
    return {(tag.start, tag.end, b"") for one in filled for tag in one.prompt}


def _bound(paragraph: _Paragraph, edits: list[Edit]) -> bool:
    """Whether an edit lies in a control that other data of the file fills again."""
    return any(one.bound and one.start <= start < one.end for one in paragraph.controls for start, _end, _new in edits)


def _paragraphs(walk: _Walk, slot: Slot) -> list[_Paragraph]:
    """Which paragraphs hold a slot: the n-th of the body, or those of the cell at a place of a table's grid."""
    if slot.grid < 0:
        return [walk.body[int(slot.at.split(" ")[1]) - 1]]
    return walk.cells[(slot.grid + 1, *slot.place)]


def _told(paragraphs: list[_Paragraph], changes: list[tuple[Slot, Value]], prefix: bytes) -> list[Edit]:
    """The edits that put values into the gaps of some paragraphs, or into empty ones."""
    if changes[0][0].what == "cell":
        run = _run(paragraphs[0], shown(changes[0][1]), prefix)
        if _bound(paragraphs[0], [run]):
            raise ValueError("bound to other data")
        return [run]
    edits, at = list[Edit](), 0
    for paragraph in paragraphs:
        length = sum(len(piece.text) for piece in paragraph.pieces)
        inner = [
            (slot.start - at, slot.end - at, fitted(slot, value, underlined=bool(slot.end - slot.start > 1 and not slot.text[slot.start : slot.end].strip())))
            for slot, value in changes
            if at <= slot.start <= at + length and slot.end <= at + length
        ]  # fmt: skip
        if inner:
            made = exchange(paragraph.pieces, inner)
            if _bound(paragraph, made):
                raise ValueError("bound to other data")
            edits += made
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
