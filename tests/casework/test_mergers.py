"""A unit goes into another: every case follows, whatever its state, and stays with the successor (rights.md P16)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongyi.casework import actions, queries
from gongyi.casework.actions import routine
from gongyi.casework.models import Case, CasePart
from gongyi.casework.queries import Wanted
from gongyi.casework.rules import visible_to
from gongyi.casework.workflow import STATES
from gongyi.core import clock
from gongyi.core.access import Role
from tests.casework.test_workflow import put
from tests.factories import make_actor, make_unit

ENDED = [name for name, state in STATES.items() if not state.open]
PLACES = ("unit", "desk", "lead", "second", "caller")


@pytest.fixture
def heir(land):
    """A clerk and a dispatcher of the township that the other one goes into."""
    land.heir_desk = make_actor(Role.DISPATCHER, land.other, "周派")
    return land.stranger


def gone_into(land, case: Case) -> Case:
    """The case after the township went into the other one."""
    actions.follow_successor(land.town, land.other)
    return Case.objects.select_related(*queries.JOINED).get(id=case.id)


@pytest.mark.parametrize("state", STATES)
def test_p16_in_every_state_the_successor_takes_every_place(land, heir, state):
    case = put(land, state)
    held = {place for place in PLACES if getattr(case, place) == land.town}

    case = gone_into(land, case)

    assert {place for place in PLACES if getattr(case, place) == land.other} == held != set()
    assert land.town not in {getattr(case, place) for place in PLACES}
    assert case.state == state
    parts = dict(CasePart.objects.filter(case=case).values_list("unit", "until"))
    assert parts[land.other.id] is None
    assert parts[land.town.id] is not None
    assert queries.fetch(heir, case.id) == case
    assert queries.count(heir, Wanted()) == len(queries.page(heir, Wanted())[0]) == 1


@pytest.mark.parametrize("end", ["closed", "declined"])
def test_the_successor_may_reopen_what_its_forerunner_ended(land, heir, end):
    case = gone_into(land, put(land, end))

    actions.reopen_case(case, by=heir, note="没有修好")

    assert (case.lead, case.turn_unit, case.state) == (land.other, land.other, "redo")
    actions.contact_asker(case, by=heir, note="问清了")


def test_control_where_nothing_follows_nobody_may_reopen(land, heir, monkeypatch):
    monkeypatch.setattr(routine, "_follow_ended", lambda _unit, _into: 0)
    case = gone_into(land, put(land, "closed"))
    with pytest.raises(PermissionDenied):
        actions.reopen_case(case, by=heir, note="没有修好")
    with pytest.raises(Http404):
        queries.fetch(heir, case.id)


def test_the_successor_still_sees_what_is_filed_later(land, heir):
    case = gone_into(land, put(land, "closed"))
    with clock.at(clock.now() + timedelta(days=60)):
        actions.run_due(case.county)
        assert Case.objects.get(id=case.id).state == "filed"
        assert visible_to(heir).filter(id=case.id).exists()


def test_a_successor_that_once_gave_the_case_away_sees_it_again(land, heir):
    """Its part had ended: with the places it begins anew, as lead, and is not counted twice."""
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(case, by=land.desk, lead=land.other)
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")
    routine.close_quiet(case, by=routine.system_actor("x", case.county))
    assert not visible_to(heir).filter(id=case.id).exists()

    case = gone_into(land, case)

    assert visible_to(heir).filter(id=case.id).exists()
    [part] = CasePart.objects.filter(case=case, unit=land.other)
    assert (part.part, part.until) == ("lead", None)
    actions.reopen_case(case, by=land.officer, note="又坏了")
    assert (case.turn_unit, queries.count(heir, Wanted(waiting="me"))) == (land.other, 1)


@pytest.mark.parametrize("state", ["handling", "closed", "filed"])
def test_a_unit_that_helped_hands_that_on_too(land, state):
    """The village helps in `put`; it is also where the case was recorded, so another one helps here."""
    helper, successor = make_unit("王家村", land.town), make_unit("赵家村", land.town)
    officer = make_actor(Role.OFFICER, successor, "赵村")
    case = put(land, state)
    routine.move(case, "follow", by=routine.system_actor("x", case.county), co_units=[helper])

    actions.follow_successor(helper, successor)

    case = queries.fetch(officer, case.id)
    assert case.co_handlers == [successor]


@pytest.mark.parametrize("state", ["handling", "closed", "filed"])
def test_an_ended_complaint_does_not_go_to_the_unit_that_it_is_about(land, heir, state):
    case = put(land, state)
    Case.objects.filter(id=case.id).update(about_unit=land.other)

    case = gone_into(land, case)

    assert not visible_to(heir).filter(id=case.id).exists()
    assert (case.lead, case.desk) == (None, land.county)


def test_a_text_that_waits_for_approval_follows(land, heir):
    from tests.casework.test_publishing import proposed

    publication = proposed(land)
    actions.follow_successor(publication.second, land.other)
    publication.refresh_from_db()
    assert publication.second == land.other


def test_many_ended_cases_cost_the_same_statements(land, django_assert_max_num_queries):
    for _i in range(12):
        put(land, "filed")
    with django_assert_max_num_queries(25):
        assert actions.follow_successor(land.town, land.other) == 12
