"""GB/T 9704—2012 with a ruler: the .docx through LibreOffice and the PDF of typst, both against the same numbers."""

import shutil
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import pytest

from gongyi.documents.official import pdf, word, wordxml, write_docx, write_pdf
from gongyi.documents.official.elements import Document, Head, Paragraph, Signature, Title
from tests.documents.official import papers
from tests.documents.official.measuring import FACES, MM, Page, measured, through_office

PAPERS = {name: getattr(papers, name) for name in ("notice", "report", "letter", "minutes", "order", "plain")}
LONG = "石桥县人民政府关于开展一次名称特别长的活动领导小组办公室文件"
SOFFICE = shutil.which("soffice")
NO_OFFICE = "LibreOffice is not installed (apt install libreoffice-writer-nogui): the .docx is not measured"
EM = 16 / MM


@dataclass(frozen=True)
class Press:
    """One of the two ways to paper. `above` and `below`: how far a line reaches over and under the characters' feet."""

    pages: dict[str, list[Page]]
    faces: dict[str, str]
    above: float
    below: float


def long_named() -> Document:
    return replace(papers.notice(), head=Head(LONG, "石政发〔2026〕1号"), elements=[Paragraph("正文。")], annexes=())


def filled(lines: int) -> Document:
    """A notice whose text ends just where its imprint still fits, or no longer does."""
    text = [
        Paragraph("永" * (28 * lines - 2)),
        Paragraph("特此通知。"),
        Signature("石桥县人民政府办公室", date(2026, 1, 8)),
    ]
    return replace(papers.notice(), elements=[Title("关于某事的通知"), *text], annexes=())


ALL = PAPERS | {"long": long_named} | {f"filled {lines}": partial(filled, lines) for lines in range(3, 8)}


@pytest.fixture(scope="module")
def typeset(chinese_fonts) -> Press:
    content = {name: write_pdf(make()) for name, make in ALL.items()}
    faces = {name: pdf.faces(pdf.installed().families())[role] for role, name in pdf.NAMES.items()}
    names = {name: face.family.replace(" ", "").replace("CJKSC", "CJKsc") for name, face in faces.items()}
    return Press({name: measured(each) for name, each in content.items()}, names, 0.88 * EM, 0.12 * EM)


@pytest.fixture(scope="module")
def office(tmp_path_factory, chinese_fonts) -> Press:
    if not SOFFICE:
        pytest.skip(NO_OFFICE)
    files = {name: write_docx(make()) for name, make in ALL.items()}
    with pytest.MonkeyPatch.context() as patch:  # what the ruler has to notice
        patch.setattr(word, "PITCH", 28.0)
        patch.setattr(wordxml, "CLOSER", 0.0)
        files["wrong"] = write_docx(papers.plain())
    made = through_office(SOFFICE, tmp_path_factory.mktemp("office"), files)
    return Press({name: measured(each) for name, each in made.items()}, FACES, 0.8 * 28.95 / MM, 0.2 * 28.95 / MM)


@pytest.fixture(params=["office", "typeset"])
def press(request) -> Press:
    return request.getfixturevalue(request.param)


def grid(page: Page) -> list[int]:
    """How many characters stand in each line."""
    return [len(row.text) for row in page.body]


def test_full_page_has_22_lines_of_28_characters_within_its_margins(press):
    page = press.pages["plain"][1]
    assert page.size == pytest.approx((210, 297), abs=0.2)
    assert grid(page) == [28] * 22
    assert min(row.left for row in page.body) == pytest.approx(28, abs=1)
    assert max(row.right for row in page.body) == pytest.approx(184, abs=1)
    assert page.body[0].foot - press.above == pytest.approx(37, abs=1)
    assert page.body[-1].foot + press.below == pytest.approx(262, abs=1)
    assert all(row.sizes == (16,) * 28 for row in page.body)


def test_ruler_notices_lines_of_28_points(office):
    assert grid(office.pages["wrong"][1]) != [28] * 22


