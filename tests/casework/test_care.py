"""Reminders, corrections and 作废: recorded as what they are, by who may, never more than that."""

import pytest
from django.core.exceptions import PermissionDenied

from gongyi.casework import actions
from gongyi.casework.actions import ACTS
from gongyi.casework.actions.bulk import reminding
from gongyi.casework.models import CaseStep
from gongyi.casework.rules import moves_for
from gongyi.core.access import Role
from gongyi.people.models import Account
from tests.casework.test_actions import handled, opened
from tests.casework.test_views import browser
from tests.factories import actor, grant


@pytest.fixture
def both(land):
    """Whoever sends cases on and supervises them, too."""
    account = Account.objects.get(id=land.desk.id)
    grant(account, Role.SUPERVISOR, land.town)
    return actor(account)


def recorded(case) -> str:
    return CaseStep.objects.filter(case=case).order_by("seq").last().action


@pytest.mark.parametrize("action", ["remind", "supervise"])
def test_a_reminder_is_recorded_as_the_button_said(land, both, action):
    case = handled(land)
    ACTS[action](case, by=both, note="请尽快")
    assert recorded(case) == action


def test_many_reminders_are_reminders_where_one_sends_the_case_on(land, both):
    case = handled(land)
    reminding(by=both, note="请尽快")(case, case.version)
    assert recorded(case) == "remind"
    reminding(by=land.supervisor, note="请尽快")(case, case.version)
    assert recorded(case) == "supervise"


# --- corrections and 作废 ----------------------------------------------------------------------------------------------


def may(by, case) -> set[str]:
    return {move.action for move in moves_for(by, case)}


@pytest.mark.parametrize("kind", ["tipoff", "enquiry"])
def test_the_words_of_a_tip_off_are_corrected_by_who_may_know_the_asker(land, kind):
    case = actions.assign_case(opened(land, type=getattr(land, kind)), by=land.desk, lead=land.other)
    shown = kind == "enquiry"
    assert ("correct" in may(land.desk, case)) is shown
    assert browser(land.desk).get(f"/cases/{case.id}/correct/").status_code == (200 if shown else 403)
    assert "correct" in may(land.stranger, case)  # the handling unit
    assert browser(land.stranger).get(f"/cases/{case.id}/correct/").status_code == 200
    if not shown:
        with pytest.raises(PermissionDenied):
            actions.correct_case(case, by=land.desk, content="改一改", channel="phone")
