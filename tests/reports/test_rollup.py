"""Provinces and the country out of stored months: two counties of one province and one of another, never a case read."""

import json
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from gongyi.core import audit, clock, figures
from gongyi.core.access import system_actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.reports import queries
from gongyi.reports.actions.monthly import count_months
from gongyi.reports.models import MonthlyCount, MonthlyRow
from tests.factories import make_county, make_unit
from tests.reports.test_figures import at_noon, ended

pytestmark = pytest.mark.django_db
SPRING = Period.months(2026, 4, 5)
DAYS = ["--from=2026-04-01", "--to=2026-05-31"]


@pytest.fixture
def three():
    """Counties 431123 and 431124 and 520123, counted after May; the second lacks April."""
    for code, received in ((431123, (3, 4)), (431124, (5,)), (520123, (7,))):
        county = make_county(code, f"{code}县")
        audit.record(by=system_actor("test", code), action="x", kind="x", label="x")
        for number in received:
            MonthlyRow(
                county=code, unit=make_unit("镇", county), month=date(2026, 5, 1), cases_received=number,
                cases_closed=number, cases_closed_in_time=1, cases_open=2,
            ).save()  # fmt: skip
        for month in (4, 5):
            if (code, month) != (431124, 4):
                MonthlyCount(county=code, month=date(2026, month, 1), at=at_noon(date(2026, 6, 2))).save()
    MonthlyRow(county=431123, unit=make_unit("村", make_county(431125, "新县")), month=date(2026, 4, 1), cases_received=10, cases_open=9).save()  # fmt: skip


def test_counties_add_up_to_provinces_and_these_to_the_country(three, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = queries.rolled_up(SPRING)
    told = {line.code: {key: line.values[key].value for key in ("cases.received", "cases.open")} for _p, counties in found.provinces for line in counties}  # fmt: skip
    assert told["431123"] == {"cases.received": 17, "cases.open": 4}, "what is in hand is that of the last month"
    for key in [one.id for one in figures.base_figures()]:
        parts = [sum(line.values[key].value for line in counties) for _province, counties in found.provinces]
        assert [province.values[key].value for province, _counties in found.provinces] == parts
        assert found.whole.values[key].value == sum(parts)
    hunan = found.provinces[0][0]
    assert (hunan.code, hunan.values["cases.closed_in_time_rate"].text) == ("43", "25.0%"), "3 of 12: out of the sums"


def test_what_was_not_counted_yet_is_said(three):
    lacking = {line.code: [one.month for one in line.lacking] for _p, counties in queries.rolled_up(SPRING).provinces for line in counties}  # fmt: skip
    assert lacking == {"431123": [], "431124": [4], "431125": [4, 5], "520123": []}
    MonthlyCount.objects.filter(county=520123).update(at=datetime(2026, 5, 20, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert queries.rolled_up(SPRING, province=52).provinces[0][1][0].lacking == (date(2026, 5, 1),), (
        "before it was over"
    )


def test_one_province_or_one_county(three):
    assert [line.code for line in queries.rolled_up(SPRING, province=52).provinces[0][1]] == ["520123"]
    assert queries.rolled_up(SPRING, county=431124).whole.values["cases.received"].value == 5
    with pytest.raises(Refused, match="没有这样的县"):
        queries.rolled_up(SPRING, province=11)
    with pytest.raises(Refused, match="按整月存"):
        queries.rolled_up(Period(date(2026, 4, 2), date(2026, 5, 31)))


def test_it_is_what_the_counties_count_themselves():
    kept = {}
    for code in (431123, 431124):
        county = make_county(code, f"{code}县")
        town = make_unit("镇", county)
        with bind(code), clock.at(at_noon(date(2026, 5, 5))):
            from gongyi.casework.models import CaseType

            kind = CaseType(code="enquiry", name="咨询", county=code)
            kind.save()
            for number in range(code % 10):
                ended(kind, town, town, number)
        with bind(code), clock.at(at_noon(date(2026, 6, 2))):
            count_months(code)
            kept[code] = figures.count(
                [one.id for one in figures.figures()], queries.scope_of(county, Period.month(2026, 5))
            )
    found = queries.rolled_up(Period.month(2026, 5))
    assert {int(line.code): line.values for _p, counties in found.provinces for line in counties} == kept
    assert found.whole.values["cases.received"].value == 3 + 4


def test_the_command_prints_and_tells_programs(three):
    text = printed(*DAYS, "--province=43")
    assert "省 43：受理量 22，办结量 12，在办 6" in text
    assert "  431124 431124县：受理量 5" in text
    assert "；缺 2026-04" in text
    assert "520123" not in text
    told = json.loads(printed(*DAYS, "--json"))
    assert [province["code"] for province in told["provinces"]] == ["43", "52"]
    assert told["values"]["cases.received"] == 29
    rate = next(one for one in told["figures"] if one["id"] == "cases.closed_in_time_rate")
    assert (rate["above"], rate["below"], rate["version"]) == (["cases.closed_in_time"], ["cases.closed"], 0)
    assert printed(*DAYS, "--county=431124").count("431124县") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from=2026-04-02", "--to=2026-05-31"], "按整月存"),
        ([*DAYS, "--province=4"], "两位数字"),
        ([*DAYS, "--province=湖南"], "两位数字"),
        ([*DAYS, "--province=11"], "没有这样的县"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(three, words, said):
    with pytest.raises(CommandError, match=said) as no:
        printed(*words)
    assert no.value.returncode == 2


def printed(*words: str) -> str:
    out = StringIO()
    call_command("rollup", *words, stdout=out)
    return out.getvalue()
