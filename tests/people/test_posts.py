"""Who holds which post: actions and queries. Officer, steward of the county and of two townships, people to put in posts."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import NOBODY, Role, system_actor
from gongyi.core.errors import Refused
from gongyi.core.models import AuditEntry, Message
from gongyi.network.models import Unit
from gongyi.people.actions import posts as actions
from gongyi.people.models import Account, CoverageLimits, Grant, Holding
from gongyi.people.queries import posts as queries
from tests.factories import actor, grant, hold, make_account, make_actor, make_county, make_post, make_unit, refused
from tests.race import race

TODAY = date(2026, 11, 23)
Kind = Holding.Kind


@pytest.fixture(autouse=True)
def today():
    with clock.at(timezone.make_aware(timezone.datetime(2026, 11, 23, 10))):
        yield


def make_land() -> SimpleNamespace:
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    village = make_unit("李家村", town)
    steward = make_account("乡管")
    grant(steward, Role.STEWARD, town)
    grant(steward, Role.ACCOUNT_MANAGER, town)
    return SimpleNamespace(
        county=county,
        town=town,
        other=other,
        village=village,
        post=make_post(village),
        steward=actor(steward),
        county_steward=make_actor(Role.STEWARD, county, "县管"),
        colleague=make_actor(Role.STEWARD, other, "西管"),
        officer=make_actor(Role.OFFICER, village, "李村"),
        new=make_account("新人"),
    )


@pytest.fixture
def land(db):
    return make_land()


def put(land, account, kind=Kind.HOLDER, *, by=None, post=None, **facts):
    facts = {"since": TODAY, **facts}
    return actions.put_in_post(by=by or land.steward, post=post or land.post, account=account, kind=kind, **facts)


def holders(post):
    return [h.account.name for h in post.holdings.filter(ended_on=None).exclude(kind=Kind.STAND_IN)]


# --- putting in post --------------------------------------------------------------------------------------------------


def test_put_in_post_leaves_holding_audit_row_and_message(land):
    held = put(land, land.new, until=date(2028, 1, 1), contact=" 0746-123 ")
    assert (held.kind, held.since, held.until, held.contact) == (Kind.HOLDER, TODAY, date(2028, 1, 1), "0746-123")
    assert queries.present_holder(land.post) == held
    entry = AuditEntry.objects.get(subject=held.id)
    assert (entry.action, entry.actor) == ("post.fill", land.steward.id)
    assert Message.objects.get(account=land.new.id).path == f"/people/posts/{land.post.id}/"


@pytest.mark.parametrize(
    ("who", "may"), [("steward", True), ("county_steward", True), ("colleague", False), ("officer", False)]
)
def test_put_in_post_needs_network_edit_here_or_above(land, who, may):
    if may:
        assert put(land, land.new, by=getattr(land, who))
        return
    with pytest.raises(PermissionDenied):
        put(land, land.new, by=getattr(land, who))
    with pytest.raises(PermissionDenied):
        put(land, land.new, by=NOBODY)
    assert not land.post.holdings.exists()


def test_put_in_post_without_its_guard_lets_a_colleague_in(land, monkeypatch):
    monkeypatch.setattr(actions, "can_edit_unit", lambda *_: True)
    assert put(land, land.new, by=land.colleague)


def test_put_in_post_by_a_command_may(land):
    assert put(land, land.new, by=system_actor("演示", land.county.county))


def test_put_in_post_held_by_another_is_refused(land):
    put(land, land.new)
    for kind in (Kind.HOLDER, Kind.ACTING):
        with refused("post_held"):
            put(land, make_account("第二人"), kind)
    assert holders(land.post) == ["新人"]


def test_put_in_post_without_its_guard_stops_at_the_database(land, monkeypatch):
    monkeypatch.setattr(actions, "_make_room", lambda *_: None)
    put(land, land.new)
    with pytest.raises(ValidationError):
        put(land, make_account("第二人"))


def test_put_in_post_of_holder_ends_the_acting_one(land):
    acting = put(land, make_account("暂代"), Kind.ACTING, since=TODAY - timedelta(days=9))
    put(land, land.new)
    acting.refresh_from_db()
    assert acting.ended_on == TODAY
    assert holders(land.post) == ["新人"]


def test_put_in_post_of_stand_in_who_moves_up_ends_standing_in(land):
    stand_in = put(land, land.new, Kind.STAND_IN, since=TODAY - timedelta(days=9))
    put(land, land.new)
    stand_in.refresh_from_db()
    assert (stand_in.ended_on, holders(land.post)) == (TODAY, ["新人"])


def test_put_in_post_holder_cannot_stand_in_for_oneself(land):
    put(land, land.new)
    with refused("post_held"):
        put(land, land.new, Kind.STAND_IN)
    assert put(land, make_account("另一人"), Kind.STAND_IN)


@pytest.mark.parametrize("since", [TODAY + timedelta(days=1), date(2019, 12, 31), TODAY - timedelta(days=6)])
def test_put_in_post_on_a_day_that_does_not_fit_is_a_field_error(land, since):
    hold(land.post, make_account("前任"), since=date(2026, 1, 1), ended_on=TODAY - timedelta(days=5))
    with pytest.raises(ValidationError) as caught:
        put(land, land.new, since=since)
    assert set(caught.value.message_dict) == {"since"}
    assert put(land, land.new, since=TODAY - timedelta(days=5))


def test_put_in_post_over_an_acting_term_that_began_later_is_a_field_error(land):
    put(land, make_account("暂代"), Kind.ACTING)
    with pytest.raises(ValidationError):
        put(land, land.new, since=TODAY - timedelta(days=1))


def test_put_in_post_abolished_or_in_closed_unit_is_refused(land):
    over = make_post(land.village, "旧岗位", until=TODAY - timedelta(days=1))
    with refused("post_over"):
        put(land, land.new, post=over)
    Unit.objects.filter(id=land.village.id).update(status=Unit.Status.CLOSED)
    with refused("post_over"):
        put(land, land.new)


# --- whom one may choose ----------------------------------------------------------------------------------------------


def test_candidates_are_own_people_and_those_without_work(land):
    elsewhere, gone = make_account("外镇人"), make_account("停用", is_active=False)
    abroad = make_account("外县人", home=999002)
    hold(make_post(land.other), elsewhere)
    names = set(queries.candidates(land.steward).values_list("name", flat=True))
    assert {"新人", "李村"} <= names
    assert not names & {elsewhere.name, gone.name, abroad.name, "西管"}
    assert elsewhere in queries.candidates(land.county_steward)
    for account in (elsewhere, gone, abroad):
        with refused("not_candidate"):
            put(land, account)


def test_candidates_without_their_guard_offer_a_sibling(land, monkeypatch):
    elsewhere = make_account("外镇人")
    hold(make_post(land.other), elsewhere)
    monkeypatch.setattr(queries, "candidates", lambda _by: Account.objects.all())
    assert put(land, elsewhere)


def test_find_candidates_by_part_of_name_with_their_posts_in_two_queries(land, django_assert_num_queries):
    for number in range(12):
        hold(make_post(land.village, f"岗位{number}"), make_account(f"王{number}"))
    with django_assert_num_queries(2):
        found = queries.find_candidates(land.steward, "王")
        assert [len(one.holdings.all()) for one in found] == [1] * 8
    assert [one.name for one in queries.find_candidates(land.steward, "王11")] == ["王11"]
    assert queries.candidate(land.steward, str(land.new.id)) == land.new
    assert queries.candidate(land.steward, str(land.colleague.id)) is None
    assert queries.candidate(land.steward, "x") is None


# --- roles with the post (P8) -----------------------------------------------------------------------------------------


def test_p8_roles_come_with_the_post_in_the_same_transaction(land):
    held = put(land, land.new, roles=[Role.OFFICER], until=date(2028, 1, 1))
    given = Grant.objects.get(account=land.new)
    assert (given.role, given.unit, given.until, given.made_by_id) == (
        "officer",
        land.village,
        held.until,
        land.steward.id,
    )


def test_p8_roles_refused_leave_no_holding(land, monkeypatch):
    grant(land.new, Role.AUDITOR, land.county)
    monkeypatch.setattr(queries, "candidates", lambda _by: Account.objects.all())
    with refused("apart"):
        put(land, land.new, roles=[Role.OFFICER])
    assert not land.post.holdings.exists()
    monkeypatch.setattr(actions, "grant_role", lambda **_: None)
    assert put(land, land.new, roles=[Role.OFFICER])


def test_p8_roles_need_the_right_to_grant(land):
    with pytest.raises(PermissionDenied):
        put(land, land.new, by=land.county_steward, roles=[Role.OFFICER])
    assert not land.post.holdings.exists()
    assert put(land, land.new, by=land.county_steward)


def test_p8_nobody_grants_to_oneself_with_a_post(land):
    me = Account.objects.get(id=land.steward.id)
    with refused("own_roles"):
        put(land, me, roles=[Role.OFFICER])
    assert not land.post.holdings.exists()
    assert put(land, me)


# --- leaving, renewing, verifying -------------------------------------------------------------------------------------


def test_end_holding_ends_it_once(land):
    held = put(land, land.new, since=TODAY - timedelta(days=3))
    for day in (TODAY - timedelta(days=4), TODAY + timedelta(days=1)):
        with pytest.raises(ValidationError):
            actions.end_holding(by=land.steward, holding=held, on=day)
    with pytest.raises(PermissionDenied):
        actions.end_holding(by=land.colleague, holding=held, on=TODAY)
    actions.end_holding(by=land.steward, holding=held, on=TODAY)
    assert queries.present_holder(land.post) is None
    assert queries.last_holder(land.post) == held
    with refused("gone"):
        actions.end_holding(by=land.steward, holding=held, on=TODAY)


def test_end_holding_without_its_guard_lets_a_colleague_end_it(land, monkeypatch):
    held = put(land, land.new)
    monkeypatch.setattr(actions, "can_edit_unit", lambda *_: True)
    actions.end_holding(by=land.colleague, holding=held, on=TODAY)
    assert not holders(land.post)


def test_end_holding_with_roles_ends_those_of_this_unit_only(land):
    held = put(land, land.new, roles=[Role.OFFICER])
    here, there = Grant.objects.get(account=land.new), grant(land.new, Role.CLERK, land.town)
    with pytest.raises(PermissionDenied):
        actions.end_holding(by=land.county_steward, holding=held, on=TODAY, end_roles=True)
    assert queries.present_holder(land.post) == held
    actions.end_holding(by=land.steward, holding=held, on=TODAY, end_roles=True)
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.ended_at is None, there.ended_at) == (False, None)


def test_renew_term_sets_a_coming_end_or_none(land):
    held = put(land, land.new, since=date(2025, 1, 1), until=date(2026, 1, 1))
    with pytest.raises(ValidationError):
        actions.renew_term(by=land.steward, holding=held, until=TODAY - timedelta(days=1))
    with pytest.raises(PermissionDenied):
        actions.renew_term(by=land.officer, holding=held, until=None)
    actions.renew_term(by=land.steward, holding=held, until=date(2029, 1, 1))
    assert Holding.objects.get(id=held.id).until == date(2029, 1, 1)
    actions.renew_term(by=land.steward, holding=held, until=None)
    assert Holding.objects.get(id=held.id).until is None


def test_verify_contact_by_holder_and_by_steward(land):
    held = put(land, Account.objects.get(id=land.officer.id), since=TODAY - timedelta(days=3))
    actions.verify_contact(by=land.officer, holding=held, contact="0746-1", on=TODAY - timedelta(days=1))
    actions.verify_contact(by=land.steward, holding=held, contact=" 0746-2 ", on=TODAY)
    held.refresh_from_db()
    assert (held.contact, held.verified_on) == ("0746-2", TODAY)
    clerk = make_actor(Role.CLERK, land.village, "同村同事")
    for stranger in (land.colleague, clerk, NOBODY):
        with pytest.raises(PermissionDenied):
            actions.verify_contact(by=stranger, holding=held, contact="0746-3", on=TODAY)


def test_verify_contact_without_its_guard_lets_a_colleague_write(land, monkeypatch):
    held = put(land, land.new)
    monkeypatch.setattr(actions, "can_edit_unit", lambda *_: True)
    actions.verify_contact(by=land.colleague, holding=held, contact="0746-3", on=TODAY)
    assert Holding.objects.get(id=held.id).contact == "0746-3"


@pytest.mark.parametrize(("contact", "days", "field"), [(" ", 0, "contact"), ("1", 1, "on"), ("1", -9, "on")])
def test_verify_contact_needs_a_number_and_a_day_of_the_term(land, contact, days, field):
    held = put(land, land.new)
    with pytest.raises(ValidationError) as caught:
        actions.verify_contact(by=land.steward, holding=held, contact=contact, on=TODAY + timedelta(days=days))
    assert set(caught.value.message_dict) == {field}


def test_verify_contact_of_somebody_who_left_is_refused(land):
    held = put(land, land.new)
    Holding.objects.update(ended_on=TODAY)
    with refused("gone"):
        actions.verify_contact(by=land.steward, holding=held, contact="1", on=TODAY)


# --- reads ------------------------------------------------------------------------------------------------------------


def test_visible_posts_are_of_own_units_and_below(land):
    foreign = make_post(land.other)
    assert set(queries.visible_posts(land.officer)) == {land.post}
    assert set(queries.visible_posts(land.colleague)) == {foreign}
    assert set(queries.visible_posts(land.county_steward)) == {land.post, foreign}
    assert not queries.visible_posts(NOBODY).exists()


def test_history_tells_who_held_the_post_when(land):
    first = hold(land.post, make_account("甲"), since=date(2021, 1, 1), ended_on=date(2022, 1, 1))
    second = hold(land.post, make_account("乙"), since=date(2022, 1, 1), ended_on=date(2026, 1, 1))
    now = put(land, land.new)
    assert queries.history(land.post) == [now, second, first]


@pytest.mark.parametrize(
    ("kinds", "words"),
    [([], "空缺"), (["stand_in"], "空缺"), (["acting"], "有人暂代"), (["holder", "stand_in"], "有人在岗")],
)
def test_state_of_is_computed_from_present_holdings(land, kinds, words):
    for kind in kinds:
        hold(land.post, make_account(kind), kind)
    assert queries.state_of(land.post, queries.history(land.post))["words"] == words
    Holding.objects.update(ended_on=TODAY)
    assert queries.state_of(land.post, queries.history(land.post))["words"] == "空缺"


def test_state_of_post_to_come_and_post_abolished(land):
    assert queries.state_of(make_post(land.village, "新", since=TODAY + timedelta(days=9)), [])["words"] == "拟设"
    assert queries.state_of(make_post(land.village, "旧", until=TODAY - timedelta(days=9)), [])["words"] == "已撤销"


# --- limits -----------------------------------------------------------------------------------------------------------


def test_set_limits_is_the_countys_business(land, monkeypatch):
    facts = {"vacant_days": 10, "unverified_days": 90, "max_villages": 2}
    for other in (land.steward, land.officer, land.colleague, NOBODY):
        with pytest.raises(PermissionDenied):
            actions.set_limits(by=other, **facts)
    actions.set_limits(by=land.county_steward, **facts)
    actions.set_limits(by=land.county_steward, **{**facts, "max_villages": 5})
    assert CoverageLimits.objects.get().max_villages == 5
    assert queries.limits_of(land.county.county).vacant_days == 10
    monkeypatch.setattr(queries, "may_set_limits", lambda _by: True)
    assert actions.set_limits(by=land.steward, **facts)


def test_set_limits_out_of_range_is_a_field_error(land):
    with pytest.raises(ValidationError):
        actions.set_limits(by=land.county_steward, vacant_days=10, unverified_days=0, max_villages=2)


# --- at the same moment -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_put_in_post_by_four_at_once_fills_it_once(tmp_path):
    land = make_land()
    people = [make_account(f"候选{number}") for number in range(4)]
    came, held = race(tmp_path, lambda number: put(land, people[number]), lambda: holders(land.post), 4)
    assert len(held) == 1
    assert sorted(type(one).__name__ for one in came) == ["Holding"] + ["Refused"] * 3
    assert {one.code for one in came if isinstance(one, Refused)} == {"post_held"}
