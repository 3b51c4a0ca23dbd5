"""The portal without JavaScript: told, followed, added to and withdrawn, on a phone and on a desktop."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def test_all_of_it_without_javascript(people, land, width):
    resident = people(None, java_script_enabled=False)
    resident.open("/portal/ask/").fill(content="水管漏了", place_text="李家村").send().sees("请现在就记下来")
    number, code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").press("补充一句或加照片").fill(note="漏得更大了").send().sees("漏得更大了")
    resident.press("撤回，不办了").send().sees("已撤回").press("看完了，退出")
    resident.open("/portal/track/").fill(number=number, code=code).send().sees("诉求人撤回")
