"""The six core forms without JavaScript: tell, follow, judge; sign in, record, assign and answer."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
WITHOUT = {"java_script_enabled": False}


def test_resident_tells_follows_adds_and_withdraws(people, land, width):
    resident = people(None, **WITHOUT)
    resident.open("/portal/ask/").fill(content="水管漏了", place_text="李家村").send().sees("请现在就记下来")
    number, code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").press("补充一句或加照片").fill(note="漏得更大了").send().sees("漏得更大了")
    resident.press("撤回，不办了").send().sees("已撤回").press("看完了，退出")
    resident.open("/portal/track/").fill(number=number, code=code).send().sees("诉求人撤回")


def test_officers_record_assign_and_answer_and_the_resident_judges(people, land, width):
    officer = people(land.officer, "/cases/new/", **WITHOUT)
    officer.fill(content="村口的路灯坏了三天", area_text="李家村").send().sees("等东湖镇派单")
    resident = people(None, "/portal/ask/", **WITHOUT).fill(content="水管漏了", place_text="李家村").send()
    number, code = resident.page.locator("dd.number").all_inner_texts()

    desk = people(land.desk, **WITHOUT).sees("村口的路灯坏了三天").sees("水管漏了")
    desk.press("水管漏了").press("派单").fill(lead_text="东湖").send().sees("东湖镇")
    if "等东湖镇签收" not in desk.page.content():  # the words fit several units: one is chosen, and sent
        desk.choose("lead", "东湖镇").send()
    desk.sees("等东湖镇签收")
    clerk = people(land.clerk, desk.page.url, **WITHOUT).press("签收").press("答复")
    clerk.send().sees("请写答复内容。").fill(answer="水管换了。").choose("outcome", "解决").send()

    resident.open("/portal/track/").fill(number=number, code=code).send().sees("水管换了。")
    resident.press("送出").sees("请选解决了，还是没有解决。")
    resident.choose("solved", "解决了").choose("rating", "满意").send().sees("已结束")
