"""From a call to an answered suggestion, by residents: on a phone and on a desktop, in Chinese; every page passes axe."""

import pytest

from gongyi.proposals import actions
from gongyi.proposals.models import Cause, Comment, Proposal
from gongyi.publishing import actions as publishing
from tests.browser.test_office import looked_at
from tests.proposals.conftest import act, again, land  # noqa: F401 - a fixture, in place of casework's

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
TEXTS = {"analysis": "下雨天孩子绕行五里，去年有两人落水。", "suggestions": "在老渡口修一座三米宽的小桥。"}


def test_residents_suggest_sign_support_comment_and_rate(people, land, width):  # noqa: F811
    Cause(kind="comment", text="骂人、吓唬人", elsewhere="说事情，不说人。").save()
    desk = people(land.desk).open("/proposals/calls/").sees("还没有征集")
    looked_at(desk, "s01-calls-empty", width)
    desk.open("/proposals/calls/new/").fill(
        title="渡口两岸怎么走", question="桥修在哪里、多宽？", invited="两岸的人", until="2099-01-01", use="县里看，下季度公布。"
    )  # fmt: skip
    desk.page.check("[name=supports]")
    desk.page.check("[name=comments]")
    looked_at(desk, "s02-call-new", width)
    desk.send().press("开始征集").send().sees("征集中")
    looked_at(desk, "s03-call", width)

    resident = people(None)
    resident.open("/portal/calls/").sees("渡口两岸怎么走")
    looked_at(resident, "s04-portal-calls", width)
    resident.press("渡口两岸怎么走")
    looked_at(resident, "s05-portal-call", width)
    resident.press("我来说").send().sees("请写一句关于什么")
    looked_at(resident, "s06-suggest-error", width)
    resident.fill(title="在老渡口修桥", **TEXTS, name="刘大勇", cosigners="陈小红")
    resident.choose("kind", "和别人联名").page.check("[name=may_publish]")
    looked_at(resident, "s07-suggest", width)
    resident.send().sees("请转给联名的人")
    looked_at(resident, "s08-suggested", width)
    _number, _code, signs, its_code = resident.page.locator("dd.number").all_inner_texts()
    resident.press("记好了，看这件事").sees("等本人确认")
    looked_at(resident, "s09-own", width)

    signer = people(None)
    signer.open("/portal/track/").fill(number=signs, code=its_code).send().sees("有人请您联名")
    looked_at(signer, "s10-sign", width)
    signer.choose("agreed", "愿意，这也是我的建议").send().sees("本人确认了")

    one = Proposal.objects.get()
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    public = publishing.propose_publication(publishing.start_publication(again(one), by=land.clerk), by=land.clerk)
    publishing.approve_publication(public, by=land.lead)

    other = people(None)
    other.open("/portal/suggest/").fill(title="渡口那里修个桥", **TEXTS).send().sees("有人提过差不多的")
    looked_at(other, "s11-near", width)
    other.page.locator("#near button").first.click()
    other.sees("不到 10 人支持")
    looked_at(other, "s12-supported", width)
    other.open("/portal/mine/new/").fill(phone="13900001111", new="lüzi-kai-hua", again="lüzi-kai-hua").send()
    other.open(f"/portal/suggestions/{public.slug}/comment/").fill(text="三米太窄，要能过拖拉机。")
    looked_at(other, "s13-comment", width)
    other.send().sees("有人看过就显示")

    desk.open("/proposals/comments/")
    looked_at(desk, "s14-comments", width)
    desk.open(Comment.objects.get().get_absolute_url())
    looked_at(desk, "s15-comment", width)
    desk.press("显示这条评论").sees("显示着")
    other.open(f"/portal/suggestions/{public.slug}/").sees("三米太窄")
    other.open("/portal/mine/").sees("我的评论")
    looked_at(other, "s16-mine", width)
    other.open("/portal/standard/").sees("骂人、吓唬人")
    looked_at(other, "s17-standard", width)

    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="桥已经修好。", result=land.classes["A"])
    act(one, "approve", land.lead)
    resident.open("/portal/suggest/own/").sees("桥已经修好").choose("manner", "满意").choose("rating", "不满意")
    looked_at(resident, "s18-rate", width)
    resident.fill(note="太窄了").press("送出评价").sees("重新办理")
    assert again(one).state == "redo"

    desk.open(again(one).get_absolute_url()).sees("谁会听到消息")
    looked_at(desk, "s19-office", width)
    call = one.call
    actions.CALL_ACTS["close"](call, by=land.desk, reason="路要先修了")
    actions.CALL_ACTS["tell"](call, by=land.desk, outcome="修一座四米宽的桥。")
    resident.open(f"/portal/calls/{call.slug}/").sees("修一座四米宽的桥")
    looked_at(resident, "s20-told", width)


def test_an_unfinished_suggestion_goes_on_without_javascript(people, land, width):  # noqa: F811
    resident = people(None, java_script_enabled=False)
    resident.open("/portal/suggest/").fill(title="修桥").page.click("button[name=later]")
    number, code = resident.sees("存好了，还没有送出").page.locator("dd.number").all_inner_texts()
    resident.shot(f"{width}-s21-kept")  # axe is a script itself
    phone = people(None, java_script_enabled=False)
    phone.open("/portal/track/").fill(number=number, code=code).send()
    assert phone.page.input_value("[name=title]") == "修桥"
    phone.fill(**TEXTS).send().sees("请现在就记下来")
