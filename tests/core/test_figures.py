"""Periods, and what a figure is before any app adds one."""

from datetime import date

import pytest

from gongyi.core import figures
from gongyi.core.errors import Refused
from gongyi.core.figures import Figure, Period, Rate, Source, value_of

MAY = Period.month(2026, 5)


@pytest.mark.parametrize(
    ("period", "words", "before", "last_year"),
    [
        (MAY, "2026年5月", Period.month(2026, 4), Period.month(2025, 5)),
        (Period.quarter(2026, 1), "2026年第一季度", Period.quarter(2025, 4), Period.quarter(2025, 1)),
        (Period.months(2026, 7, 12), "2026年下半年", Period.months(2026, 1, 6), Period.months(2025, 7, 12)),
        (Period.year(2026), "2026年", Period.year(2025), Period.year(2025)),
        (
            Period(date(2026, 5, 4), date(2026, 5, 10)),
            "2026年5月4日至2026年5月10日",
            Period(date(2026, 4, 27), date(2026, 5, 3)),
            Period(date(2025, 5, 4), date(2025, 5, 10)),
        ),
        (Period.month(2025, 2), "2025年2月", Period.month(2025, 1), Period(date(2024, 2, 1), date(2024, 2, 29))),
    ],
)
def test_period_in_words_and_the_ones_to_compare_with(period, words, before, last_year):
    assert (period.words(), period.before(), period.last_year()) == (words, before, last_year)


def test_period_holds_both_its_days_and_falls_into_months():
    assert (MAY.start.isoformat(), MAY.end.isoformat()) == ("2026-05-01T00:00:00+08:00", "2026-06-01T00:00:00+08:00")
    cut = Period(date(2026, 1, 15), date(2026, 3, 2)).each_month()
    assert cut == [
        Period(date(2026, 1, 15), date(2026, 1, 31)),
        Period.month(2026, 2),
        Period(date(2026, 3, 1), date(2026, 3, 2)),
    ]
    assert Period.month(2026, 11).to_date() == Period.months(2026, 1, 11)


def test_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(Refused, match="结束日期早于开始日期"):
        Period(date(2026, 2, 1), date(2026, 1, 1))


def figure(key: str, **facts) -> Figure:
    return Figure(key, key, "", Source(lambda county: county, "unit", "at"), **facts)


def test_rate_is_a_figure_over_figures_and_says_when_it_stands_on_few():
    rate = Rate("r", "满意率", "", ("a", "b"), ("c",))
    assert (value_of(rate, {"a": 3, "b": 4, "c": 8}).text, value_of(rate, {"a": 3, "b": 4, "c": 8}).small) == (
        "87.5%",
        True,
    )
    assert (value_of(rate, {"a": 0, "b": 0, "c": 0}).text, value_of(rate, {"a": 5, "b": 5, "c": 10}).small) == (
        "—",
        False,
    )


@pytest.mark.parametrize(
    ("above", "below", "percent"), [(1, 16, 6.3), (1, 80, 1.3), (1, 3, 33.3), (2, 3, 66.7), (7, 7, 100.0), (0, 7, 0.0)]
)
def test_percent_is_rounded_half_up_as_a_spreadsheet_does(above, below, percent):
    assert value_of(Rate("r", "", "", ("a",), ("b",)), {"a": above, "b": below}).value == percent


def test_what_came_in_takes_no_judgement(monkeypatch):
    monkeypatch.setattr(figures, "_figures", {})
    figures.register(figure("in", intake=True), figure("out"))
    assert "不能定目标" in figures.no_judgement("in")
    assert figures.no_judgement("out") == ""


def test_registering_twice_or_over_nothing_is_an_error(monkeypatch):
    monkeypatch.setattr(figures, "_figures", {})
    figures.register(figure("a"))
    with pytest.raises(ValueError, match="a"):
        figures.register(figure("a"))
    with pytest.raises(ValueError, match="gone"):
        figures.register(Rate("r", "", "", ("a",), ("gone",)))
