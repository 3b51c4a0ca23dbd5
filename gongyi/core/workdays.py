"""Which days are working days: the national table of holidays and swapped days, and a unit's own days laid over it."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_SATURDAY, _SUNDAY = 5, 6

# The holiday table gives these names as data; named here so that they can be translated.
_HOLIDAYS = (
    *(gettext_noop("元旦"), gettext_noop("农历除夕"), gettext_noop("春节"), gettext_noop("清明节")),
    *(gettext_noop("劳动节"), gettext_noop("端午节"), gettext_noop("中秋节"), gettext_noop("国庆节")),
)


@lru_cache(maxsize=256)
def _national(year: int) -> tuple[dict[date, str], frozenset[date]]:
    """The year's holidays with their Chinese names, and its weekend days that were made working days (调休)."""
    table = holidays.China(years=year, language="zh_CN", expand=False)
    return dict(table), frozenset(day for day in table.weekend_workdays if day.year == year)


class Calendar:
    """A unit's working days: the national table, with the unit's own days (working?, name) laid over it."""

    def __init__(self, overrides: Mapping[date, tuple[bool, str]] | None = None) -> None:
        self._own = dict(overrides or {})
        self._swapped = {day.year for day, (working, _name) in self._own.items() if working and _weekend(day)}

    def is_workday(self, day: date) -> bool:
        """Whether the unit works on `day`."""
        if day in self._own:
            return self._own[day][0]
        free, moved = _national(day.year)
        return day in moved or not (day in free or _weekend(day))

    def why(self, day: date) -> str:
        """The reason for `is_workday(day)` in a word or two: 周六、国庆节、调休上班、单位自定：…、工作日."""
        if day in self._own:
            name = self._own[day][1]
            return _("单位自定：%(name)s") % {"name": name} if name else _("单位自定")
        free, moved = _national(day.year)
        if day in moved:
            return _("调休上班")
        if day in free:
            return _holiday_words(free[day])
        return {_SATURDAY: _("周六"), _SUNDAY: _("周日")}.get(day.weekday(), _("工作日"))

    def provisional(self, year: int) -> bool:
        """Whether `year` is only an estimate (预估), since nobody has entered its swapped days yet.

        Every published year makes some weekend day a working day: none in the national table and none among the
        unit's own days means not published. A mere local rest day therefore does not make a year final.
        """
        return year not in self._swapped and not _national(year)[1]

    def on_or_after(self, day: date) -> date:
        """The first working day that is not before `day`; OverflowError at the end of time."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day


def _weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def _holiday_words(name: str) -> str:
    """The table's holiday name in the reader's language; a swapped rest day is just that, without its machine date."""
    if name.startswith("休息日"):
        return _("调休放假")
    return "、".join(_(one.removesuffix("（补假）")) for one in name.split("; "))
