"""Lists of cases by index range: filtered, paged, counted; and what is up to a person now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gongyi.casework.models import Asker, Case, CasePart, Topic
from gongyi.casework.queries.words import turn_words
from gongyi.casework.rules import (
    JUDGES,
    can_see_asker,
    declared,
    next_by,
    only_by,
    parts_held,
    parts_visible_to,
    visible_to,
)
from gongyi.casework.workflow import TURNS
from gongyi.core import clock, search
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.models import SearchRow
from gongyi.core.paging import COUNT_TO, PAGE, Mark, Order
from gongyi.core.search import Seldom
from gongyi.core.secrets import phone_digest

ORDER = Order("recorded_at", "case")
A_DAY = 300  # more cases with one word than most counties have in a day
SOON = timedelta(hours=24)
WAITING = [state for state in TURNS if state != "parked"]


@dataclass(frozen=True)
class Wanted:
    """What a list is filtered by; everything may be left out. `after` is the last row of the page before, `before` the first
    row of the page behind. List, count, bulk work and export all read this one filter.
    """

    unit: UUID | None = None
    state: str = ""
    type: UUID | None = None
    topic: UUID | None = None
    since: date | None = None
    until: date | None = None
    overdue: bool = False
    my_turn: bool = False
    waiting: str = ""  # "me": the next step is this person's; "only": and nobody else's; "others": somebody else's
    waits_for: UUID | None = None  # the unit whose turn it is
    due: str = ""  # "late", "soon" (within `SOON`) or "later"
    text: str = ""
    after: Mark | None = None
    before: Mark | None = None

    @property
    def plain(self) -> bool:
        """Whether the question is the same at any moment and holds no typed word: then it may be kept."""
        moving = (self.overdue, self.due, self.waiting == "only", self.after, self.before)
        return not (self.text or any(moving))


def wanted_of(facts: Mapping[str, str]) -> Wanted:
    """The filter that an address asks for; its values were checked by the form that made it."""
    days: dict[str, Any] = {name: date.fromisoformat(facts[name]) for name in ("since", "until") if facts.get(name)}
    sent = {"unit": "unit", "type": "type", "topic": "topic", "waits_for": "whom"}
    keys: dict[str, Any] = {name: as_key(facts.get(given, "")) for name, given in sent.items()}
    return Wanted(
        state=facts.get("state", ""), text=facts.get("q", ""), overdue=bool(facts.get("overdue")),
        my_turn=bool(facts.get("turn")), waiting=facts.get("waiting", ""), due=facts.get("due", ""), **days, **keys,
    )  # fmt: skip


def list_keys(by: Actor, wanted: Wanted, most: int) -> list[UUID]:
    """The cases of a list in its order, each once; at most so many."""
    rows = list_parts(by, wanted).values_list("case", flat=True)
    found: dict[UUID, None] = {}
    for key in rows.iterator(chunk_size=2000):
        found[key] = None
        if len(found) >= most:
            break
    return list(found)


def list_parts(by: Actor, wanted: Wanted, *, turn: bool | None = None) -> QuerySet[CasePart]:
    """The participation rows that a list shows, newest first: one index range per unit, joined to what a row prints.

    With `turn`, of what waits for others only the rows whose turn is ours, or is not: each its own range by due time.
    """
    rows = parts_visible_to(by, unit=wanted.unit)
    exact = {"state": wanted.state, "type": wanted.type, "turn_unit": wanted.waits_for}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.topic:
        rows = rows.filter(topic__in=_topics_under(by.county, wanted.topic))
    if wanted.since:
        rows = rows.filter(recorded_at__gte=_day_begins(wanted.since))
    if wanted.until:
        rows = rows.filter(recorded_at__lt=_day_begins(wanted.until, plus=1))
    if wanted.my_turn:
        rows = rows.filter(my_turn=True)
    if wanted.overdue:
        rows = due_rows(rows.filter(my_turn__in=(True, False)), "late")  # whoever's turn it is: named to keep the index
    rows = _waiting(by, rows, wanted.waiting) if turn is None else _others(by, rows, turn=turn)
    rows = due_rows(rows, wanted.due)
    if wanted.text:
        rows = _named(rows, search.holding(by.county, wanted.text, titles=True))
    return ORDER.begin(rows, wanted.after, wanted.before)


def _named(rows: QuerySet[CasePart], found: QuerySet[SearchRow]) -> QuerySet[CasePart]:
    """Rows of the cases that were found; few are named, so that they are sought once for all units."""
    keys = found.filter(kind="case").values_list("subject", flat=True)
    few = list(keys[: COUNT_TO + 1])
    return rows.filter(case__in=few if len(few) <= COUNT_TO else keys)


def seen(by: Actor, wanted: Wanted | None) -> search.Seen:
    """The index rows of what the list shows this person, under the same filter but for its words."""
    wanted = replace(wanted or Wanted(), text="")
    parts = list_parts(by, wanted).order_by()
    each = Q(Exists(parts.filter(Seldom("case", OuterRef("subject")))))
    number = search.counted(parts_held(by, unit=wanted.unit), None if wanted == Wanted(unit=wanted.unit) else parts)
    return search.Seen(Q(kind="case", subject__in=parts.values("case")), each, number)


def _hits(by: Actor, wanted: Wanted) -> QuerySet[SearchRow]:
    """The index rows of the list's cases that have every word in number or title, those of the newest days first."""
    until = search.last_place(by.county, _day_of(wanted.after)) if wanted.after else None
    return search.newest(by.county, wanted.text, seen(by, wanted), titles=True, until=until).filter(kind="case")


