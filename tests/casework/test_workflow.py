"""Every (state, action) pair: allowed and done, or refused with 409; the database holds the states of the table."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation

from gongyi.casework import actions
from gongyi.casework.actions import ACTS
from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.forms import FORMS
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.models.case import ENDED, OPEN
from gongyi.casework.rules import TAKES_BACK_OWN
from gongyi.casework.workflow import CASE, MOVES, PUBLICATION, STATES
from gongyi.core import clock, workflow
from gongyi.core.access import system_actor
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from tests.factories import refused


def put(land, state: str, action: str = "") -> Case:
    """A case set into a state directly, with everything that the state, and this move of it, needs."""
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    now = clock.now()
    facts = {
        "code": "d" * 64, "state": state, "lead": land.town, "second": land.town, "caller": land.town, "answer": "修好了", "outcome": "solved",
        "assigned_at": now, "accepted_at": now, "signed_at": now, "answered_at": now, "unit_due": now + timedelta(days=3), "asked_due": now + timedelta(days=9),
        "quiet_until": now, "reopen_until": now + timedelta(days=-1 if action == "file" else 30), "asked_by": land.clerk.id, "answered_by": land.clerk.id,
        "wakes_on": clock.today() + timedelta(days=3), "closed_at": None if state in [*OPEN, "void"] else now,
    }  # fmt: skip
    if action in {"leave", "unmerge"}:
        facts |= {"first": _other(land), "outcome": "merged" if action == "unmerge" else "solved"}
    for name, value in facts.items():
        setattr(case, name, value)
    case.save()
    if action in TAKES_BACK_OWN:
        line = {"action": TAKES_BACK_OWN[action], "source": "signed", "actor": land.clerk.id}
        CaseStep.objects.filter(case=case).update(**line)
    sync_parts(case, co_units=[land.village])
    return case


def _other(land) -> Case:
    return actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="另一盏路灯")


def facts_for(land, action: str) -> dict:
    reason = {
        "decline": "decline",
        "return": "return",
        "ask_extension": "extend",
        "park": "park",
        "redo": "redo",
        "visit": "visit",
        "void": "void",
    }
    facts = {"reason": land.reasons[reason[action]]} if action in reason else {}
    more = {
        "assign": {"lead": land.other}, "transfer": {"lead": land.other}, "return": {"proposed": land.other},
        "answer": {"answer": "好了", "outcome": "solved"}, "save_draft": {"draft": "写一半"},
        "ask_extension": {"until": clock.today() + timedelta(days=20)}, "park": {"until": clock.today() + timedelta(days=9)},
        "call_back": {"result": "solved"}, "external": {"external_no": "A1"}, "visit": {"kind": "came"},
        "recategorise": {"type": land.complaint, "topic": None, "area": None, "urgency": "normal"},
        "correct": {"content": "路灯坏了两盏", "channel": "phone"}, "ask": {"question": "哪一盏？"}, "about": {"about_unit": land.other, "about_person": None},
    }  # fmt: skip
    if action in {"join", "merge"}:
        return {"first": _other(land).number}
    noted = {
        "contact",
        "log",
        "send_back",
        "refuse_extension",
        "object",
        "reopen",
        "remind",
        "supervise",
        "conflict",
        "assist",
    }
    return facts | more.get(action, {}) | ({"note": "写一句"} if action in noted else {})


def who(land, action: str):
    lead = {"approve_answer", "send_back", "approve_extension", "refuse_extension"}
    desk = {
        "accept",
        "merge",
        "unmerge",
        "assign",
        "decline",
        "transfer",
        "recall",
        "unaccept",
        "remind",
        "about",
        "void",
        "file",
        "recategorise",
        "correct",
        "reopen",
        "object",
        "visit",
        "external",
    }
    if action in lead:
        return land.lead
    if action in desk:
        return land.desk
    return {
        "call_back": land.caller,
        "assist": land.officer,
        "redo": land.supervisor,
        "supervise": land.supervisor,
    }.get(action, land.clerk)


GIVE = ("assign", "transfer")  # one action behind both
BY_HAND = [move.action for move in MOVES if move.permission not in {"system", "asker"} and move.action != "attach"]


@pytest.mark.parametrize("state", STATES)
def test_every_state_and_action_is_done_or_refused(land, state):
    for action in BY_HAND:
        case, move = put(land, state, action), CASE[action]
        allowed = state in move.sources or (action in GIVE and any(state in CASE[other].sources for other in GIVE))
        if allowed:
            ACTS[action](case, by=who(land, action), **facts_for(land, action))
        else:
            with refused("wrong_state"):
                ACTS[action](case, by=who(land, action), **facts_for(land, action))
        kept = Case.objects.get(id=case.id)
        assert kept.version == 1 + allowed, action
        assert allowed or kept.state == state


def test_guard_off_lets_a_wrong_move_through(land, monkeypatch):
    """Negative control: with the table's check switched off the wrong move happens."""
    case = put(land, "recorded")
    with pytest.raises(Refused):
        actions.sign_case(case, by=land.clerk)
    everywhere = workflow.Move(**{**CASE["sign"].__dict__, "sources": tuple(STATES)})
    monkeypatch.setitem(CASE.by_action, "sign", everywhere)
    actions.sign_case(case, by=land.clerk)
    assert case.state == "signed"


@pytest.mark.parametrize("action", BY_HAND)
def test_nobody_from_elsewhere_may_move(land, action):
    sources = CASE[action].sources
    case = put(land, sources[0], action)
    people = [land.stranger, land.county_desk]
    if action not in {"wake", "file"}:  # the worker does these on their day, through moves of its own
        people.append(system_actor("nobody", land.county.county))
    for by in people:
        with pytest.raises((PermissionDenied, Refused)) as caught:
            ACTS[action](case, by=by, **facts_for(land, action))
        assert getattr(caught.value, "code", "") in {"", "wrong_state", "no_first"}
    assert Case.objects.get(id=case.id).state == sources[0]


def test_every_move_has_a_form_and_an_action():
    by_hand = {move.action for move in MOVES if move.permission not in {"system", "asker"}}
    assert set(FORMS) == by_hand
    assert set(ACTS) == by_hand


def test_states_of_table_and_database_agree(land):
    assert {name for name, state in STATES.items() if state.open} == set(OPEN)
    assert set(STATES) == set(OPEN + ENDED)
    case = put(land, "recorded")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(id=case.id).update(state="nowhere")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(id=case.id).update(state="closed", closed_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(id=case.id).update(approved_by=case.answered_by)


def test_every_state_can_be_left_or_is_an_end():
    stuck = [name for name in STATES if not any(move.target for move in CASE.leaving(name))]
    assert stuck == ["filed", "void"]


def test_every_state_has_its_icon():
    from gongyi.settings import BASE

    sprite = (BASE / "gongyi/static/icons.svg").read_text()
    missing = {state.icon for state in STATES.values() if f'id="{state.icon}"' not in sprite}
    assert missing == set()


def test_a_button_and_a_state_are_never_one_word_to_the_translator():
    for table in (CASE, PUBLICATION):
        states = {vars(state.label)["_args"] for state in table.states.values()}
        assert [move.action for move in table.moves if vars(move.label)["_args"] in states] == []


def test_what_was_done_and_what_to_do_differ_in_english():
    with translation.override("en"):
        assert (str(STATES["signed"].label), str(CASE["sign"].label)) == ("Signed for", "Sign for")
        assert (str(STATES["recorded"].label), str(Unit.Status.CLOSED.label)) == ("Recorded", "Out of use")
