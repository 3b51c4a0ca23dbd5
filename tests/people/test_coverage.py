"""Gaps of the network: each kind, since when, for whom; the same as a plain count on random trees.

Officer of a village, steward of the township above it, colleague of another township, steward of the county.
"""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.core import clock
from gongyi.core.access import NOBODY, Role
from gongyi.network.models import Duty, Unit
from gongyi.people.models import Account, CoverageLimits, Grant, Holding
from gongyi.people.queries import actor_of, coverage
from gongyi.people.queries.coverage import GapKind
from tests.factories import BEGAN, grant, hold, make_account, make_actor, make_county, make_post, make_unit

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with clock.at(timezone.make_aware(datetime(2026, 11, 23, 10))):  # noqa: DTZ001 - made aware at once
        yield


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.fixture
def land(db):
    """A village where nothing is missing, under a township."""
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    village = make_unit("李家村", town)
    post, officer = make_post(village), make_account("李村")
    hold(post, officer, since=ago(300), verified_on=ago(10))
    hold(post, make_account("替补"), Holding.Kind.STAND_IN, since=ago(300), verified_on=ago(10))
    grant(officer, Role.OFFICER, village)
    return SimpleNamespace(
        county=county,
        town=town,
        other=other,
        village=village,
        post=post,
        officer=officer,
        steward=make_actor(Role.STEWARD, town, "乡管"),
        colleague=make_actor(Role.STEWARD, other, "西管"),
        county_steward=make_actor(Role.STEWARD, county, "县管"),
    )


def found(by, kind=None, below=None):
    gaps = coverage.gaps(by, coverage.scope_of(by, below))
    return [gap for gap in gaps if kind is None or gap.kind == kind]


def only(by, kind):
    (gap,) = found(by)
    assert gap.kind == kind
    return gap


# --- each kind --------------------------------------------------------------------------------------------------------


def test_gaps_none_where_nothing_is_missing(land):
    for by in (land.steward, land.county_steward, land.colleague, actor_of(land.officer)):
        assert found(by) == []


def test_no_officer_in_a_village_without_posts(land):
    bare = make_unit("新村", land.town, since=ago(50))
    gap = only(land.steward, GapKind.NO_OFFICER)
    assert (gap.unit, gap.since, gap.url) == (bare, ago(50), f"/network/{bare.id}/posts/add/?gap=no_officer")
    Unit.objects.filter(id=bare.id).update(status=Unit.Status.PLANNED)
    assert found(land.steward) == []


def test_no_officer_where_all_posts_are_vacant(land):
    Holding.objects.filter(kind="holder").update(ended_on=ago(5))
    gap = only(land.steward, GapKind.NO_OFFICER)
    assert (gap.since, gap.what) == (ago(5), "岗位都空着")
    assert gap.url == f"/people/posts/{land.post.id}/fill/?role=officer&gap=no_officer"


@pytest.mark.parametrize(
    ("facts", "since"),
    [({"until": date(2026, 11, 1)}, date(2026, 11, 1)), ({"ended_at": datetime(2026, 11, 2, 4, tzinfo=clock.now().tzinfo)}, date(2026, 11, 2)), ({"role": "caller"}, ago(300))],
)  # fmt: skip
def test_no_officer_where_nobody_has_a_role_to_take_up_matters(land, facts, since):
    Grant.objects.filter(account=land.officer).update(**facts)
    gap = only(land.steward, GapKind.NO_OFFICER)
    assert (gap.since, gap.url, gap.manager) == (since, "", True)
    manager = make_actor(Role.ACCOUNT_MANAGER, land.town, "账号管理")
    held = Holding.objects.get(account=land.officer)
    assert only(manager, GapKind.NO_OFFICER).url == f"/people/holdings/{held.id}/role/?gap=no_officer"
    grant(make_account("经办"), Role.CLERK, land.village)
    assert found(land.steward) == []


def test_no_officer_when_the_account_was_disabled(land):
    Account.objects.filter(id=land.officer.id).update(is_active=False, disabled_at=clock.now() - timedelta(days=3))
    assert only(land.steward, GapKind.NO_OFFICER).since == ago(3)


@pytest.mark.parametrize(("days", "gap"), [(30, False), (31, True)])
def test_vacant_past_the_limit(land, days, gap):
    post = make_post(land.village, "调解员", since=ago(400))
    hold(post, make_account("前任"), since=ago(390), ended_on=ago(200))
    hold(post, make_account("后任"), since=ago(200), ended_on=ago(days))
    hold(post, make_account("顶着"), Holding.Kind.STAND_IN, since=ago(100))
    assert [g.since for g in found(land.steward)] == ([ago(days)] if gap else [])


