"""Ledgers: kept under a name, taken as a file, frozen for a period. Every file has a number and a digest in the register of files."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, gate
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.lists import Found, Kind
from gongyi.documents.ledgers import write_ledger
from gongyi.network.models import Unit
from gongyi.reports.actions.paper import new_file, register_file
from gongyi.reports.models import Ledger, LedgerSheet, ReportFile
from gongyi.reports.queries import ledger as queries
from gongyi.reports.rules.ledger import may_keep

MOST_COLUMNS = 20


@dataclass(frozen=True)
class Keeping:
    """What somebody writes about a ledger: its name, which list, what of it, and (column, heading) in order."""

    name: str
    kind: Kind
    figure: str
    query: str
    columns: list[tuple[str, str]]


@transaction.atomic
def keep_ledger(*, by: Actor, unit: Unit, keeping: Keeping, ledger: Ledger | None = None) -> Ledger:
    """Make a ledger of the unit, or change one. What was frozen stays as it was.

    Raises PermissionDenied; ValidationError by field: no column, an unknown one, a forbidden heading or name (by name), a name that is taken.
    """
    same = ledger is None or (ledger.unit_id, ledger.kind) == (unit.id, keeping.kind.name)
    if not same or not may_keep(by, unit, keeping.kind):
        raise PermissionDenied
    _check(unit, keeping, ledger)
    row = ledger or Ledger(county=by.county, unit=unit, kind=keeping.kind.name, made_by=by.id)
    row.name, row.figure, row.query = " ".join(keeping.name.split()), keeping.figure, keeping.query
    row.columns, row.changed_at = json.dumps(keeping.columns, ensure_ascii=False), clock.now()
    row.full_clean()
    row.save()
    audit.record(by=by, action="ledger.keep", kind="reports.ledger", subject=row.id, label=row.name)
    return row


def _check(unit: Unit, keeping: Keeping, ledger: Ledger | None) -> None:
    wrong: dict[str, str] = {}
    name = " ".join(keeping.name.split())
    others = Ledger.objects.filter(county=unit.county, unit=unit, name=name, removed_at=None)
    if (others.exclude(id=ledger.id) if ledger else others).exists():
        wrong["name"] = _("已经有叫“%(name)s”的台账，请换个名字。") % {"name": name}
    try:
        gate.check_name(name)
    except Refused as refused:
        wrong["name"] = str(refused)
    known = queries.columns(keeping.kind)
    if (
        not keeping.columns
        or len(keeping.columns) > MOST_COLUMNS
        or any(key not in known for key, _head in keeping.columns)
    ):
        wrong["columns"] = _("请选 1 到 %(n)d 列。") % {"n": MOST_COLUMNS}
    for _key, heading in keeping.columns:
        if kind := gate.refused_header(heading):
            told = {"name": heading, "kind": kind.label}
            wrong["columns"] = _("表头“%(name)s”涉及本平台不收集的信息（%(kind)s），没有保存。") % told
    if keeping.figure and keeping.figure not in {one.id for one in queries.figures_listed(keeping.kind)}:
        wrong["figure"] = _("请选一个数。")
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def remove_ledger(ledger: Ledger, *, by: Actor, back: bool = False) -> None:
    """Take a ledger from the list, or take that back; what was frozen stays. Raises PermissionDenied; ValidationError `name` where another one has its name by now."""
    if not may_keep(by, ledger.unit, queries.kind_of(ledger)):
        raise PermissionDenied
    same = Ledger.objects.filter(county=by.county, unit=ledger.unit_id, name=ledger.name, removed_at=None)
    if back and same.exclude(id=ledger.id).exists():
        raise ValidationError({"name": _("已经有叫“%(name)s”的台账，请换个名字。") % {"name": ledger.name}})
    Ledger.objects.filter(county=by.county, id=ledger.id).update(removed_at=None if back else clock.now())
    action = "ledger.restore" if back else "ledger.remove"
    audit.record(by=by, action=action, kind="reports.ledger", subject=ledger.id, label=ledger.name)


def take_ledger(
    ledger: Ledger, *, by: Actor, period: Period, told_done: Callable[[int], object] = lambda _done: None
) -> tuple[bytes, ReportFile]:
    """The ledger of a period as an .xlsx, as this person may see it now; its number and digest are registered.

    Raises Refused 422 `empty` for no row, `too_many` for more than a file holds.
    """
    kind = queries.kind_of(ledger)
    if not may_keep(by, ledger.unit, kind):
        raise PermissionDenied
    found = found_rows(by, ledger, period)
    rows = queries.all_lines(by, ledger, period, found.pairs, told_done)
    with transaction.atomic(), translation.override("zh-hans"):
        row = new_file(ledger.unit, "xlsx", None, 0)
        told = queries.told_of(ledger.unit, period, clock.today().isoformat(), row.number, _("没有定"))
        headings = [heading for _key, heading in ledger.chosen]
        foot = queries.foot_words(kind, found.number, found.elsewhere)
        content = write_ledger(ledger.name, told, headings, rows, foot)
        return register_file(by, row, content)


def found_rows(by: Actor, ledger: Ledger, period: Period) -> Found:
    """The rows of a ledger. Raises Refused 422 `empty` for none, `too_many` for more than one ledger holds."""
    found = queries.rows_in(by, ledger, period)
    if not found.pairs:
        raise Refused("empty", _("这段时间没有可以列出的。"), _("请换一段日子。"), status=422)
    if len(found.pairs) > queries.MOST:
        told = {"n": queries.MOST}
        raise Refused("too_many", _("超过 %(n)d 行，一个文件放不下。") % told, _("请把日期分短一些。"), status=422)
    return found


def freeze_ledger(
    ledger: Ledger, *, by: Actor, period: Period, why: str = "", told_done: Callable[[int], object] = lambda _done: None
) -> LedgerSheet:
    """Freeze the ledger of a period: its rows stay as they are now, under a number. Once more for the same period is a correction
    with a reason. Raises PermissionDenied; ValidationError `why` for a correction without a reason; Refused `going_on` while the period
    goes on, and as `take_ledger`.
    """
    edition = may_freeze(ledger, by=by, period=period, why=why)
    found = found_rows(by, ledger, period)
    rows = queries.all_lines(by, ledger, period, found.pairs, told_done)
    return _put_sheet(ledger, by=by, period=period, why=why, found=found, rows=rows, edition=edition)


def may_freeze(ledger: Ledger, *, by: Actor, period: Period, why: str) -> int:
    """Which edition it would be. Raises as `freeze_ledger`, but for the rows."""
    if not may_keep(by, ledger.unit, queries.kind_of(ledger)):
        raise PermissionDenied
    if period.last >= clock.today():
        raise Refused("going_on", _("这段时间还没有过完，不能定。"), _("过完以后再定；现在可以先下载。"), status=422)
    edition = queries.next_edition(ledger, period)
    if edition > 1 and not why.strip():
        raise ValidationError({"why": _("这一期定过了。再定是更正，请写更正了什么。")})
    return edition


@transaction.atomic
def _put_sheet(
    ledger: Ledger, *, by: Actor, period: Period, why: str, found: Found, rows: list[list[str | int]], edition: int
) -> LedgerSheet:
    file = new_file(ledger.unit, "xlsx", None, edition)
    sheet = LedgerSheet(
        county=by.county, ledger=ledger, unit=ledger.unit, kind=ledger.kind, number=file.number, edition=edition, title=ledger.name, first=period.first,
        last=period.last, content=json.dumps([[heading for _key, heading in ledger.chosen], *rows], ensure_ascii=False),
        records="\n".join(dict.fromkeys(str(key) for key, _at in found.pairs)), rows=len(rows), elsewhere=found.elsewhere,
        why=why.strip() if edition > 1 else "", frozen_at=clock.now(), frozen_by=by.id, frozen_label=by.name,
    )  # fmt: skip
    sheet.full_clean()
    sheet.save()
    register_file(by, file, written(sheet))
    audit.record(by=by, action="ledger.freeze", kind="reports.ledgersheet", subject=sheet.id, label=sheet.number)
    return sheet


@translation.override("zh-hans")
def written(sheet: LedgerSheet) -> bytes:
    """The frozen ledger as an .xlsx: at any time with the same words."""
    headings, *rows = sheet.table()
    state = _("更正%(n)d") % {"n": sheet.correction} if sheet.correction else _("定稿")
    told = queries.told_of(
        sheet.unit, sheet.period, timezone.localdate(sheet.frozen_at).isoformat(), sheet.number, state
    )
    foot = queries.foot_words(queries.kind_of(sheet), sheet.rows + sheet.elsewhere, sheet.elsewhere)
    return write_ledger(sheet.title, told, [str(one) for one in headings], rows, foot)


@transaction.atomic
def take_sheet(sheet: LedgerSheet, *, by: Actor) -> bytes:
    """The frozen ledger as a file. Raises Refused `changed` for who may no longer open one of its records (P10)."""
    if not queries.may_take(by, sheet):
        raise Refused("changed", _("里面有您现在看不到的内容，没有给出。"), _("请由看得到全部内容的人下载。"))
    audit.record(by=by, action="ledger.take", kind="reports.ledgersheet", subject=sheet.id, label=sheet.number)
    return written(sheet)
