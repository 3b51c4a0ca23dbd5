"""The child process that opens a foreign table: no Django, no database, little memory, little time.

Run as a program: the file comes in by stdin, its kind as the argument; out come lines of JSON: `{"sheet": name}`, then a list of
texts per row; `{"stop": why}` where a limit was met. It is a program of its own because a library for spreadsheets can be led
to use any amount of memory, and then only this process dies.
"""

import csv
import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any, Literal

MEMORY = 384 * 1024 * 1024
SECONDS = 12
COLUMNS, ROWS, SHEETS = 100, 100_000, 30
EMPTY = 200_000  # rows, with the empty ones among them
CELL = 40_000  # characters; a cell of Excel holds 32,767
CHARACTERS = 60_000_000
FIRST = 12  # lines that are looked at to find what parts the columns
_INTEGRAL = 1e15
_AS_IT_STANDS: Literal[3] = 3  # csv.QUOTE_NONE: a quote mark is a character like any other


class Stop(Exception):  # noqa: N818 - it reads as a sentence
    """A limit was met: `rows`, `columns`, `sheets`, `size`, `text` or `quotes`."""


def main(kind: str) -> None:
    """Read one file from stdin and print it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    content = sys.stdin.buffer.read()
    written = 0
    try:
        for line in delimited(decoded(content)) if kind == "text" else spreadsheet(content, merged=kind == "table"):
            text = json.dumps(line, ensure_ascii=False)
            written += len(text)
            _limit(written > CHARACTERS, "size")
            sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")
    except Stop as stop:
        sys.stdout.write(json.dumps({"stop": str(stop)}) + "\n")


def _limit(met: bool, why: str) -> None:  # noqa: FBT001 - a condition
    if met:
        raise Stop(why)


def spreadsheet(content: bytes, *, merged: bool = False) -> Iterator[Any]:
    """The sheets of an xlsx, xls or ods, hidden ones too. With `merged` a cell that spans rows stands in each of them."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        _limit(len(sheets) > SHEETS, "sheets")
        for name in sheets:
            sheet = book.get_sheet_by_name(name)
            yield {"sheet": name}
            if sheet.start is None or sheet.end is None:
                continue
            _limit(sheet.end[1] >= COLUMNS, "columns")
            _limit(sheet.end[0] > EMPTY, "rows")
            left = [""] * sheet.start[1]
            rows = (left + [_cell(cell) for cell in row] for row in sheet.iter_rows())
            yield from _limited(_spread(rows, sheet.merged_cell_ranges or []) if merged else rows)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise Stop("text") from error


def _spread(rows: Iterator[list[str]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[list[str]]:
    """A cell that spans several rows, as people merge days and villages, stands in each of them that holds something of its own."""
    down: dict[int, dict[int, int]] = {}  # first row: column and last row
    for (first, column), (last, _right) in ranges:
        if first < last:
            down.setdefault(first, {})[column] = last
    begun: dict[int, tuple[str, int]] = {}  # column: what stands there, and down to which row
    for at, row in enumerate(rows):
        begun = {column: held for column, held in begun.items() if held[1] >= at}
        if any(cell.strip() for cell in row):
            for column, (text, _last) in begun.items():
                row[column] = row[column] or text
        begun |= {column: (row[column], last) for column, last in down.get(at, {}).items() if column < len(row)}
        yield row


def _cell(value: Any) -> str:
    """A cell as one would type it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _INTEGRAL else f"{value:.15g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def decoded(content: bytes) -> str:
    """The text of a .csv in UTF-8, UTF-16 or GB 18030. Raises Stop `text` for anything else."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text[:100_000]):
            return text
    raise Stop("text")


def _encodings(content: bytes) -> list[str]:
    """What it may be written in: UTF-16 shows by its mark, or by zero bytes and where the signs between cells come out."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    head = content[:4000]
    signs = {
        way: len(re.findall("[\t\n,;|]", head.decode(way, "replace")))
        for way in ("utf-16-le", "utf-16-be")
        if 0 in head
    }
    likely = [way for way, number in signs.items() if number > 1 and number == max(signs.values())]
    return likely or ["utf-8-sig", "gb18030"]


def delimited(text: str) -> Iterator[Any]:
    """One sheet without a name, of a .csv or of what was copied out of a table program."""
    yield {"sheet": ""}
    csv.field_size_limit(CELL)
    mark = _delimiter(text)
    paired = _paired(text, mark)
    _limit(not paired and mark != "\t", "quotes")
    lines = StringIO(text, newline="")
    try:
        # a table program does not close a quote mark that it copies
        yield from _limited(
            csv.reader(lines, delimiter=mark) if paired else csv.reader(lines, delimiter=mark, quoting=_AS_IT_STANDS)
        )
    except csv.Error as error:
        raise Stop("text") from error


def _paired(text: str, mark: str) -> bool:
    """Whether every quote mark that opens a cell closes it: else the rows after it would be swallowed without a word."""
    try:
        for _row in csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True):
            pass
    except csv.Error as error:
        return "field larger" in str(error)
    return True


def _delimiter(text: str) -> str:
    """What stands oftenest in the first lines: a tab, else a comma, semicolon or bar."""
    head = "\n".join(text.splitlines()[:FIRST]) if len(text) < CELL * FIRST else text[: CELL * FIRST]
    return max("\t,;|", key=lambda mark: (head.count(mark), mark == "\t"))


def _limited(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows without empty cells at their ends; empty ones stay, so that rows keep their numbers."""
    waiting = 0  # empty rows that count only if something follows
    filled = 0
    for row in rows:
        while row and not row[-1].strip():
            row.pop()
        if not row:
            waiting += 1
            continue
        _limit(len(row) > COLUMNS, "columns")
        _limit(any(len(cell) > CELL for cell in row), "text")
        filled += 1
        _limit(filled + waiting > ROWS + FIRST, "rows")
        for _each in range(waiting):
            yield []
        waiting = 0
        yield row


if __name__ == "__main__":
    main(sys.argv[1])
