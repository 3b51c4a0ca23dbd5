"""Units that help to handle a case: told, able to write and to attach, never to answer; kept until they are taken off."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gongyi.casework import actions, queries
from gongyi.casework.models import Case
from gongyi.casework.rules import moves_for, visible_to
from gongyi.core.access import Role
from gongyi.core.models import Message
from tests.casework.test_views import browser, send
from tests.factories import make_actor, make_unit, refused


@pytest.fixture
def third(land):
    return make_unit("南河镇", land.county)


@pytest.fixture
def helper(third):
    return make_actor(Role.CLERK, third, "协办人")


@pytest.fixture
def case(land, third, helper) -> Case:
    opened = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    return actions.assign_case(opened, by=land.desk, lead=land.town, co_units=[third])


def told(case, account) -> list[str]:
    return list(Message.objects.filter(subject=case.id, account=account.id).values_list("event", flat=True))


def test_co_units_are_told_when_they_come_in(land, case, helper):
    assert told(case, helper) == ["co"]
    assert told(case, land.stranger) == []


def test_nobody_is_asked_to_help_where_nobody_is(land, case):
    empty = make_unit("北山镇", land.county)
    with refused("not_there"):
        actions.assign_case(case, by=land.desk, lead=land.other, co_units=[empty])
    make_actor(Role.CLERK, empty, "北办")  # the control: the same unit with somebody in it
    assert actions.assign_case(case, by=land.desk, lead=land.other, co_units=[empty]).co_handlers == [empty]


def test_a_co_unit_writes_and_attaches_but_does_not_answer(land, case, helper):
    case = queries.fetch(helper, case.id)
    assert {move.action for move in moves_for(helper, case)} == {"assist", "attach"}

    actions.assist_case(case, by=helper, note="灯杆归我们，明天去看")
    Image.new("RGB", (8, 8)).save(picture := BytesIO(), "PNG")
    photo = SimpleUploadedFile("灯杆.png", picture.getvalue(), content_type="image/png")
    send(browser(helper), f"/cases/{case.id}/attach/", file=photo, seen=case.version)

    assert (case.state, len(queries.attachments_of(case))) == ("assigned", 1)
    assert [step.note for step in queries.timeline(case)[-2:]] == ["灯杆归我们，明天去看", "灯杆.png"]
    assert "assist" in told(case, land.clerk)
    case = actions.sign_case(queries.fetch(land.clerk, case.id), by=land.clerk)
    with pytest.raises(PermissionDenied):
        actions.answer_case(queries.fetch(helper, case.id), by=helper, answer="好了", outcome="solved")
    with pytest.raises(PermissionDenied):
        actions.log_work(queries.fetch(helper, case.id), by=helper, note="办")


@pytest.mark.parametrize("who", ["clerk", "stranger"])
def test_control_who_is_no_co_unit_does_not_write_as_one(land, case, who):
    with pytest.raises(PermissionDenied):
        actions.assist_case(case, by=getattr(land, who), note="我也说一句")


def test_the_unit_that_recorded_may_help_too(land):
    opened = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    case = actions.assign_case(opened, by=land.desk, lead=land.town, co_units=[land.village])

    actions.assist_case(case, by=land.officer, note="我去现场看了")
    assert queries.timeline(case)[-1].action == "assist"


def test_the_form_of_a_transfer_begins_with_the_co_units_and_keeps_them(land, case, third, helper):
    page = browser(land.desk).get(f"/cases/{case.id}/transfer/").content.decode()
    assert str(third.id) in page

    send(browser(land.desk), f"/cases/{case.id}/transfer/", lead=land.other.id, co_unit=third.id, seen=case.version)

    case = queries.fetch(land.stranger, case.id)
    assert (case.lead, case.co_handlers) == (land.other, [third])
    assert told(case, helper) == ["co"]  # not again


def test_a_co_unit_that_is_taken_off_sees_the_case_no_longer_and_the_timeline_says_so(land, case, third, helper):
    send(browser(land.desk), f"/cases/{case.id}/transfer/", lead=land.other.id, co_unit="", seen=case.version)

    case = queries.fetch(land.stranger, case.id)
    assert case.co_handlers == []
    assert "不再协办：南河镇" in queries.timeline(case)[-1].note
    assert not visible_to(helper).filter(id=case.id).exists()


def test_a_returned_case_keeps_its_co_units_for_the_next_assignment(land, case, third):
    case = actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)

    assert case.co_handlers == [third]
    assert str(third.id) in browser(land.desk).get(f"/cases/{case.id}/assign/").content.decode()
    actions.assign_case(case, by=land.desk, lead=land.other)
    assert case.co_handlers == [third]
