"""What a .docx, .xlsx or PDF says, line by line, without spaces: the same after Word, WPS or LibreOffice saved it again unchanged.

Bytes, fonts and the breaking of lines in a .docx are not looked at; text, rows of tables, what stands beside them and pictures are.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from io import BytesIO
from xml.etree import ElementTree as ET

from pypdf.errors import PyPdfError

from gongyi.core.errors import Refused
from gongyi.documents.printed import paper, word
from gongyi.documents.printed.lines import TABLE, TEXT, Line, Unreadable, plain, row
from gongyi.documents.printed.sketches import alike
from gongyi.documents.reading import read_book

__all__ = ["MOST_BYTES", "Line", "Unreadable", "changes", "digest", "kind_of", "read", "told_number"]

MOST_BYTES = word.MOST_BYTES
_BAD = (
    Refused, PyPdfError, ET.ParseError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile,
)  # fmt: skip


def read(content: bytes) -> list[Line]:
    """The lines of a .docx, .xlsx or PDF. Raises Unreadable."""
    try:
        match kind_of(content):
            case "pdf":
                return [*paper.read(content)]
            case "xlsx":
                return [*_xlsx(content)]
        return word.read(content)
    except _BAD as error:
        raise Unreadable(str(error)) from error


def kind_of(content: bytes) -> str:
    """pdf, xlsx or docx, by what stands in it. Raises BadZipFile for what is none of these."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    with zipfile.ZipFile(BytesIO(content)) as package:
        return "xlsx" if "xl/workbook.xml" in package.namelist() else "docx"


def _xlsx(content: bytes) -> Iterator[Line]:
    """Every row with something in it of every sheet, cell by cell; how it looks does not matter."""
    for sheet in read_book(content):
        for cells in sheet.rows:
            if text := row([plain(cell) for cell in cells]):
                yield Line(TABLE, text)


def digest(lines: Sequence[Line]) -> str:
    """One digest of all lines; not of the pictures' likenesses, which another program may blur."""
    told = json.dumps([[line.place, line.text] for line in lines], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def changes(marks: Sequence[str], lines: Sequence[Line]) -> list[dict[str, str]]:
    """Where the lines differ from those with these marks: what (changed, added, missing), where, and what stands there now."""
    found: list[dict[str, str]] = []
    sketches = [mark.partition(" ")[2] for mark in marks]
    before, now = ([mark.partition(" ")[0] for mark in part] for part in (marks, [line.mark for line in lines]))
    for tag, was_from, was_to, at, to in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs = zip(range(at, to), sketches[was_from:was_to], strict=True)
            found += [_told("changed", lines[n], n) for n, was in pairs if not alike(was, lines[n].sketch)]
            continue
        what = {"replace": "changed", "insert": "added", "delete": "missing"}[tag]
        here = lines[at:to] or [Line(TEXT, "")]
        found += [_told(what, one, at + n) for n, one in enumerate(here)]
        if tag == "replace" and was_to - was_from > to - at:
            found[-1] |= {"missing": str(was_to - was_from - to + at)}
    return found


def _told(what: str, line: Line, at: int) -> dict[str, str]:
    return {"what": what, "place": line.place, "line": str(at + 1), "now": line.text[:200]}


def told_number(content: bytes, lines: Sequence[Line], pattern: str) -> list[str]:
    """Every number of this form that the file carries, in its text, then in its properties."""
    found = re.findall(pattern, "\n".join(line.text for line in lines))
    try:
        if not content.startswith(b"%PDF-"):
            with zipfile.ZipFile(BytesIO(content)) as package:
                found += re.findall(pattern, package.read("docProps/core.xml").decode(errors="replace"))
    except (KeyError, OSError, ValueError, zipfile.BadZipFile):
        pass
    return list(dict.fromkeys(found))