def _topics_under(county: int, topic: UUID) -> QuerySet[Topic]:
    """A topic and all below it."""
    return Topic.objects.filter(Q(id=topic) | Q(parent=topic) | Q(parent__parent=topic), county=county)


def _waiting(by: Actor, rows: QuerySet[CasePart], whom: str) -> QuerySet[CasePart]:
    """Rows that wait for this person, or for somebody else; what waits for the asker or a date waits for nobody."""
    if whom == "me":
        return rows.filter(~Q(case__in=declared(by).values("case")), next_by(by), my_turn=True)
    if whom == "only":
        return rows.filter(~Q(case__in=declared(by).values("case")), only_by(by), my_turn=True)
    if whom != "others":
        return rows
    units, mine = by.units(P.CASE_VIEW), next_by(by)
    if len(units) == 1:
        return rows.filter(Q(my_turn=False) | ~mine, state__in=WAITING)
    elsewhere = Q(my_turn=False) & ~Q(case__turn_unit__in=units)
    return rows.filter(elsewhere | Q(my_turn=True) & ~mine, state__in=WAITING)


def _others(by: Actor, rows: QuerySet[CasePart], *, turn: bool) -> QuerySet[CasePart]:
    """The half of what waits for others that is our turn, or that is not: together the same as `_waiting` says."""
    rows = rows.filter(my_turn__in=[turn], state__in=WAITING)  # "=" would hide it from the index
    units = by.units(P.CASE_VIEW)
    if turn:  # first by what stands in the index: late and one's own may be many
        plain = [state for state in WAITING if state not in JUDGES and by.units(TURNS[state][1]) == units]
        return rows.exclude(state__in=plain).exclude(next_by(by))
    return rows if len(units) == 1 else rows.exclude(case__turn_unit__in=units)


def due_rows(rows: QuerySet[CasePart, Any], when: str) -> QuerySet[CasePart, Any]:
    """Rows whose next step is late, due soon, or not yet pressing; what waits for the asker or a date is nobody's to be late with."""
    now = clock.now()
    match when:
        case "late":
            rows = rows.filter(due__lt=now)
        case "soon":
            rows = rows.filter(due__gte=now, due__lt=now + SOON)
        case "later":
            rows = rows.filter(due__gte=now + SOON)
        case _:
            return rows
    return rows.filter(state__in=WAITING)


