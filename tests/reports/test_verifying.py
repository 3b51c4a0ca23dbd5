"""A file that came back: what was laid over it, hidden in it or put beside it is found, whoever saved it again changes nothing."""

from io import BytesIO

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import RGBColor
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, NameObject

from gongyi.documents import printed
from gongyi.documents.charts import bars
from gongyi.documents.official.pictures import png
from gongyi.documents.printed import sketches
from gongyi.reports.actions import paper, report
from tests.casework.test_workflow import put
from tests.reports.test_paper import OFFICIALS, begun, by_office, edited, export, verified

W = nsdecls("w")


@pytest.fixture
def sent(land, tmp_path):
    """A draft that left the house, with a table and a picture."""
    for state in ("closed", "handling", "answered"):
        put(land, state)
    return export(land, tmp_path)


def told(word):
    return next(p for p in word.paragraphs if "受理群众诉求" in p.text)


def foot(word):
    word.sections[0].footer.paragraphs[0].insert_paragraph_before("本件已经县政府批准")


def even_foot(word):
    word.sections[0].even_page_footer.paragraphs[0].add_run("密")


def hidden(word):
    for run in told(word).runs:
        run.font.hidden = True


def struck(word):
    told(word).runs[-1].font.strike = True


def white(word):
    told(word).runs[-1].font.color.rgb = RGBColor(255, 255, 255)


def equation(word):
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    told(word)._p.append(parse_xml(f'<m:oMath xmlns:m="{math}"><m:r><m:t>99</m:t></m:r></m:oMath>'))


def symbol(word):
    told(word)._p.append(parse_xml(f'<w:r {W}><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'))


def numbered(word):
    told(word)._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'))


def other_file(word):
    word.element.body.insert(3, parse_xml(f'<w:altChunk {W} {nsdecls("r")} r:id="rId99"/>'))


def number_in_a_box(word):
    told(word)._p.append(
        parse_xml(
            f'<w:r {W} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:rect><v:textbox><w:txbxContent><w:p><w:r><w:t>99</w:t></w:r></w:p>'
            "</w:txbxContent></v:textbox></v:rect></w:pict></w:r>"
        )
    )


def patch(word):
    told(word)._p.append(
        parse_xml(
            f'<w:r {W} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:rect fillcolor="white"/></w:pict></w:r>'
        )
    )


def shown_by_old_programs(word):
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    told(word)._p.append(
        parse_xml(
            f'<mc:AlternateContent xmlns:mc="{mc}" {W}><mc:Choice Requires="nobody"><w:r/></mc:Choice>'
            "<mc:Fallback><w:r><w:t>另加</w:t></w:r></mc:Fallback></mc:AlternateContent>"
        )
    )


def other_picture(word):
    part = next(part for part in word.part.package.iter_parts() if part.partname.endswith(".png"))
    part._blob = png(str(bars("k", "t", [("解决", 9, "9件")])), 140)


def more_picture(word):
    made = BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "PNG")
    made.seek(0)
    word.add_picture(made)


def other_words_of_a_picture(word):
    for each in word.element.body.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"):
        each.set("descr", "各月办结：1月9件")


def cell_moved(word):
    one, two = word.tables[0].rows[-1].cells[1:3]
    one.paragraphs[0].runs[0].text, two.paragraphs[0].runs[0].text = "", "33"


LAID = [
    (foot, "beside"), (even_foot, "beside"), (hidden, "text"), (struck, "text"), (white, "text"), (equation, "text"), (symbol, "text"),
    (numbered, "text"), (other_file, "beside"), (number_in_a_box, "beside"), (patch, "beside"), (shown_by_old_programs, "text"),
    (other_picture, "picture"), (more_picture, "picture"), (other_words_of_a_picture, "picture"), (cell_moved, "table"),
]  # fmt: skip


def test_what_is_hidden_laid_over_or_put_beside_a_text_is_found(sent, tmp_path):
    assert verified(edited(sent, lambda _word: None), tmp_path)[0] == 0
    for change, place in LAID:
        code, said = verified(edited(sent, change), tmp_path)
        assert (code, change.__name__) == (1, change.__name__)
        assert place in {one["place"] for one in said["where"]}, change.__name__


