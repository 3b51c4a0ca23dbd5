"""The register of numbers: every number with its fate, gaps named, no content; for the county's office and auditors alone."""

import pytest

from gongyi.casework import actions
from gongyi.casework.queries import book as queries
from gongyi.core.access import Role
from gongyi.core.models import NumberSeries, RegisterLine
from tests.casework.test_views import browser
from tests.factories import make_actor


@pytest.fixture
def cases(land):
    """Open, closed and void, in this order."""
    opened = [
        actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content=f"路灯坏了{n}") for n in (1, 2)
    ]
    facts = {"content": "问事", "answer": "答了", "outcome": "explained"}
    done = actions.record_done(by=land.clerk, unit=land.town, type=land.enquiry, **facts)
    actions.void_case(opened[1], by=land.desk, reason=land.reasons["void"])
    return [opened[0], opened[1], done]


def page(actor, query=""):
    return browser(actor).get(f"/cases/book/{query}")


def test_each_number_stands_with_its_fate_and_without_content(land, cases):
    auditor = make_actor(Role.AUDITOR, land.county, "审计")
    text = page(auditor).content.decode()

    assert all(case.number in text for case in cases)
    assert all(word in text for word in ("在办", "办结", "作废", "理由void", "一个不缺"))
    assert "路灯" not in text
    assert str(cases[0].id) not in text


def test_a_missing_number_is_named(land, cases):
    RegisterLine.objects.filter(subject=cases[1].id).delete()

    book = NumberSeries.objects.get()
    assert queries.missing(book) == (1, [cases[1].number])
    assert cases[1].number in page(land.county_desk).content.decode()


def test_pages_follow_each_other_without_overlap(land, cases, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    first = page(land.county_desk).content.decode()
    assert "below=2" in first
    rest = page(land.county_desk, "?below=2").content.decode()
    assert cases[0].number in rest
    assert cases[2].number not in rest
    assert page(land.county_desk, "?below=x").status_code == 404


@pytest.mark.parametrize(("who", "code"), [("county_desk", 200), ("desk", 404), ("supervisor", 404), ("clerk", 403)])
def test_p5_the_book_is_for_the_county_office(land, cases, who, code):
    assert page(getattr(land, who)).status_code == code