def test_vacant_never_filled_counts_from_setting_up(land):
    post = make_post(land.village, "调解员", since=ago(40))
    gap = only(land.steward, GapKind.VACANT)
    assert (gap.since, gap.what, gap.url) == (ago(40), "调解员", f"/people/posts/{post.id}/fill/?gap=vacant")


@pytest.mark.parametrize("facts", [{"until": ago(1)}, {"since": TODAY + timedelta(days=1)}])
def test_vacant_says_nothing_of_posts_over_or_to_come(land, facts):
    make_post(land.village, "调解员", **facts)
    assert found(land.steward) == []


def test_duty_free_without_a_post(land):
    duty = Duty.objects.create(unit=land.village, text="每月两次接待", since=ago(60))
    gap = only(land.steward, GapKind.DUTY_FREE)
    assert (gap.since, gap.url) == (ago(60), f"/network/duties/{duty.id}/?gap=duty_free")
    Duty.objects.update(post=land.post)
    assert found(land.steward) == []


def test_duty_free_with_a_vacant_or_abolished_post(land):
    post = make_post(land.village, "调解员", since=ago(20))
    duty = Duty.objects.create(unit=land.village, post=post, text="调解", since=ago(60))
    assert only(land.steward, GapKind.DUTY_FREE).since == ago(20)
    post.until = ago(1)
    post.save()
    gap = only(land.steward, GapKind.DUTY_FREE)
    assert (gap.since, str(duty.id) in gap.url) == (ago(1), True)
    Duty.objects.update(until=ago(1))
    assert found(land.steward) == []


def test_duty_free_does_not_judge_a_post_outside_the_scope(land):
    Duty.objects.create(unit=land.village, post=make_post(land.town), text="镇里担", since=ago(60))
    assert found(actor_of(land.officer)) == []


def test_term_over(land):
    Holding.objects.filter(account=land.officer).update(until=TODAY)
    assert found(land.steward) == []
    Holding.objects.filter(account=land.officer).update(until=ago(1))
    gap = only(land.steward, GapKind.TERM_OVER)
    assert (gap.since, gap.what) == (TODAY, "联络员：李村")
    assert gap.url == f"/people/holdings/{Holding.objects.get(account=land.officer).id}/renew/?gap=term_over"


def test_no_stand_in(land):
    Holding.objects.filter(kind="stand_in").update(ended_on=ago(7))
    gap = only(land.steward, GapKind.NO_STAND_IN)
    assert (gap.since, gap.url) == (ago(7), f"/people/posts/{land.post.id}/fill/?kind=stand_in&gap=no_stand_in")


@pytest.mark.parametrize(("verified", "gap"), [(ago(180), False), (ago(181), True), (None, True)])
def test_unverified_past_the_limit(land, verified, gap):
    Holding.objects.filter(account=land.officer).update(verified_on=verified)
    assert [g.since for g in found(land.steward, GapKind.UNVERIFIED)] == ([verified or ago(300)] if gap else [])


def test_spread_one_person_over_too_many_villages(land):
    for number in range(4):
        post = make_post(make_unit(f"村{number}", land.town))
        hold(post, land.officer, since=ago(100 - number), verified_on=ago(1))
        hold(post, make_account("替"), Holding.Kind.STAND_IN, verified_on=ago(1))
        grant(land.officer, Role.OFFICER, post.unit)
        hold(make_post(post.unit, "第二岗"), land.officer, Holding.Kind.STAND_IN, verified_on=ago(1))
    gap = found(land.steward, GapKind.SPREAD)[0]
    assert (gap.since, gap.url) == (ago(98), f"/people/posts/{post.id}/handover/?gap=spread")
    assert gap.what.startswith("李村 管着 5 个村：李家村、村0")
    CoverageLimits(county=land.county.county, max_villages=5).save()
    assert found(land.steward, GapKind.SPREAD) == []


def test_gaps_follow_the_countys_limits(land):
    make_post(land.village, "调解员", since=ago(10))
    assert found(land.steward) == []
    CoverageLimits(county=land.county.county, vacant_days=9, unverified_days=9).save()
    assert {gap.kind for gap in found(land.steward)} == {GapKind.VACANT, GapKind.UNVERIFIED}


