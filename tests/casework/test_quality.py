"""Before an answer goes out: the checklist for writer and approver, and the one thing that is refused."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.models import Case
from gongyi.core import clock
from gongyi.people.models import Account
from gongyi.promises.models import Line

PROMISE = "您反映的路灯，我们将尽快修复。"
DATED = "您反映的路灯，我们将于6月30日前修复。"


def handled(land, kind="enquiry"):
    case = actions.open_case(
        by=land.officer, unit=land.village, type=getattr(land, kind), content="村口路灯坏了，什么时候能修好？"
    )
    case = actions.assign_case(case, by=land.desk, lead=land.town)
    return actions.sign_case(case, by=land.clerk)


def browser(actor):
    client = Client()
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, case, action="answer", **data):
    address = f"/cases/{case.id}/{action}/"
    page = client.get(address).content.decode()
    key = page.split('name="_key" value="')[1][:36]
    return client.post(address, {"_key": key, "seen": case.version, "outcome": "solved"} | data)


def test_a_promise_without_a_date_is_refused_by_every_way_an_answer_goes_out(land):
    case = handled(land)
    with pytest.raises(ValidationError, match="没有写哪一天"):
        actions.answer_case(case, by=land.clerk, answer=PROMISE, outcome="partly")
    with pytest.raises(ValidationError, match="没有写哪一天"):
        actions.record_done(
            by=land.clerk, unit=land.town, type=land.enquiry, content="路灯", answer=PROMISE, outcome="partly"
        )
    assert Case.objects.get(id=case.id).answer == ""
    lines = [Line("装好路灯", land.town, clock.today())]
    answered = actions.answer_case(case, by=land.clerk, answer=DATED, outcome="partly", promises=lines)
    assert answered.state == "answered"


def test_a_draft_may_promise_what_it_likes(land):
    case = actions.save_draft(handled(land), by=land.clerk, draft=PROMISE)
    assert case.draft == PROMISE


def test_the_form_keeps_what_was_typed_and_says_how_to_write_it(land):
    case = handled(land)
    page = send(browser(land.clerk), case, answer=PROMISE)
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count(PROMISE) >= 1
    assert "最晚" in text
    assert Case.objects.get(id=case.id).state == "signed"


def test_looking_first_sends_nothing(land):
    case, client = handled(land), browser(land.clerk)
    text = send(client, case, answer="路灯归别处管。", check="on").content.decode()
    assert "发出前看一看" in text
    assert "没有写还有问题找谁" in text
    assert "路灯归别处管。</textarea>" in text
    assert re.search('value="solved"[^>]* checked', text)
    assert "还没有保存" not in text
    assert Case.objects.get(id=case.id).state == "signed"
    assert (
        send(client, case, answer="我镇6月1日已修好路灯，有事打12345。").status_code == 302
    )  # the form still works once


def test_an_empty_form_shows_no_checklist(land):
    case = handled(land)
    page = browser(land.clerk).get(f"/cases/{case.id}/answer/").content.decode()
    assert "发出前看一看" not in page
    assert "先看看缺什么" in page


def test_the_approver_sees_the_checklist(land):
    case = handled(land, "complaint")
    case = actions.answer_case(case, by=land.clerk, answer="路灯归别处管，找王13812345678。", outcome="explained")
    text = browser(land.lead).get(f"/cases/{case.id}/approve_answer/").content.decode()
    assert "发出前看一看" in text
    assert "138****5678" in text
    assert "13812345678" not in text


def test_the_gravest_point_comes_first_and_nothing_is_said_of_nothing(land):
    case = handled(land)
    assert queries.checklist(case, "  ") == []
    points = queries.checklist(case, PROMISE + "我镇王主任电话0739-7654321。")
    assert points[0].tone == "late"
    assert {point.tone for point in points} == {"late", "soon", "done"}
    good = queries.checklist(case, "我镇6月1日已修好村口路灯，有事打12345。")
    assert {point.tone for point in good} == {"done"}


def test_what_cannot_be_compared_is_told_apart_from_what_is_open(land):
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="希望补种树苗。")
    told = "我镇派人到现场看过，闸门换了新的，管水员每个月检查，沟里的淤泥清走了，两边的杂草割干净了，来往的车也让了路，大家都说好，水也通到了田里。"
    points = {point.words: point.quotes for point in queries.checklist(case, told)}
    assert points["这几句，答复用的是别的话，程序比不出来，请自己看"] == ["希望补种树苗"]
    assert not any("没有找到字面对应" in words for words in points)


def test_strangers_reach_neither_form_nor_checklist(land):
    case = handled(land)
    assert browser(land.stranger).get(f"/cases/{case.id}/answer/").status_code == 404
    assert Client().post(f"/cases/{case.id}/answer/", {"check": "on", "answer": "x"}).status_code == 302
