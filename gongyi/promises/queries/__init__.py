"""Reads of the promise ledger: one promise, the list, what of it is up to a person, what hangs on a record."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from gongyi.core import clock, today
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key, county_of
from gongyi.core.deadlines import Calendar
from gongyi.core.models import Attachment
from gongyi.core.secrets import mask_text
from gongyi.core.today import Section
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of
from gongyi.people.models import Account
from gongyi.people.queries.handover import Line
from gongyi.promises.models import OPEN, DateChange, PlannedPromise, Promise, PromiseSetting, PromiseStep
from gongyi.promises.rules import origin_of, turn_of, visible_to
from gongyi.promises.workflow import PROMISE, STATES

JOINED = ("unit", "origin_unit", "overseer", "second")
PAGE, COUNT_TO = 30, 1000


# --- the clock --------------------------------------------------------------------------------------------------------


def setting_of(county: int) -> PromiseSetting:
    """What the county set; the defaults, unsaved, while it has set nothing."""
    return PromiseSetting.objects.filter(county=county).first() or PromiseSetting(county=county)


def wake_day(unit: Unit, county: int, due: date, *, days: int | None = None) -> date:
    """The day on which a promise wakes: so many working days of the unit's calendar before its own (by default the county's setting)."""
    calendar = calendar_of(unit, county)
    return _back(due, setting_of(county).wake_days if days is None else days, calendar)


def _back(day: date, workdays: int, calendar: Calendar) -> date:
    while workdays and day > date.min:
        day -= timedelta(days=1)
        workdays -= calendar.is_workday(day)
    return day


# --- one promise ------------------------------------------------------------------------------------------------------


def fetch(by: Actor, key: UUID) -> Promise:
    """The promise with its units, if this person may see it; otherwise Http404, as if it had never existed (P3)."""
    found = visible_to(by).filter(id=key).select_related(*JOINED).first()
    if found is None:
        raise Http404
    return found


def lead_on(by: Actor, promise: Promise) -> str:
    """Where to go on after a change: its page, or the list if it is no longer theirs to see."""
    return promise.get_absolute_url() if visible_to(by).filter(id=promise.id).exists() else reverse("promises:list")


def timeline(promise: Promise) -> list[PromiseStep]:
    """Everything that happened to a promise, oldest first."""
    return list(PromiseStep.objects.filter(county=promise.county, promise=promise).order_by("seq"))


def changes_of(promise: Promise) -> list[DateChange]:
    """Each time it was put off, oldest first, with the unit that did it."""
    rows = DateChange.objects.filter(county=promise.county, promise=promise).select_related("unit")
    return list(rows.order_by("at", "id"))


def files_of(promise: Promise) -> list[Attachment]:
    """The files of its proof, oldest first."""
    return list(Attachment.objects.filter(county=promise.county, subject=promise.id).order_by("added_at", "id"))


@dataclass(frozen=True)
class Turn:
    """Whose turn it is and how far the day is, in words, with the tone of its colour."""

    words: str
    tone: str
    icon: str


def turn_words(promise: Promise) -> Turn:
    """As the stamp says it: "等东湖镇做到 · 还有 5 天", "已兑现 · 晚 2 天"."""
    state, days = STATES[promise.state], (promise.due - clock.today()).days
    if promise.state == "reported":
        unit = promise.second.name if promise.second else ""
        return Turn(_("等%(unit)s核对 · %(left)s") % {"unit": unit, "left": how_late(promise)}, "waiting", state.icon)
    if promise.state == "due":
        tone = "late" if days < 0 else "soon" if promise.wakes_on <= clock.today() else "waiting"
        words = _("等%(unit)s做到 · %(left)s") % {"unit": promise.unit.name, "left": _left(days)}
        return Turn(words, tone, "clock-history" if tone == "late" else state.icon)
    if promise.state == "kept":
        return Turn(f"{state.label} · {how_late(promise)}", "soon" if promise.late else "done", state.icon)
    return Turn(str(state.label), state.tone, state.icon)


def how_late(promise: Promise) -> str:
    """Of a reported promise: in time, or by how many days not."""
    days = ((promise.reported_on or clock.today()) - promise.due).days
    return ngettext("晚了 %(n)d 天", "晚了 %(n)d 天", days) % {"n": days} if days > 0 else pgettext("承诺", "按时")


def _left(days: int) -> str:
    if days == 0:
        return pgettext("承诺", "今天到日子")
    if days > 0:
        return ngettext("还有 %(n)d 天", "还有 %(n)d 天", days) % {"n": days}
    return ngettext("过了 %(n)d 天", "过了 %(n)d 天", -days) % {"n": -days}


# --- the list ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A filter of the list; everything may be left out. `waiting` "me": what is up to this person."""

    unit: UUID | None = None
    state: str = ""
    first: date | None = None
    last: date | None = None
    late: bool = False
    waiting: str = ""


