"""What the pages of a case promise: looks are logged, numbers masked, nothing typed is lost. Each with its control."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gongyi.casework import actions, queries
from gongyi.casework.actions import AskerFacts, care, lookup
from gongyi.casework.models import Case
from gongyi.casework.models import case as case_model
from gongyi.casework.views import lists
from gongyi.core import clock
from gongyi.core.models import AccessRow, AuditEntry
from gongyi.network.models import CalendarDay
from gongyi.network.queries import limits as limit_queries
from gongyi.people.models import Account

PHONE = "13912345678"
WORDS = "村口的路灯坏了三天，晚上看不见"


def browser(actor) -> Client:
    """A browser in which this person is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, address, **facts):
    return client.post(address, {"_key": str(uuid4()), **facts})


def intake(land, **facts) -> dict:
    usual = {"content": WORDS, "type": land.enquiry.id, "unit": land.town.id, "channel": "phone", "urgency": "normal"}
    return {"asker_kind": "person", **usual, **facts}


@pytest.fixture
def case(land):
    """In the hands of the township's clerk; the number stands in the text."""
    content = f"{WORDS}，请打{PHONE}"
    opened = actions.open_case(
        by=land.officer, unit=land.village, type=land.enquiry, content=content, asker=AskerFacts(phone=PHONE)
    )
    return actions.sign_case(actions.assign_case(opened, by=land.desk, lead=land.town), by=land.clerk)


# --- looks and masks --------------------------------------------------------------------------------------------------


def looks(case) -> list:
    return list(AccessRow.objects.filter(subject=case.id).values_list("actor", "fields", "purpose"))


def test_p12_the_form_that_corrects_shows_the_text_unmasked_and_logs_the_look(land, case):
    page = browser(land.clerk).get(f"/cases/{case.id}/correct/")

    assert PHONE in page.content.decode()
    assert looks(case) == [(land.clerk.id, "text", "correct")]
    assert browser(land.stranger).get(f"/cases/{case.id}/correct/").status_code == 404
    assert browser(land.caller).get(f"/cases/{case.id}/correct/").status_code == 403
    assert len(looks(case)) == 1


def test_p12_the_form_that_corrects_is_not_shown_when_the_look_cannot_be_logged(land, case, monkeypatch):
    def fails(**_facts):
        raise OSError

    monkeypatch.setattr(care, "look", fails)
    page = browser(land.clerk).get(f"/cases/{case.id}/correct/")

    assert (page.status_code, PHONE in page.content.decode()) == (500, False)


def test_control_without_the_call_the_text_is_read_unseen(land, case, monkeypatch):
    monkeypatch.setattr(actions, "show_text", lambda _case, **_facts: None)

    assert PHONE in browser(land.clerk).get(f"/cases/{case.id}/correct/").content.decode()
    assert looks(case) == []


def overtaken(land, case):
    """The clerk's answer comes after a colleague's draft that holds a number: the page with both texts."""
    seen = case.version
    actions.save_draft(case, by=land.clerk2, draft=f"已打{PHONE}问过")
    return send(browser(land.clerk), f"/cases/{case.id}/answer/", answer="我写的答复", outcome="solved", seen=str(seen))


def test_the_page_with_both_texts_masks_the_numbers_of_the_other(land, case):
    page = overtaken(land, case)

    assert page.status_code == 409
    assert "我写的答复" in page.content.decode()
    assert "已打139****5678问过" in page.content.decode()


def test_control_without_the_mask_the_number_stands_there(land, case, monkeypatch):
    monkeypatch.setattr(case_model, "mask_text", lambda text: text)

    assert PHONE in overtaken(land, case).content.decode()


# --- why this day -----------------------------------------------------------------------------------------------------


def why_unit(land, case) -> str:
    return browser(land.desk).get(f"/cases/{case.id}/why/unit/").content.decode()


def test_the_paper_shows_both_clocks(land, case):
    sheet = browser(land.clerk).get(f"{case.get_absolute_url()}paper/").content.decode()
    for due in (case.resident_due, case.unit_due):
        assert f"{timezone.localtime(due):%Y-%m-%d %H:%M}" in sheet


@pytest.fixture
def transferred(land, case):
    """Sent on to the sibling township two days later, whose market day is no working day."""
    later = clock.now() + timedelta(days=2)
    for plus in range(1, 4):
        market = (later + timedelta(days=plus)).date()
        CalendarDay(day=market, working=False, name="西山赶集", unit=land.other).save()
    with clock.at(later):
        return actions.assign_case(Case.objects.get(id=case.id), by=land.desk, lead=land.other)


