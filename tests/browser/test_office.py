"""One request through the hands of the office, in Chinese, on a phone and on a desktop; every page passes axe."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def accessible(person) -> None:
    from axe_playwright_python.sync_playwright import Axe

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(person.page, options={"runOnly": rules, "resultTypes": ["violations"]})
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


def test_office_journey(people, land, width):
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

    desk = people(land.desk)
    desk.sees("村口的路灯坏了三天")
    looked_at(desk, "05-today-desk", width)
    desk.open(case).press("派单")
    looked_at(desk, "06-assign", width)
    desk.pick("lead", "东湖镇").fill(note="请尽快到现场看").send().sees("等东湖镇签收")

    clerk = people(land.clerk).open(case).press("签收")
    clerk.sees("等东湖镇联系诉求人")
    clerk.press("记一次联系").fill(note="打了电话，说三组路口那盏").send().sees("等东湖镇办理")
    clerk.press("记办理经过").fill(note="已报修，明天换灯").send()
    clerk.press("答复")
    looked_at(clerk, "07-answer", width)
    clerk.fill(answer="三组路口的路灯已换新，今晚亮了。").choose("outcome", "解决").send().sees("等东湖镇审核答复")
    looked_at(clerk, "08-drafted", width)

    lead = people(land.lead).open(case).press("同意并发出答复")
    looked_at(lead, "09-approve", width)
    lead.send().sees("等东湖镇回访")

    caller = people(land.caller).open(case).press("记回访结果")
    looked_at(caller, "10-call", width)
    caller.choose("result", "解决了").page.select_option("main [name=rating]", "very")
    caller.send().sees("办结 · 解决")
    looked_at(caller, "11-closed", width)

    officer.open("/cases/").sees("村口的路灯坏了三天")
    looked_at(officer, "12-list", width)
    officer.open(case + "why/unit/").sees("为什么是这一天")
    looked_at(officer, "13-why", width)
    officer.open(case + "paper/").sees("交办单")
    looked_at(officer, "14-paper", width)


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
