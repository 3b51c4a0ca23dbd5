"""What a .docx says: paragraphs, rows of tables, what stands beside them, pictures. What its reader does not see counts as taken out."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

from gongyi.documents.printed.lines import BESIDE, PICTURE, TABLE, TEXT, Line, Unreadable, plain, row
from gongyi.documents.printed.sketches import sketch

MOST_BYTES = 60 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}imagedata"
_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}wsp"
_KNOWN = {"wps", "wpg", "wpc", "wp14", "w14", "w15", "w16", "wpi"}  # what today's programs draw themselves
_BESIDE = re.compile(r"word/(?:header[0-9]*|footer[0-9]*|footnotes|endnotes)\.xml")
_PAGE_FIELD = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
_DASHES = re.compile(r"[—–-]*")
_HIDING = ("vanish", "webHidden", "strike", "dstrike")
_OFF = {"0", "false", "off", "none"}


@dataclass
class _Part:
    """One part of the package while it is read: where its pictures lie, and what was read so far."""

    package: zipfile.ZipFile
    pictures: dict[str, str]
    feet: bool = False  # a head or foot of a page: numbers of pages are the program's to count
    lines: list[Line] = field(default_factory=list)
    shapes: int = 0

    def read(self, at: ET.Element, place: str) -> None:
        """Everything below, in order."""
        if at.tag == f"{_W}p":
            self.paragraph(at, place)
        elif at.tag == f"{_W}tbl" and place == TEXT:
            for each in _chosen_below(at, f"{_W}tr"):
                self.table_row(each)
        elif at.tag == f"{_W}altChunk":
            self.lines.append(Line(BESIDE, "〔别处的内容〕"))
        else:
            for child in _children(at):
                self.read(child, place)

    def paragraph(self, at: ET.Element, place: str) -> None:
        """Its text, then what hangs on it."""
        if text := plain(_numbered(at) + "".join(_texts(at, feet=self.feet))):
            self.lines.append(Line(place, text))
        self.beside(at)

    def table_row(self, at: ET.Element) -> None:
        """The cells of a row in one line, then what hangs on them."""
        cells = list(_chosen_below(at, f"{_W}tc"))
        texts = [plain("".join(_texts(cell, feet=self.feet))) for cell in cells]
        if text := row(texts):
            self.lines.append(Line(TABLE, text))
        self.beside(at)

    def beside(self, at: ET.Element) -> None:
        """Boxes and pictures anywhere below."""
        for child in _children(at):
            if child.tag == f"{_W}txbxContent":
                self.read(child, BESIDE)
                continue
            self.shapes += child.tag in {_SHAPE, f"{_W}pict", f"{_W}object"}
            if child.tag == f"{_A}graphicData":
                self.graphic(child)
            elif child.tag == _VML:
                self.picture(child.get(f"{_R}id"), "")
            if child.tag in {f"{_WP}inline", f"{_WP}anchor"}:
                told = child.find(f"{_WP}docPr")
                self.told = plain((told.get("descr") or "") if told is not None else "")
            self.beside(child)

    told = ""

    def graphic(self, at: ET.Element) -> None:
        """Pictures with their likeness; charts and diagrams of another program by their kind."""
        blips = list(at.iter(f"{_A}blip"))
        for blip in blips:
            self.picture(blip.get(f"{_R}embed"), self.told + ("〔裁过〕" if _cut(at) else ""))
        kind = at.get("uri", "").rpartition("/")[2]
        if not blips and kind not in {"wordprocessingShape", "wordprocessingGroup", "wordprocessingCanvas"}:
            self.lines.append(Line(PICTURE, f"〔{kind}〕"))

    def picture(self, key: str | None, told: str) -> None:
        """A picture of the package."""
        try:
            content = self.package.read(self.pictures.get(key or "", ""))
        except KeyError:
            content = b""
        self.lines.append(Line(PICTURE, told, sketch(content)))


def read(content: bytes) -> list[Line]:
    """The lines of a .docx. Raises Unreadable, and what zipfile and ElementTree raise."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        if sum(one.file_size for one in package.infolist()) > MOST_BYTES:
            raise Unreadable("too large")
        body = _part(package, "word/document.xml", TEXT)
        others = [_part(package, name, BESIDE) for name in package.namelist() if _BESIDE.fullmatch(name)]
    found = [line for line in body.lines if line.place != BESIDE]
    # Where a box hangs and how often a head is repeated is the program's choice, so these stand in order of their words.
    apart = {line.text for part in (body, *others) for line in part.lines if line.place == BESIDE}
    found += [Line(BESIDE, text) for text in sorted(apart) if not _DASHES.fullmatch(text)]
    found += [line for part in others for line in part.lines if line.place == PICTURE]
    return [*found, Line(BESIDE, f"〔图形{body.shapes}〕")] if body.shapes else found