def test_why_this_day_after_a_transfer_counts_from_it_on_the_calendar_of_the_new_unit(land, case, transferred):
    found, before = queries.why(transferred, "unit"), queries.why(case, "unit")

    assert (found.start, found.due) == (transferred.assigned_at, transferred.unit_due)
    assert found.start - before.start > timedelta(days=1)
    assert found.lines[-1].day == timezone.localdate(found.due)
    assert "西山赶集" in why_unit(land, transferred)
    assert "西山赶集" not in browser(land.desk).get(f"/cases/{case.id}/why/resident/").content.decode()


def test_control_on_the_old_calendar_the_market_day_is_not_told(land, transferred, monkeypatch):
    real = limit_queries.calendar_of
    monkeypatch.setattr(limit_queries, "calendar_of", lambda _unit, county: real(None, county))

    assert "西山赶集" not in why_unit(land, transferred)


# --- has this asker an open case? -------------------------------------------------------------------------------------


def asks(client) -> int:
    return client.post("/cases/new/same/", {"asker_phone": PHONE}).status_code


def test_p17_the_question_by_phone_is_limited_and_logged_and_recording_goes_on(land, case, monkeypatch):
    monkeypatch.setitem(lookup.PER_HOUR, lookup.SAME, 2)
    client = browser(land.clerk)

    assert case.number in client.post("/cases/new/same/", {"asker_phone": PHONE}).content.decode()
    assert [asks(client) for _again in range(2)] == [200, 429]
    assert AuditEntry.objects.filter(action=lookup.SAME, actor=land.clerk.id).count() == 2
    assert not AuditEntry.objects.filter(label__contains=PHONE).exists()
    done = send(client, "/cases/new/", **intake(land, asker_phone=PHONE))
    assert done.status_code == 302
    assert case.number not in client.get(done["Location"]).content.decode()
    assert asks(browser(land.clerk2)) == 200  # a colleague has their own count


def test_p17_recording_names_the_open_case_and_counts_as_a_question(land, case):
    client = browser(land.clerk)
    done = send(client, "/cases/new/", **intake(land, asker_phone=PHONE))

    assert case.number in client.get(done["Location"]).content.decode()
    assert AuditEntry.objects.filter(action=lookup.SAME, actor=land.clerk.id).count() == 1


def test_control_without_the_count_the_question_has_no_end(land, case, monkeypatch):
    monkeypatch.setitem(lookup.PER_HOUR, lookup.SAME, 2)
    monkeypatch.setattr(lookup, "_count", lambda *_facts: None)
    client = browser(land.clerk)

    assert [asks(client) for _again in range(4)] == [200] * 4


# --- nothing typed is lost --------------------------------------------------------------------------------------------


def with_bad_file(land):
    named = SimpleUploadedFile("少数民族名单.txt", "一行字".encode())
    return send(browser(land.clerk), "/cases/new/", **intake(land, file=named))


@pytest.mark.parametrize("name", ["少数民族名单.txt", "a.exe", "空.txt"])
def test_a_bad_file_is_said_at_its_field_and_costs_no_word(land, name):
    file = SimpleUploadedFile(name, b"" if name == "空.txt" else b"MZ\0")
    page = send(browser(land.clerk), "/cases/new/", **intake(land, file=file))

    assert page.context["form"].errors.keys() == {"file"}
    assert WORDS in page.content.decode()
    assert not Case.objects.exists()


def test_control_a_refusal_that_is_not_brought_to_its_field_costs_the_words(land, monkeypatch):
    assert WORDS in with_bad_file(land).content.decode()

    monkeypatch.setattr(lists, "_attach", lambda case, form, file: actions.attach(case, by=form.by, file=file))
    page = with_bad_file(land)
    assert (page.status_code, WORDS in page.content.decode()) == (409, False)


# --- a complaint about one's own unit ---------------------------------------------------------------------------------


def complain(land):
    facts = intake(land, type=land.complaint.id, about_unit=land.town.id)
    return send(browser(land.clerk), "/cases/new/", **facts)["Location"]


def test_after_a_complaint_about_the_own_unit_the_way_on_is_a_page_that_opens(land):
    way = complain(land)

    assert way == "/cases/"
    assert browser(land.clerk).get(way).status_code == 200
    assert not queries.page(land.clerk, queries.Wanted())[0]


def test_control_the_way_to_the_case_itself_would_lead_nowhere(land, monkeypatch):
    monkeypatch.setattr(queries, "lead_on", lambda _by, case: case.get_absolute_url())

    assert browser(land.clerk).get(complain(land)).status_code == 404
