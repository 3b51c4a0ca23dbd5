"""A case never waits where nobody works any more: not at the desk, not with a unit that is to do it again."""

from datetime import timedelta

import pytest

from gongyi.casework import actions, queries
from gongyi.casework.actions import answers, routine
from gongyi.casework.models import Case
from gongyi.casework.queries.stranded import stranded
from gongyi.casework.rules import visible_to
from gongyi.core import clock
from gongyi.core.access import Role, system_actor
from gongyi.core.models import Message
from gongyi.network.actions import closing_hindrances
from tests.casework.test_routine import calling, leave, run, signed
from tests.casework.test_workflow import put
from tests.factories import make_actor


@pytest.fixture
def worker(land):
    return system_actor("routine", land.county.county)


def recorded(land) -> Case:
    return actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")


def accepted(land) -> Case:
    return actions.accept_case(recorded(land), by=land.desk)


def returned(land) -> Case:
    case = actions.assign_case(recorded(land), by=land.desk, lead=land.town)
    return actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)


@pytest.mark.parametrize("waiting", [recorded, accepted, returned])
def test_p9_the_desk_above_assigns_when_the_last_dispatcher_leaves(land, waiting):
    case = waiting(land)
    assert (case.desk, stranded(case.county)) == (land.town, [])
    assert not visible_to(land.county_desk).filter(id=case.id).exists()
    leave(land.desk)

    case = run(case)

    assert (case.desk, case.turn_unit, case.state) == (land.county, land.county, waiting.__name__)
    assert queries.timeline(case)[-1].note == "东湖镇没有人能接这一步了，转给东湖县。"
    assert [row.id for row in queries.page(land.county_desk, queries.Wanted(waiting="me"))[0]] == [case.id]
    actions.assign_case(case, by=land.county_desk, lead=land.town)


@pytest.mark.parametrize("waiting", [recorded, accepted, returned])
def test_it_stays_while_another_dispatcher_is_there(land, waiting):
    case = waiting(land)
    make_actor(Role.DISPATCHER, land.town, "李派")
    leave(land.desk)
    assert run(case).desk == land.town


def test_control_without_the_job_it_waits_for_nobody(land, monkeypatch):
    case = recorded(land)
    leave(land.desk)
    monkeypatch.setattr(routine, "stranded", lambda _county: [])
    assert run(case).desk == land.town


# --- what is to be done again ------------------------------------------------------------------------------------------


def reopened(land) -> Case:
    return actions.reopen_case(put(land, "closed"), by=land.officer, note="又坏了")


def objected(land) -> Case:
    return actions.object_to(put(land, "answered"), by=land.officer, note="没修好")


def ordered(land) -> Case:
    return actions.order_redo(put(land, "answered"), by=land.supervisor, reason=land.reasons["redo"])


def called(land) -> Case:
    return actions.call_back(calling(land), by=land.caller, result="unsolved")


def said_by_the_asker(land) -> Case:
    case = put(land, "closed")
    return actions.unsolved(case, by=actions.asker_of_case(case), note="没修好")


AGAIN = [reopened, objected, ordered, called, said_by_the_asker]


@pytest.mark.parametrize("again", AGAIN)
def test_it_goes_to_the_unit_that_answered(land, again):
    """The control: somebody is there."""
    case = again(land)
    assert (case.state, case.lead, case.turn_unit) == ("redo", land.town, land.town)


@pytest.mark.parametrize("again", AGAIN)
def test_it_goes_to_the_desk_where_nobody_is_left_in_the_unit_that_answered(land, again, monkeypatch):
    real = answers.holders
    gone = {land.clerk.id, land.clerk2.id}
    monkeypatch.setattr(answers, "holders", lambda what, units: {u: p - gone for u, p in real(what, units).items()})

    case = again(land)

    assert (case.state, case.lead, case.turn_unit) == ("returned", None, land.town)
    assert case.draft
    told = Message.objects.filter(subject=case.id, event="returned").values_list("account", flat=True)
    assert land.desk.id in told
    actions.assign_case(case, by=land.desk, lead=land.other)
    assert case.lead == land.other


def test_a_unit_that_was_closed_since_gets_nothing_back(land):
    case = put(land, "closed")
    leave(land.clerk, land.clerk2)
    assert actions.reopen_case(case, by=land.officer, note="又坏了").state == "returned"


# --- closing a unit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["handling", "answered", "calling", "drafted", "parked"])
def test_a_unit_with_open_cases_is_not_closed_whoevers_turn_it_is(land, state):
    put(land, state)
    assert "还有 1 件没办结的归东湖镇。" in closing_hindrances(land.town)


@pytest.mark.parametrize("state", ["closed", "filed", "declined", "void"])
def test_ended_cases_keep_no_unit_open(land, state):
    put(land, state)
    assert not [words for words in closing_hindrances(land.town) if "没办结" in words]


def test_who_recorded_a_case_need_not_wait_for_its_end(land, worker):
    case = actions.answer_case(signed(land, land.enquiry), by=land.clerk, answer="好了", outcome="solved")
    assert not [words for words in closing_hindrances(land.village) if "没办结" in words]
    assert [words for words in closing_hindrances(land.town) if "没办结" in words]
    with clock.at(case.quiet_until + timedelta(minutes=1)):
        routine.close_quiet(case, by=worker)
    assert not [words for words in closing_hindrances(land.town) if "没办结" in words]
