"""Old proposals come in from tables: with their history, each once, all at once or not at all, and back out again."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from gongyi.core import figures, imports, search
from gongyi.core.access import Role
from gongyi.core.figures import Period, Scope
from gongyi.core.imports import Sheet, runs
from gongyi.core.models import ImportLine, Message, RegisterLine
from gongyi.people.queries.exports import cells, headers
from gongyi.proposals import queries
from gongyi.proposals.models import Author, Category, Proposal, ProposalPart, ProposalStep, ResultClass, Session
from tests.casework.importing import take as taken_in
from tests.factories import make_actors, make_county, make_unit, refused
from tests.proposals.conftest import act, again, answered, assigned, opened
from tests.proposals.test_figures import everything

HERE = ZoneInfo("Asia/Shanghai")
HEAD = ["提案编号", "案由", "提案人", "联名委员", "内容", "建议", "类别", "届次", "提交日期", "主办单位", "会办单位", "答复", "答复日期", "办理结果", "满意度"]  # fmt: skip
OLD = ["12", "在村口修一座桥", "刘大勇", "陈小红、张三丰", "下雨天孩子绕行五里。", "修一座三米宽的小桥。", "交通出行", "十届一次会议", "2024-03-01", "东湖镇", "西山镇", "桥已经修好。", "2024-05-20", "A", "满意"]  # fmt: skip
OPEN = ["13", "把路灯修好", "陈小红", "", "路灯坏了半年。", "换成节能灯。", "交通出行", "十届一次会议", "2024-03-02", "", "", "", "", "", ""]  # fmt: skip


def take(by, unit, *rows, head=HEAD, **how):
    return taken_in(by, unit, *rows, head=head, kind="proposals", **{"source": "委员会", **how})


def test_answered_one_arrives_closed_with_its_history(land):
    run = take(land.recorder, land.county, OLD)
    assert (run.created, run.left_out) == (1, 0)
    one = Proposal.objects.get()
    at = datetime(2024, 3, 1, tzinfo=HERE)
    assert (one.state, one.external_no, one.recorded_at, one.kind) == ("closed", "12", at, "joint")
    assert (one.lead, one.result, one.rating, one.category) == (land.town, land.classes["A"], "good", land.category)
    assert (one.first_at, one.replied_at) == (datetime(2024, 5, 20, tzinfo=HERE),) * 2
    assert [row.name for row in Author.objects.order_by("place")] == ["刘大勇", "陈小红", "张三丰"]
    parts = dict(ProposalPart.objects.values_list("unit__name", "part"))
    assert parts == {"东湖县": "desk", "东湖镇": "lead", "西山镇": "co"}
    [line] = queries.timeline(one)
    assert line.action == "import"
    assert "原编号：12" in str(line.note)
    assert search.find(land.clerk, search.KINDS["proposal"], "小桥").total == 1
    scope = Scope(land.county.county, Period.month(2024, 5))
    assert figures.count(["proposals.answered"], scope)["proposals.answered"].value == 1


def test_open_one_waits_to_be_screened_and_the_desk_hears_once(land):
    assert take(land.recorder, land.county, OLD, OPEN).created == 2
    one = Proposal.objects.get(state="submitted")
    assert (one.turn_unit, one.closed_at, one.turn_due is not None) == (land.county, None, True)
    act(one, "file", land.desk)
    told = Message.objects.filter(account=land.desk.id, event="import")
    assert [message.path for message in told] == ["/proposals/?state=submitted"]


def test_same_file_twice_makes_nothing_and_another_sender_counts_anew(land):
    take(land.recorder, land.county, OLD, OPEN)
    assert take(land.recorder, land.county, OLD, OPEN).created == 0
    assert take(land.recorder, land.county, OLD, source="别处").created == 1
    assert Proposal.objects.count() == 3


def test_numbers_of_two_sessions_are_two_proposals(land):
    later = [*OLD[:7], "十届二次会议", *OLD[8:]]
    assert take(land.recorder, land.county, OLD, later).created == 2


@pytest.mark.parametrize("heading", ["民族", "党派", "界别（党派）", "政治面貌", "宗教信仰"])
def test_d1_column_that_is_not_collected_refuses_the_whole_file(land, heading):
    with refused("refused_column"):
        imports.check_entrance(imports.KINDS["proposals"], [Sheet("表", [[*HEAD, heading], [*OLD, "x"]])], "a.xlsx")


def test_row_with_a_problem_refuses_the_file_and_leaves_no_row(land):
    bad = [*OPEN[:1], "", *OPEN[2:8], "某天", *OPEN[9:]]
    with refused("has_problems"):
        take(land.recorder, land.county, OLD, bad)
    assert not Proposal.objects.exists()
    assert not ImportLine.objects.exists()
    assert take(land.recorder, land.county, OLD, bad, leave_out=True).created == 1


def test_answer_without_a_day_is_a_problem(land):
    with refused("has_problems"):
        take(land.recorder, land.county, [*OLD[:12], "", *OLD[13:]])


def test_only_a_steward_adds_categories_and_sessions(land):
    row = [*OLD[:6], "水利", *OLD[7:]]
    take(land.recorder, land.county, row)
    one = Proposal.objects.get()
    assert (one.category, one.session) == (None, None)
    steward = make_actors(steward=(Role.STEWARD, land.county, "设置"))["steward"]
    kind = imports.KINDS["proposals"]
    draft = imports.first_draft(kind, [Sheet("表", [HEAD, row])], "别处", land.county.county)
    context = kind.prepare(steward, land.county.id, frozenset(draft.layout.fields.values()))
    [(_at, cells_of)] = list(draft.rows())
    kind.note(context, kind.check(context, cells_of))
    kind.begin(context, by=steward)
    assert Category.objects.filter(name="水利").exists()
    assert Session.objects.filter(name="十届一次会议").exists()


def test_result_class_is_the_one_of_the_day_of_the_answer(land):
    old = ResultClass(code="A", name="办成了", since=datetime(2020, 1, 1, tzinfo=HERE).date(), until=datetime(2024, 12, 31, tzinfo=HERE).date())  # fmt: skip
    old.save()
    take(land.recorder, land.county, OLD, [*OLD[:1], "另一件", *OLD[2:12], "2026-01-20", "A类", "满意"], leave_out=True)
    assert Proposal.objects.get().result == old


def test_unit_cannot_be_imported_into_by_a_stranger(land):
    kind = imports.KINDS["proposals"]
    assert not kind.may(land.stranger, land.county.id)
    assert kind.may(land.recorder, land.county.id)
    with pytest.raises(PermissionDenied):
        opened(land, by=land.stranger)


def test_rows_are_seen_when_the_last_one_is_in(land):
    run = take(land.recorder, land.county, OLD, OPEN)
    run.state = run.State.RUNNING
    run.save()
    assert queries.count(land.desk, queries.Wanted()) == 0
    scope = Scope(land.county.county, Period.month(2024, 3))
    assert figures.count(["proposals.received"], scope)["proposals.received"].value == 0
    run.state = run.State.DONE
    run.save()
    assert queries.count(land.desk, queries.Wanted()) == 2


def test_taken_back_within_a_day_unless_somebody_worked_with_it(land):
    run = take(land.recorder, land.county, OLD, OPEN)
    runs.undo(run, by=land.recorder)
    assert not Proposal.objects.exists()
    assert RegisterLine.objects.filter(fate="void").count() == 2
    other = take(land.recorder, land.county, OLD, OPEN)
    act(Proposal.objects.get(state="submitted"), "file", land.desk)
    with refused("touched"):
        runs.undo(other, by=land.recorder)


LEFT = {"案号", "原案号", "轮到谁", "登记单位"}


def as_rows(by) -> list[dict[str, str]]:
    keys = queries.list_keys(by, {}, 99)
    return [dict(zip(headers("proposal"), map(str, row), strict=True)) for row in cells(by, "proposal", keys)]


def test_what_was_exported_comes_into_a_fresh_county_as_it_was(land):
    everything(land)
    rows = [row for row in as_rows(land.desk) if row["状态"] in {"办结", "不立案", "转为意见", "撤案"}]
    assert len(rows) >= 3
    county = make_county(999007, "新县")
    for name in ("东湖镇", "西山镇"):
        make_unit(name, county)
    people = make_actors(recorder=(Role.CLERK, county, "县办"), desk=(Role.DISPATCHER, county, "县派"))
    for row in ResultClass.objects.filter(county=land.county.county):
        ResultClass(county=county.county, code=row.code, name=row.name, follows=row.follows, since=row.since).save()
    run = take(people["recorder"], county, *[[row[head] for head in headers("proposal")] for row in rows], head=headers("proposal"))  # fmt: skip
    assert (run.created, run.left_out) == (len(rows), 0)
    back = as_rows(people["desk"])
    assert {row["原案号"] for row in back} == {row["案号"] for row in rows}
    there = {row["案号"]: row for row in rows}
    for row in back:
        before = there[row["原案号"]]
        assert {head: row[head] for head in row if head not in LEFT} == {head: before[head] for head in row if head not in LEFT}  # fmt: skip


def test_export_of_open_ones_comes_back_as_waiting(land):
    assigned(land)
    answered(land)
    rows = as_rows(land.desk)
    ProposalStep.objects.all().delete()
    run = take(land.recorder, land.county, *[list(row.values()) for row in rows], head=list(rows[0]), source="自己")
    assert run.created == len(rows)
    states = {again(one).state for one in Proposal.objects.exclude(external_no="")}
    assert states == {"submitted", "closed"}
