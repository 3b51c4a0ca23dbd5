"""Requests come in from tables: with their history, each once, all at once or not at all, and back out again."""

import os
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from gongyi.casework import actions, queries
from gongyi.casework.actions.imports import taking
from gongyi.casework.models import Asker, Case, CaseStep, CaseType, Topic
from gongyi.casework.queries.searching import Foreseen
from gongyi.core import audit, clock, imports, search
from gongyi.core.access import Role, system_actor
from gongyi.core.county import bind
from gongyi.core.imports import pace, runs
from gongyi.core.models import ImportLine, ImportRun, Message, RegisterLine, SearchRow
from gongyi.documents.reading import read_table
from gongyi.documents.tables import write_sheets, write_xlsx
from gongyi.people.queries import exports
from tests.casework.importing import ENDED, HEAD, OPEN, command, take
from tests.documents.hostile import good
from tests.factories import make_actor, make_county, make_unit, refused

HERE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def by(land):
    return system_actor("import_cases", land.county.county)


def listed(land, who=None) -> int:
    """How many cases the desk's list, its count and the single rows show: always the same."""
    by, wanted = who or land.desk, queries.Wanted()
    keys = queries.list_keys(by, wanted, 9999)
    assert queries.count(by, wanted) == len(keys) == len(queries.page(by, wanted)[0])
    assert [queries.fetch(by, key).id for key in keys] == keys
    return len(keys)


def test_a_request_with_a_reply_arrives_as_closed_at_its_own_dates(land, by):
    run = take(by, land.town, OPEN, ENDED)
    assert (run.state, run.rows, run.created, run.recognised, run.left_out) == ("done", 2, 2, 0, 0)
    one, two = Case.objects.order_by("-recorded_at")[:2][::-1]
    assert (one.state, one.content, one.external_no) == ("recorded", "村口三盏路灯不亮。", "188006")
    assert one.recorded_at == datetime(2019, 2, 28, 11, 25, 5, tzinfo=HERE)
    assert (one.desk, one.turn_unit, one.resident_due.date().year) == (land.town, land.town, 2019)
    assert (two.state, two.answer, two.lead, two.outcome) == ("closed", "您好！五月底修好。", land.town, "")
    assert two.answered_at == two.closed_at == datetime(2019, 5, 9, 9, 49, 10, tzinfo=HERE)
    assert two.reopen_until < clock.now()
    assert listed(land) == 2
    assert {step.action for step in CaseStep.objects.all()} == {"import"}
    assert queries.list_keys(land.desk, queries.Wanted(since=date(2019, 5, 1), until=date(2019, 5, 31)), 9) == []  # fmt: skip
    assert Message.objects.filter(account=land.desk.id, event="import").count() == 1
    assert audit.verify(by.county) == []


def test_the_same_rows_come_in_once(land, by):
    take(by, land.town, OPEN, ENDED)
    again = take(by, land.town, ENDED, OPEN, ["7", *OPEN[1:]])
    assert (again.created, again.recognised) == (1, 2)
    assert take(by, land.town, OPEN, source="信访").created == 1
    assert Case.objects.count() == 4


def test_rows_without_a_number_are_known_by_their_content(land, by):
    head, row = HEAD[1:], OPEN[1:]
    assert take(by, land.town, row, row, head=head).created == 1
    other = take(by, land.town, row, [row[0], row[1], "村口的路灯又坏了", *row[3:]], head=head)
    assert (other.created, other.recognised) == (1, 1)
    assert [take(by, land.town, ["路灯"], head=["内容"]).created for _time in range(2)] == [1, 0]


def test_a_number_that_stands_twice_is_stored_once_and_told(land, by):
    run = take(by, land.town, OPEN, [*OPEN[:3], "说的是另一件事", "", ""], OPEN)
    assert (run.rows, run.created, run.recognised, run.left_out) == (3, 1, 1, 1)
    assert "第 2 行相同" in run.words


def test_every_problem_is_told_by_row_column_and_reason_and_nothing_is_stored(land, by):
    wrong = [
        ["1", "", "昨天", "内容", "", ""], ["2", "", "", "内容", "", ""], ["3", "", "2019/1/2", "", "", ""],
        ["4", "", "2019/1/2", "字" * 20_001, "", ""], ["5", "", "2019/1/2", "内容", "答复", ""],
        ["6", "", "2019/1/2", "内容", "答复", "2018/1/1"], ["7", "", "2999/1/2", "内容", "", ""], ["8" * 61, "", "2019/1/2", "内容", "", ""],
    ]  # fmt: skip
    kind = imports.KINDS["cases"]
    draft = imports.first_draft(kind, [imports.Sheet("表", [HEAD, OPEN, *wrong])], "x", by.county)
    plan = imports.make_plan(kind, draft, by=by, unit=land.town.id, source="x")
    found = [(p["row"], p["column"]) for p in imports.problems(kind, plan.wrong)]
    assert found == [
        (3, "登记时间"), (4, "登记时间"), (5, "诉求内容"), (6, "诉求内容"), (7, "答复时间"), (8, "答复时间"), (9, "登记时间"), (10, "工单编号")
    ]  # fmt: skip
    with refused("has_problems"):
        take(by, land.town, OPEN, *wrong)
    assert not Case.objects.exists()
    assert take(by, land.town, OPEN, *wrong, leave_out=True).created == 1
    mended = take(by, land.town, OPEN, wrong[0], mended={3: {"recorded": "2019年1月2日"}})
    assert (mended.created, mended.recognised) == (1, 1)


