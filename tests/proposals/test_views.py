"""The pages of proposals: what they show to whom, what is masked and logged, and that nothing typed is lost."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.models import AccessRow
from gongyi.people.models import Account
from gongyi.proposals.actions import AuthorFacts
from gongyi.proposals.models import Author, Cause, Proposal, ResultClass
from tests.factories import make_actor
from tests.proposals.conftest import act, again, answered, assigned, opened

PNG = SimpleUploadedFile("现场.txt", "照片说明".encode(), "text/plain")


def browser(actor) -> Client:
    """A browser in which this person is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, address, **facts):
    return client.post(address, {"_key": str(uuid4()), **facts})


def page(by, address: str) -> str:
    answer = browser(by).get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_proposal_is_written_down_with_its_authors_and_goes_to_the_desk(land):
    client = browser(land.recorder)
    facts = {
        "title": "修桥", "analysis": "难走", "suggestions": "修一座", "kind": "joint", "name": "刘大勇", "phone": "13812345678",
        "cosigners": "陈小红 13700000001\n张三丰", "signed": "on", "category": str(land.category.id), "unit": str(land.county.id),
    }  # fmt: skip
    done = send(client, "/proposals/new/", **facts)
    assert done.status_code == 302
    one = Proposal.objects.get()
    assert done["Location"] == one.get_absolute_url()
    rows = [(row.name, row.phone, row.signed) for row in Author.objects.order_by("place")]
    assert rows == [("刘大勇", "13812345678", "yes"), ("陈小红", "13700000001", "yes"), ("张三丰", "", "yes")]
    assert one.state == "submitted"


def test_an_unfinished_one_is_kept_as_a_draft(land):
    facts = {"title": "修桥", "analysis": "难走", "suggestions": "", "kind": "single", "unit": str(land.county.id)}
    assert "请填写“具体建议”" in send(browser(land.recorder), "/proposals/new/", **facts).content.decode()
    assert send(browser(land.recorder), "/proposals/new/", **facts, later="on").status_code == 302
    assert Proposal.objects.get().state == "draft"


def test_p6_names_are_masked_until_one_look_that_is_logged(land):
    one = opened(land, analysis="请打13812345678问刘家")
    text = page(land.desk, one.get_absolute_url())
    assert "刘大勇" not in text
    assert "13812345678" not in text
    shown = send(browser(land.desk), f"{one.get_absolute_url()}authors/", purpose="contact").content.decode()
    assert "刘大勇" in shown
    assert AccessRow.objects.filter(subject=one.id).count() == 1


def test_p3_what_is_not_theirs_was_never_there(land):
    one = opened(land)
    for address in ("", "file/", "authors/", f"files/{uuid4()}/"):
        got = browser(land.stranger).get(one.get_absolute_url() + address)
        assert got.status_code == (405 if address == "authors/" else 404)
    assert send(browser(land.stranger), f"{one.get_absolute_url()}authors/", purpose="contact").status_code == 404


def test_the_whole_way_by_its_pages(land):
    one = opened(land)
    reason = Cause.objects.get(kind="extend")
    way = [
        (land.desk, "screen", {}), (land.desk, "file", {"opinion": "可办", "key": "on", "led_by": "分管副县长"}),
        (land.desk, "assign", {"lead": land.town.id, "co_unit": land.other.id, "supervisor": land.county.id, "note": "抓紧"}),
        (land.clerk, "sign", {}), (land.clerk, "talk", {"kind": "visit", "on": str(clock.today()), "note": "看了"}),
        (land.clerk, "consult", {}), (land.helper, "opine", {"note": "同意", "unit": land.other.id}),
        (land.clerk, "ask_extension", {"reason": reason.id, "until": "", "agreed": "on", "note": "电话同意"}),
        (land.desk, "approve_extension", {}),
        (land.clerk, "answer", {"answer": "年内修好。", "result": land.classes["B"].id, "promise": "修好桥", "promise_unit": land.town.id, "promise_due": "2099-01-01"}),
        (land.lead, "approve", {}), (land.supervisor, "audit", {}), (land.recorder, "rate", {"manner": "good", "rating": "fair", "note": "谢谢"}),
    ]  # fmt: skip
    for by, action, facts in way:
        client, address = browser(by), f"{one.get_absolute_url()}{action}/"
        if action == "ask_extension":
            facts["until"] = str(timezone.localdate(again(one).unit_due) + timedelta(days=20))
        assert client.get(address).status_code == 200, action
        done = send(client, address, seen=again(one).version, **facts)
        assert done.status_code == 302, (action, re.findall(r'class="field-error[^>]*>([^<]*)', done.content.decode()))
    assert again(one).state == "following"
    text = page(land.clerk, one.get_absolute_url())
    for words in ("修好桥", "答应的事", "基本满意", "重点提案", "分管副县长", "同意"):
        assert words in text


