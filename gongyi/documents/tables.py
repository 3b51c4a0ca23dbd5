"""Tables as files: .xlsx whose cells are typed text, .csv that Excel opens with its letters right. No formula can come in.

A row is a sequence of texts and whole numbers. Rows are taken one by one, so that a long table needs no memory.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int
Row = Sequence[Cell]

# What a table program takes for the beginning of a formula or a command, full-width forms too; quotes and blanks may stand before.
_LIVE = re.compile(r"^[\s\"'“”‘’,，;；]*[=+\-@＝＋－＠|%\t\r\n\x00]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
LONGEST = 32_000  # a cell of Excel holds 32,767
BOM = "\ufeff"


def safe_text(text: str) -> str:
    """The text as a plain cell of a .csv: with a quote mark before it where a table program would see a formula."""
    text = text.replace("\x00", "")
    return f"'{text}" if _LIVE.match(text) else text


def unsafe_text(cell: str) -> str:
    """What `safe_text` was given, read back: without the quote mark that only kept a table program from a formula."""
    return cell[1:] if cell.startswith("'") and _LIVE.match(cell[1:]) else cell


def clipboard(text: str) -> str:
    """A text to be copied into a table program, which takes each of its lines and of its parts between tabs for a cell."""
    return "\n".join("\t".join(map(safe_text, line.split("\t"))) for line in text.splitlines())


def csv_lines(headers: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines of a .csv in UTF-8 with the mark by which Excel knows it, one by one."""
    text = io.StringIO(newline="")
    out = csv.writer(text, quoting=csv.QUOTE_ALL)
    text.write(BOM)
    for row in chain([headers], rows):
        out.writerow([cell if isinstance(cell, int) else safe_text(cell) for cell in row])
        yield text.getvalue().encode("utf-8", errors="replace")
        text.seek(0)
        text.truncate()


def write_csv(file: IO[bytes], headers: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a .csv in UTF-8 with the mark by which Excel knows it; returns the number of rows."""
    number = -1  # the headings are no row
    for line in csv_lines(headers, rows):
        file.write(line)
        number += 1
    return number


def write_xlsx(file: IO[bytes], headers: Sequence[str], rows: Iterable[Row], *, sheet: str = "Sheet1") -> int:
    """Write an .xlsx with one sheet of typed text and whole numbers; returns the number of rows. Nothing in it is a formula."""
    number = 0
    with Workbook(file, {"constant_memory": True}) as book:
        page = book.add_worksheet(sheet_name(sheet))
        page.freeze_panes(1, 0)
        for at, header in enumerate(headers):
            page.set_column(at, at, max(12, min(40, 2 * len(header) + 6)))
        # Format "@": a cell that is edited later stays text.
        text, heading = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
        _write_row(page, 0, headers, heading)
        for number, row in enumerate(rows, start=1):
            _write_row(page, number, row, text)
    return number


def write_sheets(file: IO[bytes], sheets: Iterable[tuple[str, Iterable[Row]]]) -> None:
    """Write an .xlsx of several sheets (name, rows with their headings), as `write_xlsx` writes one."""
    used: set[str] = set()
    with Workbook(file, {"constant_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        for number, (name, rows) in enumerate(sheets, start=1):
            shown = sheet_name(name)
            if shown.casefold() in used:
                shown = f"{shown[:26]} ({number})"
            used.add(shown.casefold())
            page = book.add_worksheet(shown)
            for at, row in enumerate(rows):
                _write_row(page, at, row, text)


def _write_row(page: Worksheet, number: int, cells: Row, text: Format) -> None:
    """By the kind of each cell, never by what it looks like: `write` would make a formula of "=1+1"."""
    for at, cell in enumerate(cells):
        if isinstance(cell, int):
            page.write_number(number, at, cell)
        elif cell:
            page.write_string(number, at, plain_cell(cell), text)
        else:
            page.write_blank(number, at, None, text)


def plain_cell(text: str) -> str:
    """What XML can hold; never in `<r>…</r>`, which XlsxWriter would copy into the file as markup of its own making."""
    text = _NOT_XML.sub("", text)[:LONGEST]
    return f"{text} " if text.startswith("<r>") else text


def sheet_name(text: str) -> str:
    """A name that Excel takes for a sheet: no special marks, at most 31 characters, no beginning of a formula."""
    return _NAME.sub("", text).lstrip("=+-@＝＋－＠ ").strip()[:31] or "Sheet1"
