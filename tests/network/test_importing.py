"""Units come in from a table, under each other too, and go out again while nothing hangs on them."""

import pytest

from gongyi.core import imports
from gongyi.core.access import Role, system_actor
from gongyi.network.models import Unit, UnitChange
from tests.casework.importing import take
from tests.factories import make_account, make_actor, make_county, make_post, make_unit, refused

HEAD = ["单位名称", "上级单位", "层级", "区划代码", "接待日", "办公电话"]


@pytest.fixture
def county(db):
    return make_county()


@pytest.fixture
def by(county):
    return system_actor("import", county.county)


def problems(by, county, *rows) -> list[tuple[int, str]]:
    kind = imports.KINDS["units"]
    draft = imports.first_draft(kind, [imports.Sheet("", [HEAD, *rows])], "", county.county)
    plan = imports.make_plan(kind, draft, by=by, unit=county.id, source="")
    return [(line["row"], line["column"]) for line in imports.problems(kind, plan.wrong)]


def test_units_come_in_under_each_other_and_are_taken_back(county, by):
    town = make_unit("东湖镇", county)
    run = take(
        by, county, ["县水利局", "", "部门", "", "每月10日", "0746-1234567"], ["河道科", "县水利局", "", "", "", ""],
        ["新村", "东湖镇", "", "", "", ""], ["东湖镇", "", "乡镇", "", "", ""], head=HEAD, kind="units",
    )  # fmt: skip
    assert (run.created, run.recognised) == (3, 1)
    office, room, village = (Unit.objects.get(name=name) for name in ("县水利局", "河道科", "新村"))
    assert (office.parent, office.tier, office.reception_days, office.phone) == (
        county,
        "department",
        "每月10日",
        "0746-1234567",
    )
    assert (room.parent, room.tier, village.parent, village.tier) == (office, "team", town, "village")
    assert take(by, county, ["县水利局", "", "部门", "", "", ""], head=HEAD, kind="units").recognised == 1
    imports.undo(run, by=by)
    assert set(Unit.objects.values_list("name", flat=True)) == {county.name, town.name}
    assert not UnitChange.objects.exists()


def test_a_unit_on_which_something_hangs_stays(county, by):
    run = take(by, county, ["县水利局", "", "部门", "", "", ""], head=HEAD, kind="units")
    make_post(Unit.objects.get(name="县水利局"))
    with refused("touched"):
        imports.undo(run, by=by)


def test_what_is_wrong_with_a_row_is_told(county, by):
    for parent in (make_unit("东湖镇", county), make_unit("西山镇", county)):
        make_unit("李家村", parent)
    assert problems(by, county, ["", "", "部门", "", "", ""]) == [(2, "单位名称")]
    assert problems(by, county, ["甲局", "没有局", "部门", "", "", ""]) == [(2, "上级单位")]
    assert problems(by, county, ["一组", "李家村", "小组", "", "", ""]) == [(2, "上级单位")]
    assert problems(by, county, ["甲局", "", "", "", "", ""]) == [(2, "层级")]
    assert problems(by, county, ["甲村", "", "村", "", "", ""]) == [(2, "层级")]
    with refused("unit_row"):
        take(by, county, ["甲局", "", "部门", "431123", "", ""], head=HEAD, kind="units")
    assert not Unit.objects.filter(name="甲局").exists()


def test_p8_a_steward_adds_only_below_the_own_unit(county):
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    steward = make_actor(Role.STEWARD, town)
    assert imports.KINDS["units"].may(steward, None)
    assert problems(steward, county, ["甲村", town.name, "", "", "", ""], ["乙村", other.name, "", "", "", ""]) == [
        (3, "上级单位")
    ]
    assert not imports.KINDS["units"].may(make_actor(Role.CLERK, town), None)
    assert make_account()


def test_a_code_that_is_another_units_is_a_problem_and_the_same_unit_is_known(county, by):
    kind, head = imports.KINDS["units"], ["单位名称", "区划代码", "层级"]
    rows = [["别的局", county.code, "部门"], [county.name, county.code, "部门"]]
    plan = imports.make_plan(
        kind, imports.first_draft(kind, [imports.Sheet("", [head, *rows])], "x", by.county), by=by, unit=county.id, source="x"
    )  # fmt: skip
    assert [(p["row"], p["column"], county.name in p["reason"]) for p in imports.problems(kind, plan.wrong)] == [
        (2, "区划代码", True)
    ]
    assert plan.recognised == 1