def test_somebody_faster_is_told_and_the_words_stay(land):
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    seen = again(one).version
    act(one, "talk", land.clerk2, kind="phone", on=clock.today(), note="打了电话")
    got = send(browser(land.clerk), f"{one.get_absolute_url()}log/", seen=seen, note="我写的经过")
    assert got.status_code == 409
    assert "我写的经过" in got.content.decode()


def test_a_file_is_taken_and_its_opening_logged(land):
    one = opened(land)
    address = one.get_absolute_url()
    assert send(browser(land.recorder), f"{address}attach/", file=PNG).status_code == 302
    link = re.search(rf"{address}files/[0-9a-f-]+/", page(land.desk, address))
    got = browser(land.desk).get(link[0])
    assert got.status_code == 200
    assert b"".join(got.streaming_content)
    assert AccessRow.objects.filter(subject=one.id, fields="file").count() == 1


@pytest.mark.parametrize(
    "query",
    ["", "?state=submitted", "?waiting=me", "?waiting=others", "?due=later", "?q=修一座桥", "?since=2000-01-01"],
)
def test_the_list_costs_the_same_with_one_row_and_with_thirty(land, query):
    opened(land)
    client = browser(land.desk)
    client.get(f"/proposals/{query}")
    with CaptureQueriesContext(connection) as first:
        assert client.get(f"/proposals/{query}").status_code == 200
    for _n in range(29):
        opened(land)
    with CaptureQueriesContext(connection) as many:
        assert client.get(f"/proposals/{query}").status_code == 200
    assert len(many) <= len(first)


def test_pages_go_on_and_back(land):
    for n in range(31):
        opened(land, title=f"第{n}座桥")
    first = page(land.desk, "/proposals/")
    assert first.count('class="item"') + first.count('class="item ') == 30
    link = re.search(r'href="(\?after=[^"]+)"', first)[1].replace("&amp;", "&")
    assert "第0座桥" in page(land.desk, f"/proposals/{link}")


def test_today_says_what_is_up_to_whom(land):
    one = assigned(land)
    text = page(land.clerk, "/today/")
    assert one.number in text
    assert "交给了您的单位，还没有人签收" in text
    assert one.number not in page(land.helper, "/today/")
    act(one, "sign", land.clerk)
    act(one, "consult", land.clerk)
    assert "等您的单位写意见，主办单位才能答复" in page(land.helper, "/today/")


def test_the_search_finds_proposals_beside_cases(land):
    one = opened(land)
    assert one.number in page(land.desk, "/search/?kind=proposal&q=绕行")


# --- settings -----------------------------------------------------------------------------------------------------------


def test_the_settings_pages_change_what_they_say(land):
    steward = make_actor(Role.STEWARD, land.county, "设置")
    client, base = browser(steward), "/proposals/settings/"
    for address in (
        "",
        "limits/",
        "classes/",
        "classes/new/",
        "causes/",
        "categories/",
        "sessions/",
        "causes/new/?kind=refuse",
        "sessions/new/",
    ):
        assert client.get(base + address).status_code == 200, address
    spans = dict.fromkeys(
        ("screen_span", "sign_span", "return_span", "answer_span", "longest_span", "co_span", "rate_span", "redo_span"),
        ("3", "m"),
    )
    sent = {f"{name}_{at}": half for name, halves in spans.items() for at, half in enumerate(halves)}
    assert send(client, f"{base}limits/", **sent, redo_times=2).status_code == 302
    assert send(client, f"{base}sessions/new/", name="第五次会议").status_code == 302
    cause = Cause.objects.get(kind="refuse")
    got = send(client, f"{base}causes/{cause.id}/", kind="refuse", text="空的", elsewhere="")
    assert "请写提出人可以找谁。" in got.content.decode()
    assert send(client, f"{base}causes/arrange/", do=f"retire:{cause.id}").status_code == 302
    assert not Cause.objects.get(id=cause.id).active
    row = ResultClass.objects.get(code="A")
    assert send(client, f"{base}classes/{row.id}/end/").status_code == 302
    assert ResultClass.objects.get(id=row.id).until == clock.today()
    assert client.get(f"{base}nothing/").status_code == 404
    assert browser(land.desk).get(base).status_code == 403


def test_a_townships_steward_sets_nothing_for_the_county(land):
    own = make_actor(Role.STEWARD, land.town, "乡设置")
    assert browser(own).get("/proposals/settings/").status_code == 403


def test_what_was_answered_shows_its_result_and_both_ratings_apart(land):
    one = answered(land)
    act(one, "rate", land.recorder, manner="bad", rating="good")
    text = page(land.desk, one.get_absolute_url())
    assert "A 第A类" in text
    assert "不满意" in text


def test_a_collective_proposal_says_who_stands_behind_it(land):
    one = opened(land, kind="collective", authors=[AuthorFacts("", "", "县老年协会")])
    assert "县老年协会" in page(land.desk, one.get_absolute_url())
