"""From a call to a kept word: three suggestions, two of them alike, two units that help, an answer sent back, a promise kept, everybody reads it.

Every step is a person's own, in a browser; every page on the way passes axe in both widths.
"""

from datetime import timedelta

import pytest

from gongyi.core import clock
from gongyi.promises.actions import run_clock
from gongyi.promises.models import Promise
from gongyi.promises.rules import register_origin
from gongyi.proposals.actions.promising import ORIGIN
from gongyi.proposals.actions.publishing import PRESS
from gongyi.proposals.models import Proposal, Publication
from gongyi.publishing.rules import register_press
from tests.browser.test_office import looked_at
from tests.proposals.conftest import land  # noqa: F401 - a fixture, in place of casework's

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
BRIDGE = {"analysis": "下雨天孩子绕行五里，去年有两人落水。", "suggestions": "在老渡口修一座三米宽的小桥。"}
LAMPS = {"analysis": "两岸的路晚上没有灯。", "suggestions": "路口装四盏太阳能灯。"}


def suggest(people, title: str, name: str, texts: dict[str, str]):
    """Somebody answers the only call and stays on the page of their own suggestion."""
    resident = people(None, "/portal/calls/").press("渡口两岸怎么走").press("我来说")
    resident.fill(title=title, name=name, **texts).page.check("[name=may_publish]")
    resident.send().press("记好了，看这件事")
    return resident


def test_a_call_ends_in_a_kept_word(people, land, width):  # noqa: F811
    register_origin(ORIGIN)
    register_press(PRESS)
    desk = people(land.desk).open("/proposals/calls/new/").fill(
        title="渡口两岸怎么走", question="桥修在哪里、多宽？", invited="两岸的人", until="2099-01-01", use="县里看，下季度公布。"
    )  # fmt: skip
    desk.send().press("开始征集").send().sees("征集中")

    first = suggest(people, "在老渡口修桥", "刘大勇", BRIDGE)
    second = suggest(people, "渡口那里修个桥", "陈小红", BRIDGE)
    suggest(people, "两岸路口装灯", "张三丰", LAMPS)
    bridge, alike, lamps = Proposal.objects.order_by("number")

    desk.open("/proposals/").sees("共 3 件")
    looked_at(desk, "k01-three", width)
    desk.open(bridge.get_absolute_url()).press("立案").fill(opinion="说得具体，可以办。").send()
    desk.open(alike.get_absolute_url()).press("并入另一件").fill(first=bridge.number)
    looked_at(desk, "k02-merge", width)
    desk.send().sees(bridge.number)
    desk.open(lamps.get_absolute_url()).press("立案").fill(opinion="可以办。").send()
    desk.open(bridge.get_absolute_url()).press("交办").pick("lead", "东湖镇").pick("co_unit", "西山镇")
    desk.pick("co_unit_2", "水利局")
    looked_at(desk, "k03-assign", width)
    desk.send().sees("等东湖镇签收").sees("陈**")

    clerk = people(land.clerk).open(bridge.get_absolute_url()).press("签收")
    clerk.press("记一次沟通").choose("kind", "面商").fill(note="在渡口当面谈了。").send()
    clerk.press("请会办单位写意见").send()
    for one, words in ((land.helper, "同意，引道由我们修。"), (land.separate, "同意，桥面要高出五十年一遇的水位。")):
        people(one).open(bridge.get_absolute_url()).press("写会办意见").fill(note=words).send()
    soon = clock.today() + timedelta(days=3)
    day = f"{soon.month}月{soon.day}日"
    answer(
        clerk, bridge, f"桥已经列入计划，{day}以前画好图纸。", "B 第B类", promise="桥的图纸画好", promise_due=str(soon)
    )
    lead = people(land.lead)
    lead.open(bridge.get_absolute_url()).press("签发").send()

    first.open("/portal/suggest/own/").sees("桥已经列入计划").choose("manner", "满意").choose("rating", "不满意")
    first.fill(note="只有图纸，没有说哪天开工。")
    looked_at(first, "k04-not-satisfied", width)
    first.press("送出评价").sees("重新办理")
    second.open("/portal/suggest/own/").sees("和另一件一起办")
    looked_at(second, "k05-merged", width)

    answer(clerk, bridge, f"{day}以前开工。", "B 第B类", promise="桥开工", promise_due=str(soon))
    lead.open(bridge.get_absolute_url()).press("签发").send()
    first.open("/portal/suggest/own/").choose("manner", "满意").choose("rating", "满意").press("送出评价")

    woken = run_clock(land.county.county)
    assert (
        woken["told"] == Promise.objects.filter(state="due").count() > 0
    )  # three days are less than five working days
    promise = Promise.objects.get(what="桥开工")
    clerk.open("/today/").sees("桥开工")
    clerk.open(promise.get_absolute_url()).press("报告做到了").fill(proof="今天打下第一根桩，老人都来看了。").send()
    lead.open(promise.get_absolute_url()).press("核对过，算兑现").send().sees("已兑现 · 按时")
    looked_at(lead, "k06-kept", width)
    first.open("/portal/suggest/own/").sees("桥开工")
    looked_at(first, "k07-told", width)

    clerk.open(bridge.get_absolute_url()).press("公开提案").press("开始拟稿").press("送审").send()
    public = Publication.objects.get()
    lead.open(public.get_absolute_url()).press("同意公开").send()
    reader = people(None, "/portal/suggestions/").sees("在老渡口修桥")
    reader.page.locator("main ul.rows a").first.click()
    reader.sees("以前开工").sees("怎么一步步办的").sees("桥开工").sees("做到了 · 按时")
    looked_at(reader, "k08-everybody", width)


def answer(clerk, proposal: Proposal, words: str, result: str, **promise: str) -> None:
    """The lead unit's answer, sent to be signed."""
    clerk.open(proposal.get_absolute_url()).press("答复送审").fill(answer=words, **promise).choose(
        "result", result
    ).send()
