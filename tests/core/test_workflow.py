"""The one place where a state changes: refusals, one transaction for everything, one winner among many."""

from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from gongyi.casework.models import Case, CaseStep, CaseType
from gongyi.core import audit, clock, workflow
from gongyi.core.access import Actor, Held, Role
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.models import AuditDetail, AuditEntry
from gongyi.core.workflow import Move, State, Table, first_step, holds_at, perform, update_if_unchanged
from tests.factories import make_county
from tests.guards.rows import make_row
from tests.race import race

COUNTY = 999001
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
LOG = Move("log", "记经过", ("recorded", "handling"), "handling", P.CASE_HANDLE, ("unit_id",), "")
CLOSE = Move("close", "办结", ("handling",), "closed", P.CASE_HANDLE, ("unit_id",), "")
TALK = Move("talk", "说一句", ("recorded",), None, P.CASE_HANDLE, (), "")


def case_of(**facts):
    unit = make_county(COUNTY)
    return make_row(Case, COUNTY, unit=unit, type=make_row(CaseType, COUNTY), content="路灯坏了", **facts)


def clerk(unit_id):
    return Actor(id=uuid4(), name="王办", county=COUNTY, held=(Held(Role.CLERK, unit_id, "", "东湖县"),), unit=unit_id)


def go(case, move=LOG, *, by=None, rule=holds_at, **facts):
    perform(case, move, by=by or clerk(case.unit_id), rule=rule, step=CaseStep, parent="case", **facts)


def written():
    return CaseStep.objects.count(), AuditEntry.objects.count(), AuditDetail.objects.count()


@pytest.mark.django_db
def test_move_writes_state_timeline_and_audit():
    case = case_of()
    me = clerk(case.unit_id)
    with clock.at(NOW):
        go(case, by=me, changes={"title": "新标题"}, note="去看过了", reason="理由")

    kept = Case.objects.get()
    assert (kept.state, kept.version, kept.title, kept.changed_at) == ("handling", 2, "新标题", NOW)
    assert (case.state, case.version, case.title) == ("handling", 2, "新标题")
    line = CaseStep.objects.get()
    assert (line.seq, line.source, line.target, line.action, line.note) == (
        2,
        "recorded",
        "handling",
        "log",
        "去看过了",
    )
    assert (line.actor, line.actor_label, line.unit_label, line.at) == (me.id, "王办", "东湖县", NOW)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.subject, entry.actor) == ("log", "casework.case", case.pk, me.id)
    assert set(entry.details.values_list("field", "new")) == {("title", "新标题"), ("state", "handling")}


@pytest.mark.django_db
def test_move_without_target_keeps_the_state_and_counts_the_change():
    case = case_of()
    go(case, TALK)

    assert (case.state, case.version) == ("recorded", 2)


@pytest.mark.django_db
def test_move_may_end_elsewhere_where_the_action_says_so():
    case = case_of()
    go(case, target="signed")

    assert Case.objects.get().state == "signed"


@pytest.mark.django_db
def test_move_from_a_wrong_state_is_refused_and_keeps_what_was_typed():
    case = case_of()
    with pytest.raises(Refused) as no:
        go(case, CLOSE, mine="我写的")

    assert (no.value.code, no.value.status, no.value.mine) == ("wrong_state", 409, "我写的")
    assert "办结" in no.value.sentence
    assert no.value.todo
    assert written() == (0, 0, 0)


@pytest.mark.django_db
def test_move_that_the_rule_forbids_is_denied():
    case = case_of()
    with pytest.raises(PermissionDenied):
        go(case, rule=lambda *_: False)
    with pytest.raises(PermissionDenied):
        go(case, by=clerk(uuid4()))

    assert Case.objects.get().state == "recorded"
    assert written() == (0, 0, 0)


@pytest.mark.parametrize("seen", [None, 1])
@pytest.mark.django_db
def test_stale_move_is_refused_with_both_texts(seen):
    mine = case_of()
    theirs = Case.objects.get()
    go(theirs, TALK, changes={"answer": "他写的"})
    with pytest.raises(Refused) as no:
        go(mine, seen=seen, changes={"answer": "我写的"}, mine="我写的")

    assert (no.value.code, no.value.status) == ("stale", 409)
    assert (no.value.mine, no.value.theirs) == ("我写的", "他写的")
    assert (Case.objects.get().answer, Case.objects.get().state) == ("他写的", "recorded")
    assert CaseStep.objects.count() == 1


@pytest.mark.django_db
def test_form_that_saw_an_older_version_is_stale_although_the_row_was_loaded_anew():
    case = case_of()
    go(case, TALK, changes={"answer": "他写的"})
    with pytest.raises(Refused) as no:
        go(Case.objects.get(), seen=1, mine="我写的")

    assert (no.value.code, no.value.theirs) == ("stale", "他写的")


@pytest.mark.django_db
def test_form_that_saw_an_older_version_shows_both_texts_also_when_the_state_moved_on():
    case = case_of()
    go(case, target="signed", changes={"answer": "他写的"})
    with pytest.raises(Refused) as no:
        go(Case.objects.get(), seen=1, mine="我写的")

    assert (no.value.mine, no.value.theirs) == ("我写的", "他写的")


