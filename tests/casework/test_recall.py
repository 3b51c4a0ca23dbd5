"""A step that was a slip is taken back within ten minutes by those who may make it; the history keeps both."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongyi.casework import actions, queries, rules
from gongyi.casework.actions.table import ACTS
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.queries.portal import events_for_asker
from gongyi.casework.queries.searching import documents
from gongyi.casework.rules import TAKES_BACK, TAKES_BACK_OWN, UNDONE_BY
from gongyi.core import clock
from gongyi.core.attachments import open_stored
from gongyi.core.models import Attachment
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


@pytest.mark.parametrize("step", BEFORE)
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


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("灯杆.txt", "第三根灯杆".encode())


def facts(step: str) -> dict:
    return {"file": paper()} if step == "attach" else {"note": "电话里说周三去看"}


def written(land, back: str, **more) -> Case:
    """A case that was signed for, on which the clerk just wrote this line."""
    case, step = made(land, "sign"), TAKES_BACK_OWN[back]
    ACTS[step](case, by=land.clerk, **facts(step) | more)
    return queries.fetch(land.clerk, case.id)


@pytest.mark.parametrize("back", TAKES_BACK_OWN)
def test_the_last_own_line_is_taken_back_and_stays_struck_out(land, back, django_capture_on_commit_callbacks):
    case = written(land, back)
    file = Attachment.objects.filter(subject=case.id).first()
    client = Client()
    client.force_login(Account.objects.get(id=land.clerk.id))
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/cases/{case.id}/{back}/", {"_key": str(uuid4())}, follow=True).content.decode()
    kept = queries.fetch(land.clerk, case.id)
    assert (kept.state, kept.contacted_at, kept.version) == ("signed", None, case.version + 1)
    assert "（已撤回）" in page
    assert page.count('<blockquote class="struck">') == 1
    steps = queries.timeline(kept)
    assert [step.action for step in steps[-2:]] == [TAKES_BACK_OWN[back], back]
    assert steps[-2].note in {"电话里说周三去看", "灯杆.txt"}
    assert events_for_asker(steps) == events_for_asker(steps[:-2])
    assert not any("电话里说周三去看" in str(document) for document in documents([kept.id]))
    if file:
        assert list(queries.attachments_of(kept)) == []
        with pytest.raises(FileNotFoundError):
            open_stored(file.path)


@pytest.mark.parametrize("back", TAKES_BACK_OWN)
def test_the_message_after_a_line_takes_it_back(land, back):
    case, step, client = made(land, "sign"), TAKES_BACK_OWN[back], Client()
    client.force_login(Account.objects.get(id=land.clerk.id))
    assert f'action="/cases/{case.id}/{back}/"' in sent(client, f"/cases/{case.id}/{step}/", **facts(step))


@pytest.mark.parametrize("back", TAKES_BACK_OWN)
def test_a_line_stays_after_ten_minutes_by_others_or_after_something_else(land, back):
    case = written(land, back)
    with pytest.raises(PermissionDenied):
        ACTS[back](case, by=land.clerk2)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert back not in {move.action for move in rules.moves_for(land.clerk, case)}
        with refused("too_late"):
            ACTS[back](case, by=land.clerk)
    assert back in {move.action for move in rules.moves_for(land.clerk, case)}
    actions.remind(case, by=land.desk, action="remind", note="请快些")
    with refused("too_late"):
        ACTS[back](case, by=land.clerk)
    assert Attachment.objects.filter(subject=case.id).count() == (back == "unattach")


@pytest.mark.parametrize("back", TAKES_BACK_OWN)
def test_without_the_guard_the_line_before_would_be_taken_back(land, back, monkeypatch):
    """Control: whoever asks, whatever came in between."""
    case = written(land, back)
    line = CaseStep.objects.filter(case=case).last()
    actions.remind(case, by=land.desk, action="remind", note="请快些")
    for module in (rules, actions.recall):
        monkeypatch.setattr(module, "own_line", lambda *_: line)
    ACTS[back](case, by=land.clerk2)
    assert case.state == "signed"


def test_an_earlier_contact_keeps_the_limit_stopped(land):
    case = written(land, "uncontact")
    first = case.contacted_at
    with clock.at(clock.now() + timedelta(minutes=1)):
        actions.contact_asker(case, by=land.clerk, note="又打了一次")
        ACTS["uncontact"](case, by=land.clerk)
        assert (case.state, case.contacted_at) == ("contacted", first)
        with refused("too_late"):
            ACTS["uncontact"](case, by=land.clerk)  # the earlier one is not the last line any more


def test_a_click_that_comes_too_late_is_told_so_and_one_sent_twice_counts_once(land):
    case, client = written(land, "unlog"), Client()
    client.force_login(Account.objects.get(id=land.clerk.id))
    sent_twice = {"_key": str(uuid4())}
    answers = [client.post(f"/cases/{case.id}/unlog/", sent_twice).status_code for _ in range(2)]
    assert answers == [302, 302]
    late = client.post(f"/cases/{case.id}/unlog/", {"_key": str(uuid4())})
    assert late.status_code == 409
