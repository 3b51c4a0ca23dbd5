"""Tables of every form are read as text; harmful ones are refused before they can harm; cells become days and texts."""

import io
import json
import shutil
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from xlsxwriter import Workbook

from gongyi.core.errors import Refused
from gongyi.documents import reading
from gongyi.documents.reading import clean, clean_line, moment, read_pasted, read_table
from gongyi.documents.tables import write_xlsx
from tests.documents.hostile import CHILD, QUICK, cells, changed, good, ods
from tests.factories import refused

HERE = ZoneInfo("Asia/Shanghai")
ROWS = [["编号", "内容"], ["7", "路灯坏了，“请”修"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "编号,内容\r\n7,路灯坏了，“请”修\r\n".encode()),
        ("a.csv", "\ufeff编号,内容\n7,路灯坏了，“请”修\n".encode()),
        ("a.csv", "编号,内容\n7,路灯坏了，“请”修\n".encode("gb18030")),
        ("a.csv", "编号\t内容\n7\t路灯坏了，“请”修\n".encode("utf-16")),
        ("a.tsv", "编号\t内容\n7\t路灯坏了，“请”修\n".encode("utf-16-le")),
        ("a.txt", "编号;内容\n7;路灯坏了，“请”修\n".encode()),
    ],
)
def test_text_of_every_encoding_is_read(name, content):
    (sheet,) = read_table(content, name)
    assert sheet.rows == ROWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_zero_bytes_though_some_characters_have_one_of_their_own(encoding):
    text = "编号,内容\n7,第一个一楼，一开一关\n"
    assert read_table(text.encode(encoding), "a.csv")[0].rows == [["编号", "内容"], ["7", "第一个一楼，一开一关"]]


def test_a_cell_that_spans_rows_stands_in_each_that_holds_something():
    out = io.BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet()
        page.merge_range(0, 0, 1, 2, "登记表")
        for at, row in enumerate(
            [["日期", "内容", "村"], ["", "路灯", ""], ["", "水管", ""], [], ["合计", "", ""]], start=2
        ):
            page.write_row(at, 0, row)
        page.merge_range(3, 0, 5, 0, "2026-03-05")
        page.merge_range(3, 2, 4, 2, "李家村")
    (sheet,) = read_table(out.getvalue(), "a.xlsx")
    day = "2026-03-05"
    assert sheet.rows == [
        ["登记表"], [], ["日期", "内容", "村"], [day, "路灯", "李家村"], [day, "水管", "李家村"], [], ["合计"]
    ]  # fmt: skip


def test_xlsx_is_read_with_days_numbers_and_where_rows_stand():
    out = io.BytesIO()
    with Workbook(out, {"remove_timezone": True}) as book:
        page, hidden = book.add_worksheet("一月"), book.add_worksheet("藏")
        hidden.hide()
        hidden.write_string(0, 0, "x")
        page.write_string(2, 1, "编号")
        page.write_number(3, 1, 2554)
        page.write_number(3, 2, 1.25)
        page.write_datetime(
            3, 3, datetime(2019, 2, 28, 11, 25, 5, tzinfo=HERE), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        )
        page.write_datetime(3, 4, datetime(2019, 2, 28, tzinfo=HERE), book.add_format({"num_format": "yyyy/m/d"}))
        page.write_formula(4, 1, "=1+1", None, 2)
        page.write_boolean(4, 2, True)
    shown, hidden = read_table(out.getvalue(), "a.xlsx")
    assert (shown.name, hidden.name) == ("一月", "藏")
    assert shown.rows == [
        [], [], ["", "编号"], ["", "2554", "1.25", "2019-02-28 11:25:05", "2019-02-28"], ["", "2", "是"]
    ]  # fmt: skip


def test_ods_is_read():
    cell = '<table:table-cell office:value-type="string"><text:p>编号</text:p></table:table-cell>'
    content = ods(f'<table:table table:name="表"><table:table-row>{cell}</table:table-row></table:table>')
    assert [(s.name, s.rows) for s in read_table(content, "a.ods")] == [("表", [["编号"]])]


def test_a_quote_mark_that_nobody_closes_swallows_no_rows():
    pasted = read_pasted('编号\t内容\n1\t"路灯不亮\n2\t水管坏了')
    assert pasted[0].rows == [["编号", "内容"], ["1", '"路灯不亮'], ["2", "水管坏了"]]
    with refused("file_limits"):
        read_table('编号,内容\n1,"路灯不亮\n2,水管坏了'.encode(), "a.csv")


def test_a_pasted_table_keeps_cells_of_several_lines():
    (sheet,) = read_pasted('编号\t内容\n7\t"第一行\n第二行"\n\n8\t亮了')
    assert sheet.rows == [["编号", "内容"], ["7", "第一行\n第二行"], [], ["8", "亮了"]]
    with pytest.raises(Refused):
        read_pasted(" \n ")


@pytest.mark.parametrize("what", QUICK)
def test_a_hostile_file_is_refused(what):
    name, make = QUICK[what]
    with pytest.raises(Refused) as no:
        read_table(make(), name)
    assert no.value.code.startswith("file_")
    assert no.value.todo


