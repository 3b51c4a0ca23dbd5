"""Tables as files: .xlsx whose cells are typed text, .csv that Excel opens with its letters right. No formula can come in.

A row is a sequence of texts and whole numbers. Rows are taken one by one, so that a long table needs no memory.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

Cell = str | int
Row = Sequence[Cell]

# What a table program takes for the beginning of a formula or a command, full-width forms too; quotes and blanks may stand before.
_LIVE = re.compile(r"^[\s\"'“”‘’,，;；]*[=+\-@＝＋－＠|%\t\r\n\x00]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
LONGEST = 32_000  # a cell of Excel holds 32,767
BOM = "\ufeff"

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"""
_RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_BOOK_RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"""
_BOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>"""
# Style 0 is text (format 49, "@"), so that a cell edited later stays text; style 1 the same in bold for the heading.
_STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="49" fontId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/><xf numFmtId="0" fontId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
_SHEET = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>"""


def safe_text(text: str) -> str:
    """The text as a plain cell of a .csv: with a quote mark before it where a table program would see a formula."""
    text = text.replace("\x00", "")
    return f"'{text}" if _LIVE.match(text) else text


def write_csv(file: IO[bytes], headers: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a .csv in UTF-8 with the mark by which Excel knows it; returns the number of rows."""
    number = 0
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    text.write(BOM)
    out = csv.writer(text, quoting=csv.QUOTE_ALL)
    out.writerow([safe_text(header) for header in headers])
    for row in rows:
        out.writerow([cell if isinstance(cell, int) else safe_text(cell) for cell in row])
        number += 1
    text.flush()
    text.detach()
    return number


def write_xlsx(file: IO[bytes], headers: Sequence[str], rows: Iterable[Row], *, sheet: str = "Sheet1") -> int:
    """Write an .xlsx with one sheet of typed text and whole numbers; returns the number of rows. Nothing in it is a formula."""
    number = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELS)
        book.writestr("xl/workbook.xml", _BOOK.format(name=_escaped(sheet_name(sheet))))
        book.writestr("xl/_rels/workbook.xml.rels", _BOOK_RELS)
        book.writestr("xl/styles.xml", _STYLES)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(_SHEET.format(columns="".join(_columns(headers))).encode())
            part.write(_row(1, headers, style=1).encode())
            for number, row in enumerate(rows, start=1):
                part.write(_row(number + 1, row).encode())
            part.write(b"</sheetData></worksheet>")
    return number


def sheet_name(text: str) -> str:
    """A name that Excel takes for a sheet: no special marks, at most 31 characters, no beginning of a formula."""
    return _NAME.sub("", text).lstrip("=+-@＝＋－＠ ").strip()[:31] or "Sheet1"


def _columns(headers: Sequence[str]) -> Iterator[str]:
    for at, header in enumerate(headers, start=1):
        yield f'<col min="{at}" max="{at}" width="{max(12, min(40, 2 * len(header) + 6))}" customWidth="1"/>'


def _row(number: int, cells: Row, *, style: int = 0) -> str:
    return f'<row r="{number}">' + "".join(_cell(cell, style) for cell in cells) + "</row>"


def _cell(cell: Cell, style: int) -> str:
    if isinstance(cell, int):
        return f'<c s="2"><v>{cell}</v></c>'
    if not cell:
        return "<c/>"
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{_escaped(cell[:LONGEST])}</t></is></c>'


def _escaped(text: str) -> str:
    text = _NOT_XML.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
