"""A suggestion from the office to everybody: made public, answered, corrected, its promise, found, followed, taken; on a phone and on a desktop."""

from datetime import timedelta

import pytest

from gongyi.core import clock
from gongyi.promises.models import Line, Promise
from gongyi.promises.rules import register_origin
from gongyi.proposals.actions.promising import ORIGIN
from gongyi.proposals.actions.publishing import PRESS
from gongyi.proposals.models import Publication
from gongyi.publishing.rules import register_press
from tests.browser.test_office import looked_at
from tests.proposals.conftest import act, again, land, opened  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
ANALYSIS = "下雨天孩子绕行五里。刘大勇家门口也过不去，电话13812345678。"
SUGGESTIONS = "在村口修一座三米宽的小桥，两边装护栏。"


def test_suggestion_is_made_public_and_everybody_reads_what_came_of_it(people, land, width):  # noqa: F811
    register_origin(ORIGIN)
    register_press(PRESS)
    one = opened(land, analysis=ANALYSIS, suggestions=SUGGESTIONS, may_publish=True, category=land.category)
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)

    clerk = people(land.clerk).open(one.get_absolute_url()).press("公开提案")
    looked_at(clerk, "public-01-start", width)
    clerk.press("开始拟稿").sees("程序遮住的词")
    looked_at(clerk, "public-02-draft", width)
    clerk.press("改文字").fill(analysis="下雨天孩子绕行五里。").send()
    clerk.press("送审")
    looked_at(clerk, "public-03-propose", width)
    clerk.send().sees("等东湖镇审核")

    lead = people(land.lead).open("/today/").sees("等您审的公开提案")
    lead.open("/proposals/publications/").sees("在村口修一座桥")
    looked_at(lead, "public-04-list", width)
    lead.page.locator("main ul.rows a").first.click()
    lead.press("同意公开").send().sees("公众看到的")
    looked_at(lead, "public-05-published", width)

    resident = people(None, "/portal/suggestions/").sees("在村口修一座桥")
    looked_at(resident, "public-06-everybody", width)
    resident.page.locator("main ul.rows a").first.click()
    resident.sees("怎么一步步办的").sees("还没有公开的答复")
    looked_at(resident, "public-07-page", width)

    act(one, "sign", land.clerk2)
    line = Line("桥修到河对岸", land.town, clock.today() + timedelta(days=90))
    act(one, "answer", land.clerk2, answer="列入今年计划，九月开工。", result=land.classes["B"], promises=[line])
    act(one, "approve", land.lead)
    publication = Publication.objects.get()
    clerk.open(publication.get_absolute_url()).sees("答复发出了，公众还看不到")
    looked_at(clerk, "public-08-behind", width)
    clerk.press("更正").fill(why="补上答复").send().press("送审").send().sees("公众现在还看得到上一版")
    lead.open(f"{publication.get_absolute_url()}approve/").send().sees("第 2 版")

    resident.open(f"/portal/suggestions/{publication.slug}/").sees("列入今年计划").sees("桥修到河对岸").sees("补上答复")
    looked_at(resident, "public-09-answered", width)
    assert Promise.objects.get().state == "due"
    resident.open("/portal/suggestions/?q=护栏").sees("在村口修一座桥")
    resident.open("/portal/suggestions/?q=没有的字").sees("没有找到")
    looked_at(resident, "public-10-nothing", width)
    resident.open("/portal/suggestions/data/").sees("每一列是什么")
    looked_at(resident, "public-11-data", width)

    clerk.open(publication.get_absolute_url()).press("撤下").choose("down_why", "已经过时").send().sees("已撤下")
    resident.open(f"/portal/suggestions/{publication.slug}/").sees("这件建议已经撤下")
    looked_at(resident, "public-12-gone", width)
    assert "410" in resident.problems.pop(), "the browser notes that it is gone"
    assert again(one).state == "replied"
