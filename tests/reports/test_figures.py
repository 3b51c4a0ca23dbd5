"""A figure of a unit is that of the units below it and its own, whatever became of the units (rights.md P16)."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework.actions.moving import first_parts
from gongyi.casework.models import Case, CasePart, CaseStep, CaseType
from gongyi.core import clock, figures
from gongyi.core.county import new_key
from gongyi.core.figures import Period, Scope
from gongyi.network import queries as network
from gongyi.network.actions import merge_unit
from gongyi.network.models import Unit
from gongyi.reports import queries
from gongyi.reports.queries import counting
from tests.network.test_paths import planted, several_steps, steps, take

pytestmark = pytest.mark.django_db
BEGAN = date(2025, 1, 10)
# Every case below is counted in each of them once: for the unit that recorded it, for its lead, for whoever gave it back.
KEYS = ["cases.received", "cases.assigned", "cases.closed", "cases.reopened", "cases.returned"]
OPEN = "cases.open"


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def ended(kind: CaseType, unit: Unit, lead: Unit, number: int) -> Case:
    """A case of today that a unit recorded and a lead closed."""
    now = clock.now()
    case = Case(
        id=new_key(unit.county), county=unit.county, number=f"{number:05d}", title="路灯", content="路灯坏了", type=kind, state="closed",
        unit=unit, desk=unit, lead=lead, changed_at=now, recorded_at=now, assigned_at=now, answered_at=now, closed_at=now,
        span="7d", resident_due=now, outcome="solved",
    )  # fmt: skip
    case.save()
    first_parts([case])
    for seq, (action, target, by) in enumerate([("return", "returned", unit), ("reopen", "redo", lead)], start=8):
        CaseStep(case=case, seq=seq, at=now, action=action, target=target, actor_label="", unit=by.id).save()
    return case


def running_on(case: Case) -> Case:
    """The same, not ended."""
    Case.objects.filter(id=case.id).update(state="assigned", closed_at=None, answered_at=None, outcome="")
    CasePart.objects.filter(case=case).update(state="assigned")
    return case


def standing(unit: Unit) -> Unit:
    """Which running unit has this one's matters today, by what stands in the table now."""
    while not unit.running:
        unit = unit.successor or unit.parent
    return unit


def as_it_is(county: int) -> dict[str, list[str]]:
    """The running units today, by code, each with the codes of all that count for it."""
    found: dict[str, list[str]] = {unit.code: [] for unit in network.running_units(county)}
    for unit in Unit.objects.filter(county=county):
        above = standing(unit)
        while above is not None:
            found[above.code].append(unit.code)
            above = above.parent
    return found


def holds_whatever_became_of_the_units(sequence, rng, looks: int) -> None:
    """Cases and changes of units in turn; then the figures up to `looks` of those days, drawn by lot, are counted anew."""
    with transaction.atomic():
        by = planted()
        kinds = [CaseType(code=code, name=code, county=by.county) for code in ("enquiry", "complaint")]
        for kind in kinds:
            kind.save()
        day, made, seen = BEGAN, [], []
        for number, step in enumerate(sequence[:8]):
            with clock.at(at_noon(day)):
                take(by, step, number)
                running = list(network.running_units(by.county))
                for _more in range(2):
                    unit, lead = rng.choice(running), rng.choice(running)
                    case = ended(rng.choice(kinds), unit, lead, len(made))
                    still = rng.random() < 0.3 and bool(running_on(case))
                    made.append((day, unit.code, lead.code, still))
                seen.append((day, as_it_is(by.county)))
            day += timedelta(days=23)
        with clock.at(at_noon(day)):
            for last, tree in rng.sample(seen, min(looks, len(seen))):
                period = Period(BEGAN, last)
                _check(by.county, period, tree, [one for one in made if one[0] <= last])
        transaction.set_rollback(True)


def _check(county: int, period: Period, tree: dict[str, list[str]], made: list) -> None:
    for unit in Unit.objects.filter(code__in=tree):
        mine = set(tree[unit.code])
        recorded, led = sum(one[1] in mine for one in made), sum(one[2] in mine for one in made)
        still = sum(one[2] in mine and one[3] for one in made)
        keys, scope = [*KEYS, OPEN], queries.scope_of(unit, period)
        wanted = [recorded, led, led - still, led, recorded, still]
        found = figures.count(keys, scope)
        assert [value.value for value in found.values()] == wanted, (unit.name, period)
        parts = queries.parts(unit, period, keys)
        assert [sum(part[key] for part in parts.values()) for key in keys] == wanted
        by_type = figures.count_by(keys, scope, "type")
        assert [sum(line[key] for line in by_type.values()) for key in keys] == wanted


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several_steps, st.randoms(use_true_random=False))
def test_p16_children_and_own_are_the_parent_by_the_tree_of_the_last_day(sequence, rng):
    holds_whatever_became_of_the_units(sequence, rng, looks=2)