def _day_begins(day: date, *, plus: int = 0) -> datetime:
    """Local midnight at the beginning of a day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=plus), time()))


class Row(NamedTuple):
    """What a list prints of a case: only these columns are read, because whole cases with their texts cost many times as much."""

    id: UUID
    number: str
    title: str
    state: str
    outcome: str
    wakes_on: date | None
    turn_due: datetime | None
    recorded_at: datetime
    lead: str | None
    topic: str | None
    type: str
    turn_unit: str | None
    turn_at: UUID | None


_NAMES = {
    "lead": "lead__name", "topic": "topic__name", "type": "type__name", "turn_unit": "turn_unit__name", "turn_at": "turn_unit_id",
}  # fmt: skip


def _columns(prefix: str = "") -> list[str]:
    """Where the columns of a `Row` stand, seen from a case, or from what points to it by `prefix`."""
    return [prefix + _NAMES.get(name, name) for name in Row._fields]


def rows_of(found: QuerySet[Any], prefix: str = "") -> list[Row]:
    """The rows of a list of cases, or of what points to them by `prefix`; each case once."""
    return _rows(found.values_list(*_columns(prefix)))


def _rows(found: Iterable[Any]) -> list[Row]:
    return list({values[0]: Row(*values) for values in found}.values())


def rows_named(keys: list[UUID]) -> dict[UUID, Row]:
    """The rows of these cases."""
    return {values[0]: Row(*values) for values in _CASES.filter(id__in=keys)} if keys else {}


_CASES = Case.objects.values_list(*_columns())


def _titled(by: Actor, wanted: Wanted, number: int) -> list[Row]:
    """The first rows of a list with words. The index knows the day of each case: only so many days are gone through as hold
    the number of cases that is asked for.
    """
    since = search.first_place(by.county, _day_of(wanted.before)) if wanted.before else 0
    if not wanted.before:
        hits = list(_hits(by, wanted).values_list("place", "subject")[: number + A_DAY])
        since = search.first_place_of_day(hits[number - 1][0]) if len(hits) >= number else 0
        if len(hits) < number + A_DAY or hits[-1][0] < since:
            rows = rows_named([key for place, key in hits if place >= since]).values()
            return sorted(rows, key=lambda row: (row.recorded_at, row.id), reverse=True)[:number]
    parts = list_parts(by, replace(wanted, text=""))
    found = _named(parts, search.holding(by.county, wanted.text, titles=True, since=since))
    return rows_of(
        found[: number * len(by.units(P.CASE_VIEW))], "case__"
    )  # a case stands once for each unit that takes part


def _day_of(mark: Mark) -> date:
    return timezone.localdate(mark[0])


def page(by: Actor, wanted: Wanted) -> tuple[list[Row], bool]:
    """The rows of one page and whether more follow. A case in which several of one's units take part stands once."""
    if wanted.text:
        rows = _titled(by, wanted, PAGE + 1)
    else:
        ask = _kept_printed if wanted.plain else _printed
        rows = _rows(ask(by, wanted).all())
    kept = rows[:PAGE]
    return kept[::-1] if wanted.before else kept, len(rows) > PAGE


def count(by: Actor, wanted: Wanted, *, exact: bool = False) -> int:
    """How many cases the list holds, exact up to 1,000; 1,001 stands for more, unless all are to be counted."""
    if exact:
        return list_parts(by, wanted).order_by().values("case").distinct().count()
    if wanted.text:
        return _hits(by, wanted)[: COUNT_TO + 1].count()
    ask = _kept_counted if wanted.plain else _counted
    return ask(by, wanted).all().count()


def _printed(by: Actor, wanted: Wanted) -> QuerySet[CasePart, Any]:
    return _first(by, wanted, PAGE + 1).values_list(*_columns("case__"))


def _counted(by: Actor, wanted: Wanted) -> QuerySet[CasePart, Any]:
    keys = _first(by, wanted, COUNT_TO + 1, counted=True).values("case")
    return keys if keys.query.is_sliced else keys.order_by().distinct()[: COUNT_TO + 1]


# The question alone is kept, for what this person holds now; the rows are read each time.
_kept_printed, _kept_counted = lru_cache(maxsize=256)(_printed), lru_cache(maxsize=256)(_counted)


def _first(by: Actor, wanted: Wanted, number: int, *, counted: bool = False) -> QuerySet[CasePart]:
    """The first rows of the list; of several units the first of each, as one order over all of them would sort every row.

    `counted`: any so many of them, along whichever index finds them soonest.
    """
    units = by.units(P.CASE_VIEW)
    each = [wanted] if wanted.unit or len(units) <= 1 else [replace(wanted, unit=unit) for unit in units]
    ranges = [list_parts(by, one) for one in each]
    return ORDER.first(CasePart, ranges, number, backwards=wanted.before is not None, counted=counted)


def row(case: Row) -> dict[str, Any]:
    """A list row as its building block wants it."""
    return {
        "url": f"/cases/{case.id}/", "number": case.number, "title": case.title, "unit": case.lead,
        "turn": turn_words(case.state, case.outcome, case.wakes_on, case.turn_due, case.turn_unit or ""),
        "topic": case.topic or case.type, "at": case.recorded_at,
    }  # fmt: skip


def open_of_phone(by: Actor, phone: str) -> list[Row]:
    """Open cases of the same phone number that this person may see with its asker: "has this asker an open case?"; at most five."""
    digest = phone_digest(phone)
    if not digest:
        return []
    same = Asker.objects.filter(county=by.county, phone_digest=digest).values("case")
    rows = visible_to(by).filter(id__in=same, closed_at=None).exclude(state="void")
    known = [case.id for case in rows.select_related("type")[:10] if can_see_asker(by, case)]  # a hit tells who asked
    # Sorted here: to sort them, SQLite would walk through all cases of the county.
    return sorted(rows_of(rows.filter(id__in=known)), key=lambda row: row.recorded_at, reverse=True)[:5]
