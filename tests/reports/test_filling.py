"""填表: from somebody's blank form to the filled file, with evidence, reasons and memory."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongyi.casework.actions.moving import first_parts
from gongyi.casework.models import Asker, Case, Topic
from gongyi.core import audit, clock, figures
from gongyi.core.access import system_actor
from gongyi.core.county import bind, new_key
from gongyi.core.errors import Refused
from gongyi.core.figures import Period, Scope
from gongyi.documents.blank import Slot, find_slots, modern, open_form
from gongyi.language.asked.ask import Ask, leave
from gongyi.language.asked.matching import match
from gongyi.network.queries import Tree
from gongyi.people.models import Account
from gongyi.reports.actions import filling as actions
from gongyi.reports.forms.filling import recent_periods
from gongyi.reports.models import FormFill, FormMemory
from gongyi.reports.queries import filled, form_page, listing
from gongyi.reports.queries.filling import fill, kind_of, vocabulary_of

FORMS = Path(__file__).parent / "forms" / "first"
LONG = next(FORMS.glob("信访热线*.xlsx"))
TOWNS = next(FORMS.glob("各乡镇*.xlsx"))
LIST = next(FORMS.glob("群众诉求办理台账*.xlsx"))
REPORT = next(FORMS.glob("月度*.docx"))
MARCH = Period.month(2026, 3)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_numbers = count(1)
pytestmark = pytest.mark.django_db


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def case(land, day: date, *, kind=None, unit=None, closed: date | None = None, **facts) -> Case:
    """A case of a day, open or closed."""
    unit, at = unit or land.town, noon(day)
    ended = {"state": "closed", "answered_at": noon(closed), "closed_at": noon(closed), "outcome": "solved"} if closed else {"state": "handling"}  # fmt: skip
    row = Case(
        id=new_key(unit.county), county=unit.county, number=f"D{next(_numbers):04d}", title="路灯不亮", content="路口的路灯坏了", type=kind or land.complaint,
        unit=unit, desk=unit, lead=unit, changed_at=at, recorded_at=at, assigned_at=at, span="7d", resident_due=at + timedelta(days=15),
        unit_due=at + timedelta(days=15), **ended, **facts,
    )  # fmt: skip
    row.save()
    first_parts([row])
    return row


@pytest.fixture
def busy(land):
    """March and the months before it, in two townships."""
    topics = [Topic(name=name, full_name=name, level=1) for name in ("道路交通", "农业农村")]
    for topic in topics:
        topic.save()
    for n in range(5):
        case(land, date(2026, 3, 2 + n), closed=date(2026, 3, 9 + n), topic=topics[0], rating="good", channel="phone")
    case(land, date(2026, 3, 20), kind=land.enquiry, channel="counter", topic=topics[1])
    case(land, date(2026, 3, 21), unit=land.other, channel="chat")
    for n in range(4):
        case(land, date(2026, 2, 3 + n), kind=land.enquiry)
    case(land, date(2025, 3, 4))
    return land


def values(path: Path, unit, period=MARCH, by=None) -> dict[str, object]:
    made = filled.fill_file(path.read_bytes(), path.name, unit=unit, period=period, by=by)
    return {line.slot.at: line.value for line in made.lines}


def test_numbers_of_a_form_are_those_of_the_figures(busy):
    found = values(LONG, busy.town)
    assert (found["SQ02!E7"], found["SQ02!E9"]) == (1, 5)  # 咨询, 投诉
    assert (found["SQ02!F6"], found["SQ02!H6"], found["SQ02!J6"]) == (4, 1, 10)
    assert found["SQ02!G6"] == 50.0  # six after four
    assert (found["SQ02!E20"], found["SQ02!F20"], found["SQ02!G20"]) == (5, 0, None)
    assert found["SQ02!E34"] == 100.0
    assert (
        found["SQ02!E29"]
        == figures.count(["cases.open"], Scope(999001, MARCH, frozenset({busy.town.id})))["cases.open"].value
    )
    assert (found["SQ02!A2 blank 1"], found["SQ02!G2"], found["SQ02!J2"]) == ("东湖镇", 2026, 3)
    assert found["SQ02!E47"] is None
    assert found["SQ02!A51 blank 5"] == f"{clock.today().year % 100:02d}"  # 20__年


def test_rows_of_units_are_the_units_below_and_together_they_are_the_whole(busy):
    found = values(TOWNS, busy.county)
    names = [found[f"月调度!B{row}"] for row in range(8, 12)]
    assert names[:2] == ["东湖镇", "西山镇"]
    assert names[2:] == [None, None]
    assert [found[f"月调度!C{row}"] for row in (8, 9, 10)] == [6, 1, None]
    assert found["月调度!L8"] == 1.0  # the cell shows per cent: a fraction is stored
    assert found["月调度!W8"] is None
    assert found["月调度!I2"] == "3月"


def test_a_report_of_words_tells_directions_ranks_and_shares(busy):
    made = filled.fill_file(REPORT.read_bytes(), REPORT.name, unit=busy.town, period=MARCH, by=None)
    found = {line.slot.at: line.value for line in made.lines}
    assert (found["paragraph 6 blank 1"], found["paragraph 6 blank 7"], found["paragraph 6 blank 8"]) == (
        6,
        "增加",
        50.0,
    )
    assert (found["paragraph 15 blank 1"], found["paragraph 15 blank 2"], found["paragraph 15 blank 3"]) == (
        "道路交通",
        "农业农村",
        None,
    )
    assert found["paragraph 15 blank 4"] == 5
    text = zipfile.ZipFile(io.BytesIO(made.content)).read("word/document.xml").decode()
    assert "本月共受理群众诉求6件，其中投诉5件，咨询1件" in text


def test_a_row_for_the_unit_itself_counts_it_alone_and_opens_those_records(busy):
    case(busy, date(2026, 3, 25), unit=busy.county)
    slots = [
        Slot(f"S!C{row}", "cell", 0, (row, 3), columns=("受理数",), labels=(label,), heads=(("单位",),), block=1)
        for row, label in enumerate(("县本级", "东湖镇", "合计"), start=2)
    ]
    words = vocabulary_of(busy.county, MARCH)
    lines = fill(slots, match(slots, words), unit=busy.county, period=MARCH, by=None)
    assert [line.value for line in lines] == [1, 6, 8]
    assert "alone=on" in lines[0].evidence[0]
    assert "alone=on" not in lines[2].evidence[0]
    assert lines[0].words.startswith(f"{busy.county.name}自己")


def test_whether_a_matter_was_in_time_is_told_as_the_figure_counts_it(busy):
    in_time = case(busy, date(2026, 3, 2), closed=date(2026, 3, 9))
    late = case(busy, date(2026, 3, 2), closed=date(2026, 3, 30))
    fresh = case(busy, clock.today())
    old = case(busy, date(2025, 3, 2))
    told = [listing.cell(one, {}, "in_time", 1) for one in (in_time, late, fresh, old)]
    assert told == ["是", "否", None, "否"]
    assert [listing.cell(one, {}, "late", 1) for one in (in_time, late, fresh, old)] == ["否", "是", None, "是"]
    counted = listing.keys_of("cases.closed_in_time", busy.town, MARCH)
    assert Case.objects.filter(id__in=counted, pk__in=[in_time.pk, late.pk]).get() == in_time


def test_a_time_before_the_first_record_is_left_and_not_told_as_none(busy):
    def told(period: Period) -> list:
        slots = [Slot("S!C2", "cell", 0, (2, 3), columns=(head,), labels=("受理数",), heads=((),)) for head in ("本期", "去年同期", "同比")]  # fmt: skip
        return fill(slots, match(slots, vocabulary_of(busy.county, period)), unit=busy.county, period=period, by=None)

    now, year, change = told(Period.month(2026, 1))
    assert (now.value, year.value, change.value) == (0, None, None)
    assert "2025年3月4日" in year.reason
    assert year.reason == change.reason
    partly = told(Period.month(2025, 3))[0]
    assert partly.value == 1
    assert "更早的没有算" in partly.note
    assert "更早的没有算" not in told(MARCH)[0].note
    assert figures.begins("cases.closed_rate", 999001) == date(2025, 3, 4)
    assert figures.begins("promises.due", 999001) is None


def test_figures_by_unit_and_part_at_once_are_those_of_each_apart(busy):
    scope = Scope(999001, Period(date(2026, 1, 1), date(2026, 12, 31)))
    both = figures.count_by(["cases.received", "cases.closed"], scope, "channel", beside="unit")
    apart = figures.count_by(["cases.received", "cases.closed"], scope, "unit")
    for unit, line in apart.items():
        for key, number in line.items():
            assert number == sum(counts[key] for (_channel, at), counts in both.items() if at == unit)
    assert len(both) > len(apart)


def test_a_large_form_asks_the_database_no_more_often_than_it_has_periods_and_splits(busy):
    with CaptureQueriesContext(connection) as few:
        values(TOWNS, busy.county)
    assert len(few) < 60


def test_a_list_takes_only_what_the_person_may_see_and_no_names(busy):
    hidden = case(busy, date(2026, 3, 25), unit=busy.other, kind=busy.complaint)
    own = Case.objects.filter(unit=busy.town).order_by("recorded_at").first()
    Asker(county=999001, case=own, name="李小四", phone="13912345678", address="").save()
    Case.objects.filter(id=own.id).update(content="李小四说路灯坏了，电话13912345678")
    quarter = Period.quarter(2026, 1)
    found = values(LIST, busy.county, quarter, by=busy.clerk)
    column = [found[f"台账!B{row}"] for row in range(6, 16)]
    assert hidden.number not in column
    assert all(number is None or Case.objects.get(number=number).unit_id == busy.town.id for number in column)
    made = filled.fill_file(LIST.read_bytes(), LIST.name, unit=busy.county, period=quarter, by=busy.clerk)
    part = zipfile.ZipFile(io.BytesIO(made.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "13912345678" not in part
    assert "李小四" not in part
    assert found["台账!D6"] is None
    assert found["台账!E6"] is None
    assert [found[f"台账!I{row}"] for row in (6, 7)] == ["咨询", "咨询"]
    assert found["台账!C6"] == date(2026, 2, 3)
    assert listing.waiting_of(*_read(LIST, busy.county, quarter), busy.county, quarter, busy.clerk) == 0
    assert all(value is None for at, value in values(LIST, busy.county, quarter).items() if at.startswith("台账!B"))


def _read(path, unit, period):
    opened = filled.read(path.read_bytes(), path.name)
    return opened.slots, filled.asks_of(opened, {}, unit, period)


def test_the_command_lists_every_filled_place_with_its_evidence_and_every_empty_one_with_its_reason(busy, tmp_path):
    out, told = tmp_path / "filled.xlsx", io.StringIO()
    with transaction.atomic():
        audit.record(
            by=system_actor("test", 999001), action="x", kind="x", label="x"
        )  # by which the county is known here
    call_command(
        "fill_form",
        str(LONG),
        "--from=2026-03-01",
        "--to=2026-03-31",
        f"--out={out}",
        "--json",
        unit=busy.town.code,
        stdout=told,
    )
    facts = json.loads(told.getvalue())
    first = next(cell for cell in facts["filled"] if cell["cell"] == "SQ02!E9")
    assert (first["figure"], first["value"]) == ("cases.received", 5)
    assert "type=" in first["evidence"]
    assert all(cell["reason"] for cell in facts["empty"])
    assert len(facts["filled"]) + len(facts["empty"]) == len(
        find_slots(open_form(*modern(LONG.read_bytes(), LONG.name)))
    )
    assert open_form(*modern(out.read_bytes(), "filled.xlsx")).grids[0].text((9, 5)) == "5"
    for bad in ("no.xlsx", str(Path(__file__))):
        with pytest.raises(CommandError):
            call_command("fill_form", bad, "--from=2026-03-01", "--to=2026-03-31", f"--out={out}", unit=busy.town.code)


def test_the_measure_tells_each_folder_apart():
    told = io.StringIO()
    folders = [str(FORMS.parent / name) for name in ("first", "second", "third")]
    call_command("measure_forms", *folders, "--json", stdout=told)
    first, second, third = json.loads(told.getvalue())
    assert len(first["forms"]) == len(second["forms"]) == len(third["forms"]) == 6
    assert first["share"] >= 0.98  # what the words were collected from
    assert second["share"] >= 0.7  # made by somebody who saw neither: the honest half
    assert second["share_confirmed"] >= 0.9
    assert third["share"] >= 0.98  # 82 % when it was measured first
    assert [each["wrong_numbers"] for each in (first, second, third)] == [0, 0, 2]


# --- pages ------------------------------------------------------------------------------------------------------------


class Browser(Client):
    """A browser whose every sent form carries a key of its own, as the pages' forms do."""

    def post(self, path, data=None, **more):
        return super().post(path, {"_key": str(uuid4()), **(data or {})}, **more)


