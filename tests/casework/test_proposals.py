"""An intake filled from a note: each field with its reason, nobody else's number kept, nothing from beyond one's own units."""

import pytest
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.models import Asker, Case, Topic
from gongyi.people.models import Account
from tests.factories import make_unit

NOTE = "我是李家村的王大勇，村口路灯坏了三天，老人晚上看不见。我电话 138 1234 5678，村长电话13900001111"


@pytest.fixture
def topics(land):
    lamps = Topic(name="路灯和标志", full_name="道路交通 / 路灯和标志", level=1)
    water = Topic(name="供水", full_name="供水供电供气 / 供水", level=1)
    for row in (lamps, water):
        row.save()
    return {"lamps": lamps, "water": water}


@pytest.fixture
def browser(land):
    client = Client()
    client.force_login(
        Account.objects.get(id=land.officer.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def key(page) -> str:
    return page.content.decode().split('name="_key" value="')[1][:36]


def test_note_fills_place_topic_phone_and_name_with_reasons(land, topics):
    found = queries.propose(land.clerk, NOTE)
    assert {name: one.value for name, one in found.fields.items() if name != "type"} == {
        "asker_phone": "13812345678", "asker_name": "王大勇", "area": land.village.id, "topic": topics["lamps"].id,
    }  # fmt: skip
    assert found.fields["area"].why == "因为写到“李家村”"
    assert found.fields["topic"].why == "因为写到“路灯”，多半没错"
    assert found.hints == ["已遮住别人的号码 1 个"]
    assert "13900001111" not in found.content


@pytest.mark.parametrize(
    ("text", "kind"),
    [("请问要带什么材料", "咨询"), ("窗口态度差，乱收费", "投诉"), ("我要举报有人受贿", "举报"), ("今天天气好", None)],
)
def test_type_by_cue_words(land, text, kind):
    found = queries.propose(land.clerk, text).fields.get("type")
    names = {row.id: row.name for row in queries.types(land.county.county)}
    assert (names[found.value] if found else None) == kind


def test_urgency_by_cue_words(land):
    assert queries.propose(land.clerk, "电线掉下来了，有人触电").fields["urgency"].value == "danger"
    assert queries.propose(land.clerk, "从早上就停水").fields["urgency"].value == "urgent"
    assert "urgency" not in queries.propose(land.clerk, "路灯坏了").fields


def test_namesake_villages_are_told_apart_by_the_township_or_left_open(land):
    twin = make_unit("李家村", land.other)
    assert queries.propose(land.county_desk, "李家村路灯坏了").fields.get("area") is None
    assert queries.propose(land.county_desk, "西山镇李家村路灯坏了").fields["area"].value == twin.id
    assert queries.propose(land.officer, "李家村路灯坏了").fields["area"].value == land.village.id


def test_officer_of_a_village_is_there_when_no_place_is_named(land):
    assert queries.propose(land.officer, "路灯坏了").fields["area"].why == "因为在李家村登记"
    assert "area" not in queries.propose(land.clerk, "路灯坏了").fields


def open_lamp(land, topics, **facts):
    case = actions.open_case(
        **{"by": land.officer, "unit": land.village, "type": land.enquiry, "content": "三组灯杆倒了，夜里漆黑", "area": land.village,
           "topic": topics["lamps"]} | facts
    )  # fmt: skip
    return actions.assign_case(case, by=land.desk, lead=land.town)


def test_earlier_titles_lead_to_topic_unit_and_similar_open_cases(land, topics):
    case = open_lamp(land, topics)
    found = queries.propose(land.officer, "二组的灯杆倒了")
    assert found.fields["topic"].value == topics["lamps"].id
    assert case.number in found.fields["topic"].why
    assert found.hints == ["多半由东湖镇办：最近同类的 1 件里派给它 1 件"]
    assert [row.id for row in found.similar] == [case.id]


def test_who_assigns_is_told_where_such_cases_went(land, topics):
    open_lamp(land, topics)
    client = Client()
    client.force_login(
        Account.objects.get(id=land.desk.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    facts = {"by": land.officer, "unit": land.village, "type": land.enquiry, "content": "又黑了", "area": land.village}
    same, other = actions.open_case(**facts, topic=topics["lamps"]), actions.open_case(**facts)
    assert "多半由东湖镇办" in client.get(f"/cases/{same.id}/assign/").content.decode()
    assert "多半由" not in client.get(f"/cases/{other.id}/assign/").content.decode()  # no topic, no guess


def test_cases_of_another_office_teach_nothing(land, topics):
    open_lamp(land, topics)
    found = queries.propose(land.stranger, "李家村二组的灯杆倒了")
    assert "topic" not in found.fields
    assert (found.hints, found.similar) == ([], [])


def test_quick_box_shows_the_filled_form_and_keeps_nothing(browser, land, topics):
    page = browser.post("/cases/new/", {"content": NOTE, "propose": "on"})
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("建议</span>") >= 4
    assert 'value="13812345678"' in text
    assert "13900001111" not in text
    assert Case.objects.count() == 0


def test_what_was_typed_wins_over_a_proposal(browser, land, topics):
    text = browser.post(
        "/cases/new/", {"content": NOTE, "propose": "on", "asker_phone": "07461234567"}
    ).content.decode()
    assert 'value="07461234567"' in text
    assert 'value="13812345678"' not in text


def test_note_kept_without_a_network_is_recorded_once_with_its_proposals(browser, land, topics):
    sent = {"content": NOTE, "later": "on", "_key": key(browser.get("/cases/new/"))}
    first, second = browser.post("/cases/new/", sent), browser.post("/cases/new/", sent)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    [case] = Case.objects.all()
    assert (case.area_id, case.topic_id, case.unit_id) == (land.village.id, topics["lamps"].id, land.village.id)
    assert "13900001111" not in case.content
    assert Asker.objects.get(case=case).phone == "13812345678"


def test_resident_and_blind_roles_cannot_record(land):
    assert Client().post("/cases/new/", {"content": NOTE, "propose": "on"}).status_code == 302
    assert Case.objects.count() == 0
