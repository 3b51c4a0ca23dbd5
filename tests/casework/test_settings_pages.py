"""The settings pages: who gets in, forms as people fill them, one query count, nothing of a case on them."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from gongyi.casework.actions import settings as actions
from gongyi.casework.forms.settings import TypeForm
from gongyi.casework.models import AnswerTemplate, CaseType, Reason, Register, Topic
from gongyi.casework.views import settings as views
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.county import new_key
from gongyi.core.models import AuditEntry
from gongyi.people.actions import settings as own
from tests.factories import grant, make_account, make_actor, make_county, make_unit

pytestmark = pytest.mark.django_db
LISTS = ["settings_types", "settings_topics", "settings_reasons", "settings_templates", "settings_registers"]
NEW = [
    "settings_type_new",
    "settings_topic_new",
    "settings_reason_new",
    "settings_template_new",
    "settings_register_new",
]


def url(name, *args):
    return reverse(f"casework:{name}", args=args)


@pytest.fixture
def county():
    return make_county()


def sign_in(role, unit):
    account = make_account("李设", home=unit.county)
    grant(account, role, unit)
    client = Client()
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def page(county):
    """The county's steward, with everything a new county has."""
    actions.fill_defaults(by=make_actor(Role.STEWARD, county))
    return sign_in(Role.STEWARD, county)


def send(client, address, **fields):
    return client.post(address, {"_key": str(uuid4()), **fields}, follow=True)