def browser(actor) -> Client:
    client = Browser()
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def hand_over(client: Client, unit, path: Path = LONG, period=MARCH, **facts):
    file = SimpleUploadedFile(path.name, path.read_bytes(), XLSX)
    days = {"period": "own", "first": period.first.isoformat(), "last": period.last.isoformat()}
    return client.post("/fill/", {"file": file, "unit": str(unit.id), **days, **facts})


def test_a_form_is_handed_over_corrected_confirmed_taken_and_known_next_month(busy):
    client = browser(busy.clerk)
    assert "还没有记住的表" in client.get("/fill/").content.decode()
    there = hand_over(client, busy.town, sender="县信访局")["Location"]
    page = client.get(there).content.decode()
    assert "第一次见这张表" in page
    assert "领导批示次数" in page
    assert page.count("自己会算") == page.count(">ƒ<") > 0  # formulas are no empty cells
    cell = f"{there}cell/?at=SQ02!E16"
    assert "重复诉求件数" in client.get(cell).content.decode()
    answer = client.post(cell, {"what": "figure:cases.reopened", "period": "this", "spread": "row"})
    assert answer.status_code == 302
    kept = json.loads(FormFill.objects.get().asks)
    assert {kept[f"SQ02!{column}16"]["figures"][0] for column in "EFGHJK"} == {"cases.reopened"}
    assert (kept["SQ02!F16"]["period"], kept["SQ02!J16"]["period"]) == ("previous", "year_to_date")
    client.post(f"{there}cell/?at=SQ02!J16", {"what": "leave"})
    assert client.post(f"{there}confirm/").status_code == 302
    memory = FormMemory.objects.get()
    assert (memory.sender, memory.confirmed_by) == ("县信访局", busy.clerk.id)
    taken = client.get(f"{there}take/")
    content = b"".join(taken.streaming_content)
    form = open_form(*modern(content, "a.xlsx"))
    assert form.grids[0].text((9, 5)) == "5"
    assert form.grids[0].text((16, 5)) == "0"
    again = hand_over(browser(busy.clerk2), busy.town, period=Period.month(2026, 2))["Location"]
    page = browser(busy.clerk2).get(again).content.decode()
    assert "这张表认过了" in page
    assert FormFill.objects.get(account=busy.clerk2.id).memory_id == memory.id