@pytest.mark.parametrize("what", CHILD)
def test_a_hostile_file_that_only_opening_shows_is_refused(what):
    name, make = CHILD[what]
    with pytest.raises(Refused) as no:
        read_table(make(), name)
    assert no.value.code.startswith("file_")


def test_sixty_hostile_files_and_a_good_one():
    assert len(QUICK) + len(CHILD) >= 60
    assert read_table(good(), "a.xlsx")[0].rows == [["标题", "内容"], ["路灯", "坏了"]]
    assert read_table(changed(sheet=cells("A1")), "a.xlsx")[0].rows == [["1"]]


def test_the_child_dies_of_too_much_memory_alone(monkeypatch):
    """Without its own limit the child would fill the machine: the limit is what ends it."""
    code = f"import sys; sys.path.insert(0, {str(reading.READER.parent)!r}); import reader; reader.MEMORY = 30 << 20; reader.main('text')"
    done = subprocess.run([sys.executable, "-c", code], input=b"a,b\n" * 5_000_000, capture_output=True, check=False)
    assert done.returncode
    monkeypatch.setattr(reading, "WALL_SECONDS", 0.001)
    with pytest.raises(Refused, match="展开以后太大"):
        read_pasted("a,b\nc,d")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2019/2/28 11:25:05", (2019, 2, 28, 11, 25, 5)),
        ("2018/4/24", (2018, 4, 24)),
        ("2019-12-25 8:05", (2019, 12, 25, 8, 5)),
        ("2026年3月5日", (2026, 3, 5)),
        ("2026年3月5日 下午3点", (2026, 3, 5, 15)),
        ("2026年 3 月 5 日 14时30分", (2026, 3, 5, 14, 30)),
        ("２０２６．３．５", (2026, 3, 5)),
        ("20190228", (2019, 2, 28)),
        ("20190228112505", (2019, 2, 28, 11, 25, 5)),
        ("43524", (2019, 2, 28)),
        ("43524.4757523148", (2019, 2, 28, 11, 25, 5)),
        ("2019-02-28T03:25:05Z", (2019, 2, 28, 11, 25, 5)),
        ("2019-02-28T11:25:05", (2019, 2, 28, 11, 25, 5)),
        ("2026年3月5日 星期四", (2026, 3, 5)),
        ("2026年3月5日（周四）09:30", (2026, 3, 5, 9, 30)),
        ("2026-03-05上午", (2026, 3, 5)),
        ("2026-03-05 9:30 PM", (2026, 3, 5, 21, 30)),
        ("2026年3月5日中午1点", (2026, 3, 5, 13)),
        ("2026年3月5日晚上8点半", (2026, 3, 5, 20, 30)),
        ("2026年3月5日凌晨12点10分", (2026, 3, 5, 0, 10)),
        ("26.3.5", (2026, 3, 5)),
        ("98年3月5日", (1998, 3, 5)),
        ("2026.3.5.", (2026, 3, 5)),
        ("2026、3、5", (2026, 3, 5)),
        ("二〇二六年十二月三十一日", (2026, 12, 31)),
        ("'2026-03-05", (2026, 3, 5)),
        ("\n2019/2/28\t", (2019, 2, 28)),
    ],
)
def test_a_day_is_read_in_every_form(text, at):
    assert moment(text) == datetime(*at, tzinfo=HERE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "昨天",
        "2019/2/30",
        "28/2/2019",
        "13800138000",
        "2019",
        "7",
        "2019-02-28 25:00",
        "99999",
        "05.03.26",
        "3/5/2026",
        "3月5日",
        "2026年3月",
    ],
)
def test_what_is_no_day_is_none(text):
    assert moment(text) is None


def test_text_loses_its_layout_and_nothing_else():
    messy = "\n\t\t\t\t\t\n\t\t\t\t\t\u3000\u3000第一句。\u200b\n\t\t\n第二\t句\xa0。\r\n 1. 三  格\u3000字\n\t"
    assert clean(messy) == "第一句。\n第二 句 。\n1. 三  格\u3000字"
    assert clean_line("  标\n\t题 ") == "标 题"
    letters = json.dumps(messy)
    assert clean(letters) == letters


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_a_real_file_of_another_format_says_the_same(tmp_path, ending):
    """Saved by LibreOffice, as an office would: the same rows, times too."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed: apt install libreoffice-calc")
    rows = [
        ["编号", "登记时间", "内容"],
        ["007", "2019/2/28 11:25:05", "路灯不亮\n三盏"],
        ["8", "2019/3/1", "水管漏了" * 300],
    ]
    with (tmp_path / "a.xlsx").open("wb") as file:
        write_xlsx(file, rows[0], rows[1:])
    words = ["soffice", f"-env:UserInstallation=file://{tmp_path}/own", "--headless", "--convert-to", ending, "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    (sheet,) = read_table((tmp_path / f"a.{ending}").read_bytes(), f"a.{ending}")
    assert sheet.rows == rows
