"""Reading a file of requests for a measurement or a trial: number, title, text, and the topic where it stands."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

HEADINGS = {
    "number": ("留言编号", "工单编号", "编号", "单号"),
    "title": ("留言主题", "标题", "主题"),
    "text": ("留言详情", "诉求内容", "留言内容", "内容", "详情"),
    "topic": ("一级分类", "事项分类"),
    "answer": ("答复意见", "答复内容", "答复"),
}
FIRST = 10  # the headings stand in one of the first rows


class Request(NamedTuple):
    """One row of the file; what the file does not hold is empty."""

    number: str
    title: str
    text: str
    topic: str
    answer: str


def read_requests(path: str) -> list[Request]:
    """The rows of a table file. Raises CommandError, exit 2, for what cannot be read or has no column of texts."""
    rows = rows_of(path)
    for at, row in enumerate(rows[:FIRST]):
        names = [cell.strip() for cell in row]
        places = {
            key: next((names.index(one) for one in known if one in names), None) for key, known in HEADINGS.items()
        }
        if places["text"] is not None or places["title"] is not None:
            return [
                Request(
                    *("" if place is None or place >= len(one) else one[place].strip() for place in places.values())
                )
                for one in rows[at + 1 :]
                if any(one)
            ]
    raise CommandError(_("没有找到“诉求内容”或“标题”这一列：%(file)s") % {"file": path}, returncode=2)


def rows_of(path: str) -> list[list[str]]:
    """All rows of the first sheet as text."""
    try:
        content = Path(path).read_bytes()
        if path.lower().endswith((".csv", ".tsv", ".txt")):
            return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (OSError, CalamineError, UnicodeDecodeError) as error:
        raise CommandError(_("读不了这个文件：%(file)s") % {"file": path}, returncode=2) from error
    return [[_cell(cell) for cell in row] for row in sheet.to_python()]


def _cell(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
