"""The gate at the import (rights.md D2–D4): names, headings and values of every sheet, before anything is kept."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from gongyi.core import gate
from gongyi.core.errors import Refused
from gongyi.core.imports.kinds import Kind
from gongyi.core.imports.table import Layout, Sheet, find_layout, heading_rows, headings


def check_entrance(kind: Kind, sheets: Sequence[Sheet], name: str) -> None:
    """Raise Refused `refused_name`, `refused_column` or `refused_dictionary` for what the product does not hold."""
    gate.check_name(name)
    for sheet in sheets:
        gate.check_name(sheet.name)
    for sheet in sheets:
        if kind.dictionary:
            for at in range(sheet.width()):
                gate.check_dictionary(_values(sheet, at, 0))
            continue
        layout = find_layout(sheet, kind.columns, {})
        for row in heading_rows(sheet, layout):
            gate.check_headers(_shown(sheet), row)
            kind.check_headings(row)
        for at, found in _by_value(sheet, layout):
            raise _of_value(sheet, layout, at, found)


def refused_at(kind: Kind, sheet: Sheet) -> set[int]:
    """The columns (from 0) of a sheet that are refused, by heading or by value."""
    layout = find_layout(sheet, kind.columns, {})
    if kind.dictionary:
        return {at for at in range(sheet.width()) if gate.refused_values(_values(sheet, at, 0))}
    by_heading = {at for row in heading_rows(sheet, layout) for at, _kind in gate.refused_columns(row)}
    return by_heading | {at for at, _found in _by_value(sheet, layout)}


def without_refused(kind: Kind, sheets: Sequence[Sheet]) -> list[Sheet]:
    """The same sheets without those columns, under names of our own where a name is refused."""
    return [
        Sheet(
            _("表%(n)d") % {"n": number} if gate.refused_name(sheet.name) else sheet.name,
            _kept(sheet, refused_at(kind, sheet)),
        )
        for number, sheet in enumerate(sheets, start=1)
    ]


def _kept(sheet: Sheet, refused: set[int]) -> list[list[str]]:
    return [[cell for at, cell in enumerate(row) if at not in refused] for row in sheet.rows]


def _by_value(sheet: Sheet, layout: Layout) -> Iterator[tuple[int, gate.Kind]]:
    for at in range(sheet.width()):
        if found := gate.refused_values(_values(sheet, at, layout.head + 1)):
            yield at, found


def _values(sheet: Sheet, at: int, first: int) -> Iterator[str]:
    return (row[at] for row in sheet.rows[first:] if at < len(row))


def _shown(sheet: Sheet) -> str:
    return sheet.name or _("粘贴的表格")


def _of_value(sheet: Sheet, layout: Layout, at: int, found: gate.Kind) -> Refused:
    """The refusal of a column whose cells say what its heading does not."""
    told = {
        "sheet": _shown(sheet)[:40], "number": at + 1, "letter": gate.letter(at + 1), "kind": found.label,
        "header": headings(sheet, layout)[at].strip()[:40],
    }  # fmt: skip
    sentence = _(
        "导入已拒绝:工作表「%(sheet)s」第 %(number)d 列(%(letter)s)「%(header)s」里的内容属于本平台不收集的信息(%(kind)s)。"
        "请删除该列后重试;文件未保存。"
    )
    return Refused("refused_column", sentence % told)
