"""What an attacker tried: a phone number that tells who tipped off, dates at the end of the calendar, words for addresses."""

from datetime import UTC
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from PIL import Image

from gongyi.casework import actions, queries, rules
from gongyi.casework.actions import AskerFacts, care
from gongyi.casework.forms import FORMS
from gongyi.casework.models import CasePart, Visit
from gongyi.casework.queries import handover, lists
from gongyi.casework.rules import can_see_asker, visible_to
from gongyi.casework.views import case as case_views
from gongyi.core import paging
from gongyi.core.access import Role
from gongyi.core.models import AuditEntry
from gongyi.home.views import pages as home_views
from gongyi.people.actions.handover import make_pack
from gongyi.people.models import Account
from gongyi.people.queries import actor_of
from gongyi.people.queries.handover import lines_of
from tests.factories import grant, hold, make_account, make_actor, make_post, make_unit, refused

PHONE = "13912345678"


@pytest.fixture
def tip(land):
    """A tip-off, received in the village and handled by the sibling township; the desk may not know the asker."""
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.tipoff, content="有人赌钱", asker=AskerFacts(phone=PHONE)
    )
    return actions.assign_case(case, by=land.desk, lead=land.other)


def browser(actor) -> Client:
    """A browser in which this person is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_phone_number_does_not_tell_who_tipped_off(land, tip):
    assert queries.fetch(land.desk, tip.id)
    assert queries.open_of_phone(land.desk, PHONE) == []
    assert [row.id for row in queries.open_of_phone(land.officer, PHONE)] == [tip.id]


def test_control_without_the_guard_the_number_tells(land, tip, monkeypatch):
    monkeypatch.setattr(lists, "can_see_asker", lambda _by, _case: True)
    assert [row.id for row in queries.open_of_phone(land.desk, PHONE)] == [tip.id]


def attached(land, case):
    """A picture that the village put with the case."""
    Image.new("RGB", (8, 8)).save(picture := BytesIO(), "PNG")
    photo = SimpleUploadedFile("来信.png", picture.getvalue(), content_type="image/png")
    return actions.attach(queries.fetch(land.officer, case.id), by=land.officer, file=photo)


def test_a_file_does_not_tell_who_tipped_off(land, tip):
    file = attached(land, tip)
    address = f"{tip.get_absolute_url()}files/{file.id}/"
    opened = browser(land.officer).get(address)
    assert b"".join(opened.streaming_content).startswith(b"\xff\xd8")  # a JPEG, made anew without where and when
    assert (opened.status_code, browser(land.desk).get(address).status_code) == (200, 404)
    page = browser(land.desk).get(tip.get_absolute_url()).content.decode()
    assert "来信.png" in browser(land.officer).get(tip.get_absolute_url()).content.decode()
    assert "只有登记单位和主办单位能打开" in page
    assert address not in page


def test_control_without_the_guard_the_file_opens(land, tip, monkeypatch):
    file = attached(land, tip)
    monkeypatch.setattr(care, "can_see_files", lambda _by, _case: True)
    assert actions.open_file(tip, by=land.desk, key=file.id) == file


def test_a_second_declaration_of_a_conflict_is_refused(land, tip):
    case = actions.declare_conflict(tip, by=land.desk, note="亲戚")
    with pytest.raises(PermissionDenied):
        actions.declare_conflict(case, by=land.desk, note="亲戚")


def test_control_without_the_rule_a_second_declaration_meets_the_database(land, tip, monkeypatch):
    case = actions.declare_conflict(tip, by=land.desk, note="亲戚")
    monkeypatch.setattr(rules, "concerned", lambda _by, _case: False)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.declare_conflict(case, by=land.desk, note="亲戚")


@pytest.mark.parametrize(
    "query",
    [
        "since=0001-01-01",
        "until=9999-12-31",
        "after=0001-01-01T00:00:00%2B14:00_01a20a08-d9a2-8aa7-a0f8-999001633b18",
        "after=9999-12-31T23:59:59-14:00_01a20a08-d9a2-8aa7-a0f8-999001633b18",
    ],
)
def test_the_ends_of_the_calendar_are_no_filter(land, tip, query):
    answer = browser(land.desk).get(f"/cases/?{query}")
    assert answer.status_code == 200
    assert tip.number in answer.content.decode()


def test_control_without_the_years_the_ends_of_the_calendar_are_a_fault(monkeypatch):
    monkeypatch.setattr(paging, "YEARS", range(1, 10000))
    after = "9999-12-31T23:59:59-14:00_01a20a08-d9a2-8aa7-a0f8-999001633b18"
    moment, _key = paging.mark_from(after)
    with pytest.raises(OverflowError):
        moment.astimezone(UTC)  # what SQLite and the pages do with it


def test_the_note_of_a_visit_fits_its_column(land, tip):
    """The control is another move's note, which goes into a column without this limit."""
    longest = Visit._meta.get_field("note").max_length
    assert FORMS["visit"](case=tip, by=land.desk).fields["note"].max_length == longest
    assert FORMS["log"](case=tip, by=land.desk).fields["note"].max_length > longest


