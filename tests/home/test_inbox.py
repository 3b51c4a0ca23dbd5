"""The inbox, the morning's digest, and what changed while somebody was away: one's own, counted as the lists count."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.queries import Wanted
from gongyi.core import clock, outbox, schedule
from gongyi.core.models import DigestChoice, Message, ScheduleRun
from gongyi.home.actions.digest import choose_digest, send_digests
from gongyi.home.queries import meanwhile
from gongyi.people.models import Account
from tests.casework.conftest import land  # noqa: F401 - a fixture

MORNING = datetime(2026, 11, 24, 7, 40, tzinfo=ZoneInfo("Asia/Shanghai"))


def browser_of(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def desk(land) -> Client:  # noqa: F811
    return browser_of(land.desk)


def opened(land, **facts):  # noqa: F811
    return actions.open_case(
        **{"by": land.officer, "unit": land.village, "type": land.enquiry, "content": "王大勇家路灯坏了 13812345678"}
        | facts
    )


def unread(by) -> int:
    return outbox.inbox(by.county, by.id, unread=True).count()


def test_opening_a_message_reads_all_about_that_case_alone(land, desk):  # noqa: F811
    case, other = opened(land), opened(land)
    outbox.tell(
        [land.desk.id],
        by=land.clerk,
        event="remind",
        text=f"催办 {case.number}",
        path=case.get_absolute_url(),
        subject=case.id,
    )
    page = desk.get("/inbox/").content.decode()
    assert page.count('class="item"') == 2
    assert "同一件事还有 1 条" in page
    first = Message.objects.filter(account=land.desk.id, subject=case.id).first()
    assert desk.get(f"/inbox/{first.id}/").url == case.get_absolute_url()
    assert [row.subject for row in outbox.inbox(land.desk.county, land.desk.id, unread=True)] == [other.id]


def test_message_of_somebody_else_is_no_page(land, desk):  # noqa: F811
    opened(land)
    message = Message.objects.get(account=land.desk.id)
    assert browser_of(land.clerk).get(f"/inbox/{message.id}/").status_code == 404
    assert Client().get(f"/inbox/{message.id}/").status_code == 302
    assert unread(land.desk) == 1


def test_all_read_can_be_taken_back_and_earlier_reading_stays(land, desk):  # noqa: F811
    early = opened(land)
    desk.get(f"/inbox/{Message.objects.get(subject=early.id).id}/")
    opened(land)
    answer = desk.post("/inbox/")
    assert unread(land.desk) == 0
    page = desk.get(answer.url)
    assert "撤销" in page.content.decode()
    desk.post("/inbox/", {"undo": page.context["undo"].isoformat()})
    assert unread(land.desk) == 1


@pytest.mark.parametrize(
    "odd", ["?after=x", "?undo=1", "?since=2026-99-99", "?event=zzz", "?after=0001-01-01T00:00:00%2B00:00"]
)
def test_odd_addresses_are_pages(desk, odd):
    assert desk.get(f"/inbox/{odd}").status_code == 200


def test_pages_hold_every_message_once(land, desk, monkeypatch):  # noqa: F811
    from gongyi.home.views import inbox

    monkeypatch.setattr(inbox, "PAGE", 2)
    for i in range(5):
        with clock.at(MORNING + timedelta(minutes=i)):
            opened(land)
    found, address = [], "/inbox/"
    while address:
        context = desk.get(address).context
        found += [m.id for group in context["groups"] for m in group]
        address = f"/inbox/{context['next_url']}" if context["next_url"] else ""
    assert len(found) == len(set(found)) == 5


# --- the morning's digest ---------------------------------------------------------------------------------------------


def test_digest_comes_once_a_day_to_who_wants_it_and_names_nobody(land):  # noqa: F811
    with clock.at(MORNING - timedelta(days=40)):
        opened(land)
    choose_digest(by=land.desk, when="morning")
    choose_digest(by=land.clerk2, when="morning")  # sees the case, has nothing to do: it is stuck elsewhere
    with clock.at(MORNING):
        assert send_digests(land.county.county) == 2
        assert send_digests(land.county.county) == 0
        [message] = outbox.inbox(land.desk.county, land.desk.id, event="digest")
        assert message.text == "今天：已超期 1 件"
        assert "王大勇" not in str(Message.objects.filter(event="digest").values_list("text"))
    with clock.at(MORNING + timedelta(days=1)):
        assert send_digests(land.county.county) == 2


def test_nobody_is_sent_a_digest_unasked_nor_an_empty_one(land):  # noqa: F811
    opened(land)
    choose_digest(by=land.stranger, when="morning")
    assert send_digests(land.county.county) == 0
    choose_digest(by=land.desk, when="morning")
    assert send_digests(land.county.county) == 1
    choose_digest(by=land.desk, when="none")
    assert DigestChoice.objects.filter(account=land.desk.id).count() == 1


def test_digest_is_due_at_half_past_seven():
    schedule.discover()
    job = schedule._jobs["home.digest"]
    at = job.due_at(ScheduleRun(name=job.name, last_run_at=MORNING))
    assert (at.hour, at.minute, at.date()) == (7, 30, MORNING.date() + timedelta(days=1))


def test_choice_is_made_on_the_page(land, desk):  # noqa: F811
    key = desk.get("/inbox/").content.decode().rsplit('name="_key" value="', 1)[1][:36]
    assert desk.post("/inbox/digest/", {"when": "morning", "_key": key}).status_code == 302
    assert outbox.digest_of(land.desk.county, land.desk.id) == "morning"
    assert desk.post("/inbox/digest/", {"when": "hourly", "_key": key}).status_code == 200


# --- while away -------------------------------------------------------------------------------------------------------


def test_changes_are_counted_as_the_pages_behind_them(land, desk):  # noqa: F811
    with clock.at(MORNING):
        opened(land)
        case = opened(land)
        actions.assign_case(case, by=land.desk, lead=land.town)
        actions.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)
    found = {task.words: task.url for task in meanwhile(land.desk, MORNING)}
    assert set(found) == {"新登记 2 件", "新登记、等派单 2 条", "退回来 1 条"}
    for words, url in found.items():
        context = desk.get(url).context
        rows = context["rows"] if "rows" in context else [m for group in context["groups"] for m in group]
        assert f"{len(rows)} " in words
    assert queries.count(land.desk, Wanted(since=MORNING.date())) == 2
    assert meanwhile(land.stranger, MORNING) == []


def test_block_stands_after_a_day_away_for_half_a_day_and_for_this_person_alone(land):  # noqa: F811
    begin, kept = clock.now(), ""

    def told(by, hours: int) -> bool:
        """Whether the block stands so many hours later, in a browser that is signed in anew and kept its cookie."""
        nonlocal kept
        with clock.at(begin + timedelta(hours=hours)):
            browser = browser_of(by)
            browser.cookies["away"] = kept
            page = browser.get("/today/").content.decode()
            kept = browser.cookies["away"].value if by is land.desk else kept
        return "您不在的时候" in page

    assert not told(land.desk, 0)
    with clock.at(begin + timedelta(hours=20)):
        opened(land)
    assert not told(land.desk, 20)
    assert not told(land.clerk, 48)
    assert told(land.desk, 48)
    assert told(land.desk, 50)
    assert not told(land.desk, 61)
