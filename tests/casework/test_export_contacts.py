"""A list taken out with names and phones: for a purpose, beyond fifty people with another person's word, told to each of them."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongyi.casework import actions
from gongyi.casework.queries import my_day
from gongyi.core import clock
from gongyi.core.models import AccessRow, Message
from gongyi.people.actions import exports
from gongyi.people.models import Export
from tests.casework.test_lists import browser
from tests.factories import refused

WHO = "13812345678"


@pytest.fixture
def told(land):
    asker = actions.AskerFacts(name="刘大勇", phone=WHO, address="李家村三组12号")
    facts = {"unit": land.village, "type": land.enquiry, "content": "低保怎么办"}
    return actions.open_case(by=land.officer, asker=asker, **facts)


def ask(by, **more) -> Export:
    facts = {"kind": "csv", "query": "", "words": "", "purpose": "contact", "reason": "通知停水"}
    return exports.ask_contacts(by=by, **facts | more)


def taken(export, by) -> str:
    with exports.take_export(export, by=by) as file:
        return BytesIO(file.read()).getvalue().decode("utf-8-sig")


def test_contacts_of_a_few_are_taken_at_once_and_each_may_read_who_took_them(land, told):
    export = ask(land.officer)
    assert (export.people, export.second, export.path) == (1, None, "")
    assert not AccessRow.objects.filter(subject=told.id, fields="contact").exists()
    text = taken(export, land.officer)
    assert not [fact for fact in (WHO, "刘大勇", "三组12号") if fact not in text]
    assert AccessRow.objects.get(subject=told.id, fields="contact").purpose == "contact"
    with refused("gone"):
        exports.take_export(export, by=land.officer)


def test_p8_beyond_fifty_people_somebody_else_agrees_first(land, told, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ALONE", 0)
    export = ask(land.officer)
    assert (export.ready_at, export.second) == (None, land.town)
    with refused("gone"):
        exports.take_export(export, by=land.officer)
    with pytest.raises(Http404):
        exports.judge_export(export, by=land.officer, agrees=True)
    lead = next(by for by in vars(land).values() if getattr(by, "units", None) and by.id in _told_of(export))
    assert "exports" in {section.key for section in my_day(lead)}
    assert f"{export.people} 人" in browser(lead).get(f"/cases/exports/{export.id}/judge/").content.decode()
    exports.judge_export(export, by=lead, agrees=True)
    assert "exports" not in {section.key for section in my_day(lead)}
    assert WHO in taken(Export.objects.get(id=export.id), land.officer)
    with pytest.raises(Http404):
        exports.judge_export(export, by=lead, agrees=False)


def _told_of(export) -> set:
    return set(Message.objects.filter(subject=export.id, event="export").values_list("account", flat=True))


def test_p8_fifty_and_again_fifty_within_a_day_are_more_than_fifty(land, told, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ALONE", 1)
    assert ask(land.officer).ready_at
    assert ask(land.officer).ready_at is None
    with clock.at(clock.now() + timedelta(hours=25)):
        assert ask(land.officer).ready_at


def test_p8_control_below_the_line_nobody_is_asked(land, told):
    assert ask(land.officer).ready_at


def test_a_refused_one_is_gone_and_says_so(land, told, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ALONE", 0)
    export = ask(land.officer)
    lead = next(by for by in vars(land).values() if getattr(by, "units", None) and by.id in _told_of(export))
    answer = browser(lead).post(f"/cases/exports/{export.id}/judge/", {"refuse": "1"})
    assert answer.status_code == 302
    assert "没有同意" in browser(land.officer).get(export.get_absolute_url()).content.decode()
    with refused("gone"):
        exports.take_export(export, by=land.officer)


def test_the_asker_of_a_tip_off_is_not_taken_out_by_who_may_not_know(land, told):
    assert ask(land.desk).people == 1
    type(told).objects.filter(id=told.id).update(hides_asker=True)
    with refused("nobody_left_any"):
        ask(land.desk)


def test_without_the_right_to_contacts_nobody_asks(land, told):
    with pytest.raises(PermissionDenied):
        ask(land.supervisor)


def test_the_form_wants_purpose_and_reason_and_hides_what_one_may_not(land, told):
    client = browser(land.officer)
    page = client.get("/cases/exports/new/").content.decode()
    key = page.split('name="_key" value="')[1][:36]
    answer = client.post("/cases/exports/new/", {"_key": key, "kind": "csv", "contacts": "on"}).content.decode()
    assert answer.count("带联系方式的，请写明。") >= 2
    sent = {"_key": key, "kind": "csv", "contacts": "on", "purpose": "contact", "reason": "通知停水"}
    assert "1 个人的联系方式" in client.post("/cases/exports/new/", sent, follow=True).content.decode()
    assert "要带姓名" not in browser(land.supervisor).get("/cases/exports/new/").content.decode()