# --- for whom ---------------------------------------------------------------------------------------------------------


def test_scope_is_own_unit_and_below(land):
    foreign = make_unit("赵家村", land.other)
    assert found(land.steward) == []
    assert [gap.unit for gap in found(land.colleague)] == [foreign]
    assert [gap.unit for gap in found(land.county_steward)] == [foreign]
    assert [gap.unit for gap in found(land.county_steward, below=land.other)] == [foreign]
    assert found(land.county_steward, below=land.town) == []
    assert found(NOBODY) == []


def test_scope_without_its_guard_shows_a_sibling(land, monkeypatch):
    make_unit("赵家村", land.other)
    monkeypatch.setattr(coverage, "within", lambda *_: Q())
    assert found(land.steward)


def test_scope_leaves_out_closed_units(land):
    make_post(make_unit("旧村", land.town, status=Unit.Status.CLOSED))
    assert found(land.steward) == []
    Unit.objects.filter(name="旧村").update(status=Unit.Status.PLANNED)
    assert [gap.kind for gap in found(land.steward)] == [GapKind.VACANT]


def test_gaps_bear_a_button_only_for_who_may_mend_them(land, monkeypatch):
    make_post(land.village, "调解员")
    (line,) = found(actor_of(land.officer))
    assert (line.url, line.label) == ("", "")
    monkeypatch.setattr(coverage, "can_edit_unit", lambda *_: True)
    assert found(actor_of(land.officer))[0].url


# --- random trees -----------------------------------------------------------------------------------------------------

VILLAGES = st.lists(
    st.tuples(
        st.integers(0, 2),  # under which township
        st.lists(
            st.tuples(st.sampled_from(["none", "holder", "acting", "left"]), st.booleans(), st.integers(0, 60)),
            max_size=2,
        ),
        st.booleans(),  # somebody has the role
    ),
    max_size=4,
)


def grow(county, drawn):
    """The drawn villages with posts: how each is held, whether somebody stands in, for how many days."""
    towns, people = [make_unit(f"镇{n}", county) for n in range(3)], [make_account(f"人{n}") for n in range(2)]
    for number, (town, posts, manned) in enumerate(drawn):
        village = make_unit(f"村{number}", towns[town])
        if manned:
            grant(people[0], Role.OFFICER, village)
        for place, (state, stand_in, days) in enumerate(posts):
            post = make_post(village, f"岗{place}")
            if state != "none":
                kind = "holder" if state == "left" else state
                hold(post, people[0], kind, since=ago(70), ended_on=ago(days) if state == "left" else None)
            if stand_in:
                hold(post, people[1], "stand_in", since=ago(70))
    return towns


def plain_count(drawn, town=None):
    """The same rules, counted on the drawing."""
    count = dict.fromkeys((GapKind.NO_OFFICER, GapKind.VACANT, GapKind.NO_STAND_IN), 0)
    for where, posts, manned in drawn:
        if town is not None and where != town:
            continue
        filled = [state in ("holder", "acting") for state, _stand_in, _days in posts]
        count[GapKind.NO_OFFICER] += not (any(filled) and manned)
        for here, (state, stand_in, days) in zip(filled, posts, strict=True):
            count[GapKind.VACANT] += not here and (state == "none" or days > 30)
            count[GapKind.NO_STAND_IN] += here and not stand_in
    return count


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VILLAGES)
def test_gaps_on_random_trees_are_those_of_a_plain_count_and_the_towns_add_up(db, drawn):
    with transaction.atomic():
        county = make_county()
        towns = grow(county, drawn)
        above = make_actor(Role.STEWARD, county)
        everything = found(above)
        for number, town in enumerate(towns):
            below = found(make_actor(Role.STEWARD, town))
            assert [g.what for g in below if g.kind != GapKind.SPREAD] == [
                g.what for g in everything if g.unit.path.startswith(town.path) and g.kind != GapKind.SPREAD
            ]
            assert counted(below) == plain_count(drawn, number)
        assert counted(everything) == plain_count(drawn)
        transaction.set_rollback(True)  # an example leaves no rows to the next


def counted(gaps):
    return {
        kind: sum(g.kind == kind for g in gaps) for kind in (GapKind.NO_OFFICER, GapKind.VACANT, GapKind.NO_STAND_IN)
    }


# --- the page ---------------------------------------------------------------------------------------------------------