def _part(package: zipfile.ZipFile, name: str, place: str) -> _Part:
    folder, _slash, file = name.rpartition("/")
    pictures: dict[str, str] = {}
    try:
        rels = ET.fromstring(package.read(f"{folder}/_rels/{file}.rels"))  # noqa: S314 - expat refuses entities that grow
        pictures = {
            rel.get("Id", ""): posixpath.normpath(posixpath.join(folder, rel.get("Target", ""))) for rel in rels
        }
    except KeyError:
        pass
    part = _Part(package, {key: path.lstrip("/") for key, path in pictures.items()}, feet=file[:4] in {"head", "foot"})
    part.read(ET.fromstring(package.read(name)), place)  # noqa: S314
    return part


def _children(at: ET.Element) -> Iterator[ET.Element]:
    """What stands directly below; of two ways to show the same thing the one that a program of today takes."""
    for child in at:
        if child.tag != f"{_MC}AlternateContent":
            yield child
            continue
        choice, instead = child.find(f"{_MC}Choice"), child.find(f"{_MC}Fallback")
        known = choice is not None and set((choice.get("Requires") or "").split()) <= _KNOWN
        taken = choice if known else instead
        yield from _children(taken) if taken is not None else ()


def _chosen_below(at: ET.Element, tag: str) -> Iterator[ET.Element]:
    """The nearest elements of this name below."""
    for child in _children(at):
        if child.tag == tag:
            yield child
        else:
            yield from _chosen_below(child, tag)


def _texts(at: ET.Element, *, feet: bool) -> Iterator[str]:
    """The text below that a reader sees; in heads and feet without the numbers of pages."""
    fields: list[list[str]] = []  # of each open field: its instruction, and "shown" once its result begins
    yield from _seen(at, fields, feet=feet)


def _seen(at: ET.Element, fields: list[list[str]], *, feet: bool) -> Iterator[str]:
    for child in _children(at):
        if child.tag == f"{_W}fldChar":
            _follow(child, fields)
        elif child.tag == f"{_W}instrText" and fields:
            fields[-1][0] += child.text or ""
        elif child.tag in {f"{_W}t", _MATH}:
            if not (feet and any(_PAGE_FIELD.match(code) for code, *_shown in fields)):
                yield child.text or ""
        elif child.tag == f"{_W}sym":
            yield f"〔{child.get(f'{_W}char', '')}〕"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{_W}fldSimple" and feet and _PAGE_FIELD.match(child.get(f"{_W}instr", "")):
            continue
        elif child.tag != f"{_W}txbxContent" and not (child.tag == f"{_W}r" and _hidden(child)):
            yield from _seen(child, fields, feet=feet)


def _follow(at: ET.Element, fields: list[list[str]]) -> None:
    kind = at.get(f"{_W}fldCharType")
    if kind == "begin":
        fields.append([""])
    elif kind == "end" and fields:
        fields.pop()


def _hidden(run: ET.Element) -> bool:
    """Whether a run is hidden, struck out, or white on white."""
    look = run.find(f"{_W}rPr")
    if look is None:
        return False
    signs = [look.find(f"{_W}{name}") for name in _HIDING]
    colour = look.find(f"{_W}color")
    white = colour is not None and (colour.get(f"{_W}val") or "").upper() == "FFFFFF"
    return white or any(sign is not None and sign.get(f"{_W}val", "1") not in _OFF for sign in signs)


def _numbered(at: ET.Element) -> str:
    """A sign for a number or bullet that the program puts before a paragraph: it may hold words."""
    number = at.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    return "〔自动编号〕" if number is not None and number.get(f"{_W}val") not in {"0", None} else ""


def _cut(at: ET.Element) -> bool:
    """Whether a part of the picture is cut away."""
    return any(value not in {"0", ""} for cut in at.iter(f"{_A}srcRect") for value in cut.attrib.values())
