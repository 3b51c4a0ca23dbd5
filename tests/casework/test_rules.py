"""list ≡ detail ≡ count ≡ export ≡ search ≡ Today: one predicate, so they cannot disagree (rights.md P4, P5)."""

import random
from uuid import UUID

import pytest
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework import actions, queries, rules
from gongyi.casework.models import Case, CasePart
from gongyi.casework.queries import Wanted
from gongyi.core import search
from gongyi.core.access import Actor, Held, Role
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.people.queries import actor_of, exports
from tests.factories import grant, make_account, make_unit

ROLES = [Role.OFFICER, Role.CLERK, Role.DISPATCHER, Role.LEAD, Role.CALLER]


def wander(land, rng: random.Random, number: int, *more: Unit) -> list[Case]:
    """Cases led a few random steps by whoever may, some of them to `more` units."""
    cases = []
    for i in range(number):
        by, unit = rng.choice([(land.officer, land.village), (land.clerk, land.town), (land.stranger, land.other)])
        about = land.town if rng.random() < 0.2 else None
        case = actions.open_case(
            by=by, unit=unit, type=rng.choice([land.enquiry, land.tipoff]), content=f"第 {i} 件", about_unit=about
        )
        try:
            if rng.random() < 0.7:
                actions.assign_case(
                    case,
                    by=land.county_desk if case.desk == land.county else land.desk,
                    lead=rng.choice([land.town, land.other, *more]),
                )
            if rng.random() < 0.3:
                actions.return_case(case, by=land.stranger, reason=land.reasons["return"], proposed=land.town)
        except (Refused, Exception) as error:
            if not isinstance(error, Refused) and type(error).__name__ != "PermissionDenied":
                raise
        cases.append(case)
    return cases


def all_pages(by: Actor, **wanted: str) -> list:
    """The ids of the list, page after page."""
    found, after, more = [], None, True
    while more:
        cases, more = queries.page(by, Wanted(after=after, **wanted))
        found += [case.id for case in cases]
        after = (cases[-1].recorded_at, cases[-1].id) if cases else None
    assert len(found) == len(set(found)), "a case stands on two pages"
    return found


def id_sets(by: Actor, cases: list[Case]) -> list[set]:
    """The ids that list, detail, predicate, export and search give this person; the counts and Today are held against the list."""
    listed = set(all_pages(by))
    opened = set()
    for case in cases:
        try:
            opened.add(queries.fetch(by, case.id).id)
        except Http404:
            continue
    seen = set(rules.visible_to(by).values_list("id", flat=True))
    assert queries.count(by, Wanted()) == len(listed)
    numbers = {case.number: case.id for case in cases}
    exported = {numbers[row[0]] for row in exports.cells(by, "case", queries.list_keys(by, Wanted(), 100))}
    assert today(by) == set(all_pages(by, waiting="me"))
    found = search.find(by, search.KINDS["case"], "件")  # stands in the text of each
    assert found.total == len(found.keys)
    return [listed, opened, seen, exported, set(found.keys)]


def today(by: Actor) -> set:
    """The cases that Today says wait for this person."""
    lines = [
        line for section in queries.my_day(by) if section.key in {"late", "soon", "later"} for line in section.lines
    ]
    return {UUID(line.row["url"].split("/")[2]) for line in lines}


def tree(land, rng: random.Random) -> list[Unit]:
    """The county's units with a few more, each below any of those that may have something below."""
    units = [land.county, land.town, land.other, land.village]
    for at in range(rng.randint(1, 5)):
        units.append(make_unit(f"新{at}", rng.choice([unit for unit in units if unit.tier in {"county", "township"}])))
    return units


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_p4_list_detail_count_export_search_and_today_are_equal(land, seed):
    with transaction.atomic():
        agree(land, random.Random(seed))
        transaction.set_rollback(True)


def agree(land, rng: random.Random) -> None:
    units = tree(land, rng)
    cases = wander(land, rng, 5, *units[4:])
    extra = make_account("多岗")
    for unit in rng.sample(units, 3):
        grant(extra, rng.choice(ROLES), unit)
    for by in (land.officer, land.clerk, land.desk, land.stranger, land.county_desk, land.supervisor, actor_of(extra)):
        listed, opened, seen, exported, found = id_sets(by, cases)
        assert listed == opened == seen == exported == found


def test_p4_control_a_list_with_another_predicate_is_caught(land, monkeypatch):
    cases = wander(land, random.Random(1), 5)
    monkeypatch.setattr(
        queries.lists, "parts_visible_to", lambda by, **_unit: CasePart.objects.filter(county=by.county)
    )
    with pytest.raises(AssertionError):
        listed, opened, *_others = id_sets(land.stranger, cases)
        assert listed == opened


def test_p4_control_a_search_with_another_predicate_is_caught(land, monkeypatch):
    wander(land, random.Random(1), 5)
    monkeypatch.setattr(queries.lists, "list_parts", lambda by, _wanted: CasePart.objects.filter(county=by.county))
    with pytest.raises(AssertionError):
        found = search.find(land.stranger, search.KINDS["case"], "件").keys
        monkeypatch.undo()
        assert set(found) == set(all_pages(land.stranger))


def test_p5_upwards_is_numbers_only(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="事")
    everywhere = Actor(
        id=land.county_desk.id,
        name="县",
        county=land.county.county,
        held=(Held(Role.DISPATCHER, land.county.id, land.county.path),),
    )
    assert not rules.visible_to(everywhere).filter(id=case.id).exists()


def test_p7_blind_roles_hold_no_case_permission():
    from gongyi.core.access import BLIND, Permission

    for role in BLIND:
        assert not [p for p in role.permissions if p.value.startswith("case.")], role
    assert Permission.CASE_VIEW in Role.CLERK.permissions


def test_hidden_case_is_a_404_for_the_person_it_is_about(land):
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.complaint, content="事", about_account=land.clerk.id
    )
    actions.assign_case(case, by=land.desk, lead=land.town)
    with pytest.raises(Http404):
        queries.fetch(land.clerk, case.id)
    assert queries.fetch(land.clerk2, case.id)
    assert case.id not in {c.id for c in queries.page(land.clerk, Wanted())[0]}
