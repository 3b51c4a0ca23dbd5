"""The dashboard says the same as the figures behind it, stored or counted now, and opens them."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongyi.casework.models import Case
from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.core.figures import Period
from gongyi.network.actions import move_unit
from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.reports import queries
from gongyi.reports.actions.monthly import count_months
from gongyi.reports.models import MonthlyRow
from gongyi.reports.queries.board import MONTHS, last_whole
from tests.factories import make_actor
from tests.reports.test_views_figures import browse

__all__ = ["browse"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def past(land, put) -> Period:
    """Cases of the last whole month and of this one, counted."""
    month = last_whole(clock.today())
    at = month.start + timedelta(days=3)
    for state in ("closed", "closed", "declined", "recorded", "handling"):
        case = put(land, state)
        facts = {"recorded_at": at} | ({"assigned_at": at} if case.assigned_at else {})
        Case.objects.filter(id=case.id).update(**facts, **({"closed_at": at} if case.closed_at else {}))
    Case.objects.filter(id=put(land, "closed").id).update(channel="letter")
    return month


def same(unit: Unit, month: Period | None) -> list[str]:
    """What of the board differs from the figures as they are counted now."""
    board = queries.dashboard(unit, month)
    wrong = []
    for one, numbers in board.months:
        live = figures.count(queries.LINES, queries.scope_of(unit, one))
        wrong += [f"{one.words()} {key}" for key in queries.LINES if numbers[key] != live[key].value]
    scope = queries.scope_of(unit, board.month)
    for value in board.values:
        if value.text != figures.count([value.figure.id], scope)[value.figure.id].text:
            wrong.append(value.figure.id)
    received = figures.count(["cases.received"], scope)["cases.received"].value
    wrong += [split for split, parts in board.splits.items() if sum(part.number for part in parts) != received]
    one = figures.figure("cases.received")
    wrong += [split for split, parts in board.splits.items() if parts != queries.parts_by(one, scope, split)]
    closed = figures.count(["cases.closed"], scope)["cases.closed"].value
    wrong += [] if sum(part.number for _key, part in board.outcomes) == closed else ["outcomes"]
    parts = [pair[0] for pair in board.units]
    wrong += [] if not parts or parts == queries.parts_by_unit(one, unit, board.month) else ["units"]
    return wrong


def test_board_is_what_is_counted_whether_stored_or_not(land, past):
    this = Period.month(clock.today().year, clock.today().month)
    for counted in (False, True):
        if counted:
            count_months(999001)
        for unit in (land.county, land.town, land.village, land.other):
            for month in (None, this, past.before(), Period.month(2024, 2)):
                assert same(unit, month) == [], (unit.name, counted)
        board = queries.dashboard(land.county)
        assert len(board.months) == MONTHS
        assert (past.first in board.live) != counted
        assert this.first in board.live
    MonthlyRow.objects.filter(month=past.first).update(cases_received=77)
    assert same(land.county, None), "what is stored is not read"


def test_p16_each_month_keeps_the_units_of_its_end(land, past):
    count_months(999001)
    steward = make_actor(Role.STEWARD, land.county, "设置")
    before = {numbers["cases.received"] for _month, numbers in queries.dashboard(land.town).months}
    move_unit(by=steward, unit=land.village, parent=land.other, why="区划调整")
    village = Unit.objects.get(id=land.village.id)
    assert village.parent_id == land.other.id
    lines = {month.first: numbers["cases.received"] for month, numbers in queries.dashboard(land.town).months}
    other = {month.first: numbers["cases.received"] for month, numbers in queries.dashboard(land.other).months}
    assert lines[past.first] == 5 in before
    assert other[past.first] == 0
    assert lines[clock.today().replace(day=1)] == 0
    assert other[clock.today().replace(day=1)] == 1
    assert same(land.town, None) == same(land.other, None) == []


def test_page_shows_pictures_with_their_tables_and_every_number_opens(land, past, browse):
    count_months(999001)
    browser = browse(land.clerk)
    text = unescape(browser.get(reverse("reports:dashboard")).content.decode())
    assert text.count('<svg class="chart ') >= 5
    assert past.words() in text
    assert "现在数的" in text
    links = [
        (url, int(number)) for url, number in re.findall(r'<td class="num"[^>]*><a href="([^"]+)">(\d+)</a>', text)
    ]
    assert len(links) > 30
    for url, number in {*links[:4], *[one for one in links if "channel" in one[0] or "unit" in one[0]][-6:]}:
        assert f"共 {number} 件" in unescape(browser.get(url).content.decode()), url
    empty = unescape(browser.get(reverse("reports:dashboard"), {"month": "2020-01"}).content.decode())
    assert "这个月一件也没有" in empty
    assert past.words() in unescape(browser.get(reverse("reports:dashboard"), {"month": "x"}).content.decode())


def test_p5_dashboard_of_a_sibling_is_not_there(land, browse):
    browser = browse(land.clerk)
    codes = {unit.name: browser.get(reverse("reports:dashboard"), {"unit": unit.id}).status_code for unit in (land.county, land.other, land.village)}  # fmt: skip
    assert codes == {land.county.name: 404, land.other.name: 404, land.village.name: 200}
    assert Client().get(reverse("reports:dashboard")).status_code == 302
    reader = make_actor(Role.STATISTICIAN, land.county, "统计")
    assert Account.objects.filter(id=reader.id).exists()
    assert browse(reader).get(reverse("reports:dashboard"), {"unit": land.village.id}).status_code == 200


def test_stored_months_cost_one_number_of_queries(land, past, put, django_assert_num_queries, browse):
    count_months(999001)
    with CaptureQueriesContext(connection) as few:
        queries.dashboard(land.county)
    for _more in range(5):
        put(land, "closed")
    count_months(999001)
    with django_assert_num_queries(len(few)):
        queries.dashboard(land.county)


def test_month_that_goes_on_with_very_many_cases_is_that_of_the_last_hour(land, past, put, monkeypatch, browse):
    count_months(999001)
    this = clock.today().replace(day=1)
    put(land, "recorded")
    lines = {month.first: numbers["cases.received"] for month, numbers in queries.dashboard(land.county).months}
    assert lines[this] == 2
    monkeypatch.setattr("gongyi.reports.queries.board.COUNTED_NOW", 0)
    board = queries.dashboard(land.county)
    assert {month.first: numbers["cases.received"] for month, numbers in board.months}[this] == 1
    assert board.until
    assert "每小时数一次，数到" in unescape(browse(land.clerk).get(reverse("reports:dashboard")).content.decode())
    chosen = queries.dashboard(land.county, Period.month(this.year, this.month))
    assert chosen.until is None
    assert chosen.values[0].value == 2