def test_a_reply_of_the_same_day_without_its_hour_is_no_problem(land, by):
    take(by, land.town, ["1", "", "2019/1/8 10:00:00", "内容", "答复", "2019/1/8"])
    assert Case.objects.get().answered_at == datetime(2019, 1, 8, 10, tzinfo=HERE)


def test_who_asked_is_encrypted_and_masked_and_codes_of_users_are_left_out(land, by):
    head = ["编号", "用户编号", "姓名", "联系电话", "家庭住址", "内容"]
    row = ["1", "A00023583", "王小明", "13800138000", "东湖路8号", "路灯不亮"]
    run = take(by, land.town, row, head=head)
    asker = Asker.objects.get()
    assert (asker.name, asker.phone, asker.address) == ("王小明", "13800138000", "东湖路8号")
    assert queries.open_of_phone(land.desk, "138 0013 8000")
    draft = imports.first_draft(imports.KINDS["cases"], [imports.Sheet("", [head, row])], "x", by.county)
    assert draft.left_out() == ["用户编号"]
    plan = imports.make_plan(imports.KINDS["cases"], draft, by=by, unit=land.town.id, source="x")
    assert "王小明" not in str(plan.fresh[0].shown)
    assert "13800138000" not in str(plan.fresh[0].shown)
    assert run.words == "[]"


def test_a_topic_that_the_county_lacks_is_told_added_and_taken_back(land, by):
    actions_topic = Topic.objects.create(name="交通运输", full_name="交通运输")
    head = ["内容", "一级分类", "二级分类"]
    rows = [["路", "交通运输", ""], ["房", "城乡建设", "物业"], ["楼", "城乡建设", ""]]
    kind = imports.KINDS["cases"]
    plan = imports.make_plan(
        kind, imports.first_draft(kind, [imports.Sheet("", [head, *rows])], "x", by.county), by=by, unit=land.town.id, source="x"
    )  # fmt: skip
    assert "会添加：城乡建设 / 物业、城乡建设" in plan.notes[0]
    run = take(by, land.town, *rows, head=head)
    assert sorted(str(case.topic) for case in Case.objects.select_related("topic")) == [
        "交通运输",
        "城乡建设",
        "城乡建设 / 物业",
    ]
    imports.undo(run, by=by)
    assert list(Topic.objects.all()) == [actions_topic]


@pytest.mark.parametrize(
    ("state", "told"), [("办理", True), ("签收", True), ("登记", False), ("", False), ("办结", False)]
)
def test_the_preview_says_that_an_open_case_begins_anew(land, by, state, told):
    head = ["编号", "内容", "登记时间", "办结时间", "状态"]
    sheet = imports.Sheet("", [head, ["1", "路坏了", "2019/3/1", "2019/3/2", state]])
    kind = imports.KINDS["cases"]
    draft = imports.first_draft(kind, [sheet], "x", by.county)
    plan = imports.make_plan(kind, draft, by=by, unit=land.town.id, source="x")
    assert len(plan.fresh) == 1
    assert any("重新开始" in note for note in plan.notes) is told


def test_who_may_not_add_topics_imports_without_them(land):
    run = take(land.clerk, land.town, ["路", "城乡建设"], head=["内容", "一级分类"])
    assert run.created == 1
    assert not Topic.objects.exists()
    assert Case.objects.get().topic is None


def test_words_of_the_county_are_matched_and_unknown_ones_told(land, by):
    head = ["内容", "诉求类型", "来源渠道", "主办单位", "所属区划", "状态", "办结时间", "满意度", "登记时间"]
    run = take(
        by, land.town,
        ["房", "投诉", "来信", "西山镇", "李家村", "办结", "2019-05-01", "非常满意", "2019-04-01"],
        ["楼", "奇怪", "电报", "没有镇", "", "不予受理", "2019-05-01", "", "2019-04-01"],
        head=head,
    )  # fmt: skip
    assert run.created == 2
    one, two = Case.objects.order_by("number")
    assert (one.type, one.channel, one.lead, one.area, one.state, one.rating) == (land.complaint, "letter", land.other, land.village, "closed", "very")  # fmt: skip
    assert (two.type, two.channel, two.lead, two.state, two.outcome) == (
        land.enquiry,
        "other",
        None,
        "declined",
        "declined",
    )
    assert listed(land, land.stranger) == 1


# --- all at once or not at all ----------------------------------------------------------------------------------------


def test_rows_are_seen_when_the_last_one_is_in(land, by, monkeypatch):
    seen, store = [], taking.store_rows
    monkeypatch.setattr(type(imports.KINDS["cases"]), "batch", 1)
    monkeypatch.setattr(pace, "MOST", 1)

    def watched(*args, **kwargs):
        seen.append((Case.objects.count(), listed(land), queries.open_of_phone(land.desk, "13800138000")))
        return store(*args, **kwargs)

    monkeypatch.setattr(taking, "store_rows", watched)
    head, rows = ["编号", "内容", "电话"], [[str(n), f"路灯{n}", "13800138000"] for n in range(3)]
    take(by, land.town, *rows, head=head)
    assert seen == [(0, 0, []), (1, 0, []), (2, 0, [])]
    assert listed(land) == 3


