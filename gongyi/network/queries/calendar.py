"""Reads about calendars: the days of a county or unit that differ from the public ones."""

from datetime import date
from uuid import UUID

from django.db.models import Q

from gongyi.core.deadlines import Calendar
from gongyi.network.models import CalendarDay, Unit
from gongyi.network.queries.units import chain


def calendar_of(unit: Unit | None, county: int, *, besides: UUID | None = None) -> Calendar:
    """The calendar that counts for a unit: public holidays, then the county's days, then those of units from above to itself.

    `besides` leaves one row out: what would count without it.
    """
    order: dict[UUID | None, int] = {None: 0}
    if unit is not None:
        for level, above in enumerate(reversed(chain(unit)), start=1):
            order[above.id] = level
    wanted = Q(unit=None) | Q(unit__in=[key for key in order if key])
    days = CalendarDay.objects.filter(wanted, county=county)
    sorted_days = sorted((d for d in days if d.id != besides), key=lambda d: order[d.unit_id])
    return Calendar({d.day: (d.working, d.name) for d in sorted_days})


def calendar_days(county: int, year: int) -> list[CalendarDay]:
    """The days of a year that the county or one of its units set themselves, by date, the whole county's first."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = CalendarDay.objects.filter(county=county, day__range=(first, last)).select_related("unit")
    return sorted(rows, key=lambda d: (d.day, d.unit.code if d.unit else ""))
