"""Reminders, corrections and 作废: recorded as what they are, by who may, never more than that."""

import pytest

from gongyi.casework.actions import ACTS
from gongyi.casework.actions.bulk import reminding
from gongyi.casework.models import CaseStep
from gongyi.core.access import Role
from gongyi.people.models import Account
from tests.casework.test_actions import handled
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
