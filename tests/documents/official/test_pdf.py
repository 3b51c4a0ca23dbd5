"""The PDF from within: fonts of this machine, refusals, texts that stay texts."""

import io
import re

import pdfplumber
import pytest
import typst

from gongyi.core.errors import Refused
from gongyi.documents.official import fonts, pdf, substitutes, write_docx, write_pdf
from gongyi.documents.official.blocks import FANG, HEI, MARK
from gongyi.documents.official.elements import Document, Kind, Paragraph, Title
from tests.documents.official import papers

NOTO = ["Noto Sans CJK JP", "Noto Serif CJK JP", "Noto Sans CJK SC", "Noto Serif CJK SC", "DejaVu Sans"]


@pytest.fixture
def no_fonts(monkeypatch) -> None:
    """A machine that has only the fonts that come with typst: none of them is Chinese."""
    monkeypatch.setattr(fonts, "_installed", fonts.cache(lambda: typst.Fonts(include_system_fonts=False)))


def test_pdf_without_a_chinese_font_is_refused_with_the_package_to_install(no_fonts):
    with pytest.raises(Refused) as refused:
        write_pdf(papers.plain())
    assert refused.value.code == "no_chinese_font"
    assert "fonts-noto-cjk" in refused.value.todo
    with pytest.raises(Refused):
        substitutes(papers.plain())
    write_docx(papers.plain())  # names alone


def test_without_that_refusal_the_letters_would_be_missing(no_fonts, monkeypatch):
    monkeypatch.setattr(
        pdf, "faces", lambda _families: {role: fonts.Face("Libertinus Serif", 400, true=True) for role in fonts.NAMES}
    )
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        write_pdf(papers.plain())


def test_fonts_installed_later_are_seen(monkeypatch):
    found = [typst.Fonts(include_system_fonts=False), typst.Fonts()]
    monkeypatch.setattr(fonts, "_installed", fonts.cache(lambda: found.pop(0)))
    with pytest.raises(Refused):
        fonts.faces(fonts.installed().families())
    if "Noto Serif CJK SC" in found[0].families():
        fonts.faces(fonts.installed().families())


def test_japanese_variant_is_never_taken():
    assert {face.family for face in fonts.faces(NOTO).values()} == {"Noto Sans CJK SC", "Noto Serif CJK SC"}
    with pytest.raises(Refused):
        fonts.faces(["Noto Sans CJK JP", "Noto Serif CJK JP", "Noto Sans CJK KR"])


def test_named_fonts_are_taken_where_they_are_installed():
    found = fonts.faces([*NOTO, "FangSong", "SIMHEI", "FandolKai"])
    assert (found[FANG].family, found[FANG].true) == ("FangSong", True)
    assert (found[HEI].family, found[HEI].true) == ("SIMHEI", True)
    assert (found["kai"].family, found["kai"].true) == ("FandolKai", False)
    assert (found[MARK].family, found[MARK].weight) == ("Noto Serif CJK SC", fonts.BOLD)
    assert found["song"].weight == fonts.REGULAR


def test_substitutes_are_those_that_the_document_uses(monkeypatch):
    monkeypatch.setattr(pdf, "installed", type("Machine", (), {"families": lambda _self: [*NOTO, "SimSun"]}))
    short = Document(Kind.PLAIN, [Paragraph("正文。")])
    assert substitutes(short) == [fonts.Substitute("仿宋", "Noto Serif CJK SC")]
    assert [each.name for each in substitutes(papers.notice())] == ["仿宋", "楷体", "黑体", "方正小标宋简体"]
    assert [each.name for each in substitutes(papers.letter())] == ["仿宋", "黑体", "方正小标宋简体"]


def test_pdf_is_tagged_titled_and_knows_its_number(chinese_fonts):
    content = write_pdf(papers.notice())
    with pdfplumber.open(io.BytesIO(content)) as opened:
        assert opened.metadata["Title"] == papers.notice().title
        assert opened.metadata["Keywords"] == "GB-1"
    assert b"/StructTreeRoot" in content
    assert re.search(rb"/Lang ?\(zh", content)
    assert write_pdf(papers.notice()) == content  # the same document, the same bytes


def test_pdf_embeds_no_japanese_letters(chinese_fonts):
    with pdfplumber.open(io.BytesIO(write_pdf(papers.notice()))) as opened:
        used = {char["fontname"] for page in opened.pages for char in page.chars}
    assert used
    assert not [name for name in used if "jp" in name.lower()]


def test_text_is_never_code(chinese_fonts):
    """What typst would run, read or break on is printed as it stands."""
    signs = [
        '#panic("x")',
        '#read("/etc/passwd")',
        "= 一",
        "$ x $",
        "\\",
        "/* a */",
        "`raw`",
        "https://a.example/",
        "@preview/x:1.0",
        '"}',
        "*b*",
    ]
    document = Document(Kind.PLAIN, [Title("#title"), *(Paragraph(sign) for sign in signs)])
    with pdfplumber.open(io.BytesIO(write_pdf(document))) as opened:
        text = "".join(page.extract_text() for page in opened.pages)
    for sign in ("#title", *signs):
        assert sign.replace(" ", "") in text.replace(" ", ""), sign


def test_document_without_title_and_without_anything_is_written(chinese_fonts):
    for elements in ([], [Paragraph("")], [Title("")]):
        assert write_pdf(Document(Kind.PLAIN, elements)).startswith(b"%PDF")
        assert write_docx(Document(Kind.PLAIN, elements)).startswith(b"PK")
