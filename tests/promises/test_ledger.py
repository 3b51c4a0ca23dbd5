"""How promises come into the ledger: binding at once, or planned beside a text and binding when it goes out."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from gongyi.core import clock
from gongyi.core.models import AuditEntry, Message, RegisterLine
from gongyi.network.models import Unit
from gongyi.promises import actions, queries
from gongyi.promises.models import Line, PlannedPromise, Promise, PromiseStep
from tests.promises.conftest import DUE, promised, put, record


def test_promise_is_numbered_wakes_five_working_days_before_and_leaves_line_and_audit_row(land):
    promise = promised(land)
    assert (promise.number, promise.state, promise.due) == ("诺2026-0001", "due", DUE)
    assert promise.wakes_on == date(2026, 11, 27)
    assert len(promise.slug) == 10
    assert [step.action for step in PromiseStep.objects.filter(promise=promise)] == ["make"]
    assert AuditEntry.objects.filter(subject=promise.id, action="make").count() == 1
    assert RegisterLine.objects.get(subject=promise.id).series == "诺"


def test_unit_is_told_unless_its_own_people_promised(land):
    promised(land)
    assert not Message.objects.exists()
    promise = promised(land, unit=land.office)
    told = Message.objects.get()
    assert (told.account, told.event, told.subject) == (land.office_clerk.id, "promise.new", promise.id)
    assert "路灯" not in told.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"what": "  "}, "what"), ({"what": "长" * 301}, "what"), ({"due": date(2026, 11, 15)}, "due")],
)
def test_promise_without_words_or_with_a_day_that_is_over_is_refused_by_field(land, wrong, field):
    with pytest.raises(ValidationError) as caught:
        promised(land, **wrong)
    assert set(caught.value.message_dict) == {field}
    Unit.objects.filter(id=land.town.id).update(status="closed")
    land.town.refresh_from_db()
    with pytest.raises(ValidationError):
        promised(land)
    assert not Promise.objects.exists()


def test_planned_promises_bind_when_the_text_goes_out_and_keep_who_wrote_them(land):
    lines = [Line("装好路灯", land.town, DUE), Line("清理水沟", land.office, DUE)]
    actions.plan_promises(by=land.clerk, record=record(land), lines=[Line("旧的", land.town, DUE)])
    actions.plan_promises(by=land.clerk, record=record(land), lines=lines)
    assert [row.what for row in queries.planned_for("test", land.key)] == ["装好路灯", "清理水沟"]
    assert not Promise.objects.exists()
    made = actions.bind_planned(by=land.lead, record=record(land))
    assert [(one.what, one.unit.name, one.made_by) for one in made] == [
        ("装好路灯", "东湖镇", land.clerk.id), ("清理水沟", "县水利局", land.clerk.id),
    ]  # fmt: skip
    assert not PlannedPromise.objects.exists()
    assert actions.bind_planned(by=land.lead, record=record(land)) == []


def test_planned_day_that_went_by_binds_nothing(land):
    actions.plan_promises(by=land.clerk, record=record(land), lines=[Line("装好路灯", land.town, DUE)])
    with clock.at(clock.now() + timedelta(days=30)), pytest.raises(ValidationError):
        actions.bind_planned(by=land.lead, record=record(land))
    assert PlannedPromise.objects.count() == 1
    assert not Promise.objects.exists()


def test_void_record_withdraws_what_is_open_and_leaves_what_ended(land):
    kept, waiting, reported = put(land, "kept"), put(land, "due"), put(land, "reported")
    actions.plan_promises(by=land.clerk, record=record(land), lines=[Line("装好路灯", land.town, DUE)])
    assert actions.end_promises(record(land), county=land.county.county, reason="登记错了") == 2
    for one in (waiting, reported):
        one.refresh_from_db()
        assert (one.state, one.why, one.second_id) == ("withdrawn", "登记错了", None)
    kept.refresh_from_db()
    assert kept.state == "kept"
    assert not PlannedPromise.objects.exists()
    assert (waiting.number, "end") in land.told


def test_a_promise_of_another_app_needs_a_kind_that_is_registered(land):
    with pytest.raises(KeyError):
        actions.make_promise(
            by=land.clerk, record=record(land)._replace(kind="other"), what="做好", unit=land.office, due=DUE
        )
