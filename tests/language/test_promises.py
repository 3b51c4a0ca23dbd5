"""Promises and their dates. A false alarm keeps an answer from going out, so what is none is tried more than what is one."""

import os
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from gongyi.language.promises import day_in, promises, proposed, undated

PROMISED = [
    "我局将择期修复该路段。",
    "我们将尽快修复。",
    "您反映的路灯问题，我们将尽快修复。",
    "我局将尽快安排人员维修",
    "已列入改造计划。",
    "该路段已纳入年度维修计划",
    "下一步将安装路灯。",
    "我们会修好的。",
    "拟于近期修复",
    "将于近期完成整改",
    "预计很快完工",
    "我们会尽快处理",
    "我们一定解决",
    "我镇计划硬化这条路",
    "我局将把核实的情况尽快向您反馈",
    "近期将组织施工队进场施工",
    "路灯将尽快更换",
    "我们马上安排维修",
    "我局将转账到您的银行卡",
    "我局将查处这家店",
    "按照〔2026〕9号文件，我们将尽快修复。",
    "《三年计划（2026年）》已经印发，我们将尽快修复。",
]
NONE = [
    "修好了。",
    "已于5月1日修复。",
    "如有问题，我们将尽快处理。",
    "请您尽快联系我们办理。",
    "建议您尽快到窗口办理。",
    "待资金到位后实施。",
    "我局将继续加强管理。",
    "现将有关情况回复如下：已修好。",
    "已责成物业公司尽快整改。",
    "您要求尽快修路的诉求已收悉。",
    "逾期不整改的，我局将依法处理。",
    "没有列入今年的计划。",
    "此路暂未列入改造计划，无法确定时间。",
    "按规定，符合条件的将发放补贴。",
    "规划部门按程序办理。",
    "县委会议研究了建设方案。",
    "向社会公布了咨询电话。",
    "项目近期建设的重点是桥。",
    "对于尽快启动建设的建议，我们转给了规划部门。",
]
DATED = [
    "我们将于2027年3月31日前修复。",
    "将于近期完成，最晚6月30日。",
    "预计下月完工。",
    "三天内我们会派人上门。",
    "灯泡换了，线路下周再修。",
    "已列进这个月的维修单，今天完工。",
    "我们将尽快修复。最晚三月底完成。",
    "已列入改造计划，年底前动工。",
    "已列入“十五五”建设项目库。",
    "将在15个工作日内答复。",
    "将在开学前安装护栏。",
    "第二季度将完成铺设。",
]


@pytest.mark.parametrize("text", PROMISED)
def test_a_promise_without_a_date_is_found(text):
    [found] = undated(text)
    assert found.words in text


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_promise_of_one_s_own_passes(text):
    assert undated(text) == []


@pytest.mark.parametrize("text", DATED)
def test_a_promise_with_a_date_passes(text):
    assert undated(text) == []


def test_a_date_beside_the_promise_is_what_counts():
    assert undated(
        "2026年5月1日我们到现场看过。灯是坏的。线也断了。我们将尽快修复。"
    )  # the visit's day is not the promise's
    assert not undated("我们将尽快修复。5月31日前办完。")


def test_a_promise_of_others_or_under_a_condition_is_known_but_not_plain():
    for text in ("物业公司将尽快修复电梯。", "待资金到位后，我们将尽快修复。"):
        [found] = promises(text)
        assert not found.plain


def test_every_answer_of_the_demo_and_every_template_may_go_out():
    demo = tomllib.loads(Path("gongyi/home/demo.toml").read_text(encoding="utf-8"))
    shipped = tomllib.loads(Path("gongyi/casework/defaults.toml").read_text(encoding="utf-8"))
    texts = [text for matter in demo["matter"] for text in matter["answers"]]
    texts += [template["text"] for template in shipped["templates"]]
    assert [text for text in texts if undated(text)] == []


def test_time_grows_with_the_length_only():
    assert len(promises("我们将尽快" * 4000)) <= 1
    assert promises("将于" * 10000 + "。") == []


@pytest.mark.slow
def test_the_page_says_how_many_answers_are_barred():
    """Counted anew where GONGYI_ANSWERS names the file of public answers, which is not part of the product."""
    file = os.environ.get("GONGYI_ANSWERS")
    if not file:
        pytest.skip("GONGYI_ANSWERS=requests-answered.xlsx")
    from gongyi.casework.management.requests import read_requests

    rows = read_requests(Path(file))
    barred = sum(bool(undated(row.answer)) for row in rows)
    page = (Path(__file__).parents[2] / "docs/explanation/answers.md").read_text("utf-8")
    assert f"**拦下的**：{barred} 条（{barred / len(rows):.1%}" in page
    assert f"{len(rows):,} 条公开的留言和答复" in page


# --- which day ---------------------------------------------------------------------------------------------------------

MONDAY = date(2026, 11, 16)


def _workday(number: int) -> date:
    return MONDAY + timedelta(days=100 + number)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("最晚12月4日修好", (2026, 12, 4)), ("十二月四日前修好", (2026, 12, 4)), ("2027年3月15日前", (2027, 3, 15)),
        ("2026-12-04前", (2026, 12, 4)), ("1月10日前", (2027, 1, 10)), ("12月底前完成", (2026, 12, 31)),
        ("11月中旬", (2026, 11, 20)), ("明年5月份", (2027, 5, 31)), ("本月底", (2026, 11, 30)), ("下个月底", (2026, 12, 31)),
        ("年底前", (2026, 12, 31)), ("第一季度", (2027, 3, 31)), ("下周内", (2026, 11, 29)), ("明天上门", (2026, 11, 17)),
        ("三日内答复", (2026, 11, 19)), ("十五天内", (2026, 12, 1)), ("一个月内", (2026, 12, 16)), ("24小时内恢复", (2026, 11, 17)),
    ],
)  # fmt: skip
def test_last_day_that_a_sentence_names_is_read(text, day):
    assert day_in(text, MONDAY, _workday) == date(*day)


def test_working_days_are_counted_by_the_callers_calendar():
    assert day_in("5个工作日内", MONDAY, _workday) == MONDAY + timedelta(days=105)


@pytest.mark.parametrize(
    "text", ["尽快修好", "《三年行动计划（2018-2020年）》", "9月1日已经修过", "2025年12月4日", "春节前"]
)
def test_no_day_or_one_that_is_over_is_none(text):
    assert day_in(text, MONDAY, _workday) is None


def test_plain_promises_are_proposed_once_with_the_day_beside_them():
    found = proposed(
        "路灯坏了。我们将于12月4日前修好路灯。我镇将清理水沟。最晚12月20日。如果下雨，我们会推迟。", MONDAY, _workday
    )
    assert [(one.what, one.day) for one in found] == [
        ("我们将于12月4日前修好路灯", date(2026, 12, 4)), ("我镇将清理水沟", date(2026, 12, 20)),
    ]  # fmt: skip
