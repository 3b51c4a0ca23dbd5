"""Every (state, action) pair: allowed and done, or refused with 409; the database holds the states of the table."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from gongyi.core import clock, workflow
from gongyi.core.access import system_actor
from gongyi.core.errors import Refused
from gongyi.proposals.actions import ACTS
from gongyi.proposals.actions.moving import sync_parts, waiting_for
from gongyi.proposals.forms import FORMS
from gongyi.proposals.models import Author, Proposal, ProposalPart
from gongyi.proposals.models.proposal import ENDED, OPEN
from gongyi.proposals.queries.words import NEXT, STEP_ICONS
from gongyi.proposals.workflow import MOVES, PROPOSAL, STATES, TURNS
from gongyi.settings import BASE
from tests.factories import refused
from tests.proposals.conftest import again, opened

GIVE = ("assign", "transfer")  # one action behind both
BY_HAND = [move.action for move in MOVES if move.places and move.action != "attach"]


def put(land, state: str) -> Proposal:
    """A proposal set into a state directly, with everything that the state needs."""
    one, now = opened(land), clock.now()
    one.authors.create(county=one.county, place=1, at=now)
    helps = state in {"assigned", "signed", "talking", "consulting", "redo", "drafting"}
    facts = {
        "state": state, "lead": land.town, "second": land.town, "supervisor": land.county, "answer": "修好了", "result": land.classes["A"],
        "first": opened(land) if state == "merged" else None, "assigned_at": now, "unit_due": now + timedelta(days=30),
        "longest_due": now + timedelta(days=90), "asked_due": now + timedelta(days=40), "co_due": now, "rate_due": now, "span": "3m",
        "asked_by": land.clerk.id, "answered_by": land.clerk.id, "unit_from": now, "closed_at": None if state in OPEN else now,
    }  # fmt: skip
    for name, value in facts.items():
        setattr(one, name, value)
    one.save()
    helpers = {land.other.id: "co"} if helps else {}
    sync_parts(one, waiting_for(one, helpers), helpers=helpers)
    return again(one)


def facts_for(land, one, action: str) -> dict:
    texts = {"title": "另一件事", "analysis": "那里也难走", "suggestions": "也修一座"}
    reasons = {"refuse": "refuse", "pass_on": "refuse", "return": "return", "ask_extension": "extend", "redo": "redo"}
    facts = {"reason": land.causes[reasons[action]]} if action in reasons else {}
    author = Author.objects.filter(proposal=one, place=1).values_list("id", flat=True).first()
    more = {
        "resubmit": texts, "split": texts, "correct": texts | {"may_publish": True}, "file": {"opinion": "可办"}, "pass_on": {"to": land.water},
        "assign": {"lead": land.other}, "transfer": {"lead": land.other},
        "return": {"proposed": land.other}, "talk": {"kind": "face", "on": clock.today(), "note": "见了面"}, "save_draft": {"draft": "写一半"},
        "answer": {"answer": "好了", "result": land.classes["A"]}, "rate": {"manner": "good", "rating": "good"},
        "ask_extension": {"until": clock.today() + timedelta(days=60), "agreed": True}, "cosign": {"name": "陈联名"},
        "confirm": {"author": author, "agreed": True},
    }  # fmt: skip
    if action == "merge":
        return {"first": opened(land).number}
    noted = {
        "ask_change",
        "withdraw",
        "rescreen",
        "log",
        "opine",
        "send_back",
        "audit_back",
        "refuse_extension",
        "remind",
        "supervise",
        "conflict",
    }
    more["ask"] = {"question": "几米宽？"}
    return facts | more.get(action, {}) | ({"note": "写一句"} if action in noted else {})


def who(land, action: str):
    groups = {
        "desk": {"screen", "file", "merge", "unmerge", "split", "ask_change", "refuse", "pass_on", "rescreen", "assign", "transfer", "redo", "archive", "remind", "approve_extension", "refuse_extension"},
        "recorder": {"submit", "resubmit", "withdraw", "correct", "cosign", "confirm", "rate", "conflict"},
        "lead": {"approve", "send_back"}, "supervisor": {"audit", "audit_back", "supervise"}, "helper": {"opine"},
    }  # fmt: skip
    return getattr(land, next((name for name, actions in groups.items() if action in actions), "clerk"))


@pytest.mark.parametrize("state", STATES)
def test_every_state_and_action_is_done_or_refused(land, state):
    kept = put(land, state)
    for action in BY_HAND:
        with transaction.atomic():
            tried(land, again(kept), action)
            transaction.set_rollback(True)


def tried(land, one, action: str) -> None:
    """This move in the proposal's state is done where the table has it, else refused, and then nothing changed."""
    state, move = one.state, PROPOSAL[action]
    if action == "consult" and state not in move.sources:
        return  # whether somebody helps is asked before the state
    if action == "answer":
        ProposalPart.objects.filter(proposal=one, part="co").delete()
    facts, by = facts_for(land, one, action), who(land, action)
    allowed = state in move.sources or (action in GIVE and any(state in PROPOSAL[other].sources for other in GIVE))
    if allowed:
        ACTS[action](one, by=by, **facts)
    else:
        with pytest.raises((Refused, PermissionDenied)) as caught:
            ACTS[action](one, by=by, **facts)
        assert getattr(caught.value, "code", "wrong_state") == "wrong_state", action
    kept = Proposal.objects.get(id=one.id)
    assert kept.version == one.version, action
    assert allowed or kept.state == state
    assert kept.closed_at is None if kept.state in OPEN else kept.closed_at is not None


