"""The actions on the tree of units, each with its guard and the guard's negative control."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongyi.core import clock
from gongyi.core.access import Actor, Role, system_actor
from gongyi.core.errors import Refused
from gongyi.core.models import AuditEntry
from gongyi.network import actions
from gongyi.network.actions import checks, tree
from gongyi.network.models import Unit, UnitChange
from gongyi.people.queries import actor_of
from tests.factories import actor, grant, make_account, make_actor, make_county, make_post, make_unit

pytestmark = pytest.mark.django_db
T, S = Unit.Tier, Unit.Status


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def steward(county: Unit) -> Actor:
    return make_actor(Role.STEWARD, county)


def code_of(error) -> str:
    return error.value.code


# --- opening ----------------------------------------------------------------------------------------------------------


def test_open_unit_gives_place_code_initials_and_history(county, steward):
    made = actions.open_unit(by=steward, parent=county, name="  民政局 ", tier=T.DEPARTMENT, why="县政〔2026〕1号")
    assert (made.name, made.code, made.initials) == ("民政局", "999001-D01", "mzj")
    assert made.path == county.path + made.mark
    assert made.running
    change = made.changes.get()
    assert (change.kind, change.new, change.to_unit, change.by, change.why) == (
        "opened", "民政局", county, steward.id, "县政〔2026〕1号",
    )  # fmt: skip
    entry = AuditEntry.objects.get(county=county.county, subject=made.id)
    assert (entry.action, entry.actor) == ("open_unit", steward.id)


def test_open_unit_numbers_go_on_behind_the_highest(county, steward):
    make_unit("旧部门", county, T.DEPARTMENT, code="999001-D09")
    codes = [actions.open_unit(by=steward, parent=county, name=n, tier=T.DEPARTMENT).code for n in ("甲局", "乙局")]
    assert codes == ["999001-D10", "999001-D11"]
    assert actions.open_unit(by=steward, parent=county, name="新镇", tier=T.TOWNSHIP).code == "999001-X01"


@pytest.mark.parametrize("code", ["999001123", "999001-abc"])
def test_open_unit_takes_official_and_own_codes(county, steward, code):
    assert actions.open_unit(by=steward, parent=county, name="新镇", tier=T.TOWNSHIP, code=code).code == code.upper()


@pytest.mark.parametrize("code", ["888001123", "99900112", "999001-", "X1", "999002-D01", "99900１123"])
def test_open_unit_refuses_codes_of_other_places(county, steward, code):
    with pytest.raises(ValidationError) as error:
        actions.open_unit(by=steward, parent=county, name="新镇", tier=T.TOWNSHIP, code=code)
    assert "code" in error.value.message_dict


def test_open_unit_refuses_a_code_in_use(county, steward):
    make_unit("东湖镇", county, code="999001100")
    with pytest.raises(ValidationError):
        actions.open_unit(by=steward, parent=county, name="新镇", tier=T.TOWNSHIP, code="999001100")


def test_open_unit_in_the_future_is_planned_until_it_starts(county, steward):
    later = clock.today() + timedelta(days=30)
    made = actions.open_unit(by=steward, parent=county, name="新局", tier=T.DEPARTMENT, since=later)
    assert made.status == S.PLANNED
    assert not made.changes.exists()
    started = actions.start_unit(by=steward, unit=made)
    assert (started.status, started.since) == (S.RUNNING, clock.today())
    assert started.changes.get().kind == "opened"
    with pytest.raises(Refused) as error:
        actions.start_unit(by=steward, unit=made)
    assert code_of(error) == "not_planned"


@pytest.mark.parametrize(
    ("tier", "parent"),
    [(T.VILLAGE, T.VILLAGE), (T.VILLAGE, T.COUNTY), (T.TOWNSHIP, T.TOWNSHIP), (T.COUNTY, T.COUNTY), (T.TEAM, T.TEAM)],
)
def test_open_unit_refuses_wrong_tiers(county, steward, tier, parent, monkeypatch):
    town = make_unit("东湖镇", county)
    village = make_unit("李家村", town)
    above = {T.COUNTY: county, T.TOWNSHIP: town, T.VILLAGE: village, T.TEAM: make_unit("一组", village)}[parent]
    with pytest.raises(Refused) as error:
        actions.open_unit(by=steward, parent=above, name="某地", tier=tier)
    assert code_of(error) == "wrong_tier"
    if tier != T.COUNTY:  # with the guard off the unit lands in the wrong place
        monkeypatch.setattr(checks, "check_place", lambda *_: None)
        assert actions.open_unit(by=steward, parent=above, name="某地", tier=tier).parent_id == above.id


def test_open_unit_refuses_a_namesake_beside_it_but_not_elsewhere(county, steward, monkeypatch):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    make_unit("新村", east)
    with pytest.raises(Refused) as error:
        actions.open_unit(by=steward, parent=east, name="新村", tier=T.VILLAGE)
    assert code_of(error) == "name_taken"
    assert actions.open_unit(by=steward, parent=west, name="新村", tier=T.VILLAGE)


def test_names_of_units_are_checked_by_values_only(county, steward, monkeypatch):
    assert actions.open_unit(by=steward, parent=county, name="民族宗教事务局", tier=T.DEPARTMENT)
    assert actions.open_unit(by=steward, parent=county, name="上梧江瑶族乡", tier=T.TOWNSHIP)
    with pytest.raises(Refused) as error:
        actions.open_unit(by=steward, parent=county, name="藏族", tier=T.DEPARTMENT)
    assert code_of(error) == "refused_dictionary"
    monkeypatch.setattr(checks.gate, "check_dictionary", lambda _names: None)
    assert actions.open_unit(by=steward, parent=county, name="藏族", tier=T.DEPARTMENT).name == "藏族"


# --- who may ----------------------------------------------------------------------------------------------------------


def test_only_who_edits_here_or_above_may_change(county, monkeypatch):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    village = make_unit("李家村", east)
    here, beside = make_actor(Role.STEWARD, east), make_actor(Role.STEWARD, west)
    officer = make_actor(Role.OFFICER, village)
    assert actions.rename_unit(by=here, unit=village, name="李家新村").name == "李家新村"
    for stranger in (beside, officer):
        with pytest.raises(PermissionDenied):
            actions.rename_unit(by=stranger, unit=village, name="别名")
    monkeypatch.setattr(tree.checks.rules, "can_edit_unit", lambda _user, _unit: True)
    assert actions.rename_unit(by=beside, unit=village, name="别名").name == "别名"


def test_another_countys_unit_may_not_be_touched(county, steward):
    other = make_county(999002, "西湖县")
    with pytest.raises(PermissionDenied):
        actions.rename_unit(by=steward, unit=other, name="别名")
    with pytest.raises(PermissionDenied):
        actions.open_unit(by=system_actor("demo", 999001), parent=other, name="某局", tier=T.DEPARTMENT)


# --- renaming, moving -------------------------------------------------------------------------------------------------


def test_rename_unit_keeps_the_old_name_in_its_history(county, steward):
    town = make_unit("李家乡", county)
    actions.rename_unit(by=steward, unit=town, name="李家镇", on=date(2024, 5, 1), why="撤乡设镇")
    town.refresh_from_db()
    assert (town.name, town.initials) == ("李家镇", "ljz")
    change = town.changes.get()
    assert (change.kind, change.old, change.new, change.on) == ("renamed", "李家乡", "李家镇", date(2024, 5, 1))
    with pytest.raises(Refused) as error:
        actions.rename_unit(by=steward, unit=town, name="李家镇")
    assert code_of(error) == "same_name"


@pytest.mark.parametrize("on", [date(2024, 4, 30), date(2999, 1, 1), date(2019, 12, 31)])
def test_a_change_takes_effect_neither_in_the_future_nor_before_the_last_one(county, steward, on):
    town = make_unit("李家乡", county)
    actions.rename_unit(by=steward, unit=town, name="李家镇", on=date(2024, 5, 1))
    with pytest.raises(ValidationError) as error:
        actions.rename_unit(by=steward, unit=town, name="李家街道", on=on)
    assert "on" in error.value.message_dict


def test_move_unit_takes_everything_below_along(county, steward):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    village = make_unit("李家村", east)
    closed = make_unit("旧组", village, status=S.CLOSED)
    actions.move_unit(by=steward, unit=village, parent=west)
    village.refresh_from_db()
    closed.refresh_from_db()
    assert (village.parent_id, village.path) == (west.id, west.path + village.mark)
    assert closed.path == village.path + closed.mark
    change = village.changes.get()
    assert (change.kind, change.from_unit, change.to_unit) == ("moved", east, west)


def test_move_unit_refuses_circles_wrong_places_and_namesakes(county, steward, monkeypatch):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    village, office = make_unit("新村", east), make_unit("党政办", east, T.DEPARTMENT)
    make_unit("新村", west)
    for unit, parent, code in [
        (east, village, "circle"),
        (east, east, "circle"),
        (village, office, "wrong_tier"),
        (village, west, "name_taken"),
        (village, east, "same_parent"),
        (county, east, "county_stays"),
    ]:
        with pytest.raises(Refused) as error:
            actions.move_unit(by=steward, unit=unit, parent=parent)
        assert code_of(error) == code
    team = make_unit("一组", village)
    monkeypatch.setattr(checks, "check_place", lambda *_: None)
    actions.move_unit(by=steward, unit=village, parent=team)
    village.refresh_from_db()
    assert village.parent_id == team.id  # with the guard off a unit stands below itself


def test_move_unit_needs_the_right_over_both_places(county):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    village, here = make_unit("李家村", east), make_actor(Role.STEWARD, east)
    with pytest.raises(PermissionDenied):
        actions.move_unit(by=here, unit=village, parent=west)


# --- merging, closing, opening again ----------------------------------------------------------------------------------


def test_merge_unit_hands_over_children_and_ends_posts_and_duties(county, steward):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    village = make_unit("李家村", east)
    post = make_post(east)
    duty = actions.add_duty(by=steward, unit=east, text="受理诉求", post=post)
    person = make_account()
    grant(person, Role.CLERK, east)
    assert actor(person).units("case.handle") == {east.id}
    actions.merge_unit(by=steward, unit=east, into=west, why="乡镇合并")
    for row in (east, village, post, duty):
        row.refresh_from_db()
    assert (east.status, east.successor, east.until) == (S.CLOSED, west, clock.today())
    assert (village.parent, village.path) == (west, west.path + village.mark)
    assert post.until == duty.until == clock.today()
    assert actor_of(person).held == ()  # P16: staff of a closed unit lose access the same second
    assert [c.kind for c in UnitChange.objects.order_by("at")][-2:] == ["moved", "merged"]
    assert east.changes.get(kind="merged").to_unit == west


def test_merge_unit_asks_for_names_of_namesakes(county, steward):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    mine, _theirs = make_unit("新村", east), make_unit("新村", west)
    assert actions.namesakes(east, west) == [mine]
    for names in (None, {mine.id: " "}, {mine.id: "新村"}):
        with pytest.raises(Refused):
            actions.merge_unit(by=steward, unit=east, into=west, new_names=names)
    actions.merge_unit(by=steward, unit=east, into=west, new_names={mine.id: "东新村"})
    mine.refresh_from_db()
    assert (mine.name, mine.parent) == ("东新村", west)


def test_merge_unit_refuses_other_tiers_itself_and_the_county(county, steward, monkeypatch):
    town = make_unit("东镇", county)
    village, other = make_unit("李家村", town), make_unit("王家村", town)
    for unit, into, code in [
        (village, town, "wrong_tier"),
        (town, town, "circle"),
        (town, village, "circle"),
        (county, town, "county_stays"),
    ]:
        with pytest.raises(Refused) as error:
            actions.merge_unit(by=steward, unit=unit, into=into)
        assert code_of(error) == code
    actions.merge_unit(by=steward, unit=village, into=other)
    with pytest.raises(Refused) as error:
        actions.merge_unit(by=steward, unit=other, into=village)
    assert code_of(error) == "unit_closed"
    monkeypatch.setattr(tree, "_check_merger", lambda *_: None)
    actions.merge_unit(by=steward, unit=other, into=other)
    other.refresh_from_db()
    assert other.successor == other  # with the guard off its matters would go nowhere


def test_close_unit_is_refused_while_something_hangs_on_it(county, steward, monkeypatch):
    town = make_unit("东镇", county)
    village = make_unit("李家村", town)
    monkeypatch.setattr(tree, "closing_checks", [lambda unit: ["还有 2 件办件没办完。"] if unit == village else []])
    for unit, words in ((town, "李家村"), (village, "2 件办件"), (county, "最上面")):
        with pytest.raises(Refused) as error:
            actions.close_unit(by=steward, unit=unit)
        assert code_of(error) == "still_needed"
        assert words in str(error.value)
    monkeypatch.setattr(tree, "closing_checks", [])
    post = make_post(village)
    actions.close_unit(by=steward, unit=village)
    post.refresh_from_db()
    assert post.until == clock.today()
    assert actions.close_unit(by=steward, unit=town).status == S.CLOSED


def test_reopen_unit_brings_back_the_unit_in_its_place(county, steward):
    town = make_unit("东镇", county)
    village = make_unit("李家村", town)
    actions.close_unit(by=steward, unit=village)
    actions.close_unit(by=steward, unit=town)
    with pytest.raises(Refused) as error:
        actions.reopen_unit(by=steward, unit=village)
    assert code_of(error) == "unit_closed"
    actions.reopen_unit(by=steward, unit=town)
    back = actions.reopen_unit(by=steward, unit=village)
    assert (back.status, back.until, back.successor) == (S.RUNNING, None, None)
    assert back.changes.filter(kind="reopened").exists()
    with pytest.raises(Refused) as error:
        actions.reopen_unit(by=steward, unit=village)
    assert code_of(error) == "not_closed"


def test_a_closed_unit_takes_nothing_new(county, steward):
    town = make_unit("东镇", county)
    actions.close_unit(by=steward, unit=town)
    tries = [
        lambda: actions.open_unit(by=steward, parent=town, name="新村", tier=T.VILLAGE),
        lambda: actions.rename_unit(by=steward, unit=town, name="新名"),
        lambda: actions.create_post(by=steward, unit=town, name="联络员"),
        lambda: actions.add_duty(by=steward, unit=town, text="受理"),
        lambda: actions.verify_contact(by=steward, unit=town, phone="", reception_days=""),
    ]
    for attempt in tries:
        with pytest.raises(Refused) as error:
            attempt()
        assert code_of(error) == "unit_closed"


# --- contact ----------------------------------------------------------------------------------------------------------


def test_verify_contact_is_done_by_who_works_there(county, monkeypatch):
    town = make_unit("东镇", county)
    village, beside = make_unit("李家村", town), make_unit("王家村", town)
    done = actions.verify_contact(
        by=make_actor(Role.OFFICER, village), unit=village, phone="0746-7721234", reception_days="10日"
    )
    assert (done.phone, done.reception_days, done.verified_on) == ("0746-7721234", "10日", clock.today())
    colleague = make_actor(Role.OFFICER, beside)
    with pytest.raises(Refused) as error:
        actions.verify_contact(by=colleague, unit=village, phone="1", reception_days="")
    assert (code_of(error), error.value.status) == ("not_yours", 403)
    monkeypatch.setattr(tree.rules, "can_verify_contact", lambda *_: True)
    assert actions.verify_contact(by=colleague, unit=village, phone="1", reception_days="").phone == "1"
