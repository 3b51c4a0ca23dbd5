"""Answer templates: what the case knows is filled in, what it does not know is asked for."""

import pytest
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.actions import settings
from gongyi.casework.models import AnswerTemplate, Case, Topic
from gongyi.core.access import Role
from gongyi.people.models import Account
from tests.factories import make_actor

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def make_topic(name: str, parent: Topic | None = None) -> Topic:
    level, whole = (parent.level + 1, f"{parent.full_name}/{name}") if parent else (1, name)
    return Topic.objects.create(county=999001, name=name, full_name=whole, level=level, parent=parent, position=1)


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


@pytest.fixture
def case(land) -> Case:
    made = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(made, by=land.desk, lead=land.town)
    return actions.sign_case(made, by=land.clerk)


@pytest.fixture
def template(land) -> AnswerTemplate:
    row = AnswerTemplate(title="修好了", text="{编号} 由{主办单位}办理，{别的}【日期】已修好，找【姓】同志。")
    row.save()
    return row


def send(client, case, template, facts):
    url = f"/cases/{case.id}/answer/?template={template.id}"
    page = client.get(url).content.decode()
    key = page.split('name="_key" value="')[-1][:36]
    return page, client.post(url, {"_key": key, "seen": case.version, "outcome": "solved"} | facts)


def test_the_case_fills_in_what_it_knows(case):
    assert queries.filled("{编号}{主办单位}{别的}", case) == f"{case.number}东湖镇{{别的}}"


def test_the_form_asks_for_the_rest_and_puts_it_in(land, case, template):
    text = queries.filled(template.text, case)
    page, answer = send(browser(land.clerk), case, template, {"answer": text, "blank_0": "11月20日", "blank_1": "王"})
    assert all(f'name="blank_{at}"' in page for at in (0, 1))
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.answer == f"{case.number} 由东湖镇办理，{{别的}}11月20日已修好，找王同志。"


def test_a_blank_left_open_is_said_and_nothing_goes_out(land, case, template):
    text = queries.filled(template.text, case)
    _page, answer = send(browser(land.clerk), case, template, {"answer": text, "blank_0": "11月20日"})
    assert answer.context["form"].errors == {"answer": ["还有没填的地方：姓"]}
    case.refresh_from_db()
    assert case.state == "signed"


def test_an_answer_without_a_template_may_hold_such_marks(land, case):
    url = f"/cases/{case.id}/answer/"
    client = browser(land.clerk)
    key = client.get(url).content.decode().split('name="_key" value="')[-1][:36]
    facts = {"_key": key, "seen": case.version, "outcome": "solved", "answer": "见【附件】"}
    assert client.post(url, facts).status_code == 302
    assert browser(land.stranger).get(url).status_code == 404


def test_bundles_stand_by_topic_the_nearest_first(land, case):
    street = make_topic("道路")
    lamp = make_topic("路灯", street)
    made = [("灯", lamp), ("路", street), ("哪类都行", None), ("水", make_topic("供水"))]
    for title, topic in made:
        settings.save_template(by=make_actor(Role.STEWARD, land.county), title=title, text="好了。", topic=topic)
    own = {title for title, _topic in made}

    def offered() -> list[str]:
        return [row.title for row in queries.templates_for(case) if row.title in own]

    assert offered() == ["哪类都行"]
    case.topic = lamp
    assert offered() == ["灯", "路", "哪类都行"]
    case.topic = street
    assert offered() == ["路", "哪类都行"]


def test_the_settings_page_puts_a_template_into_a_bundle(land):
    lamp = make_topic("路灯")
    client = browser(make_actor(Role.STEWARD, land.county))
    page = client.get("/cases/settings/templates/new/").content.decode()
    facts = {
        "_key": page.split('name="_key" value="')[-1][:36],
        "title": "灯亮了",
        "text": "好了。",
        "topic_text": "路灯",
    }
    assert client.post("/cases/settings/templates/new/", facts).status_code == 302
    assert AnswerTemplate.objects.get(title="灯亮了").topic == lamp
    assert "每一类 · 路灯" in client.get("/cases/settings/templates/").content.decode()
