"""An officer records, reads and is never alone with a stale form: on a phone and on a desktop; every page passes axe."""

import pytest

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


def looked_at(person, name: str, width: str) -> None:
    accessible(person)
    wraps_nothing_sideways(person)
    person.shot(f"{width}-{name}")


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
