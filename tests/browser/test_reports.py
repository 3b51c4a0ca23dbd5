"""A period report from draft to correction: written, checked and signed by two people; then a record changes."""

import pytest

from tests.browser.conftest import IN_BOTH_WIDTHS
from tests.browser.test_office import looked_at
from tests.casework.test_workflow import put

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


@IN_BOTH_WIDTHS
def test_draft_edit_check_sign_change_a_record_correct(people, land, width):
    put(land, "closed")
    put(land, "handling")
    clerk = people(land.clerk).open("/reports/").sees("还没有报告").press("写一份报告")
    looked_at(clerk, "r1-new", width)
    today = clerk.page.input_value("main [name=last]")
    clerk.fill(first=f"{int(today[:4])}-01-01", last=f"{int(today[:4])}-12-31").send().sees("办结1件")
    looked_at(clerk, "r2-draft", width)
    report = clerk.page.url
    clerk.page.locator("main a.tied").first.click()
    clerk.page.wait_for_load_state()
    looked_at(clerk, "r3-evidence", width)
    clerk.open(report).press("改文字").fill(body_0="我们办结{{cases.closd}}件。").send().sees("没有这个数")
    clerk.fill(body_0="我们办结{{cases.closed}}件，受到大家一致好评。院坝会效果显著。").send().sees("我们办结1件")
    clerk.press("送核对").sees("无佐证").sees("院坝会效果显著。")
    looked_at(clerk, "r4-ask", width)
    clerk.send().sees("等核对")

    lead = people(land.lead).open("/reports/").sees("等我核对、签发")
    looked_at(lead, "r5-list", width)
    lead.open(report).press("核对好了").send().press("签发").send().sees("数字已定住")
    looked_at(lead, "r6-signed", width)
    lead.press("核对签发时的数字").sees("一样")
    looked_at(lead, "r7-proof", width)

    put(land, "closed")
    clerk.open(report).sees("签发以后，记录有变").sees("我们办结1件")
    looked_at(clerk, "r8-changed", width)
    clerk.press("更正").fill(why="补录一件").send().sees("我们办结2件").press("送核对").send()
    lead.open(report).press("核对好了").send().press("签发").send().sees("更正 1").sees("补录一件").sees("我们办结2件")
    looked_at(lead, "r9-corrected", width)
    with lead.page.expect_download() as taken:
        lead.page.locator("main button[value=docx]").first.click()
    assert taken.value.suggested_filename.endswith(".docx")
