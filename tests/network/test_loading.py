"""load_units: four kinds of real county, a second run, changes by hand, and codes that are none."""

import json
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gongyi.core.access import system_actor
from gongyi.core.models import AuditEntry
from gongyi.network import actions, queries
from gongyi.network.actions.loading import short_name
from gongyi.network.models import Unit, UnitChange
from tests.factories import make_county, make_unit
from tests.network.test_paths import broken

pytestmark = pytest.mark.django_db
T = Unit.Tier


def load(code: str, *options: str) -> dict:
    out = StringIO()
    call_command("load_units", "--county", code, "--json", *options, stdout=out, skip_checks=True)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("code", "name", "towns", "villages", "note"),
    [
        ("431123", "双牌县", 14, 119, ""),
        ("441900", "东莞市", 36, 609, ""),  # a city without counties
        ("659001", "石河子市", 8, 110, ""),  # the production corps, straight under the region
        ("110101", "东城区", 17, 169, ""),  # a municipality
        ("431171", "永州经济技术开发区", 1, 17, "不是一级行政区"),  # a zone of the statistics bureau
        ("460323", "中沙群岛的岛礁及其海域", 1, 1, ""),
    ],
)
def test_load_units_takes_every_kind_of_county(code, name, towns, villages, note):
    done = load(code)
    assert done["added"] == {T.COUNTY: 1, T.TOWNSHIP: towns, T.VILLAGE: villages}
    assert (done["name"], done["kept"], done["differs"]) == (name, 0, [])
    assert note in "".join(done["notes"])
    units = Unit.objects.filter(county=int(code))
    assert units.count() == 1 + towns + villages
    assert broken(int(code)) == []
    assert units.get(tier=T.COUNTY).name == name
    assert queries.home_county() == int(code)
    assert all(unit.initials for unit in units)
    for unit in units.filter(tier=T.VILLAGE).select_related("parent"):
        assert unit.code.startswith(unit.parent.code)


def test_load_units_signs_as_itself_and_names_one_summary():
    load("431123")
    entry = AuditEntry.objects.get(county=431123)
    assert (entry.actor, entry.actor_label, entry.action) == (None, "load_units", "load_units")
    assert entry.label == "双牌县：新增 134 个单位，原有 0 个"
    assert UnitChange.objects.filter(kind="opened", by_label="load_units").count() == 134
    assert len(queries.tree_on(431123, queries.history.date(2020, 1, 1))) == 134  # they are older than this product


def test_load_units_a_second_time_adds_nothing():
    load("431123")
    before = list(Unit.objects.order_by("id").values())
    done = load("431123")
    assert (done["added"], done["kept"], done["differs"], done["notes"]) == ({}, 134, [], [])
    assert list(Unit.objects.order_by("id").values()) == before
    assert AuditEntry.objects.count() == 1


def test_load_units_keeps_changes_made_by_hand_and_names_them():
    load("431123")
    by = system_actor("test", 431123)
    town, other = Unit.objects.get(code="431123100"), Unit.objects.get(code="431123101")
    renamed, moved, closed = Unit.objects.filter(parent=town).order_by("code")[:3]
    actions.rename_unit(by=by, unit=renamed, name="新名字社区")
    actions.move_unit(by=by, unit=moved, parent=other)
    actions.close_unit(by=by, unit=closed)
    added = actions.open_unit(by=by, parent=town, name="手工村", tier=T.VILLAGE)
    before = list(Unit.objects.order_by("id").values())
    done = load("431123")
    assert done["added"] == {}
    assert [unit.code in "".join(done["differs"]) for unit in (renamed, moved, closed, added)] == [
        True,
        True,
        True,
        False,
    ]
    assert len(done["differs"]) == 3
    assert list(Unit.objects.order_by("id").values()) == before