def test_p3_a_file_is_its_persons_alone(busy):
    there = hand_over(browser(busy.clerk), busy.town)["Location"]
    for path in ("", "take/", "cell/?at=SQ02!E16"):
        assert browser(busy.clerk2).get(there + path).status_code == 404
        assert browser(busy.clerk).get(there + path).status_code == 200
    assert (
        hand_over(browser(busy.clerk), busy.county).status_code == 200
    )  # not a unit of theirs: the form is shown again


def test_every_number_leads_to_the_page_of_its_records(busy):
    made = filled.fill_file(LONG.read_bytes(), LONG.name, unit=busy.town, period=MARCH, by=None)
    line = next(each for each in made.lines if each.slot.at == "SQ02!E9")
    page = browser(busy.clerk).get(line.evidence[0]).content.decode()
    wanted = Case.objects.filter(unit=busy.town, recorded_at__gte=MARCH.start, type=busy.complaint)
    assert line.value == wanted.count() == 5
    assert all(row.number in page for row in wanted)
    assert all(each.evidence for each in made.lines if each.ask.kind == "figure" and each.value is not None)
    assert browser(busy.stranger).get(line.evidence[0]).status_code == 404


def test_a_form_is_forgotten_by_whoever_confirmed_it_and_that_can_be_undone(busy):
    client = browser(busy.clerk)
    there = hand_over(client, busy.town)["Location"]
    client.post(f"{there}confirm/")
    memory = FormMemory.objects.get()
    assert browser(busy.clerk2).post(f"/fill/forms/{memory.id}/forget/").status_code == 403
    where = client.post(f"/fill/forms/{memory.id}/forget/")["Location"]
    assert "撤销" in client.get(where).content.decode()
    assert "第一次见这张表" in client.get(hand_over(client, busy.town)["Location"]).content.decode()
    client.post(f"/fill/forms/{memory.id}/remember/")
    assert "这张表认过了" in client.get(hand_over(client, busy.town)["Location"]).content.decode()


