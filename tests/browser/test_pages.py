"""Every page that links lead to, as every role, at both widths: it opens, passes axe, stays within the screen."""

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4
from zlib import crc32

import pytest

from gongyi.casework import actions
from gongyi.core import tracking
from gongyi.core.access import Permission, Role
from gongyi.publishing import actions as publishing
from tests.browser.conftest import WIDTHS
from tests.browser.test_office import SEEN_ONLY, accessible, wraps_nothing_sideways
from tests.casework.test_publishing import answered
from tests.factories import hold, make_account, make_actor, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]

KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{4}\b")
LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')
SAMPLES = 6  # cases in different states offer different steps; of any other page one is like the next
SHARES = 2
LEAST_FREE = 0.35  # of the window, where text is twice as large
MOST = 150  # addresses per person: far more than there are, so that a loop of links ends


def shape(address: str) -> str:
    """The address without the keys in it: pages of the same shape are drawn by the same template."""
    return KEY.sub("*", address.partition("?")[0])


def reachable(person, start: str = "/today/") -> Iterator[tuple[str, int, bool]]:
    """(address, status, whether it is a page) of what links lead to, beginning at `start`; asked for without drawing it."""
    waiting, asked = [start], dict[str, int]()
    while waiting and sum(asked.values()) < MOST:
        address = waiting.pop(0)
        kind = shape(address)
        if asked.get(kind, 0) >= (SAMPLES if kind == "/cases/*/" else 1):
            continue
        asked[kind] = asked.get(kind, 0) + 1
        answer = person.page.context.request.get(person.base + address)
        page = "text/html" in answer.headers.get("content-type", "")
        yield address, answer.status, page
        if page:
            waiting += [unescape(link) for link in LINK.findall(answer.text())]


def dead_ends(person, seen: dict[str, str], start: str = "/today/") -> list[str]:
    """Links that lead this person nowhere; pages of a shape not in `seen` are added to it."""
    dead = []
    for address, status, page in reachable(person, start):
        if status != 200:
            dead.append(f"{person.name} {status} {address}")
        elif page:
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
    own = answered(land)
    publishing.approve_publication(
        publishing.propose_publication(publishing.start_publication(own, by=land.clerk), by=land.clerk), by=land.lead
    )
    land.code = tracking.make_code(uuid4())
    land.told = actions.submit_case(
        county=land.county.county, code=land.code, content="水管漏了", type=land.enquiry, area=land.village
    )
    make_post(land.village, "联络员")
    hold(make_post(land.town, "办事员"), make_account("郭岗"))
    land.offices = [
        make_actor(role, land.county, f"县{role.label}")
        for role in (Role.ACCOUNT_MANAGER, Role.STEWARD, Role.SECURITY_MANAGER, Role.AUDITOR)
    ]
    return land


ONE_WINDOW = pytest.mark.parametrize("width", ["desk"], indirect=True)  # the same page is looked at in both widths


# Text that a box cuts off. The title in a list is meant to: it stands in full on the page to which it leads.
CUT = """[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && e.innerText?.trim()
    && !e.closest(".visually-hidden, .skip, .trap, .item-title, svg, option, textarea, select") && e.clientHeight > 1)
  .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1
    || ["hidden", "clip"].includes(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 1)
  .slice(0, 3).map((e) => e.outerHTML.slice(0, 200))"""
TWICE = "document.documentElement.style.fontSize = 2 * parseFloat(getComputedStyle(document.documentElement).fontSize) + 'px'"
# How much of the window stays free of bars that do not scroll away.
FREE = """1 - [...document.querySelectorAll("body *")].filter((e) => ["fixed", "sticky"].includes(getComputedStyle(e).position) && e.checkVisibility())
  .map((e) => e.getBoundingClientRect()).filter((box) => box.width > innerWidth / 2 && box.top < innerHeight && box.bottom > 0)
  .reduce((sum, box) => sum + Math.min(box.bottom, innerHeight) - Math.max(box.top, 0), 0) / innerHeight"""


def looked_at_in_both_widths(person) -> None:
    """The open page, dark on a desk, then light on a phone, there also with text of twice the size."""
    for name, scheme, rules in (("desk", "dark", ()), ("phone", "light", SEEN_ONLY)):
        person.page.set_viewport_size({"width": WIDTHS[name], "height": 812})
        person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour half-way
        accessible(person, *rules)
        wraps_nothing_sideways(person)
    person.page.evaluate(TWICE)
    wraps_nothing_sideways(person)
    cut, free = person.page.evaluate(CUT), person.page.evaluate(FREE)
    assert cut == [], f"{person.page.url} cuts off large text: {cut}"
    assert free >= LEAST_FREE, f"{person.page.url} leaves {free:.0%} of the window to large text"


@ONE_WINDOW
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_that_links_lead_to(people, county, share):
    """The whole crawl; of the pages that it finds, this test looks at one share, so that both cores have work."""
    office = [county.officer, county.desk, county.clerk, county.lead, county.caller, county.supervisor, *county.offices]
    looked, dead = set[str](), list[str]()
    resident = people(None, "/portal/track/").fill(number=county.told.number, code=county.code).send()
    doors = [(resident, "/portal/"), (resident, "/portal/case/"), *((people(actor), "/today/") for actor in office)]
    for person, door in doors:
        seen = dict[str, str]()
        dead += dead_ends(person, seen, door)
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
        (
            "Object.assign(document.querySelector('h1').style, {height: '2.4rem', overflow: 'hidden', maxHeight: '30px'})",
            "cuts off",
        ),
        ("Object.assign(document.querySelector('h1').style, {position: 'sticky', top: 0, height: '20rem'})", "leaves"),
    ],
    ids=["image", "width", "cut", "bars"],
)
def test_the_looks_find_what_is_wrong(people, county, wrong, told):
    """Control: an image without words; a heading wider than the screen, cut off, or always in the way."""
    person = people(county.officer)
    person.page.evaluate(wrong)
    with pytest.raises(AssertionError, match=told):
        looked_at_in_both_widths(person)
