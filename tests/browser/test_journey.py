"""One request from the portal and back to it: through every hand of the office, called back, redone, published, reopened.

In Chinese, on a phone and on a desktop; every page on the way passes axe and stays within the screen.
"""

from datetime import timedelta

import pytest

from gongyi.core import clock
from tests.browser.conftest import IN_BOTH_WIDTHS
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
MATTER = "我是刘大勇，村口的路灯坏了三天，晚上老人出门看不见。"


def told(resident, width: str) -> tuple[str, str]:
    """Number and code of a request sent through the pages."""
    resident.open("/portal/")
    looked_at(resident, "p01-start", width)
    resident.page.locator("main .choices a").first.click()
    resident.send().sees("请写一句发生了什么。")
    looked_at(resident, "p02-tell-error", width)
    resident.fill(content=MATTER, phone="13812345678").page.check("main [name=may_publish]")
    resident.page.select_option("main [name=type]", label="投诉")
    resident.pick("place", "李家村").send().sees("请现在就记下来")
    looked_at(resident, "p03-told", width)
    number, code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").sees("轮到东湖镇")
    looked_at(resident, "p04-new", width)
    resident.press("看完了，退出")
    return number, code


def handled(people, land, width, resident, ticket: tuple[str, str]) -> tuple:
    """Screened, assigned, signed, asked, contacted and answered; (the clerk, the address of the case)."""
    number, code = ticket
    desk = people(land.desk).sees("村口的路灯坏了三天")
    looked_at(desk, "05-today-desk", width)
    desk.page.locator("main a.item-title").first.click()
    desk.press("受理").sees("等东湖镇派单")
    case = desk.page.url
    desk.press("派单")
    looked_at(desk, "06-assign", width)
    desk.pick("lead", "东湖镇").fill(note="请尽快到现场看").send().sees("等东湖镇签收")

    clerk = people(land.clerk).open(case).press("签收").sees("等东湖镇联系诉求人")
    clerk.press("问诉求人").fill(question="是三组路口那一盏吗？").send().sees("等回答")
    resident.open("/portal/track/").fill(number=number, code="2222 2222 2222").send().sees("对不上")
    looked_at(resident, "p05-wrong-code", width)
    resident.fill(number=number, code=code.lower().replace(" ", "")).send().sees("是三组路口那一盏吗？")
    looked_at(resident, "p06-question", width)
    resident.fill(note="是，靠水塘那边").press("送出回答").sees("已送到")

    clerk.open("/inbox/").sees("诉求人回答了提问")
    clerk.open(case).sees("是，靠水塘那边").press("记一次联系").fill(note="打了电话，说三组路口那盏").send()
    clerk.sees("等东湖镇办理").press("记办理经过").fill(note="已报修，明天换灯").send().press("答复")
    looked_at(clerk, "07-answer", width)
    due = str(clock.today() + timedelta(days=9))
    clerk.fill(answer="灯泡换了，线路下周再修。", promise_1="把线路修好", promise_1_due=due)
    clerk.choose("outcome", "部分解决").send().sees("等东湖镇审核答复")
    looked_at(clerk, "08-drafted", width)
    return clerk, case


def called_back(people, land, width, resident, clerk):
    """Approved, called back with "partly", redone, approved and called back again; returns who approved."""
    case = clerk.page.url
    lead = people(land.lead).open(case).press("同意并发出答复")
    looked_at(lead, "09-approve", width)
    lead.send().sees("等东湖镇回访")
    resident.open("/portal/case/").sees("灯泡换了，线路下周再修。").sees("这件事解决了吗")
    looked_at(resident, "p07-answer", width)
    caller = people(land.caller).open(case).press("记回访结果")
    looked_at(caller, "10-call", width)
    caller.choose("result", "解决了一部分").fill(note="灯还是一闪一闪的").send()

    resident.open("/portal/case/").sees("重新办理")
    clerk.open("/inbox/").sees("重").open(case).sees("解决了一部分").sees("灯还是一闪一闪的").press("答复")
    clerk.fill(answer="三组路口的路灯和线路都换新了。有事打0739-7654321。").choose("outcome", "解决").send()
    lead.open(case).press("同意并发出答复").send().sees("等东湖镇回访")
    caller.open(case).press("记回访结果").choose("result", "解决了").page.select_option("main [name=rating]", "very")
    caller.send().sees("办结 · 解决")
    looked_at(caller, "11-closed", width)
    resident.open("/portal/case/").sees("已结束")
    looked_at(resident, "p08-closed", width)
    return lead