def test_files_go_after_a_day_and_rows_after_thirty(busy, monkeypatch, settings):
    there = hand_over(browser(busy.clerk), busy.town)["Location"]
    fill = FormFill.objects.get()
    kept = (Path(settings.GONGYI_DATA) / "files" / fill.path).read_bytes()
    assert b"PK" not in kept[:200]  # sealed
    now = clock.now()
    with bind(999001):
        assert actions.drop_old(999001) == 0
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))
        assert actions.drop_old(999001) == 1
        with pytest.raises(Refused):
            actions.kept(FormFill.objects.get())
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=40))
        actions.drop_old(999001)
    assert not FormFill.objects.exists()
    assert there


def test_a_file_that_asks_nothing_or_is_none_is_told_so_and_keeps_the_choices(busy):
    client = browser(busy.clerk)
    for name, content in (("a.xlsx", b"not a file"), ("a.pdf", b"%PDF-1.4"), ("a.xlsx", b"")):
        file = SimpleUploadedFile(name, content, XLSX)
        page = client.post(
            "/fill/",
            {"file": file, "unit": str(busy.town.id), "period": "own", "first": "2026-03-01", "last": "2026-03-31"},
        )
        assert page.status_code in {200, 422}
        assert 'value="2026-03-01"' in page.content.decode()
    assert not FormFill.objects.exists()


