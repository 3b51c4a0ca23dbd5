"""Blank forms: what is read out of them, and that writing touches nothing but the places that were filled."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from gongyi.core.errors import Refused
from gongyi.documents.blank import find_slots, markup, modern, open_form, reading, shape_of, write_form
from gongyi.documents.blank.blanks import find_gaps
from tests.documents import hostile

FORMS = Path(__file__).parents[1] / "reports" / "forms" / "first"
QUARTER = FORMS / "附件1.群众诉求分类办理情况统计表（季报）.xlsx"
REPORT = FORMS / "月度群众诉求办理工作情况报告（参考模板）.docx"
HARMLESS = {"101 columns", "no sheet", "nothing in it"}  # read, and nothing is asked there
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def opened(content: bytes, name: str):
    content, kind = modern(content, name)
    form = open_form(content, kind)
    return content, form, {slot.at: slot for slot in find_slots(form)}


def sheet(rows: str, merged: str = "") -> bytes:
    """An xlsx whose sheet has these rows, with lines around the cells of style 1."""
    body = f'<?xml version="1.0" encoding="UTF-8"?><worksheet {MAIN}><sheetData>{rows}</sheetData>{merged}</worksheet>'
    styles = (
        f'<styleSheet {MAIN}><borders><border/><border><left style="thin"/></border></borders>'
        '<cellXfs><xf borderId="0" numFmtId="0"/><xf borderId="1" numFmtId="0"/><xf borderId="1" numFmtId="14"/></cellXfs></styleSheet>'
    )
    named = {hostile.SHEET: body.encode(), "xl/styles.xml": styles.encode()}
    return hostile.pack(hostile.parts(hostile.good()) | named)


def text(at: str, value: str, style: int = 1) -> str:
    return f'<c r="{at}" s="{style}" t="inlineStr"><is><t>{value}</t></is></c>'


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize(
    ("line", "gaps"),
    [
        ("共受理____件，其中投诉___件", ["____", "___"]),
        ("填报单位（章）：          填报日期：    年  月  日", ["          ", "    ", "  ", "  "]),
        ("填报日期：     年 月 日", ["     ", " ", " "]),
        ("联系电话：", [""]),
        ("表    号：SQ-02表", []),
        ("项    目", []),
        ("率=A/B×100%", []),
        ("受理××件", ["××"]),
    ],
)
def test_gaps_of_a_text(line, gaps):
    assert [line[gap.start : gap.end] for gap in find_gaps(line)] == gaps


def test_headings_of_two_rows_and_labels_stand_with_each_cell():
    _content, form, slots = opened(QUARTER.read_bytes(), QUARTER.name)
    cell = slots["季报表!J11"]
    assert cell.columns == ("办结情况", "其    中", "部分\n解决")
    assert cell.labels[-1] == "求助类"
    assert cell.section == "一、按诉求类别分"
    assert slots["季报表!H11"].what == "formula"
    assert slots["季报表!C15"].hidden
    assert slots["季报表!J27"].paired
    assert slots["季报表!J27"].labels[-1] == "工作经费（万元）" or slots["季报表!J27"].labels
    assert [grid.name for grid in form.grids] == ["季报表"]


def test_a_next_copy_has_the_same_shape_and_another_form_has_not():
    row = '<row r="1">' + text("A1", "2026年3月情况表") + "</row>"
    rest = '<row r="2">{}<c r="B2" s="1"/></row>'
    march = opened(sheet(row + rest.format(text("A2", "受理数"))), "a.xlsx")[1]
    april = opened(sheet(row.replace("3月", "十二月") + rest.format(text("A2", "受理数"))), "b.xlsx")[1]
    other = opened(sheet(row + rest.format(text("A2", "办结数"))), "c.xlsx")[1]
    filled = opened(sheet(row + rest.format(text("A2", "受理数")).replace('<c r="B2" s="1"/>', '<c r="B2" s="1"><v>7</v></c>')), "d.xlsx")[1]  # fmt: skip
    assert shape_of(march) == shape_of(april) == shape_of(filled)
    assert shape_of(march) != shape_of(other)


@pytest.mark.parametrize("path", sorted(FORMS.parent.glob("*/*.[xd]*x")), ids=lambda path: path.stem[:12])
def test_every_other_part_stays_byte_for_byte_and_every_value_stands_in_its_place(path):
    content, form, slots = opened(path.read_bytes(), path.name)
    values = [(slot, number) for number, slot in enumerate(slots.values(), start=1) if slot.what != "formula"]
    made, failed = write_form(content, form, values)
    assert failed == []
    before, after = members(content), members(made)
    changed = [name for name in before if before[name] != after[name]]
    assert list(before) == list(after)
    sheets = {"word/document.xml", *(grid.part for grid in form.grids)}
    assert changed
    assert set(changed) <= sheets
    _content, again, _slots = opened(made, path.name)
    assert [again.grids[slot.grid].text(slot.place) for slot, _v in values if slot.what == "cell"] == [
        str(value) for slot, value in values if slot.what == "cell"
    ]
    # nothing outside of the cells is touched: merged areas, widths, print setup, rules
    cut = re.compile(rb"<c .*?(?:/>|</c>)|<w:t[ >].*?</w:t>|<w:r>.*?</w:r>", re.DOTALL)
    if form.kind == "xlsx":
        for name in changed:
            assert cut.sub(b"", before[name]) == cut.sub(b"", after[name])
            assert re.findall(rb"<f>.*?</f>", before[name]) == re.findall(rb"<f>.*?</f>", after[name])


def test_gaps_of_a_sentence_keep_their_run_and_its_underline():
    content, form, slots = opened(REPORT.read_bytes(), REPORT.name)
    made, _failed = write_form(content, form, [(slots["paragraph 7 blank 1"], 12), (slots["paragraph 6 blank 1"], 34)])
    before, after = (members(each)["word/document.xml"].decode() for each in (content, made))
    assert before.count("<w:r>") == after.count("<w:r>")
    assert re.search(r'<w:u w:val="single"/></w:rPr><w:t xml:space="preserve"> 12 </w:t>', after)
    assert "本月共受理群众诉求34件，其中投诉___件" in after


def test_a_name_keeps_the_width_of_its_gap_and_a_year_takes_none():
    head = "填报单位：          审核人：      填报日期：    年  月  日"
    content, form, slots = opened(sheet('<row r="1">' + text("A1", head) + "</row>"), "a.xlsx")
    told = {"A1 blank 1": "东湖镇", "A1 blank 3": 2026, "A1 blank 4": 3, "A1 blank 5": 9}
    made, _failed = write_form(content, form, [(slots[f"Sheet1!{at}"], value) for at, value in told.items()])
    filled = opened(made, "a.xlsx")[1].grids[0].text((1, 1))
    assert filled == "填报单位：东湖镇    审核人：      填报日期：2026年3月9日"


def test_a_formula_keeps_its_words_loses_its_stale_result_and_is_never_written_over():
    rows = '<row r="1">' + text("A1", "受理") + '<c r="B1" s="1"/><c r="C1" s="1"><f>B1*2</f><v>99</v></c></row>'
    content, form, slots = opened(sheet(rows), "a.xlsx")
    made, failed = write_form(content, form, [(slots["Sheet1!B1"], 5), (slots["Sheet1!C1"], 7)])
    part = members(made)[hostile.SHEET]
    assert b'<c r="B1" s="1"><v>5</v></c><c r="C1" s="1"><f>B1*2</f></c>' in part
    assert [slot.at for slot in failed] == ["Sheet1!C1"]


@pytest.mark.parametrize("value", ["=1+1", "+cmd", "@SUM(A1)", "-2", '<r>&"x', "a\x00b"])
def test_a_text_is_never_a_formula(value):
    rows = '<row r="1">' + text("A1", "单位") + '<c r="B1" s="1"/></row>'
    content, form, slots = opened(sheet(rows), "a.xlsx")
    made, _failed = write_form(content, form, [(slots["Sheet1!B1"], value)])
    part = members(made)[hostile.SHEET].decode()
    assert 't="inlineStr"' in part
    assert "<f>" not in part
    assert opened(made, "a.xlsx")[1].grids[0].text((1, 2)) == value.replace("\x00", "")


def test_a_day_is_a_number_where_the_cell_shows_days_and_a_text_elsewhere():
    rows = (
        '<row r="1">'
        + text("A1", "日期")
        + '<c r="B1" s="2"/></row><row r="2">'
        + text("A2", "日期")
        + '<c r="B2" s="1"/></row>'
    )
    content, form, slots = opened(sheet(rows), "a.xlsx")
    day = date(2026, 3, 5)
    made, _failed = write_form(content, form, [(slots["Sheet1!B1"], day), (slots["Sheet1!B2"], day)])
    part = members(made)[hostile.SHEET].decode()
    assert '<c r="B1" s="2"><v>46086</v></c>' in part
    assert "2026年3月5日" in part


def test_letters_of_several_fonts_in_a_shared_string_keep_them():
    strings = f'<sst {MAIN}><si><r><rPr><b/></rPr><t>共受理__</t></r><r><rPr><i/></rPr><t xml:space="preserve">__件 &amp; 办结</t></r><r><t>___件</t></r></si></sst>'
    rows = '<row r="1"><c r="A1" s="1" t="s"><v>0</v></c></row>'
    base = members(sheet(rows))
    content, form, slots = opened(hostile.pack(base | {"xl/sharedStrings.xml": strings.encode()}), "a.xlsx")
    assert [slot.text[slot.start : slot.end] for slot in slots.values()] == ["____", "___"]
    made, failed = write_form(content, form, [(slot, 8) for slot in slots.values()])
    assert failed == []
    part = members(made)[hostile.SHEET].decode()
    assert "<rPr><b/></rPr>" in part
    assert "<rPr><i/></rPr>" in part
    assert opened(made, "a.xlsx")[1].grids[0].text((1, 1)) == "共受理8件 & 办结8件"
    assert members(made)["xl/sharedStrings.xml"] == strings.encode()


def test_two_edits_of_one_place_are_an_error():
    with pytest.raises(ValueError, match="two edits"):
        markup.edited(b"abcdef", [(0, 3, b"x"), (2, 4, b"y")])


@pytest.mark.parametrize("name", [*hostile.QUICK, *hostile.CHILD])
def test_files_that_mean_harm_are_refused_or_read_within_the_limits(name):
    file, make = (hostile.QUICK | hostile.CHILD)[name]
    if name in HARMLESS:
        assert not opened(make(), file)[2]
        return
    with pytest.raises(Refused) as refused:
        opened(make(), file)
    assert refused.value.code.startswith("file_")


@pytest.mark.parametrize("limit", ["CELLS", "ROWS", "COLUMNS", "SHEETS"])
def test_a_form_beyond_a_limit_is_refused(limit, tmp_path, monkeypatch):
    program = reading.OPENER.read_text().replace(
        'if __name__ == "__main__":', f'{limit} = 0\nif __name__ == "__main__":'
    )
    (tmp_path / "opener.py").write_text(program)
    monkeypatch.setattr(reading, "OPENER", tmp_path / "opener.py")
    with pytest.raises(Refused) as refused:
        opened(QUARTER.read_bytes(), QUARTER.name)
    assert refused.value.code == "file_limits"


def test_an_old_file_is_refused_with_what_to_do_where_nothing_converts_it(monkeypatch):
    monkeypatch.setattr(reading.shutil, "which", lambda _name: None)
    with pytest.raises(Refused) as refused:
        modern(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "a.xls")
    assert refused.value.code == "file_old"
    assert ".xlsx" in refused.value.todo


@pytest.mark.slow
@pytest.mark.parametrize("path", [QUARTER, REPORT], ids=["xlsx", "docx"])
def test_libreoffice_opens_a_filled_form(path, tmp_path):
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed: nothing can open the file here")
    content, form, slots = opened(path.read_bytes(), path.name)
    made, _failed = write_form(content, form, [(slot, 7) for slot in slots.values() if slot.what != "formula"])
    (tmp_path / path.name).write_bytes(made)
    command = [
        program,
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / path.name),
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if b"could not be loaded" in done.stderr + done.stdout:
        pytest.skip("LibreOffice is installed without the part for this kind of file")
    assert (tmp_path / path.with_suffix(".pdf").name).stat().st_size > 2000


@pytest.mark.slow
def test_an_old_workbook_is_converted_where_libreoffice_is(tmp_path):
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed: nothing can make or convert an .xls here")
    command = [
        program,
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xls",
        "--outdir",
        str(tmp_path),
        str(QUARTER),
    ]
    subprocess.run(command, capture_output=True, timeout=120, check=False)
    old = tmp_path / QUARTER.with_suffix(".xls").name
    if not old.exists():
        pytest.skip("LibreOffice is installed without its table program")
    content, kind = modern(old.read_bytes(), old.name)
    slots = {slot.at: slot for slot in find_slots(open_form(content, kind))}
    assert kind == "xlsx"
    assert slots["季报表!J11"].columns == ("办结情况", "其    中", "部分\n解决")


def test_a_hidden_column_is_left_unless_a_formula_that_shows_takes_it_and_a_lone_gap_is_a_cell():
    head = '<row r="1">' + "".join(text(f"{letter}1", word) for letter, word in zip("ABCDE", ("项目", "本月", "内码", "去年", "增减"), strict=True)) + "</row>"  # fmt: skip
    body = '<row r="2">' + text("A2", "受理") + text("B2", "____件") + '<c r="C2" s="1"/><c r="D2" s="1"/><c r="E2" s="1"><f>B2-D2</f></c></row>'  # fmt: skip
    content = sheet(head + body)
    raw = members(content)[hostile.SHEET].replace(b"<sheetData>", b'<cols><col min="3" max="4" hidden="1"/></cols><sheetData>')  # fmt: skip
    _content, _form, slots = opened(hostile.pack(members(content) | {hostile.SHEET: raw}), "a.xlsx")
    assert (slots["Sheet1!C2"].hidden, slots["Sheet1!D2"].hidden) == (True, False)
    gap = slots["Sheet1!B2 blank 1"]
    assert (gap.columns, gap.labels) == (("本月",), ("受理",))


def test_in_a_protected_sheet_only_cells_that_are_open_ask(monkeypatch):
    head = '<row r="1">' + text("A1", "项目") + text("B1", "本月") + text("C1", "上月") + "</row>"
    body = '<row r="2">' + text("A2", "受理") + '<c r="B2" s="2"/><c r="C2" s="1"/></row>'
    content = sheet(head + body, '<sheetProtection sheet="1"/>')
    styles = members(content)["xl/styles.xml"].replace(b'<xf borderId="1" numFmtId="14"/>', b'<xf borderId="1" numFmtId="0"><protection locked="0"/></xf>')  # fmt: skip
    content = hostile.pack(members(content) | {"xl/styles.xml": styles})
    _content, _form, slots = opened(content, "a.xlsx")
    assert (slots["Sheet1!B2"].locked, slots["Sheet1!C2"].locked) == (False, True)
    free = members(content)[hostile.SHEET].replace(b'sheet="1"', b'sheet="0"')
    _content, _form, slots = opened(hostile.pack(members(content) | {hostile.SHEET: free}), "a.xlsx")
    assert not slots["Sheet1!C2"].locked


def test_joined_cells_beside_a_label_are_its_room_though_they_have_no_line_and_no_element():
    merged = '<mergeCells count="1"><mergeCell ref="C1:D1"/></mergeCells>'
    form_file = sheet(f'<row r="1">{text("A1", "填报单位：", 0)}{text("B1", "填报日期：", 0)}</row>', merged)
    content, form, slots = opened(form_file, "a.xlsx")
    name = next(at for at in slots if at.endswith("!C1"))
    assert slots[name].labels == ("填报日期：",)
    assert [at for at in slots if "!B1" in at] == []
    filled, failed = write_form(content, form, [(slots[name], date(2026, 3, 31))])
    assert not failed
    assert open_form(filled, "xlsx").grids[0].text((1, 3)) == "2026年3月31日"
    assert open_form(filled, "xlsx").grids[0].text((1, 2)) == "填报日期："
    before, after = members(content), members(filled)
    assert [part for part in before if before[part] != after[part]] == [hostile.SHEET]
