"""Lists of proposals by index range: filtered, paged, counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gongyi.core import clock, search
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.paging import COUNT_TO, PAGE, Mark, Order
from gongyi.core.search import Seldom
from gongyi.proposals.models import Proposal, ProposalPart
from gongyi.proposals.queries.words import turn_words
from gongyi.proposals.rules import declared, next_by, parts_held, parts_visible_to, visible_to
from gongyi.proposals.workflow import TURNS

ORDER = Order("recorded_at", "proposal")
SOON = timedelta(days=3)  # proposals run for months
WAITING = list(TURNS)


@dataclass(frozen=True)
class Wanted:
    """What a list is filtered by; everything may be left out. `after` is the last row of the page before, `before` the first
    row of the page behind.
    """

    unit: UUID | None = None
    state: str = ""
    category: UUID | None = None
    session: UUID | None = None
    since: date | None = None
    until: date | None = None
    waiting: str = ""  # "me": the next step is this person's; "others": somebody else's
    due: str = ""  # "late", "soon" (within `SOON`) or "later"
    text: str = ""
    after: Mark | None = None
    before: Mark | None = None


def wanted_of(facts: Mapping[str, str]) -> Wanted:
    """The filter that an address asks for; its values were checked by the form that made it."""
    days: dict[str, Any] = {name: date.fromisoformat(facts[name]) for name in ("since", "until") if facts.get(name)}
    keys: dict[str, Any] = {name: as_key(facts.get(name, "")) for name in ("unit", "category", "session")}
    return Wanted(
        state=facts.get("state", ""), waiting=facts.get("waiting", ""), due=facts.get("due", ""), text=facts.get("q", ""), **days, **keys,
    )  # fmt: skip


def list_parts(by: Actor, wanted: Wanted) -> QuerySet[ProposalPart]:
    """The participation rows that a list shows, newest first: one index range per unit."""
    rows = parts_visible_to(by, unit=wanted.unit)
    exact = {"state": wanted.state, "category": wanted.category, "session": wanted.session}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.since:
        rows = rows.filter(recorded_at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(recorded_at__lt=_midnight(wanted.until + timedelta(days=1)))
    rows = due_rows(_waiting(by, rows, wanted.waiting), wanted.due)
    if wanted.text:
        found = search.holding(by.county, wanted.text, titles=True).filter(kind="proposal")
        rows = rows.filter(proposal__in=found.values_list("subject", flat=True))
    return ORDER.begin(rows, wanted.after, wanted.before)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _waiting(by: Actor, rows: QuerySet[ProposalPart], whom: str) -> QuerySet[ProposalPart]:
    """Rows whose next step is this person's, or somebody else's."""
    if whom == "me":
        return rows.filter(~Q(proposal__in=declared(by).values("proposal")), next_by(by), my_turn=True)
    if whom == "others":
        return rows.filter(Q(my_turn=False) | ~next_by(by), state__in=WAITING)
    return rows


def due_rows(rows: QuerySet[ProposalPart], when: str) -> QuerySet[ProposalPart]:
    """Rows whose next step is late, due soon, or not yet pressing."""
    now = clock.now()
    match when:
        case "late":
            return rows.filter(due__lt=now, state__in=WAITING)
        case "soon":
            return rows.filter(due__gte=now, due__lt=now + SOON, state__in=WAITING)
        case "later":
            return rows.filter(Q(due=None) | Q(due__gte=now + SOON), state__in=WAITING)
    return rows


def when(due: datetime | None) -> str:
    """Which of these a due time is, as `due_rows` says."""
    now = clock.now()
    return "later" if due is None or due >= now + SOON else "soon" if due >= now else "late"


class Row(NamedTuple):
    """What a list prints of a proposal."""

    id: UUID
    number: str
    title: str
    state: str
    turn_due: datetime | None
    recorded_at: datetime
    lead: str | None
    category: str | None
    turn_unit: str | None


_NAMES = {"lead": "lead__name", "category": "category__name", "turn_unit": "turn_unit__name"}


def _columns(prefix: str = "") -> list[str]:
    return [prefix + _NAMES.get(name, name) for name in Row._fields]


def rows_of(found: QuerySet[Any], prefix: str = "") -> list[Row]:
    """The rows of a list of proposals, or of what points to them by `prefix`; each proposal once."""
    return list({values[0]: Row(*values) for values in found.values_list(*_columns(prefix))}.values())


def page(by: Actor, wanted: Wanted) -> tuple[list[Row], bool]:
    """The rows of one page and whether more follow. A proposal in which several of one's units take part stands once."""
    rows = rows_of(_first(by, wanted, (PAGE + 1) * max(len(by.units(P.PROPOSAL_VIEW)), 1)), "proposal__")
    kept = rows[:PAGE]
    return kept[::-1] if wanted.before else kept, len(rows) > PAGE


def list_keys(by: Actor, facts: Mapping[str, str], most: int) -> list[UUID]:
    """The proposals of the list that an address asks for, in its order, each once; at most so many."""
    found: dict[UUID, None] = {}
    for key in list_parts(by, wanted_of(facts)).values_list("proposal", flat=True).iterator(chunk_size=2000):
        found[key] = None
        if len(found) >= most:
            break
    return list(found)


def count(by: Actor, wanted: Wanted, *, exact: bool = False) -> int:
    """How many proposals the list holds, exact up to 1,000; 1,001 stands for more, unless all are to be counted."""
    rows = list_parts(by, wanted).order_by().values("proposal").distinct()
    return rows.count() if exact else rows[: COUNT_TO + 1].count()


def _first(by: Actor, wanted: Wanted, number: int) -> QuerySet[ProposalPart]:
    units = by.units(P.PROPOSAL_VIEW)
    each = [wanted] if wanted.unit or len(units) <= 1 else [replace(wanted, unit=unit) for unit in units]
    return ORDER.first(ProposalPart, [list_parts(by, one) for one in each], number, backwards=wanted.before is not None)


def row(one: Row) -> dict[str, Any]:
    """A list row as its building block wants it."""
    return {
        "url": f"/proposals/{one.id}/", "number": one.number, "title": one.title, "unit": one.lead, "topic": one.category or "",
        "turn": turn_words(one.state, one.turn_due, one.turn_unit or ""), "at": one.recorded_at,
    }  # fmt: skip


def numbered(by: Actor, number: str) -> Proposal | None:
    """The proposal with this number, among those that this person may open."""
    return visible_to(by).filter(county=by.county, number=number.strip()[:24]).first()


def seen(by: Actor, wanted: Wanted | None) -> search.Seen:
    """The index rows of what the list shows this person, under the same filter but for its words."""
    wanted = replace(wanted or Wanted(), text="")
    parts = list_parts(by, wanted).order_by()
    each = Q(Exists(parts.filter(Seldom("proposal", OuterRef("subject")))))
    number = search.counted(parts_held(by, unit=wanted.unit), None if wanted == Wanted(unit=wanted.unit) else parts)
    return search.Seen(Q(kind="proposal", subject__in=parts.values("proposal")), each, number)
