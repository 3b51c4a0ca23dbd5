"""A promise goes with its record to another unit; one given at a meeting; the ledger as a file; found by its words."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from gongyi.casework import actions as casework
from gongyi.core import clock, search
from gongyi.core.access import Role
from gongyi.people.models import Account, Export
from gongyi.promises import actions, queries, rules
from gongyi.promises.models import Line, Promise, PromiseStep, Record
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.factories import make_actor

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def held(land):  # noqa: F811
    """A case that the township handles, with a promise of its own and one of a unit beside."""
    case = casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了三盏")
    case = casework.assign_case(case, by=land.desk, lead=land.town)
    record = Record("case", case.id, case.number, land.town, land.county)
    due = clock.today() + timedelta(days=30)
    for unit in (land.town, land.village):
        actions.make_promise(by=land.clerk, record=record, what=f"{unit.name}修灯", unit=unit, due=due)
    return case


def test_promise_goes_with_its_case_and_keeps_its_day(land):  # noqa: F811
    case = held(land)
    due = Promise.objects.get(unit=land.town).due
    casework.assign_case(case, by=land.desk, lead=land.other)
    promise = Promise.objects.get(what="东湖镇修灯")
    assert (promise.unit, promise.due, promise.moves) == (land.other, due, 0)
    step = PromiseStep.objects.filter(promise=promise).order_by("seq").last()
    assert (step.action, str(step.reason)) == ("hand_on", "东湖镇 → 西山镇")
    assert Promise.objects.get(what="李家村修灯").unit == land.village, "what another unit promised stays its own"


def test_without_handing_on_it_would_stay(land, monkeypatch):  # noqa: F811
    """Negative control."""
    from gongyi.casework.actions import work

    case = held(land)
    monkeypatch.setattr(work, "hand_promises_on", lambda *_args, **_kwargs: 0)
    casework.assign_case(case, by=land.desk, lead=land.other)
    assert Promise.objects.get(what="东湖镇修灯").unit == land.town


def at_meeting(land, **facts):  # noqa: F811
    given = {
        "by": land.clerk, "host": land.town, "name": "镇长接待会", "held_on": clock.today(), "what": "修水渠", "unit": land.village,
        "due": clock.today() + timedelta(days=20),
    }  # fmt: skip
    return actions.promise_at_meeting(**given | facts)


def test_promise_of_a_meeting_stands_in_the_ledger_of_both_units(land):  # noqa: F811
    promise = at_meeting(land)
    assert (promise.kind, promise.unit, promise.origin_unit, promise.state) == (
        "meeting",
        land.village,
        land.town,
        "due",
    )
    assert promise.origin_number.startswith("镇长接待会 ")
    for unit in (land.town, land.village):
        assert rules.visible_to(make_actor(Role.CLERK, unit)).filter(id=promise.id).exists()
    assert not rules.visible_to(land.stranger).filter(id=promise.id).exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "会" * 14}, "name"),
        ({"what": " "}, "what"),
        ({"name": "民族情况登记会"}, "name"),
    ],
)
def test_promise_of_a_meeting_needs_its_words(land, wrong, field):  # noqa: F811
    with pytest.raises(ValidationError) as error:
        at_meeting(land, **wrong)
    assert field in error.value.error_dict


def test_only_who_keeps_promises_there_writes_them_down(land):  # noqa: F811
    with pytest.raises(PermissionDenied):
        at_meeting(land, by=land.stranger)
    with pytest.raises(ValidationError):
        at_meeting(land, held_on=clock.today() + timedelta(days=1))


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


def test_pages_of_meeting_and_export(land):  # noqa: F811
    clerk = browser(land.clerk)
    assert "记会上答应的事" in clerk.get("/promises/").content.decode()
    facts = {
        "_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c21", "name": "镇长接待会", "held_on": str(clock.today()), "what": "修水渠",
        "unit": str(land.other.id), "due": str(clock.today() + timedelta(days=9)), "host": str(land.town.id),
    }  # fmt: skip
    assert clerk.post("/promises/meeting/", facts | {"what": ""}).status_code == 200
    clerk.post("/promises/meeting/", facts)
    promise = Promise.objects.get()
    assert promise.what == "修水渠"
    assert clerk.get("/promises/export/?state=due").status_code == 200
    clerk.post("/promises/export/?state=due", {"_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c22", "kind": "csv"})
    export = Export.objects.get()
    assert (export.listed, export.done) == ("promise", 1)
    assert queries.list_keys(land.clerk, {"state": "due"}, 10) == [promise.id]
    assert queries.list_keys(land.clerk, {"state": "kept"}, 10) == []
    assert "承诺" in clerk.get("/people/me/").content.decode()


def test_found_by_its_words_and_by_nobody_else(land):  # noqa: F811
    at_meeting(land)
    kind = search.KINDS["promise"]
    assert search.find(land.clerk, kind, "水渠", None).total == 1
    assert search.find(land.stranger, kind, "水渠", None).total == 0


def called(land):  # noqa: F811
    """A case whose answer waits for the return call."""
    case = casework.open_case(by=land.officer, unit=land.village, type=land.complaint, content="垃圾没人清")
    case = casework.assign_case(case, by=land.desk, lead=land.town)
    case = casework.sign_case(case, by=land.clerk)
    case = casework.answer_case(case, by=land.clerk, answer="已经清了一半。", outcome="partly", nothing="其余明天清")
    if case.state == "drafted":
        case = casework.approve_answer(case, by=land.lead)
    return case


def test_partly_agreed_on_a_return_call_promises_or_says_why_not(land):  # noqa: F811
    case = called(land)
    assert case.state == "calling"
    with pytest.raises(ValidationError) as error:
        casework.call_back(case, by=land.caller, result="partly", agreed=True)
    assert "nothing" in error.value.error_dict
    line = Line("清完剩下的垃圾", land.town, clock.today() + timedelta(days=5))
    case = casework.call_back(case, by=land.caller, result="partly", agreed=True, promises=[line])
    assert case.state == "closed"
    promise = Promise.objects.get()
    assert (promise.what, promise.origin, promise.unit) == ("清完剩下的垃圾", case.id, land.town)
