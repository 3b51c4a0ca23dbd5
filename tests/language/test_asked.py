"""What a blank form asks: scored against hand-written keys, and rule by rule with the guard taken away."""

from dataclasses import replace
from pathlib import Path

import pytest

from gongyi.core import gate
from gongyi.documents.blank import Slot
from gongyi.language.asked import cells, reading, sentences
from gongyi.language.asked.ask import Ask, Vocabulary
from gongyi.language.asked.figures import period_of
from gongyi.language.asked.matching import match
from gongyi.language.asked.reading import Lexicon
from gongyi.language.asked.trial import Score, _count, measure

FORMS = Path(__file__).parents[1] / "reports" / "forms"
WORDS = Vocabulary(
    "month",
    types=(("c", "投诉"), ("h", "求助"), ("s", "建议"), ("r", "个人信息")),
    channels=(("phone", "电话"), ("counter", "来访"), ("chat", "网络留言"), ("portal", "自助提交"), ("letter", "来信"), ("other", "其他")),
    topics=(("farm", "农业农村"), ("road", "道路交通"), ("work", "劳动就业"), ("care", "社会保障")),
    children=(("east", "东湖镇"),),
    refused=lambda text: kind.label if (kind := gate.refused_header(text)) else "",
)  # fmt: skip


def cell(*columns: str, label: str = "合计", **more) -> Slot:
    return Slot("S!B2", "cell", 0, (2, 2), columns=columns, labels=(label,), heads=((),), **more)


def ask(*columns: str, label: str = "合计", words: Vocabulary = WORDS, **more) -> Ask:
    return match([cell(*columns, label=label, **more)], words)[0]


def line(text: str) -> list[Ask]:
    from gongyi.documents.blank.blanks import find_gaps

    gaps = find_gaps(text)
    slots = [
        Slot(f"paragraph 1 blank {n}", "blank", text=text, start=gap.start, end=gap.end)
        for n, gap in enumerate(gaps, 1)
    ]
    return match(slots, WORDS)


@pytest.mark.parametrize("path", sorted(FORMS.glob("first/*.key.json")), ids=lambda path: path.stem[:14])
def test_the_six_forms_that_came_first_are_understood(path):
    score = measure(path, Vocabulary(refused=WORDS.refused))
    assert score.places > 60
    assert score.share >= 0.97, score.wrong[:5]
    assert score.share_confirmed >= 0.97


def test_a_key_lets_two_readings_pass_and_a_wrong_number_is_counted_apart_from_an_empty_cell():
    wanted = {"at": "S!B2", "asks": {"any": [{"figure": "called", "by": None, "period": "this"}, {"leave": "two readings"}]}}  # fmt: skip
    told = {
        "called": Ask("figure", ("cases.called",)),
        "closed": Ask("figure", ("cases.closed",)),
        "left": Ask("leave", word="hand"),
    }
    for name, good, false in (("called", 1, 0), ("left", 1, 0), ("closed", 0, 1)):
        score = Score("form")
        _count(score, wanted, {"S!B2": (cell("回访"), told[name])}, WORDS)
        assert (score.asked, score.right, score.false, score.empty) == (1, good, false, 0)
    score = Score("form")
    _count(score, wanted | {"asks": wanted["asks"]["any"][0]}, {"S!B2": (cell("回访"), told["left"])}, WORDS)
    assert (score.right, score.false, score.empty) == (0, 0, 1)


