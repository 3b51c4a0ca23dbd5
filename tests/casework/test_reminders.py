"""Reminders before and after a limit: to whom, when, each limit once whatever happens to the worker."""

from datetime import timedelta

import pytest

from gongyi.casework import actions
from gongyi.casework.actions import reminders
from gongyi.casework.actions.reminders import send_reminders
from gongyi.casework.models import Case, Reminder
from gongyi.core import clock
from gongyi.core.models import Message

DAY = timedelta(hours=24)


@pytest.fixture
def case(land) -> Case:
    """A case that the township has to answer."""
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    case = actions.assign_case(case, by=land.desk, lead=land.town)
    case = actions.sign_case(case, by=land.clerk)
    return actions.contact_asker(case, by=land.clerk, note="电话说了")


def told(event: str) -> set:
    return set(Message.objects.filter(event=event).values_list("account", flat=True))


def at(moment):
    """Run the job at this moment; returns of how many cases it reminded."""
    with clock.at(moment):
        return send_reminders(999001)


def test_the_handlers_hear_a_day_before_and_only_once(land, case):
    assert at(case.turn_due - DAY - timedelta(minutes=1)) == 0
    assert at(case.turn_due - DAY) == 1
    assert at(case.turn_due - DAY / 2) == 0
    assert told("due.soon") == {land.clerk.id, land.clerk2.id}
    message = Message.objects.filter(event="due.soon").first()
    assert str(message.text) == f"快到期了，请抓紧 {case.number}"


def test_a_day_after_the_supervisors_hear_too_and_only_once(land, case):
    assert at(case.turn_due + DAY / 2) == 0
    assert at(case.turn_due + DAY) == 1
    assert at(case.turn_due + DAY * 2) == 0
    assert told("due.late") == {land.clerk.id, land.clerk2.id, land.supervisor.id}


def test_what_was_late_long_ago_comes_up_no_more(case):
    assert at(case.turn_due + timedelta(days=9)) == 0


def test_another_limit_is_another_reminder(land, case):
    at(case.turn_due - DAY)
    Case.objects.filter(id=case.id).update(turn_due=case.turn_due + timedelta(days=5))
    assert at(case.turn_due + timedelta(days=4, hours=1)) == 1
    assert Reminder.objects.count() == 2


def test_a_short_limit_is_reminded_of_when_half_of_it_is_over(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="塌方", urgency="danger")
    case = actions.assign_case(case, by=land.desk, lead=land.town)
    whole = case.turn_due - case.changed_at
    assert at(case.changed_at + whole * 0.4) == 0
    assert at(case.changed_at + whole * 0.6) == 1


def test_a_type_without_hours_is_not_reminded_of(land, case):
    land.enquiry.soon_hours = land.enquiry.late_hours = 0
    land.enquiry.save()
    assert at(case.turn_due - DAY / 2) + at(case.turn_due + DAY) == 0


def test_parked_and_answered_cases_are_nobodys_to_hurry(land, case):
    parked = actions.park_case(
        case, by=land.clerk, reason=land.reasons["park"], until=clock.today() + timedelta(days=3)
    )
    assert at(parked.turn_due - timedelta(hours=2)) == 0


def test_a_worker_killed_before_the_commit_reminds_again_and_one_after_it_does_not(land, case, monkeypatch):
    """The reminder and its note share one commit."""
    moment = case.turn_due - DAY
    real = reminders.tell_holders

    def dies(*args, **kwargs):
        real(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(reminders, "tell_holders", dies)
    with pytest.raises(KeyboardInterrupt):
        at(moment)
    assert (Reminder.objects.count(), told("due.soon")) == (0, set())
    monkeypatch.setattr(reminders, "tell_holders", real)
    assert [at(moment), at(moment)] == [1, 0]


def test_control_without_the_note_the_same_is_said_again(case, monkeypatch):
    moment = case.turn_due - DAY
    at(moment)
    Reminder.objects.all().delete()
    assert at(moment) == 1


def test_a_case_that_moved_on_meanwhile_is_left_alone(land, case):
    stale = Case.objects.select_related("type").get(id=case.id)
    Case.objects.filter(id=case.id).update(turn_due=case.turn_due + DAY)
    assert not reminders._remind(stale, Reminder.Kind.SOON, by=land.desk)
