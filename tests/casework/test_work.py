"""Who gets a case, and what a case that is worked on again takes along."""

from datetime import timedelta

from gongyi.casework import actions
from gongyi.casework.models import Case
from gongyi.casework.rules import moves_for
from gongyi.core import clock
from gongyi.core.access import Role
from tests.casework.test_actions import assigned, handled, opened
from tests.factories import make_actor, make_unit, refused


def test_extensions_of_the_first_round_do_not_count_in_the_next(land):
    case = handled(land)
    until = clock.today() + timedelta(days=60)
    actions.ask_extension(case, by=land.clerk, reason=land.reasons["extend"], until=until)
    actions.decide_extension(case, by=land.lead, agreed=True)
    assert case.extensions == 1
    actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")
    actions.object_to(case, by=land.desk, note="还是不亮")
    assert (case.state, case.extensions) == ("redo", 0)


def test_the_text_of_the_last_round_keeps_its_writer(land):
    """P8: who wrote what is sent again never approves it."""
    writer = make_actor(Role.LEAD, land.town, "写的人")
    case = handled(land, type=land.complaint)
    actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")
    Case.objects.filter(id=case.id).update(answered_by=writer.id, drafted_by=None)
    case.refresh_from_db()
    actions.approve_answer(case, by=land.lead)
    actions.call_back(case, by=land.caller, result="unsolved")
    assert (case.draft, case.drafted_by) == ("修好了", writer.id)


def test_a_transfer_takes_the_writer_of_the_text_along(land):
    case = handled(land, type=land.complaint)
    actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")
    actions.assign_case(case, by=land.desk, lead=land.other)
    assert (case.draft, case.drafted_by, case.answered_by) == ("修好了", land.clerk.id, None)
    other = handled(land)
    actions.save_draft(other, by=land.clerk2, draft="写一半")
    actions.assign_case(other, by=land.desk, lead=land.other)
    assert (other.draft, other.drafted_by) == ("写一半", land.clerk2.id)


def test_a_unit_with_nobody_but_whom_it_is_about_gets_no_case(land):
    lonely = make_unit("南坡镇", land.county)
    sole = make_actor(Role.CLERK, lonely, "郑办")
    case = opened(land, type=land.complaint, about_account=sole.id)
    with refused("concerned"):
        actions.assign_case(case, by=land.desk, lead=lonely)
    make_actor(Role.CLERK, lonely, "冯办")
    actions.assign_case(case, by=land.desk, lead=lonely)
    assert case.lead == lonely
    assert assigned(land).lead == land.town


def test_what_may_be_reopened_is_not_filed(land):
    case = actions.decline_case(opened(land), by=land.desk, reason=land.reasons["decline"])
    assert "file" not in {move.action for move in moves_for(land.desk, case)}
    with refused("reopenable"):
        actions.file_case(case, by=land.desk)
    assert case.state == "declined"
    with clock.at(case.reopen_until + timedelta(seconds=1)):
        assert "file" in {move.action for move in moves_for(land.desk, case)}
        actions.file_case(case, by=land.desk)
    assert case.state == "filed"
