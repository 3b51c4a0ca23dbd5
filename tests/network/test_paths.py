"""Whatever is done to the tree in whatever order: every path is the parent's path and the own mark, and nothing runs in a circle."""

import contextlib

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.core.access import Actor, system_actor
from gongyi.core.errors import Refused
from gongyi.network import actions
from gongyi.network.actions import tree
from gongyi.network.models import Unit
from tests.factories import make_county, make_unit

pytestmark = pytest.mark.django_db
OPENED = list(Unit.Tier.values)[1:]
Step = tuple[str, int, int, int]
_step = st.tuples(
    st.sampled_from(["open", "open", "move", "move", "merge", "merge", "close", "reopen", "rename"]),
    st.integers(0, 99), st.integers(0, 99), st.integers(0, 9),
)  # fmt: skip
steps = st.lists(_step, max_size=14)
several_steps = st.lists(_step, min_size=4, max_size=8)


def broken(county: int) -> list[str]:
    """The units whose path is not what their place says."""
    units = {unit.id: unit for unit in Unit.objects.filter(county=county)}
    found = []
    for unit in units.values():
        above, chain = units.get(unit.parent_id), {unit.id}
        if unit.path != (above.path if above else "") + unit.mark:
            found.append(f"{unit.name}: path")
        while above is not None:
            if above.id in chain:
                found.append(f"{unit.name}: circle")
                break
            chain.add(above.id)
            above = units.get(above.parent_id)
    return found


def pick(units: list[Unit], number: int) -> Unit:
    """One of the units."""
    return units[number % len(units)]


def take(by: Actor, step: Step, number: int) -> None:
    """One change, mostly a possible one; the product may refuse it."""
    what, first, second, third = step
    units = list(Unit.objects.filter(county=by.county).order_by("code"))
    one = pick(units, first)
    tier = OPENED[third % len(OPENED)]
    if what == "open" and third:
        one = pick([unit for unit in units if unit.tier in actions.ABOVE[tier]], first)
    fitting = {"move": actions.ABOVE[one.tier], "merge": (one.tier,)}.get(what, ())
    other = pick(
        [unit for unit in units if unit.tier in fitting and third and unit.id != one.parent_id] or units, second
    )
    name = f"单位{number}号"
    with contextlib.suppress(Refused), transaction.atomic():
        match what:
            case "open":
                actions.open_unit(by=by, parent=one, name=name, tier=tier)
            case "move":
                actions.move_unit(by=by, unit=one, parent=other)
            case "merge":
                actions.merge_unit(by=by, unit=one, into=other)
            case "close":
                actions.close_unit(by=by, unit=one)
            case "reopen":
                actions.reopen_unit(by=by, unit=one)
            case "rename":
                actions.rename_unit(by=by, unit=one, name=name)


def planted() -> Actor:
    """A county with two townships, villages, a team and an office."""
    county = make_county()
    for side in "东西":
        town = make_unit(f"{side}镇", county)
        village = make_unit(f"{side}村", town)
        make_unit(f"{side}组", village)
        make_unit(f"{side}办", town, Unit.Tier.DEPARTMENT)
    return system_actor("test", county.county)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_sequence_of_changes_keeps_the_paths(sequence):
    with transaction.atomic():
        by = planted()
        for number, step in enumerate(sequence):
            take(by, step, number)
            assert broken(by.county) == []
        transaction.set_rollback(True)


def test_the_invariant_sees_paths_left_behind(monkeypatch):
    by = planted()

    def forgetful(unit: Unit, parent: Unit) -> None:
        unit.parent, unit.path = parent, parent.path + unit.mark
        unit.save()

    monkeypatch.setattr(tree, "_place", forgetful)
    village, west = Unit.objects.get(name="东村"), Unit.objects.get(name="西镇")
    actions.move_unit(by=by, unit=village, parent=west)
    assert broken(by.county) == ["东组: path"]


def test_the_invariant_sees_a_circle(monkeypatch):
    by = planted()
    monkeypatch.setattr(tree.checks, "check_place", lambda *_: None)
    actions.move_unit(by=by, unit=Unit.objects.get(name="东镇"), parent=Unit.objects.get(name="东组"))
    assert {line.partition(": ")[2] for line in broken(by.county)} == {"path", "circle"}