def published(width, clerk, lead, case: str) -> str:
    """Prepared, one word shown again, proposed, approved by somebody else; its page in the office."""
    clerk.open(case).page.get_by_role("link", name="公开答复").last.click()
    clerk.page.wait_for_load_state()
    looked_at(clerk, "60-start", width)
    clerk.page.locator("main form.panel .btn-primary").click()
    clerk.page.wait_for_load_state()
    clerk.sees("公众将看到的").sees("程序遮住的词").sees("〔电话〕")
    office = clerk.page.url
    looked_at(clerk, "61-draft", width)
    word = clerk.page.locator("li", has_text="0739-7654321")
    word.locator("summary").click()
    word.locator("[name=reason]").fill("这是镇里公开的服务电话")
    word.get_by_role("button", name="恢复显示").click()
    clerk.page.wait_for_load_state()
    clerk.sees("会显示").sees("这是镇里公开的服务电话")
    clerk.open(office + "edit/")
    looked_at(clerk, "62-edit", width)
    clerk.fill(title="村口路灯不亮").send().sees("村口路灯不亮")
    clerk.open(office + "propose/").send().sees("等东湖镇审核")

    lead.open("/cases/publications/").sees("村口路灯不亮")
    looked_at(lead, "63-waiting", width)
    lead.open(office + "approve/").sees("没有遮住的词")
    looked_at(lead, "64-approve", width)
    lead.send().sees("公众看到的")
    looked_at(lead, "65-published", width)
    return office


def read_by_everybody(resident, width: str) -> str:
    """Found in the portal without a name and the asker's phone; the public page."""
    resident.open("/portal/").sees("村口路灯不亮").open("/portal/answers/?q=路灯").sees("村口路灯不亮")
    looked_at(resident, "66-list", width)
    resident.page.get_by_role("link", name="村口路灯不亮").click()
    resident.page.wait_for_load_state()
    resident.sees("0739-7654321").sees("结果：解决")
    assert "13812345678" not in resident.page.content()
    assert "刘大勇" not in resident.page.content()
    looked_at(resident, "67-public", width)
    return resident.page.url


@IN_BOTH_WIDTHS
def test_journey_from_the_portal_and_back(people, land, width):
    resident = people(None)
    clerk, case = handled(people, land, width, resident, told(resident, width))
    lead = called_back(people, land, width, resident, clerk)
    office = published(width, clerk, lead, case)
    public = read_by_everybody(resident, width)

    resident.open("/portal/case/").press("没有解决，要求重新办理").fill(note="今晚还是没亮").send().sees("重新办理")
    looked_at(resident, "p09-again", width)
    clerk.open("/inbox/").sees("办件要重新办理")
    people(land.supervisor).open("/inbox/").sees("办件要重新办理")
    clerk.open(case).sees("今晚还是没亮").sees("等东湖镇重新办理")
    resident.open(public).sees("正在重新办理")

    clerk.open(office + "take_down/").choose("down_why", "已经过时").send().sees("已撤下")
    looked_at(clerk, "68-down", width)
    resident.open("/portal/answers/").sees("还没有公开的答复")
    looked_at(resident, "69-empty", width)
    resident.open(public).sees("这份答复已经撤下")
    resident.problems.clear()  # the 410 itself is reported in the console