def test_without_the_guard_half_an_import_is_seen(land, by, monkeypatch):
    take(by, land.town, OPEN)
    ImportRun.objects.update(state="running")
    assert listed(land) == 0
    monkeypatch.setattr(runs, "UNSEEN", ())
    assert len(queries.list_keys(make_actor(Role.DISPATCHER, land.town), queries.Wanted(), 9)) == 1


def test_what_is_not_yet_seen_is_nobodys_work(land, by):
    take(by, land.town, ENDED)
    ImportRun.objects.update(state="running")
    actions.run_due(by.county)
    assert Case.objects.get().state == "closed"


def test_an_import_that_fails_takes_back_what_it_wrote(land, by, monkeypatch):
    def failing(context, rows, **how):
        if Case.objects.exists():
            raise RuntimeError("the disk")
        return store(context, rows, **how)

    store = taking.store_rows
    monkeypatch.setattr(taking, "store_rows", failing)
    monkeypatch.setattr(type(imports.KINDS["cases"]), "batch", 1)
    monkeypatch.setattr(pace, "MOST", 1)
    monkeypatch.setattr(runs, "_failed", lambda run, error: imports.take_back(run, words=str(error)))
    with pytest.raises(RuntimeError):
        take(by, land.town, OPEN, ENDED)
    assert not Case.objects.exists()
    assert ImportRun.objects.get().state == "failed"
    assert RegisterLine.objects.get().fate == "void"


@pytest.mark.parametrize(("state", "end"), [("running", "failed"), ("stopping", "cancelled"), ("undoing", "undone")])
def test_what_a_killed_process_left_is_taken_back_by_the_next_one(land, by, state, end):
    take(by, land.town, OPEN, ENDED)
    ImportRun.objects.update(state=state, beat_at=clock.now() - timedelta(minutes=3))
    with imports.alone(by.county):
        assert not Case.objects.exists()
    assert ImportRun.objects.get().state == end
    assert not ImportLine.objects.exists()
    assert set(RegisterLine.objects.values_list("fate", flat=True)) == {"void"}
    assert take(by, land.town, OPEN, ENDED).created == 2
    assert audit.verify(by.county) == []


def test_what_was_begun_here_is_taken_back_at_once_and_what_another_machine_does_after_its_silence(
    land, by, monkeypatch
):
    monkeypatch.setattr(runs, "connection", SimpleNamespace(vendor="postgresql"))
    run = take(by, land.town, OPEN)
    ImportRun.objects.update(state="running")
    with imports.alone(by.county):
        assert ImportRun.objects.get().state == "failed"
    other = take(by, land.town, OPEN)
    runs._lock_file(by.county).write_text(run.id.hex)
    ImportRun.objects.filter(id=other.id).update(state="running")
    with refused("busy"), imports.alone(by.county):
        pass
    with clock.at(clock.now() + timedelta(minutes=3)), imports.alone(by.county):
        assert not Case.objects.exists()


def test_two_imports_of_a_county_do_not_meet(land, by):
    with imports.alone(by.county), refused("busy"), imports.alone(by.county):
        pass
    with imports.alone(by.county), imports.alone(999002):
        pass


def test_a_stop_while_it_runs_takes_everything_back(land, by, monkeypatch):
    store = taking.store_rows

    def stopped(context, rows, **how):
        keys = store(context, rows, **how)
        ImportRun.objects.update(state="stopping")
        return keys

    monkeypatch.setattr(taking, "store_rows", stopped)
    monkeypatch.setattr(runs, "_failed", lambda run, error: imports.take_back(run, words=str(error)))
    with refused("stopped"):
        take(by, land.town, OPEN, ENDED)
    assert ImportRun.objects.get().state == "cancelled"
    assert not Case.objects.exists()


# --- back out ---------------------------------------------------------------------------------------------------------


def test_an_undone_import_is_gone_its_numbers_stay_struck_and_it_can_come_again(land, by):
    run = take(by, land.town, OPEN, ENDED)
    imports.undo(run, by=by)
    assert (run.state, listed(land), Case.objects.count(), Asker.objects.count()) == ("undone", 0, 0, 0)
    assert set(RegisterLine.objects.values_list("fate", "why")) == {("void", "导入撤回了")}
    again = take(by, land.town, OPEN)
    assert again.created == 1
    assert Case.objects.get().number.endswith("-0003")
    with refused("too_late"):
        imports.undo(run, by=by)


def test_an_import_with_which_somebody_worked_stays(land, by):
    run = take(by, land.town, OPEN, ENDED)
    actions.accept_case(Case.objects.get(state="recorded"), by=land.desk)
    with refused("touched"):
        imports.undo(run, by=by)
    assert listed(land) == 2
    assert ImportRun.objects.get().state == "done"


def test_a_row_with_which_somebody_worked_while_it_was_hidden_stays(land, by):
    run = take(by, land.town, OPEN, ENDED)
    case = Case.objects.get(state="recorded")
    imports.undo(run, by=by, now=None)
    actions.accept_case(case, by=land.desk)  # whose page was open before
    imports.take_back(run)
    run.refresh_from_db()
    assert (run.state, run.created, Case.objects.get().id) == ("undone", 1, case.id)
    assert "有 1 行刚有人办过" in run.words
    assert listed(land) == 1


