"""The search page: what is found reads well; nothing, too much and people are said in plain words."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gongyi.casework import actions
from gongyi.core import search
from gongyi.core.access import Role
from tests.casework.test_lists import browser
from tests.factories import make_actor


def look(by, q="", **filters) -> str:
    return browser(by).get("/search/?" + urlencode({"q": q, **filters})).content.decode()


def opened(land, content, **facts):
    return actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=content, **facts)


def test_words_are_marked_in_title_and_text(land):
    opened(land, "水管坏了。李家村门口<b>一直漏水</b>，没有人管", title="水管漏水")

    page = look(land.clerk, "漏水")

    assert "水管<mark>漏水</mark></a>" in page
    assert "&lt;b&gt;一直<mark>漏水</mark>&lt;/b&gt;" in page
    assert "共 1 条" in page


def test_title_weighs_more_than_text_and_a_number_most(land):
    second = opened(land, "门口漏水，漏水，漏水", title="水管坏了")
    first = opened(land, "一直这样", title="漏水")
    named = opened(land, "没有别的", title=f"和{second.number}是一件事")

    page = look(land.clerk, "漏水")
    assert page.index(f"/cases/{first.id}/") < page.index(f"/cases/{second.id}/")

    page = look(land.clerk, second.number)
    assert page.index(f"/cases/{second.id}/") < page.index(f"/cases/{named.id}/")


def test_filter_of_the_list_narrows(land):
    opened(land, "漏水了")

    assert "共 1 条" in look(land.clerk, "漏水", state="recorded")
    page = look(land.clerk, "漏水", state="closed")
    assert "没有找到" in page
    assert "chip" in page


def test_words_are_sent_once_beside_the_filter(land):
    """A second field of the same name would win, and the words of before be sought again."""
    opened(land, "漏水了")

    page = look(land.clerk, "漏水", state="recorded")

    assert page.count('name="q"') == 2, "the box of the page and the one at the top"
    assert 'value="recorded" selected' in page
    assert look(land.clerk, "漏水", since="x").count('name="q"') == 2, "drawn anew for what makes no sense"


def test_nothing_asked_tells_how_and_nothing_found_tells_what_to_do(land):
    assert "怎样找" in look(land.clerk)
    assert "怎样找" in look(land.clerk, "。，")
    assert "没有找到" in look(land.clerk, "漏水")


def test_p17_a_phone_number_is_not_sought_and_the_way_to_do_it_is_named(land):
    opened(land, "电话13912345678打不通")

    page = look(land.clerk, "13912345678")

    assert "电话和证件号不在搜索里" in page
    assert "没有找到" in page


def test_pages_go_on_to_the_twentieth(land, monkeypatch):
    monkeypatch.setattr("gongyi.core.search.finding.PAGE", 2)
    monkeypatch.setattr("gongyi.core.search.PAGE", 2)
    monkeypatch.setattr("gongyi.core.search.PAGES", 2)
    for i in range(5):
        opened(land, f"第{i}处漏水")

    first, last = look(land.clerk, "漏水"), look(land.clerk, "漏水", page="9")

    assert first.count('class="item"') == last.count('class="item"') == 2
    assert "page=2" in first
    assert "第 2 页，共 2 页" in last
    assert "只列前 20 页" in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "1" * 400, "٣"])
def test_a_page_that_makes_no_sense_is_the_nearest_one(land, wrong):
    opened(land, "漏水了")

    assert "共 1 条" in look(land.clerk, "漏水", page=wrong)


def test_beyond_a_thousand_it_says_so(land, monkeypatch):
    monkeypatch.setattr("gongyi.core.search.finding.COUNT_TO", 2)
    monkeypatch.setattr("gongyi.core.search.COUNT_TO", 2)
    for i in range(4):
        opened(land, f"第{i}处漏水")

    assert "超过 1,000 条" in look(land.clerk, "漏水")


def test_statements_do_not_grow_with_the_rows(land):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            look(land.clerk, "漏水")
        return len(seen)

    opened(land, "漏水了")
    statements()
    one = statements()
    for i in range(29):
        opened(land, f"第{i}处漏水")

    assert statements() == one


def test_without_the_right_to_see_cases_there_is_no_search(land):
    auditor = make_actor(Role.AUDITOR, land.county)

    assert browser(auditor).get("/search/").status_code == 403
    assert 'action="/search/"' not in browser(auditor).get("/people/me/").content.decode()
    assert 'action="/search/"' in browser(land.clerk).get("/people/me/").content.decode()


def test_page_reads_in_english(land):
    client = browser(land.clerk)
    with translation.override("en"):
        page = client.get("/search/?q=漏水", headers={"accept-language": "en"}).content.decode()

    assert "Nothing found" in page or "Not found" in page
    assert "没有" not in page


def test_another_kind_joins_by_one_registration(land, monkeypatch):
    other = search.KINDS["case"].__class__(**{**vars(search.KINDS["case"]), "name": "wish", "label": "别的"})
    monkeypatch.setitem(search.KINDS, "wish", other)
    opened(land, "漏水了")

    page = look(land.clerk, "漏水", kind="wish")

    assert "没有找到" in page
    assert "kind=case" in page
