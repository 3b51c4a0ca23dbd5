"""Imports for tests: rows in, a run out."""

import json
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command

from gongyi.core import imports
from gongyi.core.access import Actor
from gongyi.core.imports import Sheet
from gongyi.core.models import ImportRun
from gongyi.network.models import Unit

HEAD = ["留言编号", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
OPEN = ["188006", "路灯不亮", "2019/2/28 11:25:05", "\n\t\t村口三盏路灯不亮。\n\t", "", ""]
ENDED = ["2554", "路没修好", "2019/4/24 16:03:40", "路挖得稀烂，一直不修。", "您好！五月底修好。", "2019/5/9 9:49:10"]


def take(by: Actor, unit: Unit, *rows: list[str], head: list[str] = HEAD, kind: str = "cases", **how: Any) -> ImportRun:
    """Import a table as the worker does; `how` may be source, leave_out, mended."""
    draft = imports.first_draft(imports.KINDS[kind], [Sheet("表", [head, *rows])], how.get("source", "热线"), by.county)
    draft.leave_out, draft.mended = how.get("leave_out", False), how.get("mended", {})
    run = imports.open_run(by=by, kind=kind, unit=unit.id, source=how.get("source", "热线"))
    with imports.alone(by.county):
        return imports.carry_out(run, draft, by=by)


def command(name: str, file: Any, **options: Any) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of an import command."""
    out, status = StringIO(), 0
    try:
        call_command(name, str(file), json=True, stdout=out, **options)
    except CommandError as error:
        status = error.returncode
    return status, json.loads(out.getvalue())
