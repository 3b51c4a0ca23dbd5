"""How promises come into the ledger: planned beside a text that has not gone out, binding in the transaction in which it does."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, numbering
from gongyi.core.access import Actor, system_actor
from gongyi.core.access import Permission as P
from gongyi.core.county import county_of, new_key
from gongyi.core.said import Piece
from gongyi.core.tracking import new_slug
from gongyi.core.workflow import first_step
from gongyi.network.models import Unit
from gongyi.promises.actions.moving import move, tell
from gongyi.promises.models import OPEN, Line, PlannedPromise, Promise, PromiseStep, Record
from gongyi.promises.queries import JOINED, wake_day

SERIES = "诺"
LONGEST = 300


@transaction.atomic
def make_promise(*, by: Actor, record: Record, what: str, unit: Unit, due: date) -> Promise:
    """Enter one binding promise: `unit` will do `what` by the end of the day `due`. Call it in the transaction that sends the text out.

    `record` is where it comes from; its `kind` must be registered (`promises.rules.register_origin`), and its app has to have
    checked that `by` may speak for it: this action asks no permission of its own, as numbering and outbox do not.
    The unit is told unless `by` works there, and from then on the ledger wakes it, asks for proof and tells those who were
    interested through the registered origin. Raises ValidationError by field (`what`, `unit`, `due`) for words that are
    missing or too long, a unit that does not work any more, and a day that is over.
    """
    line = checked(Line(what, unit, due))
    promise = Promise(
        id=new_key(by.county), county=by.county, what=line.what, unit=unit, due=due,
        wakes_on=wake_day(unit, by.county, due), slug=new_slug(),
        kind=record.kind, origin=record.key, origin_number=record.number, origin_unit=record.unit, overseer=record.overseer,
        made_at=clock.now(), made_by=by.id, state="due", changed_at=clock.now(),
    )  # fmt: skip
    promise.number = numbering.next_number(county=by.county, series=SERIES, subject=promise.id)
    promise.full_clean()
    promise.save()
    first_step(promise, "make", by=by, step=PromiseStep, parent="promise", note=line.what)
    if by.unit != unit.id:
        words = gettext_lazy("您的单位有一项新承诺，请按时做到")
        tell(promise, {unit.id: P.PROMISE_KEEP}, by=by, event="promise.new", words=words)
    return promise


def checked(line: Line) -> Line:
    """The line with tidy words. Raises ValidationError by field."""
    line = line._replace(what=" ".join(line.what.split()))
    wrong = {}
    if not line.what or len(line.what) > LONGEST:
        wrong["what"] = _("请写明答应做什么，不超过 300 字。")
    if line.unit.status != Unit.Status.RUNNING:
        wrong["unit"] = _("这个单位已经停用，请选别的单位。")
    if line.due < clock.today():
        wrong["due"] = _("这一天已经过了。")
    if wrong:
        raise ValidationError(wrong)
    return line


@transaction.atomic
def plan_promises(*, by: Actor, record: Record, lines: Iterable[Line]) -> list[PlannedPromise]:
    """Keep what a text promises that waits for approval, in place of what was planned for the record before. Nobody is told.

    Raises ValidationError as `make_promise` does.
    """
    good = [checked(line) for line in lines]
    _planned(record).delete()
    rows = [
        PlannedPromise(
            county=by.county, kind=record.kind, origin=record.key, place=place, what=line.what, unit=line.unit,
            due=line.due, at=clock.now(), by=by.id,
        )
        for place, line in enumerate(good)
    ]  # fmt: skip
    return PlannedPromise.objects.bulk_create(rows)


@transaction.atomic
def bind_planned(*, by: Actor, record: Record) -> list[Promise]:
    """The text goes out: what was planned for the record becomes binding. A day that went by meanwhile raises ValidationError.

    Who planned it stands as its maker, so that whoever approved it may confirm or publish it later.
    """
    made = []
    for row in _planned(record).select_related("unit").order_by("place"):
        promise = make_promise(by=by, record=record, what=row.what, unit=row.unit, due=row.due)
        if row.by != promise.made_by:
            Promise.objects.filter(county=promise.county, id=promise.id).update(made_by=row.by)
            promise.made_by = row.by
        made.append(promise)
    _planned(record).delete()
    return made


def _planned(record: Record) -> QuerySet[PlannedPromise]:
    return PlannedPromise.objects.filter(county=county_of(record.key), kind=record.kind, origin=record.key)


@transaction.atomic
def hand_promises_on(record: Record, *, by: Actor, before: UUID | None) -> int:
    """Another unit answers for the record from now on: open promises that the unit `before` gave for itself go with it.

    Their days stay; each says in its timeline from which unit to which, and the new one is told. What other units promised stays
    theirs. Without `before` those go that the answering unit of their time gave for itself. Returns how many went.
    """
    rows = Promise.objects.filter(county=by.county, kind=record.kind, origin=record.key, state__in=OPEN)
    rows = (rows.filter(unit=before) if before else rows.filter(unit=F("origin_unit"))).exclude(unit=record.unit)
    found = list(rows.select_related(*JOINED).order_by("id"))
    for promise in found:
        way = f"{promise.unit.name} → {record.unit.name}"
        changes = {"unit_id": record.unit.id, "wakes_on": wake_day(record.unit, promise.county, promise.due)}
        promise.unit = record.unit
        move(promise, "hand_on", by=system_actor("transfer", by.county), changes=changes, reason=way)
        words = gettext_lazy("您的单位接过一项承诺，日子不变，请按时做到")
        tell(promise, {record.unit.id: P.PROMISE_KEEP}, by=by, event="promise.new", words=words)
    return len(found)


@transaction.atomic
def end_promises(record: Record, *, county: int, reason: Piece) -> int:
    """The record was void or taken back: its open promises are withdrawn with this reason; returns how many. Planned ones are dropped."""
    by = system_actor("routine", county)
    _planned(record).delete()
    rows = Promise.objects.filter(county=county, kind=record.kind, origin=record.key, state__in=OPEN)
    found = list(rows.select_related("unit", "origin_unit", "overseer", "second").order_by("id"))
    for promise in found:
        changes = {"why": str(reason)[:LONGEST], "ended_on": clock.today(), "second_id": None}
        move(promise, "end", by=by, changes=changes, reason=reason)
    return len(found)
