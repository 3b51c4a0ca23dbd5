"""Reminders, corrections and 作废: recorded as what they are, by who may, never more than that."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongyi.casework import actions
from gongyi.casework.actions import ACTS, AskerFacts
from gongyi.casework.actions.bulk import reminding
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.queries import publications as queries
from gongyi.casework.rules import moves_for
from gongyi.core.access import Role
from gongyi.people.models import Account
from gongyi.publishing import actions as publishing
from tests.casework.test_actions import handled, opened
from tests.casework.test_publishing import published
from tests.casework.test_views import browser
from tests.factories import actor, grant, refused


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


def done_at_once(land):
    asker = AskerFacts(phone="13812345678")
    facts = {"type": land.enquiry, "content": "问路灯", "answer": "已经报修了", "outcome": "solved", "asker": asker}
    return actions.record_done(by=land.clerk, unit=land.town, **facts)


def test_what_was_done_at_once_is_corrected_or_voided_like_the_rest(land):
    """当场办结 and 不予受理 are recorded by mistake, too; the number stays."""
    case = done_at_once(land)
    assert {"correct", "void"} <= may(land.desk, case)
    actions.correct_case(case, by=land.desk, content="问路灯的事", channel="phone")
    assert (case.state, case.content) == ("closed", "问路灯的事")
    actions.void_case(case, by=land.desk, reason=land.reasons["void"])
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("void", None)
    declined = actions.decline_case(opened(land), by=land.desk, reason=land.reasons["decline"])
    assert actions.void_case(declined, by=land.desk, reason=land.reasons["void"]).state == "void"


def test_the_public_answer_of_a_voided_case_is_taken_down(land):
    publication = published(land)
    case = Case.objects.get(id=publication.case_id)
    actions.void_case(case, by=land.desk, reason=land.reasons["void"])
    publication.refresh_from_db()
    assert (publication.state, publication.current) == ("down", 0)
    with pytest.raises(Http404):
        queries.shown(land.county.county, publication.slug)
    with refused("not_public"):
        publishing.revive_publication(publication, by=land.clerk)
