"""A ledger (台账) as .xlsx: one sheet, A4 landscape, headings on every printed page, borders, page numbers. No formula can come in."""

import unicodedata
from collections.abc import Sequence
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gongyi.documents.tables import Row, plain_cell, sheet_name

A4 = 9  # Excel's number of the paper
WIDEST, NARROWEST = 40, 6
HEAD_ROWS = 3  # title, what it is about, headings
_BOX = {"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@", "font_size": 10}


def write_ledger(title: str, told: str, headings: Sequence[str], rows: Sequence[Row], foot: str) -> bytes:
    """The file. `told` stands below the title, `foot` below the last row; texts stay texts, whole numbers numbers."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet_name(title))
        _print_setup(page, len(headings), HEAD_ROWS + len(rows) + 1)
        for at, width in enumerate(_widths(headings, rows)):
            page.set_column(at, at, width)
        last = max(len(headings) - 1, 0)
        _across(
            page,
            0,
            last,
            title,
            book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        )
        _across(
            page,
            1,
            last,
            told,
            book.add_format({"font_size": 10, "align": "center", "text_wrap": True, "valign": "vcenter"}),
        )
        page.set_row(1, 30)
        heading = book.add_format({**_BOX, "bold": True, "align": "center"})
        for at, words in enumerate(headings):
            page.write_string(HEAD_ROWS - 1, at, plain_cell(words), heading)
        text, number = book.add_format(_BOX), book.add_format({**_BOX, "num_format": "0", "align": "center"})
        for line, row in enumerate(rows, start=HEAD_ROWS):
            _line(page, line, row, text, number)
        _across(
            page,
            HEAD_ROWS + len(rows),
            last,
            foot,
            book.add_format({"font_size": 10, "text_wrap": True, "valign": "vcenter"}),
        )
    return file.getvalue()


def _print_setup(page: Worksheet, columns: int, rows: int) -> None:
    page.set_landscape()
    page.set_paper(A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROWS - 1)
    page.freeze_panes(HEAD_ROWS, 0)
    page.print_area(0, 0, rows - 1, max(columns - 1, 0))
    page.set_footer("&C第 &P 页，共 &N 页")


def _across(page: Worksheet, row: int, last: int, words: str, look: Format) -> None:
    """One text over all columns; a single cell cannot be merged."""
    if last:
        page.merge_range(row, 0, row, last, "", look)
    page.write_string(row, 0, plain_cell(words), look)


def _line(page: Worksheet, line: int, row: Row, text: Format, number: Format) -> None:
    for at, cell in enumerate(row):
        if isinstance(cell, int):
            page.write_number(line, at, cell, number)
        elif cell:
            page.write_string(line, at, plain_cell(cell), text)
        else:
            page.write_blank(line, at, None, text)


def _widths(headings: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """As wide as the longest line of a column, within bounds."""
    found = []
    for at, heading in enumerate(headings):
        longest = max((_length(str(row[at])) for row in rows), default=0)
        found.append(max(NARROWEST, min(WIDEST, max(longest, _length(heading)) + 2)))
    return found


def _length(text: str) -> int:
    return max(
        (sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in text.split("\n")),
        default=0,
    )
