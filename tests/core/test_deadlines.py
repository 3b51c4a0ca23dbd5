"""Deadlines against the published calendars of 2025 and 2026, the unpublished 2027, and the laws that must always hold."""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from gongyi.core import clock, deadlines, workdays
from gongyi.core.deadlines import (
    ZONE,
    Calendar,
    Span,
    SpanUnit,
    due,
    elapsed_words,
    explain,
    remaining,
    working_days_between,
)
from gongyi.core.templatetags.gongyi import when

PLAIN = Calendar()
# a Saturday worked, a Monday off, and a town's market day without a name
LOCAL = Calendar(
    {date(2026, 3, 14): (True, "补课"), date(2026, 3, 16): (False, "赶场日"), date(2026, 3, 17): (False, "")}
)


def at(text):
    """A moment on the wall clock of Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def day_due(start, span, calendar=PLAIN):
    end = due(at(start), Span.parse(span), calendar)
    assert (end.hour, end.minute, end.second, end.microsecond) == (23, 59, 59, 0)
    assert end.utcoffset() == timedelta(hours=8)
    return end.date().isoformat()


# --- tables --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        # plain weeks
        ("2026-03-02T09:00", "3w", "2026-03-05"),
        ("2026-03-05T23:59:59", "1w", "2026-03-06"),
        ("2026-03-06T00:00", "1w", "2026-03-09"),
        ("2026-03-07T10:00", "1w", "2026-03-09"),  # opened on a Saturday
        # Spring Festival 2025: off 28 Jan - 4 Feb, worked Sun 26 Jan and Sat 8 Feb
        ("2025-01-24T16:00", "1w", "2025-01-26"),
        ("2025-01-24T16:00", "2w", "2025-01-27"),
        ("2025-01-24T16:00", "3w", "2025-02-05"),
        ("2025-02-06T16:00", "2w", "2025-02-08"),
        # Golden Week 2025: off 1 - 8 Oct, worked Sun 28 Sep and Sat 11 Oct
        ("2025-09-26T09:00", "3w", "2025-09-30"),
        ("2025-09-26T09:00", "4w", "2025-10-09"),
        ("2025-10-09T09:00", "2w", "2025-10-11"),
        # Spring Festival 2026: off 15 - 23 Feb, worked Sat 14 Feb and Sat 28 Feb
        ("2026-02-13T08:00", "1w", "2026-02-14"),
        ("2026-02-13T08:00", "2w", "2026-02-24"),
        ("2026-02-24T08:00", "4w", "2026-02-28"),
        # Golden Week 2026: off 25 - 27 Sep and 1 - 7 Oct, worked Sun 20 Sep and Sat 10 Oct
        ("2026-09-18T08:00", "1w", "2026-09-20"),
        ("2026-09-24T15:30", "6w", "2026-10-10"),
        # days: rest days count, a last day of rest gives way
        ("2026-03-02T09:00", "7d", "2026-03-09"),
        ("2026-03-02T09:00", "5d", "2026-03-09"),  # ends on a Saturday
        ("2025-09-26T09:00", "5d", "2025-10-09"),  # ends on 1 October
        ("2025-09-26T09:00", "2d", "2025-09-28"),  # ends on a Sunday that is worked
        # months: last day of a short month, leap year, giving way, change of year
        ("2026-01-31T09:00", "1m", "2026-02-28"),  # a Saturday, but worked
        ("2025-01-31T09:00", "1m", "2025-02-28"),
        ("2024-01-31T09:00", "1m", "2024-02-29"),
        ("2023-11-30T09:00", "3m", "2024-02-29"),
        ("2024-02-29T09:00", "12m", "2025-02-28"),
        ("2026-05-31T09:00", "1m", "2026-06-30"),
        ("2026-01-01T09:00", "2m", "2026-03-02"),  # 1 March is a Sunday
        ("2026-10-10T09:00", "3m", "2027-01-11"),  # 10 January 2027 is a Sunday
        ("2026-12-31T09:00", "1w", "2027-01-04"),
        # nothing at all: the same day, or the next working day
        ("2026-03-02T09:00", "0w", "2026-03-02"),
        ("2026-03-02T09:00", "0d", "2026-03-02"),
        ("2026-03-07T09:00", "0w", "2026-03-09"),
        ("2026-10-03T09:00", "0m", "2026-10-08"),
    ],
)
def test_due_day(start, span, expected):
    assert day_due(start, span) == expected


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-03-13T09:00", "1w", "2026-03-14"),  # a worked Saturday
        ("2026-03-13T09:00", "2w", "2026-03-18"),  # past two local rest days
        ("2026-03-09T09:00", "7d", "2026-03-18"),  # ends on the local rest day
        ("2026-03-07T09:00", "7d", "2026-03-14"),  # ends on the worked Saturday
    ],
)
def test_own_days_of_a_unit(start, span, expected):
    assert day_due(start, span, LOCAL) == expected
    assert day_due(start, span, PLAIN) != expected  # without the unit's own days it would be another day


def test_calendar_keeps_its_own_copy():
    own = {date(2026, 3, 16): (False, "赶场日")}
    calendar = Calendar(own)
    own.clear()
    assert not calendar.is_workday(date(2026, 3, 16))


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        ("2026-03-02", True, "工作日"),
        ("2026-03-07", False, "周六"),
        ("2026-03-08", False, "周日"),
        ("2026-03-14", True, "单位自定：补课"),
        ("2026-03-16", False, "单位自定：赶场日"),
        ("2026-03-17", False, "单位自定"),
        ("2026-10-01", False, "国庆节"),
        ("2026-10-03", False, "国庆节"),  # a Saturday, but the feast is the better reason
        ("2026-10-05", False, "国庆节"),
        ("2026-10-06", False, "调休放假"),
        ("2026-10-10", True, "调休上班"),
        ("2026-02-16", False, "农历除夕"),
        ("2020-10-01", False, "中秋节、国庆节"),
        ("2020-01-31", False, "春节延长假期"),
    ],
)
def test_why(day, works, why):
    assert (LOCAL.is_workday(date.fromisoformat(day)), LOCAL.why(date.fromisoformat(day))) == (works, why)


@pytest.mark.parametrize("year", [2025, 2026])
def test_both_years_have_248_working_days(year):
    assert working_days_between(date(year - 1, 12, 31), date(year, 12, 31), PLAIN) == 248


def test_a_year_is_provisional_until_its_swaps_are_known():
    unpublished = 2040  # far off, so that an update of the holiday table does not turn this red
    assert not PLAIN.provisional(2025)
    assert not PLAIN.provisional(2026)
    assert PLAIN.provisional(unpublished)
    saturday = next(d for d in (date(unpublished, 2, n) for n in range(1, 8)) if d.weekday() == 5)
    assert not Calendar({saturday: (True, "调休")}).provisional(unpublished)
    assert Calendar({saturday: (False, "调休")}).provisional(unpublished)
    assert Calendar({saturday + timedelta(days=2): (False, "赶场日")}).provisional(unpublished)
    assert Calendar({saturday: (True, "调休")}).provisional(unpublished + 1)


# --- the explanation -------------------------------------------------------------------------------------------------------


def test_explain_working_days():
    lines = explain(at("2025-09-26T09:00"), Span.parse("5w"), PLAIN)
    assert [(f"{line.day:%m-%d}", line.counted, line.number, line.reason) for line in lines] == [
        ("09-26", False, 0, "起算日，不计"),
        ("09-27", False, 0, "周六，不计"),
        ("09-28", True, 1, "调休上班，计入"),
        ("09-29", True, 2, "第 2 个工作日"),
        ("09-30", True, 3, "第 3 个工作日"),
        ("10-01", False, 3, "国庆节，不计"),
        ("10-02", False, 3, "国庆节，不计"),
        ("10-03", False, 3, "国庆节，不计"),
        ("10-04", False, 3, "周六，不计"),
        ("10-05", False, 3, "周日，不计"),
        ("10-06", False, 3, "中秋节，不计"),
        ("10-07", False, 3, "调休放假，不计"),
        ("10-08", False, 3, "调休放假，不计"),
        ("10-09", True, 4, "第 4 个工作日"),
        ("10-10", True, 5, "第 5 个工作日"),
    ]
    assert not any(line.provisional for line in lines)
    assert all(line.first == line.day and line.days == 1 for line in lines)


def test_explain_own_days():
    lines = explain(at("2026-03-13T09:00"), Span.parse("2w"), LOCAL)
    assert [line.reason for line in lines[1:]] == [
        "单位自定：补课，计入",
        "周日，不计",
        "单位自定：赶场日，不计",
        "单位自定，不计",
        "第 2 个工作日",
    ]


def test_explain_days_that_give_way():
    worked = explain(at("2026-03-09T09:00"), Span.parse("5d"), LOCAL)  # ends on the worked Saturday
    assert [line.reason for line in worked[-2:]] == ["第 4 天", "第 5 天"]
    lines = explain(at("2026-03-10T09:00"), Span.parse("5d"), LOCAL)
    assert [(line.counted, line.number, line.reason) for line in lines[4:]] == [
        (True, 4, "第 4 天"),
        (True, 5, "第 5 天（周日），顺延"),
        (False, 5, "单位自定：赶场日，顺延"),
        (False, 5, "单位自定，顺延"),
        (False, 5, "顺延到这一天到期"),
    ]


def test_explain_nothing_to_count():
    assert [line.reason for line in explain(at("2026-03-02T09:00"), Span.parse("0w"), PLAIN)] == ["当天到期"]
    weekend = explain(at("2026-03-07T09:00"), Span.parse("0w"), PLAIN)
    assert [line.reason for line in weekend] == ["起算日，不计", "周日，顺延", "顺延到这一天到期"]


def test_explain_hours():
    start = at("2026-10-01T15:30:45")
    lines = explain(start, Span.parse("24h"), PLAIN)
    assert [(f"{line.day:%m-%d}", line.number, line.reason) for line in lines] == [
        ("10-01", 8, "计到 24:00，累计 8 小时 29 分"),
        ("10-02", 24, "计到 15:30，累计 24 小时 0 分"),
    ]
    assert due(start, Span.parse("24h"), PLAIN) == start + timedelta(hours=24)  # a holiday does not stop hours
    midnight = explain(at("2026-10-01T22:00"), Span.parse("2h"), PLAIN)
    assert midnight[-1].reason == "计到 00:00，累计 2 小时 0 分"
    assert midnight[-1].day == date(2026, 10, 2)
    unpublished = explain(at("2040-10-01T22:00"), Span.parse("2h"), PLAIN)
    assert not any(line.provisional for line in unpublished)  # hours ask no calendar


def test_explain_marks_the_provisional_days():
    lines = explain(at("2039-12-29T09:00"), Span.parse("4w"), Calendar({date(2039, 1, 29): (True, "调休")}))
    assert {(line.day.year, line.provisional) for line in lines} == {(2039, False), (2040, True)}


def test_explain_tells_long_spans_by_month_and_stays_exact():
    start, span = at("2025-08-20T09:00"), Span.parse("60w")
    lines = explain(start, span, PLAIN)
    assert [(line.first.isoformat(), line.day.isoformat(), line.days) for line in lines[:3]] == [
        ("2025-08-20", "2025-08-31", 12),
        ("2025-09-01", "2025-09-30", 30),
        ("2025-10-01", "2025-10-31", 31),
    ]
    assert lines[0].reason == ("计入 7 天，不计 5 天：08-20 起算日、08-23 周六、08-24 周日、08-30 周六、08-31 周日")
    assert [line.number for line in lines[:3]] == [7, 7 + 23, 7 + 23 + 18]
    assert {line.days for line in lines[3:]} == {1}
    assert lines[3].day == date(2025, 11, 1)
    assert lines[-1].number == 60
    alone = explain(at("2025-12-31T09:00"), Span.parse("90d"), PLAIN)
    assert [line.reason for line in alone[:1]] == ["起算日，不计"]  # a month of one day stays that day
    whole = explain(at("2026-03-02T09:00"), Span.parse("90d"), PLAIN)
    assert whole[1].reason == "计入 30 天"


@pytest.mark.parametrize(("amount", "summed"), [(60, False), (61, True)])
def test_sixty_days_are_still_told_day_by_day(amount, summed):
    calendar = Calendar({date(2026, 3, 1) + timedelta(days=n): (True, "") for n in range(100)})
    lines = explain(at("2026-03-02T09:00"), Span(amount, SpanUnit.DAYS), calendar)
    assert (lines[0].days > 1) is summed


# --- laws that always hold -----------------------------------------------------------------------------------------------

starts = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.sampled_from([UTC, ZONE]))  # noqa: DTZ001
spans = st.builds(Span, st.integers(0, 120), st.sampled_from(SpanUnit))
own_days = st.dictionaries(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.tuples(st.booleans(), st.sampled_from(["", "赶场日"])),
    max_size=20,
)
calendars = st.builds(Calendar, own_days)
law = settings(max_examples=150, deadline=None)


@law
@given(starts, spans, calendars)
def test_explain_and_due_agree(start, span, calendar):
    end, lines = due(start, span, calendar), explain(start, span, calendar)
    assert lines[-1].day == end.astimezone(ZONE).date()
    assert lines[0].first == start.astimezone(ZONE).date()
    # no day is missing or told twice
    assert all(after.first - before.day == timedelta(days=1) for before, after in pairwise(lines))
    if span.unit is not SpanUnit.MONTHS:
        assert lines[-1].number == span.amount
    if span.unit is not SpanUnit.HOURS:
        assert calendar.is_workday(lines[-1].day)
    assert end >= start


@law
@given(starts, st.integers(0, 40), calendars)
def test_counted_lines_are_the_amount(start, amount, calendar):
    lines = explain(start, Span(amount, SpanUnit.WORKDAYS), calendar)
    if all(line.days == 1 for line in lines):
        assert sum(line.counted for line in lines) == amount
        assert all(line.counted == calendar.is_workday(line.day) for line in lines[1:] if amount)
    end = due(start, Span(amount, SpanUnit.WORKDAYS), calendar)
    assert working_days_between(start, end, calendar) == amount or amount == 0


@law
@given(starts, st.timedeltas(timedelta(0), timedelta(days=40)), spans, st.integers(0, 40), calendars)
def test_due_never_falls_when_start_or_amount_grow(start, later, span, more, calendar):
    end = due(start, span, calendar)
    assert due(start + later, span, calendar) >= end
    assert due(start, Span(span.amount + more, span.unit), calendar) >= end


@law
@given(spans)
def test_stored_text_comes_back(span):
    assert Span.parse(span.text) == span


# --- clocks --------------------------------------------------------------------------------------------------------------


def test_the_day_is_that_of_shanghai_not_of_utc():
    before, after = datetime(2026, 3, 2, 15, 59, tzinfo=UTC), datetime(2026, 3, 2, 16, 1, tzinfo=UTC)
    assert due(before, Span.parse("1w"), PLAIN).date() == date(2026, 3, 3)
    assert due(after, Span.parse("1w"), PLAIN).date() == date(2026, 3, 4)  # already the 3rd in the office
    assert due(before, Span.parse("1w"), PLAIN) == datetime(2026, 3, 3, 15, 59, 59, tzinfo=UTC)


def test_the_zone_of_the_start_and_of_the_reader_do_not_matter():
    start = datetime(2026, 3, 2, 16, 1, tzinfo=UTC)
    expected = due(start, Span.parse("3w"), PLAIN)
    with timezone.override(ZoneInfo("America/New_York")):
        assert due(start.astimezone(ZoneInfo("America/New_York")), Span.parse("3w"), PLAIN) == expected
        assert explain(start, Span.parse("3w"), PLAIN)[0].day == date(2026, 3, 3)


def test_without_the_wall_clock_the_day_would_be_wrong(monkeypatch):
    monkeypatch.setattr(deadlines, "ZONE", UTC)
    assert due(datetime(2026, 3, 2, 16, 1, tzinfo=UTC), Span.parse("1w"), PLAIN).date() == date(2026, 3, 3)


def test_hours_pass_over_a_change_of_the_clock():
    start = at("1988-04-16T23:00")  # the wall clock went forward that night
    end = due(start, Span.parse("24h"), PLAIN)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=24)
    assert end.hour == 0
    assert explain(start, Span.parse("24h"), PLAIN)[-1].number == 24


# --- what is left, how long it took ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "end", "words", "over", "workdays"),
    [
        ("2026-03-03T09:00", "2026-03-05T23:59:59", "还剩 2 天", False, 2),
        ("2026-03-04T23:00", "2026-03-05T23:59:59", "还剩 1 天", False, 1),
        ("2026-03-05T00:00", "2026-03-05T23:59:59", "今天到期", False, 0),
        ("2026-03-05T23:59:59", "2026-03-05T23:59:59", "今天到期", False, 0),
        ("2026-03-05T23:59:59.500", "2026-03-05T23:59:59", "刚过期限", True, 0),
        ("2026-03-06T00:00", "2026-03-05T23:59:59", "刚过期限", True, -1),
        ("2026-03-06T05:10", "2026-03-05T23:59:59", "超过 5 小时", True, -1),
        ("2026-03-09T08:00", "2026-03-05T23:59:59", "超过 3 天", True, -2),
        ("2026-03-05T09:00", "2026-03-05T18:00", "还剩 9 小时", False, 0),
        ("2026-03-05T17:01", "2026-03-05T18:00", "还剩不到 1 小时", False, 0),
        ("2026-03-05T18:00", "2026-03-05T18:00", "还剩不到 1 小时", False, 0),
        ("2026-03-05T18:00:01", "2026-03-05T18:00", "刚过期限", True, 0),
        ("2026-03-05T18:00", "2026-03-06T18:00", "还剩 1 天", False, 1),
    ],
)
def test_remaining(now, end, words, over, workdays):
    left = remaining(at(now), at(end), PLAIN)
    assert (left.words, str(left), left.over, left.workdays) == (words, words, over, workdays)
    assert (left.rough.words, left.rough.over) == (words, over)
    assert remaining(at(now).astimezone(UTC), at(end).astimezone(UTC), PLAIN) == left


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-03-02T08:00", "刚刚"),
        ("2026-03-02T09:00", "刚刚"),
        ("2026-03-02T09:59:59", "刚刚"),
        ("2026-03-02T10:00", "已等 1 小时"),
        ("2026-03-02T12:30", "已等 3 小时"),
        ("2026-03-02T23:59", "已等 14 小时"),
        ("2026-03-03T00:01", "已等 1 天"),
        ("2026-03-08T08:00", "已等 6 天"),
    ],
)
def test_elapsed_words(now, words):
    assert elapsed_words(at("2026-03-02T09:00"), at(now)) == words


def test_elapsed_words_count_the_days_as_every_date_on_the_page_does():
    start, now = at("2026-10-26T18:00"), at("2026-11-23T09:00")
    with clock.at(now):
        assert elapsed_words(start, now) == "已等 28 天"
        assert "28 天前" in when(start)


def test_working_days_between_has_a_sign():
    a, b = date(2026, 9, 30), date(2026, 10, 10)
    assert working_days_between(a, b, PLAIN) == 3
    assert working_days_between(b, a, PLAIN) == -3
    assert working_days_between(a, a, PLAIN) == 0
    assert working_days_between(at("2026-09-30T23:59"), b, PLAIN) == 3


def test_words_wait_for_the_language_of_the_reader(monkeypatch):
    left = remaining(at("2026-03-03T09:00"), at("2026-03-05T23:59:59"), PLAIN)
    catalog = {"还剩 %(n)d 天": ("%(n)d day left", "%(n)d days left")}
    with translation.override("en"):
        real = translation._trans.ngettext
        monkeypatch.setattr(
            translation._trans,
            "ngettext",
            lambda one, many, n: catalog[one][n != 1] if one in catalog else real(one, many, n),
        )
        assert left.words == "2 days left"
        assert remaining(at("2026-03-04T09:00"), at("2026-03-05T23:59:59"), PLAIN).words == "1 day left"


# --- spans and silly input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24h", "24 小时"),
        ("7d", "7 天"),
        ("3w", "3 个工作日"),
        ("1m", "1 个月"),
        (" 13W ", "13 个工作日"),
        ("0w", "0 个工作日"),
    ],
)
def test_span_reads_and_speaks(text, words):
    span = Span.parse(text)
    assert str(span) == words
    assert span.text == text.strip().lower()


@pytest.mark.parametrize("text", ["", "w", "3", "3 w", "-3w", "3y", "3.5d", "３w", "3w4d", "三天", "9" * 5000 + "d"])
def test_span_refuses_what_it_cannot_read(text):
    with pytest.raises(ValueError, match=r"期限“.{0,20}”写得不对。请写数字加字母"):
        Span.parse(text)


@pytest.mark.parametrize("amount", [-1, 3651, 10**9])
def test_span_refuses_silly_amounts(amount):
    with pytest.raises(ValueError, match="期限的数量须在 0 到 3650 之间"):
        Span(amount, SpanUnit.DAYS)
    with pytest.raises(ValueError, match="期限的数量须在 0 到 3650 之间"):
        Span.parse("999999d")


def test_without_the_bound_a_silly_amount_would_pass(monkeypatch):
    monkeypatch.setattr(deadlines, "MAX_AMOUNT", 10**6)
    assert day_due("2026-03-02T09:00", "9999d") == "2053-07-17"


@pytest.mark.parametrize("unit", SpanUnit)
def test_dates_beyond_the_calendar_are_a_value_error(unit):
    for start in (datetime(9999, 12, 31, 12, tzinfo=UTC), datetime(9999, 12, 1, tzinfo=UTC)):
        for call in (due, explain):
            with pytest.raises(ValueError, match="超出了日历的范围"):
                call(start, Span(3650, unit), PLAIN)


def test_the_last_day_of_the_calendar_can_still_be_explained():
    start = at("9999-12-30T12:00")
    for text in ("1d", "1w", "24h"):
        assert explain(start, Span.parse(text), PLAIN)[-1].day == date(9999, 12, 31)


def test_without_the_guard_a_date_beyond_the_calendar_is_an_overflow():
    with pytest.raises(OverflowError):
        due.__wrapped__(datetime(9999, 12, 31, 12, tzinfo=UTC), Span.parse("3650d"), PLAIN)


def test_a_time_without_zone_is_refused():
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - that is the point
    calls = (
        lambda: due(naive, Span.parse("1w"), PLAIN),
        lambda: explain(naive, Span.parse("1h"), PLAIN),
        lambda: working_days_between(naive, naive, PLAIN),
        lambda: remaining(naive, naive, PLAIN),
        lambda: elapsed_words(naive, naive),
    )
    for call in calls:
        with pytest.raises(ValueError, match="时间缺少时区"):
            call()


def test_without_the_zone_guard_the_machine_would_decide(monkeypatch):
    monkeypatch.setattr(deadlines, "_local", lambda moment: moment.astimezone(ZONE))
    naive = datetime(2026, 3, 2, 16, 1)  # noqa: DTZ001 - that is the point
    found = []
    for zone in ("Asia/Shanghai", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        found.append(due(naive, Span.parse("1w"), PLAIN).date())
    monkeypatch.undo()
    time.tzset()
    assert found == [date(2026, 3, 3), date(2026, 3, 4)]


# --- speed ---------------------------------------------------------------------------------------------------------------


def test_a_thousand_deadlines_read_each_year_once():
    workdays._national.cache_clear()
    began = time.perf_counter()
    ends = [due(at("2026-01-05T09:00") + timedelta(hours=n), Span.parse("13w"), LOCAL) for n in range(1000)]
    print(f"1000 deadlines of 13 working days: {time.perf_counter() - began:.3f} s")  # noqa: T201 - told, not judged
    began = time.perf_counter()
    for n in range(1000):
        explain(at("2026-01-05T09:00") + timedelta(hours=n), Span.parse("13w"), LOCAL)
    print(f"1000 explanations of them: {time.perf_counter() - began:.3f} s")  # noqa: T201
    assert ends == sorted(ends)
    assert workdays._national.cache_info().misses == 1  # every start and end of these lies in 2026
