"""The .docx from within: every letter has its font, tables keep their heads, nothing of a person or program is in the properties."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import docx
import pytest

from gongyi.core.attachments.papers import check_office
from gongyi.documents.official import write_docx
from tests.documents.official import papers

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = {"仿宋", "楷体", "黑体", "宋体", "方正小标宋简体"}
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl pBdr tabs overflowPunct autoSpaceDE autoSpaceDN snapToGrid"
    " spacing ind jc outlineLvl rPr",
    "rPr": "rFonts b bCs color spacing w kern sz szCs lang",
    "tblPr": "tblW tblInd tblBorders tblLayout tblCellMar",
    "sectPr": "headerReference footerReference pgSz pgMar cols titlePg docGrid",
}  # the order that Word's schema asks for


@pytest.fixture(scope="module")
def files(chinese_fonts) -> dict[str, bytes]:
    return {name: write_docx(getattr(papers, name)()) for name in ("notice", "report", "letter", "minutes", "plain")}


def parts(content: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: ET.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".xml")}


def test_every_run_names_its_font_for_every_script(files):
    for name, content in files.items():
        seen = set()
        for part, root in parts(content).items():
            for run in root.iter(f"{W}r"):
                if not any(run.find(f"{W}{tag}") is not None for tag in ("t", "fldChar", "instrText")):
                    continue
                fonts = run.find(f"{W}rPr/{W}rFonts")
                slots = {fonts.get(f"{W}{slot}") for slot in ("ascii", "hAnsi", "eastAsia", "cs")}
                assert len(slots) == 1, (name, part)
                assert fonts.get(f"{W}hint") == "eastAsia"
                assert run.find(f"{W}rPr/{W}lang").get(f"{W}eastAsia") == "zh-CN"
                seen |= slots
        assert seen <= NAMES
        assert {"仿宋", "宋体"} <= seen


def test_page_is_set_up_as_the_standard_says(files):
    for content in files.values():
        root = parts(content)["word/document.xml"]
        (setup,) = root.iter(f"{W}sectPr")
        size, margins, grid = (setup.find(f"{W}{tag}").attrib for tag in ("pgSz", "pgMar", "docGrid"))
        assert (size[f"{W}w"], size[f"{W}h"]) == ("11906", "16838")
        assert [margins[f"{W}{side}"] for side in ("top", "right", "bottom", "left")] == [
            "2098",
            "1474",
            "1984",
            "1587",
        ]
        assert grid == {f"{W}type": "lines", f"{W}linePitch": "579"}
        assert parts(content)["word/settings.xml"].find(f"{W}evenAndOddHeaders") is not None


def test_children_stand_in_the_order_of_the_schema(files):
    for content in files.values():
        for part, root in parts(content).items():
            for tag, order in ORDER.items():
                for node in root.iter(f"{W}{tag}"):
                    children = [child.tag.removeprefix(W) for child in node]
                    assert children == sorted(children, key=order.split().index), (part, tag)


def test_tables_repeat_their_head_and_split_no_row(files):
    table = next(parts(files["notice"])["word/document.xml"].iter(f"{W}tbl"))
    rows = list(table.iter(f"{W}tr"))
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True] + [False] * 24


def test_sentence_is_found_again_by_its_bookmark(files):
    root = parts(files["notice"])["word/document.xml"]
    paragraph = next(each for each in root.iter(f"{W}p") if each.find(f"{W}bookmarkStart") is not None)
    inside = list(paragraph)
    start = next(at for at, node in enumerate(inside) if node.tag == f"{W}bookmarkStart")
    assert inside[start].get(f"{W}name") == "f1"
    assert "".join(inside[start + 1].itertext()) == "其中路灯一类占12%。"
    assert inside[start + 2].tag == f"{W}bookmarkEnd"


def test_text_comes_back_as_it_was_given(files):
    document = docx.Document(io.BytesIO(files["notice"]))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for each in (papers.HOSTILE, papers.RARE, "1.受理", "（此件公开发布）", "附件：1.\t群众诉求办理流程图"):
        assert each in text
    assert [style.name for style in document.styles if style.name.startswith(("Title", "Heading"))] == [
        "Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4",
    ]  # fmt: skip


def test_picture_is_a_drawing_with_words_for_those_who_do_not_see_it(files):
    root = parts(files["notice"])["word/document.xml"]
    assert "各月受理件数" in {node.get("descr") for node in root.iter() if node.tag.endswith("}docPr")}
    with zipfile.ZipFile(io.BytesIO(files["notice"])) as package:
        (picture,) = [name for name in package.namelist() if name.startswith("word/media/")]
        assert package.read(picture).startswith(b"\x89PNG")


def test_properties_name_no_person_and_no_program(files):
    with zipfile.ZipFile(io.BytesIO(files["notice"])) as package:
        names = set(package.namelist())
        core = package.read("docProps/core.xml").decode()
        document = package.read("word/document.xml").decode()
    assert not any("thumbnail" in name or "app.xml" in name or "customXml" in name for name in names)
    assert "python-docx" not in core
    assert "<dc:creator></dc:creator>" in core
    assert "<dc:identifier>GB-1</dc:identifier>" in core
    assert not re.search(r"w:rsid|w:author", document)


def test_our_own_door_takes_what_we_wrote(files):
    for content in files.values():
        check_office(content, "docx")
