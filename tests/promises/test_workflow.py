"""Every (state, action) pair: allowed and done, or refused with 409; the database holds the states of the table."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from gongyi.core import clock
from gongyi.core.errors import Refused
from gongyi.promises import actions
from gongyi.promises.models import ENDED, OPEN, Promise
from gongyi.promises.workflow import PROMISE, STATES
from tests.factories import refused
from tests.promises.conftest import DUE, put

LATER = DUE + timedelta(days=7)
ACTS = {
    "report": (actions.report_kept, "clerk", {"proof": "三盏灯都装好了"}),
    "confirm": (actions.confirm_kept, "lead", {}),
    "send_back": (actions.send_back, "lead", {"reason": "还有一盏不亮"}),
    "move": (actions.change_date, "clerk", {"until": LATER, "reason": "材料下周才到"}),
    "admit": (actions.admit_broken, "clerk", {"reason": "材料没有到货"}),
    "judge": (actions.judge_broken, "supervisor", {"reason": "过了日子没有动静"}),
    "withdraw": (actions.withdraw_promise, "clerk", {"reason": "改成整条路重修"}),
    "publish": (actions.publish_promise, "lead", {}),
    "unpublish": (actions.unpublish_promise, "lead", {}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTS)
def test_every_state_and_action_is_done_or_refused(land, state, action):
    act, who, facts = ACTS[action]
    promise = put(land, state)
    if action == "unpublish":
        actions.publish_promise(promise, by=land.lead)
    late = clock.now() + timedelta(days=40 if action == "judge" else 0)
    before, version = promise.state, promise.version
    allowed = state in PROMISE[action].sources
    with clock.at(late):
        if allowed:
            act(promise, by=getattr(land, who), **facts)
        else:
            with refused("wrong_state"):
                act(promise, by=getattr(land, who), **facts)
    kept = Promise.objects.get(id=promise.id)
    assert kept.version == version + allowed
    assert kept.state == (PROMISE[action].target or before if allowed else before)


@pytest.mark.parametrize("action", ACTS)
def test_nobody_from_elsewhere_may_move(land, action):
    act, _who, facts = ACTS[action]
    promise = put(land, PROMISE[action].sources[0])
    with clock.at(clock.now() + timedelta(days=40 if action == "judge" else 0)):
        for by in (land.stranger, land.county_lead, land.officer):
            with pytest.raises(PermissionDenied):
                act(promise, by=by, **facts)
    assert Promise.objects.get(id=promise.id).state == PROMISE[action].sources[0]


def test_every_move_by_hand_is_covered_here():
    assert set(ACTS) == {move.action for move in PROMISE.moves if move.permission != "system"}


def test_guard_off_lets_a_wrong_move_through(land, monkeypatch):
    """Negative control: with the table's check switched off the wrong move happens."""
    promise = put(land, "withdrawn")
    with pytest.raises(Refused):
        actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了")
    monkeypatch.setitem(PROMISE.by_action, "report", replace(PROMISE["report"], sources=tuple(STATES)))
    actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了")
    assert promise.state == "reported"


def test_states_of_table_and_database_agree(land):
    assert {name for name, state in STATES.items() if state.open} == set(OPEN)
    assert set(STATES) == set(OPEN + ENDED)
    promise = put(land, "reported")
    for wrong in (
        {"state": "nowhere"}, {"state": "kept", "ended_on": None}, {"ended_on": DUE}, {"reported_on": None},
        {"confirmed_by": promise.reported_by},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Promise.objects.filter(id=promise.id).update(**wrong)


def test_every_state_has_its_icon():
    from gongyi.settings import BASE

    sprite = (BASE / "gongyi/static/icons.svg").read_text()
    assert {state.icon for state in STATES.values() if f'id="{state.icon}"' not in sprite} == set()


def test_a_button_and_a_state_are_never_one_word_to_the_translator():
    states = {vars(state.label)["_args"] for state in PROMISE.states.values()}
    assert [move.action for move in PROMISE.moves if vars(move.label)["_args"] in states] == []
