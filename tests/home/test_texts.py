"""Text messages to residents: only to who agreed, to a number that was confirmed, and never after the consent ended (R14, D16, D17)."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from gongyi.casework import actions
from gongyi.casework.models import Case, CaseType
from gongyi.core.models import Address, Channel, Delivery, Message, Way
from gongyi.core.outbox import sending
from gongyi.core.outbox.sending import send_due
from gongyi.people import rules
from gongyi.people.actions.residents import change_resident, remove_resident, resident_actor
from gongyi.people.models import Consent, Resident
from gongyi.people.queries import residents as queries
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.home.test_outgoing import send
from tests.home.test_residents import own, sign_up
from tests.receivers import gateway_server

COUNTY = 999001


@pytest.fixture(autouse=True)
def quick(db, monkeypatch):
    cache.clear()
    monkeypatch.setattr(queries, "ROUNDS", 10)


@pytest.fixture
def sms(settings, land):  # noqa: F811
    """A county that sends text messages through a real gateway."""
    with gateway_server() as (gateway, url):
        settings.GONGYI_SMS_HOSTS, settings.GONGYI_URL = {url.removesuffix("/send")}, "https://gongyi.example"
        Channel(county=COUNTY, way=Way.SMS, active=True, url=url, key_name="k", secret=gateway.secret).save()
        yield gateway


def agree(browser: Client, sms) -> None:
    assert send(browser, "/portal/mine/sms/", agree="on").url == "/portal/mine/sms/code/"
    assert send_due(COUNTY).sent == 1
    facts = list(sms.taken.values())[-1]
    assert facts["template"] == "code"
    assert facts["values"]["code"] in facts["text"]
    assert browser.post("/portal/mine/sms/code/", {"code": facts["values"]["code"]}).url == "/portal/mine/"


def answered(land, browser) -> Case:  # noqa: F811
    case = own(land, browser)
    CaseType.objects.update(needs_approval=False)
    desk = land.county_desk if case.desk_id == land.county.id else land.desk
    case = actions.assign_case(case, by=desk, lead=land.town)
    case = actions.sign_case(case, by=land.clerk)
    case = actions.contact_asker(case, by=land.clerk, note="说了")
    return actions.answer_case(case, by=land.clerk, answer="换好了。", outcome="solved")


def test_an_answer_is_told_by_text_with_the_number_alone(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    case = answered(land, browser)
    assert send_due(COUNTY).sent == 1
    facts = list(sms.taken.values())[-1]
    assert facts["text"] == f"共议：您反映的事有答复了，编号 {case.number} https://gongyi.example/portal/mine/"
    assert (facts["to"], facts["template"]) == ("13812345678", "resident_answered")
    assert facts["values"] == {"number": case.number}
    page = browser.get("/portal/mine/sms/").content.decode()
    assert "有答复了" in page
    assert "送出了" in page


def test_a_question_and_a_reopening_are_told_too(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    case = own(land, browser)
    desk = land.county_desk if case.desk_id == land.county.id else land.desk
    case = actions.ask_asker(case, by=desk, question="在哪一段？")
    assert send_due(COUNTY).sent == 1
    assert "有一个问题" in list(sms.taken.values())[-1]["text"]


def test_without_consent_nothing_is_even_queued(land, sms):  # noqa: F811
    browser = sign_up()
    answered(land, browser)
    assert not Delivery.objects.filter(receiver="resident").exists()
    assert not Message.objects.filter(event__startswith="resident.").exists()


def test_r14_consent_taken_back_before_sending_stops_the_message(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    before = len(sms.calls)
    answered(land, browser)
    assert Delivery.objects.filter(receiver="resident", state="waiting").count() == 1
    assert browser.post("/portal/mine/sms/stop/").url == "/portal/mine/"
    assert send_due(COUNTY).sent == 0
    assert len(sms.calls) == before
    assert Consent.objects.get().withdrawn_at is not None
    assert "想收短信" in browser.get("/portal/mine/").content.decode()


def test_r14_control_without_the_second_look_it_would_go(land, sms, monkeypatch):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    answered(land, browser)
    Consent.objects.update(withdrawn_at="2026-01-01T00:00Z")
    monkeypatch.setattr(sending, "_why_not", lambda *_args: "")
    assert send_due(COUNTY).sent == 1


def test_new_words_stop_the_old_use_until_they_are_agreed_to(land, sms, monkeypatch):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    answered(land, browser)
    monkeypatch.setitem(rules.CONSENTS, Consent.For.SMS, rules.ConsentText("2", "新的文字"))
    assert send_due(COUNTY).sent == 0
    assert Delivery.objects.get(receiver="resident").reason == "no_consent"
    assert send(browser, "/portal/mine/sms/", agree="on").status_code == 302
    assert [row.version for row in Consent.objects.filter(withdrawn_at=None)] == ["2"]


def test_no_default_tick_and_no_message_without_it(land, sms):  # noqa: F811
    browser = sign_up()
    page = browser.get("/portal/mine/sms/").content.decode()
    assert not re.search(r'name="agree"[^>]*checked', page)
    assert "请先在这里打勾" in send(browser, "/portal/mine/sms/").content.decode()
    assert not Consent.objects.exists()
    assert not Address.objects.exists()


def test_consent_keeps_words_version_language_time_and_way(land, sms):  # noqa: F811
    agree(sign_up(), sms)
    row = Consent.objects.get()
    assert (row.version, row.language, row.channel, row.recorded_by) == ("1", "zh-hans", "portal", None)
    assert len(row.words) == 64


def test_another_number_is_confirmed_anew(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    resident = Resident.objects.get()
    change_resident(resident, by=resident_actor(resident), phone="13900000000", password="another-one-9")
    assert not Address.objects.filter(owner=resident.id).exists()


def test_a_case_that_left_the_account_is_told_to_nobody(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    case = answered(land, browser)
    Case.objects.filter(id=case.id).update(resident=None)
    assert send_due(COUNTY).sent == 0
    assert Delivery.objects.get(receiver="resident").reason == "no_right"


def test_a_deleted_account_leaves_nothing_in_the_queue(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    answered(land, browser)
    resident = Resident.objects.get()
    remove_resident(resident, by=resident_actor(resident))
    assert not Address.objects.filter(owner=resident.id).exists()
    assert not Delivery.objects.filter(owner=resident.id).exists()
    assert not Consent.objects.exists()
    assert send_due(COUNTY).sent == 0


def test_three_codes_a_day_to_one_number_whoever_asks(land, sms):  # noqa: F811
    for password in ("lüzi-kai-hua-1", "lüzi-kai-hua-2", "lüzi-kai-hua-3"):
        assert send(sign_up(password=password), "/portal/mine/sms/", agree="on").status_code == 302
    assert send(sign_up(password="lüzi-kai-hua-4"), "/portal/mine/sms/", agree="on").status_code == 429


def test_a_county_without_text_messages_says_so(land):  # noqa: F811
    page = sign_up().get("/portal/mine/sms/").content.decode()
    assert "还没有开通短信" in page
    assert 'name="agree"' not in page


def test_a_number_that_gets_no_text_messages_is_told_in_words_and_nothing_is_kept(land, sms):  # noqa: F811
    browser = sign_up()
    change_resident(
        Resident.objects.get(),
        by=resident_actor(Resident.objects.get()),
        phone="0746-7221234",
        password="brand-new-word",
    )
    browser = Client()
    browser.post("/portal/mine/in/", {"phone": "0746-7221234", "password": "brand-new-word"})
    assert "不是手机号，收不到短信" in send(browser, "/portal/mine/sms/", agree="on").content.decode()
    assert not Consent.objects.exists()
    assert not Address.objects.exists()


def test_a_code_page_without_a_code_leads_to_where_one_is_asked_for(land, sms):  # noqa: F811
    browser = sign_up()
    assert browser.get("/portal/mine/sms/code/").url == "/portal/mine/sms/"
    assert browser.post("/portal/mine/sms/code/", {"code": "123456"}).url == "/portal/mine/sms/"
    send(browser, "/portal/mine/sms/", agree="on")
    assert "还没有填" in browser.get("/portal/mine/sms/").content.decode()
    assert browser.get("/portal/mine/sms/code/").status_code == 200
    Address.objects.update(code_tries=5)
    answer = browser.post("/portal/mine/sms/code/", {"code": "123456"}, follow=True)
    assert "过期了，或输错太多次" in answer.content.decode()


def test_a_county_that_stopped_text_messages_promises_none_and_still_lets_one_stop(land, sms):  # noqa: F811
    browser = sign_up()
    agree(browser, sms)
    assert "会发短信到这个号码" in browser.get("/portal/mine/").content.decode()
    Channel.objects.update(active=False)
    page = browser.get("/portal/mine/").content.decode()
    assert "县里现在停发短信" in page
    assert "会发短信到这个号码" not in page
    assert "停，不要短信了" in browser.get("/portal/mine/sms/").content.decode()
    browser.post("/portal/mine/sms/stop/")
    page = browser.get("/portal/mine/").content.decode()
    assert "想收短信" not in page
    assert "不发短信" in page
