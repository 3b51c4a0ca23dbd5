"""Reads of the stored months of a county."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from gongyi.core import figures
from gongyi.core.access import Actor
from gongyi.core.figures import Figure, Period, Rate, Value
from gongyi.network.models import Unit
from gongyi.reports.models import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, column
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.rules.figures import units_counted_for


def stored_figures() -> list[Figure]:
    """The base figures that are kept by month: all; a stock as it was when the month ended."""
    return figures.base_figures()


def counted_at(county: int, months: Iterable[date]) -> dict[date, datetime]:
    """When each of these months was last counted, over or not; those that never were are left out."""
    return dict(MonthlyCount.objects.filter(county=county, month__in=list(months)).values_list("month", "at"))


def stored(
    county: int, first: date, last: date, keys: Iterable[str], units: frozenset[UUID] | None
) -> dict[date, dict[str, int]]:
    """These figures of the units (None: of all) in every stored month from the first to the last. One query."""
    rows: Any = MonthlyRow.objects.filter(county=county, month__gte=first, month__lte=last)
    if units is not None:
        rows = rows.filter(unit__in=units)
    sums = {key: Sum(column(key)) for key in keys}
    found = rows.order_by().values("month").annotate(**{column(key): one for key, one in sums.items()})
    return {row["month"]: {key: row[column(key)] for key in sums} for row in found}


def stored_by_unit(county: int, month: date, keys: list[str]) -> dict[UUID, dict[str, int]]:
    """The own figures of every unit in a stored month. One query."""
    rows = MonthlyRow.objects.filter(county=county, month=month).values_list("unit", *map(column, keys))
    return {unit: dict(zip(keys, numbers, strict=True)) for unit, *numbers in rows}


def stored_split(county: int, months: Period, key: str, split: str, units: frozenset[UUID] | None) -> dict[str, int]:
    """A figure in the stored months of a period by the values of a split. One query."""
    rows = MonthlySplit.objects.filter(county=county, figure=key, split=split)
    rows = rows.filter(month__gte=months.first, month__lte=months.last)
    if units is not None:
        rows = rows.filter(unit__in=units)
    return {row["value"]: row["n"] for row in rows.order_by().values("value").annotate(n=Sum("number"))}


def mostly_stored(unit: Unit, period: Period, keys: list[str], rates: Mapping[str, Rate]) -> dict[str, Value]:
    """Figures of the unit in the period: its whole months that were counted after their end as stored, everything else counted now.

    For what is compared with, never for a number that opens its list.
    """
    asked = [rates.get(key) or figures.figure(key) for key in keys]
    base = [*dict.fromkeys(part for one in asked for part in _base_of(one))]
    scope = scope_of(unit, period)
    months = [month for month in period.each_month() if month.whole_months]
    kept = counted_at(unit.county, [month.first for month in months])
    if not period.whole_months or any(kept.get(month.first, month.start) < month.end for month in months):
        return figures.count(keys, scope, rates=rates)
    rows = stored(unit.county, period.first, period.last, base, scope.units)
    last = rows.get(months[-1].first, {})
    found = {key: last.get(key, 0) if is_stock(key) else sum(row[key] for row in rows.values()) for key in base}
    return {one.id: figures.value_of(one, found) for one in asked}


def is_stock(key: str) -> bool:
    """Whether this figure counts what is there on the last day: it is never added up over months."""
    one = figures.figure(key)
    return isinstance(one, Figure) and one.stock


def _base_of(one: Figure | Rate) -> tuple[str, ...]:
    return (*one.above, *one.below) if isinstance(one, Rate) else (one.id,)


def changes_seen(by: Actor) -> QuerySet[MonthlyChange]:
    """What came out otherwise when it was counted again, of the units whose figures this person may see, the newest first."""
    rows = MonthlyChange.objects.filter(county=by.county, unit__in=units_counted_for(by).values("id"))
    return rows.select_related("unit").order_by("-at", "-id")
