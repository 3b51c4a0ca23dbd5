"""The pages of the network, for an officer, a colleague from another office, a steward, and strangers."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongyi.core import clock
from gongyi.core.access import Role, system_actor
from gongyi.network import actions
from gongyi.network.actions import calendar as calendar_actions
from gongyi.network.models import CalendarDay, Duty, Post, Unit
from gongyi.network.views import units as views
from tests.factories import grant, make_account, make_county, make_post, make_unit

pytestmark = pytest.mark.django_db
BY = system_actor("test", 999001)


class World:
    """A county with two townships and a village, and somebody for each part."""

    def __init__(self) -> None:
        self.county = make_county()
        self.town, self.beside = make_unit("东镇", self.county), make_unit("西镇", self.county)
        self.village = make_unit("李家村", self.town)
        self.post = make_post(self.village)
        self.duty = actions.add_duty(by=BY, unit=self.village, text="受理诉求")
        self.day = CalendarDay.objects.create(county=999001, day=date(2027, 3, 1), working=False, name="县庆")

    def client(self, role: Role | None, unit: Unit | None = None) -> Client:
        account = make_account()
        if role and unit:
            grant(account, role, unit)
        client = Client()
        client.force_login(account)
        return client

    def pages(self) -> list[str]:
        """Every page to look at."""
        unit = [self.village.id]
        return [
            reverse("network:tree"),
            reverse("network:tree") + "?q=李家",
            reverse("network:pick"),
            reverse("network:pick", args=["village"]),
            reverse("network:calendar"),
            reverse("network:calendar_year", args=[2027]),
            reverse("network:explain_day"),
            reverse("network:unit", args=unit),
        ]

    def forms(self) -> list[str]:
        """Every form that changes something."""
        names = ("open", "rename", "move", "merge", "close", "reopen", "start")
        return [
            *(reverse(f"network:{name}_unit", args=[self.village.id]) for name in names),
            reverse("network:add_post", args=[self.village.id]),
            reverse("network:add_duty", args=[self.village.id]),
            reverse("network:end_post", args=[self.post.id]),
            reverse("network:edit_duty", args=[self.duty.id]),
            reverse("network:end_duty", args=[self.duty.id]),
            reverse("network:clear_day", args=[self.day.id]),
        ]


@pytest.fixture
def world():
    return World()


def send(client: Client, path: str, **data):
    return client.post(path, {"_key": str(uuid.uuid4()), **data})


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_everybody_who_works_in_the_county_may_look_and_only_stewards_change(world):
    officer = world.client(Role.OFFICER, world.village)
    colleague = world.client(Role.CLERK, world.beside)
    steward, neighbour = world.client(Role.STEWARD, world.county), world.client(Role.STEWARD, world.beside)
    for path in world.pages():
        for client in (officer, colleague, steward):
            assert client.get(path).status_code == 200, path
    for path in world.forms():
        assert steward.get(path).status_code == 200, path
        for client in (officer, colleague, neighbour):
            assert client.get(path).status_code == 403, path
            assert send(client, path, on="2026-01-01", name="别名").status_code == 403, path


def test_strangers_residents_and_roles_without_the_network_stay_outside(world):
    stranger, resident, auditor = Client(), world.client(None), world.client(Role.AUDITOR, world.county)
    for path in world.pages() + world.forms():
        answer = stranger.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith("/accounts/login/")
        assert resident.get(path).status_code == 403, path
        assert auditor.get(path).status_code == 403, path


def test_p3_another_countys_units_do_not_exist(world, monkeypatch):
    far = make_county(999002, "西湖县")
    theirs = world.client(Role.STEWARD, far)
    never = theirs.get(reverse("network:unit", args=[uuid.uuid4()]))
    for path in [world.pages()[-1], *world.forms()]:
        answer = theirs.get(path)
        assert answer.status_code == never.status_code == 404, path
        assert send(theirs, path, name="别名").status_code == 404, path
    assert "李家村" not in theirs.get(reverse("network:tree") + "?q=李家").content.decode()
    assert "李家村" not in theirs.get(reverse("network:pick") + "?q=李家").content.decode()
    monkeypatch.setattr(views.queries, "unit_named", lambda _county, key: Unit.objects.get(id=key))
    monkeypatch.setattr(views.rules, "can_view_units", lambda *_: True)
    assert theirs.get(world.pages()[-1]).status_code == 200  # the guard off, the page opens


def test_the_unit_page_offers_only_what_one_may_do(world):
    path = reverse("network:unit", args=[world.village.id])
    rename, verify = (reverse(f"network:{name}", args=[world.village.id]) for name in ("rename_unit", "verify_contact"))
    offered = {}
    for name, client in {
        "steward": world.client(Role.STEWARD, world.town),
        "officer": world.client(Role.OFFICER, world.village),
        "colleague": world.client(Role.OFFICER, world.beside),
    }.items():
        page = client.get(path).content.decode()
        offered[name] = (rename in page, verify in page, f"/people/posts/{world.post.id}/" in page)
    assert offered == {
        "steward": (True, True, True),
        "officer": (False, True, True),
        "colleague": (False, False, False),
    }


# --- what the forms do ------------------------------------------------------------------------------------------------


@pytest.fixture
def steward(world):
    return world.client(Role.STEWARD, world.county)


def test_open_rename_move_close_and_reopen_by_form(world, steward):
    answer = send(
        steward, reverse("network:open_unit", args=[world.town.id]), name="新村", tier="village", since="2024-01-01"
    )
    made = Unit.objects.get(name="新村")
    unit_page = reverse("network:unit", args=[made.id])
    assert (answer.status_code, answer.headers["Location"]) == (302, unit_page)
    today = str(clock.today())
    send(steward, reverse("network:rename_unit", args=[made.id]), name="新新村", on=today)
    send(steward, reverse("network:move_unit", args=[made.id]), parent=str(world.beside.id), on=today)
    made.refresh_from_db()
    assert (made.name, made.parent) == ("新新村", world.beside)
    send(steward, reverse("network:close_unit", args=[made.id]), on=today)
    made.refresh_from_db()
    assert not made.running
    page = steward.get(unit_page).content.decode()
    assert "停用" in page
    assert reverse("network:reopen_unit", args=[made.id]) in page
    assert made.name not in steward.get(reverse("network:tree")).content.decode()
    assert made.name in steward.get(reverse("network:tree") + "?closed=1").content.decode()
    send(steward, reverse("network:reopen_unit", args=[made.id]), on=today)
    made.refresh_from_db()
    assert made.running


def test_a_planned_unit_is_started_by_form(world, steward):
    send(steward, reverse("network:open_unit", args=[world.town.id]), name="新村", tier="village", since="2099-01-01")
    made = Unit.objects.get(name="新村")
    assert (
        reverse("network:start_unit", args=[made.id])
        in steward.get(reverse("network:unit", args=[made.id])).content.decode()
    )
    send(steward, reverse("network:start_unit", args=[made.id]), on=str(clock.today()))
    made.refresh_from_db()
    assert made.running


def test_the_parent_may_be_typed_without_javascript(world, steward):
    path = reverse("network:move_unit", args=[world.village.id])
    answer = send(steward, path, parent_text="镇", on=str(clock.today()))
    assert "有几个都像" in answer.content.decode()
    assert str(world.beside.id) in answer.content.decode()
    assert send(steward, path, parent_text="西镇", on=str(clock.today())).status_code == 302
    world.village.refresh_from_db()
    assert world.village.parent == world.beside


def test_merging_asks_for_new_names_and_then_leads_to_the_successor(world, steward):
    make_unit("李家村", world.beside)
    path = reverse("network:merge_unit", args=[world.town.id])
    answer = send(steward, path, into=str(world.beside.id), on=str(clock.today()))
    box = f"name_{world.village.id}"
    assert (answer.status_code, box in answer.content.decode()) == (422, True)
    assert "请先给它们写好新名称" in answer.content.decode()
    send(steward, path, into=str(world.beside.id), on=str(clock.today()), **{box: "东李家村"})
    world.village.refresh_from_db()
    assert (world.village.name, world.village.parent) == ("东李家村", world.beside)
    page = steward.get(reverse("network:unit", args=[world.town.id])).content.decode()
    assert reverse("network:unit", args=[world.beside.id]) in page


def test_closing_says_what_hinders_it_and_has_no_button_then(world, steward):
    page = steward.get(reverse("network:close_unit", args=[world.town.id])).content.decode()
    assert "下面还有 1 个单位（如李家村）" in page
    assert "btn-danger" not in page
    assert send(steward, reverse("network:close_unit", args=[world.town.id]), on=str(clock.today())).status_code == 409


def test_posts_and_duties_by_form(world, steward):
    add = reverse("network:add_post", args=[world.village.id])
    answer = send(steward, add + "?gap=no_officer", name="窗口", since="2024-01-01")
    assert answer.headers["Location"] == reverse("people:coverage") + "?kind=no_officer"
    assert (
        send(steward, add + "?gap=//evil.example", name="窗口二", since="2024-01-01")
        .headers["Location"]
        .startswith("/network/")
    )
    post = Post.objects.get(name="窗口")
    send(
        steward,
        reverse("network:add_duty", args=[world.village.id]),
        text="登记来信",
        post=str(post.id),
        since="2024-01-01",
    )
    assert Duty.objects.get(text="登记来信").post == post
    send(steward, reverse("network:edit_duty", args=[world.duty.id]), post=str(post.id), on=str(clock.today()))
    world.duty.refresh_from_db()
    assert world.duty.post == post
    send(steward, reverse("network:end_duty", args=[world.duty.id]), on=str(clock.today()))
    send(steward, reverse("network:end_post", args=[post.id]), on=str(clock.today()))
    post.refresh_from_db()
    world.duty.refresh_from_db()
    assert post.until == world.duty.until == clock.today()


def test_an_officer_verifies_the_own_village(world):
    officer, colleague = world.client(Role.OFFICER, world.village), world.client(Role.OFFICER, world.beside)
    path = reverse("network:verify_contact", args=[world.village.id])
    assert colleague.get(path).status_code == 403
    send(officer, path, phone="0746-7721234", reception_days="10日、20日")
    world.village.refresh_from_db()
    assert (world.village.phone, world.village.verified_on) == ("0746-7721234", clock.today())


def test_a_field_error_keeps_what_was_typed(world, steward):
    answer = send(steward, reverse("network:rename_unit", args=[world.town.id]), name="东街道", on="2099-01-01")
    assert answer.status_code == 200
    assert "生效日期不能晚于今天" in answer.content.decode()
    assert "东街道" in answer.content.decode()


# --- calendar ---------------------------------------------------------------------------------------------------------


def test_days_are_set_and_cleared_by_form_and_deadlines_counted(world, steward, monkeypatch):
    monkeypatch.setattr(calendar_actions, "calendar_changed", [lambda _county, _unit: 4])
    answer = send(steward, reverse("network:set_day"), day="2027-03-06", working="1", name="春节调休")
    page = steward.get(answer.headers["Location"]).content.decode()
    assert answer.headers["Location"] == reverse("network:calendar_year", args=[2027])
    assert "改了 4 个没到期的期限" in page
    assert "春节调休" in page
    row = CalendarDay.objects.get(county=999001, name="春节调休")
    send(steward, reverse("network:clear_day", args=[row.id]))
    assert not CalendarDay.objects.filter(county=999001, id=row.id).exists()


def test_the_calendar_says_when_a_year_is_an_estimate(world, steward):
    path = reverse("network:calendar_year", args=[2031])
    assert "预估" in steward.get(path).content.decode()
    send(steward, reverse("network:set_day"), day="2031-02-01", working="1", name="春节调休")
    assert "预估" not in steward.get(path).content.decode()


def test_a_township_steward_removes_no_day_of_the_county(world):
    town = world.client(Role.STEWARD, world.town)
    assert (
        reverse("network:clear_day", args=[world.day.id])
        not in town.get(reverse("network:calendar_year", args=[2027])).content.decode()
    )
    assert send(town, reverse("network:set_day"), day="2027-03-06", working="1", name="调休").status_code == 403
    allowed = send(
        town, reverse("network:set_day"), day="2027-03-06", working="1", name="赶集", unit=str(world.town.id)
    )
    assert allowed.status_code == 302


def test_explain_shows_every_day(world, steward):
    answer = steward.get(
        reverse("network:explain_day"), {"start": "2027-02-26", "amount": "2", "counted": "w", "at": ""}
    )
    page = answer.content.decode()
    assert "2027-03-03 23:59" in page
    assert "县庆" in page
    bad = steward.get(reverse("network:explain_day"), {"start": "9999-12-30", "amount": "30", "counted": "w"})
    assert bad.context["form"].errors == {"start": ["确保该值小于或等于2199-12-31。"]}
    assert "确保该值小于或等于2199-12-31。" in bad.content.decode()


@pytest.mark.parametrize("year", [0, 1, 99999])
def test_a_year_that_is_none_still_shows_a_calendar(world, steward, year):
    assert steward.get(f"/network/calendar/{year}/").status_code == 200


# --- picker and lists -------------------------------------------------------------------------------------------------


def test_pick_is_a_fragment_for_the_script_and_a_page_without(world, steward):
    fragment = steward.get(reverse("network:pick"), {"q": "李家"}, headers={"HX-Request": "true"}).content.decode()
    assert f'data-value="{world.village.id}"' in fragment
    assert "<html" not in fragment
    page = steward.get(reverse("network:pick", args=["township"]), {"q": "李家"}).content.decode()
    assert "<html" in page
    assert str(world.village.id) not in page


def test_pick_puts_ones_own_unit_first(world):
    officer = world.client(Role.OFFICER, world.village)
    fragment = officer.get(reverse("network:pick"), headers={"HX-Request": "true"}).content.decode()
    assert fragment.index(str(world.village.id)) < fragment.index(str(world.town.id))


@pytest.mark.parametrize(
    "path", ["/network/", "/network/?q=村", "/network/pick/?q=村", "unit", "/network/calendar/2027/"]
)
def test_lists_take_the_same_number_of_queries_for_1_and_30(world, steward, path):
    path = reverse("network:unit", args=[world.town.id]) if path == "unit" else path
    taken = []
    for more in (0, 29):
        for number in range(more):
            make_unit(f"村{number}", world.town)
            make_post(world.town, f"岗位{number}")
            Duty.objects.create(unit=world.town, text=f"职责{number}", since=date(2024, 1, 1))
            CalendarDay.objects.create(
                county=999001, unit=world.town, day=date(2027, 5, 1 + number), working=False, name="甲"
            )
        steward.get(path)  # the first visit after signing in may write its session
        with CaptureQueriesContext(connection) as queries:
            assert steward.get(path).status_code == 200
        taken.append(len(queries))
    assert taken[0] == taken[1]
    assert taken[0] <= 20