@pytest.mark.parametrize(
    ("columns", "label", "figure", "by", "period"),
    [
        (("办结情况", "按期\n办结率"), "投诉类", "closed_in_time_rate", {"type": ("c",)}, "this"),
        (("按期办结", "件数"), "合计", "closed_in_time", {}, "this"),
        (("按期办结", "率(%)"), "合计", "closed_in_time_rate", {}, "this"),
        (("上月",), "办结件数", "closed", {}, "previous"),
        (("累计",), "其中：电话", "received", {"channel": ("phone",)}, "year_to_date"),
        (("本月（件）",), "网上", "received", {"channel": ("chat", "portal")}, "this"),
        (("去年同期",), "收件总数", "received", {}, "same_last_year"),
        (("累计", "同比（±%）"), "收件总数", "received", {}, "year_to_date_change_year_on_year"),
        (("上期结转",), "投诉", "open", {"type": ("c",)}, "previous"),
        (("受理数",), "劳动和社会保障", "received", {"topic": ("work", "care")}, "this"),
        (("满意率",), "东湖镇", "satisfaction_rate", {}, "this"),
    ],
)  # fmt: skip
def test_headings_and_labels_together_say_what_is_counted(columns, label, figure, by, period):
    found = ask(*columns, label=label)
    assert found.kind == "figure", found
    assert found.figures == (f"cases.{figure}",)
    assert {dimension: keys for dimension, _word, keys in found.by} == by
    assert found.period == period
    assert found.unit == ("east" if label == "东湖镇" else "")


@pytest.mark.parametrize(
    ("columns", "label", "why"),
    [
        (("领导批示次数",), "合计", "not_held"),
        (("当场答复数",), "合计", "not_held"),
        (("重复诉求件数",), "合计", "not_held"),
        (("受理数",), "西山街道办", "not_held"),
        (("备注",), "合计", "hand"),
        (("民族",), "合计", "refused"),
        (("投诉量考核得分",), "合计", "intake_target"),
        (("办结率排名",), "合计", "target"),
        (("延期率",), "合计", "no_rate"),
    ],
)
def test_what_is_not_held_here_is_left_with_the_reason(columns, label, why):
    assert (ask(*columns, label=label).kind, ask(*columns, label=label).word) == ("leave", why)


def test_d2_a_refused_heading_stays_empty_and_without_the_gate_it_would_not_be_named():
    found = ask("诉求人信息", "政治面貌", label="1", record=1)
    assert found.word == "refused"
    assert "政治面貌" in found.about
    assert ask("诉求人信息", "政治面貌", label="1", record=1, words=replace(WORDS, refused=None)).word != "refused"


def test_an_intake_target_is_left_but_the_count_beside_it_is_filled_and_without_the_rule_it_would_be_filled_too(
    monkeypatch,
):
    assert ask("投诉量", label="合计").figures == ("cases.received",)
    assert ask("投诉量控制目标", label="合计").word == "intake_target"
    monkeypatch.setattr(cells.Around, "left", lambda _self: None)
    assert ask("投诉量控制目标", label="合计").kind == "figure"


def test_a_word_that_is_not_understood_leaves_the_cell_and_without_that_it_would_be_wrong(monkeypatch):
    assert ask("重复受理数").kind == "leave"
    read = Lexicon.read
    monkeypatch.setattr(Lexicon, "read", lambda self, text: replace(read(self, text), rest=""))
    assert ask("重复受理数").kind == "figure"


def test_other_is_whatever_the_rows_beside_it_are_not():
    slots = [
        replace(cell("受理数", label=label), place=(row, 2)) for row, label in enumerate(("投诉", "求助", "其他"), 2)
    ]
    assert match(slots, WORDS)[-1].by == (("type", "其他", ("s", "r")),)


def test_gaps_of_a_sentence_go_on_from_what_was_said_before():
    asks = line(
        "本月共受理群众诉求____件，其中投诉___件，求助___件；较上月____（增加/减少）____%。满意率____%，上月为____%。"
    )
    told = [
        (each.figures[0].removeprefix("cases."), [keys for _d, _w, keys in each.by], each.period, each.part)
        for each in asks
    ]
    assert told == [
        ("received", [], "this", ""),
        ("received", [("c",)], "this", ""),
        ("received", [("h",)], "this", ""),
        ("received", [], "change_on_previous", "direction"),
        ("received", [], "change_on_previous", "size"),
        ("satisfaction_rate", [], "this", ""),
        ("satisfaction_rate", [], "previous", ""),
    ]


