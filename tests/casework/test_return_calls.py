"""Who calls back: nobody who had a hand in the case; of a tip-off only who may know the number (rights.md P8, P9)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from gongyi.casework import actions, queries, rules
from gongyi.casework.actions import AskerFacts, moving
from gongyi.casework.models import Case
from gongyi.casework.queries import Wanted
from gongyi.casework.queries.stranded import stranded
from gongyi.casework.rules import can_move, can_see_asker, visible_to
from gongyi.casework.workflow import CASE
from gongyi.core import clock
from gongyi.core.access import Role, system_actor
from gongyi.core.models import Message
from gongyi.people.models import Account
from gongyi.people.queries import actor_of
from tests.casework.test_routine import leave
from tests.factories import grant, make_account, make_actor


@pytest.fixture
def both(land):
    """A clerk of the township who also makes its return calls; the other caller is gone."""
    account = make_account("双岗")
    grant(account, Role.CLERK, land.town)
    grant(account, Role.CALLER, land.town)
    leave(land.caller)
    return actor_of(account)


def given(land, type_=None, **facts) -> Case:
    case = actions.open_case(
        **{"by": land.officer, "unit": land.village, "type": type_ or land.complaint, "content": "路灯坏了"} | facts
    )
    return actions.assign_case(case, by=land.desk, lead=land.town)


def sent(land, case: Case) -> Case:
    """The answer written by one clerk and approved."""
    actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")
    return actions.approve_answer(case, by=land.lead)


HANDS = {
    "sign": lambda case, by, land: actions.sign_case(case, by=by),
    "contact": lambda case, by, land: actions.contact_asker(signed(case, land), by=by, note="打了电话"),
    "log": lambda case, by, land: actions.log_work(signed(case, land), by=by, note="去看了"),
    "save_draft": lambda case, by, land: actions.save_draft(signed(case, land), by=by, draft="写一半"),
    "park": lambda case, by, land: park(signed(case, land), by, land),
}


def signed(case: Case, land) -> Case:
    return actions.sign_case(case, by=land.clerk)


def park(case: Case, by, land) -> Case:
    actions.park_case(case, by=by, reason=land.reasons["park"], until=clock.today() + timedelta(days=9))
    return actions.wake_case(case, by=land.clerk)


@pytest.mark.parametrize("hand", HANDS)
def test_p8_who_handled_in_any_way_does_not_call_and_it_goes_one_unit_up(land, both, hand):
    case = given(land)
    HANDS[hand](case, both, land)

    case = sent(land, case)

    assert (case.state, case.caller, case.turn_unit) == ("calling", land.county, land.county)
    assert queries.turn_of(case).words.startswith("等东湖县回访")
    with pytest.raises(PermissionDenied):
        actions.call_back(case, by=both, result="solved")
    actions.call_back(case, by=land.county_caller, result="solved")


def test_p8_who_approved_does_not_call(land):
    account = Account.objects.get(id=land.lead.id)
    grant(account, Role.CALLER, land.town)
    leave(land.caller)
    case = signed(given(land), land)
    actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")

    assert actions.approve_answer(case, by=actor_of(account)).caller == land.county


def test_a_colleague_without_a_hand_in_it_calls(land, both):
    """The control: the same roles, nothing done in this case."""
    case = sent(land, signed(given(land), land))

    assert case.caller == land.town
    assert actions.call_back(case, by=both, result="solved").state == "closed"


def test_control_the_rule_before_let_the_handler_call(land, both, monkeypatch):
    case = given(land)
    actions.sign_case(case, by=both)
    monkeypatch.setattr(rules, "handlers", lambda _county, cases: {key: set() for key in cases})

    assert sent(land, case).caller == land.town
    assert actions.call_back(case, by=both, result="solved").state == "closed"


def test_what_was_done_before_the_case_came_to_another_unit_does_not_count(land):
    away = make_account("前一家")
    grant(away, Role.CLERK, land.other)
    grant(away, Role.CALLER, land.town)
    leave(land.caller)
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="路灯坏了")
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.other), by=actor_of(away))
    actions.assign_case(case, by=land.desk, lead=land.town)

    case = sent(land, signed(case, land))

    assert case.caller == land.town
    assert can_move(actor_of(away), case, CASE["call_back"])


def test_the_first_round_counts_in_the_second(land, both):
    case = given(land)
    actions.sign_case(case, by=both)
    case = sent(land, case)
    actions.call_back(case, by=land.county_caller, result="unsolved")
    actions.contact_asker(case, by=land.clerk, note="又去看了")

    assert sent(land, case).caller == land.county


@pytest.mark.parametrize("handled", [True, False])
def test_list_today_count_and_page_agree_on_who_may_call(land, both, handled):
    """A second caller keeps the call in the township; the row is the handler's to see, not to do."""
    make_actor(Role.CALLER, land.town, "又一位")
    case = given(land)
    actions.sign_case(case, by=both if handled else land.clerk)
    case = sent(land, case)

    assert case.caller == land.town
    mine = [] if handled else [case.id]
    assert [row.id for row in queries.page(both, Wanted(waiting="me"))[0]] == mine
    assert queries.count(both, Wanted(waiting="me")) == len(mine)
    assert [line.row["number"] for one in queries.my_day(both) for line in one.lines] == [case.number] * len(mine)
    assert can_move(both, case, CASE["call_back"]) is not handled
    told = Message.objects.filter(subject=case.id, event="calling").values_list("account", flat=True)
    assert (both.id in told) is not handled


