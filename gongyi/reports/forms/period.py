"""Which days are looked at, as the address of a page has them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.figures import Period
from gongyi.core.inputs import DateInput, Form
from gongyi.network.models import Unit

YEARS = (2000, 2099)
DAYS = [MinValueValidator(date(YEARS[0], 1, 1)), MaxValueValidator(date(YEARS[1], 12, 31))]
LONGEST = 5 * 366  # days


class PeriodForm(Form):
    """Two days; what makes no sense is said and the default is shown instead."""

    keeps = False
    marks_optional = False

    first = forms.DateField(label=gettext_lazy("从"), required=False, widget=DateInput, validators=DAYS)
    last = forms.DateField(label=gettext_lazy("到（含当天）"), required=False, widget=DateInput, validators=DAYS)

    def __init__(self, query: Any) -> None:
        sent = {name: query.get(name, "") for name in ("from", "to")}
        super().__init__(sent if any(sent.values()) else None)

    def add_prefix(self, field_name: str) -> str:
        """In the address they are called from and to."""
        return {"first": "from", "last": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """Both days, in order, not more than five years apart."""
        data = dict(super().clean() or self.cleaned_data)
        first, last = data.get("first"), data.get("last")
        if not self.errors and (first is None or last is None):
            self.add_error("first" if first is None else "last", _("请把两个日期都选上。"))
        elif first and last and last < first:
            self.add_error("last", _("结束日期早于开始日期，请把两个日期对调，或改其中一个。"))
        elif first and last and (last - first).days > LONGEST:
            self.add_error("last", _("最多看五年，请分几次看。"))
        return data

    @property
    def period(self) -> Period:
        """The period asked for; this month where none is, or where it makes no sense."""
        if self.is_bound and self.is_valid():
            return Period(self.cleaned_data["first"], self.cleaned_data["last"])
        return _now(clock.today())


def _now(day: date) -> Period:
    return Period.month(day.year, day.month)


def quick(today: date) -> list[tuple[str, Period]]:
    """What is mostly asked for, in words."""
    month, year = _now(today), Period.year(today.year)
    quarter = Period.quarter(today.year, (today.month + 2) // 3)
    half = Period.months(today.year, *((1, 6) if today.month <= 6 else (7, 12)))  # noqa: PLR2004 - June
    return [
        (_("本月"), month), (_("上月"), month.before()), (_("本季度"), quarter), (_("上季度"), quarter.before()),
        (_("本半年"), half), (_("上半年度"), half.before()), (_("今年"), year), (_("去年"), year.before()),
    ]  # fmt: skip


def as_query(period: Period) -> dict[str, str]:
    """The period as an address has it."""
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def list_url(key: str, unit: Unit, period: Period, **where: str) -> str:
    """Where the rows behind a number stand."""
    return f"{reverse('reports:figure', args=[key])}?{urlencode({'unit': unit.id, **as_query(period), **where})}"
