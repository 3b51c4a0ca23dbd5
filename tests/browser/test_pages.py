"""Every page that links lead to, as every role, at both widths: it opens, passes axe, stays within the screen."""

import re
from collections.abc import Iterator
from html import unescape
from zlib import crc32

import pytest

from gongyi.casework import actions
from gongyi.core.access import Permission, Role
from tests.browser.conftest import WIDTHS
from tests.browser.test_office import accessible, wraps_nothing_sideways
from tests.factories import hold, make_account, make_actor, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]

KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{4}\b")
LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')
SAMPLES = 6  # cases in different states offer different steps; of any other page one is like the next
SHARES = 2
MOST = 150  # addresses per person: far more than there are, so that a loop of links ends


def shape(address: str) -> str:
    """The address without the keys in it: pages of the same shape are drawn by the same template."""
    return KEY.sub("*", address.partition("?")[0])


def reachable(person, start: str = "/today/") -> Iterator[tuple[str, int]]:
    """(address, status) of what links lead this person to, beginning at `start`; asked for without drawing it."""
    waiting, asked = [start], dict[str, int]()
    while waiting and sum(asked.values()) < MOST:
        address = waiting.pop(0)
        kind = shape(address)
        if asked.get(kind, 0) >= (SAMPLES if kind == "/cases/*/" else 1):
            continue
        asked[kind] = asked.get(kind, 0) + 1
        answer = person.page.context.request.get(person.base + address)
        yield address, answer.status
        if "text/html" in answer.headers.get("content-type", ""):
            waiting += [unescape(link) for link in LINK.findall(answer.text())]


def dead_ends(person, seen: dict[str, str]) -> list[str]:
    """Links that lead this person nowhere; pages of a shape not in `seen` are added to it."""
    dead = []
    for address, status in reachable(person):
        if status != 200:
            dead.append(f"{person.name} {status} {address}")
        else:
            seen.setdefault(shape(address), address)
    return dead


@pytest.fixture
def county(land):
    """The small county with a case in each of the usual states, a vacant and a held post, and the roles of a county office."""
    for move in range(5):
        case = actions.open_case(
            by=land.officer, unit=land.village, type=land.complaint, content=f"第 {move} 盏路灯坏了"
        )
        if move > 0:
            actions.assign_case(case, by=land.desk, lead=land.town)
        if move > 1:
            actions.sign_case(case, by=land.clerk)
        if move > 2:
            actions.answer_case(case, by=land.clerk, answer="已换新灯。", outcome="solved")
        if move > 3:
            actions.approve_answer(case, by=land.lead)
    make_post(land.village, "联络员")
    hold(make_post(land.town, "办事员"), make_account("郭岗"))
    land.offices = [
        make_actor(role, land.county, f"县{role.label}")
        for role in (Role.ACCOUNT_MANAGER, Role.STEWARD, Role.SECURITY_MANAGER, Role.AUDITOR)
    ]
    return land


ONE_WINDOW = pytest.mark.parametrize("width", ["desk"], indirect=True)  # the same page is looked at in both widths


def looked_at_in_both_widths(person) -> None:
    """The open page, dark on a desk, then light on a phone."""
    for name, scheme in (("desk", "dark"), ("phone", "light")):
        person.page.set_viewport_size({"width": WIDTHS[name], "height": 812})
        person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour half-way
        accessible(person)
        wraps_nothing_sideways(person)


@ONE_WINDOW
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_that_links_lead_to(people, county, share):
    """The whole crawl; of the pages that it finds, this test looks at one share, so that both cores have work."""
    office = [county.officer, county.desk, county.clerk, county.lead, county.caller, county.supervisor, *county.offices]
    looked, dead = set[str](), list[str]()
    for actor in office:
        person, seen = people(actor), dict[str, str]()
        dead += dead_ends(person, seen)
        for kind in sorted(seen.keys() - looked):
            if crc32(kind.encode()) % SHARES != share:
                continue
            looked_at_in_both_widths(person.open(seen[kind]))
        looked |= seen.keys()
    assert dead == []
    assert len(looked) > 60, sorted(looked)


@ONE_WINDOW
def test_the_crawl_finds_a_dead_link(people, county, monkeypatch):
    """Control: a rail that offers the auditor's page to everybody."""
    from gongyi.home import adapter

    rail = [(Permission.STAFF, *entry[1:]) for entry in adapter.RAIL if entry[1] == "people:audit"]
    monkeypatch.setattr(adapter, "RAIL", rail)
    assert dead_ends(people(county.officer), {}) == [f"{county.officer.name} 403 /people/audit/"]


@ONE_WINDOW
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("document.querySelector('main').append(Object.assign(new Image(), {src: 'data:,'}))", "image-alt"),
        ("document.querySelector('h1').style.width = '90rem'", "too wide"),
    ],
    ids=["image", "width"],
)
def test_the_looks_find_what_is_wrong(people, county, wrong, told):
    """Control: an image without words; a heading wider than the screen."""
    person = people(county.officer)
    person.page.evaluate(wrong)
    with pytest.raises(AssertionError, match=told):
        looked_at_in_both_widths(person)