def test_the_unit_and_period_can_be_changed_and_wrong_days_are_told(busy):
    client = browser(busy.clerk)
    there = hand_over(client, busy.town)["Location"]
    scope = {"unit": str(busy.town.id), "period": "own", "first": "2026-02-01", "last": "2026-02-28"}
    assert client.post(f"{there}scope/", scope).status_code == 302
    assert FormFill.objects.get().first == date(2026, 2, 1)
    page = client.post(f"{there}scope/", scope | {"first": "2026-03-05"})
    assert "结束日期早于开始日期" in page.content.decode()


def test_periods_to_choose_from_are_those_that_forms_ask_for():
    listed = recent_periods(date(2026, 1, 15))
    assert listed[0] == Period.month(2025, 12)
    assert Period.quarter(2025, 4) in listed
    assert Period.year(2025) in listed
    assert listed[-1] == Period.month(2026, 1)
    kinds = [
        kind_of(one)
        for one in (
            Period.month(2026, 1),
            Period.quarter(2026, 2),
            Period.year(2026),
            Period(date(2026, 1, 1), date(2026, 1, 9)),
        )
    ]
    assert kinds == ["month", "quarter", "year", "days"]


def test_a_choice_spreads_along_a_column_with_each_rows_own_unit(busy):
    opened = filled.read(TOWNS.read_bytes(), TOWNS.name)
    asks = filled.asks_of(opened, {}, busy.county, MARCH)
    place = next(slot for slot in opened.slots if slot.at == "月调度!S8")
    changed = form_page.spread(opened.slots, asks, place, Ask("figure", ("cases.reached",), unit="child 1"), "column")
    assert {(changed[f"月调度!S{row}"].figures, changed[f"月调度!S{row}"].unit) for row in (8, 9, 19)} == {
        (("cases.reached",), "child 1"), (("cases.reached",), "child 2"), (("cases.reached",), "child 12"),
    }  # fmt: skip
    assert set(form_page.spread(opened.slots, asks, place, leave("hand"), "")) == {"月调度!S8"}