def typed(row, **changes):
    """A type's form as the browser sends it."""
    data = {}
    for field in TypeForm.of(None, row):
        value = field.value()
        if field.name.endswith("_span"):
            data[f"{field.name}_0"], data[f"{field.name}_1"] = field.field.widget.decompress(value)
        elif value not in (False, None):
            data[field.name] = "on" if value is True else value
    return {key: value for key, value in (data | changes).items() if value is not None}


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["settings", *LISTS, *NEW])
def test_pages_open_for_the_countys_steward_and_nobody_else(page, county, name):
    assert page.get(url(name)).status_code == 200
    assert sign_in(Role.DISPATCHER, county).get(url(name)).status_code == 403
    stranger = Client().get(url(name))
    assert (stranger.status_code, stranger["Location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("name", [*LISTS, *NEW])
def test_a_townships_steward_sees_only_what_is_set_there(page, county, name):
    client = sign_in(Role.STEWARD, make_unit("东湖镇", county))
    assert client.get(url(name)).status_code == 403
    index = client.get(url("settings")).content.decode()
    assert "由县里统一设置" in index
    assert url("settings_types") not in index


def test_without_the_county_check_a_townships_steward_would_get_in(page, county, monkeypatch):
    monkeypatch.setattr(own, "require_editor", lambda *_row, by: None)
    client = sign_in(Role.STEWARD, make_unit("东湖镇", county))
    assert client.get(url("settings_types")).status_code == 200


@pytest.mark.parametrize(
    "name", ["settings_type", "settings_topic", "settings_reason", "settings_template", "settings_register"]
)
def test_another_countys_row_is_not_found(page, name):
    model = {"type": CaseType, "topic": Topic, "reason": Reason, "template": AnswerTemplate}.get(name.split("_")[1])
    other = make_county(999002, "西山县")
    abroad = make_actor(Role.STEWARD, other)
    actions.fill_defaults(by=abroad)
    row = (
        model.objects.filter(county=999002).first() if model else actions.set_register(by=abroad, unit=other, mark="西")
    )
    assert page.get(url(name, row.id)).status_code == 404
    assert page.get(url(name, new_key(999001))).status_code == 404


def test_every_view_declares_its_permission_before_the_county_check():
    names = [
        "index",
        "types",
        "type_form",
        "type_preview",
        "topics",
        "topic_form",
        "reasons",
        "reason_form",
        "templates",
    ]
    names += ["template_form", "template_hints", "registers", "register_form", "register_end", "arrange"]
    for name in names:
        assert getattr(views, name).permissions, name


# --- what the pages do ------------------------------------------------------------------------------------------------


def test_the_index_counts_what_is_in_use(page, county):
    actions.set_offered(Reason.objects.first(), by=make_actor(Role.STEWARD, county), offered=False)
    text = re.sub(r"\s+", "", page.get(url("settings")).content.decode())
    assert "在用6条" in text
    assert "在用45条" in text
    assert "停用1条" in text
    assert reverse("network:calendar") in text


def test_limits_are_typed_as_number_and_unit_and_stored_short(page):
    row = CaseType.objects.get(code="help")
    html = page.get(url("settings_type", row.id)).content.decode()
    assert 'name="answer_span_0" value="3"' in html
    assert '<option value="w" selected>工作日</option>' in html
    assert "最晚" in html
    done = send(page, url("settings_type", row.id), **typed(row, answer_span_0="2", answer_span_1="d", call_share="0"))
    assert done.redirect_chain[-1][0].startswith(url("settings_types"))
    row.refresh_from_db()
    assert (row.answer_span, row.call_share, row.needs_approval) == ("2d", 0, False)


def test_the_same_form_unchanged_stores_the_same(page):
    row = CaseType.objects.get(code="tipoff")
    send(page, url("settings_type", row.id), **typed(row))
    assert not AuditEntry.objects.filter(subject=row.id).exists()


def test_the_pages_say_that_limits_count_for_new_cases(page):
    row = CaseType.objects.first()
    for address in (url("settings_types"), url("settings_type", row.id)):
        assert "只管以后登记的事" in page.get(address).content.decode()


def test_a_wrong_limit_keeps_what_was_typed(page):
    row = CaseType.objects.get(code="help")
    html = send(page, url("settings_type", row.id), **typed(row, name="求帮忙", answer_span_0="0")).content.decode()
    assert "数量请写 1 到 3650 之间的整数。" in html
    assert 'value="求帮忙"' in html
    assert 'href="#id_answer_span_0"' in html
    assert CaseType.objects.get(code="help").name == "求助"


def test_the_preview_answers_while_one_types(page):
    row = CaseType.objects.get(code="help")
    text = page.post(url("settings_type_preview"), typed(row, urgent_span_0="")).content.decode()
    assert "今天登记的事" in text
    assert "急事" not in text.replace("危急的事", "")


def test_a_type_cannot_hide_the_asker_and_be_public(page):
    row = CaseType.objects.get(code="help")
    html = send(page, url("settings_type", row.id), **typed(row, hides_asker="on")).content.decode()
    assert "隐去诉求人的类型，答复不能公开" in html


def test_a_topic_is_added_below_and_its_branch_opens(page):
    top = Topic.objects.get(name="教育")
    assert f'value="{top.id}" selected' in page.get(url("settings_topic_new") + f"?under={top.id}").content.decode()
    html = send(page, url("settings_topic_new"), name="晚托", parent=str(top.id)).content.decode()
    made = Topic.objects.get(name="晚托")
    assert made.full_name == "教育 / 晚托"
    assert len(re.findall(r"<details class=\"panel fold\" open>", html)) == 1


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("settings_reason_new", {"kind": "park", "text": "少数民族户"}),
        ("settings_topic_new", {"name": "回族", "parent": ""}),
        ("settings_template_new", {"title": "给党员的答复", "text": "您好。", "type": ""}),
    ],
)
def test_a_refused_name_stays_in_the_form_with_the_reason(page, name, fields):
    answer = send(page, url(name), **fields)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "不收集" in html
    assert next(value for key, value in fields.items() if key in {"text", "name", "title"}) in html


