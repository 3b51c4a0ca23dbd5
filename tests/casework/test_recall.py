"""A step that was a slip is taken back within ten minutes by those who may make it; the history keeps both."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from gongyi.casework import actions
from gongyi.casework.actions.table import ACTS
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.rules import TAKES_BACK, UNDONE_BY
from gongyi.core import clock
from gongyi.people.models import Account
from tests.factories import refused


def made(land, step: str) -> Case:
    """A case on which this step was just made."""
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    if step == "accept":
        return actions.accept_case(case, by=land.desk)
    actions.assign_case(case, by=land.desk, lead=land.town)
    return actions.sign_case(case, by=land.clerk) if step == "sign" else case


def hand(land, step: str):
    return land.clerk if step == "sign" else land.desk


def sent(client: Client, address: str, **facts) -> str:
    """The message on the page to which a form leads."""
    page = client.post(address, {"_key": str(uuid4()), **facts}, follow=True).content.decode()
    return page.split('id="messages"')[1].split('class="page-head"')[0].split("<main")[0].split('class="columns"')[0]


BEFORE = {"accept": "recorded", "assign": "accepted", "sign": "assigned"}


@pytest.mark.parametrize("back", TAKES_BACK)
def test_a_fresh_step_is_taken_back_and_both_are_kept(land, back):
    step, at = TAKES_BACK[back]
    case = made(land, step)
    ACTS[back](case, by=hand(land, step))
    kept = Case.objects.get(id=case.id)
    assert (kept.state, getattr(kept, at)) == (BEFORE[step], None)
    assert {step, back} <= set(CaseStep.objects.filter(case=case).values_list("action", flat=True))


@pytest.mark.parametrize("back", TAKES_BACK)
def test_after_ten_minutes_or_by_others_it_stays(land, back):
    step = TAKES_BACK[back][0]
    case = made(land, step)
    with pytest.raises(PermissionDenied):
        ACTS[back](case, by=land.officer)
    with clock.at(clock.now() + timedelta(minutes=11)), refused("too_late"):
        ACTS[back](case, by=hand(land, step))
    assert Case.objects.get(id=case.id).state != BEFORE[step]


@pytest.mark.parametrize("step", UNDONE_BY)
def test_the_message_after_the_step_takes_it_back_with_one_click(land, step):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    if step == "sign":
        actions.assign_case(case, by=land.desk, lead=land.town)
    client = Client()
    client.force_login(Account.objects.get(id=hand(land, step).id))
    page = sent(client, f"/cases/{case.id}/{step}/", lead=str(land.town.id))
    address = f"/cases/{case.id}/{UNDONE_BY[step]}/"
    assert f'action="{address}"' in page
    sent(client, address)
    assert Case.objects.get(id=case.id).state == BEFORE[step]


def test_a_step_that_others_were_told_of_offers_no_way_back(land):
    case, client = made(land, "assign"), Client()
    client.force_login(Account.objects.get(id=land.desk.id))
    page = sent(client, f"/cases/{case.id}/remind/", note="请快些")
    assert "催办，已记下" in page
    assert "<form" not in page
