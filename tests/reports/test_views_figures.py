"""The page of figures, the list behind each, and who may see which."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from gongyi.casework import actions as casework
from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.models import Case
from gongyi.casework.rules import visible_to
from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.core.figures import Period
from gongyi.people.models import Account
from gongyi.reports import queries
from gongyi.reports.forms.period import as_query, list_url
from tests.factories import make_actor, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse():
    def as_(by) -> Client:
        browser = Client()
        account = Account.objects.get(id=by.id)
        browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return as_


def page(browser: Client, unit=None, key="", **query) -> str:
    url = reverse("reports:figure", args=[key]) if key else reverse("reports:figures")
    answer = browser.get(url, {**({"unit": unit.id} if unit else {}), **query})
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def lately() -> Period:
    return Period(clock.today() - timedelta(days=20), clock.today())


def test_page_shows_every_figure_with_its_list_and_its_own_past(land, put, browse):
    case = put(land, "closed")
    Case.objects.filter(id=put(land, "handling").id).update(recorded_at=clock.now() - timedelta(days=25))
    text = page(browse(land.clerk), **as_query(lately()))
    for one in figures.figures():
        assert f'href="{list_url(one.id, land.town, lately())}"' in text, one.id
    assert "上期" in text
    assert "去年同期" in text
    assert "和上期一样" in text
    assert "件数太少" in text
    assert "不能定目标" in text
    behind = page(browse(land.clerk), land.town, "cases.closed", **as_query(lately()))
    assert case.number in behind


def test_p5_figures_of_ones_unit_and_below_sideways_and_above_404(land, browse):
    reader = make_actor(Role.STATISTICIAN, land.town, "统计")
    clerk, seen = land.clerk, {}
    for by in (reader, clerk):
        browser = browse(by)
        for unit in (land.county, land.town, land.village, land.other):
            for url in (reverse("reports:figures"), reverse("reports:figure", args=["cases.closed"])):
                seen.setdefault(unit.name, set()).add(browser.get(url, {"unit": unit.id}).status_code)
    assert seen == {land.county.name: {404}, land.town.name: {200}, land.village.name: {200}, land.other.name: {404}}
    far = make_unit("远镇", make_unit("远县", land.county, code="x9"))
    assert browse(land.county_desk).get(reverse("reports:figures"), {"unit": far.id}).status_code == 200
    assert browse(land.clerk).get(reverse("reports:figures"), {"unit": "none"}).status_code == 404
    assert browse(land.clerk).get(reverse("reports:figure", args=["cases.none"])).status_code == 404
    assert browse(make_actor(Role.AUDITOR, land.county, "审计")).get(reverse("reports:figures")).status_code == 403


def test_p5_control_without_the_rule_a_sibling_would_be_seen(land, browse, monkeypatch):
    monkeypatch.setattr("gongyi.reports.queries.units.may_see_figures", lambda *_args: True)
    assert browse(land.clerk).get(reverse("reports:figures"), {"unit": land.other.id}).status_code == 200


def test_p4_list_holds_what_the_person_may_open_and_says_how_many_there_are(land, put, browse):
    own = put(land, "closed")  # the village recorded it, the town closed it
    alone = Case.objects.get(id=put(land, "recorded").id)
    period = lately()
    for by, number in ((land.clerk, 2), (land.officer, 2), (land.county_desk, 2)):
        one = figures.figure("cases.received")
        scope = queries.scope_of(land.county if by is land.county_desk else land.town, period)
        found = queries.behind(by, one, scope)
        may = visible_to(by).filter(id__in=[own.id, alone.id]).count()
        assert found.number == number
        assert found.open == len(found.rows) == may
    text = page(browse(land.county_desk), land.town, "cases.received", **as_query(period))
    seen = queries.behind(land.county_desk, figures.figure("cases.received"), queries.scope_of(land.town, period)).open
    assert "共 2 件" in text
    assert (f"您能打开 {seen} 件" if seen else "您只看数字") in text or seen == 2
    reader = make_actor(Role.STATISTICIAN, land.county, "统计")
    text = page(browse(reader), land.county, "cases.received", **as_query(period))
    assert "您只看数字，打不开内容" in text
    assert own.number not in text
    assert own.title not in text


def numbers(text: str, caption: str) -> list[int]:
    table = re.search(rf"<caption>{re.escape(caption)}.*?</table>", text, re.DOTALL)
    return (
        [int(one) for one in re.findall(r'<td class="num"[^>]*><a href="[^"]*">(\d+)</a>', table[0])] if table else []
    )


def test_parts_add_up_and_lead_to_their_own_lists(land, put, browse):
    for state in ("recorded", "closed", "closed", "declined"):
        put(land, state)
    Case.objects.filter(id=put(land, "assigned").id).update(channel="letter")
    browser, query = browse(land.county_desk), as_query(lately())
    text = page(browser, land.county, "cases.received", **query)
    for caption in ("下面各单位", "诉求类型", "来源渠道", "事项分类", "办理结果", "急不急"):
        assert sum(numbers(text, caption)) == 5, caption
    assert "共 1 件" in page(browser, land.county, "cases.received", channel="letter", **query)
    assert "共 4 件" in page(browser, land.county, "cases.received", channel="phone", **query)
    assert "共 5 件" in page(browser, land.county, "cases.received", topic="none", **query)
    assert "共 5 件" in page(browser, land.county, "cases.received", channel="nonsense", **query)
    assert "共 0 件" in page(browser, land.county, "cases.received", alone="on", **query)
    village = page(browser, land.town, "cases.received", alone="on", **query)
    assert "只看东湖镇自己的" in village


def test_list_is_paged_under_one_number_of_queries(land, put, browse, django_assert_max_num_queries):
    first = put(land, "recorded")
    rows = [
        Case(
            county=999001, number=f"9-{i:04d}", title=f"第{i}件", content="x", type=land.enquiry, state="recorded", unit=land.village,
            desk=land.town, changed_at=clock.now(), recorded_at=clock.now(), span="3w", resident_due=clock.now(),
        )
        for i in range(60)
    ]  # fmt: skip
    for row in rows:
        row.save()
    for row in rows:
        sync_parts(row)
    browser, query = browse(land.clerk), as_query(lately())
    with django_assert_max_num_queries(40):
        text = page(browser, land.town, "cases.received", **query)
    assert "共 61 件" in text
    assert "第 1 页，共 2 页" in text
    assert first.number in text
    second = page(browser, land.town, "cases.received", page="2", **query)
    assert second.count('class="item-title"') == 11
    assert "第 2 页，共 2 页" in page(browser, land.town, "cases.received", page="99", **query)
    assert "第 1 页" in page(browser, land.town, "cases.received", page="x", **query)


def test_rate_shows_what_it_is_made_of(land, put, browse):
    put(land, "closed")
    text = page(browse(land.clerk), land.town, "cases.closed_in_time_rate", **as_query(lately()))
    assert "1 ÷ 1 = 100.0%" in text
    assert list_url("cases.closed_in_time", land.town, lately()) in text
    assert "件数太少" in text


def test_days_that_make_no_sense_are_said_and_kept(land, browse):
    browser = browse(land.clerk)
    for query, words in (
        ({"from": "2026-02-30", "to": "2026-03-01"}, "日期认不出来"),
        ({"from": "2026-05-02", "to": "2026-05-01"}, "请把两个日期对调"),
        ({"from": "2026-05-02"}, "请把两个日期都选上"),
        ({"from": "2001-01-01", "to": "2026-05-01"}, "最多看五年"),
    ):
        text = page(browser, **query)
        assert words in text
        assert query["from"] in text


def test_errors_stand_openly_with_their_causes_and_without_a_target(land, put, browse):
    casework.return_case(put(land, "assigned"), by=land.clerk, reason=land.reasons["return"], proposed=land.other)
    casework.reopen_case(put(land, "closed"), by=land.clerk, note="又坏了")
    answer = browse(land.clerk).get(reverse("reports:errors"), as_query(lately()))
    text = re.sub(r"<[^>]+>|\s+", " ", unescape(answer.content.decode()))
    for kind, number in (("退单", 1), ("重办", 1), ("更正公开答复", 0)):
        assert re.search(rf"{kind} +{number} +次", text), kind
    assert str(land.reasons["return"]) in text
    assert browse(land.clerk).get(reverse("reports:errors"), {"unit": land.other.id}).status_code == 404