def test_a_template_with_such_words_is_kept_and_the_hint_stands_beside_it(page):
    html = send(page, url("settings_template_new"), title="低保", text="请带身份证号。", type="").content.decode()
    assert "已核验" in html
    assert AnswerTemplate.objects.get(title="低保").text == "请带身份证号。"
    assert "已核验" in page.post(url("settings_hints"), {"text": "请带身份证号。"}).content.decode()
    assert page.post(url("settings_hints"), {"text": "请带材料。"}).content.decode().strip() == ""


def test_a_reason_starts_in_the_kind_one_came_from(page):
    assert '<option value="void" selected>' in page.get(url("settings_reason_new") + "?kind=void").content.decode()
    send(page, url("settings_reason_new"), kind="void", text="重录一遍")
    assert Reason.objects.get(text="重录一遍").kind == "void"


def press(client, group, verb, row):
    return send(client, url("settings_arrange", group), do=f"{verb}:{row.id}")


@pytest.mark.parametrize(("group", "model"), list(views.GROUPS.items()))
def test_what_is_retired_comes_back_in_one_click(page, group, model):
    row = model.objects.first()
    html = press(page, group, "retire", row).content.decode()
    assert not model.objects.get(id=row.id).active
    assert f'value="back:{row.id}"' in html
    press(page, group, "back", row)
    assert model.objects.get(id=row.id).active


def test_rows_move_by_buttons(page):
    first, second = Reason.objects.filter(kind="redo").order_by("position")[:2]
    press(page, "reasons", "down", first)
    assert list(Reason.objects.filter(kind="redo").order_by("position")[:2]) == [second, first]


@pytest.mark.parametrize("do", ["", "up", "drop:1", "up:nobody"])
def test_a_button_that_makes_no_sense_changes_nothing(page, do):
    answer = send(page, url("settings_arrange", "reasons"), do=do)
    assert answer.status_code == 200
    assert not AuditEntry.objects.filter(action="settings.order").exists()


def test_buttons_of_no_group_and_of_another_county_are_not_found(page):
    abroad = make_actor(Role.STEWARD, make_county(999002, "西山县"))
    foreign = actions.save_reason(by=abroad, kind="park", text="别的县")
    assert press(page, "cases", "up", foreign).status_code == 404
    assert press(page, "reasons", "retire", foreign).status_code == 404
    assert page.get(url("settings_arrange", "reasons")).status_code == 405


def test_a_unit_gets_and_gives_back_its_own_numbers(page, county):
    town = make_unit("东湖镇", county)
    html = send(page, url("settings_register_new"), unit=str(town.id), mark="东湖").content.decode()
    assert f"东湖{clock.today().year}-0001" in html
    assert "给过的号不再给别人" in html
    row = Register.objects.get()
    send(page, url("settings_register", row.id), mark="dh")
    row.refresh_from_db()
    assert (row.unit, row.mark) == (town, "DH")
    assert "编号不变" in page.get(url("settings_register_end", row.id)).content.decode()
    send(page, url("settings_register_end", row.id))
    assert not Register.objects.exists()


@pytest.mark.parametrize("name", LISTS)
def test_lists_take_the_same_queries_for_one_row_and_thirty(
    county, name, django_assert_num_queries, django_assert_max_num_queries
):
    steward = make_actor(Role.STEWARD, county)

    def make(start, end):
        for n in range(start, end):
            kind = actions.save_type(by=steward, name=f"类型{n}")
            top = actions.save_topic(by=steward, name=f"分类{n}")
            actions.save_topic(by=steward, name="下级", parent=top)
            actions.save_reason(by=steward, kind="park", text=f"理由{n}")
            actions.save_template(by=steward, title=f"模板{n}", text="您好。", type=kind)
            actions.set_register(by=steward, unit=make_unit(f"第{n}镇", county), mark=f"N{n}")

    client = sign_in(Role.STEWARD, county)
    make(0, 1)
    client.get(url(name))
    with django_assert_max_num_queries(15) as few:
        client.get(url(name))
    make(1, 30)
    with django_assert_num_queries(len(few)):
        client.get(url(name))
