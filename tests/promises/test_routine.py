"""The promise clock: before the day, on it, after it; under a changed calendar, for the supervisor, through mergers."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from gongyi.core import clock
from gongyi.core.access import Role, system_actor
from gongyi.core.models import Message
from gongyi.network.actions.calendar import set_day
from gongyi.people.models import Account, Grant
from gongyi.promises import actions, queries
from gongyi.promises.models import Promise, PromiseReminder
from tests.factories import make_actor
from tests.promises.conftest import DUE, MONDAY, promised, put

COUNTY = 999001


def _on(day: date):
    return clock.at(MONDAY.replace(month=day.month, day=day.day))


def _told(event):
    return set(Message.objects.filter(event=event).values_list("account", flat=True))


def test_promise_wakes_before_its_day_on_it_and_after_it_each_once(land):
    promised(land)
    for day, event, people in (
        (date(2026, 11, 26), "", set()),
        (date(2026, 11, 27), "promise.wake", {land.clerk.id, land.clerk2.id}),
        (DUE, "promise.due", {land.clerk.id, land.clerk2.id}),
        (DUE + timedelta(days=1), "promise.late", {land.clerk.id, land.clerk2.id, land.supervisor.id}),
    ):
        with _on(day):
            told = [actions.run_clock(COUNTY)["told"] for _again in range(2)]
        assert told == [bool(event), 0], day
        if event:
            assert _told(event) == people
    assert PromiseReminder.objects.count() == 3


def test_what_was_reported_or_ended_wakes_nobody(land):
    for state in ("reported", "kept", "broken", "withdrawn"):
        put(land, state)
    Message.objects.all().delete()
    with _on(DUE + timedelta(days=1)):
        assert actions.run_clock(COUNTY)["told"] == 0


def test_moved_promise_wakes_again_for_its_new_day(land):
    promise = promised(land)
    with _on(DUE):
        actions.run_clock(COUNTY)
        actions.change_date(promise, by=land.clerk, until=date(2026, 12, 18), reason="材料下周才到")
        assert actions.run_clock(COUNTY)["told"] == 0
    with _on(date(2026, 12, 18)):
        assert actions.run_clock(COUNTY)["told"] == 1


def test_changed_calendar_moves_the_waking_and_not_the_promised_day(land):
    promise, elsewhere = promised(land), promised(land, unit=land.office)
    by = system_actor("test", COUNTY)
    set_day(by=by, unit=None, day=date(2026, 11, 30), working=False, name="停电")
    for one in (promise, elsewhere):
        one.refresh_from_db()
        assert (one.due, one.wakes_on) == (DUE, date(2026, 11, 26))
    set_day(by=by, unit=land.town, day=date(2026, 12, 1), working=False, name="赶集")
    promise.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (promise.wakes_on, elsewhere.wakes_on) == (date(2026, 11, 25), date(2026, 11, 26))
    with _on(date(2026, 11, 25)):
        assert actions.run_clock(COUNTY)["told"] == 1


def test_without_the_hook_the_calendar_would_move_nothing(land, monkeypatch):
    """Negative control."""
    from gongyi.network.actions import calendar

    monkeypatch.setattr(calendar, "calendar_changed", [])
    promise = promised(land)
    set_day(by=system_actor("test", COUNTY), unit=None, day=date(2026, 11, 30), working=False, name="停电")
    promise.refresh_from_db()
    assert promise.wakes_on == date(2026, 11, 27)


def test_county_sets_how_early_promises_wake(land):
    promise = promised(land)
    with pytest.raises(PermissionDenied):
        actions.set_wake_days(by=land.clerk, wake_days=2)
    steward = make_actor(Role.STEWARD, land.county, "县设")
    assert actions.set_wake_days(by=steward, wake_days=2) == 1
    promise.refresh_from_db()
    assert promise.wakes_on == date(2026, 12, 2)
    assert promised(land).wakes_on == date(2026, 12, 2)
    actions.set_wake_days(by=steward, wake_days=0)
    promise.refresh_from_db()
    assert promise.wakes_on == DUE


def test_p9_report_finds_another_checker_where_the_last_one_left(land):
    promise = put(land, "reported")
    Grant.objects.filter(account=land.lead.id).delete()
    assert actions.run_clock(COUNTY)["rerouted"] == 1
    promise.refresh_from_db()
    assert promise.second_id == land.county.id
    assert land.county_lead.id in _told("promise.reported")
    actions.confirm_kept(promise, by=land.county_lead)
    assert promise.state == "kept"


def test_p16_promises_follow_a_merged_unit_and_count_for_the_old_one(land):
    promise, ended = promised(land, unit=land.village), put(land, "kept")
    assert actions.follow_successor(land.village, land.other) == 1
    promise.refresh_from_db()
    assert (promise.unit_id, promise.counted_unit_id) == (land.other.id, land.village.id)
    assert actions.follow_successor(land.town, land.other) == 2
    ended.refresh_from_db()
    assert {ended.unit_id, ended.origin_unit_id, ended.overseer_id} == {land.other.id}
    assert ended.counted_unit_id == land.town.id


def test_unit_with_open_promises_says_so_before_it_closes_and_hands_them_over(land):
    put(land, "kept")
    promise = promised(land)
    assert queries.open_promises(land.town) == ["还有 1 项承诺没有兑现"]
    assert queries.open_promises(land.office) == []
    giver = Account.objects.get(id=land.clerk.id)
    assert [line.text for line in queries.handover_lines(giver, land.town)] == [promise.number]


def test_late_for_years_reminds_nobody(land):
    promised(land)
    with clock.at(MONDAY + timedelta(days=400)):
        assert actions.run_clock(COUNTY)["told"] == 0
    assert Promise.objects.get().state == "due"
