"""Reads: pickers, the tree, the past, chains and what hangs on a unit."""

from datetime import date

import pytest

from gongyi.core import clock
from gongyi.core.access import system_actor
from gongyi.network import actions, queries
from gongyi.network.models import Unit
from tests.factories import make_county, make_post, make_unit

pytestmark = pytest.mark.django_db
T = Unit.Tier
BY = system_actor("test", 999001)


def names(units):
    return [unit.name for unit in units]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("双牌县", "spx"),
        ("阳明山国家森林公园管理局", "ymsgjslgyglj"),
        ("12345热线", "12345rx"),
        ("（A）区", "aq"),
        ("", ""),
    ],
)
def test_initials_are_the_first_letters(text, letters):
    assert queries.initials(text) == letters


def test_initials_have_at_most_twenty_characters():
    assert len(queries.initials("内蒙古赤峰冶金化工开发区管理委员会巴林右旗产业园管理办公室虚拟社区")) == 20


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def town(county):
    return actions.open_unit(by=BY, parent=county, name="东湖镇", tier=T.TOWNSHIP, code="999001100")


@pytest.fixture
def village(town):
    return actions.open_unit(by=BY, parent=town, name="大东村", tier=T.VILLAGE, code="999001100200")


@pytest.mark.parametrize(("text", "found"), [("东", ["东湖镇", "东湖县", "大东村"]), ("dhz", ["东湖镇"]), ("DDC", ["大东村"]),
    ("9990011", ["东湖镇", "大东村"]), (" 湖镇 ", ["东湖镇"]), ("%", []), ("_", []), ("西", [])])  # fmt: skip
def test_find_units_by_name_initials_or_code(village, text, found):
    assert sorted(names(queries.find_units(999001, text))) == sorted(found)


def test_find_units_puts_recent_ones_then_beginnings_first(county, town, village):
    assert names(queries.find_units(999001, "东"))[-1] == "大东村"
    assert names(queries.find_units(999001, "东", recent=[village.id]))[0] == "大东村"
    assert names(queries.find_units(999001, "", recent=[village.id]))[0] == "大东村"
    assert names(queries.find_units(999001, "东", tiers=[T.VILLAGE])) == ["大东村"]


def test_find_units_gives_at_most_eight_running_ones_of_the_county(county, django_assert_num_queries):
    for number in range(12):
        make_unit(f"东镇{number}", county)
    actions.close_unit(by=BY, unit=make_unit("东停镇", county))
    make_unit("东远镇", make_county(999002, "西湖县"))
    with django_assert_num_queries(1):
        found = queries.unit_hits(999001, "东")
    assert len(found) == 8
    assert not {"东停镇", "东远镇"} & {
        hit.words for hit in queries.unit_hits(999001, "东停") + queries.unit_hits(999001, "东远")
    }


def test_unit_named_stays_in_the_county(county, town):
    assert queries.unit_named(999001, str(town.id)) == town
    for value in ("", None, "x", str(make_county(999002).id)):
        assert queries.unit_named(999001, value) is None


def test_chain_and_units_below(county, town, village):
    assert names(queries.chain(village)) == ["大东村", "东湖镇", "东湖县"]
    beside = make_unit("西镇", county)
    assert set(queries.units_below(county)) == {town, village, beside}
    assert list(queries.units_below(town)) == [village]
    assert list(queries.units_below(village)) == []


@pytest.mark.parametrize("towns", [1, 30])
def test_tree_of_takes_one_query(county, towns, django_assert_num_queries):
    for number in range(towns):
        town = make_unit(f"镇{number}", county)
        make_unit("村", town)
    make_unit("民政局", county, T.DEPARTMENT)
    with django_assert_num_queries(1):
        top = queries.tree_of(999001)
        assert [count for _tier, count in top.counts] == [1, towns, towns]
    assert top.below[0].unit.name == "民政局"
    assert all(branch.counts[0][1] == 1 for branch in top.below[1:])


