"""The stored months are what is counted now, and differ only until the next run; each difference is noted."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework import actions as casework
from gongyi.casework.models import Case, CaseType
from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.core.county import bind
from gongyi.core.figures import Figure, Period, Scope
from gongyi.network import queries as network
from gongyi.network.models import Unit
from gongyi.reports import queries
from gongyi.reports.actions.monthly import count_month, count_months
from gongyi.reports.models import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, column
from gongyi.reports.queries import monthly
from tests.factories import make_actor, make_county, make_unit
from tests.network.test_paths import planted, steps, take
from tests.reports.test_figures import BEGAN, at_noon, ended

pytestmark = pytest.mark.django_db


def without_column() -> list[str]:
    names = {field.name for field in MonthlyRow._meta.fields}
    return [one.id for one in monthly.stored_figures() if column(one.id) not in names]


def test_every_figure_has_its_column(monkeypatch):
    assert without_column() == []
    columns = {column(one.id) for one in monthly.stored_figures()}
    assert {field.name for field in MonthlyRow._meta.fields} == columns | {"id", "county", "unit", "month"}
    one = figures.base_figures()[0]
    monkeypatch.setitem(figures._figures, "cases.new", Figure("cases.new", "", "", one.source))
    assert without_column() == ["cases.new"], "a figure without a column goes unseen"


def both(county: int, month: date, keys: list[str], *only: Unit) -> tuple[dict, dict]:
    """What is stored of the units of the tree of a month, and what is counted now: of all by unit, of some as a page asks."""
    period = Period.month(month.year, month.month)
    tree = network.counting_tree(county, period.last)
    own = figures.count_by(keys, Scope(county, period), "unit")
    kept, live = {}, {}
    for key, then in tree.units.items():
        scope = queries.scope_of(then.unit, period, tree=tree)
        rows = monthly.stored(county, month, month, keys, scope.units)
        kept[key] = rows.get(month) or dict.fromkeys(keys, 0)
        if then.unit in only:
            live[key] = {name: value.value for name, value in figures.count(keys, scope).items()}
        else:
            units = tree.counted(key)
            live[key] = {name: sum(line[name] for unit, line in own.items() if unit in units) for name in keys}
    return kept, live


FEW = ["cases.received", "cases.assigned", "cases.closed", "cases.solved", "cases.reopened", "cases.one_visit_known", "cases.open", "cases.overdue"]  # fmt: skip


def everything(county: int, keys=FEW, *only: Unit) -> list[tuple[dict, dict]]:
    months = MonthlyCount.objects.order_by("month").values_list("month", flat=True)
    return [both(county, month, keys, *only) for month in months]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.randoms(use_true_random=False))
def test_stored_months_are_what_is_counted_whatever_became_of_units_and_cases(sequence, rng):
    with transaction.atomic():
        by = planted()
        kind = CaseType(code="enquiry", name="咨询", county=by.county)
        kind.save()
        day, made = BEGAN, []
        for number, step in enumerate(sequence[:4]):
            with clock.at(at_noon(day)):
                take(by, step, number)
                running = list(network.running_units(by.county))
                for _more in range(2):
                    made.append(ended(kind, rng.choice(running), rng.choice(running), len(made)))
                    late = clock.now() - timedelta(days=rng.choice([0, 0, 40]))
                    Case.objects.filter(id=made[-1].id).update(
                        recorded_at=late, channel=rng.choice(["phone", "visit"]), reopen_until=at_noon(date(2099, 1, 1))
                    )
                again = rng.choice(made)
                again.refresh_from_db()
                if again.state == "closed":
                    casework.reopen_case(again, by=make_actor(Role.CLERK, again.lead), note="又坏了")
                if rng.random() < 0.6:
                    count_months(by.county)
            day += timedelta(days=23)
        with clock.at(at_noon(day)):
            count_months(by.county)
            found = everything(by.county, FEW, Unit.objects.get(tier="county"))
            assert all(kept == live for kept, live in found)
            assert MonthlyCount.objects.count() >= len({(one.recorded_at.year, one.recorded_at.month) for one in made})
            _splits(by.county)
            if made:
                MonthlyRow.objects.filter(cases_received__gt=0).first().delete()
                assert any(kept != live for kept, live in everything(by.county)), "a missing row goes unseen"
        transaction.set_rollback(True)


def _splits(county: int) -> None:
    for month in MonthlyCount.objects.values_list("month", flat=True):
        scope = Scope(county, Period.month(month.year, month.month))
        for split in ("type", "channel", "topic"):
            live = figures.count_by(["cases.received"], scope, split)
            kept = monthly.stored_split(county, scope.period, "cases.received", split, None)
            assert kept == {str(key or ""): line["cases.received"] for key, line in live.items()}


def test_late_record_changes_a_month_that_was_over_and_is_noted(land, put):
    old = put(land, "closed")
    long_ago = clock.now() - timedelta(days=100)
    Case.objects.filter(id=old.id).update(recorded_at=long_ago, assigned_at=long_ago, closed_at=long_ago)
    count_months(land.county.county)
    month = Period(clock.today() - timedelta(days=100), clock.today()).each_month()[0].first.replace(day=1)
    assert not MonthlyChange.objects.exists()

    with clock.at(clock.now() + timedelta(hours=1)):
        late = put(land, "handling")
        Case.objects.filter(id=late.id).update(recorded_at=long_ago)
        count_months(land.county.county)
        noted = MonthlyChange.objects.order_by("month").values_list("unit__name", "month", "figure", "old", "new")
        flows = noted.exclude(figure__in=["cases.open", "cases.overdue"])
        assert list(flows) == [(land.village.name, month, "cases.received", 1, 2)]
        over = [one.first for one in Period(month, clock.today()).each_month()][:-1]
        there = noted.filter(figure="cases.open")
        assert list(there) == [(land.town.name, at, "cases.open", 0, 1) for at in over], "it was there when each ended"
        assert (monthly.stored(999001, month, month, ["cases.received"], None)[month]) == {"cases.received": 2}

    with clock.at(clock.now() + timedelta(hours=2)):
        Case.objects.filter(id=old.id).update(reopen_until=clock.now() + timedelta(days=9))
        fresh = Case.objects.get(id=old.id)
        casework.reopen_case(fresh, by=land.clerk, note="又坏了")
        count_months(land.county.county)
        assert list(MonthlyChange.objects.filter(figure="cases.closed").values_list("old", "new")) == [(1, 0)]
    every = [one.id for one in monthly.stored_figures()]
    assert all(kept == live for kept, live in everything(999001, every))


@pytest.mark.parametrize("guard", [True, False])
def test_a_case_whose_end_moved_back_leaves_its_old_month_at_once(land, put, monkeypatch, guard):
    old = put(land, "closed")
    long_ago = clock.now() - timedelta(days=100)
    ended_on = long_ago + timedelta(days=45)
    Case.objects.filter(id=old.id).update(
        recorded_at=long_ago, assigned_at=long_ago, closed_at=ended_on, reopen_until=clock.now() + timedelta(days=9)
    )
    count_months(999001)
    if not guard:
        monkeypatch.setattr("gongyi.reports.actions.monthly._left", lambda *_args: set())
    with clock.at(clock.now() + timedelta(hours=1)):
        casework.reopen_case(Case.objects.get(id=old.id), by=land.clerk, note="又坏了")
        Case.objects.filter(id=old.id).update(state="closed", closed_at=long_ago + timedelta(days=1))
        count_months(999001)
        assert MonthlyChange.objects.filter(figure="cases.closed", old=1).exists() is guard
    for hours in range(2, 7):
        with clock.at(clock.now() + timedelta(hours=hours)):
            count_months(999001)
    left = MonthlyChange.objects.filter(figure="cases.closed", old=1)
    assert list(left.values_list("old", "new")) == [(1, 0)], "without the guard only in its turn"


def test_months_are_counted_in_their_order_and_a_run_that_is_cut_off_is_gone_on_with(land, put, monkeypatch):
    case = put(land, "closed")
    Case.objects.filter(id=case.id).update(recorded_at=clock.now() - timedelta(days=100))
    left = iter([False, False, True])
    with monkeypatch.context() as cut:
        cut.setattr("gongyi.core.schedule.stopping", lambda: next(left))
        assert count_months(999001) == 2
    with clock.at(clock.now() + timedelta(hours=1)):
        count_months(999001)
    assert MonthlyCount.objects.count() >= 4
    assert all(kept == live for kept, live in everything(999001))
    with clock.at(clock.now() + timedelta(hours=2)):
        assert count_months(999001) <= 3, "what did not change is not counted but in its turn"


def test_what_was_given_to_another_unit_since_is_no_change_of_a_month(land, put):
    old, late = put(land, "handling"), put(land, "handling")
    then = clock.now() - timedelta(days=70)
    Case.objects.filter(id=old.id).update(recorded_at=then, assigned_at=then)
    count_months(999001)
    for lead, also, noted in ((land.other, False, False), (land.town, True, True)):
        Case.objects.filter(id=old.id).update(lead=lead)
        if also:
            Case.objects.filter(id=late.id).update(recorded_at=then)
        with bind(999001):
            for month in MonthlyCount.objects.values_list("month", flat=True):
                count_month(999001, month, at=clock.now())
        assert MonthlyChange.objects.filter(figure="cases.open").exists() is noted
        assert all(kept == live for kept, live in everything(999001))


def test_in_hand_before_and_a_year_ago_are_the_stored_ones(land, put, django_assert_num_queries):
    old = put(land, "handling")
    Case.objects.filter(id=old.id).update(recorded_at=clock.now() - timedelta(days=420))
    count_months(999001)
    last = Period.month(clock.today().year, clock.today().month).before()
    keys = ["cases.open", "cases.overdue", "cases.received"]
    for period in (last, last.last_year()):
        live = figures.count(keys, queries.scope_of(land.town, period))
        with django_assert_num_queries(5):
            assert monthly.mostly_stored(land.town, period, keys, {}) == live
    MonthlyRow.objects.filter(month=last.first).update(cases_open=77)
    assert monthly.mostly_stored(land.town, last, keys, {})["cases.open"].value == 77, "read, not counted"
    quarter = Period(last.first.replace(day=1) - timedelta(days=31), last.last)
    whole = Period(quarter.first.replace(day=1), last.last)
    assert monthly.mostly_stored(land.town, whole, keys, {})["cases.open"].value == 77, "never added up over months"


def test_rollup_of_two_counties_reads_stored_rows_alone(django_assert_num_queries):
    month = date(2026, 5, 1)
    for code, numbers in ((431123, (3, 4)), (431124, (5,)), (520123, (7,))):
        county = make_county(code, f"{code}")
        for number in numbers:
            MonthlyRow(county=code, unit=make_unit("镇", county), month=month, cases_received=number).save()
    with django_assert_num_queries(1):
        found = queries.rollup(Period.month(2026, 5), ["cases.received", "cases.closed"])
    assert {county: line["cases.received"] for county, line in found.items()} == {431123: 7, 431124: 5, 520123: 7}
    assert queries.by_province(found) == {
        43: {"cases.received": 12, "cases.closed": 0},
        52: {"cases.received": 7, "cases.closed": 0},
    }


def test_splits_that_are_gone_go(land, put):
    case = put(land, "recorded")
    this = clock.today().replace(day=1)
    with bind(999001):
        count_month(999001, this, at=clock.now())
        assert MonthlySplit.objects.filter(split="channel", value=case.channel).exists()
        Case.objects.filter(id=case.id).update(channel="letter")
        count_month(999001, this, at=clock.now())
    assert list(MonthlySplit.objects.filter(split="channel").values_list("value", "number")) == [("letter", 1)]


def test_p5_what_changed_is_told_to_the_unit_and_those_above(land):
    for unit in (land.village, land.other):
        MonthlyChange(
            county=999001, unit=unit, month=date(2026, 5, 1), figure="cases.closed", old=1, new=2, at=clock.now()
        ).save()
    seen = {
        name: [row.unit.name for row in queries.changes_seen(by)]
        for name, by in (("town", land.clerk), ("other", land.stranger), ("county", land.county_desk))
    }
    assert seen["town"] == [land.village.name]
    assert seen["other"] == [land.other.name]
    assert len(seen["county"]) == 2
    reader = make_actor(Role.STATISTICIAN, land.town, "统计")
    assert [row.unit.name for row in queries.changes_seen(reader)] == [land.village.name]
    assert not queries.changes_seen(make_actor(Role.AUDITOR, Unit.objects.get(id=land.county.id), "审计")).exists()
