"""An office's own template: fields filled as text, nothing else done."""

import io

import docx
import pytest

from gongyi.core.errors import Refused
from gongyi.documents import templates
from gongyi.documents.templates import fill_template, template_fields
from tests.documents import hostile


def template(*lines: str, rows: tuple[str, ...] = (), header: str = "") -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if rows:
        table = document.add_table(len(rows), 1)
        for cell, text in zip(table.columns[0].cells, rows, strict=True):
            cell.text = text
    if header:
        document.sections[0].header.paragraphs[0].text = header
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def texts(content: bytes) -> list[str]:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in (*document.sections[0].header.paragraphs, *document.paragraphs)] + cells


def test_fields_are_named_and_filled():
    own = template(
        "{{ 单位 }}{{ 期间 }}总结", "{%p if 有问题 %}", "问题：{{ 问题 }}", "{%p endif %}",
        rows=("{%tr for 行 in 各村 %}", "{{ 行.名称 }} {{ 行.件数 }}", "{%tr endfor %}"), header="{{ 页眉 }}",
    )  # fmt: skip
    assert template_fields(own) == ["单位", "各村", "有问题", "期间", "问题", "页眉"]
    values = {
        "单位": "石桥镇",
        "期间": "上半年",
        "有问题": False,
        "问题": "",
        "页眉": "内部",
        "各村": [{"名称": "一村", "件数": 3}, {"名称": "二村", "件数": 4}],
    }
    assert texts(fill_template(own, values)) == ["内部", "石桥镇上半年总结", "一村 3", "二村 4"]


def test_values_stay_text():
    value = "下村<&>{{ 7 }}{% for %}\x00“䶮”"
    assert texts(fill_template(template("{{ 甲 }}"), {"甲": value}))[-1] == value.replace("\x00", "")


def test_field_without_value_is_named():
    for own, values, name in (
        (template("{{ 甲 }}{{ 乙 }}"), {"甲": "1"}, "乙"),
        (template("{{ 甲.丙 }}"), {"甲": {}}, "丙"),
    ):
        with pytest.raises(Refused) as refused:
            fill_template(own, values)
        assert refused.value.code == "template_fields"
        assert name in refused.value.sentence


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__ }}", "{{ 甲.__class__ }}", "{{ cycler() }}", "{{ 甲|upper }}", "{{ 9 ** 9 }}", "{% for a in range(9) %}{% endfor %}",
        "{% for a in 'abc' %}{% endfor %}", "{% set b = 1 %}", "{% include 'x' %}", "{% macro m() %}{% endmacro %}", "{{ 甲 ~ 甲 }}",
    ],
)  # fmt: skip
def test_template_that_does_more_than_fill_is_refused(line):
    with pytest.raises(Refused) as refused:
        fill_template(template(line), {"甲": "1"})
    assert refused.value.code == "template_instructions"


def test_loops_in_loops_are_not_endless():
    four, three = ("{% for a in 甲 %}" * deep + "x" + "{% endfor %}" * deep for deep in (4, 3))
    with pytest.raises(Refused) as refused:
        template_fields(template(four))
    assert refused.value.code == "template_instructions"
    assert template_fields(template(three)) == ["甲"]


@pytest.mark.parametrize("line", ["{{ 甲.upper }}", "{{ 乙 }}", "{{ 乙.items }}", "{{r 甲 }}"])
def test_what_is_no_text_is_not_printed(line):
    with pytest.raises(Refused) as refused:
        fill_template(template(line), {"甲": "甲", "乙": {"丙": "1"}})
    assert refused.value.code == "template_syntax"


def test_without_that_refusal_a_template_would_count(monkeypatch):
    monkeypatch.setattr(templates, "_allowed", lambda _node: True)
    assert "".join(texts(fill_template(template("{{ 9 ** 9 }}"), {}))) == "387420489"


@pytest.mark.parametrize("line", ["{{ 甲 ", "{{ 甲 }", "{% for a in 甲 %}", "{% nonsense %}", "{{ }}"])
def test_broken_braces_are_told(line):
    with pytest.raises(Refused) as refused:
        template_fields(template(line))
    assert refused.value.code == "template_syntax"


def test_macros_outside_parts_and_other_files_are_refused():
    parts = hostile.parts(template("{{ 甲 }}"))
    rels = "word/_rels/document.xml.rels"
    outside = parts[rels].replace(
        b"</Relationships>",
        b'<Relationship Id="x" Type="http://a.example/attachedTemplate" Target="http://a.example/" TargetMode="External"/></Relationships>',
    )
    for changed, code in (({"word/vbaProject.bin": b"x"}, "file_active"), ({rels: outside}, "file_links")):
        with pytest.raises(Refused) as refused:
            fill_template(hostile.pack(parts | changed), {"甲": "1"})
        assert refused.value.code == code
    for content in (b"", b"PK", hostile.good()):
        with pytest.raises(Refused):
            template_fields(content)


def test_headers_are_looked_through_too():
    with pytest.raises(Refused):
        template_fields(template("{{ 甲 }}", header="{{ 甲|upper }}"))