def test_guard_off_lets_a_wrong_move_through(land, monkeypatch):
    """Negative control: with the table's check switched off the wrong move happens."""
    one = put(land, "filed")
    with pytest.raises(Refused):
        ACTS["sign"](one, by=land.clerk)
    everywhere = workflow.Move(**{**PROPOSAL["sign"].__dict__, "sources": tuple(STATES)})
    monkeypatch.setitem(PROPOSAL.by_action, "sign", everywhere)
    ACTS["sign"](one, by=land.clerk)
    assert one.state == "signed"


@pytest.mark.parametrize("action", BY_HAND)
def test_nobody_from_elsewhere_may_move(land, action):
    one = put(land, PROPOSAL[action].sources[0])
    facts = facts_for(land, one, action)
    for by in (land.stranger, system_actor("nobody", land.county.county)):
        with pytest.raises((PermissionDenied, Refused, ValidationError)) as caught:
            ACTS[action](one, by=by, **facts)
        assert getattr(caught.value, "code", "") in {"", "wrong_state", "all_given", "opinions"}
    assert Proposal.objects.get(id=one.id).state == PROPOSAL[action].sources[0]


def test_every_move_has_a_form_an_action_and_an_icon():
    by_hand = {move.action for move in MOVES if move.places}
    assert set(FORMS) == by_hand
    assert set(ACTS) == by_hand
    assert STEP_ICONS.keys() == {move.action for move in MOVES} | {"record", "import", "split_off", "send"}
    sprite = (BASE / "gongyi/static/icons.svg").read_text()
    icons = {*STEP_ICONS.values(), *(state.icon for state in STATES.values())}
    assert {icon for icon in icons if f'id="{icon}"' not in sprite} == set()


def test_states_of_table_and_database_agree(land):
    assert {name for name, state in STATES.items() if state.open} == set(OPEN) == set(TURNS) == set(NEXT)
    assert set(STATES) == set(OPEN + ENDED)
    one = put(land, "submitted")
    for facts in (
        {"state": "nowhere"},
        {"state": "closed"},
        {"state": "merged", "closed_at": clock.now()},
        {"approved_by": one.answered_by},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(id=one.id).update(**facts)


def test_every_state_can_be_left_or_is_an_end():
    assert [name for name in STATES if not any(move.target for move in PROPOSAL.leaving(name))] == ["archived"]


def test_the_usual_next_step_leaves_its_state_and_the_right_person_may_make_it():
    for state, action in NEXT.items():
        assert state in PROPOSAL[action].sources
        assert TURNS[state][1] == PROPOSAL[action].permission, state


def test_a_button_and_a_state_are_never_one_word_to_the_translator():
    states = {vars(state.label)["_args"] for state in STATES.values()}
    assert [move.action for move in MOVES if vars(move.label)["_args"] in states] == []


def test_the_same_move_twice_is_refused(land):
    one, twin = put(land, "assigned"), None
    twin = again(one)
    ACTS["sign"](one, by=land.clerk)
    with refused("stale"):
        ACTS["sign"](twin, by=land.clerk, seen=twin.version)
