"""What the ledger does by itself: wake before and on the day, tell when it is over, find whoever checks, follow calendars and mergers."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import functional
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock
from gongyi.core.access import Actor, system_actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.people.queries import holders
from gongyi.people.queries.posts import may_set_limits
from gongyi.promises.actions.moving import checker_of, move, tell
from gongyi.promises.models import OPEN, PlannedPromise, Promise, PromiseReminder
from gongyi.promises.queries import JOINED, setting_of, wake_day

BATCH = 200
OLDEST = timedelta(days=30)  # what was late before that was late before anybody was told
Kind = PromiseReminder.Kind
WORDS: dict[str, tuple[str, functional.Promise]] = {
    Kind.WAKE: ("promise.wake", gettext_lazy("承诺的日子快到了，请准备好证明")),
    Kind.DUE: ("promise.due", gettext_lazy("承诺今天到日子，请报告做到没有")),
    Kind.LATE: ("promise.late", gettext_lazy("承诺过了日子还没有做到")),
}


def run_clock(county: int, *, name: str = "promises") -> dict[str, int]:
    """Do everything that is due in a county now; a promise that somebody changes at this moment is left for the next run."""
    by, done = system_actor(name, county), {"rerouted": 0, "told": 0}
    for promise in _stranded(county):
        try:
            _reroute(promise, by=by)
        except Refused:
            continue
        done["rerouted"] += 1
    for kind in Kind:
        for promise in list(_unreminded(county, kind)[:BATCH]):
            done["told"] += _remind(promise, kind, by=by)
    return done


def _unreminded(county: int, kind: str) -> QuerySet[Promise]:
    """The open promises whose moment has come and of which nobody was told yet."""
    today = clock.today()
    when = {
        Kind.WAKE: Q(wakes_on__lte=today, due__gt=today),
        Kind.DUE: Q(due=today),
        Kind.LATE: Q(due__lt=today, due__gte=today - OLDEST),
    }[Kind(kind)]
    told = PromiseReminder.objects.filter(county=county, promise=OuterRef("pk"), kind=kind, due=OuterRef("due"))
    rows = Promise.objects.filter(when, ~Exists(told), county=county, state="due")
    return rows.select_related(*JOINED).order_by("due", "id")


@transaction.atomic
def _remind(promise: Promise, kind: str, *, by: Actor) -> bool:
    """Note the reminder and send it in one commit; False when somebody was faster or the promise moved on."""
    mine = PromiseReminder(county=promise.county, promise=promise, kind=kind, due=promise.due, at=clock.now())
    PromiseReminder.objects.bulk_create([mine], ignore_conflicts=True)
    same = Promise.objects.filter(county=promise.county, id=promise.id, state="due", due=promise.due)
    if not PromiseReminder.objects.filter(county=promise.county, id=mine.id).exists() or not same.exists():
        return False
    event, words = WORDS[kind]
    tell(promise, {promise.unit_id: P.PROMISE_KEEP}, by=by, event=event, words=words)
    if kind == Kind.LATE and (above := _supervisor_of(promise)):
        tell(promise, {above: P.PROMISE_SUPERVISE}, by=by, event=event, words=words)
    return True


def _supervisor_of(promise: Promise) -> UUID | None:
    """The unit whose supervisors hear of it: the one that the record named, where somebody supervises there."""
    if promise.overseer is None:
        return None
    return promise.overseer_id if holders(P.PROMISE_SUPERVISE, {promise.overseer_id})[promise.overseer_id] else None


def _stranded(county: int) -> list[Promise]:
    """Reports that wait where nobody is left who may check them."""
    rows = Promise.objects.filter(county=county, state="reported").select_related(*JOINED)
    waiting = list(rows.order_by("id")[: 5 * BATCH])
    found = holders(P.PROMISE_CONFIRM, {row.second_id for row in waiting if row.second_id})
    return [row for row in waiting if row.second_id is None or not found[row.second_id] - {row.reported_by}][:BATCH]


@transaction.atomic
def _reroute(promise: Promise, *, by: Actor) -> None:
    """Whoever checked is gone: the next unit that has somebody goes on (P9). Raises Refused `nobody`."""
    second = checker_of(promise, besides=promise.reported_by)
    promise.second = second
    move(promise, "reroute", by=by, changes={"second_id": second.id}, reason=second.name)
    words = gettext_lazy("有一项承诺说做到了，等您核对")
    tell(promise, {second.id: P.PROMISE_CONFIRM}, by=by, event="promise.reported", words=words)


@transaction.atomic
def recompute_wakes(county: int, unit: Unit | None = None) -> int:
    """Reckon anew when open promises wake, after a calendar changed; returns how many moved. The promised days stay as they are.

    With `unit` only those that it or a unit below it keeps.
    """
    rows = Promise.objects.filter(county=county, state__in=OPEN).select_related("unit").order_by("id")
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    by, moved = system_actor("calendar", county), 0
    days = setting_of(county).wake_days
    for promise in rows:
        wakes_on = wake_day(promise.unit, county, promise.due, days=days)
        if wakes_on != promise.wakes_on:
            move(promise, "recompute", by=by, changes={"wakes_on": wakes_on})
            moved += 1
    return moved


@transaction.atomic
def set_wake_days(*, by: Actor, wake_days: int) -> int:
    """How many working days before its day a promise wakes, from now on for all open ones; returns for how many it moved."""
    if not (by.system or may_set_limits(by)):
        raise PermissionDenied
    row = setting_of(by.county)
    old, row.wake_days = row.wake_days, wake_days
    row.full_clean()
    row.save()
    changes = {"wake_days": (old, wake_days)}
    audit.record(by=by, action="promises.setting", kind="promises.promisesetting", subject=row.id, changes=changes)
    return recompute_wakes(by.county)


@transaction.atomic
def follow_successor(unit: Unit, into: Unit) -> int:
    """A unit went into another (P16): its promises are the successor's; figures of its time still count for it. Returns how many."""
    by, followed = system_actor(_("单位并入"), unit.county), 0
    places = ("unit_id", "origin_unit_id", "overseer_id", "second_id")
    mine = Q(unit=unit) | Q(origin_unit=unit) | Q(overseer=unit) | Q(second=unit)
    for promise in Promise.objects.filter(mine, county=unit.county).select_related(*JOINED).order_by("id"):
        changes: dict[str, object] = {place: into.id for place in places if getattr(promise, place) == unit.id}
        if "unit_id" in changes:
            changes["counted_unit_id"] = promise.counted_unit_id or unit.id
        move(promise, "follow", by=by, changes=changes, reason=f"{unit.name} → {into.name}")
        followed += 1
    PlannedPromise.objects.filter(county=unit.county, unit=unit).update(unit=into)
    return followed
