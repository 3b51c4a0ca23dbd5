"""The figures of the ledger: by the promised day, the unit and what became of it; as rows behind each, kept by month and published."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gongyi.core import clock, figures
from gongyi.core.figures import Period, Scope
from gongyi.promises import actions
from gongyi.reports.actions.monthly import _changed_promises, count_month
from gongyi.reports.models import MonthlyChange, MonthlyRow
from gongyi.reports.queries import behind
from gongyi.reports.queries.public import PROMISES, _promises
from tests.promises.conftest import DUE, MONDAY, promised, put

KEYS = [f"promises.{name}" for name in ("due", "kept", "late", "broken", "withdrawn", "moved")]
NOVEMBER, DECEMBER = Period.month(2026, 11), Period.month(2026, 12)


def counted(land, period, units=None):
    found = figures.count(KEYS, Scope(land.county.county, period, units))
    return tuple(found[key].value for key in KEYS)


def everything(land):
    for state in ("due", "kept", "broken", "withdrawn"):
        put(land, state)
    late = promised(land)
    actions.change_date(late, by=land.clerk, until=DUE + timedelta(days=3), reason="材料下周才到")
    with clock.at(MONDAY + timedelta(days=30)):
        actions.report_kept(late, by=land.clerk, proof="三盏灯都装好了")
        actions.confirm_kept(late, by=land.lead)
    return late


def test_promise_counts_where_its_day_lies_and_what_became_of_it(land):
    everything(land)
    assert counted(land, DECEMBER) == (4, 1, 1, 1, 0, 0)
    assert counted(land, NOVEMBER) == (0, 0, 0, 0, 1, 1)
    assert counted(land, DECEMBER, frozenset({land.village.id})) == (0, 0, 0, 0, 0, 0)
    rate = figures.count(["promises.kept_rate"], Scope(land.county.county, DECEMBER))["promises.kept_rate"]
    assert (rate.value, rate.above, rate.below, rate.small) == (25.0, 1, 4, True)


def test_moved_promise_counts_in_the_month_of_its_new_day(land):
    promise = promised(land, due=date(2026, 11, 30))
    assert counted(land, NOVEMBER)[0] == 1
    actions.change_date(promise, by=land.clerk, until=DUE, reason="材料下周才到")
    assert (counted(land, NOVEMBER)[0], counted(land, DECEMBER)[0]) == (0, 1)


def test_p4_rows_behind_a_figure_are_those_that_one_may_open(land):
    everything(land)
    scope = Scope(land.county.county, DECEMBER)
    one = figures.figure("promises.due")
    mine = behind(land.clerk, one, scope)
    assert (mine.number, mine.open, len(mine.rows)) == (4, 4, 4)
    assert mine.rows[0]["url"].startswith("/promises/")
    other = behind(land.stranger, one, scope)
    assert (other.number, other.open, other.rows) == (4, 0, [])
    moved = behind(land.clerk, figures.figure("promises.moved"), Scope(land.county.county, NOVEMBER))
    assert (moved.number, moved.open) == (1, 1)


@pytest.mark.parametrize("period", [NOVEMBER, DECEMBER])
def test_kept_month_says_the_same_and_notes_what_came_out_otherwise(land, period):
    everything(land)
    for at in (datetime(2027, 1, 5, tzinfo=UTC), datetime(2027, 1, 6, tzinfo=UTC)):
        count_month(land.county.county, period.first, at=at)
    row = MonthlyRow.objects.get(month=period.first, unit=land.town)
    assert tuple(getattr(row, key.replace(".", "_")) for key in KEYS) == counted(land, period)
    assert not MonthlyChange.objects.exists()


def test_months_of_a_changed_promise_are_counted_again(land):
    late = everything(land)
    since = MONDAY - timedelta(days=1)
    assert _changed_promises(land.county.county, since) == {date(2026, 11, 1), date(2026, 12, 1)}
    with clock.at(MONDAY + timedelta(days=200)):
        moved = promised(land, due=date(2027, 7, 1))
        actions.change_date(moved, by=land.clerk, until=date(2027, 9, 1), reason="材料下周才到")
    lately = MONDAY + timedelta(days=199)
    assert _changed_promises(land.county.county, lately) == {date(2027, 6, 1), date(2027, 7, 1), date(2027, 9, 1)}
    assert late.due.month == 12


def test_d9_public_table_tells_large_numbers_only_and_adds_up_to_what_fell_due(land):
    told = _promises(dict(zip(PROMISES, (100, 60, 20, 20), strict=True)))
    assert [(name, cell.words) for name, cell in told.rows] == [
        ("按时做到", "60"),
        ("晚了才做到", "20"),
        ("没有做到", "20"),
    ]
    small = _promises(dict(zip(PROMISES, (100, 60, 29, 8), strict=True)))
    words = {name: cell.words for name, cell in small.rows}
    assert words["没有做到"] == "<10" or small.rows == []
    assert _promises(dict.fromkeys(PROMISES, 0)).rows == []
