"""What the figures of casework count, and for which unit."""

from datetime import timedelta

import pytest
from django.db import connection

from gongyi.casework import actions, queries
from gongyi.casework.actions import answers
from gongyi.casework.models import Asker, Case, CaseStep, Topic
from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.core.figures import Period, Scope
from gongyi.core.imports.runs import open_run
from gongyi.core.models import ImportLine, ImportRun
from gongyi.network.actions import merge_unit
from gongyi.network.queries import counting_tree
from tests.casework.test_workflow import put
from tests.factories import make_actor

ENDS = ("solved", "partly", "explained", "declined", "withdrawn", "merged", "other_end")


def of(unit, *keys, period=None, **where):
    """These figures of a unit today, or in another period."""
    period = period or Period(clock.today() - timedelta(days=3), clock.today())
    tree = counting_tree(unit.county, period.last)
    found = figures.count(
        [f"cases.{key}" for key in keys], Scope(unit.county, period, tree.counted(unit.id), tuple(where.items()))
    )
    return [value.value for value in found.values()]


def test_each_step_of_a_case_is_counted_for_its_unit(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    assert of(land.village, "received", "assigned", "open") == [1, 0, 1]
    actions.assign_case(case, by=land.desk, lead=land.town)
    assert of(land.town, "received", "assigned", "signed_in_time", "open") == [1, 1, 0, 1]
    assert of(land.village, "assigned", "open") == [0, 0]
    actions.sign_case(case, by=land.clerk)
    actions.contact_asker(case, by=land.clerk, note="问清了")
    assert of(land.town, "signed", "signed_in_time", "contacted_in_time", "response_rate") == [1, 1, 1, 100.0]
    assert of(land.other, "received", "assigned", "open") == [0, 0, 0]
    assert of(land.county, "received", type=land.enquiry.id) == [1]
    assert of(land.county, "received", type=land.complaint.id) == [0]


def test_signed_late_is_not_signed_in_time(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(case, by=land.desk, lead=land.town)
    with clock.at(case.sign_due + timedelta(minutes=1)):
        actions.sign_case(case, by=land.clerk)
    assert of(land.town, "signed", "signed_in_time") == [1, 0]


@pytest.mark.parametrize(("state", "ends"), [("closed", 1), ("declined", 1), ("void", 0), ("handling", 0)])
def test_what_ended_falls_into_its_ends(land, state, ends):
    put(land, state)
    closed, *parts = of(land.county, "closed", *ENDS)
    assert closed == sum(parts) == ends
    assert of(land.county, "open") == [0 if ends or state == "void" else 1]


def test_returned_counts_for_the_unit_that_gave_it_back_and_reopened_for_the_lead(land):
    case = put(land, "assigned")
    actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)
    assert of(land.town, "returned") == [1]
    assert of(land.other, "returned") == [0]
    again = put(land, "closed")
    actions.reopen_case(again, by=land.clerk, note="又坏了")
    assert of(land.town, "reopened", "closed") == [1, 0]


def test_p16_a_merger_changes_no_figure_of_the_past_and_counts_for_the_successor_after(land):
    put(land, "closed")
    before = of(land.town, "received", "closed", "assigned")
    past = Period(clock.today() - timedelta(days=3), clock.today())
    steward = make_actor(Role.STEWARD, land.county, "设置")
    day = clock.today() + timedelta(days=1)
    with clock.at(clock.now() + timedelta(days=1)):
        merge_unit(by=steward, unit=land.town, into=land.other, on=day, why="合并")
        later = Period(past.first, day)
        assert of(land.town, "received", "closed", "assigned", period=past) == before == [1, 1, 1]
        assert of(land.other, "received", "closed", "assigned", period=past) == [0, 0, 0]
        assert of(land.other, "received", "closed", "assigned", period=later) == before
        assert Case.objects.get().lead_id == land.other.id


def test_what_was_given_back_was_sent_to_nobody_until_it_is_sent_again(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)
    assert [of(unit, "assigned") for unit in (land.county, land.town, land.village)] == [[0]] * 3
    actions.assign_case(case, by=land.desk, lead=land.other)
    assert [of(unit, "assigned", "returned") for unit in (land.town, land.other)] == [[0, 1], [1, 0]]


CALLS = ("called", "reached", "unreached", "call_solved", "reopened")


def test_a_call_that_did_not_solve_it_is_a_call_that_reached_also_when_nobody_is_at_the_lead(land, monkeypatch):
    actions.call_back(put(land, "calling"), by=land.caller, result="unsolved", note="还是不亮")
    assert of(land.county, *CALLS) == [1, 1, 0, 0, 1]
    monkeypatch.setattr(answers, "holders", lambda _permission, units: {unit: set() for unit in units})
    case = actions.call_back(put(land, "calling"), by=land.caller, result="unsolved", note="还是不亮")
    assert case.state == "returned"
    actions.call_back(put(land, "calling"), by=land.caller, result="unreached")
    assert of(land.county, *CALLS) == [3, 2, 1, 0, 2]
    actions.reopen_case(put(land, "closed"), by=land.clerk, note="又坏了")
    assert of(land.county, "reopened") == [3]


@pytest.mark.parametrize("first", ["solved", "partly"])
def test_a_call_before_a_redo_is_not_one_that_solved_it_whatever_the_next_one_says(land, first):
    case = put(land, "calling")
    actions.call_back(case, by=land.caller, result=first, agreed=True, nothing="剩下的不归镇里办")
    assert of(land.county, "reached", "call_solved") == [1, first == "solved"]
    actions.reopen_case(case, by=land.clerk, note="又坏了")
    assert of(land.county, "reached", "call_solved") == [1, 0]
    Case.objects.filter(id=case.id).update(state="calling", call_result="", outcome="solved")
    actions.call_back(Case.objects.get(id=case.id), by=land.caller, result="solved")
    assert of(land.county, "reached", "call_solved", "resolution_rate") == [2, 1, 50.0]


def test_solved_in_one_visit_until_the_matter_comes_back_by_a_new_case_a_visit_or_a_redo(land):
    topic = Topic(name="路灯")
    topic.save()

    def solved(phone: str) -> Case:
        case = put(land, "closed")
        Case.objects.filter(id=case.id).update(topic=topic)
        Asker.objects.update_or_create(county=case.county, case=case, defaults={"phone_digest": phone})
        return case

    one, other = solved("a"), solved("b")
    assert of(land.county, "one_visit", "one_visit_known", "one_visit_rate") == [2, 2, 100.0]
    with clock.at(clock.now() + timedelta(hours=1)):
        solved("a")
    assert of(land.county, "one_visit", "one_visit_known") == [2, 3], one
    Case.objects.filter(id=other.id).update(redos=1)
    assert of(land.county, "one_visit", "one_visit_known") == [1, 3]


def test_a_row_of_an_import_that_still_runs_takes_nobodys_one_visit(land):
    topic = Topic(name="路灯")
    topic.save()
    cases = []
    for hours in (0, 1):
        with clock.at(clock.now() + timedelta(hours=hours)):
            cases.append(put(land, "closed"))
        Case.objects.filter(id=cases[-1].id).update(topic=topic)
        Asker.objects.update_or_create(county=999001, case=cases[-1], defaults={"phone_digest": "a"})
    assert of(land.county, "one_visit", "one_visit_known") == [1, 2], "without an import the second takes it"
    run = open_run(by=land.clerk, kind="case", unit=land.town.id, source="x")
    ImportLine(run=run, kind="case", source="x", key="1", subject=cases[1].id).save()
    for state, found in (("running", [1, 1]), ("undoing", [1, 1]), ("done", [1, 2])):
        ImportRun.objects.filter(id=run.id).update(state=state)
        first = Case.objects.get(id=cases[0].id)
        assert of(land.county, "one_visit", "one_visit_known") == found, state
        said = queries.one_visit(first, Asker.objects.get(case=first), visited=False)
        assert said is (state != "done"), "the case's own page says the same"


def test_of_a_period_that_has_not_begun_nothing_is_in_hand(land):
    put(land, "handling")
    today = clock.today()
    assert of(land.county, "open", period=Period(today, today + timedelta(days=40))) == [1]
    later = Period(today + timedelta(days=1), today + timedelta(days=40))
    assert of(land.county, "open", "overdue", "received", period=later) == [0, 0, 0]
    assert figures.rows_of("cases.open", Scope(999001, later)).count() == 0


def test_what_is_in_hand_is_found_by_the_index_of_the_ends(land):
    county, today = land.county.county, clock.today()
    for days, index in ((0, "case_closed"), (800, "case_recorded")):
        period = Period(today - timedelta(days=days + 30), today - timedelta(days=days))
        plan = figures.rows_of("cases.open", Scope(county, period)).values("pk").explain()
        if connection.vendor == "sqlite":
            assert index in plan
            assert ("MULTI-INDEX OR" in plan) is (days == 0)


def test_counted_lines_are_found_by_their_own_index(land):
    if connection.vendor != "sqlite":
        pytest.skip("a planner that knows how small a table is reads all of it")
    rows = figures.figure("cases.called").source.of(Scope(land.county.county, Period(clock.today(), clock.today())))
    assert "casestep_counted" in rows.explain()
    control = CaseStep.objects.filter(county=land.county.county, action__in=["call_back"], at__gte=clock.now())
    assert "casestep_counted" not in control.explain()