def test_the_head_and_foot_of_a_form():
    asks = line("填报单位（盖章）：      填报人：      填报日期：    年  月  日")
    assert [(each.kind, each.word, each.part) for each in asks] == [
        ("text", "unit_name", ""), ("leave", "hand", ""), ("text", "date", "year"), ("text", "date", "month"), ("text", "date", "day"),
    ]  # fmt: skip
    assert [each.word for each in line("____年第__季度情况表")] == ["year", "quarter"]
    assert [each.word for each in line("____年__月情况表")] == ["year", "month"]


def test_a_list_of_matters_and_what_of_it_is_left():
    heads = ("序号", "工单编号", "姓名", "民族", "登记日期", "主要内容", "办理结果", "群众评价", "涉及人数")
    slots = [
        Slot(f"S!{n}", "cell", 0, (3, n), columns=(head,), labels=("1",), record=1) for n, head in enumerate(heads, 1)
    ]
    told = [each.word for each in match(slots, WORDS)]
    assert told == ["serial", "number", "person", "refused", "date", "content", "result", "satisfaction", "not_held"]


def test_rows_without_words_are_units_or_topics_by_their_heading():
    units = [
        Slot(f"S!{n}{r}", "cell", 0, (r, n), columns=(head,), labels=(str(r),), record=r)
        for r in (1, 2)
        for n, head in ((2, "乡镇"), (3, "受理数"))
    ]
    asks = match(units, WORDS)
    assert [(each.word or each.figures[0], each.unit) for each in asks] == [
        ("unit_name", "child 1"), ("cases.received", "child 1"), ("unit_name", "child 2"), ("cases.received", "child 2"),
    ]  # fmt: skip


def test_the_same_words_mean_another_time_on_a_form_of_a_year():
    assert period_of(["last_year"], "month") == "same_last_year"
    assert period_of(["last_year"], "year") == "previous"
    assert period_of(["to_date"], "year") == "this"


def test_an_ask_survives_being_kept():
    found = ask("办结率", label="投诉类")
    assert Ask.unpacked(found.packed()) == found


# --- months, quarters and years of one form ------------------------------------------------------------------------------


def timed(*columns: str, label: str = "受理件数", kind: str = "year", **more) -> tuple[str, str]:
    found = ask(*columns, label=label, words=replace(WORDS, kind=kind, year=2026), **more)
    return (found.period, found.window) if found.kind == "figure" else ("leave", found.word)


@pytest.mark.parametrize(
    ("columns", "window"),
    [
        (("3月",), "m3"), (("十二月份",), "m12"), (("1-9月",), "m1-9"), (("一至三月",), "m1-3"), (("第二季度",), "q2"), (("本年", "四季度"), "q4"),
        (("上半年",), "h1"), (("前三季度",), "m1-9"), (("2025年", "6月"), "-1:m6"), (("2025年6月",), "-1:m6"), (("2026年一季度",), "q1"),
        (("上半年", "二季度"), "q2"), (("2025年", "一季度", "3月"), "-1:m3"),
    ],
)  # fmt: skip
def test_months_and_quarters_that_a_heading_names_are_windows(columns, window):
    assert timed(*columns) == ("this", window)


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        (("3月", "同比"), ("change_year_on_year", "m3")), (("3月", "环比"), ("change_on_previous", "m3")), (("3月", "累计"), ("year_to_date", "m3")),
        (("上年", "一季度"), ("same_last_year", "q1")), (("上季度", "3月"), ("leave", "unclear")), (("2019年",), ("leave", "unclear")), (("3月、2月",), ("leave", "unclear")), (("一季度", "5月"), ("leave", "unclear")),
        (("1月至本月累计",), ("this", "")), (("3月5日前",), ("leave", "not_held")),
    ],
)  # fmt: skip
def test_words_beside_a_month_are_counted_from_that_month(columns, wanted):
    assert timed(*columns) == wanted