def sign_in(client, who):
    client.force_login(who if isinstance(who, Account) else Account.objects.get(id=who.id))
    return client


def text(client, query=""):
    answer = client.get(f"/people/coverage/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_shows_its_reader_the_own_part_only(land, client):
    make_unit("赵家村", land.other)
    make_unit("钱家村", land.town)
    assert client.get("/people/coverage/").url.startswith("/accounts/login/")
    for who, sees in (
        (land.steward, (True, False)),
        (land.colleague, (False, True)),
        (land.county_steward, (True, True)),
    ):
        page = text(sign_in(client, who))
        assert ("钱家村" in page, "赵家村" in page) == sees
    assert "赵家村" not in text(client, f"?unit={land.town.id}")
    sign_in(client, land.steward)
    for foreign in (land.other.id, uuid4(), "x"):
        assert client.get(f"/people/coverage/?unit={foreign}").status_code == 404


def test_page_when_all_is_well_says_what_was_looked_at(land, client):
    assert "都在 180 天内核实过" in text(sign_in(client, land.steward))
    assert "这一项没有缺口" in text(client, "?kind=vacant")


def test_page_every_button_leads_to_a_form_that_opens(land, client):
    make_unit("新村", land.town)
    make_post(land.village, "调解员")
    Duty.objects.create(unit=land.village, text="接待", since=BEGAN)
    Holding.objects.filter(kind="stand_in").update(ended_on=ago(7))
    Holding.objects.update(until=ago(1), verified_on=None)
    CoverageLimits(county=land.county.county, max_villages=1).save()
    hold(make_post(make_unit("王家村", land.town)), land.officer)
    gaps = found(land.steward)
    assert {gap.kind for gap in gaps} == set(GapKind)
    grant(Account.objects.get(id=land.steward.id), Role.ACCOUNT_MANAGER, land.town)
    Grant.objects.filter(account=land.officer).delete()
    gaps = found(actor_of(Account.objects.get(id=land.steward.id)))
    assert all(gap.url for gap in gaps)
    sign_in(client, land.steward)
    assert [client.get(gap.url).status_code for gap in gaps] == [200] * len(gaps)


def test_page_without_buttons_says_who_mends(land, client):
    make_unit("新村", land.town)
    told = "补缺口由“业务设置”的人来办"
    assert told in text(sign_in(client, make_actor(Role.CLERK, land.county, "县办")))
    assert told not in text(sign_in(client, land.steward))  # the control: who may mend sees the buttons


def test_page_of_one_kind_has_all_its_lines_in_pages(land, client):
    for number in range(60):
        make_unit(f"新村{number:02}", land.town, since=ago(100 - number))
    page = text(sign_in(client, land.steward))
    assert ("看全部 60 处" in page, "新村04" in page, "新村05" in page) == (True, True, False)
    pages = text(client, "?kind=no_officer") + text(client, "?kind=no_officer&page=2")
    assert all(f"新村{number:02}" in pages for number in range(60))


def test_page_lets_the_county_set_limits_and_nobody_else(land, client):
    facts = {"vacant_days": 5, "unverified_days": 9, "max_villages": 2}
    assert "什么算缺口" not in text(sign_in(client, land.steward))
    assert client.post("/people/coverage/", {"_key": str(uuid4()), **facts}).status_code == 403
    assert "什么算缺口" in text(sign_in(client, land.county_steward))
    wrong = client.post("/people/coverage/", {"_key": str(uuid4()), **facts, "max_villages": 0})
    assert (wrong.status_code, CoverageLimits.objects.exists()) == (200, False)
    assert client.post("/people/coverage/", {"_key": str(uuid4()), **facts}).url == "/people/coverage/"
    assert CoverageLimits.objects.get().unverified_days == 9


def test_page_asks_as_often_for_30_villages_as_for_1(land, client):
    def count(query=""):
        text(client, query)
        with CaptureQueriesContext(connection) as caught:
            text(client, query)
        return len(caught)

    sign_in(client, land.county_steward)
    make_post(make_unit("村", land.town))
    before = [count(), count("?kind=vacant"), count(f"?unit={land.town.id}")]
    for number in range(30):
        post = make_post(make_unit(f"村{number}", land.town))
        hold(post, land.officer)
        make_post(post.unit, "空岗")
        Duty.objects.create(unit=post.unit, text="接待", since=BEGAN)
    assert [count(), count("?kind=vacant"), count(f"?unit={land.town.id}")] == before
