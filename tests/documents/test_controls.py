"""Content controls of Word: read as the gaps that they are, filled without their prompt, left where other data fills them."""

import io
import zipfile

from gongyi.documents.blank import find_slots, open_form, opener, write_form

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PROMPT = '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>单击此处输入文字。</w:t></w:r>'


def control(inner: str, facts: str = "<w:showingPlcHdr/><w:text/>") -> str:
    return f"<w:sdt><w:sdtPr>{facts}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def package(body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>')
        made.writestr("[Content_Types].xml", "<Types/>")
    return out.getvalue()


def opened(body: str):
    content = package(body)
    form = open_form(content, "docx")
    return content, form, find_slots(form)


def filled(body: str, value="12") -> tuple[str, list]:
    content, form, slots = opened(body)
    made, failed = write_form(content, form, [(slot, value) for slot in slots])
    return zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode(), failed


def words(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_a_control_inside_a_line_is_a_gap_and_takes_the_number_without_its_prompt():
    body = f"<w:p>{words('共受理')}{control(PROMPT)}{words('件')}</w:p>"
    assert [slot.text for slot in opened(body)[2]] == ["共受理_________件"]
    made, failed = filled(body)
    assert failed == []
    assert ">12</w:t>" in made
    assert "单击" not in made
    assert "showingPlcHdr" not in made
    assert "PlaceholderText" not in made


def test_controls_around_paragraphs_rows_and_cells_hide_nothing():
    cell = "<w:tc><w:tcPr/>{}</w:tc>"
    label = f"<w:p>{words('受理数')}</w:p>"
    row = f"<w:tr>{cell.format(label)}{control(cell.format('<w:p/>'), '')}</w:tr>"
    body = control(f"<w:p>{words('填报单位：____')}</w:p>", "") + f"<w:tbl>{control(row, '')}</w:tbl>"
    _content, form, slots = opened(body)
    assert form.paragraphs[0].text == "填报单位：____"
    assert [slot.at for slot in slots] == ["paragraph 1 blank 1", "table 1 row 1 col 2"]
    made, failed = filled(body)
    assert failed == []
    assert made.count(">12</w:t>") == 1
    assert "填报单位：12" in made


def test_a_control_around_a_whole_cell_with_its_prompt_asks_as_an_empty_cell():
    heads = "".join(f"<w:tc><w:p>{words(text)}</w:p></w:tc>" for text in ("项目", "本月"))
    row = f"<w:tc><w:p>{words('办结数')}</w:p></w:tc><w:tc>{control(f'<w:p>{PROMPT}</w:p>')}</w:tc>"
    body = f"<w:tbl><w:tr>{heads}</w:tr><w:tr>{row}</w:tr></w:tbl>"
    slot = opened(body)[2][0]
    assert (slot.columns, slot.labels) == (("本月",), ("办结数",))
    assert ">12</w:t>" in filled(body)[0]


def test_a_control_that_other_data_fills_or_that_is_locked_is_left():
    bound = f"<w:p>{words('共受理')}{control(PROMPT, '<w:dataBinding/><w:showingPlcHdr/><w:text/>')}{words('件')}</w:p>"
    made, failed = filled(bound)
    assert "12" not in made
    assert len(failed) == 1
    lock = '<w:lock w:val="sdtContentLocked"/><w:showingPlcHdr/>'
    locked = f"<w:p>{words('共受理')}{control(PROMPT, lock)}{words('件')}</w:p>"
    assert opened(locked)[2] == []


def test_without_looking_into_controls_nothing_is_asked(monkeypatch, tmp_path):
    from gongyi.documents.blank import reading

    program = reading.OPENER.read_text().replace('part.tag == f"{W}sdt" else', 'part.tag == "no" else')
    assert program != reading.OPENER.read_text()
    (tmp_path / "opener.py").write_text(program)
    monkeypatch.setattr(reading, "OPENER", tmp_path / "opener.py")
    assert opened(control(f"<w:p>{words('填报单位：____')}</w:p>", ""))[2] == []
    assert opener.W