@pytest.mark.parametrize(
    ("column", "kind", "wanted"),
    [
        ("本月", "month", ("this", "")), ("本月", "quarter", ("this", "month")), ("上月", "quarter", ("previous", "month")),
        ("本季度", "month", ("this", "quarter")), ("上季度", "month", ("previous", "quarter")), ("本年", "month", ("year_to_date", "")),
        ("全年", "year", ("this", "")), ("上年度", "month", ("previous", "year")), ("本周", "month", ("leave", "unclear")),
        ("较上月增减", "quarter", ("change_on_previous", "month")), ("本月", "days", ("this", "")),
    ],
)  # fmt: skip
def test_a_word_for_another_span_is_never_the_forms_own(column, kind, wanted):
    assert timed(column, kind=kind) == wanted


def test_rows_of_months_without_a_number_are_the_months_of_the_period():
    slots = [cell("受理数", label="    月", turn=n) for n in (1, 2, 3)]
    assert [each.window for each in match(slots, replace(WORDS, kind="quarter"))] == ["n1", "n2", "n3"]


def test_sheets_named_by_months_and_a_section_are_the_months_of_their_cells():
    slots = [Slot(f"{n}月!B2", "cell", n, (2, 2), columns=("受理数",), labels=("合计",), heads=((),)) for n in (1, 2)]
    assert [each.window for each in match(slots, WORDS)] == ["m1", "m2"]
    assert [each.window for each in match(slots[:1], WORDS)] == [""]  # a copy that is called 1月
    assert timed("受理数", label="合计", section="二、二季度", kind="year") == ("this", "q2")


def test_a_sentence_keeps_its_quarter_up_to_its_end():
    asks = line("一季度共受理____件，办结____件。本月受理____件")
    assert [each.window for each in asks] == ["q1", "q1", ""]


# --- what no figure stands for -------------------------------------------------------------------------------------------


def test_what_is_left_at_the_end_is_never_filled_with_what_happened_meanwhile(monkeypatch):
    assert ask("数量", label="期末挂账").figures == ("cases.parked_there",)
    assert ask("数量", label="挂账").figures == ("cases.parked",)
    assert ask("数量", label="月末退单").word == "no_stock"
    assert line("年末挂账____件")[0].figures == ("cases.parked_there",)
    monkeypatch.setattr(reading, "_stock", lambda _found, _text: None)
    assert ask("数量", label="期末挂账").figures == ("cases.parked",)


def test_numbers_of_persons_and_households_are_not_numbers_of_matters(monkeypatch):
    assert ask("来访人数").word == "not_held"
    assert ask("入户走访户数").word == "not_held"
    monkeypatch.setattr(cells.Around, "_foreign", lambda _self: None)
    assert ask("来访人数").figures == ("cases.received",)


def test_a_telephone_to_call_is_no_number_of_calls():
    assert line("联系人：____ 电话：______")[1].word == "hand"
    assert line("电话：____件")[0].figures == ("cases.received",)


def test_a_row_of_a_unit_whose_name_is_a_formula_is_never_the_whole():
    rows = [
        Slot(
            f"S!{letter}{row}", what, 0, (row, at), columns=(head,), labels=(str(row),), heads=(("序号",),), record=row
        )
        for row in (1, 2)
        for letter, at, what, head in (("B", 2, "formula", "乡镇"), ("C", 3, "cell", "受理数"))
    ]
    assert [each.unit for each in match(rows, WORDS) if each.kind == "figure"] == ["child 1", "child 2"]


def test_a_column_other_is_what_its_neighbours_leave_and_not_the_whole():
    slots = [
        Slot(f"S!{at}2", "cell", 0, (2, at), columns=("诉求类别", head), labels=("本月",), heads=((),))
        for at, head in enumerate(("投诉", "求助", "其他"), start=2)
    ]
    found = match(slots, WORDS)[-1]
    assert {name: set(keys) for name, _word, keys in found.by} == {"type": {"s", "r"}}


def test_a_title_says_what_is_counted_and_which_matters_a_list_holds():
    assert ask("投诉", title="各类诉求办结情况表").figures == ("cases.closed",)
    assert ask("投诉", title="各类诉求受理、办结情况表").figures == ("cases.received",)
    figures = replace(WORDS, figures=frozenset({"cases.closed", "cases.received"}))
    rows = [
        Slot(f"S!{at}2", "cell", 0, (2, at), columns=(head,), labels=(), record=1, title="办结事项台账")
        for at, head in enumerate(("受理编号", "诉求内容", "承办单位", "办结时间"), start=1)
    ]
    assert {each.figures for each in match(rows, figures)} == {("cases.closed",)}


