"""A service pledge from the office to everybody, and a promise of a meeting; on a phone and on a desktop."""

from datetime import timedelta

import pytest

from gongyi.core import clock
from gongyi.promises.models import Promise
from gongyi.reports.models import Pledge
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def test_pledge_is_published_and_a_promise_of_a_meeting_is_written_down(people, land, width):
    lead = people(land.lead).open("/promises/").press("服务承诺").sees("还没有服务承诺")
    lead.press("发布一句").fill(text="五个工作日内答复").send().sees("没有数来量的，不能承诺")
    looked_at(lead, "pledge-01-form", width)
    lead.page.select_option("main [name=figure]", "cases.closed_in_time_rate")
    lead.choose("sense", "不少于").fill(threshold="95").choose("every", "每月").send().sees("五个工作日内答复")
    Pledge.objects.update(since=clock.today() - timedelta(days=200))
    lead.open("/pledges/").sees("没有这样的事")
    looked_at(lead, "pledge-02-office", width)
    resident = people(None, "/portal/pledges/").sees("东湖镇")
    resident.page.locator("main ul.rows a").first.click()
    resident.sees("按期办结率")
    looked_at(resident, "pledge-03-public", width)

    clerk = people(land.clerk).open("/promises/").press("记会上答应的事")
    clerk.fill(name="镇长接待会", what="把三组的水渠修通", due=str(clock.today() + timedelta(days=30))).pick(
        "unit", "东湖镇"
    )
    looked_at(clerk, "pledge-04-meeting", width)
    clerk.send().sees("把三组的水渠修通")
    assert Promise.objects.get().kind == "meeting"
    clerk.open("/search/?q=水渠&kind=promise").sees("把三组的水渠修通")
    clerk.open("/promises/export/").sees("做成文件")
    looked_at(clerk, "pledge-05-export", width)