def test_a_handler_left_alone_as_caller_is_nobody(land, both):
    """The second caller leaves: `stranded` reads the steps as the rule does, and the case goes on to the county."""
    other = make_actor(Role.CALLER, land.town, "又一位")
    case = given(land)
    actions.sign_case(case, by=both)
    case = sent(land, case)
    assert stranded(case.county) == []
    leave(other)

    assert stranded(case.county) == [case.id]
    assert actions.run_due(case.county)["rerouted"] == 1
    case = Case.objects.get(id=case.id)
    assert case.caller == land.county
    assert queries.timeline(case)[-1].note == "东湖镇没有人能接这一步了，转给东湖县。"


def test_a_colleague_left_as_caller_is_somebody(land, both):
    other = make_actor(Role.CALLER, land.town, "又一位")
    sent(land, signed(given(land), land))
    leave(other)
    assert stranded(land.county.county) == []


# --- tip-offs ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tip(land):
    """A tip-off, recorded in the township and handled by the sibling; every answer is drawn, somebody else calls."""
    land.tipoff.call_share, land.tipoff.separate_caller = 100, True
    land.tipoff.save()
    facts = {"by": land.clerk, "unit": land.town, "asker": AskerFacts(name="刘大勇", phone="13812345678")}
    case = actions.open_case(type=land.tipoff, content="有人占地", **facts)
    actions.assign_case(case, by=land.desk, lead=land.other)
    actions.sign_case(case, by=land.stranger)
    return case


def told(land, case: Case) -> Case:
    return actions.answer_case(case, by=land.stranger, answer="查过了", outcome="solved")


def test_a_tip_off_is_called_by_another_person_of_the_receiving_unit(land, tip):
    case = told(land, tip)
    assert (case.state, case.caller) == ("calling", land.town)
    assert can_see_asker(land.caller, case)
    actions.show_asker(case, by=land.caller, purpose="handle")


def test_of_the_unit_that_handles_it_first(land, tip):
    near = make_actor(Role.CALLER, land.other, "周访")
    case = told(land, tip)
    assert case.caller == land.other
    assert can_see_asker(near, case)


def test_where_nobody_else_may_know_the_number_nobody_calls(land, tip):
    leave(land.caller)
    case = told(land, tip)
    assert (case.state, case.drawn, case.caller) == ("answered", False, None)
    assert case.quiet_until is not None
    assert not visible_to(land.county_caller).filter(id=case.id).exists()


def test_control_another_type_goes_up_to_somebody_who_may_know_it(land, tip):
    leave(land.caller)
    tip.hides_asker = False
    case = told(land, tip)
    assert (case.state, case.caller) == ("calling", land.county)


def test_a_handler_who_also_calls_does_not_count(land, tip):
    leave(land.caller)
    grant(Account.objects.get(id=land.stranger.id), Role.CALLER, land.other)
    assert told(land, tip).state == "answered"


def test_the_last_caller_of_a_tip_off_leaves(land, tip):
    case = told(land, tip)
    leave(land.caller)
    assert stranded(case.county) == [case.id]

    actions.run_due(case.county)

    case = Case.objects.get(id=case.id)
    assert (case.state, case.drawn, case.caller) == ("answered", False, None)
    step = queries.timeline(case)[-1]
    assert (step.action, step.note) == ("reroute", "没有别的人可以知道举报人的电话，不再回访。")


def test_a_tip_off_that_waits_where_the_number_is_hidden_is_sent_on(land, tip):
    """As cases stood before this rule: the caller's unit neither received it nor handles it."""
    case = told(land, tip)
    moving.move(case, "reroute", by=system_actor("routine", case.county), changes={"caller_id": land.county.id})
    assert not can_see_asker(land.county_caller, case)

    actions.run_due(case.county)

    assert Case.objects.get(id=case.id).caller == land.town


def test_the_caller_who_steps_back_from_a_tip_off_is_replaced_in_the_same_units(land, tip):
    make_actor(Role.CALLER, land.other, "周访")
    case = told(land, tip)
    tip_caller = actor_of(Account.objects.get(name="周访"))
    actions.declare_conflict(case, by=tip_caller, note="亲戚")
    assert case.caller == land.town
    actions.declare_conflict(case, by=land.caller, note="亲戚")
    assert case.caller == land.town  # nobody is left: the next run ends the call
    actions.run_due(case.county)
    assert Case.objects.get(id=case.id).state == "answered"