def test_what_the_system_filed_by_itself_is_not_worked_with(land, by):
    run = take(by, land.town, ENDED)
    actions.run_due(by.county)
    assert Case.objects.get().state == "filed"
    imports.undo(run, by=by)
    assert not Case.objects.exists()


def test_after_a_day_an_import_stays(land, by):
    run = take(by, land.town, OPEN)
    with clock.at(clock.now() + timedelta(hours=25)), refused("too_late"):
        imports.undo(run, by=by)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(land, by):
    """A county that the commands know."""
    audit.record(by=by, action="x", kind="x", label="x")
    return land


def saved(path: Path, rows: list[list[str]], name: str = "table.xlsx") -> Path:
    file = path / name
    file.write_bytes(good(rows))
    return file


def test_the_command_prints_one_object_and_leaves_with_0(held, tmp_path):
    file = saved(tmp_path, [["某县留言登记表"], [], HEAD, OPEN, ENDED, [*ENDED[:3], "另一件", "", ""]])
    status, done = command("import_cases", file, unit=held.town.code, dry_run=True)
    assert (status, done["rows"], done["created"], Case.objects.count()) == (0, 3, 2, 0)
    status, done = command("import_cases", file, unit=held.town.code)
    assert (status, done["rows"], done["created"], done["recognised"], done["refused"]) == (0, 3, 2, 0, [])
    assert [line["row"] for line in done["left_out"]] == [6]
    status, done = command("import_cases", file, unit=held.town.code)
    assert (status, done["created"], done["recognised"]) == (0, 0, 2)
    assert command("import_cases", file, unit=held.town.code, source="热线")[1]["created"] == 2


def test_a_county_without_types_gets_those_to_begin_with(db, tmp_path):
    county = make_county(999003, "新县")
    audit.record(by=system_actor("x", county.county), action="x", kind="x", label="x")
    file = saved(tmp_path, [HEAD, OPEN, ENDED])
    assert command("import_cases", file, unit=county.code)[1]["created"] == 2
    assert Case.objects.filter(county=county.county, type__name="咨询").count() == 2


def test_the_command_leaves_with_2_when_rows_have_problems(held, tmp_path):
    file = saved(tmp_path, [HEAD, OPEN, ["1", "", "昨天", "内容", "", ""]])
    status, done = command("import_cases", file, unit=held.town.code)
    assert (status, done["created"], Case.objects.count()) == (2, 0, 0)
    assert [(p["row"], p["column"]) for p in done["refused"]] == [(3, "登记时间")]
    assert command("import_cases", file, unit=held.town.code, leave_out=True)[0] == 0
    assert command("import_cases", tmp_path / "none.xlsx", unit=held.town.code)[0] == 2
    assert command("import_cases", saved(tmp_path, [["甲", "乙"], ["1", "2"]]), unit=held.town.code)[1]["refused"][0]["code"] == "no_headings"  # fmt: skip


