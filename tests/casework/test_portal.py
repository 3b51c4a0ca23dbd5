"""What residents do by themselves: submit, answer, add, judge, withdraw, ask about their data; and what they see."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gongyi.casework import actions
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Asker, Case, CaseStep, CaseType
from gongyi.casework.queries import portal
from gongyi.core import clock, tracking
from gongyi.core.models import Attachment, AuditEntry, Message
from tests.factories import refused


def tell(land, **facts) -> Case:
    """A request through the portal; its code stands beside it."""
    code = tracking.make_code(uuid4())
    given = {"content": "路灯坏了三天", "type": land.enquiry, "area": land.village, **facts}
    case = actions.submit_case(county=land.county.county, code=code, **given)
    case.plain = code
    return case


def me(case: Case):
    return actions.asker_of_case(case)


def told(account) -> list[str]:
    return list(Message.objects.filter(account=account.id).order_by("at").values_list("event", flat=True))


def answered(land, **facts) -> Case:
    case = tell(land, **facts)
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="换了灯泡", outcome="solved")
    return case


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return SimpleUploadedFile("road.jpg", out.getvalue(), "image/jpeg")


# --- submit and find --------------------------------------------------------------------------------------------------


def test_submit_needs_only_the_matter(land):
    case = tell(land)

    kept = Case.objects.get(id=case.id)
    assert (kept.state, kept.channel, kept.unit, kept.desk) == ("recorded", "portal", land.town, land.town)
    assert not Asker.objects.filter(case=case).exists()
    assert told(land.desk) == ["recorded"]
    step = CaseStep.objects.get(case=case)
    assert (step.action, step.actor, step.actor_label) == ("record", None, "asker")


def test_submit_keeps_for_whom_and_whose_phone(land):
    case = tell(land, asker=AskerFacts(name="王老汉", phone="13900001111", whom="family", theirs=True))

    asker = Asker.objects.get(case=case)
    assert (asker.whom, asker.theirs, asker.phone) == ("family", True, "13900001111")


def test_tip_off_goes_past_the_village_to_the_county(land):
    case = tell(land, type=land.tipoff)

    assert (case.unit, case.desk) == (land.county, land.county)
    assert not case.parts.filter(unit__in=[land.village, land.town]).exists()


def test_submit_without_words_is_a_field_error(land):
    with pytest.raises(ValidationError):
        tell(land, content="  \n ")


def test_code_is_stored_as_digest_only_and_opens_its_case_alone(land):
    case, other = tell(land), tell(land)
    county = land.county.county

    assert len(case.plain.replace(" ", "")) == 12
    assert len(tracking.ALPHABET) == 32
    assert case.plain not in str(vars(Case.objects.get(id=case.id)))
    assert portal.find_by_code(county, case.number, case.plain) == case.id
    assert portal.find_by_code(county, f" {case.number} ", case.plain.lower().replace(" ", "-")) == case.id
    assert portal.find_by_code(county, other.number, case.plain) is None
    assert portal.find_by_code(county, "2026-999999", case.plain) is None
    assert portal.find_by_code(999002, case.number, case.plain) is None


def test_case_of_the_office_cannot_be_opened_by_an_empty_code(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")

    for code in ("", "-" * 64, "0000"):
        assert portal.find_by_code(land.county.county, case.number, code) is None


def test_wrong_code_and_unknown_number_do_the_same_work(land, django_assert_num_queries):
    case = tell(land)
    for number in (case.number, "2026-999999"):
        with django_assert_num_queries(1):
            assert portal.find_by_code(land.county.county, number, "2222 2222 2222") is None


# --- the asker's acts -------------------------------------------------------------------------------------------------


def test_asker_of_one_case_reaches_no_other(land):
    mine, other = tell(land), tell(land)

    with pytest.raises(PermissionDenied):
        actions.add_word(other, by=me(mine), note="不是我的")
    with pytest.raises(PermissionDenied):
        actions.sign_case(_assigned(land, other), by=me(other))
    with pytest.raises(PermissionDenied):
        actions.withdraw(mine, by=land.desk)


def _assigned(land, case):
    return actions.assign_case(case, by=land.desk, lead=land.town)


def test_question_is_asked_seen_and_answered(land):
    case = _assigned(land, tell(land))
    actions.sign_case(case, by=land.clerk)
    actions.ask_asker(case, by=land.clerk, question="是哪一盏？")

    way = portal.way_of(case)
    assert (way.words, way.whose) == ("想问您一句", "轮到您回答下面的问题。")
    assert "reply" in portal.followed(case)["may"]
    before = case.unit_due
    actions.reply(case, by=me(case), note="村口第二盏")

    assert (case.question, case.unit_due) == ("", before)
    assert "reply" in told(land.clerk)
    words = [(event["what"], event["text"]) for event in portal.followed(case)["events"]]
    assert words[-2:] == [("问您", "是哪一盏？"), ("您回答", "村口第二盏")]
    with refused("no_question"):
        actions.reply(case, by=me(case), note="再答一次")


def test_desk_may_ask_before_assigning_a_stranger_may_not(land):
    case = tell(land)
    actions.ask_asker(case, by=land.desk, question="在哪个组？")
    with pytest.raises(PermissionDenied):
        actions.ask_asker(case, by=land.stranger, question="打听一下")
    actions.reply(case, by=me(case), note="三组")

    assert told(land.desk)[-1] == "reply"


def test_case_without_code_cannot_be_asked(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    with pytest.raises(PermissionDenied):
        actions.ask_asker(case, by=land.desk, question="谁看得到？")


def test_picture_and_word_are_added(land):
    case = _assigned(land, tell(land))
    actions.add_word(case, by=me(case), note="又坏了一盏", files=[picture()])

    assert [row.name for row in portal.files_of_asker(case)] == ["road.jpg"]
    assert told(land.clerk)[-1] == "add"
    actions.sign_case(case, by=land.clerk)
    actions.attach(case, by=land.clerk, file=picture())
    assert Attachment.objects.filter(subject=case.id).count() == 2
    assert len(portal.files_of_asker(case)) == 1, "the office's own file stays inside"


def test_bad_picture_leaves_nothing(land, settings):
    with refused("file_broken"):
        tell(land, files=[SimpleUploadedFile("road.jpg", b"\xff\xd8\xff\xe0no picture")])

    assert not Case.objects.exists()
    assert not list((settings.GONGYI_DATA / "files").rglob("*/*"))


def test_solved_of_an_undrawn_case_closes_but_is_no_return_call(land):
    case = answered(land)
    actions.settle(case, by=me(case), rating="good")

    assert (case.state, case.rating, case.call_result, case.drawn) == ("closed", "good", "", False)
    assert told(land.clerk)[-1] == "settle"


def test_solved_of_a_drawn_case_counts_as_its_return_call(land):
    land.enquiry.call_share = 100
    land.enquiry.save()
    case = answered(land)
    assert case.state == "calling"
    actions.settle(case, by=me(case), rating="very")

    assert (case.state, case.call_result) == ("closed", "solved")


def test_unrated_stays_unrated(land):
    case = answered(land)
    actions.settle(case, by=me(case))

    assert case.rating == ""


def test_not_solved_is_redone_and_reaches_handler_and_supervisor(land):
    case = answered(land)
    actions.unsolved(case, by=me(case), note="晚上还是不亮", rating="bad")

    assert (case.state, case.redos, case.rating, case.call_result) == ("redo", 1, "bad", "")
    assert told(land.clerk)[-1] == told(land.supervisor)[-1] == "redo"


def test_not_solved_after_closing_reopens_within_the_limit_only(land):
    case = answered(land)
    actions.settle(case, by=me(case))
    with clock.at(case.reopen_until + timedelta(minutes=1)), refused("too_late"):
        actions.unsolved(case, by=me(case), note="又坏了")
    actions.unsolved(case, by=me(case), note="又坏了")

    assert (case.state, case.closed_at) == ("redo", None)
    assert told(land.supervisor)[-1] == "redo"


def test_declined_case_goes_back_to_the_desk_and_its_supervisor(land):
    case = tell(land)
    actions.decline_case(case, by=land.desk, reason=land.reasons["decline"], note="不在本县")
    actions.unsolved(case, by=me(case), note="就在本县")

    assert case.state == "recorded"
    assert told(land.desk)[-1] == "recorded"
    assert told(land.supervisor)[-1] == "unsolved"


def test_rating_is_given_once(land):
    case = answered(land)
    actions.close_quiet(case, by=_routine(land))
    actions.rate(case, by=me(case), rating="fair", note="慢了点")

    assert case.rating == "fair"
    with refused("rated"):
        actions.rate(case, by=me(case), rating="very")
    with pytest.raises(ValidationError):
        actions.rate(answered_and_closed(land), by=me(case), rating="excellent")


def _routine(land):
    from gongyi.core.access import system_actor

    return system_actor("routine", land.county.county)


def answered_and_closed(land) -> Case:
    return actions.close_quiet(answered(land), by=_routine(land))


def test_withdrawn_is_closed_and_counted_not_void(land):
    case = _assigned(land, tell(land))
    actions.withdraw(case, by=me(case))

    assert (case.state, case.outcome, case.turn_unit_id) == ("closed", "withdrawn", None)
    assert told(land.clerk)[-1] == "withdraw"
    assert "rate" not in portal.followed(case)["may"]
    actions.unsolved(case, by=me(case), note="还是想办")
    assert case.state == "redo"


@pytest.mark.parametrize("state", ["parked", "extending"])
def test_waiting_case_can_be_withdrawn(land, state):
    case = _assigned(land, tell(land))
    actions.sign_case(case, by=land.clerk)
    until = clock.today() + timedelta(days=20)
    if state == "parked":
        actions.park_case(case, by=land.clerk, reason=land.reasons["park"], until=until)
    else:
        actions.ask_extension(case, by=land.clerk, reason=land.reasons["extend"], until=until)
    assert "理由" in portal.followed(case)["way"].why
    actions.withdraw(case, by=me(case))

    assert case.state == "closed"


def test_wish_about_data_is_a_case_of_its_own(land):
    CaseType(code="rights", name="个人信息", answer_span="15w").save()
    case = tell(land, asker=AskerFacts(name="王老汉", phone="13900001111"))
    wish = actions.wish_about_data(case, by=me(case), kind="删除", note="请删掉我的电话")

    assert (wish.type.code, wish.desk, wish.wish_of_id, wish.span) == ("rights", land.county, case.id, "15w")
    assert "13900001111" not in wish.content
    assert told(land.county_desk) == ["recorded"]
    assert [w["number"] for w in portal.wishes_of(case)] == [wish.number]
    with refused("wish_open"):
        actions.wish_about_data(case, by=me(case), kind="删除", note="再说一次")


def test_wish_without_its_type_is_refused_with_a_way_out(land):
    case = tell(land)
    with refused("no_rights_type"):
        actions.wish_about_data(case, by=me(case), kind="更正", note="名字写错了")


def test_acts_leave_audit_rows_without_a_person(land):
    case = answered(land)
    actions.settle(case, by=me(case))

    entry = AuditEntry.objects.filter(subject=case.id).order_by("-seq").first()
    assert (entry.action, entry.actor, entry.actor_label) == ("settle", None, "asker")


# --- what the asker sees ----------------------------------------------------------------------------------------------


def test_timeline_names_units_never_persons_nor_what_is_inside(land):
    case = tell(land)
    _assigned(land, case)
    actions.sign_case(case, by=land.clerk)
    actions.contact_asker(case, by=land.clerk, note="内部：此人难缠")
    actions.log_work(case, by=land.clerk, note="内部：等包工头")
    actions.save_draft(case, by=land.clerk, draft="草稿")
    actions.remind(case, by=land.desk, action="remind", note="快点")
    actions.answer_case(case, by=land.clerk, answer="换了灯泡", outcome="solved")

    shown = str(portal.followed(case)["events"])
    for person in (land.clerk, land.desk):
        assert person.name not in shown
    for inside in ("难缠", "包工头", "草稿", "快点"):
        assert inside not in shown
    assert "换了灯泡" in shown
    assert "东湖镇" in shown


def test_answer_that_waits_for_approval_is_not_shown(land):
    case = tell(land, type=land.complaint)
    _assigned(land, case)
    actions.sign_case(case, by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="没有批准的话", outcome="solved")

    assert case.state == "drafted"
    assert "没有批准的话" not in str(portal.followed(case))
    actions.approve_answer(case, by=land.lead)
    page = portal.followed(case)
    assert page["answer"] == "没有批准的话"
    assert page["events"][-1]["text"] == "没有批准的话"


def test_late_case_says_so(land):
    case = tell(land)
    with clock.at(case.resident_due + timedelta(days=2)):
        way = portal.way_of(case)

    assert way.tone == "late"
    assert "东湖镇" in way.whose


def test_asker_reads_who_looked_and_why(land):
    case = tell(land, asker=AskerFacts(name="王老汉", phone="13900001111"))
    actions.show_asker(case, by=land.desk, purpose="contact")

    (line,) = portal.looks(case.county, case.id)
    assert "东湖镇的工作人员看过您的姓名和联系方式，为了联系您" in line
    assert land.desk.name not in line


def test_page_of_a_long_case_asks_as_little_as_a_short_one(land, django_assert_max_num_queries):
    case = tell(land)
    for n in range(12):
        actions.add_word(case, by=me(case), note=f"第 {n} 句")
    with django_assert_max_num_queries(7):
        portal.followed(portal.followed_case(land.county.county, case.id))


def test_question_is_over_once_the_answer_is_out(land):
    case = _assigned(land, tell(land))
    actions.sign_case(case, by=land.clerk)
    actions.ask_asker(case, by=land.clerk, question="是哪一盏？")
    actions.answer_case(case, by=land.clerk, answer="都换了", outcome="solved")

    assert case.question == ""
    assert portal.way_of(case).words == "有答复了"
