"""Tables as files: texts come back as they went in, and nothing a person wrote is a live formula."""

import csv
import io
import zipfile
from itertools import product
from xml.etree import ElementTree as ET

import pytest

from gongyi.documents import tables
from gongyi.documents.reading import read_table

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LIVE = [
    before + mark + rest
    for before, mark, rest in product(
        ("", " ", '"', "'", ",", "\n"),
        ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "＠", "|"),
        ("1+1", "cmd|' /C calc'!A0", "SUM(A1)"),
    )
] + ["\x00=1+1", '=HYPERLINK("http://x","y")', "+8613812345678", "-5"]
LIVE += [f"{mark}IMPORTXML(CONCAT(A1),{n})" for n, mark in enumerate("=+-@＝＋－＠|%\t\r" * 2)]


def xlsx(headers, rows, **more):
    file = io.BytesIO()
    assert tables.write_xlsx(file, headers, rows, **more) == len(rows)
    return file.getvalue()


def cells(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        name = ET.fromstring(book.read("xl/workbook.xml")).find(f"{NS}sheets/{NS}sheet").get("name")
    assert not root.findall(f".//{NS}f"), "a formula"
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{NS}row")]
    kinds = {cell.get("t") for cell in root.iter(f"{NS}c") if list(cell)}
    return rows, kinds, name


def test_xlsx_holds_texts_as_texts(tmp_path):
    rows, kinds, name = cells(
        xlsx(["编号", "标题"], [["2026-0001", "路灯 <坏> & “修”"], ["", "龘\n两行"]], sheet="=办件[1]/*")
    )
    assert rows == [["编号", "标题"], ["2026-0001", "路灯 <坏> & “修”"], ["", "龘\n两行"]]
    assert (kinds, name) == ({"inlineStr"}, "办件1")


MARKUP = "<r></r></is></c><c><f>1+1</f><v>2</v></c><c><is><r></r>"


def test_r8_no_markup_of_a_person_is_the_files_own():
    rows, kinds, _name = cells(xlsx([MARKUP], [[MARKUP], ["<r>"], ["_x003D_1+1"]]))
    assert ([row[0].rstrip() for row in rows[:3]], kinds) == ([MARKUP, MARKUP, "<r>"], {"inlineStr"})
    assert "x003D" in rows[3][0]


def test_r8_control_without_the_guard_markup_is_live(monkeypatch):
    monkeypatch.setattr(tables, "plain_cell", str)
    with pytest.raises(AssertionError, match="a formula"):
        cells(xlsx(["编号"], [[MARKUP]]))


def test_r8_control_a_cell_written_by_its_looks_is_live(monkeypatch):
    monkeypatch.setattr(tables.Worksheet, "write_string", tables.Worksheet.write)
    with pytest.raises(AssertionError, match="a formula"):
        cells(xlsx(["编号"], [["=1+1"]]))


def test_xlsx_holds_numbers_as_numbers():
    rows, kinds, _name = cells(xlsx(["天"], [[12]]))
    assert (rows[1], kinds) == (["12"], {"inlineStr", None})


def test_r8_no_payload_is_live_in_xlsx():
    assert len(LIVE) >= 200
    rows, kinds, _name = cells(xlsx(LIVE[:20], [[payload] for payload in LIVE]))
    assert kinds == {"inlineStr"}
    assert "-5" in [row[0] for row in rows[1:]]


def test_r8_no_payload_is_live_in_csv():
    file = io.BytesIO()
    tables.write_csv(file, LIVE[:20], [[payload, "好"] for payload in LIVE])
    content = file.getvalue().decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content)):
        assert not [
            cell for cell in row if cell.lstrip(" \"',\n")[:1] in tuple("=+-@\t\r＝＋＠|") and not cell.startswith("'")
        ]


def test_r8_control_without_the_guard_a_payload_is_live(monkeypatch):
    monkeypatch.setattr(tables, "safe_text", str)
    with pytest.raises(AssertionError):
        test_r8_no_payload_is_live_in_csv()


def test_csv_opens_in_excel_with_its_letters():
    file = io.BytesIO()
    assert tables.write_csv(file, ["编号"], [["低保"], [3]]) == 2
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig")))) == [["编号"], ["低保"], ["3"]]


def test_r8_no_payload_is_live_in_what_is_copied_into_a_table():
    for payload in LIVE:
        for line in tables.clipboard(f"好\n{payload}").splitlines():
            for cell in line.split("\t"):
                bare = cell.lstrip(" \"',\n")
                assert cell.startswith("'") or bare[:1] not in tuple("=+-@＝＋－＠|%")


def test_r8_no_payload_is_live_in_headings_and_names_of_sheets():
    for payload in LIVE[:40]:
        file = io.BytesIO()
        tables.write_sheets(file, [(payload, [[payload], [payload]]), (payload, [["x"]])])
        _rows, kinds, name = cells(file.getvalue())
        assert kinds == {"inlineStr"}
        assert name[:1] not in tuple("=+-@＝＋－＠")


def test_r8_values_come_back_as_they_went_out():
    plain = [text for text in LIVE if text.isprintable()]
    for name, write in (("a.xlsx", tables.write_xlsx), ("a.csv", tables.write_csv)):
        file = io.BytesIO()
        write(file, ["标题", "次"], [[text, 1] for text in plain])
        (sheet,) = read_table(file.getvalue(), name)
        assert [row[0] for row in sheet.rows[1:]] == plain
