"""Pictures of numbers: each number is in the picture's own words, nothing is script, names are escaped."""

import re
from xml.etree import ElementTree as ET

from django.utils import translation

from gongyi.documents.charts import Line, bars, lines, round_top

NS = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def test_scale_ends_at_a_round_number():
    assert [round_top(n) for n in (0, 1, 3, 5, 6, 11, 34, 99, 101, 2001)] == [
        1,
        1,
        5,
        5,
        10,
        20,
        50,
        100,
        200,
        5000,
    ]


def test_line_goes_through_every_number_and_stops_at_a_gap():
    svg = drawn(
        lines("k", "近三个月", ["1月", "2月", "3月", "4月"], [Line("甲", [0, 10, None, 5]), Line("乙", [1, 2, 3, 4])])
    )
    assert svg.findtext(f"{NS}desc") == "甲：1月 0，2月 10，4月 5；乙：1月 1，2月 2，3月 3，4月 4"
    assert len(svg.findall(f"{NS}circle")) == 7
    points = [line.get("points").split() for line in svg.findall(f"{NS}polyline")]
    assert [len(one) for one in points] == [2, 4], "the gap is not bridged"
    heights = [float(point.split(",")[1]) for point in points[1]]
    assert heights == sorted(heights, reverse=True), "more stands higher"
    dashes = {line.get("stroke-dasharray") for line in svg.findall(f"{NS}polyline")}
    assert len(dashes) == 2, "told apart without colour"


def test_bars_are_as_long_as_their_numbers_and_keep_the_order_given():
    svg = drawn(bars("k", "按类型", [("乙", 5, "5"), ("甲<b>", 10, "10"), ("丙", 0, "0")]))
    widths = [float(rect.get("width")) for rect in svg.findall(f"{NS}rect")]
    assert widths[1] == 2 * widths[0]
    assert widths[2] == 0
    texts = [text.text for text in svg.findall(f"{NS}text")]
    assert texts == ["乙", "5", "甲<b>", "10", "丙", "0"]


def test_nothing_to_draw_is_no_picture_and_nothing_runs():
    assert lines("k", "t", ["1月"], [Line("甲", [None])]) == ""
    assert bars("k", "t", []) == bars("k", "t", [("甲", 0, "0")]) == ""
    one = lines("k", "t", ["1月"], [Line("甲", [3])])
    assert not re.search(r"style=|<script|on\w+=", one)
    assert drawn(one).find(f"{NS}circle") is not None


def test_what_a_picture_says_in_words_is_in_the_readers_language():
    for language, told in (("zh-hans", "甲：1 2，2 3；乙：1 4"), ("en", "甲: 1 2, 2 3; 乙: 1 4")):
        with translation.override(language):
            text = str(lines("m", "t", ["1", "2"], [Line("甲", [2, 3]), Line("乙", [4, None])]))
            assert told in text
            assert ("a 1，b 2" if language == "zh-hans" else "a 1, b 2") in str(
                bars("b", "t", [("a", 1, "1"), ("b", 2, "2")])
            )
