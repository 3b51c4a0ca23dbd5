"""Other offices' forms on proposals: numbers and lists are found and filled, who proposed is left to the officer's hand."""

from datetime import timedelta
from io import BytesIO

import pytest
import xlsxwriter
from openpyxl import load_workbook

from gongyi.core import clock
from gongyi.core.figures import Period
from gongyi.reports.queries import filled
from tests.proposals.conftest import answered, opened
from tests.proposals.test_figures import everything

HEADS = ["单位", "收到提案", "承办提案数", "立案数", "立案率", "不立案", "并案", "办复数", "办复率", "按时办复率", "面商率", "提案满意率", "重办"]  # fmt: skip
LISTED = ["序号", "案号", "案由", "提案人", "主办单位", "立案日期", "答复日期", "办理结果", "委员评价"]


def sheet(title: str, heads: list[str], rows: list[list[str]]) -> bytes:
    content = BytesIO()
    book = xlsxwriter.Workbook(content)
    page, edge = book.add_worksheet("表"), book.add_format({"border": 1})
    page.merge_range(0, 0, 0, len(heads) - 1, title)
    for at, head in enumerate(heads):
        page.write(1, at, head, edge)
    for n, row in enumerate(rows, start=2):
        for at in range(len(heads)):
            page.write(n, at, row[at] if at < len(row) else "", edge)
    book.close()
    return content.getvalue()


def told(content: bytes, unit, by=None) -> dict[str, object]:
    period = Period(clock.today().replace(day=1), clock.today())
    made = filled.fill_file(content, "提案表.xlsx", unit=unit, period=period, by=by)
    book = load_workbook(BytesIO(made.content))
    first, second, *_rest = book["表"].iter_rows(min_row=2, values_only=True)
    return dict(zip(first, second, strict=True))


def test_numbers_of_proposals_are_those_of_their_figures(land):
    everything(land)
    found = told(sheet("提案办理情况统计表", HEADS, [[land.county.name]]), land.county)
    wanted = {
        "收到提案": 8,
        "承办提案数": 4,
        "立案数": 4,
        "立案率": 50,
        "不立案": 2,
        "并案": 1,
        "办复数": 3,
        "面商率": 0,
        "提案满意率": 33.3,
        "重办": 1,
    }
    assert {head: found[head] for head in wanted} == wanted
    assert (found["办复率"], found["按时办复率"]) == (75, 100)


def test_a_form_that_says_nothing_of_proposals_gets_none_of_them(land):
    everything(land)
    found = told(sheet("群众诉求办理情况统计表", ["单位", "受理数", "并案", "重办"], [[land.county.name]]), land.county)
    assert (found["受理数"], found["并案"], found["重办"]) == (None, None, None)  # no matter was ever recorded here


def test_a_list_of_proposals_holds_those_that_one_may_see_without_who_proposed(land):
    one = answered(land)
    with clock.at(clock.now() + timedelta(minutes=5)):
        opened(land, title="刘大勇说修路", analysis="刘大勇说，路不平。")
    form = sheet("提案办理台账", LISTED, [[], []])
    found = told(form, land.county, by=land.desk)
    assert (found["案号"], found["案由"], found["主办单位"]) == (one.number, "在村口修一座桥", "东湖镇")
    assert (found["办理结果"], found["委员评价"], found["提案人"]) == ("A 第A类", None, None)
    assert (
        str(found["立案日期"]).removesuffix("日") == f"{clock.today().year}年{clock.today().month}月{clock.today().day}"
    )
    assert told(form, land.county, by=land.stranger)["案号"] is None
    assert "刘大勇" not in str(told(sheet("提案办理台账", LISTED, [[]]), land.county, by=land.desk))


def test_a_list_of_cases_stays_one_of_cases(land):
    answered(land)
    heads = ["序号", "编号", "标题", "主办单位", "办理结果"]
    assert told(sheet("群众诉求办理台账", heads, [[]]), land.county, by=land.desk)["编号"] is None


@pytest.mark.parametrize(("title", "number"), [("提案办复台账", 1), ("提案立案台账", 2)])
def test_a_list_holds_what_its_title_speaks_of(land, title, number):
    from tests.proposals.conftest import assigned

    answered(land)
    assigned(land)
    opened(land)
    period = Period(clock.today(), clock.today())
    made = filled.fill_file(sheet(title, LISTED, [[], [], []]), "a.xlsx", unit=land.county, period=period, by=land.desk)
    column = [row[1].value for row in load_workbook(BytesIO(made.content))["表"].iter_rows(min_row=3)]
    assert sum(value is not None for value in column) == number
