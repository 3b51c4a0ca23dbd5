"""A resident tells, follows, answers a question, rates, is not content: on a phone and a desktop, with and without JavaScript."""

import pytest

from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def told(resident, width: str) -> tuple[str, str]:
    """Number and code of a request sent through the pages."""
    resident.open("/portal/")
    looked_at(resident, "p01-start", width)
    resident.page.locator("main .choices a").first.click()
    resident.send().sees("请写一句发生了什么。")
    looked_at(resident, "p02-tell-error", width)
    resident.fill(content="村口的路灯坏了三天，晚上老人出门看不见。", phone="13812345678")
    resident.pick("place", "李家村").send().sees("请现在就记下来")
    looked_at(resident, "p03-told", width)
    number, code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").sees("轮到东湖镇")
    looked_at(resident, "p04-new", width)
    return number, code


def test_resident_journey(people, land, width):
    resident = people(None)
    number, code = told(resident, width)
    resident.press("看完了，退出")

    people(land.desk).sees("村口的路灯坏了三天").open("/cases/").press("村口的路灯坏了三天，晚上老人出门看不见").press(
        "派单"
    ).pick("lead", "东湖镇").send()
    clerk = people(land.clerk).open("/cases/").press("村口的路灯坏了三天，晚上老人出门看不见").press("签收")
    case = clerk.page.url
    clerk.press("问诉求人").fill(question="是三组路口那一盏吗？").send().sees("等回答")

    resident.open("/portal/track/").fill(number=number, code="2222 2222 2222").send().sees("对不上")
    looked_at(resident, "p05-wrong-code", width)
    resident.fill(number=number, code=code.lower().replace(" ", "")).send().sees("是三组路口那一盏吗？")
    looked_at(resident, "p06-question", width)
    resident.fill(note="是，靠水塘那边").press("送出回答").sees("已送到")

    clerk.open("/inbox/").sees("诉求人回答了提问")
    clerk.open(case).sees("是，靠水塘那边").press("记一次联系").fill(note="问清了").send()
    clerk.press("答复").fill(answer="换了灯泡，今晚亮了。").choose("outcome", "解决").send()

    resident.open("/portal/case/").sees("换了灯泡，今晚亮了。").choose("solved", "解决了").choose("rating", "基本满意")
    looked_at(resident, "p07-answer", width)
    resident.press("送出").sees("已结束")
    looked_at(resident, "p08-closed", width)
    resident.press("没有解决，要求重新办理").fill(note="今晚还是没亮").send().sees("重新办理")
    looked_at(resident, "p09-again", width)

    clerk.open("/inbox/").sees("办件要重新办理")
    people(land.supervisor).open("/inbox/").sees("办件要重新办理")
    clerk.open(case).sees("今晚还是没亮")


def test_all_of_it_without_javascript(people, land, width):
    resident = people(None, java_script_enabled=False)
    resident.open("/portal/ask/").fill(content="水管漏了", place_text="李家村").send().sees("请现在就记下来")
    number, code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").press("补充一句或加照片").fill(note="漏得更大了").send().sees("漏得更大了")
    resident.press("撤回，不办了").send().sees("已撤回").press("看完了，退出")
    resident.open("/portal/track/").fill(number=number, code=code).send().sees("诉求人撤回")
