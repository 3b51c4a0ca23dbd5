"""Deadlines: a span laid on a unit's calendar, and every day of it explained. Pure: no tables, no clock of its own.

The rules are those of the Civil Code (民法典), chapter on periods, read in public copies of the code:
- art. 201: hours run from the hour they start, round the clock; for days and months the first day does not count.
- art. 202: a month ends on the same day number, or on the last day of a month that has no such day.
- art. 203: a last day that is a rest day gives way to the next working day, and the last day ends at 24:00.
So whatever is counted in days ends on a working day at 23:59:59 local time (24:00 would carry the next day's date).
Office hours are not used: they differ by township and season, and nobody should be late by closing time.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from gongyi.core.workdays import Calendar as Calendar  # noqa: PLC0414 - callers take it from here

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ZONE = ZoneInfo("Asia/Shanghai")  # the country's one wall clock, whatever zone a reader's session has
MAX_AMOUNT = 3650
DAY_BY_DAY = 60  # explanations of longer spans tell the months before the last in one line each
_DAY_ENDS = time(23, 59, 59)


class SpanUnit(TextChoices):
    """What a deadline is counted in; the value is the letter of the stored text (w is a working day, not a week)."""

    HOURS = "h", gettext_lazy("小时")
    DAYS = "d", gettext_lazy("天")
    WORKDAYS = "w", gettext_lazy("工作日")
    MONTHS = "m", gettext_lazy("个月")


_SPAN_WORDS = {
    SpanUnit.HOURS: ngettext_lazy("%(n)d 小时", "%(n)d 小时", "n"),
    SpanUnit.DAYS: ngettext_lazy("%(n)d 天", "%(n)d 天", "n"),
    SpanUnit.WORKDAYS: ngettext_lazy("%(n)d 个工作日", "%(n)d 个工作日", "n"),
    SpanUnit.MONTHS: ngettext_lazy("%(n)d 个月", "%(n)d 个月", "n"),
}
_DAYS_LEFT = ngettext_lazy("还剩 %(n)d 天", "还剩 %(n)d 天", "n")
_HOURS_LEFT = ngettext_lazy("还剩 %(n)d 小时", "还剩 %(n)d 小时", "n")
_DAYS_OVER = ngettext_lazy("超过 %(n)d 天", "超过 %(n)d 天", "n")
_HOURS_OVER = ngettext_lazy("超过 %(n)d 小时", "超过 %(n)d 小时", "n")
_DAYS_WAITED = ngettext_lazy("已等 %(n)d 天", "已等 %(n)d 天", "n")
_HOURS_WAITED = ngettext_lazy("已等 %(n)d 小时", "已等 %(n)d 小时", "n")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time such as 3 working days; ValueError with a sentence when the amount is not 0..3650."""

    amount: int
    unit: SpanUnit

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= MAX_AMOUNT:
            raise ValueError(
                _("期限的数量须在 0 到 %(max)d 之间，这里是 %(n)d。") % {"max": MAX_AMOUNT, "n": self.amount}
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the stored form ("24h", "7d", "3w", "3m"); ValueError with a sentence that shows how to write it."""
        found = re.fullmatch(r"([0-9]{1,9})([hdwm])", text.strip().lower())
        if not found:
            hint = _(
                "期限“%(text)s”写得不对。请写数字加字母，例如 24h（24 小时）、7d（7 天）、3w（3 个工作日）、3m（3 个月）。"
            )
            raise ValueError(hint % {"text": text[:20]})
        return cls(int(found[1]), SpanUnit(found[2]))

    @property
    def text(self) -> str:
        """The stored form; `Span.parse(span.text) == span`."""
        return f"{self.amount}{self.unit.value}"

    def __str__(self) -> str:
        return _SPAN_WORDS[self.unit] % {"n": self.amount}


@dataclass(frozen=True, slots=True)
class DayLine:
    """One line of an explanation: a day, or, with `days` > 1, the run of days that ends on `day`.

    `number` is the running count of the span's unit (of days, where the unit is months) after this line; `counted`
    says whether anything on the line counted, `why` what kind of day it is, `reason` is the sentence to show, and
    `provisional` marks a year that is only an estimate (never for hours, which ask no calendar).
    """

    day: date
    counted: bool
    number: int
    why: str
    reason: str
    provisional: bool
    days: int = 1

    @property
    def first(self) -> date:
        """The first day of the run; `day` itself for a single day."""
        return self.day - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left until a deadline: plain elapsed time (negative when over) and, if counted, the working days in between."""

    time: timedelta
    workdays: int | None
    ends_today: bool

    @property
    def over(self) -> bool:
        """Whether the deadline has passed; the very moment of the deadline is still in time."""
        return self.time < timedelta(0)

    @property
    def rough(self) -> Self:
        """The same in full hours, of which the words are the same; below one hour, one minute."""
        hours = abs(self.time) // timedelta(hours=1)
        length = timedelta(hours=hours) or timedelta(minutes=1)
        return replace(self, time=-length if self.over else length)

    @property
    def words(self) -> str:
        """The sentence to show, in the language of the moment it is read; full days or hours, rounded down."""
        if self.ends_today:
            return _("今天到期")
        if self.over:
            return _full(-self.time, _DAYS_OVER, _HOURS_OVER) or _("刚过期限")
        return _full(self.time, _DAYS_LEFT, _HOURS_LEFT) or _("还剩不到 1 小时")

    def __str__(self) -> str:
        return self.words


@contextmanager
def _within_the_calendar() -> Iterator[None]:
    """Turn a date beyond year 1..9999 into a ValueError with a sentence."""
    try:
        yield
    except OverflowError as error:
        raise ValueError(_("算出的日期超出了日历的范围。请检查起算时间和期限。")) from error


@_within_the_calendar()
def due(start: datetime, span: Span, calendar: Calendar) -> datetime:
    """The last moment in time, aware, on the Asia/Shanghai wall clock.

    Hours end to the second and never move; days, working days and months end at 23:59:59 of a working day (see the
    rules at the top). ValueError for a naive `start` and for a date beyond the calendar.
    """
    begins = _local(start)
    if span.unit is SpanUnit.HOURS:
        return (begins.astimezone(UTC) + timedelta(hours=span.amount)).astimezone(ZONE)
    last = calendar.on_or_after(_nominal(begins.date(), span, calendar))
    return datetime.combine(last, _DAY_ENDS, ZONE)


@_within_the_calendar()
def explain(start: datetime, span: Span, calendar: Calendar) -> list[DayLine]:
    """How `due` comes about, day by day from the day of `start`; the last line is the local day of `due`.

    Beyond 60 days the months before the last become one line each, which still names every day left out.
    Errors as for `due`.
    """
    begins, ends = _local(start), due(start, span, calendar)
    if span.unit is SpanUnit.HOURS:
        lines = [_hour_line(begins, ends, day, calendar) for day in _days(begins.date(), ends.date())]
    else:
        lines = _day_lines(begins.date(), ends.date(), span, calendar)
    return lines if len(lines) <= DAY_BY_DAY + 1 else _by_month(lines)


def remaining(now: datetime, due: datetime, calendar: Calendar | None = None) -> Left:
    """What is left from `now` to `due` (both aware). A deadline at the end of this day reads 今天到期, not its hours.

    Without a calendar no working days are counted: a list says the words alone, and a matter may be late by years.
    """
    left = _elapsed(now, due)
    near = timedelta(0) <= left < timedelta(days=1)  # thirty rows ask at once, and most are far from their end
    today = near and (ends := _local(due)).time() >= _DAY_ENDS and ends.date() == _local(now).date()
    return Left(left, working_days_between(now, due, calendar) if calendar is not None else None, today)


def working_days_between(a: date | datetime, b: date | datetime, calendar: Calendar) -> int:
    """Working days after the day of `a` up to and with that of `b`; negative when `b` is earlier. Moments are aware."""
    first, last = _day(a), _day(b)
    if last < first:
        return -working_days_between(last, first, calendar)
    return sum(map(calendar.is_workday, _days(first, last))) - calendar.is_workday(first)


def elapsed_words(start: datetime, now: datetime) -> str:
    """How long somebody has waited: days of the wall calendar, as 28 天前 counts them, on the same day full hours.

    刚刚 below one hour, and for a `start` in the future.
    """
    waited, days = _elapsed(start, now), (_day(now) - _day(start)).days
    if waited < timedelta(hours=1):
        return _("刚刚")
    return _DAYS_WAITED % {"n": days} if days else _HOURS_WAITED % {"n": waited // timedelta(hours=1)}


def _full(length: timedelta, days: "_StrPromise", hours: "_StrPromise") -> str:
    """`length` in full days, else in full hours, else nothing."""
    if length >= timedelta(days=1):
        return days % {"n": length // timedelta(days=1)}
    return hours % {"n": length // timedelta(hours=1)} if length >= timedelta(hours=1) else ""


def _nominal(first: date, span: Span, calendar: Calendar) -> date:
    """The day on which the counting ends, before a rest day gives way."""
    if span.unit is SpanUnit.DAYS:
        return first + timedelta(days=span.amount)
    if span.unit is SpanUnit.MONTHS:
        return _months_later(first, span.amount)
    day = first
    for _each in range(span.amount):
        day = calendar.on_or_after(day + timedelta(days=1))
    return day


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day_lines(first: date, last: date, span: Span, calendar: Calendar) -> list[DayLine]:
    nominal = _nominal(first, span, calendar)
    by_workday = span.unit is SpanUnit.WORKDAYS
    start = _("当天到期") if first == last else _("起算日，不计")
    lines = [DayLine(first, False, 0, _("起算日"), start, calendar.provisional(first.year))]
    number = 0
    for day in list(_days(first, last))[1:]:
        why, works = calendar.why(day), calendar.is_workday(day)
        counted = day <= nominal and (works or not by_workday)
        number += counted
        if day > nominal or (by_workday and not counted):
            reason = _not_counted(why, moved=day > nominal, lands=day == last)
        else:
            reason = _counted(why, number, works=works, by_workday=by_workday, gives_way=day == nominal != last)
        lines.append(DayLine(day, counted, number, why, reason, calendar.provisional(day.year)))
    return lines


def _not_counted(why: str, *, moved: bool, lands: bool) -> str:
    if lands:
        return _("顺延到这一天到期")
    return (_("%(why)s，顺延") if moved else _("%(why)s，不计")) % {"why": why}


def _counted(why: str, number: int, *, works: bool, by_workday: bool, gives_way: bool) -> str:
    facts = {"why": why, "n": number}
    if gives_way:
        return _("第 %(n)d 天（%(why)s），顺延") % facts
    if by_workday:
        return (_("第 %(n)d 个工作日") if why == _("工作日") else _("%(why)s，计入")) % facts
    return (_("第 %(n)d 天") if works else _("第 %(n)d 天（%(why)s）")) % facts


def _hour_line(begins: datetime, ends: datetime, day: date, calendar: Calendar) -> DayLine:
    is_last = day == ends.date()
    until = ends if is_last else datetime.combine(day + timedelta(days=1), time(), ZONE)
    minutes = _elapsed(begins, until) // timedelta(minutes=1)
    facts = {"clock": f"{ends:%H:%M}" if is_last else "24:00", "hours": minutes // 60, "minutes": minutes % 60}
    reason = _("计到 %(clock)s，累计 %(hours)d 小时 %(minutes)d 分") % facts
    return DayLine(day, True, minutes // 60, calendar.why(day), reason, False)


def _by_month(lines: Sequence[DayLine]) -> list[DayLine]:
    months = [list(run) for _month, run in groupby(lines, lambda line: (line.day.year, line.day.month))]
    return [_one_line(run) if len(run) > 1 else run[0] for run in months[:-1]] + months[-1]


def _one_line(run: Sequence[DayLine]) -> DayLine:
    """A run of days as one line that still names every day left out."""
    left_out = "、".join(f"{line.day:%m-%d} {line.why}" for line in run if not line.counted)
    counted = sum(line.counted for line in run)
    facts = {"counted": counted, "skipped": len(run) - counted, "list": left_out}
    words = _("计入 %(counted)d 天，不计 %(skipped)d 天：%(list)s") if left_out else _("计入 %(counted)d 天")
    guess = any(line.provisional for line in run)
    return DayLine(run[-1].day, counted > 0, run[-1].number, "", words % facts, guess, len(run))


def _days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _local(moment: datetime) -> datetime:
    return _utc(moment).astimezone(ZONE)


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(_("时间缺少时区，无法计算期限。"))
    return moment.astimezone(UTC)


def _elapsed(start: datetime, end: datetime) -> timedelta:
    """True time between two moments; two times of one zone would be subtracted by the wall clock, changes ignored."""
    return _utc(end) - _utc(start)


def _day(moment: date | datetime) -> date:
    return _local(moment).date() if isinstance(moment, datetime) else moment