# --- what is asked of another unit, another subject, or of a few only ------------------------------------------------

LEDGER = replace(
    WORDS,
    words=(
        ("cases.merged", ("并案",)),
        ("promises.due", ("承诺事项", "公开承诺事项", "应兑现")),
        ("promises.kept", ("按时兑现",)),
        ("proposals.merged", ("并案数", "合并提案")),
        ("proposals.filed", ("立案数",)),
    ),
    figures=frozenset(
        f"{subject}.{name}"
        for subject, names in (
            ("cases", "received closed merged withdrawn extended open overdue parked parked_there called solved"),
            ("promises", "due kept withdrawn moved"),
            ("proposals", "merged filed answered"),
        )
        for name in names.split()
    ),
)


def test_a_row_for_the_unit_itself_is_not_the_whole_and_without_the_rule_it_would_be_left(monkeypatch):
    for label in ("镇本级", "本级", "县本级"):
        assert ask("受理数", label=label).unit == "own"
    assert ask("受理数", label="东湖镇本级").kind == "leave"
    monkeypatch.setattr(cells, "_ALONE", reading.re.compile("(?!)"))
    assert ask("受理数", label="镇本级").kind == "leave"


def test_a_name_below_the_heading_unit_is_a_unit_and_not_a_measure():
    for label, unit in (("东湖镇", "east"), ("合计", "")):
        slot = Slot("S!B2", "cell", 0, (2, 2), columns=("受理数",), labels=(label,), heads=(("单位",),))
        assert match([slot], WORDS)[0].unit == unit
    slot = Slot("S!B2", "cell", 0, (2, 2), columns=("受理数",), labels=("西山镇",), heads=(("单位",),))
    assert match([slot], WORDS)[0].kind == "leave"
    measured = Slot("S!B2", "cell", 0, (2, 2), columns=("本月",), labels=("办结", "件"), heads=(("指标",), ("单位",)))
    assert match([measured], WORDS)[0].figures == ("cases.closed",)


def test_a_unit_named_in_a_sentence_counts_up_to_its_end():
    units = [
        one.unit for one in line("东湖镇受理____件，办结____件；全县受理____件。东湖镇登记____件，全县登记____件。")
    ]
    assert units == ["east", "east", "", "east", ""]
    assert line("西山街道登记____件")[0].kind == "leave"


def test_a_heading_that_narrows_a_part_is_not_the_part_and_without_the_rule_it_would_be(monkeypatch):
    assert ask("建议", "办结").figures == ("cases.closed",)
    for heading in ("人大代表建议（件）", "专家建议"):
        assert ask(heading, "办结").word == "no_part"
    read = Lexicon.read
    monkeypatch.setattr(Lexicon, "read", lambda self, text: replace(read(self, text), rest=""))
    assert ask("专家建议", "办结").figures == ("cases.closed",)


@pytest.mark.parametrize(
    ("columns", "title", "figure"),
    [
        (("公开承诺事项", "撤销（项）"), "", "promises.withdrawn"),
        (("公开承诺事项", "调整期限（次）"), "", "promises.moved"),
        (("公开承诺事项", "按时兑现"), "", "promises.kept"),
        (("撤销（件）",), "群众诉求办理情况表", "cases.withdrawn"),
        (("办结",), "政协提案办理情况表", "proposals.answered"),
        (("并案数",), "群众诉求办理情况表", "cases.merged"),
        (("并案数",), "提案办理情况表", "proposals.merged"),
        (("立案数",), "提案办理情况表", "proposals.filed"),
        (("立案数",), "群众诉求办理情况表", ""),
        (("公开承诺事项", "回访"), "", ""),
    ],
)
def test_the_nearest_words_say_of_what_subject_it_is(columns, title, figure):
    found = ask(*columns, title=title, words=LEDGER)
    assert found.figures == ((figure,) if figure else ())


