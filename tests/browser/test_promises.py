"""A promise from the answer to the public page: written, woken, put off, proved, sent back, kept; on a phone and on a desktop."""

from datetime import timedelta

import pytest

from gongyi.casework import actions
from gongyi.casework.actions.promising import ORIGIN
from gongyi.casework.models import Case
from gongyi.core import clock
from gongyi.promises.actions import run_clock
from gongyi.promises.models import Promise
from gongyi.promises.rules import register_origin
from gongyi.publishing import actions as publishing
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def test_promise_is_written_wakes_is_kept_and_public(people, land, width):
    register_origin(ORIGIN)
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了三盏", may_publish=True
    )
    case = actions.assign_case(case, by=land.desk, lead=land.town)
    case = actions.sign_case(case, by=land.clerk)
    day = clock.today() + timedelta(days=3)
    answer = f"三组的两盏已经修好。五组路口的一盏，我们将于{day.month}月{day.day}日前修好。"

    clerk = (
        people(land.clerk).open(f"/cases/{case.id}/answer/").fill(answer=answer).choose("outcome", "部分解决").send()
    )
    clerk.sees("还没有记下来")
    looked_at(clerk, "promise-01-proposed", width)
    assert clerk.page.input_value("main [name=promise_1_due]") == str(day)
    clerk.fill(promise_1="把五组路口的路灯修好").send().sees("答应的事")
    looked_at(clerk, "promise-02-case", width)

    assert run_clock(land.county.county)["told"] == 1  # three days are less than five working days
    clerk.open("/today/").sees("把五组路口的路灯修好")
    looked_at(clerk, "promise-03-today", width)
    clerk.open("/promises/").sees("共 1 项")
    looked_at(clerk, "promise-04-list", width)
    clerk.page.locator("main a.item-title").first.click()
    clerk.press("改日子").fill(until=str(day + timedelta(days=7)), reason="灯杆下周才到").send().sees("改过 1 次")
    looked_at(clerk, "promise-05-moved", width)
    clerk.press("报告做到了").send().sees("请填写“做了什么”。")
    clerk.fill(proof="昨天装好，晚上亮了，请住在路口的人来看过。")
    looked_at(clerk, "promise-06-report", width)
    clerk.send().sees("等东湖镇核对")

    lead = people(land.lead).sees("等您核对")
    lead.page.locator("main a.item-title").filter(has_text="五组路口").first.click()
    lead.press("核对过，算兑现").sees("请住在路口的人来看过")
    looked_at(lead, "promise-07-confirm", width)
    lead.send().sees("已兑现 · 按时")
    looked_at(lead, "promise-08-kept", width)

    text = publishing.start_publication(Case.objects.get(id=case.id), by=land.clerk)
    publishing.propose_publication(text, by=land.clerk)
    publishing.approve_publication(text, by=land.lead)
    resident = people(None, "/portal/promises/").sees("做到了 · 按时")
    looked_at(resident, "promise-09-public", width)
    resident.page.locator("main ul.rows a").first.click()
    resident.sees("灯杆下周才到").sees("由另一个人核对过").sees("最早答应的日子")
    looked_at(resident, "promise-10-public-one", width)
    assert Promise.objects.get().state == "kept"
