"""A long title keeps its words whole and its lines in shape."""

from itertools import pairwise

import pytest

from gongyi.documents.official.titles import MOST, title_lines, width

TITLES = [
    "石桥县人民政府办公室关于印发《石桥县群众诉求办理工作规定》的通知",
    "石桥镇人民政府关于2026年第三季度群众诉求办理情况的报告",
    "关于做好2026年度全县乡镇和街道群众诉求办理、回访和公开工作有关事项的通知",
    "石桥县委办公室石桥县人民政府办公室关于进一步加强和改进基层治理中群众诉求办理工作的实施意见",
    "石桥县人民政府办公室关于商请协助核实有关情况的函",
]
WHOLE = [
    "关于",
    "人民政府",
    "办公室",
    "2026",
    "第三季度",
    "诉求",
    "办理",
    "通知",
    "报告",
    "《石桥县",
    "基层治理",
    "规定》",
    "回访",
]


def shape(lines: list[str]) -> str:
    steps = [width(after) - width(before) for before, after in pairwise(lines)]
    if all(step >= 0 for step in steps) or all(step <= 0 for step in steps):
        return "trapezium"
    turn = next(at for at, step in enumerate(steps) if step < 0)
    return (
        "lozenge"
        if all(step >= 0 for step in steps[:turn]) and all(step <= 0 for step in steps[turn:])
        else "hourglass"
    )


@pytest.mark.parametrize("title", TITLES)
def test_long_title_is_broken_between_words_in_a_good_shape(title):
    lines = title_lines(title)
    assert "".join(lines) == title
    assert len(lines) == -(-width(title) // MOST)
    assert all(width(line) <= MOST for line in lines)
    assert shape(lines) != "hourglass"
    for word in WHOLE:
        assert word not in title or any(word in line for line in lines), (word, lines)
    assert not any(line[0] in "的、）》”中" or line[-1] in "（《“" for line in lines)


def test_short_title_and_own_line_breaks_stay():
    assert title_lines("石桥镇2026年上半年工作总结") == ["石桥镇2026年上半年工作总结"]
    assert title_lines("在会议上\n的发言 ") == ["在会议上", "的发言"]
    assert title_lines("  ") == []


def test_title_without_known_words_is_broken_all_the_same():
    lines = title_lines("永" * 100)
    assert "".join(lines) == "永" * 100
    assert max(map(width, lines)) <= MOST


def test_title_of_one_endless_number_is_left_in_one_piece():
    assert "".join(title_lines("1" * 200)) == "1" * 200
