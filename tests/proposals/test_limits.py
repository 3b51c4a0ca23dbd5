"""Every limit of a proposal is counted again when a calendar changes, and is explained day by day."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.deadlines import ZONE
from gongyi.network.models import CalendarDay
from gongyi.promises.models import Promise
from gongyi.proposals import actions, queries
from gongyi.proposals.actions import settings
from gongyi.proposals.models import ProposalStep
from tests.factories import make_actor
from tests.proposals.conftest import act, again, answered, assigned, opened
from tests.proposals.test_views import browser

NOON = datetime(2026, 3, 2, 12, tzinfo=ZONE)  # a Monday without holidays near it


@pytest.fixture(autouse=True)
def _monday():
    with clock.at(NOON):
        yield


def signed(land):
    one = assigned(land)
    act(one, "sign", land.clerk)
    return again(one)


def consulting(land):
    one = signed(land)
    act(one, "consult", land.clerk)
    return again(one)


def extended(land):
    one = signed(land)
    until = timezone.localdate(NOON) + timedelta(days=130)
    act(one, "ask_extension", land.clerk, reason=land.causes["extend"], until=until, agreed=True)
    act(one, "approve_extension", land.desk)
    return again(one)


def rest(day, name="县里放假") -> None:
    CalendarDay(day=timezone.localdate(day), working=False, name=name).save()


LIMITS = [
    (opened, "turn_due", "screen"), (assigned, "turn_due", "sign"), (signed, "unit_due", "answer"), (signed, "turn_due", "turn"),
    (consulting, "co_due", "co"), (consulting, "turn_due", "turn"), (answered, "rate_due", "rate"), (answered, "turn_due", "turn"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "column", "which"), LIMITS)
def test_a_holiday_on_the_last_day_moves_the_limit_once(land, made, column, which):
    one = made(land)
    before = getattr(one, column)
    assert before == queries.why(one, which).due
    rest(before)
    assert actions.recompute_deadlines(one.county) == 1
    one = again(one)
    assert getattr(one, column) > before
    why = queries.why(one, which)
    assert getattr(one, column) == why.due
    assert timezone.localdate(why.due) == why.lines[-1].day
    assert not why.changed
    assert actions.recompute_deadlines(one.county) == 0


@pytest.mark.parametrize("made", [opened, assigned, signed, consulting, answered])
def test_a_day_that_no_limit_touches_leaves_no_line(land, made):
    one = made(land)
    rest(NOON + timedelta(days=300))
    assert actions.recompute_deadlines(one.county) == 0
    assert not ProposalStep.objects.filter(proposal=one, action="recompute").exists()


def test_a_limit_that_was_extended_stays_and_says_so(land):
    one = extended(land)
    rest(one.unit_due)
    assert actions.recompute_deadlines(one.county) == 0
    assert queries.why(one, "answer").extended
    assert not queries.why(signed(land), "answer").extended


def test_a_setting_changed_since_does_not_move_what_was_told(land):
    one = answered(land)
    facts = {name: getattr(queries.limits_of(one.county), name) for name in (*settings.SPANS, "redo_times")}
    steward = make_actor(Role.STEWARD, land.county, "设置")
    with clock.at(NOON + timedelta(days=1)):
        settings.save_limits(by=steward, **facts)  # from here on the county has a row of its own
    with clock.at(NOON + timedelta(days=2)):
        settings.save_limits(by=steward, **facts | {"rate_span": "5d"})
    rest(one.rate_due)
    assert actions.recompute_deadlines(one.county) == 0
    assert queries.why(again(one), "rate").changed


def test_promised_days_stay_whatever_the_calendar_says(land):
    answered(land, result="B")
    promise = Promise.objects.get()
    due = promise.due
    rest(datetime(due.year, due.month, due.day, 12, tzinfo=ZONE))
    actions.recompute_deadlines(land.county.county)
    assert Promise.objects.get().due == due, "a promised day is a day, not a length of time"


PAGES = [
    (opened, "screen", "审查的期限从提交算起"), (assigned, "sign", "签收的期限从交办算起"), (signed, "answer", "答复的期限从交办算起"),
    (consulting, "co", "会办意见的期限从交办算起"), (answered, "rate", "评价的期限从答复算起"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "which", "words"), PAGES)
def test_each_kind_of_limit_is_explained_and_linked(land, made, which, words):
    one = made(land)
    client = browser(land.desk)
    page = client.get(f"/proposals/{one.id}/why/{which}/")
    assert page.status_code == 200
    assert words in page.content.decode()
    assert f"/proposals/{one.id}/why/{which}/" in client.get(f"/proposals/{one.id}/").content.decode()
    assert browser(land.stranger).get(f"/proposals/{one.id}/why/{which}/").status_code == 404


@pytest.mark.parametrize(("made", "which"), [(signed, "rate"), (signed, "sign"), (opened, "answer"), (signed, "lead")])
def test_a_limit_that_a_proposal_does_not_have_is_not_found(land, made, which):
    assert browser(land.desk).get(f"/proposals/{made(land).id}/why/{which}/").status_code == 404
