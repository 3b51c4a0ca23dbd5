"""Moves of a case through the hands of several people."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.models import Case, CasePart, CaseStep, Topic
from gongyi.casework.rules import can_see_asker, visible_to
from gongyi.core import audit, clock
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.models import AccessRow, Message, RegisterLine
from gongyi.people.models import Account
from tests.factories import make_actor, refused


def opened(land, **facts) -> Case:
    facts = {
        "by": land.officer,
        "unit": land.village,
        "type": land.enquiry,
        "content": "村口的路灯坏了三天。晚上看不见。",
    } | facts
    return actions.open_case(**facts)


def assigned(land, **facts) -> Case:
    return actions.assign_case(opened(land, **facts), by=land.desk, lead=land.town)


def handled(land, **facts) -> Case:
    case = actions.sign_case(assigned(land, **facts), by=land.clerk)
    return actions.contact_asker(case, by=land.clerk, note="打电话问清楚了")


def test_journey_three_people_to_closed(land):
    case = opened(land, type=land.complaint)
    assert (case.state, case.desk, case.number, case.title) == (
        "recorded",
        land.town,
        f"{clock.today().year}-0001",
        "村口的路灯坏了三天",
    )
    actions.assign_case(case, by=land.desk, lead=land.town, seen=1)
    actions.sign_case(case, by=land.clerk)
    actions.contact_asker(case, by=land.clerk, note="问清了位置")
    actions.log_work(case, by=land.clerk, note="已报修")
    actions.answer_case(case, by=land.clerk, answer="路灯修好了。", outcome="solved")
    assert (case.state, case.second) == ("drafted", land.town)
    actions.approve_answer(case, by=land.lead)
    assert (case.state, case.caller) == ("calling", land.town)
    actions.call_back(case, by=land.caller, result="partly")
    assert (case.state, case.redos) == ("redo", 1)
    actions.answer_case(case, by=land.clerk, answer="又加了一盏。", outcome="solved")
    actions.approve_answer(case, by=land.lead)
    actions.call_back(case, by=land.caller, result="solved", rating="very")
    assert (case.state, case.outcome, case.rating) == ("closed", "solved", "very")
    assert [s.action for s in queries.timeline(case)] == [
        "record", "assign", "sign", "contact", "log", "answer", "approve_answer", "call_back", "answer", "approve_answer", "call_back",
    ]  # fmt: skip
    assert audit.verify(land.county.county) == []


def test_undrawn_answer_closes_by_itself_after_n_days(land):
    case = actions.answer_case(handled(land), by=land.clerk, answer="修好了", outcome="solved")
    assert (case.state, case.drawn) == ("answered", False)
    assert actions.run_due(case.county)["closed"] == 0
    with clock.at(case.quiet_until + timedelta(seconds=1)):
        assert actions.run_due(case.county)["closed"] == 1
    case.refresh_from_db()
    assert case.state == "closed"
    with clock.at(case.reopen_until + timedelta(days=1)):
        assert actions.run_due(case.county)["filed"] == 1


def test_draw_follows_the_share_of_the_type(land):
    land.enquiry.call_share = 100
    land.enquiry.save()
    case = actions.answer_case(handled(land), by=land.clerk, answer="好了", outcome="solved")
    assert case.state == "calling"
    assert case.caller == land.town
    actions.call_back(case, by=land.clerk, result="solved")  # no separate caller asked for
    assert case.state == "closed"


def test_unreached_n_times_waits_and_is_never_satisfied(land):
    land.enquiry.call_share = 100
    land.enquiry.save()
    case = actions.answer_case(handled(land), by=land.clerk, answer="好了", outcome="solved")
    for state in ("calling", "calling", "answered"):
        actions.call_back(case, by=land.clerk, result="unreached")
        assert case.state == state
    assert (case.rating, case.call_result) == ("", "")


def test_p8_maker_never_approves(land):
    from gongyi.people.queries import actor_of
    from tests.factories import grant, make_account

    both = make_account("双岗")
    grant(both, Role.CLERK, land.town)
    grant(both, Role.LEAD, land.town)
    by = actor_of(both)
    case = handled(land, type=land.complaint)
    actions.answer_case(case, by=by, answer="好了", outcome="solved")
    assert case.second == land.town  # 赵审 is there
    with pytest.raises(PermissionDenied):
        actions.approve_answer(case, by=by)


def test_p9_second_approval_goes_one_unit_up_when_nobody_else_is_there(land):
    from gongyi.people.models import Grant

    Grant.objects.filter(account=land.lead.id).delete()
    case = actions.answer_case(handled(land, type=land.complaint), by=land.clerk, answer="好了", outcome="solved")
    assert case.second == land.county
    assert visible_to(land.county_lead).filter(id=case.id).exists()
    actions.approve_answer(case, by=land.county_lead)
    assert case.state == "calling"


def test_p5_sibling_and_county_see_nothing(land):
    case = handled(land)
    for by in (land.stranger, land.county_desk, land.county_lead):
        assert not visible_to(by).filter(id=case.id).exists()
    assert visible_to(land.officer).filter(id=case.id).exists()


def test_return_needs_rule_and_unit_and_ends_the_view(land):
    case = assigned(land)
    case2 = actions.assign_case(opened(land), by=land.desk, lead=land.other)
    with refused("same_unit"):
        actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.town)
    actions.return_case(case2, by=land.stranger, reason=land.reasons["return"], proposed=land.town, note="路在东湖镇")
    assert (case2.state, case2.returns, case2.lead) == ("returned", 1, None)
    assert not visible_to(land.stranger).filter(id=case2.id).exists()
    actions.assign_case(case2, by=land.desk, lead=land.town)
    assert case2.state == "assigned"


def test_two_clocks_resident_never_stops_unit_starts_at_assignment(land):
    case = opened(land)
    due = case.resident_due
    assert case.unit_due is None
    with clock.at(clock.now() + timedelta(days=3)):
        actions.assign_case(case, by=land.desk, lead=land.town)
    assert case.resident_due == due
    assert case.unit_due > due


def test_extension_needs_another_person_and_leaves_the_resident_clock(land):
    case = handled(land)
    due, old = case.resident_due, case.unit_due
    until = (old + timedelta(days=10)).date()
    with refused("too_early"):
        actions.ask_extension(case, by=land.clerk, reason=land.reasons["extend"], until=clock.today())
    actions.ask_extension(case, by=land.clerk, reason=land.reasons["extend"], until=until)
    with pytest.raises(PermissionDenied):
        actions.decide_extension(case, by=land.clerk, agreed=True)
    actions.decide_extension(case, by=land.lead, agreed=True)
    assert (case.state, case.extensions, case.resident_due) == ("handling", 1, due)
    assert case.unit_due > old


def test_parked_case_wakes_on_its_day(land):
    case = actions.park_case(
        handled(land), by=land.clerk, reason=land.reasons["park"], until=clock.today() + timedelta(days=5)
    )
    assert actions.run_due(case.county)["woken"] == 0
    with clock.at(clock.now() + timedelta(days=5)):
        assert actions.run_due(case.county)["woken"] == 1
    case.refresh_from_db()
    assert (case.state, case.wakes_on) == ("handling", None)


def test_reopen_within_n_days_reaches_handler_and_supervisor(land):
    case = actions.answer_case(handled(land), by=land.clerk, answer="好了", outcome="solved")
    with clock.at(case.quiet_until + timedelta(days=1)):
        actions.run_due(case.county)
    case.refresh_from_db()
    with clock.at(case.closed_at + timedelta(days=1)):
        actions.reopen_case(case, by=land.officer, note="又坏了")
    assert (case.state, case.redos) == ("redo", 1)
    told = set(Message.objects.filter(subject=case.id, event="redo").values_list("account", flat=True))
    assert {land.clerk.id, land.supervisor.id} <= told


def test_whom_the_asker_tells_may_reopen(land):
    """Also somebody of the unit that handled it, which is not the one that recorded it."""
    case = actions.assign_case(opened(land), by=land.desk, lead=land.other)
    actions.sign_case(case, by=land.stranger)
    actions.answer_case(case, by=land.stranger, answer="好了", outcome="solved")
    with clock.at(case.quiet_until + timedelta(days=1)):
        actions.run_due(case.county)
    case.refresh_from_db()
    with pytest.raises(PermissionDenied):  # the control: somebody of a unit that only called or approved
        actions.reopen_case(case, by=land.county_lead, note="又坏了")
    assert actions.reopen_case(case, by=land.stranger, note="又坏了").state == "redo"


def test_reopen_after_n_days_is_refused(land):
    case = actions.decline_case(opened(land), by=land.desk, reason=land.reasons["decline"])
    with clock.at(case.reopen_until + timedelta(days=1)), refused("too_late"):
        actions.reopen_case(case, by=land.officer, note="不服")
    actions.reopen_case(case, by=land.officer, note="不服")
    assert case.state == "recorded"


def test_stale_form_shows_what_was_typed_never_what_the_case_carried_along(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    Case.objects.filter(id=case.id).update(draft="早先的草稿", answer="早先的答复")
    case, other = Case.objects.get(id=case.id), Case.objects.get(id=case.id)
    actions.assign_case(other, by=land.desk, lead=land.town)
    with pytest.raises(Refused) as refused:
        actions.assign_case(case, by=land.desk, lead=land.town, note="我写的")
    assert (refused.value.mine, refused.value.theirs) == ("我写的", "早先的草稿")


def test_who_was_too_late_reads_both_texts_also_where_the_right_is_gone(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(case, by=land.desk, lead=land.town)
    seen, client = case.version, Client()
    client.force_login(Account.objects.get(id=land.clerk2.id))
    actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other, note="快的人写的")
    sent = {"_key": str(uuid4()), "note": "慢的人写的"}
    late = client.post(f"/cases/{case.id}/return/", sent | {"seen": seen})
    assert late.status_code == 409
    assert all(words in late.content.decode() for words in ("快的人写的", "慢的人写的"))
    for strange in ("", str(case.version), "x"):  # control: who never was late is told of the missing right alone
        assert client.post(f"/cases/{case.id}/return/", sent | {"seen": strange}).status_code == 403


def test_stale_form_gets_both_texts_and_changes_nothing(land):
    case = handled(land)
    mine = Case.objects.get(id=case.id)
    actions.save_draft(case, by=land.clerk2, draft="别人写的")
    with pytest.raises(Refused) as refused:
        actions.answer_case(mine, by=land.clerk, answer="我写的", outcome="solved", seen=mine.version)
    assert (refused.value.code, refused.value.mine, refused.value.theirs) == ("stale", "我写的", "别人写的")
    case.refresh_from_db()
    assert case.state == "contacted"


def test_recategorise_keeps_number_history_and_clock_start(land):
    case = opened(land)
    number, start = case.number, case.recorded_at
    actions.recategorise(case, by=land.desk, type=land.complaint, topic=None, area=land.village, urgency="normal")
    assert (case.number, case.recorded_at) == (number, start)
    assert CaseStep.objects.filter(case=case).count() == 2
    assert CasePart.objects.get(case=case, unit=land.town).type == land.complaint
    case.refresh_from_db()
    actions.assign_case(case, by=land.desk, lead=land.town)
    assert case.resident_due == case.unit_due or case.unit_due > case.resident_due


def test_done_at_once_is_one_step(land):
    case = actions.record_done(
        by=land.clerk,
        unit=land.town,
        type=land.enquiry,
        content="低保怎么申请",
        answer="带身份证来窗口",
        outcome="explained",
        rating="good",
    )
    assert (case.state, case.outcome) == ("closed", "explained")
    assert [s.action for s in queries.timeline(case)] == ["record_done"]
    with pytest.raises(ValidationError):
        actions.record_done(
            by=land.clerk, unit=land.town, type=land.complaint, content="x", answer="y", outcome="solved"
        )


def test_tip_off_hides_the_asker_from_the_desk(land):
    case = actions.assign_case(
        opened(land, type=land.tipoff, asker=actions.AskerFacts(name="王五", phone="13812345678")),
        by=land.desk,
        lead=land.other,
    )
    assert can_see_asker(land.officer, case)
    assert can_see_asker(land.stranger, case)
    assert not can_see_asker(land.desk, case)
    with pytest.raises(PermissionDenied):
        actions.show_asker(case, by=land.desk, purpose="contact")
    assert actions.show_asker(case, by=land.stranger, purpose="contact").phone == "13812345678"
    assert AccessRow.objects.filter(subject=case.id).count() == 1


def test_complaint_about_the_service_is_hidden_from_unit_and_person(land):
    with refused("nobody"):
        opened(land, type=land.complaint, about_unit=land.town, about_account=land.county_desk.id)
    other = make_actor(Role.DISPATCHER, land.county, "另一位")
    case = opened(land, type=land.complaint, about_unit=land.town, about_account=land.county_desk.id)
    assert case.desk == land.county
    assert not visible_to(land.desk).filter(id=case.id).exists()
    assert not visible_to(land.county_desk).filter(id=case.id).exists()
    with refused("about_it"):
        actions.assign_case(case, by=other, lead=land.town)


def test_number_has_no_gap_and_void_keeps_it(land):
    first, second = opened(land), opened(land)
    actions.void_case(first, by=land.desk, reason=land.reasons["void"])
    third = opened(land)
    assert [c.number[-4:] for c in (first, second, third)] == ["0001", "0002", "0003"]
    assert RegisterLine.objects.get(subject=first.id).fate == "void"


def test_one_visit_is_computed(land):
    topic = Topic(name="路灯")
    topic.save()
    case = handled(land, topic=topic, asker=actions.AskerFacts(phone="13812345678"))
    actions.answer_case(case, by=land.clerk, answer="好了", outcome="solved")
    with clock.at(case.quiet_until + timedelta(days=1)):
        actions.run_due(case.county)
    case.refresh_from_db()
    asker = queries.asker_of(case)
    assert queries.one_visit(case, asker, visited=False) is True
    assert queries.one_visit(case, asker, visited=True) is False
    assert queries.one_visit(case, None, visited=False) is None, "nobody knows whether they came again"
    case.redos = 1
    assert queries.one_visit(case, asker, visited=False) is False, "as the figure counts it"
    case.redos, case.topic = 0, None
    assert queries.one_visit(case, asker, visited=False) is None


def test_conflict_stops_acting_but_not_looking(land):
    case = handled(land)
    actions.declare_conflict(case, by=land.clerk, note="是我亲戚")
    with pytest.raises(PermissionDenied):
        actions.log_work(case, by=land.clerk, note="办")
    actions.log_work(case, by=land.clerk2, note="我来办")
    assert visible_to(land.clerk).filter(id=case.id).exists()


def test_recomputed_deadlines_leave_a_line(land):
    from gongyi.network.models import CalendarDay

    case = handled(land)
    due = case.resident_due
    day = clock.now()
    for plus in range(1, 6):
        CalendarDay(day=(day + timedelta(days=plus)).date(), working=False, name="县里放假").save()
    assert actions.recompute_deadlines(case.county) == 1
    case.refresh_from_db()
    assert case.resident_due > due
    assert queries.timeline(case)[-1].action == "recompute"


def test_p16_cases_follow_a_merged_unit(land):
    from gongyi.network.actions import merge_unit
    from gongyi.people.queries import actor_of
    from tests.factories import grant, make_account

    open_one, done = (
        handled(land),
        actions.record_done(
            by=land.clerk, unit=land.town, type=land.enquiry, content="问", answer="答", outcome="explained"
        ),
    )
    steward = make_account("设置")
    grant(steward, Role.STEWARD, land.county)
    merge_unit(by=actor_of(steward), unit=land.town, into=land.other)
    seen = visible_to(land.stranger)  # of the successor
    assert seen.filter(id__in=[open_one.id, done.id]).count() == 2
    open_one = queries.fetch(land.stranger, open_one.id)
    assert (open_one.lead, open_one.turn_unit) == (land.other, land.other)
    actions.log_work(open_one, by=land.stranger, note="接着办")


def test_complaint_about_a_unit_is_hidden_from_its_people_in_their_other_roles(land):
    from gongyi.people.queries import actor_of
    from tests.factories import grant, make_account

    both = make_account("兼职")
    grant(both, Role.CLERK, land.town)
    grant(both, Role.DISPATCHER, land.county)
    case = opened(land, type=land.complaint, about_unit=land.town)
    assert case.desk == land.county
    assert visible_to(land.county_desk).filter(id=case.id).exists()
    assert not visible_to(actor_of(both)).filter(id=case.id).exists()
    told = Message.objects.filter(subject=case.id).values_list("account", flat=True)
    assert both.id not in told


def test_desk_climbs_when_its_only_dispatcher_is_complained_about(land):
    case = opened(land, type=land.complaint, about_account=land.desk.id)
    assert case.desk == land.county
    assert not visible_to(land.desk).filter(id=case.id).exists()


def test_return_is_refused_after_n_working_days(land):
    case = assigned(land)
    with clock.at(clock.now() + timedelta(days=20)), refused("too_late"):
        actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)
    actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)


def test_correction_keeps_what_stood_there(land):
    case = opened(land)
    actions.correct_case(case, by=land.officer, content="村口的路灯坏了两盏。", channel="phone", why="数错了")
    assert "路灯坏了三天" in queries.timeline(case)[-1].note
    assert "数错了" in queries.timeline(case)[-1].note


def test_changed_limits_count_for_new_cases_only(land):
    from gongyi.network.models import CalendarDay

    case = opened(land)
    due = case.resident_due
    land.enquiry.answer_span = "9w"
    land.enquiry.save()
    CalendarDay(day=(clock.now() + timedelta(days=300)).date(), working=False, name="放假").save()
    assert actions.recompute_deadlines(case.county) == 0
    case.refresh_from_db()
    assert case.resident_due == due
    assert opened(land).resident_due > due