def test_nothing_stands_beyond_the_margins(press):
    for name in PAPERS:
        for page in press.pages[name]:
            assert min(row.left for row in page.body) > 27.5, name
            assert max(row.right for row in page.body) < 184.5, name


@pytest.mark.parametrize(
    ("word", "font"),
    [("石桥县人民政府办公室文件", "方正小标宋简体"), ("石政办发", "仿宋"), ("秘密", "黑体"), ("特急", "黑体"), ("000123", "仿宋"),
     ("群众诉求办理工作的通知", "方正小标宋简体"), ("各乡镇", "仿宋"), ("全县受理", "仿宋"), ("一、总体要求", "黑体"),
     ("（一）办理时限", "楷体")],
)  # fmt: skip
def test_each_element_has_its_font(press, word, font):
    assert {each.startswith(press.faces[font]) for each in press.pages["notice"][0].row(word).font_of(word)} == {True}


def test_fonts_of_lower_headings_signers_annexes_and_page_numbers(press):
    for name, number, row, font in (
        ("notice", 2, "1.受理", "仿宋"),
        ("notice", 2, "（1）回访", "仿宋"),
        ("report", 0, "欧阳明月", "楷体"),
        ("report", 0, "签发人：", "仿宋"),
        ("minutes", 0, "出席", "黑体"),
        ("minutes", 0, "赵六", "仿宋"),
        ("notice", -1, "附件2", "黑体"),
        ("notice", -1, "抄送：", "仿宋"),
    ):
        fonts = press.pages[name][number].row(row).font_of(row)
        assert {each.startswith(press.faces[font]) for each in fonts} == {True}, (row, fonts)
    number = press.pages["notice"][0].number
    assert {each.startswith(press.faces["宋体"]) for each in number.fonts} == {True}


def test_red_head_stands_where_the_standard_says(press):
    page = press.pages["notice"][0]
    mark, number, (rule,) = page.row("办公室文件"), page.row("〔2026〕"), page.red()
    assert set(mark.sizes) == {36.5}
    assert mark.foot - 0.88 * 36.5 / MM == pytest.approx(37 + 35, abs=0.5)
    assert (mark.left + mark.right) / 2 == pytest.approx(106, abs=0.5)
    assert (number.left + number.right) / 2 == pytest.approx(106, abs=0.5)
    blank = number.foot - 0.88 * EM - (mark.foot + 0.12 * 36.5 / MM)
    assert blank == pytest.approx((2 * 16 + 3 * 14) / MM, abs=3.5)  # two lines left free
    assert rule.at - rule.thick / 2 - (number.foot + 0.12 * EM) == pytest.approx(4, abs=0.3)
    assert (rule.left, rule.right) == pytest.approx((28, 184), abs=0.2)
    assert rule.colour == (1, 0, 0)
    assert [row.text for row in page.rows[:3]] == ["000123", "秘密★1年", "特急"]
    assert [row.left for row in page.rows[:3]] == pytest.approx([28] * 3, abs=0.6)


def test_long_name_is_set_smaller_and_narrower_in_one_line(press):
    (mark, *_more) = press.pages["long"][0].rows
    assert mark.text == LONG
    assert mark.left > 27.5
    assert mark.right < 184.5


def test_title_is_two_lines_below_the_rule_and_its_lines_are_centred(press):
    page = press.pages["notice"][0]
    first, second = page.row("关于做好"), page.row("工作的通知")
    assert set(first.sizes) == {22}
    for row in (first, second):
        assert (row.left + row.right) / 2 == pytest.approx(106, abs=0.8)
    free = first.foot - 0.88 * 22 / MM - page.red()[0].at
    assert 2 * EM < free < 3.2 * 29.6 / MM
    assert page.row("各乡镇").left == pytest.approx(28, abs=0.3)
    assert page.row("各乡镇").text.endswith("：")
    assert any("永" in row.text or "全县" in row.text for row in page.body)  # the first page shows text


def test_text_is_indented_by_two_characters(press):
    page = press.pages["plain"][0]
    first, second = [row for row in page.body if "永" in row.text][:2]
    assert len(first.text) == 26
    assert first.left - second.left == pytest.approx(2 * 15.77 / MM, abs=0.2)


