"""What the import commands share: read, ask the gate, check, store, and tell it in words or as one JSON object."""

import json
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core import imports
from gongyi.core.access import Actor, system_actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.imports.plan import refuse_lacking
from gongyi.core.management.county import UnitCommand
from gongyi.documents.reading import read_table
from gongyi.network.models import Unit


class ImportCommand(UnitCommand):
    """Base of the import commands. Exit status 0, or 2 when the file was refused and nothing of it was stored."""

    kind: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="the table: .xlsx, .xls, .ods, .csv or .tsv")
        parser.add_argument("--sheet", default="", help="the name of the sheet (default: the one that fits best)")
        parser.add_argument(
            "--source", default="", help="who sent it; a number counts once per sender (default: the unit)"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
        parser.add_argument(
            "--leave-out", action="store_true", help="store the good rows, leave out those with problems"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, county: str | None, at: str | None, json: bool, **options: Any) -> None:
        number = self.one_county(county)
        with bind(number):
            unit = self.unit(number, at)
            by = system_actor(f"import_{self.kind}", number)
            self.begin(by, dry_run=options["dry_run"])
            done = _run(by, unit, imports.KINDS[self.kind], **options)
        self.stdout.write(_as_json(done) if json else "\n".join(_in_words(done)))
        if done["refused"]:
            raise CommandError(_partly(done) if done["created"] else _("没有导入，什么也没有存。"), returncode=2)

    def begin(self, by: Actor, *, dry_run: bool) -> None:
        """What a county needs before its first import."""


def _run(
    by: Actor,
    unit: Unit,
    kind: imports.Kind,
    *,
    file: Path,
    sheet: str,
    source: str,
    dry_run: bool,
    leave_out: bool,
    **_rest: Any,
) -> dict[str, Any]:
    """Do it, and what is told of it; a refusal of the whole file is told like a problem without a row."""
    done: dict[str, Any] = {
        "rows": 0,
        "created": 0,
        "recognised": 0,
        "refused": [],
        "left_out": [],
        "batches": 0,
        "columns": {},
        "notes": [],
    }
    done["dry_run"] = dry_run
    try:
        sheets = read_table(_content(file), file.name)
        imports.check_entrance(kind, sheets, file.name)
        with imports.alone(by.county):
            draft = imports.first_draft(kind, _named(sheets, sheet), source or unit.code, by.county)
            draft.leave_out = leave_out
            _tell_columns(done, kind, draft)
            refuse_lacking(kind, draft)
            _take_in(done, draft, kind, by=by, unit=unit, source=source or unit.code, dry_run=dry_run)
    except Refused as no:
        if no.code != "has_problems":
            done["refused"] = [{"row": 0, "column": "", "reason": str(no), "code": no.code}]
    return done


def _named(sheets: list[imports.Sheet], name: str) -> list[imports.Sheet]:
    """The sheet with this name, all without one. Raises Refused `no_sheet`."""
    found = [sheet for sheet in sheets if name in {"", sheet.name}]
    if not found:
        names = _("、").join(sheet.name for sheet in sheets)
        raise Refused(
            "no_sheet",
            _("没有叫“%(name)s”的工作表。") % {"name": name},
            _("这个文件里有：%(names)s") % {"names": names},
        )
    return found


def _tell_columns(done: dict[str, Any], kind: imports.Kind, draft: imports.Draft) -> None:
    done["sheet"] = draft.table.name
    labels = {column.name: str(column.label) for column in kind.columns}
    named = imports.headings(draft.table, draft.layout)
    done["columns"] = {named[at].strip(): labels[name] for at, name in sorted(draft.layout.fields.items())}
    done["unused_columns"] = draft.left_out()


def _take_in(
    done: dict[str, Any], draft: imports.Draft, kind: imports.Kind, *, by: Actor, unit: Unit, source: str, dry_run: bool
) -> None:
    plan = imports.make_plan(kind, draft, by=by, unit=unit.id, source=source, store=not dry_run)
    wrong = imports.problems(kind, plan.wrong)
    done |= {
        "rows": plan.total,
        "recognised": plan.recognised,
        "notes": plan.notes,
        "left_out": imports.told_twice(kind, plan),
    }
    done["left_out" if draft.leave_out else "refused"] += wrong
    if done["refused"]:
        return
    if dry_run:
        done["created"] = len(plan.fresh)
        return
    run = imports.open_run(by=by, kind=kind.name, unit=unit.id, source=source)
    try:
        imports.carry_out(run, draft, plan, by=by)
    finally:  # of a long file the batches before the one that failed are in
        run.refresh_from_db()
        runs = imports.batches(run)
        done["batches"] = len(runs)
        done["created"] = sum(each.created for each in runs if each.state == each.State.DONE)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused("no_file", _("文件 %(path)s 读不了。") % {"path": file}, _("请看看路径和权限。")) from error


def _partly(done: dict[str, Any]) -> str:
    return _("没有全部导入：前面存好的 %(n)d 行留着。同一个文件再导入一次，会接着存。") % {"n": done["created"]}


def _as_json(done: dict[str, Any]) -> str:
    return json.dumps(done, ensure_ascii=False, indent=2)


def _in_words(done: dict[str, Any]) -> list[str]:
    words = _("%(rows)d 行：将新增 %(created)d，已有 %(recognised)d。（试算，没有写入）") if done["dry_run"] else _("%(rows)d 行：新增 %(created)d，已有 %(recognised)d。")  # fmt: skip
    lines = [words % done, *done["notes"]]
    if unused := done.get("unused_columns"):
        lines.append(_("没有用到的列：%(names)s") % {"names": _("、").join(unused)})
    for each in (*done["refused"], *done["left_out"]):
        where = _("第 %(row)d 行 %(column)s：") % each if each["row"] else ""
        lines.append(f"{where}{each['reason']}")
    return lines
