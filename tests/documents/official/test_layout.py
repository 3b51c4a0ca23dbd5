"""Numbers, places and refusals of official documents, before anything is printed."""

from dataclasses import replace
from datetime import date

import pytest

from gongyi.documents.official import measures
from gongyi.documents.official.blocks import Grid, Line
from gongyi.documents.official.elements import (
    Addressee,
    Attendance,
    Document,
    Head,
    Heading,
    Imprint,
    Kind,
    Paragraph,
    Run,
    Signature,
    Table,
    Title,
)
from gongyi.documents.official.layout import heading_number, lay_out, numeral, paragraphs
from tests.documents.official import papers


def plain(*elements):
    return lay_out(Document(Kind.PLAIN, elements))


def said(line) -> str:
    return "".join(piece.text for piece in (*line.label, *line.pieces, *line.across))


def test_headings_are_counted_by_level():
    levels = (1, 2, 3, 4, 4, 3, 2, 3, 1, 2)
    lines = plain(*(Heading(level, "甲") for level in levels)).blocks
    assert [said(line) for line in lines] == [
        "一、甲", "（一）甲", "1.甲", "（1）甲", "（2）甲", "2.甲", "（二）甲", "1.甲", "二、甲", "（一）甲",
    ]  # fmt: skip
    assert said(plain(Heading(1, "三、甲", numbered=False)).blocks[0]) == "三、甲"


def test_numbers_in_chinese():
    assert [numeral(at) for at in (1, 9, 10, 11, 20, 21, 99, 100)] == [
        "一",
        "九",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
        "100",
    ]
    assert heading_number(2, 12) == "（十二）"


def test_lines_left_free_under_the_rule_and_the_title():
    head = Head("甲文件", "甲〔2026〕1号")
    for elements, blanks in (
        ([Title("通知"), Paragraph("一。\n二。")], [2, 1, 0]),
        ([Title("通知"), Addressee("各村"), Paragraph("一。")], [2, 1, 0]),
        ([Paragraph("一。"), Heading(1, "二")], [2, 0]),
        ([Heading(1, "二"), Paragraph("一。")], [2, 0]),
    ):
        lines = lay_out(Document(Kind.NOTICE, elements, head)).blocks[3:]
        assert [line.blank for line in lines] == blanks, elements
    assert [line.blank for line in plain(Title("总结"), Paragraph("一。")).blocks] == [0, 1]


def test_outline_leaves_no_step_out():
    laid = plain(Title("总结"), Heading(1, "甲"), Heading(3, "乙"), Heading(4, "丙", then="文。"), Heading(4, "丁"))
    assert [line.depth for line in laid.blocks] == [1, 2, 3, 0, 4]


def test_line_break_begins_another_paragraph_and_ties_stay_with_their_text():
    parts = list(paragraphs(("甲", Run("乙\n丙", tie="t1"), "丁")))
    assert [[(piece.text, piece.tie) for piece in part] for part in parts] == [
        [("甲", ""), ("乙", "t1")],
        [("丙", ""), ("丁", "")],
    ]


def test_signs_that_no_file_can_hold_are_left_out():
    assert said(plain(Paragraph("甲\x00\x0b乙\ud800\tc")).blocks[0]) == "甲乙 c"


@pytest.mark.parametrize(
    ("office", "day", "at_office", "at_day"),
    [
        ("石桥县人民政府办公室", date(2026, 11, 8), 16, 18),  # 28 - 2 - 10; two to the right of it
        ("石桥镇", date(2026, 11, 28), 17, 19),  # the date is longer: it keeps two from the right
    ],
)
def test_signature_without_seal_is_placed_from_the_right(office, day, at_office, at_day):
    lines = plain(Signature(office, day)).blocks
    assert [line.left for line in lines] == [at_office, at_day]
    assert lines[0].blank == 1
    assert said(lines[1]) in {"2026年11月8日", "2026年11月28日"}


def test_date_has_no_zero_before_its_digits():
    assert said(plain(Signature("石桥镇", date(2026, 1, 8), sealed=True)).blocks[1]) == "2026年1月8日"


def test_last_paragraph_keeps_the_signature_company_unless_it_is_long_or_the_only_one():
    sign = Signature("石桥镇", date(2026, 1, 8))
    for texts, kept in ((("一。", "二。"), True), (("一。", "永" * 200), False), (("一。",), False)):
        blocks = plain(*map(Paragraph, texts), sign).blocks
        assert blocks[len(texts) - 1].keep is kept, texts
        assert blocks[len(texts)].keep


def test_imprint_of_a_letter_has_neither_rules_nor_printing_line():
    imprint = Imprint(copies="县信访局。", office="县政府办", day=date(2026, 1, 9), addressees="各乡镇")
    head = Head("石桥县人民政府", "石政函〔2026〕1号")
    bare = lay_out(Document(Kind.LETTER, [], head, imprint=imprint))
    full = lay_out(Document(Kind.NOTICE, [], head, imprint=imprint))
    assert ([said(line) for line in bare.imprint], bare.ruled) == (["主送：各乡镇。", "抄送：县信访局。"], False)
    assert ([said(line) for line in full.imprint][2], full.ruled) == ("县政府办2026年1月9日印发", True)


def test_single_annex_has_no_number():
    one = replace(papers.notice(), annexes=papers.notice().annexes[:1])
    pages = [line for line in lay_out(one).blocks if isinstance(line, Line) and line.page]
    assert [said(line) for line in pages] == ["附件"]
    assert [said(line) for line in lay_out(papers.notice()).blocks if isinstance(line, Line) and line.page] == [
        "附件1",
        "附件2",
    ]


def test_only_the_first_list_of_people_has_a_line_above():
    lines = plain(Attendance("出席", "张三"), Attendance("请假", "李四")).blocks
    assert [(said(line), line.blank) for line in lines] == [("出席：张三", 1), ("请假：李四", 0)]


def test_columns_share_the_width_and_long_cells_keep_left():
    (grid,) = plain(Table([["单位", "说明"]], [["石桥", "路灯、道路、用水等方面的诉求"]])).blocks
    assert isinstance(grid, Grid)
    assert [side for _share, side in grid.columns] == ["center", "left"]
    assert sum(share for share, _side in grid.columns) == pytest.approx(1)
    (wide,) = plain(Table([["单位", "说明"]], [["石桥", "无"]], widths=(1, 3))).blocks
    assert [share for share, _side in wide.columns] == [0.25, 0.75]


def test_mark_shrinks_with_the_length_of_its_name():
    sizes = [measures.mark_size(characters) for characters in (5, 10, 11, 15, 20, 40)]
    assert [size for size, _stretch in sizes] == sorted((size for size, _stretch in sizes), reverse=True)
    assert sizes[0] == (40, 1)
    assert all(
        size * stretch * count <= 442 for count, (size, stretch) in zip((5, 10, 11, 15, 20, 40), sizes, strict=True)
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Heading(5, "甲"),
        lambda: Run("甲", tie="a b"),
        lambda: Run("甲", tie="x" * 41),
        lambda: Table([["甲"]], [["乙", "丙"]]),
        lambda: Table([], []),
        lambda: Table([["甲"]], [], widths=(1, 2)),
        lambda: Head("甲", copy=1_000_000),
        lambda: Head("甲", signers=["乙"] * 9),
        lambda: Document(Kind.NOTICE, []),
        lambda: Document(Kind.PLAIN, [], Head("甲")),
    ],
)
def test_what_cannot_be_printed_is_no_element(make):
    with pytest.raises(ValueError):
        make()