@pytest.mark.parametrize("address", ["/theme/", "/unit/"])
def test_a_bare_word_is_no_way_back(land, address):
    answer = browser(land.desk).post(address, {"next": "foo", "theme": "dark", "unit": "x"})
    assert answer["Location"] in {"/", "/today/"}


def test_control_without_the_guard_a_bare_word_is_taken_for_a_view(land, monkeypatch):
    monkeypatch.setattr(home_views, "_ours", lambda _request, _path: True)
    assert browser(land.desk).post("/theme/", {"next": "foo"}).status_code == 500


@pytest.mark.parametrize("about_it", [False, True])
def test_a_merger_does_not_bring_a_complaint_to_the_unit_it_is_about(land, about_it):
    """The control is the case that is not about the successor: that one does follow."""
    about = land.other if about_it else None
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.complaint, content="窗口没人", about_unit=about)
    third = make_unit("南河镇", land.county)
    make_actor(Role.CLERK, third, "南办")
    case = actions.assign_case(case, by=land.desk, lead=land.town, co_units=[third])
    actions.follow_successor(third, land.other)
    newcomer = make_actor(Role.CLERK, land.other, "新来")
    assert visible_to(newcomer).filter(id=case.id).exists() is not about_it


def test_a_round_trip_of_types_does_not_unmask_a_tip_off(land):
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.tipoff, content="事", asker=AskerFacts(name="王五")
    )
    actions.recategorise(case, by=land.desk, type=land.enquiry, topic=None, area=None, urgency="normal")
    assert not can_see_asker(land.desk, case)
    assert can_see_asker(land.officer, case)
    case.hides_asker = False  # the control: what the round trip must not do
    assert can_see_asker(land.desk, case)


def test_the_handler_cannot_slip_past_approval_by_another_type(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事")
    actions.assign_case(case, by=land.desk, lead=land.town)
    with refused("desk_only"):
        actions.recategorise(case, by=land.clerk, type=land.enquiry, topic=None, area=None, urgency="normal")
    actions.sign_case(case, by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="好", outcome="solved")
    with refused("wrong_state"):  # nor the desk while it is judged
        actions.recategorise(case, by=land.desk, type=land.enquiry, topic=None, area=None, urgency="normal")


def test_control_before_it_is_judged_the_desk_may_choose_another_type(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事")
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.recategorise(case, by=land.desk, type=land.enquiry, topic=None, area=None, urgency="normal")
    actions.sign_case(case, by=land.clerk)
    assert actions.answer_case(case, by=land.clerk, answer="好", outcome="solved").state == "answered"


def test_who_joins_the_unit_later_does_not_see_a_complaint_about_it(land):
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.complaint, content="事", about_unit=land.other
    )
    late = make_account("新来的")
    grant(late, Role.DISPATCHER, land.town)
    assert visible_to(actor_of(late)).filter(id=case.id).exists()
    grant(late, Role.CLERK, land.other)
    assert not visible_to(actor_of(late)).filter(id=case.id).exists()
    with pytest.raises(Http404):
        queries.fetch(actor_of(late), case.id)


@pytest.mark.parametrize("about_it", [False, True])
def test_a_merger_into_the_lead_takes_the_complaint_about_the_unit_away_from_it(land, about_it):
    """The control is the case that is about nobody: it stays with its lead."""
    about = land.other if about_it else None
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事", about_unit=about)
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.follow_successor(land.other, land.town)
    case.refresh_from_db()
    stays, goes = (None, land.town, "assigned", land.town), (land.town, None, "returned", land.county)
    assert (case.about_unit, case.lead, case.state, case.desk) == (goes if about_it else stays)


def drafted_by_both(land):
    """An answer that waits, and who wrote its draft and holds both roles."""
    both = make_account("双岗")
    grant(both, Role.CLERK, land.town)
    grant(both, Role.LEAD, land.town)
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事")
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)
    actions.save_draft(case, by=actor_of(both), draft="我写的")
    return actions.answer_case(case, by=land.clerk, answer="我写的", outcome="solved"), actor_of(both)