def listed(by: Actor, wanted: Wanted) -> QuerySet[Promise]:
    """The promises that one may see and that fit: open ones by the promised day, then those that ended, the latest first."""
    rows = turn_of(by) if wanted.waiting == "me" else visible_to(by)
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.first:
        rows = rows.filter(due__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(due__lte=wanted.last)
    if wanted.late:
        rows = rows.filter(late_now())
    return rows.select_related(*JOINED).order_by(F("ended_on").desc(nulls_first=True), "due", "id")


def wanted_of(facts: Mapping[str, str]) -> Wanted:
    """The filter that an address asks for; its values were checked by the form that made it."""
    first, last = (date.fromisoformat(facts[name]) if facts.get(name) else None for name in ("first", "last"))
    late, waiting = bool(facts.get("late")), facts.get("waiting", "")
    return Wanted(as_key(facts.get("unit")), facts.get("state", ""), first, last, late, waiting)


def list_keys(by: Actor, facts: Mapping[str, str], most: int) -> list[UUID]:
    """The promises of the list that an address asks for, in its order; at most so many."""
    return list(listed(by, wanted_of(facts)).values_list("id", flat=True)[:most])


def late_now() -> Q:
    """Reported after the day, or not at all and the day is over; the same as `Promise.late`."""
    reported = Q(reported_on__gt=F("due"))
    return (reported | Q(reported_on=None, due__lt=clock.today())) & ~Q(state="withdrawn")


def units_in_list(by: Actor) -> list[tuple[str, str]]:
    """The units that keep a promise in the person's list, as choices."""
    pairs = visible_to(by).order_by().values_list("unit", "unit__name").distinct()
    return sorted(((str(key), name) for key, name in pairs), key=lambda pair: pair[1])


def row(promise: Promise) -> dict[str, Any]:
    """A line of a list."""
    again = ngettext("改期 %(n)d 次", "改期 %(n)d 次", promise.moves) % {"n": promise.moves} if promise.moves else ""
    return {
        "url": promise.get_absolute_url(), "title": mask_text(promise.what), "number": promise.number,
        "turn": turn_words(promise), "unit": promise.unit.name, "topic": again, "at": promise.due,
    }  # fmt: skip


# --- what is up to a person -------------------------------------------------------------------------------------------


SHOWN, OF_A_SECTION = 20, 50


def my_section(by: Actor) -> list[Section]:
    """The promises that are up to this person, the most pressing first, as a section of Today; none where there are none."""
    if not by.can(P.PROMISE_VIEW):
        return []
    keys = list(_mine(by, clock.today())[: OF_A_SECTION + 1])
    held = min(len(keys), OF_A_SECTION)
    rows = Promise.objects.filter(id__in=keys[:SHOWN]).select_related(*JOINED).order_by("due", "id") if keys else []
    lines, more = [_task(by, one) for one in rows], len(keys) > held
    section = Section("promises", gettext_lazy("承诺"), lines, held, "waiting=me", more, "promises:list")
    return [section] if keys else []


@lru_cache(maxsize=256)
def _mine(by: Actor, _day: date) -> QuerySet[Promise, UUID]:
    """The question alone is kept, for what this person holds on this day; the rows are read each time."""
    return turn_of(by).order_by("due", "id").values_list("id", flat=True)


def _task(by: Actor, promise: Promise) -> today.Line:
    """The line of Today: the row, why it stands here, the button for the next step."""
    action, why = _next(by, promise)
    step = {"label": PROMISE[action].label, "method": "get", "url": f"{promise.get_absolute_url()}{action}/"}
    return today.Line(row(promise), why, step)


def _next(by: Actor, promise: Promise) -> tuple[str, str]:
    day = date_format(promise.due, _("n月j日"))
    if promise.state == "reported":
        return "confirm", _("%(unit)s说做到了，等您核对") % {"unit": promise.unit.name}
    if promise.unit_id in by.units(P.PROMISE_KEEP):
        if promise.due < clock.today():
            return "report", _("您的单位答应%(day)s以前做到，已经过了") % {"day": day}
        return "report", _("您的单位答应%(day)s以前做到") % {"day": day}
    return "judge", _("%(unit)s答应%(day)s以前做到，还没有动静") % {"unit": promise.unit.name, "day": day}


# --- what hangs on a record -------------------------------------------------------------------------------------------


def promises_of(kind: str, key: UUID) -> list[Promise]:
    """All promises that arose from a record, by their days. Who may see the record is the caller's question."""
    rows = Promise.objects.filter(county=county_of(key), kind=kind, origin=key)
    return list(rows.select_related(*JOINED).order_by("due", "id"))


def has_open(kind: str, key: UUID) -> bool:
    """Whether something that the record promised is still to come."""
    return Promise.objects.filter(county=county_of(key), kind=kind, origin=key, state__in=OPEN).exists()


def planned_for(kind: str, key: UUID) -> list[PlannedPromise]:
    """What the text promises that waits for approval, in its order."""
    rows = PlannedPromise.objects.filter(county=county_of(key), kind=kind, origin=key)
    return list(rows.select_related("unit").order_by("place"))


def lines_for_asker(promises: Iterable[Promise]) -> list[dict[str, Any]]:
    """Promises as the person who asked reads them: what, who, by when, where it stands, how often the day was moved and why."""
    return [
        {
            "what": mask_text(one.what), "unit": one.unit.name, "due": one.due, "state": STATES[one.state],
            "late": one.late, "words": how_late(one) if one.state == "kept" else "",
            "changes": [{"old": each.old, "new": each.new, "reason": mask_text(each.reason)} for each in changes_of(one)] if one.moves else [], "why": mask_text(one.why),
            "proof": mask_text(one.proof) if one.state == "kept" else "",
        }
        for one in promises
    ]  # fmt: skip


# --- units and people that go -----------------------------------------------------------------------------------------


def open_promises(unit: Unit) -> list[str]:
    """What stands in the way of closing a unit: one sentence, or none."""
    number = Promise.objects.filter(county=unit.county, unit=unit, state__in=OPEN).count()
    words = ngettext("还有 %(n)d 项承诺没有兑现", "还有 %(n)d 项承诺没有兑现", number) % {"n": number}
    return [words] if number else []


def handover_lines(giver: Account, unit: Unit) -> Iterator[Line]:
    """The unit's open promises, the most pressing first, but for those of a matter in which this person may not act."""
    rows = Promise.objects.filter(county=unit.county, unit=unit, state__in=OPEN).select_related(*JOINED)
    for one in rows.order_by("due", "id"):
        if giver.id not in origin_of(one.kind).apart(one.origin):
            ends = timezone.make_aware(datetime.combine(one.due, time(23, 59, 59)))
            yield Line(one.number, turn_words(one).words, ends, one.get_absolute_url())
