"""A case that waits for an approval or a return call is sent on once nobody is left there who may give it (P9)."""

from datetime import timedelta

import pytest

from gongyi.casework import actions, queries
from gongyi.casework.actions import routine
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.queries.stranded import stranded
from gongyi.casework.rules import visible_to
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.models import Message
from gongyi.people.models import Grant
from gongyi.people.queries import actor_of
from tests.factories import grant, make_account, make_actor


def signed(land, type_) -> Case:
    case = actions.open_case(by=land.officer, unit=land.village, type=type_, content="路灯坏了")
    return actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)


def drafted(land) -> Case:
    return actions.answer_case(signed(land, land.complaint), by=land.clerk, answer="好了", outcome="solved")


def extending(land) -> Case:
    case = signed(land, land.enquiry)
    until = (case.unit_due + timedelta(days=9)).date()
    return actions.ask_extension(case, by=land.clerk, reason=land.reasons["extend"], until=until)


def calling(land) -> Case:
    return actions.approve_answer(drafted(land), by=land.lead)


def calling_oneself(land) -> Case:
    """The type asks for no separate caller: whoever handles may call."""
    land.enquiry.call_share = 100
    land.enquiry.save()
    return actions.answer_case(signed(land, land.enquiry), by=land.clerk, answer="好了", outcome="solved")


def leave(*people) -> None:
    Grant.objects.filter(account__in=[person.id for person in people]).update(ended_at=clock.now())


def run(case: Case) -> Case:
    actions.run_due(case.county)
    return Case.objects.get(id=case.id)


WAITING = [
    (drafted, ["lead"], "second", "county_lead"),
    (extending, ["lead"], "second", "county_lead"),
    (calling, ["caller"], "caller", "county_caller"),
    (calling_oneself, ["clerk", "clerk2", "caller"], "caller", "county_caller"),
]


@pytest.mark.parametrize(("waiting", "gone", "place", "heir"), WAITING)
def test_p9_a_case_goes_one_unit_up_when_the_last_person_leaves(land, waiting, gone, place, heir):
    case, heir = waiting(land), getattr(land, heir)
    assert getattr(case, place) == land.town
    assert not visible_to(heir).filter(id=case.id).exists()
    leave(*(getattr(land, name) for name in gone))

    case = run(case)

    assert (getattr(case, place), case.turn_unit) == (land.county, land.county)
    step = queries.timeline(case)[-1]
    assert (step.action, step.note) == ("reroute", "东湖镇没有人能接这一步了，转给东湖县。")
    assert heir.id in Message.objects.filter(subject=case.id, event=case.state).values_list("account", flat=True)
    assert visible_to(heir).filter(id=case.id).exists()


@pytest.mark.parametrize(("waiting", "gone", "place", "_heir"), WAITING)
def test_a_case_stays_while_somebody_is_left_there(land, waiting, gone, place, _heir):
    case = waiting(land)
    role = {"lead": Role.LEAD, "caller": Role.CALLER}.get(gone[0], Role.CLERK)
    make_actor(role, land.town, "后来的")
    leave(*(getattr(land, name) for name in gone))

    assert (getattr(run(case), place), stranded(case.county)) == (land.town, [])


def test_sending_on_happens_once(land):
    case = drafted(land)
    leave(land.lead)
    for _again in range(3):
        case = run(case)

    assert CaseStep.objects.filter(case=case, action="reroute").count() == 1
    assert Message.objects.filter(subject=case.id, event="drafted", account=land.county_lead.id).count() == 1
    actions.approve_answer(case, by=land.county_lead)


def test_p8_a_maker_a_conflict_and_a_colleague_of_the_unit_concerned_are_nobody(land):
    """Each of the three still holds the role of 审核 in the township; none of them may use it in this case."""
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.complaint, content="事", about_unit=land.other
    )
    writer, kin, colleague = (make_account(name) for name in ("写的人", "亲戚", "同事"))
    for person in (writer, kin, colleague):
        grant(person, Role.LEAD, land.town)
    grant(writer, Role.CLERK, land.town)
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)
    actions.answer_case(case, by=actor_of(writer), answer="好了", outcome="solved")
    leave(land.lead)
    actions.declare_conflict(case, by=actor_of(kin), note="亲戚")
    assert (case.second, stranded(case.county)) == (land.town, [])  # the colleague could still do it
    grant(colleague, Role.CLERK, land.other)

    assert run(case).second == land.county


def test_a_caller_who_wrote_the_draft_is_not_chosen_to_call(land):
    both = make_account("双岗")
    grant(both, Role.CLERK, land.town)
    grant(both, Role.CALLER, land.town)
    leave(land.caller)
    case = signed(land, land.complaint)
    actions.save_draft(case, by=actor_of(both), draft="我写的")
    actions.answer_case(case, by=land.clerk, answer="我写的", outcome="solved")

    assert actions.approve_answer(case, by=land.lead).caller == land.county


def test_a_case_stays_when_nobody_is_there_up_to_the_county_and_goes_when_somebody_comes(land):
    case = drafted(land)
    leave(land.lead, land.county_lead)
    assert (run(case).second, run(case).version) == (land.town, case.version)
    late = make_actor(Role.LEAD, land.county, "新来的")
    assert run(case).second == land.county
    assert visible_to(late).filter(id=case.id).exists()


def test_control_without_the_job_it_waits_for_nobody(land, monkeypatch):
    case = drafted(land)
    leave(land.lead)
    monkeypatch.setattr(routine, "stranded", lambda _county: [])

    assert run(case).second == land.town


def test_the_look_costs_few_statements_whatever_waits(land, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        assert stranded(land.county.county) == []
    for waiting in (drafted, extending, calling, calling_oneself, drafted, extending):
        waiting(land)
    with django_assert_max_num_queries(6):
        assert stranded(land.county.county) == []
