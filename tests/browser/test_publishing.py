"""A public answer from the office to the portal and off it again, in Chinese, on a phone and on a desktop; every page passes axe."""

import pytest

from tests.browser.test_office import looked_at
from tests.casework.test_publishing import answered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def test_proposed_approved_seen_and_taken_down(people, land, width):
    case = answered(land)
    clerk = people(land.clerk, case.get_absolute_url())
    clerk.page.get_by_role("link", name="公开答复").last.click()
    clerk.page.wait_for_load_state()
    looked_at(clerk, "60-start", width)
    clerk.page.locator("main form.panel .btn-primary").click()
    clerk.page.wait_for_load_state()
    clerk.sees("公众将看到的").sees("程序遮住的词").sees("〔电话〕")
    office = clerk.page.url
    looked_at(clerk, "61-draft", width)
    clerk.page.locator("li", has_text="0739-7654321").locator("summary").click()
    clerk.page.locator("li", has_text="0739-7654321").locator("[name=reason]").fill("这是镇里公开的服务电话")
    clerk.page.locator("li", has_text="0739-7654321").get_by_role("button", name="恢复显示").click()
    clerk.page.wait_for_load_state()
    clerk.sees("会显示").sees("这是镇里公开的服务电话")
    clerk.open(office + "edit/")
    looked_at(clerk, "62-edit", width)
    clerk.fill(title="村口路灯不亮").send().sees("村口路灯不亮")
    clerk.open(office + "propose/").send().sees("等东湖镇审核")

    lead = people(land.lead, "/cases/publications/").sees("村口路灯不亮")
    looked_at(lead, "63-waiting", width)
    lead.open(office + "approve/").sees("没有遮住的词")
    looked_at(lead, "64-approve", width)
    lead.send().sees("公众看到的")
    looked_at(lead, "65-published", width)

    lead.open("/portal/").sees("村口路灯不亮")
    lead.open("/portal/answers/?q=路灯").sees("村口路灯不亮")
    looked_at(lead, "66-list", width)
    lead.page.get_by_role("link", name="村口路灯不亮").click()
    lead.page.wait_for_load_state()
    lead.sees("0739-7654321").sees("结果：解决")
    public = lead.page.url
    assert "13812345678" not in lead.page.content()
    looked_at(lead, "67-public", width)

    clerk.open(office + "take_down/").choose("down_why", "已经过时").send().sees("已撤下")
    looked_at(clerk, "68-down", width)
    lead.open("/portal/answers/").sees("还没有公开的答复")
    looked_at(lead, "69-empty", width)
    lead.open(public).sees("这份答复已经撤下")
    lead.problems.clear()  # the 410 itself is reported in the console
