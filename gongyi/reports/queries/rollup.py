"""Provinces and the country out of the stored months: the only reads that name no county (architecture.md, "the county inside the key", 5).

Grouped by county, then by the first two digits of its code; no other table is joined, and no case is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from gongyi.core import figures
from gongyi.core.errors import Refused
from gongyi.core.figures import Figure, Period, Rate, Value
from gongyi.network.models import Unit
from gongyi.reports.models import MonthlyCount, MonthlyRow, column
from gongyi.reports.queries.monthly import is_stock

PROVINCE = 10_000  # the first two of a county's six digits


@dataclass(frozen=True)
class Line:
    """A county, or all of a province or of the country: its figures and, of a county, the months that were not counted since they ended."""

    code: str
    name: str
    values: dict[str, Value]
    lacking: tuple[date, ...] = ()


@dataclass(frozen=True)
class Rollup:
    """A period over counties: all together, each province, each county of each province."""

    period: Period
    whole: Line
    provinces: list[tuple[Line, list[Line]]]

    @property
    def lacking(self) -> int:
        """How many counties lack a month."""
        return sum(bool(county.lacking) for _province, counties in self.provinces for county in counties)


def rolled_up(period: Period, *, province: int | None = None, county: int | None = None) -> Rollup:
    """Every figure of the stored months of a period, of all counties, those of a province, or one. Three queries.

    Rates by the formulas as the product ships them: counties may have changed theirs, and what differs cannot be added up.
    Raises Refused `months` for days that are not whole months, `no_county` where nothing is stored.
    """
    if not period.whole_months:
        raise Refused("months", _("省和全国的数按整月存。"), _("请从月初到月末。"), status=422)
    keys = [one.id for one in figures.base_figures()]
    names = dict(_within(Unit.objects.filter(tier=Unit.Tier.COUNTY), province, county).values_list("county", "name"))
    if not names:
        raise Refused("no_county", _("这里没有这样的县。"), _("请看看省的代码。"), status=422)
    lacking = _lacking(period, set(names), _within(MonthlyCount.objects.all(), province, county))
    rows, none = rollup(period, keys), dict.fromkeys(keys, 0)
    counted = {code: rows.get(code, none) for code in sorted(lacking)}
    lines = [Line(f"{code:06d}", names[code], _values(one), lacking[code]) for code, one in counted.items()]
    provinces = [
        (Line(f"{number:02d}", "", _values(one)), [line for line in lines if int(line.code) // PROVINCE == number])
        for number, one in by_province(counted).items()
    ]
    whole = {key: sum(one[key] for one in counted.values()) for key in keys}
    return Rollup(period, Line("", "", _values(whole)), provinces)


def _values(counted: dict[str, int]) -> dict[str, Value]:
    return {one.id: figures.value_of(one, counted) for one in figures.figures()}


def _within(rows: Any, province: int | None, county: int | None) -> Any:
    """Those of one county, or of the counties of one province."""
    if province is not None:
        rows = rows.filter(county__gte=province * PROVINCE, county__lt=(province + 1) * PROVINCE)
    return rows.filter(county=county) if county is not None else rows


def _lacking(period: Period, counties: set[int], rows: Any) -> dict[int, tuple[date, ...]]:
    """Of each county the months of the period that were not counted since they ended."""
    done: dict[int, set[date]] = {code: set() for code in counties}
    for code, month, at in rows.values_list("county", "month", "at"):
        if code in done and at >= Period.month(month.year, month.month).end:
            done[code].add(month)
    months = [month.first for month in period.each_month()]
    return {code: tuple(month for month in months if month not in found) for code, found in done.items()}


def rollup(period: Period, keys: Iterable[str]) -> dict[int, dict[str, int]]:
    """Figures of every county in the stored months of a period: {county: {id: number}}; of a stock that of the last month.

    One query, over stored rows alone.
    """
    keys, last = list(keys), Q(month=period.last.replace(day=1))
    rows: Any = MonthlyRow.objects.filter(month__gte=period.first, month__lte=period.last)
    sums: dict[str, Any] = {column(key): Sum(column(key), filter=last if is_stock(key) else None, default=0) for key in keys}  # fmt: skip
    found = rows.order_by("county").values("county").annotate(**sums)
    return {row["county"]: {key: row[column(key)] for key in keys} for row in found}


def by_province(counties: dict[int, dict[str, int]]) -> dict[int, dict[str, int]]:
    """The same summed by the first two digits: {43: {id: number}}."""
    found: dict[int, dict[str, int]] = {}
    for county, numbers in counties.items():
        line = found.setdefault(county // PROVINCE, dict.fromkeys(numbers, 0))
        for key, number in numbers.items():
            line[key] += number
    return found


def as_facts(found: Rollup) -> dict[str, Any]:
    """For a program: what each figure is, and its value for the country, each province and each county."""
    told = [
        {"id": one.id, "name": str(one.name), "measure": str(one.measure), "intake": one.intake, "stock": isinstance(one, Figure) and one.stock}
        | ({"above": list(one.above), "below": list(one.below), "version": one.version} if isinstance(one, Rate) else {})
        for one in figures.figures()
    ]  # fmt: skip
    return {
        "from": found.period.first.isoformat(), "to": found.period.last.isoformat(), "figures": told, "values": _told(found.whole),
        "provinces": [
            {"code": province.code, "values": _told(province), "counties": [_county(line) for line in counties]}
            for province, counties in found.provinces
        ],
    }  # fmt: skip


def _told(line: Line) -> dict[str, float | None]:
    return {key: value.value for key, value in line.values.items()}


def _county(line: Line) -> dict[str, Any]:
    lacking = [f"{month:%Y-%m}" for month in line.lacking]
    return {"code": line.code, "name": line.name, "lacking": lacking, "values": _told(line)}
