"""Requests out of a table, for commands that only look at them: read and asked at the gate as an import, stored nowhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from gongyi.casework.actions.imports.cases import COLUMNS
from gongyi.core import imports
from gongyi.core.errors import Refused
from gongyi.core.imports.table import Column, find_layout
from gongyi.documents.reading import clean, clean_line, read_table
from gongyi.language.matters import Request


class Numbered(NamedTuple):
    """A row: its number, its words, and the number of the matter where the table has one."""

    number: str
    request: Request
    matter: str = ""


def read_requests(file: Path, *, matters: str = "") -> list[Numbered]:
    """The rows of the first sheet that holds requests. `matters` is the heading of the column with the number of the matter.

    Raises CommandError with the sentence for the person when the file cannot be read, is refused, or lacks a column.
    """
    columns: Sequence[Column] = COLUMNS
    if matters:
        columns = (Column("matter", matters), *(one for one in COLUMNS if one.name in {"number", "title", "content"}))
    try:
        sheets = read_table(file.read_bytes(), file.name)
        imports.check_entrance(imports.KINDS["cases"], sheets, file.name)
    except OSError as error:
        raise CommandError(_("文件 %(path)s 读不了。") % {"path": file}, returncode=2) from error
    except Refused as no:
        raise CommandError(str(no), returncode=2) from no
    layouts = [(find_layout(sheet, columns, {}), sheet) for sheet in sheets]
    layout, sheet = max(layouts, key=lambda one: len(one[0].fields))
    at = {name: column for column, name in layout.fields.items()}
    for name in ("number", *(("matter",) if matters else ("content",))):
        if name not in at:
            label = next(str(column.label) for column in columns if column.name == name)
            raise CommandError(_("表格里没有“%(label)s”这一列。") % {"label": label}, returncode=2)
    rows = []
    for row in sheet.rows[layout.head + 1 :]:
        cells = {name: row[column] if column < len(row) else "" for name, column in at.items()}
        if number := clean_line(cells["number"]):
            said = Request(clean_line(cells.get("title", "")), clean(cells.get("content", "")))
            rows.append(Numbered(number, said, clean_line(cells.get("matter", ""))))
    return rows