@pytest.mark.slow(minutes=3)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.randoms(use_true_random=False))
def test_p16_children_and_own_are_the_parent_after_many_histories(sequence, rng):
    holds_whatever_became_of_the_units(sequence, rng, looks=8)


def test_p16_control_by_the_tree_of_today_the_past_would_change(monkeypatch):
    by = planted()
    kind = CaseType(code="enquiry", name="咨询", county=by.county)
    kind.save()
    east, west = Unit.objects.get(name="东村"), Unit.objects.get(name="西村")
    with clock.at(at_noon(BEGAN)):
        ended(kind, east, east, 1)
    with clock.at(at_noon(BEGAN + timedelta(days=50))):
        merge_unit(by=by, unit=east, into=west)
        january, until_now = Period.month(2025, 1), Period(BEGAN, clock.today())
        assert counted(east, january) == counted(west, until_now) == [1] * 5
        assert counted(west, january) == [0] * 5
        monkeypatch.setattr(counting, "tree_for", lambda county, _period: network.counting_tree(county, clock.today()))
        assert counted(west, january) == [1] * 5


def counted(unit: Unit, period: Period) -> list:
    return [value.value for value in figures.count(KEYS, queries.scope_of(unit, period)).values()]


def test_every_count_has_as_many_rows_and_splits_into_as_many(land, put):
    for state in ("recorded", "assigned", "handling", "closed", "declined", "redo"):
        put(land, state)
    period = Period(clock.today() - timedelta(days=2), clock.today())
    scope = queries.scope_of(land.county, period)
    for one in figures.base_figures():
        value = figures.count([one.id], scope)[one.id].value
        assert len(queries.numbers_of(one, scope)) == value, one.id
        for split in one.source.splits:
            assert sum(line[one.id] for line in figures.count_by([one.id], scope, split).values()) == value
        units = figures.count_by([one.id], Scope(land.county.county, period), "unit")
        assert sum(line[one.id] for line in units.values()) == value


def test_the_command_prints_every_figure_with_its_numbers(land, put):
    case = put(land, "closed")
    day = clock.today().isoformat()
    told = json.loads(printed("--unit", land.county.code, "--from", "2026-01-01", "--to", day, "--json"))
    by_id = {line["id"]: line for line in told}
    assert by_id["cases.received"] == {"id": "cases.received", "name": "受理量", "value": 1, "rows": [case.number]}
    assert by_id["cases.closed_in_time_rate"]["value"] == 100.0
    assert len(told) == len(figures.figures())
    assert "受理量：1" in printed("--unit", land.county.code, "--from", "2026-01-01", "--to", day)


@pytest.mark.parametrize(
    ("first", "last", "words"), [("2026-02-01", "2026-01-01", "早于"), ("1月", "2026-01-01", "2026-01-31 这样")]
)
def test_the_command_refuses_days_that_are_none(land, put, first, last, words):
    put(land, "recorded")  # commands know a county by its audit rows
    with pytest.raises(CommandError, match=words) as no:
        printed("--unit", land.county.code, "--from", first, "--to", last)
    assert no.value.returncode == 2


def printed(*words: str) -> str:
    out = StringIO()
    call_command("figures", *words, stdout=out)
    return out.getvalue()


def test_what_is_parked_on_a_day_is_not_how_often_it_was_parked(land, put):
    case = put(land, "parked")
    yesterday = clock.now() - timedelta(days=1)
    long_ago = yesterday - timedelta(days=40)
    CaseStep.objects.filter(case=case).update(at=long_ago)
    CaseStep(case=case, seq=50, at=long_ago, action="park", source="handling", target="parked", actor_label="").save()
    Case.objects.filter(id=case.id).update(recorded_at=long_ago)
    now = Period(clock.today(), clock.today())

    def there(period: Period) -> tuple[int, int]:
        found = figures.count(["cases.parked_there", "cases.parked"], Scope(case.county, period))
        return int(found["cases.parked_there"].value or 0), int(found["cases.parked"].value or 0)

    assert there(now) == (1, 0)  # long ago, and still
    CaseStep(case=case, seq=51, at=yesterday, action="wake", source="parked", target="handling", actor_label="").save()  # fmt: skip
    assert there(now) == (0, 0)
    before = Period(yesterday.date() - timedelta(days=9), yesterday.date() - timedelta(days=5))
    assert there(before) == (1, 0)  # it was, on that day


def test_rate_of_return_calls_counts_each_case_once(land, put):
    case, other = put(land, "closed"), put(land, "closed")
    CaseStep.objects.filter(action="call_back").delete()
    for seq in (90, 91):
        CaseStep(case=case, seq=seq, at=clock.now(), action="call_back", target="calling", actor_label="").save()
    found = figures.count(["cases.called_rate"], Scope(case.county, Period(clock.today(), clock.today())))
    assert found["cases.called_rate"].value == 50.0
    assert other.id != case.id
