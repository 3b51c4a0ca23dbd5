"""All figures of a unit and a period, each beside the unit's own past (product.md b-13: never beside somebody else's)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from gongyi.core import clock, figures
from gongyi.core.figures import Figure, Period, Rate, Value
from gongyi.network.models import Unit
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.monthly import mostly_stored
from gongyi.reports.queries.rates import Reviewed, rates_for, reviewed


@dataclass(frozen=True)
class Line:
    """A figure, and the same of the period before and a year before."""

    value: Value
    before: Value
    last_year: Value
    reviewed: Reviewed | None = None

    @property
    def figure(self) -> Figure | Rate:
        return self.value.figure

    @property
    def rate(self) -> bool:
        return isinstance(self.figure, Rate)

    @property
    def change(self) -> str:
        """Against the period before, in words; '' where one of the two is not there. Said alike up and down: more is not better."""
        now, then = self.value.value, self.before.value
        if now is None or then is None:
            return ""
        if now == then:
            return _("和上期一样")
        if self.rate:
            told = {"n": f"{abs(now - then):.1f}"}
            return (_("比上期高 %(n)s 个百分点") if now > then else _("比上期低 %(n)s 个百分点")) % told
        told = {"n": f"{abs(now - then):.0f}"}
        return (_("比上期多 %(n)s") if now > then else _("比上期少 %(n)s")) % told


@dataclass(frozen=True)
class Compared:
    """The figures of a period in their groups, and the two periods beside it."""

    period: Period
    before: Period
    last_year: Period
    groups: list[tuple[str, list[Line]]]


def elapsed(period: Period) -> Period:
    """What of the period is over, today counted; all of one that is over, and of one that has not begun."""
    today = clock.today()
    return Period(period.first, today) if period.first <= today < period.last else period


def periods_beside(period: Period) -> tuple[Period, Period, Period]:
    """What of the period is over, and as many days of the period before and of a year ago."""
    now, before, year = elapsed(period), period.before(), period.last_year()
    if now != period:
        days = now.last - now.first
        before = Period(before.first, min(before.first + days, before.last))
        year = Period(year.first, min(year.first + days, year.last))
    return now, before, year


def compared(unit: Unit, period: Period) -> Compared:
    """Every figure of the unit in the period, of one that goes on up to today, beside as many days of the period before and of a year ago.

    Rates by the formulas in force on the period's last day, in all three; the reviewed rate stands beside the raw one.
    """
    now, before, year = periods_beside(period)
    keys = [one.id for one in figures.figures()]
    rates, scope = rates_for(unit.county, now), scope_of(unit, now)
    values = figures.count(keys, scope, rates=rates)
    earlier, older = mostly_stored(unit, before, keys, rates), mostly_stored(unit, year, keys, rates)
    beside = reviewed(scope, rates, values)
    lines = [Line(values[key], earlier[key], older[key], beside.get(key)) for key in keys]
    return Compared(now, before, year, _grouped(lines))


def _grouped(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """Base figures under what heads their rows, in the order in which they were registered; the rates under one head of theirs."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        head = str(line.figure.source.group) if isinstance(line.figure, Figure) else _("几个率")
        groups.setdefault(head or _("其他"), []).append(line)
    return list(groups.items())
