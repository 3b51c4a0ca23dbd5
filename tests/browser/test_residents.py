"""A resident opens an account, sends, finds it again without a code, brings in an earlier one, leaves: on a phone and a desktop."""

import pytest

from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
SECRET = "lüzi-kai-hua"


def test_resident_with_an_account(people, land, width):
    resident = people(None)
    resident.open("/portal/ask/").fill(content="村口的路灯坏了三天").pick("place", "李家村").send().sees(
        "请现在就记下来"
    )
    number, code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").press("看完了，退出").press("登录看我的诉求")
    looked_at(resident, "r01-in", width)
    resident.fill(phone="13812345678", password="wrong-word").send().sees("电话和密码对不上")
    looked_at(resident, "r02-wrong", width)
    resident.press("开一个账号").fill(phone="13812345678", new="123", again="12").send().sees("两次输的密码不一样")
    looked_at(resident, "r03-new-error", width)
    resident.fill(new=SECRET, again=SECRET).send().sees("这里还没有您的事").sees("138****5678")
    looked_at(resident, "r04-empty", width)

    resident.press("放进一件以前反映的").fill(number=number, code=code)
    looked_at(resident, "r05-add", width)
    resident.send().sees("已放进").sees(number)
    resident.press("我要反映").fill(content="水管漏了").pick("place", "李家村")
    assert resident.page.input_value("[name=phone]") == "13812345678"
    looked_at(resident, "r06-ask", width)
    resident.send().sees("请现在就记下来").press("记好了，看这件事").sees("谁看过您的信息")
    looked_at(resident, "r07-case", width)
    resident.press("回到我的诉求").sees("水管漏了").sees("村口的路灯坏了三天")
    looked_at(resident, "r08-list", width)

    resident.press("改电话或密码")
    looked_at(resident, "r09-change", width)
    resident.fill(password=SECRET, new="brand-new-word", again="brand-new-word").send().sees("已经改好")
    resident.press("退出登录").open("/portal/mine/").sees("登录，看我的诉求")
    resident.fill(phone="138 1234 5678", password="brand-new-word").send().sees("水管漏了").press("删除账号")
    looked_at(resident, "r10-remove", width)
    resident.send().sees("账号已删除")
    resident.open("/portal/track/").fill(number=number, code=code).send().sees("村口的路灯坏了三天")


def test_all_of_it_without_javascript(people, land, width):
    resident = people(None, java_script_enabled=False)
    resident.open("/portal/mine/new/").fill(phone="13812345678", new=SECRET, again=SECRET).send().sees(
        "这里还没有您的事"
    )
    resident.press("我要反映").fill(content="水管漏了", place_text="李家村").send().sees("请现在就记下来")
    resident.open("/portal/mine/").press("水管漏了").press("补充一句或加照片").fill(note="漏得更大了").send().sees(
        "漏得更大了"
    )
    resident.press("回到我的诉求").press("退出登录")
    resident.open("/portal/mine/in/").fill(phone="13812345678", password=SECRET).send().sees("水管漏了")
    resident.press("删除账号").send().sees("账号已删除")
