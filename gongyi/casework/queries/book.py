"""The register of numbers (登记簿): what became of each number that was given, and whether one is missing. No content."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.casework.workflow import STATES
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.models import NumberSeries, RegisterLine
from gongyi.core.numbering import show
from gongyi.network.models import Unit

PAGE, PRINTED, NAMED = 50, 1000, 20


@dataclass(frozen=True)
class Entry:
    """One number: when it was given and what became of its case, with the reason where it was struck."""

    place: int
    number: str
    at: datetime | None
    fate: str
    why: str


def may_read_book(by: Actor) -> bool:
    """Auditors, and who assigns or supervises for the county's own unit."""
    units = by.units(P.CASE_ASSIGN) | by.units(P.CASE_SUPERVISE)
    own = bool(units) and Unit.objects.filter(county=by.county, tier=Unit.Tier.COUNTY, id__in=units).exists()
    return own or by.can(P.AUDIT_READ)


def books(by: Actor) -> QuerySet[NumberSeries]:
    """The series and years that this person may read; none for others."""
    rows = NumberSeries.objects.filter(county=by.county).order_by("series", "-year")
    return rows if may_read_book(by) else rows.none()


def entries(book: NumberSeries, *, below: int = 0, most: int = PAGE) -> list[Entry]:
    """A page of the register, the newest number first; with `below` the numbers under it."""
    lines = RegisterLine.objects.filter(county=book.county, series=book.series, year=book.year)
    if below:
        lines = lines.filter(number__lt=below)
    rows = list(lines.order_by("-number")[:most])
    cases: dict[UUID, tuple[datetime, str]] = {
        key: (at, state)
        for key, at, state in Case.objects.filter(county=book.county, id__in=[row.subject for row in rows]).values_list(
            "id", "recorded_at", "state"
        )
    }
    return [
        Entry(row.number, show(row.series, row.year, row.number), _when(row, cases), _fate(row, cases), row.why)
        for row in rows
    ]


def _when(row: RegisterLine, cases: dict[UUID, tuple[datetime, str]]) -> datetime | None:
    return cases[row.subject][0] if row.subject in cases else None


def _fate(row: RegisterLine, cases: dict[UUID, tuple[datetime, str]]) -> str:
    if row.fate != RegisterLine.Fate.LIVE:
        return str(RegisterLine.Fate(row.fate).label)
    if row.subject not in cases:
        return _("找不到这一件")
    state = STATES[cases[row.subject][1]]
    return _("在办") if state.open else str(state.label)


def missing(book: NumberSeries) -> tuple[int, list[str]]:
    """How many numbers up to the last one given are not in the register, and the first of them."""
    lines = RegisterLine.objects.filter(
        Q(number__lte=book.last), county=book.county, series=book.series, year=book.year
    )
    lacking = book.last - lines.count()
    if not lacking:
        return 0, []
    there = set(lines.values_list("number", flat=True))
    found = [number for number in range(1, book.last + 1) if number not in there]
    return lacking, [show(book.series, book.year, number) for number in found[:NAMED]]
