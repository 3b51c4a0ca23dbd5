"""Service pledges with what became of them: in each period the figure is counted from the records, against its threshold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Period, Value
from gongyi.network.models import Unit
from gongyi.reports.models import Pledge
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.rates import rates_for

SHOWN = 6  # periods that are over, the newest first, beside the one that runs
_MONTHS = {Pledge.Every.MONTH: 1, Pledge.Every.QUARTER: 3, Pledge.Every.YEAR: 12}


def measures() -> list[tuple[str, str]]:
    """The figures that may measure a pledge: not what only counts what came in, nor errors, which take no target."""
    return [(one.id, str(one.name)) for one in figures.figures() if may_measure(one.id)]


def may_measure(key: str) -> bool:
    """Whether a pledge may stand on this figure."""
    try:
        one = figures.figure(key)
    except KeyError:
        return False
    return not figures.no_judgement(key) and not getattr(one, "error", False)


def pledges_of(unit: Unit) -> list[Pledge]:
    """A unit's pledges: those of now, then those that ended, the latest first."""
    rows = Pledge.objects.filter(county=unit.county, unit=unit)
    return sorted(rows.order_by("-since", "-id"), key=lambda one: one.until is not None)


def my_units(by: Actor) -> list[Unit]:
    """The units where this person sees promises, in the order of the tree."""
    return list(Unit.objects.filter(id__in=by.units(P.PROMISE_VIEW)).order_by("path"))


def fetch(by: Actor, units: Iterable[UUID], key: UUID) -> Pledge:
    """A pledge of one of these units that is not over. Raises Http404 for any other."""
    found = Pledge.objects.filter(county=by.county, unit__in=units, id=key, until=None).select_related("unit").first()
    if found is None:
        raise Http404
    return found


def pledging(county: int) -> QuerySet[Unit]:
    """The units that pledge something now, in the order of the tree."""
    now = Pledge.objects.filter(county=county, until=None)
    return Unit.objects.filter(county=county, id__in=now.values("unit")).order_by("path")


def unit_of(county: int, key: UUID) -> Unit:
    """A unit of the county that pledges or pledged something. Raises Http404 for any other."""
    pledged = Pledge.objects.filter(county=county, unit=key)
    found = Unit.objects.filter(county=county, id__in=pledged.values("unit")).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Result:
    """What a period says of a pledge: `kept` None where it says nothing yet or too little."""

    period: Period
    value: Value
    kept: bool | None
    runs: bool

    @property
    def words(self) -> str:
        """Kept or not, in words."""
        if self.runs:
            return _("还没有过完")
        if self.kept is None:
            return _("件数太少，不下结论") if self.value.value is not None else _("没有这样的事")
        return _("做到了") if self.kept else _("没有做到")

    @property
    def tone(self) -> str:
        """The colour of these words."""
        return "plain" if self.runs or self.kept is None else "done" if self.kept else "late"

    @property
    def icon(self) -> str:
        """The sign beside them."""
        return {"plain": "hourglass-split", "done": "check-circle", "late": "x-circle"}[self.tone]


_EVERY = {
    Pledge.Every.MONTH: gettext_lazy("每月"), Pledge.Every.QUARTER: gettext_lazy("每季度"), Pledge.Every.YEAR: gettext_lazy("每年"),
}  # fmt: skip


def measure_words(pledge: Pledge) -> str:
    """How a pledge is measured, in words: 每月“按时办结率”不少于 95%."""
    one = figures.figure(pledge.figure)
    number = f"{pledge.threshold.normalize():f}"
    told = {
        "every": _EVERY[Pledge.Every(pledge.every)], "name": one.name, "sense": Pledge.Sense(pledge.sense).label, "number": number,
        "measure": one.measure,
    }  # fmt: skip
    return _("%(every)s“%(name)s”%(sense)s %(number)s%(measure)s") % told


def periods(pledge: Pledge) -> Iterator[Period]:
    """The pledge's periods, the newest first: whole ones since it holds, and the one that runs."""
    months, last = _MONTHS[Pledge.Every(pledge.every)], min(pledge.until or clock.today(), clock.today())
    begins = _first_of(last, months)
    for _n in range(SHOWN + 1):
        period = Period(begins, _last_of(begins, months))
        if begins < pledge.since:
            return
        if pledge.until is None or period.last <= pledge.until:
            yield period
        begins = _first_of(begins - timedelta(days=1), months)


def _first_of(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _last_of(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def results(unit: Unit, pledges: Iterable[Pledge]) -> dict[UUID, list[Result]]:
    """What the records say of each pledge in its periods. Each period is counted once for all pledges that have it."""
    asked, found = defaultdict[Period, list[Pledge]](list), defaultdict[UUID, list[Result]](list)
    for pledge in pledges:
        for period in periods(pledge):
            asked[period].append(pledge)
    for period in sorted(asked, key=lambda one: one.first, reverse=True):
        keys = {pledge.figure for pledge in asked[period]}
        counted = figures.count(keys, scope_of(unit, period), rates=rates_for(unit.county, period))
        for pledge in asked[period]:
            found[pledge.id].append(_result(pledge, period, counted[pledge.figure]))
    return found


def _result(pledge: Pledge, period: Period, value: Value) -> Result:
    kept = None
    if value.value is not None and not value.small:
        number = Decimal(str(value.value))
        kept = number >= pledge.threshold if pledge.sense == Pledge.Sense.LEAST else number <= pledge.threshold
    return Result(period, value, kept, runs=period.last >= clock.today())


def lines(unit: Unit) -> list[dict[str, Any]]:
    """A unit's pledges as its pages show them, each with its results."""
    pledges = [one for one in pledges_of(unit) if may_measure(one.figure)]
    found = results(unit, pledges)
    return [
        {
            "pledge": one, "measure": measure_words(one), "results": found[one.id],
            "opens": isinstance(figures.figure(one.figure), Figure),
        }
        for one in pledges
    ]  # fmt: skip