def test_page_numbers_stand_outside_seven_millimetres_below(press):
    for page_number, page in enumerate(press.pages["notice"], start=1):
        row = page.number
        assert row.text == f"—{page_number}—"
        assert set(row.sizes) == {14}
        assert row.foot - 0.38 * 14 / MM == pytest.approx(269, abs=0.3)
        if page_number % 2:
            assert row.right == pytest.approx(184 - 14 / MM, abs=0.3)
        else:
            assert row.left == pytest.approx(28 + 14 / MM, abs=0.3)


def test_imprint_ends_the_last_page(press):
    for name in ("notice", "report"):
        *before, last = press.pages[name]
        first, middle, end = last.black()
        assert (first.thick, middle.thick, end.thick) == pytest.approx((0.35, 0.25, 0.35), abs=0.03)
        assert end.at == pytest.approx(262, abs=0.2)
        for rule in (first, middle, end):
            assert (rule.left, rule.right) == pytest.approx((28, 184), abs=0.2)
        copies, printed = last.row("抄送"), last.row("印发")
        assert first.at < copies.foot < middle.at < printed.foot < end.at
        assert set(copies.sizes) == set(printed.sizes) == {14}
        assert (copies.left, printed.left) == pytest.approx([28 + 14 / MM] * 2, abs=0.3)
        assert printed.right == pytest.approx(184 - 14 / MM, abs=0.6)
        again = last.row("各单位。")
        assert again.left == pytest.approx(copies.starts[3], abs=0.3)  # under the first character behind the colon
        assert not any("抄送" in row.text for page in before for row in page.rows)


def test_imprint_never_meets_the_text(press):
    pages = {name: pages for name, pages in press.pages.items() if name.startswith("filled")}
    assert {len(each) for each in pages.values()} == {1, 2}  # with room for it and without
    for name, (*before, last) in pages.items():
        first, _middle, end = last.black()
        assert end.at == pytest.approx(262, abs=0.2), name
        within = [row for row in last.body if row.foot + press.below > first.at + 1.5]
        assert {row.sizes[0] for row in within} == {14}, name
        assert not any(page.black() for page in before)


def test_annexes_stand_before_the_imprint_on_pages_of_their_own(press):
    *_before, first, last = press.pages["notice"]
    for page, label, title in ((first, "附件1", "流程图"), (last, "附件2", "联系人名单")):
        assert page.rows[0].text == label
        assert page.rows[0].left == pytest.approx(28, abs=0.3)
        lines_below = (page.row(title).foot - page.rows[0].foot) * MM / 28.95
        assert lines_below == pytest.approx(2.2, abs=0.3)  # the third line
    assert "抄送" in "".join(row.text for row in last.rows)


def test_annex_names_and_attendance_hang(press):
    body = next(page for page in press.pages["notice"] if any("附件：1." in row.text for row in page.rows))
    one, two = body.row("附件：1."), body.row("2.各单位")
    at = body.rows.index(two)
    assert one.left == pytest.approx(28 + 2 * 15.77 / MM, abs=0.3)
    assert body.rows[at + 1].left == pytest.approx(two.starts[2], abs=0.3)

    page = press.pages["minutes"][0]
    names = page.row("出席：")
    assert page.rows[page.rows.index(names) + 1].left == pytest.approx(names.starts[3], abs=0.3)


def test_signature_and_date(press):
    page = next(page for page in press.pages["notice"] if any("2026年11月8日" in row.text for row in page.rows))
    office, day, note = page.row("石桥县人民政府办公室"), page.row("2026年11月8日"), page.row("（此件公开发布）")
    cell = 15.77 / MM
    assert office.right == pytest.approx(184 - 2 * cell, abs=0.5)
    assert day.left - office.left == pytest.approx(2 * cell, abs=0.2)
    assert note.left == pytest.approx(28 + 2 * cell, abs=0.3)

    sealed = press.pages["report"][0]
    office = next(row for row in sealed.rows if row.text == "石桥镇人民政府")
    middle = 28 + (28 - 4 - 7 / 2) * cell  # the date is as wide as seven characters and ends four before the margin
    assert sealed.row("2026年11月28日").left == pytest.approx(middle - 7 / 2 * cell, abs=0.3)
    assert (office.left + office.right) / 2 == pytest.approx(middle, abs=0.3)


