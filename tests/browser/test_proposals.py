"""A proposal from its first word to its end, on a phone and on a desktop, in Chinese; every page passes axe."""

import pytest

from gongyi.proposals.models import Proposal
from tests.browser.test_office import looked_at
from tests.proposals.conftest import land  # noqa: F401 - a fixture, in place of casework's

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def test_a_proposal_goes_its_whole_way(people, land, width):  # noqa: F811
    recorder = people(land.recorder).open("/proposals/").sees("这里会列出您单位经手的提案")
    looked_at(recorder, "proposals-01-empty", width)
    recorder.open("/proposals/new/").send().sees("请填写“具体建议”")
    looked_at(recorder, "proposals-02-error", width)
    recorder.fill(
        title="把东湖镇到李家村的窄路加宽", analysis="有 1.2 公里只有三米宽，会车要倒到路口。", suggestions="一、先加宽最窄的 400 米。\n二、弯道装反光镜。",
        name="刘大勇", phone="13812345678", cosigners="陈小红\n张三丰",
    ).choose("kind", "联名提案").send()  # fmt: skip
    recorder.sees("等东湖县审查").sees("刘**")
    looked_at(recorder, "proposals-03-submitted", width)
    one = Proposal.objects.get()
    page = one.get_absolute_url()

    desk = people(land.desk).sees("提案 · 还有时间").open(page)
    desk.press("立案").fill(opinion="说得具体，可以办。")
    looked_at(desk, "proposals-04-file", width)
    desk.send().press("交办").pick("lead", "东湖镇").pick("co_unit", "西山镇").pick("supervisor", "东湖县")
    looked_at(desk, "proposals-05-assign", width)
    desk.send().sees("等东湖镇签收")

    clerk = people(land.clerk).open(page)
    clerk.press("签收").press("记一次沟通").choose("kind", "走访").fill(note="一起去看了路。").send()
    clerk.press("请会办单位写意见").send().sees("等西山镇会签")
    looked_at(clerk, "proposals-06-consulting", width)
    people(land.helper).sees("等您的单位写意见，主办单位才能答复").open(page).press("写会办意见").fill(
        note="同意，路沟由我们清。"
    ).send()
    clerk.open(page).press("答复送审").fill(
        answer="最窄的 400 米列入今年计划。", promise="加宽最窄的 400 米", promise_due="2099-01-04"
    )
    clerk.choose("result", "B 第B类")
    looked_at(clerk, "proposals-07-answer", width)
    clerk.send().sees("等东湖镇签发")
    people(land.lead).open(page).press("签发").sees("加宽最窄的 400 米").send().sees("等东湖县督办审核")
    people(land.supervisor).open(page).press("督办审核通过").send().sees("等提出人评价")

    recorder.open(page).press("记提出人评价").choose("manner", "满意").choose("rating", "不满意").fill(
        note="只修了一半。"
    )
    looked_at(recorder, "proposals-08-rate", width)
    recorder.send().sees("等东湖镇重新办理")
    clerk.open(page).press("答复送审").fill(answer="全修好了。").choose("result", "A 第A类").send()
    people(land.lead).open(page).press("签发").send()
    people(land.supervisor).open(page).press("督办审核通过").send()
    recorder.open(page).press("记提出人评价").choose("manner", "满意").choose("rating", "满意").send().sees("办结")
    looked_at(recorder, "proposals-09-closed", width)
    recorder.open("/proposals/").sees(one.number)
    looked_at(recorder, "proposals-10-list", width)