def test_the_writer_of_a_draft_does_not_approve_it(land):
    case, both = drafted_by_both(land)
    with pytest.raises(PermissionDenied):
        actions.approve_answer(case, by=both)
    actions.approve_answer(case, by=land.lead)


def test_control_without_the_makers_the_writer_approves(land, monkeypatch):
    case, both = drafted_by_both(land)
    monkeypatch.setattr(rules, "makers", lambda *_case, **_read: set())
    assert actions.approve_answer(case, by=both).approved_by == both.id


def test_numbers_in_title_and_answer_are_masked_on_pages(land, client, monkeypatch):
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="请回电13812345678，路灯坏了")
    assert "13812345678" not in case.title
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="已打13812345678说明", outcome="explained")
    client.force_login(Account.objects.get(id=land.clerk.id))
    for page in ("", "paper/", "paste/"):
        assert "13812345678" not in client.get(f"{case.get_absolute_url()}{page}").content.decode(), page
    monkeypatch.setattr(case_views, "mask_text", lambda text: text)  # the control
    assert "13812345678" in client.get(case.get_absolute_url()).content.decode()


@pytest.mark.parametrize("guarded", [False, True])
def test_stepping_back_sends_the_approval_to_somebody_else(land, monkeypatch, guarded):
    """Without the guard it would wait for who stepped back."""
    if not guarded:
        monkeypatch.setattr(care, "_rerouted", lambda _case, **_facts: {})
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事")
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="好", outcome="solved")
    assert case.second == land.town
    actions.declare_conflict(case, by=land.lead, note="是我亲戚")
    assert case.second == (land.county if guarded else land.town)
    if guarded:
        actions.approve_answer(case, by=land.county_lead)


def test_transfer_takes_the_unapproved_answer_back_to_a_draft(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事")
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)
    actions.answer_case(case, by=land.clerk, answer="没审过的话", outcome="solved")
    with refused("same_unit"):
        actions.assign_case(case, by=land.desk, lead=land.town)
    actions.assign_case(case, by=land.desk, lead=land.other)
    assert (case.answer, case.draft, case.outcome) == ("", "没审过的话", "")


def test_control_an_approved_answer_stays_one(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="事")
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk)
    actions.approve_answer(actions.answer_case(case, by=land.clerk, answer="审过的话", outcome="solved"), by=land.lead)
    assert (case.answer, case.draft, case.outcome) == ("审过的话", "", "solved")


def test_correcting_the_asker_leaves_its_row_and_needs_the_right_to_see(land, monkeypatch):
    case = actions.open_case(
        by=land.officer, unit=land.village, type=land.tipoff, content="事", asker=AskerFacts(name="王五")
    )
    facts = {"content": "事情", "channel": "phone", "asker": AskerFacts(name="王六")}
    with pytest.raises(PermissionDenied):
        actions.correct_case(case, by=land.desk, **facts)
    case.refresh_from_db()
    actions.correct_case(case, by=land.officer, **facts)
    assert AuditEntry.objects.filter(action="asker.correct", subject=case.id).count() == 1
    for place in (care, rules):  # the control
        monkeypatch.setattr(place, "can_see_asker", lambda _by, _case: True)
    actions.correct_case(case, by=land.desk, **facts)


# --- a pack passes through the hands of whom a complaint may be about ---------------------------------------------------


@pytest.fixture
def handed_on(land):
    """A complaint about the clerk, another one, and what a pack says that goes from the clerk to a colleague."""
    giver, taker = (Account.objects.get(id=one.id) for one in (land.clerk, land.clerk2))
    post = make_post(land.town)
    hold(post, giver)
    facts = {"by": land.officer, "unit": land.village, "type": land.complaint}
    about = actions.open_case(**facts, content="态度不好", about_account=giver.id)
    other = actions.open_case(**facts, content="停水了")
    for case in (about, other):
        actions.assign_case(case, by=land.desk, lead=land.town)

    def told() -> list[str]:
        pack = make_pack(by=make_actor(Role.STEWARD, land.county, "县设"), post=post, giver=giver, taker=taker)
        return [line.text for _title, lines in lines_of(pack) for line in lines]

    return about, other, told


def test_a_pack_names_no_complaint_about_a_person(land, handed_on):
    about, other, told = handed_on
    assert visible_to(land.clerk2).filter(id=about.id).exists()  # the unit itself handles it
    assert other.number in (lines := told())
    assert about.number not in lines


def test_control_without_the_rule_the_giver_reads_of_it(handed_on, monkeypatch):
    about, _other, told = handed_on
    monkeypatch.setattr(handover, "_open_in", lambda unit, **wanted: CasePart.objects.filter(unit=unit, **wanted))
    assert about.number in told()
