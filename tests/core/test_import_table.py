"""Where the headings of a foreign table stand, and what they mean."""

import pytest

from gongyi.core import imports
from gongyi.core.imports import Sheet, headings
from gongyi.core.imports.table import find_layout, heading_rows, layout_at

COLUMNS = imports.KINDS["cases"].columns
DATA = ["1", "路坏了", "2019/1/2", "路挖得稀烂", "修好了", "2019/1/3"]
SINGLE = ["编号", "标题", "登记时间", "诉求内容", "答复内容", "答复时间"]
# name -> rows above the data, the row (from 0) and whether the headings fill two rows
HEADS = {
    "the first row": ([SINGLE], 0, False),
    "the third, below a title and an empty one": ([["某县留言登记表"], [], SINGLE], 2, False),
    "below groups merged sideways": ([["某县登记表"], ["来件", "", "", "", "办理"], SINGLE], 2, False),
    "merged downwards, with groups at the right": (
        [["编号", "标题", "登记时间", "诉求内容", "办理情况", ""], ["", "", "", "", "答复内容", "答复时间"]], 1, True,
    ),
    "a title above two rows": (
        [["某县登记表"], ["编号", "标题", "登记时间", "诉求内容", "办理"], ["", "", "", "", "答复内容", "答复时间"]], 2, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_headings_are_found(name):
    above, head, double = HEADS[name]
    sheet = Sheet("表", [*above, DATA, DATA])
    layout = find_layout(sheet, COLUMNS, {})
    assert (layout.head, layout.double) == (head, double)
    assert headings(sheet, layout) == SINGLE
    assert dict(sorted(layout.fields.items())) == {
        0: "number", 1: "title", 2: "recorded", 3: "content", 4: "answer", 5: "answered"
    }  # fmt: skip
    assert layout_at(sheet, head, COLUMNS, {}).fields == layout.fields


def test_a_first_row_of_short_words_is_no_second_line_of_headings():
    sheet = Sheet("", [["标题", "内容", "渠道"], ["路灯", "不亮", "来信"], ["水管", "坏了", "来电"]])
    assert find_layout(sheet, COLUMNS, {}).head == 0


def test_a_fields_own_label_is_preferred_to_another_word_for_it():
    layout = find_layout(Sheet("", [["反映内容", "诉求内容"], ["甲", "乙"]]), COLUMNS, {})
    assert layout.fields == {1: "content"}


def test_both_rows_of_headings_go_through_the_gate():
    sheet = Sheet("", [*HEADS["a title above two rows"][0], DATA])
    assert len(list(heading_rows(sheet, find_layout(sheet, COLUMNS, {})))) == 3
