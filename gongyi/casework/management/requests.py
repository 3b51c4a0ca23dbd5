"""Reading a file of requests for a trial: read and matched as the import does it, nothing stored."""

from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from gongyi.casework.actions.imports.cases import COLUMNS
from gongyi.core import imports
from gongyi.core.errors import Refused
from gongyi.core.imports.table import Sheet, find_layout
from gongyi.documents.reading import clean, clean_line, read_table


class Request(NamedTuple):
    """One row of the file; what the file does not hold is empty."""

    number: str = ""
    title: str = ""
    content: str = ""
    topic: str = ""
    answer: str = ""


def read_requests(path: Path) -> list[Request]:
    """The rows of a table file, of all its sheets that hold requests. Raises CommandError, exit 2, for what cannot be read, holds no texts, or holds what an import
    refuses (rights.md D2).
    """
    sheets = read_sheets(path)
    try:
        imports.check_entrance(imports.KINDS["cases"], sheets, path.name)
    except Refused as no:
        raise CommandError(str(no), returncode=2) from no
    found, fits = list[Request](), False
    for sheet in sheets:
        layout = find_layout(sheet, COLUMNS, {})
        places = {name: at for at, name in layout.fields.items()}
        places.setdefault("topic", places.get("topic1", -1))
        if places.keys() & {"content", "title"}:
            fits, wanted = True, {name: places[name] for name in Request._fields if places.get(name, -1) >= 0}
            rows = (_cells(row, wanted) for row in sheet.rows[layout.head + 1 :])
            found += [_request(cells) for cells in rows if any(cell.strip() for cell in cells.values())]
    if not fits:
        raise CommandError(_("没有找到“诉求内容”或“标题”这一列：%(file)s") % {"file": path}, returncode=2)
    return found


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a table file. Raises CommandError, exit 2."""
    try:
        return read_table(path.read_bytes(), path.name)
    except OSError as error:
        raise CommandError(_("读不了这个文件：%(file)s") % {"file": path}, returncode=2) from error
    except Refused as no:
        raise CommandError(str(no), returncode=2) from no


def _cells(row: list[str], wanted: dict[str, int]) -> dict[str, str]:
    return {name: row[at] for name, at in wanted.items() if at < len(row)}


def _request(cells: dict[str, str]) -> Request:
    return Request(
        **{name: clean(cell) if name in {"content", "answer"} else clean_line(cell) for name, cell in cells.items()}
    )
