"""The same step for many cases: each by itself, so that one that cannot be done does not stop the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from gongyi.casework import queries
from gongyi.casework.actions.care import remind
from gongyi.casework.actions.recall import recall_case
from gongyi.casework.actions.work import assign_case
from gongyi.casework.models import BulkLine, BulkRun, Case
from gongyi.casework.queries.bulk import MOST, lines_of
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.network.models import Unit

UNDO_WITHIN = timedelta(minutes=10)
Chosen = list[tuple[UUID, int]]
Act = Callable[[Case, int], str]


@dataclass(frozen=True)
class Line:
    """What happens, or happened, to one case; `done` False: why not."""

    case: Case
    done: bool
    words: str


def assigning(*, by: Actor, lead: Unit, note: str = "") -> Act:
    """派单 (or 改派) of each case to this unit."""

    def act(case: Case, seen: int) -> str:
        words = _("改派给%(unit)s") if case.lead_id and case.state != "returned" else _("派给%(unit)s")
        assign_case(case, by=by, lead=lead, note=note, seen=seen)
        return words % {"unit": lead.name}

    return act


def reminding(*, by: Actor, note: str) -> Act:
    """催办 of each case's lead unit, 督办 where one supervises alone."""

    def act(case: Case, seen: int) -> str:
        action = "remind" if by.can(P.CASE_ASSIGN, case.desk_id) else "supervise"
        remind(case, by=by, action=action, note=note, seen=seen)
        return _("提醒%(unit)s") % {"unit": case.lead or case.desk}

    return act


def plan(chosen: Chosen, act: Act, *, by: Actor) -> list[Line]:
    """What would become of each case: the step is really tried, and everything taken back."""
    with transaction.atomic():
        lines = list(_each(chosen, act, by=by))
        transaction.set_rollback(True)
    return lines


@transaction.atomic
def run_bulk(chosen: Chosen, act: Act, *, by: Actor, what: str) -> BulkRun:
    """Do it, and keep what became of each case. Raises PermissionDenied for the system, Refused for more than a hundred."""
    if by.id is None:
        raise PermissionDenied
    run = BulkRun(county=by.county, account=by.id, what=BulkRun.What(what).value, at=clock.now())
    run.save()
    lines = _each(chosen, act, by=by)
    BulkLine.objects.bulk_create(
        BulkLine(county=by.county, run=run, case_id=line.case.id, position=at, done=line.done, words=line.words[:200])
        for at, line in enumerate(lines)
    )
    return run


def _each(chosen: Chosen, act: Act, *, by: Actor) -> Iterable[Line]:
    """Each case of those that may be seen, in order; of one chosen twice the first."""
    if len(chosen) > MOST:
        raise Refused("too_many", _("一次最多 %(n)d 件。") % {"n": MOST}, _("请分几次办。"), status=422)
    first: dict[UUID, int] = {}
    for key, seen in chosen:
        first.setdefault(key, seen)
    for key, seen in first.items():
        try:
            case = queries.fetch(by, key)
        except Http404:
            continue
        yield _line(case, partial(act, case, seen))


def _line(case: Case, act: Callable[[], str]) -> Line:
    """Do it in a savepoint; a refusal becomes the reason."""
    try:
        with transaction.atomic():
            return Line(case, done=True, words=act())
    except Refused as refused:
        return Line(case, done=False, words=str(refused))
    except PermissionDenied:
        return Line(case, done=False, words=_("这一步不由您做。"))
    except ValidationError as error:
        return Line(case, done=False, words=" ".join(error.messages))


def can_undo(run: BulkRun, *, by: Actor) -> bool:
    """Whether a run can be taken back: one's own 派单, within ten minutes, once. A reminder that was sent was sent."""
    fresh = clock.now() - run.at < UNDO_WITHIN and run.undone_at is None
    return run.what == BulkRun.What.ASSIGN and run.account == by.id and fresh


@transaction.atomic
def undo_bulk(run: BulkRun, *, by: Actor) -> None:
    """撤回派单 of every case that its unit has not signed for yet. Raises Refused `too_late`."""
    if not BulkRun.objects.filter(county=run.county, id=run.id, undone_at=None).update(
        undone_at=clock.now()
    ) or not can_undo(run, by=by):
        raise Refused("too_late", _("过了十分钟或已经撤回过，不能再撤回。"), _("要换单位请用改派。"))
    for line in lines_of(run):
        if line.done:
            line.undone = _undone(line.case_id, by=by)[:200]
            line.save(update_fields=["undone"])


def _undone(key: UUID, *, by: Actor) -> str:
    try:
        case = queries.fetch(by, key)
    except Http404:
        return _("现在看不到这件事，没有撤回。")
    found = _line(case, lambda: str(recall_case(case, by=by)) and _("已撤回"))
    return found.words
