"""What stands around a report and behind it: one topic alone, the annex, the minutes' names; what the signer read is what is signed."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from gongyi.casework import actions as casework
from gongyi.casework.models import Topic
from gongyi.core import clock
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.documents import printed
from gongyi.reports.actions import paper
from gongyi.reports.actions import report as actions
from gongyi.reports.models import ReportFile, ReportVersion
from gongyi.reports.queries import report as queries
from gongyi.reports.queries import ties
from tests.casework.test_workflow import put
from tests.factories import refused
from tests.reports.test_paper import edited, export, verified
from tests.reports.test_report import signed, text_of
from tests.reports.test_report_pages import browser, sent


@pytest.fixture
def office(land):
    """A township with a case of 路灯 and one of another matter, and a report of all."""
    topic = Topic(name="路灯", full_name="路灯")
    topic.save()
    casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了", topic=topic)
    casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="要一张证明")
    period = Period.year(clock.today().year)
    report = actions.start_report(by=land.clerk, unit=land.town, period=period, kind="summary")
    return SimpleNamespace(**vars(land), report=report, topic=topic, period=period)


def lines_of(content: bytes) -> list[str]:
    return [line.text for line in printed.read(content)]


def test_a_report_of_one_topic_counts_that_topic_alone(office):
    report = actions.start_report(
        by=office.clerk, unit=office.town, period=office.period, kind="topic", topic=office.topic
    )
    blocks = queries.blocks_of(report)
    assert "“路灯”一类" in report.title
    assert "受理“路灯”一类诉求1件" in text_of(blocks)
    whole = next(one for one in blocks if one["type"] == "table")["rows"][-1]
    assert whole[1][0] == "1"
    found = queries.evidence(office.clerk, report, "cases.received")
    assert found.total == 1
    assert queries.evidence(office.clerk, report, "cases.received|unit:李家村").total == 1
    with pytest.raises(ValidationError) as wrong:  # corrected reports have no topic
        actions.edit_report(report, by=office.clerk, parts={0: ("", "更正{{reports.corrected}}份")})
    assert "reports.corrected" in str(wrong.value)
    version = signed(SimpleNamespace(**vars(office) | {"report": report}))
    assert queries.changed_since(version, records=True) == []
    casework.open_case(by=office.officer, unit=office.village, type=office.enquiry, content="别的事")
    assert queries.changed_since(version, records=True) == []  # another matter changes nothing
    casework.open_case(by=office.officer, unit=office.village, type=office.enquiry, content="灯", topic=office.topic)
    assert "cases.received" in {one.tie for one in queries.changed_since(version)}


def export_topic(office, tmp_path, **facts):
    day, out = clock.today(), tmp_path / "t.docx"
    call_command("period_report", unit=office.town.code, first=f"{day.year}-01-01", last=f"{day}", out=out, **facts)
    return out.read_bytes()


def test_the_command_writes_of_one_topic(office, tmp_path):
    assert any(
        "“路灯”一类诉求1件" in line for line in lines_of(export_topic(office, tmp_path, kind="topic", topic="路灯"))
    )
    for facts in ({"kind": "topic", "topic": "没有的"}, {"kind": "summary", "topic": "路灯"}):
        with pytest.raises(CommandError, match="一级分类"):
            export_topic(office, tmp_path, **facts)


def test_only_a_topic_report_takes_a_topic(office):
    clerk = browser(office.clerk)
    form = {
        "unit": str(office.town.id), "kind": "summary", "official": "none", "first": "2026-01-01", "last": "2026-05-31",
        "topic": str(office.topic.id),
    }  # fmt: skip
    assert "只有专报" in clerk.post("/reports/new/", sent(form)).text
    assert clerk.post("/reports/new/", sent(form | {"kind": "topic"})).status_code == 302
    assert "五年" in clerk.post("/reports/new/", sent(form | {"kind": "topic", "first": "2001-01-01"})).text


def test_who_was_slower_gets_both_texts(office):
    seen = office.report.version
    other = queries.fetch(office.clerk2, office.report.id)
    actions.edit_report(office.report, by=office.clerk, parts={0: ("基本情况", "先存的话")}, title="先存的")
    with pytest.raises(Refused) as wrong:
        actions.edit_report(other, by=office.clerk2, parts={0: ("基本情况", "后写的话")}, title="后写的", seen=seen)
    assert wrong.value.code == "stale"
    assert "后写的话" in wrong.value.mine
    assert "先存的话" in wrong.value.theirs
    form = {"title": "后写的", "official": "none", "heading_0": "", "body_0": "后写的话", "seen": str(seen)}
    answer = browser(office.clerk2).post(f"/reports/{office.report.id}/edit/", sent(form))
    assert answer.status_code == 409
    assert "后写的话" in answer.text
    assert "先存的话" in answer.text


def test_no_other_numbers_are_signed_than_were_read(office):
    actions.ask_for_check(office.report, by=office.clerk)
    actions.check_report(office.report, by=office.lead)
    lead, path = browser(office.lead), f"/reports/{office.report.id}/sign/"
    shown = lead.get(path).text.partition('name="shown" value="')[2].partition('"')[0]
    assert len(shown) == 64
    put(office, "closed")
    answer = lead.post(path, sent({"seen": str(office.report.version), "shown": shown}))
    assert answer.status_code == 409
    assert "记录变了" in answer.text
    assert not ReportVersion.objects.exists()
    shown = lead.get(path).text.partition('name="shown" value="')[2].partition('"')[0]
    assert lead.post(path, sent({"seen": str(office.report.version), "shown": shown})).status_code == 302
    assert ReportVersion.objects.exists()


def test_records_that_move_while_they_are_counted_are_not_signed(office, monkeypatch):
    actions.ask_for_check(office.report, by=office.clerk)
    actions.check_report(office.report, by=office.lead)
    monkeypatch.setattr(ties._Rows, "numbers", lambda *_args: ["2026-0001"] * 7)
    with refused("numbers_moved"):
        actions.sign_report(office.report, by=office.lead)
    office.report.refresh_from_db()
    assert (office.report.state, office.report.current) == ("checked", 0)


def test_what_stood_around_a_signed_text_stays(office):
    actions.edit_report(office.report, by=office.clerk, parts={}, official="notice", addressee="各村", copies="县委办")
    signed(office)
    actions.amend_report(office.report, by=office.clerk, why="改主送")
    actions.edit_report(
        office.report, by=office.clerk, parts={}, official="none", addressee="别的单位", copies="", annexed=False
    )
    old = lines_of(paper.export_report(office.report, by=office.clerk, number=1)[0])
    assert "各村：" in old
    assert "东湖镇文件" in old
    assert any(line.startswith("抄送：县委办") for line in old)
    assert not any("别的单位" in line for line in old)
    now = lines_of(paper.export_report(office.report, by=office.clerk)[0])
    assert "数字怎么数" not in now


def test_the_annex_says_how_each_number_is_counted_and_cannot_be_taken_off(office, tmp_path):
    put(office, "closed")
    content = export(office, tmp_path)
    lines = lines_of(content)
    assert "附件：数字怎么数" in lines
    row = next(line for line in lines if line.startswith("受理量|"))
    assert row.split("|")[1] == "3"
    assert "登记的办件" in row
    draft = lines_of(paper.export_report(office.report, by=office.clerk)[0])
    signed(office)
    frozen = lines_of(paper.export_report(office.report, by=office.clerk)[0])
    at = draft.index("附件：数字怎么数")
    assert draft[at : at + 1] + draft[draft.index("附件") :] == frozen[at : at + 1] + frozen[frozen.index("附件") :]

    def cut(word):
        start = next(p for p in word.paragraphs if p.text == "附件")._p
        for each in list(start.itersiblings()):
            if not each.tag.endswith("sectPr"):
                each.getparent().remove(each)
        start.getparent().remove(start)

    code, said = verified(edited(content, cut), tmp_path)
    assert code == 1
    assert {one["what"] for one in said["where"]} == {"missing"}
    assert not any("数字怎么数" in line for line in lines_of(export_topic(office, tmp_path, kind="speech")))


def test_minutes_name_who_was_there_and_a_head_leaves_room_for_its_number(office, tmp_path):
    assert "出席：" in lines_of(export(office, tmp_path, official="minutes"))
    facts = {"official": "minutes", "attending": "张三、李四", "excused": "王五", "observing": ""}
    actions.edit_report(office.report, by=office.clerk, parts={}, **facts)
    lines = lines_of(paper.export_report(office.report, by=office.clerk)[0])
    assert "出席：张三、李四" in lines
    assert "请假：王五" in lines
    assert not any(line.startswith("列席") for line in lines)
    lines = lines_of(export(office, tmp_path, official="report"))
    assert f"〔{clock.today().year}〕号" in lines
    assert "东湖县：" in lines  # a report goes to the unit above
    lines = lines_of(export(office, tmp_path, official="letter"))
    assert not any(line.endswith("县：") for line in lines)


def test_a_comment_says_which_part_it_is_about(office):
    clerk = browser(office.clerk)
    clerk.post(f"/reports/{office.report.id}/comment/", sent({"text": "少了一句", "position": "0"}))
    assert office.report.comments.get().position == 0
    assert '<span class="strong">基本情况</span>' in clerk.get(f"/reports/{office.report.id}/").text
    clerk.post(f"/reports/{office.report.id}/comment/", sent({"text": "哪里", "position": "77"}))
    assert office.report.comments.count() == 1


def test_a_file_that_came_back_is_looked_at_on_a_page_and_not_kept(office, tmp_path):
    content = export(office, tmp_path)
    clerk, stranger = browser(office.clerk), browser(office.stranger)

    def ask(by, data, name="a.docx"):
        return by.post("/reports/verify/", {"file": SimpleUploadedFile(name, data)}).text

    files = ReportFile.objects.count()
    assert "没有改动" in ask(clerk, content)
    changed = edited(content, lambda word: word.add_paragraph("另加一句"))
    assert "改动过" in ask(clerk, changed)
    assert "另加一句" in ask(stranger, changed)  # who holds the file may ask
    for other in (b"x", b"%PDF-1.4", b"PK\x03\x04"):
        assert "不是从这里发出的" in ask(clerk, other)
    assert ReportFile.objects.count() == files
    assert "请填写" in clerk.post("/reports/verify/", {}).text
