"""A complaint is found to be about somebody's service after it was recorded: they lose it, somebody else goes on with it."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.actions import AskerFacts, concerned
from gongyi.casework.models import Case, CaseConflict, CasePart
from gongyi.casework.rules import visible_to
from gongyi.casework.workflow import STATES
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.models import Message
from gongyi.core.tracking import make_code
from gongyi.people.models import Account, Grant
from tests.casework.test_workflow import put
from tests.factories import make_actor, refused

OPEN = [name for name, state in STATES.items() if state.open]


def person(actor) -> Account:
    return Account.objects.get(id=actor.id)


@pytest.mark.parametrize("state", OPEN)
def test_in_every_open_state_the_unit_loses_it_and_somebody_else_goes_on(land, state):
    case = put(land, state)

    actions.mark_about(case, by=land.desk, about_unit=land.town, about_person=None)

    case = Case.objects.get(id=case.id)
    assert case.about_unit == land.town
    assert land.town not in {case.desk, case.lead, case.second, case.caller, case.turn_unit}
    assert case.state == (state if state in {"recorded", "accepted", "returned", "answered", "calling"} else "returned")
    for one in (land.desk, land.clerk, land.lead, land.caller, land.supervisor):
        assert not visible_to(one).filter(id=case.id).exists()
        with pytest.raises(Http404):
            queries.fetch(one, case.id)
    assert visible_to(land.county_desk).filter(id=case.id).exists()
    if case.state in {"recorded", "accepted", "returned"}:
        assert case.turn_unit == land.county
        actions.assign_case(case, by=land.county_desk, lead=land.other)
        actions.sign_case(case, by=land.stranger)


@pytest.mark.parametrize("state", ["assigned", "handling", "drafted", "extending", "calling"])
def test_a_person_loses_it_and_the_colleagues_go_on(land, state):
    case = put(land, state)
    assert visible_to(land.clerk).filter(id=case.id).exists()  # the control: before it is marked

    actions.mark_about(case, by=land.desk, about_unit=None, about_person=person(land.clerk), note="诉求人在电话里说的")

    assert not visible_to(land.clerk).filter(id=case.id).exists()
    assert visible_to(land.clerk2).filter(id=case.id).exists()
    assert (case.state, case.lead) == (state, land.town)
    assert "王办" in queries.timeline(case)[-1].note
    assert not Message.objects.filter(subject=case.id, account=land.clerk.id).exists()


def test_about_the_only_one_who_could_approve_it_goes_one_unit_up(land):
    case = put(land, "drafted")
    actions.mark_about(case, by=land.desk, about_unit=None, about_person=person(land.lead))
    assert (case.second, case.turn_unit, case.state) == (land.county, land.county, "drafted")


def test_about_the_only_dispatcher_it_goes_to_the_desk_above(land):
    case = put(land, "recorded")
    above = make_actor(Role.DISPATCHER, land.town, "副派")
    actions.mark_about(case, by=above, about_unit=None, about_person=person(land.desk))
    assert (case.desk, visible_to(land.desk).filter(id=case.id).exists()) == (land.town, False)
    with pytest.raises(PermissionDenied):  # nor may the one concerned take the mark off
        actions.mark_about(case, by=land.desk, about_unit=None, about_person=None)


def test_a_mark_taken_off_gives_it_back_and_keeps_who_stepped_back(land):
    case = put(land, "handling")
    actions.declare_conflict(case, by=land.clerk2, note="是我亲戚")
    actions.mark_about(case, by=land.desk, about_unit=None, about_person=person(land.clerk))
    with refused("same_about"):
        actions.mark_about(case, by=land.desk, about_unit=None, about_person=person(land.clerk))

    actions.mark_about(case, by=land.desk, about_unit=None, about_person=None)

    assert visible_to(land.clerk).filter(id=case.id).exists()
    assert list(CaseConflict.objects.filter(case=case).values_list("account", "hidden")) == [(land.clerk2.id, False)]


def test_only_the_desk_marks(land):
    case = put(land, "handling")
    for one in (land.clerk, land.lead, land.officer):
        with pytest.raises(PermissionDenied):
            actions.mark_about(case, by=one, about_unit=land.other, about_person=None)


def test_control_without_letting_go_the_unit_keeps_it(land, monkeypatch):
    monkeypatch.setattr(concerned, "_passed_on", lambda _after: {})
    case = put(land, "handling")
    actions.mark_about(case, by=land.desk, about_unit=land.town, about_person=None)
    assert (case.lead, case.turn_unit) == (land.town, land.town)
    monkeypatch.setattr(concerned, "keep_away", lambda _case: None)
    other = put(land, "handling")
    actions.mark_about(other, by=land.desk, about_unit=None, about_person=person(land.clerk))
    assert visible_to(land.clerk).filter(id=other.id).exists()


def test_the_page_marks_and_leads_on(land):
    case = put(land, "handling")
    client = Client()
    client.force_login(person(land.desk), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"{case.get_absolute_url()}about/").content.decode()
    assert "反映的是哪位工作人员" in page
    sent = {"_key": str(uuid4()), "about_person": str(land.clerk.id), "seen": case.version}
    assert client.post(f"{case.get_absolute_url()}about/", sent)["Location"] == case.get_absolute_url()
    assert "王办" in client.get(case.get_absolute_url()).content.decode()
    sent = {"_key": str(uuid4()), "about_unit": str(land.town.id), "seen": case.version + 1}
    assert client.post(f"{case.get_absolute_url()}about/", sent)["Location"] == "/cases/"


@pytest.mark.parametrize("about_service", [False, True])
def test_what_a_resident_says_of_an_office_goes_past_it(land, about_service):
    """The control is the same matter about nobody: that one the township's desk receives."""
    case = actions.submit_case(
        county=land.county.county, content="窗口的人说话难听", type=land.complaint, code=make_code(uuid4()), area=land.village,
        asker=AskerFacts(), about_service=about_service,
    )  # fmt: skip
    assert case.desk == (land.county if about_service else land.town)
    assert CasePart.objects.filter(case=case, unit=land.town).exists() is not about_service
    assert ("办事的单位" in queries.timeline(case)[0].note) is about_service


def test_about_everybody_who_could_assign_the_refusal_says_so(land):
    facts = {"by": land.county_desk, "unit": land.county, "type": land.complaint, "content": "县里的窗口没人"}
    with pytest.raises(Refused) as no:
        actions.open_case(**facts, about_unit=land.county)
    assert "无关" in str(no.value)
    assert actions.open_case(**facts).desk == land.county  # the control: about nobody


def test_where_nobody_receives_a_resident_is_told_in_plain_words(land):
    Grant.objects.filter(role=Role.DISPATCHER.value).update(ended_at=clock.now())
    facts = {"county": land.county.county, "content": "停水", "type": land.enquiry, "code": make_code(uuid4())}
    with pytest.raises(Refused) as no:
        actions.submit_case(**facts)
    assert "窗口" in str(no.value)
    assert "派单员" not in str(no.value)
    with pytest.raises(Refused) as inside:  # the control: staff are told whom to ask
        actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="停水")
    assert "派单员" in str(inside.value)
