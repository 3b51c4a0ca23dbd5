"""A period report: drafted, edited, checked and signed by others, frozen, corrected; who sees it, what it repeats."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from gongyi.casework import actions as casework
from gongyi.casework.actions import AskerFacts
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.figures import Period
from gongyi.reports.actions import report as actions
from gongyi.reports.models import ReportFigure, ReportVersion
from gongyi.reports.queries import composing, copies, drafting
from gongyi.reports.queries import report as queries
from gongyi.reports.queries.ties import Counted, Tie, unknown
from gongyi.reports.rules import report as rules
from gongyi.reports.workflow import REPORT
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.casework.test_workflow import put
from tests.factories import actor, grant, make_account, make_actor, refused


@pytest.fixture
def period() -> Period:
    return Period(clock.today() - timedelta(days=9), clock.today())


@pytest.fixture
def office(land, period):  # noqa: F811
    """A township with a closed and an open case, and a report under work."""
    put(land, "closed")
    casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了，电话13812345678")
    report = actions.start_report(by=land.clerk, unit=land.town, period=period, kind="summary")
    return SimpleNamespace(**vars(land), report=report)


def text_of(blocks) -> str:
    return "\n".join("".join(words for words, _tie in one["pieces"]) for one in blocks if one["type"] == "text")


def asked(office):
    return actions.ask_for_check(office.report, by=office.clerk)


def signed(office):
    actions.check_report(asked(office), by=office.lead)
    return actions.sign_report(office.report, by=office.lead)


def test_the_draft_tells_what_the_figures_count(office, period):
    blocks = queries.blocks_of(office.report)
    text = text_of(blocks)
    assert "东湖镇受理群众诉求2件，办结1件，期末在办1件" in text
    table = next(one for one in blocks if one["type"] == "table" and one["header"][0][0] == "单位")
    children, whole = table["rows"][:-1], table["rows"][-1]
    for column in range(1, len(whole)):
        assert sum(int(row[column][0]) for row in children) == int(whole[column][0])
    counted = Counted(office.town, period)
    for block in blocks:
        for words, tie in block.get("pieces", []):
            if tie and "@change" not in tie and not tie.startswith("case:"):
                name, _bar, rest = tie.partition("|")
                split, _colon, group = rest.partition(":")
                name, _at, of = name.partition("@")
                assert counted.text(Tie(name, split, group, of)) == words


@pytest.mark.parametrize("kind", ["summary", "plan", "topic", "speech"])
def test_an_empty_period_says_so_and_praises_nothing(office, kind):
    empty = Period.month(2001, 3)
    made = drafting.draft(office.clerk, office.other, empty, kind)
    text = text_of(composing.compose(Counted(office.other, empty), made.parts))
    assert "没有" in text
    assert "{" not in text + made.title
    assert "满意率" not in text


def test_what_came_in_is_neither_praised_nor_blamed(office):
    assert queries.counted_of(office.report).text(Tie("cases.received", of="change")) == "多2件"
    assert queries.counted_of(office.report).text(Tie("cases.closed", of="change")) == "增加1件"


def test_d5_a_telling_case_names_nobody_and_none_that_must_be_kept_quiet(office, period):
    case = casework.open_case(
        by=office.officer, unit=office.village, type=office.enquiry, title="王大锤家门口路灯坏了，电话13812345678",
        content="我叫王大锤", asker=AskerFacts(name="王大锤", phone="13812345678"),
    )  # fmt: skip
    body = "\n".join(part.body for part in drafting.draft(office.officer, office.village, period, "summary").parts)
    assert case.number in body
    assert "王大锤" not in body
    assert "13812345678" not in body
    quiet = casework.open_case(by=office.officer, unit=office.village, type=office.tipoff, content="举报某人")
    assert quiet.number not in "".join(
        p.body for p in drafting.draft(office.officer, office.village, period, "summary").parts
    )
    assert case.number not in "".join(
        p.body for p in drafting.draft(office.stranger, office.village, period, "summary").parts
    )


def test_what_was_typed_stays_and_numbers_stay_live(office):
    parts = queries.parts_of(office.report)
    actions.edit_report(
        office.report,
        by=office.clerk,
        parts={0: ("基本情况", "我们办结{{cases.closed}}件。"), 99: ("x", "y")},
        title="新标题",
    )
    assert office.report.state == "draft"
    assert "我们办结1件。" in text_of(queries.blocks_of(office.report))
    put(office, "closed")
    assert "我们办结2件。" in text_of(queries.blocks_of(office.report))
    assert len(queries.parts_of(office.report)) == len(parts)
    with pytest.raises(ValidationError) as wrong:
        actions.edit_report(office.report, by=office.clerk, parts={0: ("", "{{cases.nothing}}")})
    assert "cases.nothing" in str(wrong.value)


@pytest.mark.parametrize("text", ["{{cases.foo}}", "{{ }}", "{{cases.closed|colour:x}}", "{{cases.closed", "}}"])
def test_a_wrong_tie_is_named(text):
    assert unknown(text) if text != "{{cases.closed" else True


def test_p8_who_wrote_it_neither_checks_nor_signs_it(office, monkeypatch):
    both = make_account("又写又审", home=office.county.county)
    grant(both, Role.CLERK, office.town)
    grant(both, Role.LEAD, office.town)
    writer = actor(both)
    actions.edit_report(office.report, by=writer, parts={}, title="我写的")
    actions.ask_for_check(office.report, by=office.clerk)
    assert office.report.second == office.town
    for move in ("check", "refuse"):
        assert not rules.can_move_report(writer, office.report, REPORT[move])
    with pytest.raises(PermissionDenied):
        actions.check_report(office.report, by=writer)
    actions.check_report(office.report, by=office.lead)
    with pytest.raises(PermissionDenied):
        actions.sign_report(office.report, by=writer)
    assert office.report not in queries.to_judge(writer)
    assert office.report in queries.to_judge(office.lead)
    monkeypatch.setattr(rules, "writers_of", lambda _report: set())  # guard off: the writer signs the own text
    assert actions.sign_report(office.report, by=writer).signed_by == writer.id


def test_p9_where_nobody_else_is_there_it_goes_one_level_up(office):
    report = actions.start_report(by=office.officer, unit=office.village, period=Period.month(2026, 1), kind="plan")
    actions.ask_for_check(report, by=office.officer)
    assert report.second == office.town
    assert queries.fetch(office.lead, report.id) == report
    with pytest.raises(Http404):
        queries.fetch(office.county_lead, report.id)


def test_p3_a_unit_beside_and_one_above_see_no_report(office, monkeypatch):
    for stranger in (office.stranger, office.county_desk, make_actor(Role.STEWARD, office.county)):
        with pytest.raises(Http404):
            queries.fetch(stranger, office.report.id)
        assert queries.ours(stranger) == []
    assert queries.ours(office.clerk2) == [office.report]
    everything = type(office.report).objects.all()
    monkeypatch.setattr(queries, "reports_visible_to", lambda _by: everything)  # guard off
    assert queries.fetch(office.stranger, office.report.id) == office.report


def test_signing_freezes_text_and_figures_and_a_correction_has_a_number(office):
    version = signed(office)
    assert office.report.state == "signed"
    assert version.digest == composing.text_digest(version.title, version.blocks())
    frozen = {row.tie: row for row in ReportFigure.objects.filter(version=version)}
    assert frozen["cases.closed"].value == "1"
    assert len(frozen["cases.closed"].digest) == 64
    assert queries.changed_since(version, records=True) == []
    put(office, "closed")
    changed = {one.tie: (one.then, one.now) for one in queries.changed_since(version)}
    assert changed["cases.closed"] == ("1", "2")
    assert "办结1件" in text_of(version.blocks())
    with refused("wrong_state"):
        actions.edit_report(office.report, by=office.clerk, parts={})
    with pytest.raises(ValidationError):
        actions.amend_report(office.report, by=office.clerk, why=" ")
    actions.amend_report(office.report, by=office.clerk, why="补录一件")
    again = signed(office)
    assert (office.report.state, again.number, again.correction, again.why) == ("corrected", 2, 1, "补录一件")
    assert queries.changed_since(again) == []
    assert ReportVersion.objects.get(number=1).blocks() == version.blocks()


def test_the_same_number_over_other_records_is_noticed(office):
    version = signed(office)
    row = ReportFigure.objects.get(version=version, tie="cases.closed")
    ReportFigure.objects.filter(id=row.id).update(digest="0" * 64)
    assert queries.changed_since(version) == []
    assert [one.tie for one in queries.changed_since(version, records=True)] == ["cases.closed"]


@pytest.mark.parametrize("state", REPORT.states)
def test_p15_every_move_from_every_state(office, state):
    report = office.report
    facts_of = {"current": 1, "second": office.town, "asked_by": office.clerk.id}
    acts = {
        "edit": (actions.edit_report, office.clerk, {"parts": {}}), "ask": (actions.ask_for_check, office.clerk, {}),
        "recall": (actions.recall_report, office.clerk, {}), "check": (actions.check_report, office.lead, {}),
        "refuse": (actions.refuse_report, office.lead, {"note": "改数"}), "sign": (actions.sign_report, office.lead, {}),
        "amend": (actions.amend_report, office.clerk, {"why": "错了"}), "withdraw": (actions.withdraw_report, office.lead, {"note": "不用了"}),
    }  # fmt: skip
    assert acts.keys() == REPORT.by_action.keys()
    for action, (act, by, facts) in acts.items():
        type(report).objects.filter(id=report.id).update(state=state, checked_by=None, **facts_of)
        report.refresh_from_db()
        if state in REPORT[action].sources:
            act(report, by=by, **facts)
        else:
            with refused("wrong_state"):
                act(report, by=by, **facts)


def test_somebody_was_faster(office):
    seen = office.report.version
    actions.edit_report(office.report, by=office.clerk, parts={}, title="先改的")
    with refused("stale"):
        actions.edit_report(office.report, by=office.clerk2, parts={}, title="后改的", seen=seen)


def test_copies_are_shown_and_another_units_report_is_not_named(office, period):
    told = "我们挨家挨户走访群众，把积水路段全部疏通，受到大家好评。"
    other = actions.start_report(by=office.stranger, unit=office.other, period=period, kind="summary")
    actions.edit_report(other, by=office.stranger, parts={0: ("", told)})
    earlier = actions.start_report(by=office.clerk, unit=office.town, period=Period.month(2026, 1), kind="plan")
    own = "召开三次院坝会，听取老人们对食堂菜价的意见，当场定下新菜单。"
    actions.edit_report(earlier, by=office.clerk, parts={0: ("", own)})
    assert copies.copied(office.clerk, office.report) == []  # drafted sentences stand in all of them
    actions.edit_report(office.report, by=office.clerk, parts={0: ("", told + own)})
    theirs, mine = copies.copied(office.clerk, office.report)
    assert (theirs.mine, theirs.theirs, theirs.url) == (told, "", "")
    assert other.number not in theirs.where
    assert (mine.theirs, mine.url) == (own, earlier.get_absolute_url())
    assert copies.unsupported(office.report) == [told]


def test_a_comment_is_told_to_who_writes_and_finished(office):
    row = actions.comment(office.report, by=office.lead, text="这个数对吗")
    actions.finish_comment(office.report, by=office.clerk, row=row)
    with refused("no_such_comment"):
        actions.finish_comment(office.report, by=office.clerk, row=row)


def test_p5_the_records_behind_a_number_open_only_for_who_may_see_them(office, period):
    found = queries.evidence(office.clerk, office.report, "cases.received")
    assert (found.total, [bool(url) for _number, url in found.rows]) == (2, [True, True])
    above = make_actor(Role.CLERK, office.county)
    report = actions.start_report(by=above, unit=office.county, period=period, kind="topic")
    found = queries.evidence(above, report, "cases.received|unit:东湖镇")
    assert (found.total, [bool(url) for _number, url in found.rows]) == (2, [False, False])  # upwards is numbers only
    assert queries.evidence(office.clerk, office.report, "cases.satisfaction_rate").parts
    for wrong in ("cases.foo", "case:1", "", "x|y"):
        with pytest.raises(Http404):
            queries.evidence(office.clerk, office.report, wrong)
