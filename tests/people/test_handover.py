"""The hand-over pack: made, frozen, signed, returned. Steward who makes it, giver, taker, colleague from another town."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import NOBODY, Role
from gongyi.core.models import AuditEntry, Message
from gongyi.network.models import Duty, Unit
from gongyi.people.actions import handover as actions
from gongyi.people.models import Account, Grant, HandOver, Holding
from gongyi.people.queries import actor_of, grants_in_force, posts
from gongyi.people.queries import handover as queries
from tests.factories import actor, grant, hold, make_account, make_actor, make_county, make_post, make_unit, refused
from tests.race import race

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with clock.at(timezone.make_aware(datetime(2026, 11, 23, 10))):  # noqa: DTZ001 - made aware at once
        yield


def make_land() -> SimpleNamespace:
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    village = make_unit("李家村", town)
    steward, giver, taker = make_account("乡管"), make_account("老张"), make_account("小李")
    for role in (Role.STEWARD, Role.ACCOUNT_MANAGER):
        grant(steward, role, town)
    grant(giver, Role.OFFICER, village)
    post = make_post(village)
    hold(post, giver)
    return SimpleNamespace(
        county=county,
        town=town,
        village=village,
        post=post,
        maker=actor(steward),
        giver=giver,
        taker=taker,
        colleague=make_actor(Role.STEWARD, other, "西管"),
        plain_steward=make_actor(Role.STEWARD, town, "只管岗位"),
    )


@pytest.fixture
def land(db):
    return make_land()


def make(land, **facts):
    facts = {"by": land.maker, "post": land.post, "giver": land.giver, "taker": land.taker, **facts}
    return actions.make_pack(**facts)


def roles(account):
    return set(grants_in_force().filter(account=account).values_list("role", flat=True))


def holder(post):
    held = posts.present_holder(post)
    return held.account if held else None


def texts(sections):
    return {title: [line.text for line in lines] for title, lines in sections}


@pytest.fixture
def open_matters(monkeypatch):
    """An app below registers what it knows."""
    monkeypatch.setattr(queries, "sections", dict(queries.sections))
    found = [queries.Line("4311-0286", "联系诉求人", timezone.now(), "/cases/1/"), queries.Line("4311-0290")]
    queries.register_section(
        "matters", "在办的事", lambda giver, unit: found if giver.name == "老张" and unit.name == "李家村" else []
    )
    return found


# --- sections ---------------------------------------------------------------------------------------------------------


def test_sections_of_people_are_duties_contacts_and_vacancies(land, monkeypatch):
    own = {key: queries.sections[key] for key in ("duties", "contacts", "vacancies")}
    monkeypatch.setattr(queries, "sections", own)
    Duty.objects.create(unit=land.village, post=land.post, text="每月两次接待", since=date(2020, 1, 1))
    Duty.objects.create(
        unit=land.village, post=land.post, text="早就结束", since=date(2020, 1, 1), until=date(2021, 1, 1)
    )
    Duty.objects.create(unit=land.village, text="没人担", since=date(2020, 1, 1))
    below, empty = make_unit("一组", land.village), make_post(land.village, "调解员")
    fresh = hold(make_post(below, "组长"), make_account("组长甲"), verified_on=TODAY - timedelta(days=180))
    make_post(land.town, "镇里的")
    found = texts(queries.collect(land.giver, land.village))
    assert found == {
        "岗位职责": ["每月两次接待"],
        "要核实的联系方式": ["李家村 · 联络员：老张"],
        "空缺的岗位": [str(empty)],
    }
    Holding.objects.filter(id=fresh.id).update(verified_on=TODAY - timedelta(days=181))
    assert len(texts(queries.collect(land.giver, land.village))["要核实的联系方式"]) == 2


def test_register_section_with_the_same_key_replaces(open_matters, land):
    queries.register_section("matters", "换过的", lambda *_: [])
    assert "换过的" in texts(queries.collect(land.giver, land.village))
    assert "在办的事" not in texts(queries.collect(land.giver, land.village))


# --- making -----------------------------------------------------------------------------------------------------------


def test_make_pack_freezes_what_there_is(land, open_matters):
    pack = make(land, note=" 先看第一件。 ")
    open_matters.clear()
    assert texts(queries.lines_of(pack))["在办的事"] == ["4311-0286", "4311-0290"]
    line = pack.lines.get(text="4311-0286")
    assert (line.next_step, line.path, pack.note, pack.open) == ("联系诉求人", "/cases/1/", "先看第一件。", True)
    assert holder(land.post) == land.giver
    assert Message.objects.get(account=land.taker.id).path == actions.path_of(pack)
    assert AuditEntry.objects.get(subject=pack.id).action == "handover.make"


def test_make_pack_needs_network_edit_and_with_roles_account_manage(land, monkeypatch):
    for by in (land.colleague, actor_of(land.giver), NOBODY):
        with pytest.raises(PermissionDenied):
            make(land, by=by)
    with pytest.raises(PermissionDenied):
        make(land, by=land.plain_steward, moves_roles=True)
    assert not HandOver.objects.exists()
    assert make(land, by=land.plain_steward)
    monkeypatch.setattr(actions, "can_edit_unit", lambda *_: True)
    monkeypatch.setattr(posts, "candidates", lambda _by: Account.objects.all())
    assert make(land, by=land.colleague)


def test_p8_make_pack_with_roles_not_to_oneself(land):
    me = Account.objects.get(id=land.maker.id)
    with refused("own_roles"):
        make(land, taker=me, moves_roles=True)
    assert make(land, taker=me)


def test_make_pack_wants_the_right_people(land, monkeypatch):
    with refused("same_person"):
        make(land, taker=land.giver)
    with refused("not_holder"):
        make(land, giver=land.taker, taker=land.giver)
    foreign = Account.objects.get(id=land.colleague.id)
    with refused("not_candidate"):
        make(land, taker=foreign)
    monkeypatch.setattr(actions, "_check_people", lambda *_, **__: None)
    assert make(land, taker=foreign)


def test_make_pack_replaces_the_one_that_waits(land):
    first = make(land)
    second = make(land, taker=make_account("第三人"))
    first.refresh_from_db()
    assert (first.open, first.returned_why, second.open) == (False, "已由新的交接包代替", True)
    with refused("closed"):
        actions.sign_pack(by=actor(land.taker), pack=first)


def test_make_pack_for_somebody_who_left_already(land):
    Holding.objects.update(ended_on=TODAY - timedelta(days=2))
    pack = make(land)
    actions.sign_pack(by=actor(land.taker), pack=pack)
    assert holder(land.post) == land.taker


# --- signing ----------------------------------------------------------------------------------------------------------


def test_sign_pack_moves_the_post_and_not_the_roles(land):
    pack = make(land)
    actions.sign_pack(by=actor(land.taker), pack=pack)
    assert holder(land.post) == land.taker
    assert Holding.objects.get(account=land.giver).ended_on == TODAY
    assert (roles(land.giver), roles(land.taker)) == ({"officer"}, set())
    told = set(Message.objects.filter(event="handover.sign").values_list("account", flat=True))
    assert told == {land.giver.id, land.maker.id}


def test_sign_pack_with_roles_moves_those_of_the_unit(land):
    grant(land.giver, Role.CLERK, land.village)
    grant(land.taker, Role.CLERK, land.village)
    grant(land.giver, Role.CALLER, land.town)
    actions.sign_pack(by=actor(land.taker), pack=make(land, moves_roles=True))
    assert (roles(land.giver), roles(land.taker)) == ({"caller"}, {"officer", "clerk"})
    given = Grant.objects.get(account=land.taker, role="officer")
    assert (given.made_by_id, given.unit) == (land.maker.id, land.village)


def test_p8_sign_pack_leaves_roles_that_need_a_second_manager(land):
    post = make_post(land.town, "账号管理岗")
    giver = make_account("管甲")
    hold(post, giver)
    grant(giver, Role.ACCOUNT_MANAGER, land.town)
    grant(giver, Role.STEWARD, land.town)
    actions.sign_pack(by=actor(land.taker), pack=make(land, post=post, giver=giver, moves_roles=True))
    assert (roles(giver), roles(land.taker)) == ({"account_manager"}, {"steward"})


def test_sign_pack_only_by_the_taker(land):
    pack = make(land)
    for by in (land.maker, actor(land.giver), land.colleague, NOBODY):
        with refused("not_taker"):
            actions.sign_pack(by=by, pack=pack)
    assert holder(land.post) == land.giver
    pack.taker_id = land.giver.id  # the guard looks elsewhere, and the wrong person's signature counts
    actions.sign_pack(by=actor(land.giver), pack=pack)
    assert HandOver.objects.get().signed_at


def test_sign_pack_once(land):
    pack = make(land)
    actions.sign_pack(by=actor(land.taker), pack=pack)
    for again in (pack, HandOver.objects.get()):
        with refused("closed"):
            actions.sign_pack(by=actor(land.taker), pack=again)
        with refused("closed"):
            actions.return_pack(by=actor(land.taker), pack=again, why="晚了")


def test_p10_sign_pack_when_the_maker_lost_the_right(land, monkeypatch):
    pack = make(land, moves_roles=True)
    Grant.objects.filter(account=land.maker.id, role="account_manager").update(ended_at=clock.now())
    with refused("maker_lost"):
        actions.sign_pack(by=actor(land.taker), pack=pack)
    Grant.objects.filter(account=land.maker.id).update(ended_at=clock.now())
    with refused("maker_lost"):
        actions.sign_pack(by=actor(land.taker), pack=pack)
    pack.refresh_from_db()
    assert (pack.open, holder(land.post), roles(land.taker)) == (True, land.giver, set())
    monkeypatch.setattr(actions, "can_edit_unit", lambda *_: True)
    monkeypatch.setattr(actions, "can_manage_unit", lambda *_: True)
    with pytest.raises(PermissionDenied):  # the second lock: putting in post and granting ask again
        actions.sign_pack(by=actor(land.taker), pack=pack)
    monkeypatch.setattr(actions, "_maker", lambda _pack: actor_of_other(land))
    actions.sign_pack(by=actor(land.taker), pack=HandOver.objects.get())
    assert holder(land.post) == land.taker


def actor_of_other(land):
    """Somebody who still has both rights."""
    other = make_account("另一位")
    for role in (Role.STEWARD, Role.ACCOUNT_MANAGER):
        grant(other, role, land.town)
    return actor(other)


def test_sign_pack_when_roles_clash_keeps_everything(land):
    grant(land.taker, Role.OPERATOR, land.county)
    pack = HandOver(
        post=land.post,
        giver=land.giver,
        taker=land.taker,
        made_by_id=land.maker.id,
        made_at=clock.now(),
        moves_roles=True,
    )
    pack.save()
    Grant.objects.filter(account=land.taker).update(unit=land.village)
    with refused("apart"):
        actions.sign_pack(by=actor(land.taker), pack=pack)
    assert (holder(land.post), roles(land.giver)) == (land.giver, {"officer"})
    assert HandOver.objects.get().open


def test_sign_pack_after_somebody_else_came_is_refused(land):
    pack = make(land)
    Holding.objects.update(ended_on=TODAY)
    hold(land.post, make_account("半路来的"), since=TODAY)
    with refused("not_holder"):
        actions.sign_pack(by=actor(land.taker), pack=pack)


def test_p16_sign_pack_in_a_closed_unit_is_refused(land):
    pack = make(land)
    Unit.objects.filter(id=land.village.id).update(status=Unit.Status.CLOSED)
    with refused("post_over"):
        actions.sign_pack(by=actor(land.taker), pack=HandOver.objects.get(id=pack.id))


@pytest.mark.django_db(transaction=True)
def test_sign_pack_four_times_at_once_counts_once(tmp_path):
    land = make_land()
    pack, taker = make(land, moves_roles=True), actor(land.taker)
    act = lambda _number: actions.sign_pack(by=taker, pack=HandOver.objects.get(id=pack.id))  # noqa: E731 - one line is clearer
    came, after = race(tmp_path, act, lambda: (holder(land.post), roles(land.taker)), 4)
    assert after == (land.taker, {"officer"})
    assert [getattr(one, "code", one) for one in came].count("closed") == 3


# --- returning --------------------------------------------------------------------------------------------------------


def test_return_pack_with_a_sentence_changes_nothing_else(land):
    pack = make(land)
    with refused("not_taker"):
        actions.return_pack(by=land.maker, pack=pack, why="不行")
    with pytest.raises(ValidationError):
        actions.return_pack(by=actor(land.taker), pack=pack, why="  ")
    actions.return_pack(by=actor(land.taker), pack=pack, why="下月才到岗。")
    pack.refresh_from_db()
    assert (pack.returned_why, holder(land.post)) == ("下月才到岗。", land.giver)
    with refused("closed"):
        actions.sign_pack(by=actor(land.taker), pack=pack)


# --- who sees packs ---------------------------------------------------------------------------------------------------


def test_visible_packs_are_of_giver_taker_and_maker(land):
    pack = make(land)
    for by in (land.maker, actor(land.giver), actor(land.taker)):
        assert list(queries.visible_packs(by)) == [pack]
    for by in (land.colleague, land.plain_steward, NOBODY):
        assert not queries.visible_packs(by).exists()


def test_pending_packs_wait_for_the_taker_until_signed(land):
    pack = make(land)
    assert list(queries.pending_packs(actor(land.taker))) == [pack]
    assert not queries.pending_packs(land.maker).exists()
    assert not queries.pending_packs(NOBODY).exists()
    actions.sign_pack(by=actor(land.taker), pack=pack)
    assert not queries.pending_packs(actor(land.taker)).exists()


# --- pages ------------------------------------------------------------------------------------------------------------


def sign_in(client, who):
    client.force_login(who if isinstance(who, Account) else Account.objects.get(id=who.id))
    return client


def send(client, path, **data):
    return client.post(path, {"_key": str(uuid4()), **data})


def test_make_page_shows_the_giver_and_the_lines_then_makes(land, client, open_matters):
    path = f"/people/posts/{land.post.id}/handover/"
    page = sign_in(client, land.maker).get(path).content.decode()
    assert "老张" in page
    assert "4311-0286" in page
    sent = send(client, path, taker=str(land.taker.id), note="看看", moves_roles="on")
    pack = HandOver.objects.get()
    assert (sent.status_code, sent.url) == (302, actions.path_of(pack))
    assert pack.moves_roles


def test_make_page_for_others_and_for_a_post_nobody_held(land, client):
    path = f"/people/posts/{land.post.id}/handover/"
    assert client.get(path).url.startswith("/accounts/login/")
    assert sign_in(client, land.colleague).get(path).status_code == 404
    assert sign_in(client, land.giver).get(path).status_code == 403
    assert "moves_roles" not in sign_in(client, land.plain_steward).get(path).content.decode()
    both = make_account("别处管岗位")
    grant(both, Role.CLERK, land.village)
    grant(both, Role.STEWARD, make_unit("南山镇", land.county))
    assert sign_in(client, both).get(path).status_code == 403
    sign_in(client, land.plain_steward)
    fresh = make_post(land.village, "新岗位")
    assert client.get(f"/people/posts/{fresh.id}/handover/").url == f"/people/posts/{fresh.id}/fill/"


def test_pack_page_is_signed_by_a_taker_without_any_role(land, client):
    path = actions.path_of(make(land, moves_roles=True))
    assert client.get(path).url.startswith("/accounts/login/")
    assert sign_in(client, land.colleague).get(path).status_code == 404
    assert sign_in(client, land.maker).get(path).status_code == 200
    assert send(client, path).status_code == 409
    page = sign_in(client, land.taker).get(path).content.decode()
    assert "签收，接过岗位" in page
    assert "联络员" in page
    assert send(client, path).url == path
    assert holder(land.post) == land.taker
    after = client.get(path).content.decode()
    assert "签收，接过岗位" not in after
    assert "已签收" in after


def test_pack_page_shows_why_it_cannot_be_signed(land, client):
    path = actions.path_of(make(land, moves_roles=True))
    grant(land.taker, Role.SECURITY_MANAGER, land.village)
    page = send(sign_in(client, land.taker), path).content.decode()
    assert "不能由一个人兼任" in page
    assert "签收，接过岗位" in page
    assert holder(land.post) == land.giver


def test_return_page_asks_for_a_sentence(land, client):
    path = actions.path_of(make(land))
    assert "请写一句为什么退回" in send(sign_in(client, land.taker), f"{path}return/", why="").content.decode()
    assert send(client, f"{path}return/", why="下月才到岗。").url == path
    assert "下月才到岗" in client.get(path).content.decode()
    assert sign_in(client, land.colleague).get(f"{path}return/").status_code == 404


def test_withdraw_pack_ends_it_and_tells_giver_and_taker(land):
    pack = make(land)
    for other in (actor(land.taker), actor(land.giver), land.colleague):
        with refused("not_maker"):
            actions.withdraw_pack(by=other, pack=pack, why="做错了")
    with pytest.raises(ValidationError):
        actions.withdraw_pack(by=land.maker, pack=pack, why="  ")
    actions.withdraw_pack(by=land.maker, pack=pack, why="选错了人。")
    pack.refresh_from_db()
    assert (pack.open, pack.withdrawn, pack.returned_why) == (False, True, "选错了人。")
    assert holder(land.post) == land.giver
    told = Message.objects.filter(event="handover.withdraw").values_list("account", flat=True)
    assert set(told) == {land.giver.id, land.taker.id}
    assert AuditEntry.objects.filter(action="handover.withdraw").count() == 1
    with refused("closed"):
        actions.sign_pack(by=actor(land.taker), pack=pack)


def test_a_signed_pack_is_not_withdrawn(land):
    pack = make(land)
    actions.sign_pack(by=actor(land.taker), pack=pack)
    with refused("closed"):
        actions.withdraw_pack(by=land.maker, pack=pack, why="晚了")
    assert holder(land.post) == land.taker


def test_withdraw_page_is_offered_to_the_maker_of_a_waiting_pack(land, client):
    path = actions.path_of(make(land))
    assert "撤回交接包" not in sign_in(client, land.taker).get(path).content.decode()
    assert sign_in(client, land.colleague).get(f"{path}withdraw/").status_code == 404
    assert "撤回交接包" in sign_in(client, land.maker).get(path).content.decode()
    assert "请写一句为什么撤回" in send(client, f"{path}withdraw/", why="").content.decode()
    assert send(client, f"{path}withdraw/", why="选错了人。").url == path
    after = client.get(path).content.decode()
    assert "选错了人。" in after
    assert "撤回交接包" not in after
    page = sign_in(client, land.taker).get("/people/handovers/").content.decode()
    assert "已撤回" in page


def test_packs_page_lists_what_waits_first_and_is_worth_reading_when_empty(land, client):
    assert "没有交接包" in sign_in(client, land.taker).get("/people/handovers/").content.decode()
    make(land)
    page = client.get("/people/handovers/").content.decode()
    assert "等您签收" in page
    assert "老张 交给 小李" in page
    client.logout()
    assert client.get("/people/handovers/").url.startswith("/accounts/login/")


def test_pages_of_packs_ask_as_often_for_30_as_for_1(land, client, open_matters, django_assert_num_queries):
    pack = make(land)
    sign_in(client, land.taker)

    def count(path):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    before = [count("/people/handovers/"), count(actions.path_of(pack))]
    open_matters.extend(queries.Line(f"4311-{n:04}") for n in range(30))
    for number in range(30):
        post = make_post(land.village, f"岗{number}")
        hold(post, land.giver)
        pack = make(land, post=post)
    assert [count("/people/handovers/"), count(actions.path_of(pack))] == before