def test_tree_of_shows_closed_units_only_when_asked(county, town):
    actions.close_unit(by=BY, unit=town)
    assert queries.tree_of(999001).below == []
    assert names(branch.unit for branch in queries.tree_of(999001, closed=True).below) == ["东湖镇"]
    assert queries.tree_of(999002) is None


def test_successor_of_follows_every_merger(county):
    one, two, three = (make_unit(name, county) for name in ("甲镇", "乙镇", "丙镇"))
    actions.merge_unit(by=BY, unit=one, into=two)
    actions.merge_unit(by=BY, unit=two, into=three)
    one.refresh_from_db()
    assert queries.successor_of(one) == three
    assert queries.successor_of(three) == three


def test_reach_of_counts_what_hangs_on_a_unit(county, town, village):
    make_post(town)
    make_post(town, "旧岗", until=date(2021, 1, 1))
    actions.add_duty(by=BY, unit=town, text="受理诉求")
    reach = queries.reach_of(county)
    assert (names(reach.children), reach.below, reach.posts) == (["东湖镇"], 2, 0)
    assert (queries.reach_of(town).posts, queries.reach_of(town).duties) == (1, 1)
    assert [post.name for post in queries.open_posts(town)] == ["联络员"]
    assert [duty.text for duty in queries.open_duties(town)] == ["受理诉求"]


def test_tree_on_is_the_tree_of_that_day(county):
    """Three years with a move, a rename, a merger, a closing and a new unit; each year keeps its own tree (P16)."""
    east, west, south = (make_unit(name, county) for name in ("东乡", "西镇", "南镇"))
    village = make_unit("李家村", east)
    actions.rename_unit(by=BY, unit=east, name="东镇", on=date(2022, 3, 1))
    actions.move_unit(by=BY, unit=village, parent=west, on=date(2023, 3, 1))
    actions.merge_unit(by=BY, unit=west, into=south, on=date(2024, 3, 1))
    actions.open_unit(by=BY, parent=county, name="新局", tier=T.DEPARTMENT, since=date(2024, 6, 1))
    actions.close_unit(by=BY, unit=east, on=date(2025, 1, 1))
    actions.reopen_unit(by=BY, unit=east, on=date(2025, 7, 1))

    def seen(day):
        then = queries.tree_on(999001, day)
        return {one.name: then[one.parent].name if one.parent else "" for one in then.values()}

    top = {"东湖县": ""}
    assert seen(date(2019, 1, 1)) == {}
    assert seen(date(2021, 1, 1)) == top | {"东乡": "东湖县", "西镇": "东湖县", "南镇": "东湖县", "李家村": "东乡"}
    assert seen(date(2022, 3, 1)) == top | {"东镇": "东湖县", "西镇": "东湖县", "南镇": "东湖县", "李家村": "东镇"}
    assert seen(date(2023, 12, 31)) == top | {"东镇": "东湖县", "西镇": "东湖县", "南镇": "东湖县", "李家村": "西镇"}
    assert seen(date(2024, 12, 31)) == top | {"东镇": "东湖县", "南镇": "东湖县", "李家村": "南镇", "新局": "东湖县"}
    assert seen(date(2025, 3, 1)) == top | {"南镇": "东湖县", "李家村": "南镇", "新局": "东湖县"}
    assert seen(clock.today()) == top | {"东镇": "东湖县", "南镇": "东湖县", "李家村": "南镇", "新局": "东湖县"}


def test_tree_on_needs_the_changes(county, monkeypatch):
    town = make_unit("东乡", county)
    actions.rename_unit(by=BY, unit=town, name="东镇", on=date(2024, 1, 1))
    monkeypatch.setattr(queries.history, "_undo", lambda *_: None)
    assert "东乡" not in {one.name for one in queries.tree_on(999001, date(2023, 1, 1)).values()}


def test_home_county_is_the_smallest_held():
    assert queries.home_county() == 0
    make_county(999002)
    make_county(999001)
    assert queries.home_county() == 999001
