"""What a .docx, .xlsx or PDF says, line by line, without spaces: the same after Word, WPS or LibreOffice saved it again unchanged.

Bytes, fonts and the breaking of lines in a .docx are not looked at; text and the cells of tables are. Pictures are not.
"""

import hashlib
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from gongyi.core.errors import Refused
from gongyi.documents.reading import read_book

MOST_BYTES, MOST_PAGES = 60 * 1024 * 1024, 2000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BESIDE = re.compile(r"word/(?:header[0-9]*|footnotes|endnotes)\.xml")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\u3000]+")
_PAGE = re.compile(r"[—–-]*[0-9]*[—–-]*")  # a page's number and its dashes


class Unreadable(Exception):  # noqa: N818 - it reads as a sentence
    """Not a .docx or PDF that can be read."""


@dataclass(frozen=True)
class Line:
    """A line of text; `place` is text, table or beside (boxes, heads of pages, notes)."""

    place: str
    text: str

    @property
    def mark(self) -> str:
        """A short digest of the line."""
        return hashlib.sha256(f"{self.place}|{self.text}".encode()).hexdigest()[:16]


def read(content: bytes) -> list[Line]:
    """The lines of a .docx, .xlsx or PDF. Raises Unreadable."""
    try:
        match kind_of(content):
            case "pdf":
                return [*_pdf(content)]
            case "xlsx":
                return [*_xlsx(content)]
        return _docx(content)
    except (
        Refused,
        PyPdfError,
        ET.ParseError,
        OSError,
        ValueError,
        KeyError,
        LookupError,
        zipfile.BadZipFile,
    ) as error:
        raise Unreadable(str(error)) from error


def kind_of(content: bytes) -> str:
    """pdf, xlsx or docx, by what stands in it. Raises BadZipFile for what is none of these."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    with zipfile.ZipFile(BytesIO(content)) as package:
        return "xlsx" if "xl/workbook.xml" in package.namelist() else "docx"


def _xlsx(content: bytes) -> Iterator[Line]:
    """Every row with something in it of every sheet, cell by cell; empty cells at its end and how it looks do not matter."""
    for sheet in read_book(content):
        for row in sheet.rows:
            cells = [_plain(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in row]
            if text := "|".join(cells).rstrip("|"):
                yield Line("table", text)


def digest(lines: Sequence[Line]) -> str:
    """One digest of all lines."""
    told = json.dumps([[line.place, line.text] for line in lines], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def changes(marks: Sequence[str], lines: Sequence[Line]) -> list[dict[str, str]]:
    """Where the lines differ from those with these marks: what (changed, added, missing), where, and what stands there now."""
    found: list[dict[str, str]] = []
    now = [line.mark for line in lines]
    for tag, was_from, was_to, at, to in SequenceMatcher(None, list(marks), now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        what = {"replace": "changed", "insert": "added", "delete": "missing"}[tag]
        here = lines[at:to] or [Line("text", "")]
        found += [
            {"what": what, "place": one.place, "line": str(at + n + 1), "now": one.text[:200]}
            for n, one in enumerate(here)
        ]
        if tag == "replace" and was_to - was_from > to - at:
            found[-1] |= {"missing": str(was_to - was_from - to + at)}
    return found


def _plain(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text))


def _docx(content: bytes) -> list[Line]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        if sum(one.file_size for one in package.infolist()) > MOST_BYTES:
            raise Unreadable("too large")
        names = [name for name in package.namelist() if _BESIDE.fullmatch(name)]
        body = ET.fromstring(package.read("word/document.xml"))  # noqa: S314 - expat refuses entities that grow
        beside = [ET.fromstring(package.read(name)) for name in names]  # noqa: S314
    found = [*_paragraphs(body, "text")]
    apart = {line.text for part in beside for line in _paragraphs(part, "beside")}
    apart |= {line.text for line in found if line.place == "beside"}
    # Where a box hangs and how often a head is repeated is the program's choice, so these stand in order of their words.
    return [line for line in found if line.place != "beside"] + [
        Line("beside", text) for text in sorted(apart) if not _PAGE.fullmatch(text)
    ]


def _paragraphs(at: ET.Element, place: str) -> Iterator[Line]:
    """Every paragraph below, in order; what stands in a box belongs beside it."""
    if at.tag == _FALLBACK:
        return
    if at.tag == f"{_W}p":
        if text := _plain("".join(_texts(at))):
            yield Line(place, text)
        yield from (line for box in _boxes(at) for child in box for line in _paragraphs(child, "beside"))
        return
    if at.tag == f"{_W}tbl" and place == "text":
        place = "table"
    for child in at:
        yield from _paragraphs(child, place)


def _texts(at: ET.Element) -> Iterator[str]:
    for child in at:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag not in {f"{_W}txbxContent", _FALLBACK}:
            yield from _texts(child)


def _boxes(at: ET.Element) -> Iterator[ET.Element]:
    for child in at:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag != _FALLBACK:
            yield from _boxes(child)


def _pdf(content: bytes) -> Iterator[Line]:
    pages = PdfReader(BytesIO(content)).pages
    if len(pages) > MOST_PAGES:
        raise Unreadable("too long")
    for page in pages:
        for raw in page.extract_text().splitlines():
            if (text := _plain(raw)) and not _PAGE.fullmatch(text):
                yield Line("text", text)


def told_number(content: bytes, lines: Sequence[Line], pattern: str) -> list[str]:
    """Every number of this form that the file carries, in its text, then in its properties."""
    found = re.findall(pattern, "\n".join(line.text for line in lines))
    try:
        if not content.startswith(b"%PDF-"):
            with zipfile.ZipFile(BytesIO(content)) as package:
                found += re.findall(
                    pattern, package.read(str(PurePosixPath("docProps/core.xml"))).decode(errors="replace")
                )
    except (KeyError, OSError, ValueError, zipfile.BadZipFile):
        pass
    return list(dict.fromkeys(found))