# --- months of one form -----------------------------------------------------------------------------------------------


def months_form(*heads: str, left: str = "受理件数") -> bytes:
    """A sheet with one row under these headings."""
    from tests.documents import hostile
    from tests.documents.test_blank import sheet, text

    letters = "BCDEFGHIJKLM"
    head = text("A1", "指标") + "".join(text(f"{letter}1", word) for letter, word in zip(letters, heads, strict=False))
    body = text("A2", left) + "".join(f'<c r="{letter}2" s="1"/>' for letter, _w in zip(letters, heads, strict=False))
    assert hostile.SHEET
    return sheet(f'<row r="1">{head}</row><row r="2">{body}</row>')


def row_of(content: bytes, unit, period, by=None) -> list[object]:
    made = filled.fill_file(content, "a.xlsx", unit=unit, period=period, by=by)
    return [line.value for line in made.lines]


def test_months_quarters_and_years_of_one_form_each_have_their_own_number(busy, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 10))
    year = Period.year(2026)
    form = months_form("1月", "2月", "3月", "一季度", "1-2月", "上半年", "2025年3月", "3月环比（±件）", "6月")
    assert row_of(form, busy.town, year) == [0, 4, 6, 10, 4, 10, 1, 2, None]
    lines = filled.fill_file(form, "a.xlsx", unit=busy.town, period=year, by=None).lines
    assert "还没有到" in lines[-1].reason
    assert "from=2026-02-01&to=2026-02-28" in lines[1].evidence[0]
    month = months_form("本月", "本季度", "本年", "上月", "上季度")
    assert row_of(month, busy.town, MARCH) == [6, 10, 10, 4, 0]


def test_what_is_remembered_of_one_quarter_is_filled_with_the_months_of_the_next(busy, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 7, 10))
    first, second = months_form("1月", "2月", "3月"), months_form("4月", "5月", "6月")
    opened, again = filled.read(first, "a.xlsx"), filled.read(second, "b.xlsx")
    assert opened.shape == again.shape
    fill = actions.take_in(by=busy.clerk, opened=opened, name="a.xlsx", unit=busy.town, period=Period.quarter(2026, 1))
    actions.set_asks(fill, changed={"Sheet1!D2": Ask("figure", ("cases.received",), window="=m2")})
    actions.confirm(fill, by=busy.clerk, opened=opened, unit=busy.town, period=Period.quarter(2026, 1))
    case(busy, date(2026, 5, 4))
    case(busy, date(2026, 6, 4))
    assert row_of(first, busy.town, Period.quarter(2026, 1)) == [0, 4, 4]
    assert row_of(second, busy.town, Period.quarter(2026, 2)) == [0, 1, 4]  # what was chosen by hand stays
    monkeypatch.setattr(filled, "_of_this_copy", lambda kept, _read: kept)
    assert row_of(second, busy.town, Period.quarter(2026, 2)) == [0, 4, 4]  # the months of the quarter before