def test_load_units_fills_gaps_but_not_under_closed_units_nor_beside_a_twin():
    county = make_county(431123, "双牌县")
    Unit.objects.filter(id=county.id).update(code="431123")
    closed = make_unit("泷泊镇", county, code="431123100", status=Unit.Status.CLOSED)
    twin = make_unit("江村镇", county, code="431123-X01")
    gone = make_unit("老乡", county, code="431123299")
    done = load("431123")
    assert Unit.objects.filter(name="江村镇").get() == twin
    assert twin.children.exists()
    assert not closed.children.exists()
    told = "".join(done["differs"] + done["notes"])
    assert "泷泊镇" in told
    assert "431123-X01" in told
    assert f"{gone.code} 老乡：名录里没有" in told
    assert broken(431123) == []


def test_dry_run_writes_nothing():
    done = load("431123", "--dry-run")
    assert (done["dry_run"], done["added"][T.VILLAGE]) == (True, 119)
    assert not Unit.objects.exists()
    assert not AuditEntry.objects.exists()


def test_load_units_speaks_in_words():
    out = StringIO()
    call_command("load_units", "--county", "431123", stdout=out, skip_checks=True)
    assert out.getvalue().strip() == "双牌县（431123）：新增 县 1、乡镇 14、村 119；原有 0 个不动。"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("4311", "永州市”这一级，县在它下面。 请选其中一个：431102 零陵区"),
        ("431100", "431123 双牌县"),
        ("43", "湖南省"),
        ("4419", "请选其中一个：441900 东莞市"),
        ("110100", "110101 东城区"),
        ("500200", "500229 城口县"),
        ("431123100", "431123 双牌县"),
        ("431199", "没有 431199 这个县"),
        ("710000", "台湾、香港、澳门"),
        ("双牌县", "县级代码是六位数字"),
        ("４３１１２３", "县级代码是六位数字"),
        ("", "县级代码是六位数字"),
        (".*", "县级代码是六位数字"),
    ],
)
def test_a_code_that_is_no_county_is_refused_with_a_way_on(code, words):
    with pytest.raises(CommandError) as error:
        load(code)
    assert words in str(error.value)
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    ("official", "name"),
    [
        ("崔家村委会", "崔家村"),
        ("良村村委会", "良村"),
        ("黄泥冲村民委员会", "黄泥冲村"),
        ("林峰社区居委会", "林峰社区"),
        ("桥头居民委员会", "桥头居民委员会"),
        ("十里河社区村民委员会", "十里河社区"),
        ("村委会", "村委会"),
        ("高井嘎查", "高井嘎查"),
        ("二连生活区", "二连生活区"),
    ],
)
def test_short_name_leaves_the_committee_out(official, name):
    assert short_name(official) == name


def test_short_names_that_would_be_alike_stay_official():
    rows = [("110118102001", "沿村居民委员会"), ("110118102200", "沿村村民委员会"), ("110118103200", "沿村村民委员会")]
    assert list(actions.loading.short_names(rows).values()) == ["沿村居民委员会", "沿村村民委员会", "沿村"]


def test_a_county_is_loaded_quickly():
    queries.divisions._text.cache_clear()
    queries.initials("双牌县")  # the dictionaries are read once per process
    began = time.process_time()
    load("310115")  # 1,569 units, the largest there is
    assert time.process_time() - began < 6  # 0.8 s when alone; the bound leaves room for a busy machine


def test_load_units_asks_for_the_county_only_where_there_is_no_single_one(settings, tmp_path):
    settings.GONGYI_DATA = tmp_path
    with pytest.raises(CommandError, match="--county"):
        call_command("load_units", skip_checks=True)
    load("431123")
    out = StringIO()
    call_command("load_units", "--json", stdout=out, skip_checks=True)
    assert (json.loads(out.getvalue())["county"], json.loads(out.getvalue())["kept"]) == (431123, 134)
    load("460323")
    with pytest.raises(CommandError, match="--county"):
        call_command("load_units", skip_checks=True)
