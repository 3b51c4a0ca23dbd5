"""Every limit is counted again when a calendar changes, and is explained day by day."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from gongyi.casework import actions, queries
from gongyi.casework.actions import settings
from gongyi.casework.models import Case, CaseStep
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.deadlines import ZONE
from gongyi.network.models import CalendarDay
from tests.casework.test_views import browser
from tests.factories import actor, grant, make_account

NOON = datetime(2026, 3, 2, 12, tzinfo=ZONE)  # a Monday without holidays near it


@pytest.fixture(autouse=True)
def _monday():
    with clock.at(NOON):
        yield


def assigned(land, **facts) -> Case:
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了", **facts)
    return actions.assign_case(case, by=land.desk, lead=land.town)


def signed(land) -> Case:
    return actions.sign_case(assigned(land), by=land.clerk)


def answered(land) -> Case:
    return actions.answer_case(signed(land), by=land.clerk, answer="好了", outcome="solved")


def unreached(land) -> Case:
    land.enquiry.call_share, land.enquiry.call_tries = 100, 1
    land.enquiry.save()
    case = answered(land)
    with clock.at(NOON + timedelta(days=2)):
        return actions.call_back(case, by=land.clerk2, result="unreached")


def closed(land) -> Case:
    case = answered(land)
    with clock.at(NOON + timedelta(days=9)):
        actions.run_due(case.county)
    case.refresh_from_db()
    return case


def rest(day, name="县里放假") -> None:
    CalendarDay(day=timezone.localdate(day), working=False, name=name).save()


LIMITS = [
    (signed, "turn_due", "turn"), (answered, "quiet_until", "quiet"), (answered, "turn_due", "turn"),
    (unreached, "quiet_until", "quiet"), (closed, "reopen_until", "reopen"), (signed, "unit_due", "unit"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "column", "which"), LIMITS)
def test_a_holiday_on_the_last_day_moves_the_limit_once(land, made, column, which):
    case = made(land)
    before = getattr(case, column)
    rest(before)

    assert actions.recompute_deadlines(case.county) == 1
    case = Case.objects.get(id=case.id)
    assert getattr(case, column) > before
    assert getattr(case, column) == queries.why(case, which).due
    assert timezone.localdate(getattr(case, column)) == queries.why(case, which).lines[-1].day
    assert actions.recompute_deadlines(case.county) == 0


@pytest.mark.parametrize("made", [assigned, signed, answered, unreached, closed])
def test_a_day_that_no_limit_touches_leaves_no_line(land, made):
    case = made(land)
    rest(NOON + timedelta(days=300))

    assert actions.recompute_deadlines(case.county) == 0
    assert not CaseStep.objects.filter(case=case, action="recompute").exists()


def test_an_urgent_case_counts_in_hours_from_one_moment_and_no_calendar_moves_it(land, monkeypatch):
    ticks = iter(range(10_000))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(milliseconds=next(ticks)))
    case = assigned(land, urgency="urgent")
    assert case.unit_due - case.unit_from == timedelta(hours=24)
    rest(NOON + timedelta(days=1))
    assert actions.recompute_deadlines(case.county) == 0


def test_a_setting_changed_since_does_not_shorten_what_was_promised(land):
    steward = make_account("设置")
    grant(steward, Role.STEWARD, land.county)
    case = closed(land)
    with clock.at(NOON + timedelta(days=10)):
        settings.save_type(by=actor(steward), type=land.enquiry, reopen_span="5d")
    rest(case.reopen_until)
    assert actions.recompute_deadlines(case.county) == 0
    assert queries.why(Case.objects.select_related("type").get(id=case.id), "reopen").changed


# --- the explanation --------------------------------------------------------------------------------------------------

PAGES = [
    (assigned, "turn", "签收的时限从派单算起"), (signed, "turn", "首次联系的时限从派单算起"), (answered, "turn", "没有异议"),
    (answered, "quiet", "没有异议"), (closed, "reopen", "要求重新办理"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "which", "words"), PAGES)
def test_each_kind_of_limit_is_explained_and_linked(land, made, which, words):
    case = made(land)
    client = browser(land.clerk)

    page = client.get(f"/cases/{case.id}/why/{which}/")

    assert page.status_code == 200
    assert words in page.content.decode()
    link = f"/cases/{case.id}/why/{'turn' if which == 'quiet' else which}/"
    assert link in client.get(f"/cases/{case.id}/").content.decode()


@pytest.mark.parametrize(("made", "which"), [(signed, "quiet"), (signed, "reopen"), (closed, "turn"), (signed, "lead")])
def test_a_limit_that_a_case_does_not_have_is_not_found(land, made, which):
    assert browser(land.clerk).get(f"/cases/{made(land).id}/why/{which}/").status_code == 404


def test_a_day_that_was_agreed_upon_is_not_counted(land):
    until = timezone.localdate(NOON) + timedelta(days=9)
    case = actions.park_case(signed(land), by=land.clerk, reason=land.reasons["park"], until=until)
    assert queries.limit_of(case, "turn") is None
