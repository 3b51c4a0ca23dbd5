"""Finding a case, and seeing while typing that it is one already: in a real browser, on a phone and on a desktop."""

import pytest

from gongyi.casework import actions
from gongyi.casework.models import Case
from gongyi.core.search import alike
from tests.browser.conftest import AT_DESK, IN_BOTH_WIDTHS
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def opened(land, content: str) -> Case:
    return actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=content)


@IN_BOTH_WIDTHS
def test_words_filter_keys_and_pages(people, land, width, monkeypatch):
    monkeypatch.setattr("gongyi.core.search.finding.PAGE", 3)
    monkeypatch.setattr("gongyi.core.search.PAGE", 3)
    for at in range(4):
        opened(land, f"第{at}盏路灯坏了，晚上看不见路")
    drain = opened(land, "东街下水道堵了，污水流到路上")
    actions.accept_case(drain, by=land.desk)
    clerk = people(land.clerk)
    if width == "phone":
        clerk.page.locator("header a[href='/search/']").click()
        clerk.page.wait_for_url("**/search/")
    else:
        clerk.page.keyboard.press("/")
    clerk.page.keyboard.type("路灯")
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_url("**/search/?*q=*")
    clerk.sees("共 4 条").sees("第 1 页，共 2 页")
    assert clerk.page.locator("main mark").first.inner_text() == "路灯"
    looked_at(clerk, "search", width)

    clerk.press("下一页").sees("第 2 页，共 2 页")
    clerk.page.go_back()
    clerk.page.keyboard.press("j")
    clerk.page.keyboard.press("j")
    clerk.page.keyboard.press("k")
    title = clerk.page.evaluate("document.activeElement.textContent")
    assert title == clerk.page.locator("main .item-title").first.inner_text()
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_url("**/cases/*-*/")
    clerk.sees(title)

    clerk.page.go_back()
    clerk.page.fill("main [name=q]", "路")  # other words, in the same box
    clerk.page.locator("main details.fold > summary").click()
    clerk.page.select_option("main [name=state]", "accepted")
    clerk.page.get_by_role("button", name="找", exact=True).click()
    clerk.page.wait_for_url("**state=accepted**")
    clerk.sees("共 1 条").sees("下水道").sees("状态：受理")
    looked_at(clerk, "search-filtered", width)
    clerk.page.locator("main .filters a.chip").first.click()
    clerk.page.wait_for_url(lambda url: "state=accepted" not in url)
    clerk.sees("共 5 条")
    clerk.open("/search/?q=没有的字").sees("没有找到")
    looked_at(clerk, "search-nothing", width)


@AT_DESK
def test_alike_is_followed_and_merged_and_both_are_undone(people, land, width):
    alike._known.clear()
    first = opened(land, "东湖路水管爆裂，李家村整条街停水三天了")
    opened(land, "低保要带哪些材料，到哪里办")
    clerk = people(land.clerk, "/cases/new/")
    clerk.page.locator("main [name=content]").press_sequentially("李家村停水了，东湖路的水管爆裂没人修", delay=5)
    clerk.page.locator("#alike input[type=radio]").nth(1).wait_for()
    clerk.sees("水管爆裂").sees(first.number)
    looked_at(clerk, "alike", width)
    clerk.page.locator("#alike label").filter(has_text=first.number).click()
    clerk.choose("type", "咨询").send().sees(f"和{first.number}是同一件事")
    case = Case.objects.get(first=first)
    clerk.open(case.get_absolute_url())
    looked_at(clerk, "following", width)
    clerk.press("不再跟着另一件").send()
    clerk.sees("不再跟着另一件")
    assert Case.objects.get(id=case.id).first is None

    desk = people(land.desk, case.get_absolute_url())
    desk.press("并入另一件")
    assert desk.page.input_value("main [name=first]") == first.number, "what is most alike stands there already"
    looked_at(desk, "merge", width)
    desk.send().sees("并入另一件")
    assert Case.objects.get(id=case.id).outcome == "merged"
    looked_at(desk, "merged", width)
    desk.press("撤销并入").send()
    assert Case.objects.get(id=case.id).state == "accepted"