@pytest.mark.django_db
def test_stale_move_would_overwrite_without_the_version(monkeypatch):
    def unguarded(record, values, *, seen, mine=""):
        type(record)._base_manager.filter(id=record.pk).update(**values)
        record.version += 1

    mine, theirs = case_of(), Case.objects.get()
    go(theirs, TALK, changes={"answer": "他写的"})
    monkeypatch.setattr(workflow, "update_if_unchanged", unguarded)
    CaseStep.objects.all().delete()
    go(mine, changes={"answer": "我写的"})

    assert Case.objects.get().answer == "我写的"


@pytest.mark.parametrize("broken", ["record", "_advance"])
@pytest.mark.django_db
def test_fault_in_the_audit_leaves_nothing_saved(monkeypatch, broken):
    case = case_of()
    monkeypatch.setattr(audit, broken, lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        go(case, changes={"answer": "写了一半"})

    kept = Case.objects.get()
    assert (kept.state, kept.version, kept.answer) == ("recorded", 1, "")
    assert written() == (0, 0, 0)


@pytest.mark.django_db
def test_fault_in_the_timeline_leaves_nothing_saved(monkeypatch):
    case = case_of()
    monkeypatch.setattr(CaseStep, "save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        go(case)

    assert Case.objects.get().version == 1
    assert written() == (0, 0, 0)


@pytest.mark.django_db
def test_first_step_is_line_one_and_audited():
    case = case_of()
    first_step(case, "record", by=clerk(case.unit_id), step=CaseStep, parent="case")

    assert list(CaseStep.objects.values_list("seq", "source", "target")) == [(1, "", "recorded")]
    assert AuditEntry.objects.get().action == "record"


def contend(folder):
    """Eight people, who all saw the same version, make one move at once: how each ended, the timeline, the audit."""
    key, once = case_of().pk, Move("once", "一次", ("recorded",), "handling", P.CASE_HANDLE, ("unit_id",), "")
    loaded = Barrier(8)

    def act(_number):
        case = Case.objects.get(id=key)
        loaded.wait(20)
        go(case, once)
        return "won"

    def after():
        return list(CaseStep.objects.values_list("seq", "source")), AuditEntry.objects.count(), audit.verify(COUNTY)

    return race(folder, act, after)


@pytest.mark.django_db(transaction=True)
def test_race_for_one_move_has_one_winner(tmp_path):
    ends, (lines, audited, faults) = contend(tmp_path)

    assert ends.count("won") == 1
    assert [end.code for end in ends if end != "won"] == ["stale"] * 7
    assert (lines, audited, faults) == ([(2, "recorded")], 1, [])


@pytest.mark.django_db(transaction=True)
def test_race_for_one_move_is_not_stopped_without_the_condition(tmp_path, monkeypatch):
    def unguarded(record, values, *, seen, mine=""):
        type(record)._base_manager.filter(id=record.pk).update(**values)
        record.version += 1

    monkeypatch.setattr(workflow, "update_if_unchanged", unguarded)
    ends, _after = contend(tmp_path)

    assert sum(isinstance(end, IntegrityError) for end in ends) == 7, "only the timeline's own key is left to stop them"


@pytest.mark.django_db
def test_holds_at_asks_for_the_permission_in_a_unit_of_the_record():
    case = case_of()
    anywhere = Move("x", "", ("recorded",), None, P.CASE_HANDLE, (), "")
    system = Move("y", "", ("recorded",), None, P.SYSTEM, (), "")
    nobody = Actor(id=None, name="job", county=COUNTY)

    assert holds_at(clerk(case.unit_id), case, LOG)
    assert not holds_at(clerk(uuid4()), case, LOG)
    assert holds_at(clerk(uuid4()), case, anywhere)
    assert not holds_at(clerk(case.unit_id), case, system)
    assert holds_at(nobody, case, system)
    assert not holds_at(nobody, case, LOG)


def test_table_with_a_doubled_or_dangling_move_is_refused():
    states = {"a": State("甲", "甲")}
    good = Move("m", "", ("a",), None, P.STAFF, (), "")
    for moves in (
        [good, good],
        [Move("n", "", ("gone",), None, P.STAFF, (), "")],
        [Move("n", "", ("a",), "gone", P.STAFF, (), "")],
    ):
        with pytest.raises(ValueError, match="doubled or names unknown"):
            Table("k", "件", states, tuple(moves), "a")

    table = Table("k", "件", states, (good,), "a")
    assert table["m"] is good
    assert list(table.leaving("a")) == [good]
    assert list(table.leaving("b")) == []
    assert table.choices() == [("a", "甲")]


@pytest.mark.django_db
def test_update_of_a_row_that_is_gone_is_stale_and_has_no_other_text():
    case = case_of(id=new_key(COUNTY))
    Case.objects.all().delete()
    with pytest.raises(Refused) as no:
        update_if_unchanged(case, {"title": "x"}, seen=None)

    assert (no.value.code, no.value.theirs) == ("stale", "")
