"""Long ledgers, made by the worker as the person who asked stands when it is made: a file, a frozen ledger, or what changed since one was frozen."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from gongyi.core import attachments, audit, clock, schedule
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.people.models import Account
from gongyi.people.queries import actor_of
from gongyi.reports.actions import ledger as actions
from gongyi.reports.models import Ledger, LedgerRun, LedgerSheet
from gongyi.reports.queries import ledger as queries
from gongyi.reports.rules.ledger import may_keep

KEPT = timedelta(hours=24)
MOST_WAITING = 3
What, Trouble = LedgerRun.What, LedgerRun.Trouble


def ask_run(
    ledger: Ledger, *, by: Actor, what: str, period: Period, why: str = "", sheet: LedgerSheet | None = None
) -> LedgerRun:
    """Ask the worker for it; the same asked twice is one. Raises PermissionDenied, ValidationError and Refused as the action that
    does it at once, Refused 429 while three of one's own wait.
    """
    if by.id is None or not may_keep(by, ledger.unit, queries.kind_of(ledger)):
        raise PermissionDenied
    if what == What.FREEZE:
        actions.may_freeze(ledger, by=by, period=period, why=why)
    number = sheet.rows if sheet else len(actions.found_rows(by, ledger, period).pairs)
    facts = {"ledger": ledger, "sheet": sheet, "what": what, "first": period.first, "last": period.last}
    mine = LedgerRun.objects.filter(county=by.county, account=by.id, ready_at=None, gone_at=None)
    if there := mine.filter(**facts).first():
        return there
    if mine.count() >= MOST_WAITING:
        raise Refused("waiting", _("已有三份在排队。"), _("请等它们做好再来。"), status=429)
    with transaction.atomic():
        run = LedgerRun(county=by.county, account=by.id, why=why.strip(), wanted=number, asked_at=clock.now(), **facts)
        run.full_clean(exclude=["ledger", "sheet"])
        run.save()
        audit.record(by=by, action="ledger.ask", kind="reports.ledgerrun", subject=run.id, label=ledger.name)
    return run


def make_waiting(county: int) -> int:
    """What the worker does: make those that wait, each for its person as they stand now. Returns how many were made."""
    made = 0
    for run in LedgerRun.objects.filter(county=county, ready_at=None, gone_at=None).order_by("asked_at"):
        if schedule.stopping():
            break
        account = Account.objects.filter(id=run.account, is_active=True).first()
        by = actor_of(account) if account else None
        made += _make(run, by) if by and by.county == county else _end(run, Trouble.RIGHT)
    return made


def _make(run: LedgerRun, by: Actor) -> int:
    """Make one; a trouble ends it and is told on its page."""
    try:
        facts = MAKERS[run.what](queries.fetch_run(by, run.id), by)
    except (PermissionDenied, Http404):
        return _end(run, Trouble.RIGHT)
    except (ValidationError, IntegrityError):
        return _end(run, Trouble.FROZEN)
    except Refused:
        return _end(run, Trouble.EMPTY)
    rows = LedgerRun.objects.filter(county=run.county, id=run.id, ready_at=None, gone_at=None)
    if not rows.update(**facts, done=run.wanted, ready_at=clock.now()):
        _remove(
            LedgerRun(**{name: value for name, value in facts.items() if name != "sheet"})
        )  # somebody else was faster
        return 0
    return 1


def _end(run: LedgerRun, trouble: str) -> int:
    LedgerRun.objects.filter(county=run.county, id=run.id).update(trouble=trouble, gone_at=clock.now())
    return 0


def _take(run: LedgerRun, by: Actor) -> dict[str, object]:
    if run.sheet:
        queries.fetch_sheet(by, run.sheet.id)
        return {"path": attachments.store(actions.take_sheet(run.sheet, by=by))}
    keys = {str(key) for key, _at in actions.found_rows(by, run.ledger, run.period).pairs}
    content, _file = actions.take_ledger(run.ledger, by=by, period=run.period, told_done=_telling(run))
    return {"path": attachments.store(content), "keys_path": attachments.store("\n".join(sorted(keys)).encode())}


def _freeze(run: LedgerRun, by: Actor) -> dict[str, object]:
    return {"sheet": actions.freeze_ledger(run.ledger, by=by, period=run.period, why=run.why, told_done=_telling(run))}


def _compare(run: LedgerRun, by: Actor) -> dict[str, object]:
    sheet = queries.fetch_sheet(by, run.sheet.id if run.sheet else run.id)
    if not queries.may_take(by, sheet):
        raise PermissionDenied
    return {"path": attachments.store(json.dumps(queries.changed_since(by, sheet, _telling(run))).encode())}


MAKERS = {What.TAKE.value: _take, What.FREEZE.value: _freeze, What.COMPARE.value: _compare}


def _telling(run: LedgerRun) -> Callable[[int], int]:
    """Says how far it is, where its page looks."""
    return lambda done: LedgerRun.objects.filter(county=run.county, id=run.id).update(done=done)


def take_run(run: LedgerRun, *, by: Actor) -> BinaryIO:
    """The file, once, gone from the disk. Raises Http404 for somebody else's, Refused `gone` for one that is no more, `changed`
    where one may no longer open one of its records (P10).
    """
    rows = LedgerRun.objects.filter(
        county=by.county, account=by.key, id=run.id, what=What.TAKE, taken_at=None, gone_at=None
    )
    if run.account != by.id:
        raise Http404
    if not rows.filter(ready_at__gt=clock.now() - KEPT).exists():
        raise Refused("gone", _("这个文件已经下载过或过了一天，不在了。"), _("请重新做一份。"), status=410)
    if not _still(run, by):
        drop_run(run)
        raise Refused("changed", _("里面有您现在看不到的内容，没有给出。"), _("请重新做一份。"))
    with transaction.atomic():
        if not rows.update(taken_at=clock.now(), gone_at=clock.now()):
            raise Refused("gone", _("这个文件刚被下载过。"), _("请重新做一份。"), status=410)
        audit.record(by=by, action="ledger.take", kind="reports.ledgerrun", subject=run.id, label=run.ledger.name)
        content = attachments.open_stored(run.path)
    _remove(run)
    return content


def _still(run: LedgerRun, by: Actor) -> bool:
    kind = queries.kind_of(run.ledger)
    if not may_keep(by, run.ledger.unit, kind):
        return False
    if run.sheet:
        return queries.may_take(by, run.sheet)
    with attachments.open_stored(run.keys_path) as file:
        return queries.may_open(by, kind, {UUID(line) for line in file.read().decode().split()})


def differences_of(run: LedgerRun, *, by: Actor) -> list[str] | None:
    """What a comparison found; None while it is not made, when it is gone, or where one may no longer see all of it."""
    if run.what != What.COMPARE or run.waits or not run.path or run.gone_at or not _still(run, by):
        return None
    with attachments.open_stored(run.path) as file:
        found: list[str] = json.loads(file.read())
    return found


def drop_run(run: LedgerRun) -> None:
    """Remove what lies on the disk; the row stays and says that there was one."""
    LedgerRun.objects.filter(county=run.county, id=run.id).update(gone_at=clock.now())
    _remove(run)


def drop_old(county: int) -> int:
    """Remove what is older than a day (D11)."""
    old = Q(ready_at__lt=clock.now() - KEPT) | Q(asked_at__lt=clock.now() - 2 * KEPT)
    rows = list(LedgerRun.objects.filter(old, county=county, gone_at=None))
    for run in rows:
        drop_run(run)
    return len(rows)


def _remove(run: LedgerRun) -> None:
    for path in filter(None, (run.path, run.keys_path)):
        attachments.remove(path)