REFUSED = {
    "a heading": ([["编号", "内容", "民  族"], ["1", "哨兵一二三", "x"]], "table.xlsx", "第 3 列(C)「民  族」"),
    "a heading of a second line": ([["登记表"], ["编号", "内容", "其他"], ["", "", "宗教信仰"], ["1", "哨兵一二三"]], "table.xlsx", "宗教信仰"),
    "values": ([["编号", "内容", "备注"], *[["1", "哨兵一二三", "维吾尔族"]] * 3], "table.xlsx", "第 3 列(C)「备注」里的内容"),
    "a file's name": ([["编号", "内容"], ["1", "哨兵一二三"]], "哨兵四五六信教人员.xlsx", "信教人员"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_d3_a_refused_file_leaves_no_trace(held, tmp_path, what, caplog, settings):
    settings.GONGYI_DATA = tmp_path / "data"
    rows, name, told = REFUSED[what]
    file = saved(tmp_path, rows, name)
    status, done = command("import_cases", file, unit=held.town.code)
    assert status == 2
    assert told in done["refused"][0]["reason"]
    assert not Case.objects.exists()
    assert not ImportRun.objects.exists()
    kept = b"".join(path.read_bytes() for path in settings.GONGYI_DATA.rglob("*") if path.is_file())
    for word in ("哨兵一二三", "哨兵四五六"):
        assert word.encode() not in kept
        assert word not in caplog.text


def test_d3_a_copy_without_the_refused_columns_is_made_in_memory(land):
    kind = imports.KINDS["cases"]
    sheets = [imports.Sheet("表", [["编号", "民族", "内容"], ["1", "x", "路"]]), imports.Sheet("信教人员", [["a", "b"], ["党员", "x"], ["党员", "y"]])]  # fmt: skip
    clean = imports.without_refused(kind, sheets)
    assert [(s.name, s.rows) for s in clean] == [
        ("表", [["编号", "内容"], ["1", "路"]]),
        ("表2", [["b"], ["x"], ["y"]]),
    ]
    imports.check_entrance(kind, clean, "table.xlsx")


def test_d5_a_residents_own_words_are_never_refused(land, by):
    words = "我们少数民族村的党员群众服务中心旁边，清真寺门口的路灯不亮。"
    imports.check_entrance(imports.KINDS["cases"], [imports.Sheet("", [["内容"], *[[words]] * 5])], "来信.xlsx")
    assert take(by, land.town, [words], head=["内容"]).created == 1


def test_an_exported_list_comes_in_as_the_same_rows(land, by):
    take(by, land.town, OPEN, ENDED, ["9", "不归我们管", "2019/1/1", "内容", "", ""])
    case = Case.objects.get(external_no="9")
    actions.decline_case(case, by=land.desk, reason=land.reasons["decline"])
    heads = exports.headers("case")
    rows = [
        [str(cell) for cell in row]
        for row in exports.cells(land.desk, "case", queries.list_keys(land.desk, queries.Wanted(), 9))
    ]
    again = take(by, land.town, *rows, head=heads, source="另一个县")
    assert (again.created, again.left_out) == (3, 0)
    fresh = ImportLine.objects.filter(run=again).values_list("subject", flat=True)
    back = [[str(cell) for cell in row] for row in exports.cells(land.desk, "case", [k for k in queries.list_keys(land.desk, queries.Wanted(), 9) if k in set(fresh)])]  # fmt: skip
    left = {heads.index(name) for name in ("工单编号", "轮到谁", "派单时间")}

    def told(table):
        return sorted([cell for at, cell in enumerate(row) if at not in left] for row in table)

    assert told(back) == told(rows)


FULL = ["编号", "标题", "登记时间", "诉求内容", "诉求类型", "事项分类", "所属区划", "来源渠道", "急不急", "状态", "主办单位", "派单时间",
        "签收时间", "首次联系时间", "答复内容", "答复时间", "办结时间", "办理结果", "回访结果", "满意度", "退单次数", "重办次数"]  # fmt: skip
THEN = [
    "东湖镇",
    "2019-03-02 08:00",
    "2019-03-02 09:00",
    "2019-03-03 10:30",
    "您好！五月底修好。",
    "2019-05-09 09:49",
    "2019-05-20 10:00",
]
LATER = [
    ["1", "路没修好", "2019-02-28 11:25", "路挖得稀烂，\n一直不修。", "投诉", "城乡建设 / 道路", "李家村", "来信", "急事（水电气热等）", "办结", *THEN, "解决", "解决了", "满意", "1", "2"],
    ["2", "补贴怎么领", "2019-02-28 11:25", "=1+1 元的补贴", "咨询", "", "", "来访", "一般", "归档", *THEN, "", "", "", "0", "0"],
    ["3", "不归我们管", "2019-01-01 00:00", "内容三", "咨询", "城乡建设", "", "来信", "一般", "不予受理", "", "", "", "", "", "", "2019-01-02 08:00", "", "", "", "0", "0"],
    ["4", "重复了", "2019-01-01 00:00", "内容四", "咨询", "", "", "其他", "一般", "作废", "", "", "", "", "", "", "", "", "", "", "0", "0"],
]  # fmt: skip
# What another county knows by itself: its own number, whose turn it is there and until when, and where the table was handed in.
ITS_OWN = ("工单编号", "外部工单号", "轮到谁", "到期", "登记单位", "答复期限")


def exported(by, who) -> list[dict[str, str]]:
    """The list as a file: heading -> cell."""
    heads = exports.headers("case")
    rows = exports.cells(who, "case", queries.list_keys(who, queries.Wanted(), 99))
    return [dict(zip(heads, map(str, row), strict=True)) for row in rows]


def test_an_exported_list_comes_into_a_fresh_county_as_the_same_rows(land, by):
    take(by, land.town, *LATER, [*OPEN[:1], "路灯", "2019-02-28 11:25", "路灯不亮"], head=FULL)
    actions.accept_case(Case.objects.get(title="路灯"), by=land.desk)
    old = exported(by, land.desk)
    assert {row["状态"] for row in old} == {"办结", "归档", "不予受理", "作废", "受理"}
    file = BytesIO()
    write_xlsx(file, list(old[0]), [list(row.values()) for row in old])
    fresh = make_county(999002, "新县")
    town = make_unit("东湖镇", fresh)
    make_unit("李家村", town)
    for name in ("咨询", "投诉"):
        CaseType.objects.create(code=name, name=name, county=999002)
    there, desk = system_actor("import_cases", 999002), make_actor(Role.DISPATCHER, fresh)
    with bind(999002):
        run = take(there, fresh, *(sheet := read_table(file.getvalue(), "导出.xlsx")[0]).rows[1:], head=sheet.rows[0])
        new = exported(there, desk)
        assert (run.created, len(new)) == (5, 5)
        assert sorted(row["外部工单号"] for row in new) == sorted(row["外部工单号"] or row["工单编号"] for row in old)
    was = {row["标题"]: row for row in old}
    assert all(was["路没修好"][name] for name in FULL if name in was["路没修好"] and name not in ITS_OWN)
    for row in new:
        before, own = was[row["标题"]], set(ITS_OWN)
        if before["状态"] == "受理":  # what was open waits to be assigned again
            own |= {"状态"}
            assert row["状态"] == "登记"
        assert {name: row[name] for name in row if name not in own} == {
            name: before[name] for name in row if name not in own
        }


def test_nothing_of_a_run_lies_open_on_the_disk(land, by, settings):
    run = imports.open_run(by=by, kind="cases", unit=land.town.id, source="热线")
    imports.plan.keep(
        run, imports.first_draft(imports.KINDS["cases"], [imports.Sheet("", [HEAD, OPEN])], "", by.county)
    )
    stored = [Path(root, name) for root, _dirs, names in os.walk(settings.GONGYI_DATA / "files") for name in names]
    assert len(stored) == 1
    assert "路灯".encode() not in stored[0].read_bytes()
    assert imports.plan.kept(run).table.rows == [HEAD, OPEN]
    with imports.alone(by.county):
        imports.carry_out(run, by=by)
    assert not stored[0].exists()


# --- a long file --------------------------------------------------------------------------------------------------------


def numbered(*numbers: int) -> list[list[str]]:
    return [[str(number), *OPEN[1:]] for number in numbers]


def batches() -> list[tuple[int, str, int]]:
    return list(ImportRun.objects.order_by("asked_at", "batch").values_list("batch", "state", "created"))


def test_a_long_file_comes_in_by_batches_each_seen_when_it_is_whole(land, by, monkeypatch):
    seen, original = [], taking.store_rows
    monkeypatch.setattr(runs, "BATCH", 2)
    monkeypatch.setattr(pace, "MOST", 1)

    def watched(*args, **kwargs):
        seen.append(listed(land))
        return original(*args, **kwargs)

    monkeypatch.setattr(taking, "store_rows", watched)
    first = take(by, land.town, *numbered(*range(5)))
    assert seen == [0, 0, 2, 2, 4]
    assert batches() == [(1, "done", 2), (2, "done", 2), (3, "done", 1)]
    assert [(run.rows, run.first) for run in imports.batches(first)] == [(2, first.id), (2, first.id), (1, first.id)]
    told = Message.objects.filter(account=land.desk.id, event="import")
    assert sorted(message.text.kept["parts"]["n"] for message in told) == [1, 2, 2]
    again = take(by, land.town, *numbered(*range(5)))
    assert (again.created, again.recognised, again.first) == (0, 5, None)
    imports.undo(imports.batches(first)[1], by=by)
    assert (listed(land), batches()[:3]) == (3, [(1, "done", 2), (2, "undone", 0), (3, "done", 1)])
    assert take(by, land.town, *numbered(*range(5))).created == 2


TOPIC_HEAD = ["编号", "内容", "一级分类"]
TOPIC_ROWS = [["1", "路坏了", "新的"], ["2", "灯坏了", "新的"], ["3", "桥坏了", "别的"]]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_topics_of_a_long_file_go_with_its_last_batch(land, by, monkeypatch, order):
    before = set(Topic.objects.values_list("name", flat=True))
    monkeypatch.setattr(runs, "BATCH", 1)
    each = imports.batches(take(by, land.town, *TOPIC_ROWS, head=TOPIC_HEAD))
    assert set(Topic.objects.values_list("name", flat=True)) == before | {"新的", "别的"}
    for place in order[:2]:
        imports.undo(each[place], by=by)
        assert {case.topic.name for case in Case.objects.select_related("topic")} <= set(
            Topic.objects.values_list("name", flat=True)
        )
    imports.undo(each[order[2]], by=by)
    assert set(Topic.objects.values_list("name", flat=True)) == before
    assert not ImportLine.objects.exists()


def test_control_without_another_batch_to_keep_them_topics_stay_for_ever(land, by, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    monkeypatch.setattr(runs, "_other_batch", lambda run: None)
    for run in imports.batches(take(by, land.town, *TOPIC_ROWS, head=TOPIC_HEAD)):
        imports.undo(run, by=by)
    assert Topic.objects.filter(name__in=["新的", "别的"]).count() == 2


def test_a_long_file_with_a_problem_in_its_last_row_stores_nothing(land, by, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 2)
    with refused("has_problems"):
        take(by, land.town, *numbered(1, 2, 3), ["9", "", "昨天", "内容", "", ""])
    assert (ImportRun.objects.count(), Case.objects.count()) == (1, 0)


@pytest.mark.parametrize("ending", ["cancelled", "failed"])
def test_what_ends_a_batch_ends_those_after_it_and_leaves_those_before(land, by, monkeypatch, ending):
    original = taking.store_rows
    monkeypatch.setattr(runs, "BATCH", 2)
    monkeypatch.setattr(runs, "_failed", lambda run, error: imports.take_back(run, words=str(error)))

    def ended(context, rows, **kwargs):
        keys = original(context, rows, **kwargs)
        if "3" in {row.facts["number"] for row in rows}:
            if ending == "failed":
                raise OSError
            imports.cancel(ImportRun.objects.get(batch=1), by=by)  # from the page of the first one
        return keys

    monkeypatch.setattr(taking, "store_rows", ended)
    monkeypatch.setattr(pace, "MOST", 1)
    with refused("stopped") if ending == "cancelled" else pytest.raises(OSError):
        take(by, land.town, *numbered(*range(1, 8)))
    assert batches() == [(1, "done", 2), (2, ending, 0), (3, ending, 0), (4, ending, 0)]
    assert listed(land) == Case.objects.count() == 2
    monkeypatch.undo()
    assert take(by, land.town, *numbered(*range(1, 8))).created == 5


def test_a_killed_batch_is_taken_back_and_nothing_waits_after_it(land, by, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    take(by, land.town, *numbered(1, 2, 3))
    for number, state in ((2, "running"), (3, "waiting")):
        ImportRun.objects.filter(batch=number).update(state=state, beat_at=clock.now() - 2 * runs.SILENT)
    with imports.alone(by.county):
        assert batches() == [(1, "done", 1), (2, "failed", 0), (3, "failed", 1)]


def test_the_command_sums_the_batches_and_says_what_stayed(held, monkeypatch, tmp_path):
    monkeypatch.setattr(runs, "BATCH", 2)
    file = saved(tmp_path, [HEAD, *numbered(*range(5))])
    status, done = command("import_cases", file, unit=held.town.code, dry_run=True)
    assert (status, done["created"], done["batches"]) == (0, 5, 0)
    status, done = command("import_cases", file, unit=held.town.code)
    assert (status, done["rows"], done["created"], done["batches"]) == (0, 5, 5, 3)
    other = saved(tmp_path, [HEAD, *numbered(*range(10, 15))], "other.xlsx")
    original, stored = runs._finish, []

    def refusing(run, *args, **kwargs):
        if run.batch == 2:
            raise runs._stopped()
        stored.append(run)
        return original(run, *args, **kwargs)

    monkeypatch.setattr(runs, "_finish", refusing)
    status, done = command("import_cases", other, unit=held.town.code)
    assert (status, done["created"], len(done["refused"]), len(stored)) == (2, 2, 1, 1)


# --- quick enough -------------------------------------------------------------------------------------------------------

NAMED = ["编号", "标题", "登记时间", "内容", "姓名", "电话"]
TOLD = ["7", "王小明家漏水", "2019/2/28", "王小明说水管漏了，电话13800138000", "王小明", "13800138000"]


def index_is_right() -> bool:
    """Whether the index says what it would if it were read out of the database."""
    rows = {row.subject: row for row in SearchRow.objects.all()}
    docs = {doc.subject: doc for doc in search.KINDS["case"].documents(list(Case.objects.values_list("id", flat=True)))}
    return rows.keys() == docs.keys() and all(
        (rows[key].number, rows[key].title, rows[key].body) == (doc.number, doc.title, doc.body)
        for key, doc in docs.items()
    )


def test_what_is_foreseen_is_what_the_index_would_read(land, by):
    run = take(by, land.town, OPEN, ENDED)
    take(by, land.town, TOLD, head=NAMED)
    assert index_is_right()
    assert search.is_whole(search.KINDS["case"], by.county)
    assert not search.find(land.desk, search.KINDS["case"], "王小明").hits  # D5
    imports.undo(run, by=by)
    assert index_is_right()
    assert list(search.rebuild(search.KINDS["case"], by.county))[-1] == (1, 0)


def test_control_something_else_foreseen_is_noticed(land, by, monkeypatch):
    monkeypatch.setattr(taking, "Foreseen", lambda cases, _askers: Foreseen(cases, {}))
    take(by, land.town, TOLD, head=NAMED)
    assert not index_is_right()


def test_no_table_is_read_through_for_each_case_that_goes(db):
    """The database looks who points at a row that goes; without an index it reads whole tables, and an undo takes minutes."""
    assert unindexed(Case) == set()


def test_control_a_pointer_without_an_index_is_noticed(db, monkeypatch):
    monkeypatch.setattr(CaseStep._meta, "indexes", [i for i in CaseStep._meta.indexes if i.name != "casestep_of"])
    assert unindexed(Case) == {"casestep.case"}


def unindexed(model) -> set[str]:
    pointing = [one for one in model._meta.get_fields(include_hidden=True) if one.one_to_many and one.auto_created]
    return {
        f"{one.related_model._meta.model_name}.{one.field.name}"
        for one in pointing
        if not any(index.fields[0] == one.field.name for index in one.related_model._meta.indexes)
    }


# --- what offices really send ---------------------------------------------------------------------------------------------


def planned(land, by, head: list[str], *rows: list[str], sheets: int = 1):
    """The draft and the plan of a table, sent again as so many sheets."""
    kind = imports.KINDS["cases"]
    tables = [imports.Sheet(f"{month}月", [head, *rows]) for month in range(1, sheets + 1)]
    draft = imports.first_draft(kind, tables, "热线", by.county)
    return draft, imports.make_plan(kind, draft, by=by, unit=land.town.id, source="热线")


def test_a_good_row_behind_a_bad_one_of_the_same_number_is_stored(land, by):
    bad = [*OPEN[:2], "昨天", *OPEN[3:]]
    run = take(by, land.town, bad, OPEN, leave_out=True)
    assert (run.created, run.left_out) == (1, 1)
    assert "看不出" in run.words
    assert "只存了" not in run.words


def test_a_sender_that_counts_from_one_in_each_file_is_told_and_nothing_is_taken_for_known(land, by):
    head = ["编号", "登记时间", "内容"]
    take(by, land.town, ["1", "2026-01-02", "一月的路灯"], ["2", "2026-01-03", "一月的水管"], head=head)
    _draft, plan = planned(
        land, by, head, ["1", "2026-02-02", "二月的垃圾"], ["2", "2026-01-03", "水管的事，后来改了字"]
    )
    assert (plan.recognised, plan.other, len(plan.fresh)) == (1, [2], 0)
    assert "每个文件都从 1 编起" in plan.notes[0]
    assert [line["row"] for line in imports.told_twice(imports.KINDS["cases"], plan)] == [2]
    february = take(by, land.town, ["1", "2026-02-02", "二月的垃圾"], head=head, source="热线2月")
    assert february.created == 1


@pytest.mark.parametrize("number", ["2.02603E+17", "2e17", "4.31123202603050e+17"])
def test_numbers_that_a_table_program_rounded_are_no_numbers(land, by, number):
    rows = [[number, "", "2026-03-05", f"第{n}盏灯", "", ""] for n in range(3)]
    _draft, plan = planned(land, by, HEAD, *rows)
    assert len(plan.fresh) == 3
    assert any("2.02603E+17" in note for note in plan.notes)
    run = take(by, land.town, *rows)
    assert (run.created, set(Case.objects.values_list("external_no", flat=True))) == (3, {""})
    assert take(by, land.town, *rows).recognised == 3


def test_sheets_beside_the_one_that_is_taken_are_named(land, by, held, tmp_path):
    _draft, plan = planned(land, by, HEAD, OPEN, sheets=3)
    assert "2月、3月" in plan.notes[0]
    file = BytesIO()
    write_sheets(file, [("1月", [HEAD, OPEN]), ("2月", [HEAD, ENDED]), ("说明", [["填表说明"], ["x"]])])
    path = tmp_path / "全年.xlsx"
    path.write_bytes(file.getvalue())
    first = command("import_cases", path, unit=held.town.code)[1]
    assert (first["sheet"], first["created"], "2月" in first["notes"][0], "说明" in first["notes"][0]) == (
        "1月",
        1,
        True,
        False,
    )
    assert command("import_cases", path, unit=held.town.code, sheet="2月")[1]["created"] == 1
    status, none = command("import_cases", path, unit=held.town.code, sheet="3月")
    assert (status, none["refused"][0]["code"]) == (2, "no_sheet")


def test_headings_that_each_page_repeats_are_no_rows(land, by):
    assert take(by, land.town, OPEN, HEAD, ENDED, [" ", *HEAD]).rows == 2


def test_a_register_without_a_column_for_the_time_of_the_reply_comes_in_and_says_so(land, by):
    head = ["序号", "日期", "姓名", "住址", "反映问题", "处理结果", "经办人"]
    rows = [
        ["1", "2026.3.1", "王大", "李家村3组", "路灯不亮", "换了灯泡", "赵六"],
        ["2", "2026.3.2", "李二", "", "要修渠", "", ""],
    ]
    _draft, plan = planned(land, by, head, *rows)
    assert any("按登记那天办结算" in note for note in plan.notes)
    assert take(by, land.town, *rows, head=head).created == 2
    case = Case.objects.get(answer="换了灯泡")
    assert (case.state, case.answered_at, case.closed_at) == ("closed", case.recorded_at, case.recorded_at)
    _draft, plan = planned(land, by, [*head, "答复时间"], ["3", *rows[0][1:4], "水管漏水", *rows[0][5:], ""])
    assert [dict(row.problems).keys() for row in plan.wrong] == [{"answered"}]


def test_an_outcome_in_whole_sentences_is_the_reply(land, by):
    head = ["编号", "登记日期", "反映内容", "办理结果", "办结日期"]
    draft, _plan = planned(land, by, head, ["1", "2026-03-01", "路灯不亮", "已更换灯泡，恢复照明", "2026-03-05"])
    assert draft.layout.fields[3] == "answer"
    draft, _plan = planned(land, by, head, ["1", "2026-03-01", "路灯不亮", "已解决", "2026-03-05"])
    assert draft.layout.fields[3] == "outcome"
    draft, _plan = planned(
        land, by, [*head, "答复意见"], ["1", "2026-03-01", "路灯不亮", "已更换灯泡", "2026-03-05", "换了"]
    )
    assert draft.layout.fields[3] == "outcome"


@pytest.mark.parametrize(
    ("state", "reply", "then"),
    [
        ("已办结", "", "closed"), ("结案", "换了", "closed"), ("已归档", "换了", "filed"), ("不受理", "", "declined"), ("办理中", "已派人去看", "recorded"),
        ("办理", "已派人去看", "recorded"), ("待回访", "换了", "closed"), ("", "换了", "closed"), ("天书", "换了", "closed"),
    ],
)  # fmt: skip
def test_where_other_programs_say_a_case_stands(land, by, state, reply, then):
    head = ["编号", "登记时间", "内容", "答复", "答复时间", "工单状态"]
    take(by, land.town, ["1", "2026-03-01", "路灯不亮", reply, "2026-03-02", state], head=head)
    case = Case.objects.get()
    assert case.state == then
    assert (case.answer or case.draft) == reply


def test_villages_of_one_name_are_told_by_their_township(land, by):
    other = make_unit("西山镇", land.county)
    here, there = make_unit("新华村", land.town), make_unit("新华村", other)
    names = {
        "东湖镇新华村": here, "西山镇 新华村": there, "某县西山镇新华村民委员会": there, f"{land.county.name}/东湖镇/新华村委会": here, "新华村": None, "东湖镇": land.town
    }  # fmt: skip
    rows = [[str(at), "2026-03-01", "路灯", name] for at, name in enumerate(names)]
    take(by, land.town, *rows, head=["编号", "登记时间", "内容", "所属村"])
    found = dict(Case.objects.values_list("external_no", "area"))
    names["某县西山镇新华村民委员会"] = there if land.county.name == "某县" else None
    assert [found[str(at)] for at in range(len(names))] == [unit and unit.id for unit in names.values()]
    assert {row["所属区划"] for row in exported(by, land.desk)} == {"", "东湖镇", "东湖镇新华村", "西山镇新华村"}