def test_letter_has_its_own_first_page(press):
    first, second = press.pages["letter"]
    mark, line = first.row("石桥县人民政府办公室"), first.row("加急")
    size = mark.sizes[0]
    assert mark.foot - 0.88 * size / MM == pytest.approx(30, abs=0.5)
    thick, thin, low, lowest = first.red()
    assert thick.thick > thin.thick
    assert low.thick < lowest.thick
    assert all((rule.left, rule.right) == pytest.approx((20, 190), abs=0.2) for rule in first.red())
    assert thick.at - thick.thick / 2 - (mark.foot + 0.12 * size / MM) == pytest.approx(4, abs=0.3)
    assert lowest.at == pytest.approx(297 - 20, abs=0.3)
    assert line.foot - 0.88 * EM - (thin.at + thin.thick / 2) == pytest.approx(14 / MM, abs=0.5)
    assert line.text == "加急石政办函〔2026〕3号"
    assert line.right == pytest.approx(184, abs=0.6)
    assert first.number is None
    assert second.number.text == "—2—"
    assert second.red() == second.black() == []
    assert "抄送" in second.row("县信访局").text
    assert not any("印发" in row.text or "不印" in row.text for row in second.rows)


def test_order_has_its_mark_higher_and_no_rule(press):
    (page,) = press.pages["order"]
    mark, number, text = page.row("人民政府令"), page.row("第12号"), page.row("《石桥县")
    size = mark.sizes[0]
    assert mark.foot - 0.88 * size / MM == pytest.approx(37 + 20, abs=0.5)
    assert page.red() == []
    for row in (mark, number):
        assert (row.left + row.right) / 2 == pytest.approx(106, abs=0.5)
    free = (text.foot - number.foot) * MM / 29.3
    assert free == pytest.approx(3, abs=0.1)  # two lines left free between them
    post, day = page.row("县长"), page.row("2026年11月28日")
    assert day.left == pytest.approx(
        28 + (28 - 4 - 7) * 15.77 / MM, abs=0.3
    )  # seven characters wide, four from the right
    assert post.right == pytest.approx(184 - 10 * 15.77 / MM, abs=0.6)
    assert len(page.black()) == 3  # its imprint


def test_report_names_its_signers_at_the_right_of_its_number(press):
    page = press.pages["report"][0]
    upper, lower = page.row("欧阳明月"), page.row("〔2026〕12号")
    assert upper.text == "签发人：张三欧阳明月"
    assert lower.text == "石政报〔2026〕12号李四"
    assert lower.left == pytest.approx(28 + 15.77 / MM, abs=0.3)
    assert upper.right == pytest.approx(184 - 15.77 / MM, abs=0.5)
    assert lower.starts[-2] == pytest.approx(upper.starts[4], abs=0.3)  # under the first signer


def test_rare_characters_and_quotes_are_printed(press):
    page = press.pages["notice"][2]
    row = page.row("1.受理")
    assert row.text.startswith("1.受理䶮某、𠮷某、阿依古丽·")
    quoted = page.row("“路灯不亮。”")
    at = quoted.text.index("“")
    assert (quoted.starts[at + 1] - quoted.starts[at]) * MM == pytest.approx(15.77, abs=0.7)  # as wide as a character


def test_typed_signs_are_text_and_nothing_else(press):
    text = "".join(row.text for row in press.pages["notice"][2].rows)
    assert papers.HOSTILE.replace(" ", "") in text


def test_table_repeats_its_heading_on_each_page(press):
    with_rows = [page for page in press.pages["notice"] if any("石桥镇第" in row.text for row in page.rows)]
    assert len(with_rows) > 1
    assert all(any("受理（件）" in row.text for row in page.rows) for page in with_rows)