def test_months_are_chosen_by_hand_and_told_in_words(busy):
    client = browser(busy.clerk)
    there = hand_over(client, busy.town)["Location"]
    client.post(f"{there}cell/?at=SQ02!E9", {"what": "figure:cases.received", "period": "this", "window": "m2"})
    kept = json.loads(FormFill.objects.get().asks)["SQ02!E9"]
    assert kept["window"] == "=m2"
    page = client.get(there).content.decode()
    assert "受理量 · 2月" in page
    assert client.get(f"{there}cell/?at=SQ02!E9").content.decode().count('value="m2" selected') == 1


def test_a_list_of_what_ended_holds_what_ended(busy):
    from gongyi.documents.blank import Slot

    rows = [Slot(f"S!A{n}", "cell", 0, (n, 1), record=n) for n in (1, 2)]
    asks = [Ask("list", ("cases.closed",), word="number")] * 2
    found = listing.list_values(rows, asks, unit=busy.town, period=MARCH, by=busy.clerk)
    ended = set(Case.objects.exclude(closed_at=None).values_list("number", flat=True))
    assert {line.value for line in found.values()} <= ended
    assert listing.waiting_of(rows, asks, busy.town, MARCH, busy.clerk) == 3


def test_a_wrong_address_of_what_was_forgotten_is_no_error(busy):
    assert browser(busy.clerk).get("/fill/?forgotten=no-key").status_code == 200


def test_p5_a_form_that_names_other_townships_gives_nothing_of_them(busy):
    names = [busy.other.name, busy.town.name, "没有的镇"]
    from tests.documents.test_blank import sheet, text

    rows = "".join(
        f'<row r="{n}">{text(f"A{n}", name)}<c r="B{n}" s="1"/></row>' for n, name in enumerate(names, start=2)
    )
    form = sheet(f'<row r="1">{text("A1", "乡镇")}{text("B1", "受理数")}</row>{rows}')
    assert row_of(form, busy.town, MARCH, by=busy.clerk) == [None, 6, None]  # its own row alone
    fill = actions.take_in(
        by=busy.clerk, opened=filled.read(form, "a.xlsx"), name="a.xlsx", unit=busy.town, period=MARCH
    )
    actions.confirm(fill, by=busy.clerk, opened=filled.read(form, "a.xlsx"), unit=busy.town, period=MARCH)
    assert row_of(form, busy.other, MARCH) == [1, None, None]  # remembered for the county, each finds its own row
    assert row_of(form, busy.county, MARCH) == [1, 6, None]
    opened = filled.read(form, "a.xlsx")
    asked = Ask("figure", ("cases.received",), unit=str(busy.other.id))
    lines = filled.made(opened, [asked] * 3, unit=busy.town, period=MARCH, by=busy.clerk, known=True).lines
    assert [line.value for line in lines] == [None, None, None]  # what a county confirmed is not a township's to see
    lines = filled.made(opened, [asked] * 3, unit=busy.county, period=MARCH, by=busy.clerk, known=True).lines
    assert [line.value for line in lines] == [1, 1, 1]  # the same, asked for the county: it is no empty answer


def test_rows_that_were_filled_in_before_leave_the_headings_of_those_below(busy):
    from tests.documents.test_blank import sheet, text

    head = f'<row r="1">{text("A1", "指标")}{text("B1", "本月")}{text("C1", "上月")}</row>'
    old = f'<row r="2">{text("A2", "派单数")}<c r="B2" s="1"><v>5</v></c><c r="C2" s="1"><v>7</v></c></row>'
    new = f'<row r="3">{text("A3", "受理数")}<c r="B3" s="1"/><c r="C3" s="1"/></row>'
    assert row_of(sheet(head + old + new), busy.town, MARCH) == [6, 4]


def test_which_units_count_for_a_row_is_asked_once_and_not_for_every_cell(busy, monkeypatch):
    asked = []
    counted = Tree.counted
    monkeypatch.setattr(Tree, "counted", lambda self, unit, **more: asked.append(unit) or counted(self, unit, **more))
    found = values(TOWNS, busy.county)
    assert [found[f"月调度!C{row}"] for row in (8, 9)] == [6, 1]
    assert len(asked) < 30  # of more than two hundred cells
