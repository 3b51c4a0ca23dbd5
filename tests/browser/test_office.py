"""An officer records, reads and is never alone with a stale form: on a phone and on a desktop; every page passes axe."""

import pytest

from tests.browser.conftest import IN_BOTH_WIDTHS, WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


ALL_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def accessible(person, *rules: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(person.page, options={"runOnly": rules or ALL_RULES, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


# The outermost things that reach beyond the screen, to say where to look.
WIDEST = """[...document.querySelectorAll("main *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.outerHTML.slice(0, 200))"""


def wraps_nothing_sideways(person) -> None:
    wide = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{person.page.url} is {wide} px too wide: {person.page.evaluate(WIDEST)}"


SEEN_ONLY = (
    "color-contrast",
    "target-size",
)  # what another width and other colours can change; the rest is the same page


def looked_at(person, name: str, width: str) -> None:
    """The page in the width of the test, and what the other one can change; the steps then go on as before."""
    here = person.page.viewport_size
    accessible(person)
    wraps_nothing_sideways(person)
    person.shot(f"{width}-{name}")
    (other,) = WIDTHS.keys() - {width}
    person.page.set_viewport_size({**here, "width": WIDTHS[other]})
    accessible(person, *SEEN_ONLY)
    wraps_nothing_sideways(person)
    person.shot(f"{other}-{name}")
    person.page.set_viewport_size(here)


WIDE_THERE = """width => matchMedia(width).addEventListener("change", change => {
  document.querySelector("main h1").style.minWidth = change.matches ? "3000px" : "" })"""


@pytest.mark.parametrize(
    ("width", "where"), [("phone", "(min-width: 1000px)"), ("desk", "(max-width: 500px)")], indirect=["width"]
)
def test_a_look_in_one_width_finds_what_is_wrong_in_the_other(people, land, width, where):
    officer = people(land.officer)
    looked_at(officer, "00-control", width)
    officer.page.evaluate(WIDE_THERE, where)
    with pytest.raises(AssertionError, match="px too wide"):
        looked_at(officer, "00-control", width)


@IN_BOTH_WIDTHS
def test_officer_records_and_reads(people, land, width):
    officer = people(land.officer)
    looked_at(officer, "01-today-empty", width)
    officer.open("/cases/new/")
    looked_at(officer, "02-new", width)
    officer.send().sees("请写一句发生了什么。")
    looked_at(officer, "03-new-error", width)
    officer.fill(content="村口的路灯坏了三天，晚上老人出门看不见。", asker_name="刘大勇", asker_phone="13812345678")
    officer.choose("type", "投诉").pick("area", "李家村").send()
    officer.sees("等东湖镇派单").sees("村口的路灯坏了三天")
    looked_at(officer, "04-recorded", width)
    case = officer.page.url

    officer.open("/cases/").sees("村口的路灯坏了三天")
    looked_at(officer, "05-list", width)
    officer.open(case + "why/resident/").sees("为什么是这一天")
    looked_at(officer, "06-why", width)
    officer.open(case + "paper/").sees("交办单")
    looked_at(officer, "07-paper", width)


def test_sideways_sees_nothing_and_stale_form_keeps_both_texts(people, land, width):
    from gongyi.casework import actions

    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="低保怎么办")
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    stranger = people(land.stranger).open(case.get_absolute_url()).sees("没有这一页，或者它不在您的岗位范围内")
    stranger.problems.clear()  # the 404 itself is reported in the console
    clerk = people(land.clerk).open(case.get_absolute_url() + "answer/")
    actions.save_draft(case, by=land.clerk2, draft="钱办写的草稿")
    clerk.fill(answer="王办写的答复").choose("outcome", "解释").send()
    clerk.sees("王办写的答复").sees("钱办写的草稿")
    clerk.problems.clear()  # the 409 itself is reported in the console
    looked_at(clerk, "20-stale", width)