def test_a_picture_saved_smaller_or_as_jpeg_is_the_same(sent, tmp_path):
    def smaller(word):
        part = next(part for part in word.part.package.iter_parts() if part.partname.endswith(".png"))
        with Image.open(BytesIO(part.blob)) as picture:
            made = BytesIO()
            wide = picture.width * 220 // 305  # what Word makes of it: 220 dots per inch
            picture.convert("RGB").resize((wide, picture.height * wide // picture.width)).save(made, "JPEG", quality=80)
        part._blob = made.getvalue()

    assert verified(edited(sent, smaller), tmp_path)[0] == 0
    one, other = (png(str(bars("k", "t", [("解决", 120, f"{n}件"), ("其他", 80, "80件")])), 140) for n in (120, 121))
    assert not sketches.alike(sketches.sketch(one), sketches.sketch(other))  # one digit of one bar


def drawn_over(content: bytes, change) -> bytes:
    writer, made = PdfWriter(clone_from=BytesIO(content)), BytesIO()
    change(writer)
    writer.write(made)
    return made.getvalue()


def note(writer):
    writer.add_annotation(0, FreeText(text="7", rect=(100, 500, 140, 520), background_color="ffffff"))


def patch_on_paper(writer):
    more = DecodedStreamObject()
    more.set_data(b"q 1 1 1 rg 100 500 40 20 re f Q")
    page = writer.pages[0]
    page[NameObject("/Contents")] = writer._add_object(
        _joined(page.get_contents().get_data() + b"\n" + more.get_data())
    )


def _joined(data: bytes):
    made = DecodedStreamObject()
    made.set_data(data)
    return made


def test_what_is_laid_over_a_pdf_is_found_and_another_program_may_save_it(land, tmp_path):
    for state in ("closed", "handling", "answered"):
        put(land, state)
    content = export(land, tmp_path, kind="pdf")
    assert verified(drawn_over(content, lambda _writer: None), tmp_path)[0] == 0
    for change in (note, patch_on_paper):
        code, said = verified(drawn_over(content, change), tmp_path)
        assert (code, [one["place"] for one in said["where"]]) == (1, ["picture"]), change.__name__
    lines = [line.text for line in printed.read(content)]
    assert any(line.startswith("合计3|3|1|") for line in lines)  # 1|12 is not 11|2
    assert len(PdfReader(BytesIO(content)).pages) == sum(line.startswith("面") for line in lines)


def test_a_number_of_another_report_helps_nobody(land, tmp_path):
    for state in ("closed", "handling"):
        put(land, state)
    one, other = export(land, tmp_path), export(land, tmp_path, kind="docx", first="2025-01-01", last="2025-12-31")
    number = next(line.text for line in printed.read(other) if "文稿编号" in line.text)

    def renumber(word):
        run = next(run for p in word.paragraphs for run in p.runs if "文稿编号" in run.text)
        run.text = number

    assert verified(edited(one, renumber), tmp_path)[0] == 1


def test_a_file_says_that_it_was_corrected_or_withdrawn_since(land, tmp_path):
    one = begun(land)
    report.ask_for_check(one, by=land.clerk)
    report.check_report(one, by=land.lead)
    report.sign_report(one, by=land.lead)
    first, _row = paper.export_report(one, by=land.clerk)
    assert (verified(first, tmp_path)[1]["later"], verified(first, tmp_path)[1]["withdrawn"]) == (0, False)
    report.amend_report(one, by=land.clerk, why="补录（李家村）")
    report.ask_for_check(one, by=land.clerk)
    report.check_report(one, by=land.lead)
    report.sign_report(one, by=land.lead)
    assert verified(first, tmp_path)[1]["later"] == 1
    again, _row = paper.export_report(one, by=land.clerk)
    assert any(line.text.endswith("更正1（更正：补录（李家村）））") for line in printed.read(again))
    report.withdraw_report(one, by=land.lead, note="重写")
    code, said = verified(again, tmp_path)
    assert (code, said["withdrawn"]) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("official", OFFICIALS)
def test_a_laid_over_file_is_found_after_libreoffice_saved_it(land, tmp_path, official):
    for state in ("closed", "handling"):
        put(land, state)
    content = export(land, tmp_path, official=official)
    assert verified(by_office(content, tmp_path), tmp_path)[1]["where"] == []
    for change in (hidden, other_picture, foot):
        assert verified(by_office(edited(content, change), tmp_path), tmp_path)[0] == 1, change.__name__
