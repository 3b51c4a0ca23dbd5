"""The steps of an import on the pages, and what the worker does with those that wait."""

import logging
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from gongyi.core import clock, imports, schedule
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.imports import runs
from gongyi.core.imports.plan import Draft, keep, kept, kind_of, layout_of, remembered
from gongyi.core.imports.table import layout_at
from gongyi.core.models import ImportRun
from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.people.queries import actor_of

AT_ONCE = 100  # rows; longer tables are taken in by the worker
S = ImportRun.State
log = logging.getLogger(__name__)


def read_in(*, by: Actor, kind: imports.Kind, unit: Unit, source: str, sheets: list[imports.Sheet]) -> ImportRun:
    """Keep a table that has passed the gate, sealed, until its person goes on with it."""
    if not kind.may(by, unit.id):
        raise PermissionDenied
    source = source.strip() or unit.code
    run = imports.open_run(by=by, kind=kind.name, unit=unit.id, source=source)
    keep(run, imports.first_draft(kind, sheets, source, by.county))
    return run


def set_columns(run: ImportRun, *, sheet: int, head: int, fields: dict[int, str], meanings: dict[str, str]) -> None:
    """Say which sheet it is, where its headings stand and what each column is; another place is looked at anew."""
    draft, kind = _draft(run), kind_of(run)
    habits = remembered(kind, run.source, run.county)
    if sheet != draft.sheet:
        draft.sheet, draft.layout = sheet, layout_of(kind, draft.sheets[sheet], habits)
    elif head != draft.layout.head and fields == draft.layout.fields:
        draft.layout = layout_at(draft.table, head, kind.columns, habits)
    else:
        draft.layout.how |= {at: "known" for at, name in fields.items() if draft.layout.fields.get(at) != name}
        draft.layout.head, draft.layout.fields = head, fields
        runs.remember(run, meanings)
    draft.mended, draft.dropped = {}, set()
    keep(run, draft)


def set_rows(run: ImportRun, *, mended: dict[int, dict[str, str]], dropped: set[int], leave_out: bool) -> None:
    """Mend cells and leave rows out."""
    draft = _draft(run)
    for row, cells in mended.items():
        draft.mended[row] = draft.mended.get(row, {}) | cells
    draft.dropped |= dropped
    draft.leave_out = leave_out
    keep(run, draft)


def _draft(run: ImportRun) -> Draft:
    if run.state != S.DRAFT:
        raise Refused("begun", _("这次导入已经开始了，不能再改。"), _("请刷新页面看看。"))
    return kept(run)


def start(run: ImportRun, *, by: Actor) -> None:
    """Store a short table now; let the worker store a long one."""
    draft = _draft(run)
    number = sum(1 for _row in draft.rows())
    if number <= AT_ONCE:
        with imports.alone(by.county):
            imports.carry_out(run, draft, by=by)
        return
    imports.plan.refuse_lacking(kind_of(run), draft)
    if not ImportRun.objects.filter(county=run.county, id=run.id, state=S.DRAFT).update(
        state=S.WAITING, rows=number, beat_at=clock.now()
    ):
        raise Refused("begun", _("这次导入已经开始了，不能再改。"), _("请刷新页面看看。"))


def take_back(run: ImportRun, *, by: Actor) -> None:
    """Undo: a short import now, a long one by the worker; it is out of sight at once."""
    imports.undo(run, by=by, now=imports.take_back if run.created <= AT_ONCE else None)


def carry_waiting(county: int) -> dict[str, int]:
    """What the worker does in a county: take back what was left half done, store what waits, end what nobody finished."""
    done = {"stored": 0, "failed": 0, "ended": 0}
    try:
        with imports.alone(county):
            for run in ImportRun.objects.filter(county=county, state=S.WAITING, batch=1).order_by("asked_at"):
                if schedule.stopping():
                    break
                done["stored" if _carry(run) else "failed"] += 1
    except Refused:
        return done  # another process of this machine is at it
    done["ended"] = imports.sweep(county)
    return done


def _carry(run: ImportRun) -> bool:
    """Store one that waits, as its person stands now (P10); whatever goes wrong, the next one has its turn."""
    account = Account.objects.filter(id=run.account, is_active=True).first()
    by = actor_of(account) if account else None
    if by is None or by.county != run.county or not kind_of(run).may(by, run.unit):
        imports.take_back(run, words=_("您现在没有这项导入的权限了。"))
        return False
    try:
        imports.carry_out(run, by=by)
    except (Refused, ValidationError):
        return False
    except Exception:
        log.exception("import %s failed", run.id)
        return False
    return True


def facts_of(form: Any) -> dict[str, Any]:
    """The cleaned facts of the first form as `read_in` takes them."""
    facts = dict(form.cleaned_data)
    unit: UUID | str = facts["unit"]
    return {"unit": form.units[str(unit)], "source": facts.get("source", ""), "sheets": facts["sheets"]}