def test_a_sentence_about_promises_goes_on_about_them():
    from gongyi.documents.blank.blanks import find_gaps

    text = "到期承诺事项____项，按时兑现____项；申请延后期限____次。批准延期____次。"
    slots = [Slot(f"p {n}", "blank", text=text, start=gap.start, end=gap.end) for n, gap in enumerate(find_gaps(text))]
    words = replace(LEDGER, words=(*LEDGER.words, ("promises.due", ("到期承诺事项",))))
    assert [one.figures for one in match(slots, words)] == [
        ("promises.due",), ("promises.kept",), ("promises.moved",), ("cases.extended",),
    ]  # fmt: skip


def test_what_is_measured_in_persons_or_money_is_no_number_of_matters(monkeypatch):
    assert ask("来访（名）").word == "not_held"
    assert ask("来访（万元）").word == "not_held"
    monkeypatch.setattr(reading, "_MEASURED", reading.re.compile("(?!)"))
    assert ask("来访（名）").figures == ("cases.received",)


def test_a_part_of_what_is_there_at_the_end_is_there_too():
    assert ask("本季", label="其中：挂账", parent="季末在办").figures == ("cases.parked_there",)
    assert ask("本季", label="其中：重办", parent="季末在办").word == "no_stock"
    assert ask("本季", label="其中：超期", parent="季末在办").figures == ("cases.overdue",)


def test_a_part_of_a_few_is_left_and_without_the_rule_it_would_be_a_part_of_all(monkeypatch):
    told = "挂账____件，其中超期____件；在办____件（超期____件）。"
    assert [one.kind for one in line(told)] == ["figure", "leave", "figure", "figure"]
    assert ask("本月", label="其中：超期", parent="挂账").kind == "leave"
    for module in (cells, sentences):
        monkeypatch.setattr(module, "NARROW", set())
    assert line(told)[1].figures == ("cases.overdue",)
    assert ask("本月", label="其中：超期", parent="挂账").figures == ("cases.overdue",)


def test_parts_of_what_is_not_understood_are_left():
    assert [one.kind for one in line("本月收集反馈线索____件，办结率____%，其中投诉____件、建议____件。")] == [
        "leave", "figure", "leave", "leave",
    ]  # fmt: skip
    told = line("本月受理____件，办结率____%，其中投诉____件。")
    assert told[2].figures == ("cases.received",)


def test_a_share_of_something_else_is_left_and_two_ratings_are_added_up():
    assert line("已解决的占回访到的____%")[0].kind == "leave"
    assert line("其中投诉占____%")[0].figures == ("cases.share",)
    assert ask("满意及基本满意（件）").figures == ("cases.very", "cases.good", "cases.fair")
    assert ask("首次联系及时率").figures == ("cases.response_rate",)


def test_a_day_set_by_others_is_left_but_the_day_of_filling_in_is_not():
    assert {one.word for one in line("请于____月____日前报送。")} == {"hand"}
    assert {one.word for one in line("（签字、盖章）  ____年____月____日")} == {"hand"}
    assert {one.word for one in line("填报日期：____年____月____日")} == {"date"}


def test_a_column_that_only_proposals_have_is_left_in_a_list_of_matters():
    known = replace(WORDS, figures=frozenset({"proposals.received", "cases.received"}))
    row = {"record": 1, "label": "1"}
    heads = ("受理编号", "主要内容", "主办单位", "协办单位")
    for title, kind in (("群众诉求办理台账", "leave"), ("提案办理台账", "list")):
        assert match([cell(head, title=title, **row) for head in heads], known)[-1].kind == kind


def test_a_heading_of_a_list_may_end_with_a_column_but_not_after_another_step():
    row = {"record": 1, "label": "1"}
    words = ("受理编号", "登记日期", "主办单位", "反映事项摘要", "立案审查日期", "首次联系结果", "是否按期")
    found = match([cell(word, **row) for word in words], WORDS)
    assert [one.word for one in found] == ["number", "date", "lead_unit", "content", "not_held", "not_held", "in_time"]
