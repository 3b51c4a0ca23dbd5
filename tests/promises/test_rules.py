"""Who sees which promise: who keeps it, gave it, supervises or checks it; nobody beside or above (P3-P5)."""

from datetime import timedelta

import pytest

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.promises import actions, rules
from gongyi.promises.models import Promise
from tests.factories import make_actor
from tests.promises.conftest import promised, put


def seen(by):
    return set(rules.visible_to(by).values_list("id", flat=True))


def test_p5_only_units_that_have_a_part_in_it_see_a_promise(land):
    promise = promised(land, unit=land.office)
    for by in (land.clerk, land.lead, land.supervisor, land.office_clerk):  # gave it, supervise it, keep it
        assert seen(by) == {promise.id}, by.name
    for by in (land.stranger, land.county_lead, land.officer):
        assert seen(by) == set(), by.name
    actions.report_kept(promise, by=land.office_clerk, proof="水管换好了")
    assert seen(land.county_lead) == {promise.id}  # who has to check it
    actions.confirm_kept(promise, by=land.county_lead)
    assert seen(land.county_lead) == set()


@pytest.mark.parametrize("role", [Role.STATISTICIAN, Role.STEWARD, Role.AUDITOR, Role.OPERATOR])
def test_p7_blind_roles_see_no_promise(land, role):
    promised(land)
    assert seen(make_actor(role, land.town)) == set()


def test_what_a_record_hides_is_hidden_here(land, monkeypatch):
    promise = promised(land)
    hides = rules.Origin(
        **{**vars(land.origin), "hidden_from": lambda by: Promise.objects.filter(made_by=by.key).values_list("origin")}
    )
    monkeypatch.setattr(rules, "_origins", {"test": hides})
    assert seen(land.clerk) == set()
    assert seen(land.clerk2) == {promise.id}


def test_who_stands_apart_sees_and_does_not_act(land, monkeypatch):
    promise = put(land, "due")
    apart = rules.Origin(**{
        **vars(land.origin), "apart": lambda _key: {land.clerk.id},
        "apart_from": lambda by: Promise.objects.filter(made_by=by.key).values_list("origin"),
    })  # fmt: skip
    monkeypatch.setattr(rules, "_origins", {"test": apart})
    promise = Promise.objects.get()
    assert seen(land.clerk) == {promise.id}
    assert rules.moves_for(land.clerk, promise) == []
    assert {move.action for move in rules.moves_for(land.clerk2, promise)} == {"report", "move", "admit", "withdraw"}


def test_what_is_up_to_somebody_agrees_with_their_moves(land):
    """`turn_of` lists exactly the promises with a move that is due, for everybody, early and late."""
    for state in ("due", "reported", "kept", "broken", "withdrawn"):
        put(land, state)
    promised(land, unit=land.office)
    due = {
        "report": lambda one: one.state == "due" and one.wakes_on <= clock.today(),
        "confirm": lambda one: True,
        "judge": lambda one: True,
    }
    for days in (0, 12, 18, 19):
        with clock.at(clock.now() + timedelta(days=days)):
            for by in (land.clerk, land.lead, land.supervisor, land.office_clerk, land.county_lead, land.stranger):
                wanted = {
                    one.id for one in rules.visible_to(by)
                    if any(move.action in due and due[move.action](one) for move in rules.moves_for(by, one))
                }  # fmt: skip
                assert set(rules.turn_of(by).values_list("id", flat=True)) == wanted, (days, by.name)


def test_a_kind_is_registered_once(land):
    rules.register_origin(land.origin)
    with pytest.raises(ValueError, match="test"):
        rules.register_origin(rules.Origin(**vars(land.origin)))
