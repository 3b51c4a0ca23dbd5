"""A long ledger is made by the worker, as its person stands then: a file to be taken once, a frozen ledger, what changed; a short one at once."""

import sys
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import translation

from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.models import Case, CasePart
from gongyi.core import attachments, clock, lists
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.people.models import Account, Grant
from gongyi.reports.actions import ledger as actions
from gongyi.reports.actions import ledger_runs as runs
from gongyi.reports.actions.ledger import Keeping
from gongyi.reports.actions.paper import verify
from gongyi.reports.models import LedgerRun
from gongyi.reports.queries import ledger as queries
from tests.factories import refused

pytestmark = pytest.mark.django_db
COLUMNS = [("serial", "序号"), ("number", "单号"), ("title", "事由"), ("state", "办到哪"), ("at", "时间")]


@pytest.fixture
def book(land, put, monkeypatch):
    """A ledger of the township whose period is over, with more rows than are made at once."""
    for _n in range(3):
        case = put(land, "closed")
        Case.objects.filter(id=case.id).update(recorded_at=clock.now() - timedelta(days=5))
        sync_parts(Case.objects.get(id=case.id))
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    keeping = Keeping("办件台账", lists.kind("case"), "", "", COLUMNS)
    return actions.keep_ledger(by=land.clerk, unit=land.town, keeping=keeping)


def days() -> Period:
    return Period(clock.today() - timedelta(days=7), clock.today() - timedelta(days=2))


def ask(land, book, what, **facts) -> LedgerRun:
    return runs.ask_run(book, by=land.clerk, what=what, period=days(), **facts)


def made(land, run) -> LedgerRun:
    runs.make_waiting(land.county.county)
    run.refresh_from_db()
    return run


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_long_ledger_is_frozen_by_the_worker_and_its_page_says_how_far(land, book):
    client = browser(land.clerk)
    url = f"{reverse('reports:ledger_freeze', args=[book.id])}?from={days().first}&to={days().last}"
    page = client.post(url, {"_key": "0b6b5b0a-0000-4000-8000-0000000000b1"}, follow=True)
    run = LedgerRun.objects.get()
    assert page.redirect_chain[-1][0] == run.get_absolute_url()
    assert "正在后台做" in unescape(page.content.decode())
    assert not book.sheets.exists()
    assert "正在后台做" in unescape(client.get(book.get_absolute_url()).content.decode())
    assert made(land, run).ready_at
    sheet = book.sheets.get()
    assert (sheet.rows, sheet.frozen_by, run.done) == (3, land.clerk.id, 3)
    assert [row[0] for row in sheet.table()[1:]] == [1, 2, 3]
    assert sheet.get_absolute_url() in client.get(run.get_absolute_url()).content.decode()
    assert verify(actions.take_sheet(sheet, by=land.clerk), [land.county.county])["unchanged"]


def test_progress_is_told_after_each_lot(land, book, monkeypatch):
    run, told = ask(land, book, "freeze"), []
    monkeypatch.setattr(runs, "_telling", lambda _run: told.append)
    made(land, run)
    assert told == [2, 3]


def test_a_short_ledger_is_frozen_at_once(land, book, monkeypatch):
    monkeypatch.setattr(queries, "AT_ONCE", 200)
    url = f"{reverse('reports:ledger_freeze', args=[book.id])}?from={days().first}&to={days().last}"
    browser(land.clerk).post(url, {"_key": "0b6b5b0a-0000-4000-8000-0000000000b2"})
    assert book.sheets.get().rows == 3
    assert not LedgerRun.objects.exists()


def test_a_long_file_is_taken_once_and_gone_after_a_day(land, book):
    client = browser(land.clerk)
    asked = {"from": str(days().first), "to": str(days().last)}
    page = client.post(reverse("reports:ledger_take", args=[book.id]), asked)
    run = made(land, LedgerRun.objects.get())
    assert page.url == run.get_absolute_url()
    assert "下载 Excel" in unescape(client.get(run.get_absolute_url()).content.decode())
    got = b"".join(client.post(reverse("reports:ledger_run_take", args=[run.id])).streaming_content)
    assert verify(got, [land.county.county])["unchanged"]
    run.refresh_from_db()
    with refused("gone"):
        runs.take_run(run, by=land.clerk)
    other = made(land, ask(land, book, "take"))
    with clock.at(clock.now() + timedelta(hours=25)):
        with refused("gone"):
            runs.take_run(other, by=land.clerk)
        assert runs.drop_old(land.county.county) == 1
    with pytest.raises(FileNotFoundError):
        attachments.open_stored(other.path)


def test_p10_who_lost_the_right_gets_nothing_neither_from_the_worker_nor_at_the_door(land, book, monkeypatch):
    run, late = made(land, ask(land, book, "take")), ask(land, book, "freeze")
    CasePart.objects.filter(case=Case.objects.first()).update(until=clock.now())
    kept = LedgerRun.objects.get(id=run.id)
    with pytest.raises(Http404):
        queries.fetch_run(land.stranger, run.id)
    with pytest.raises(Http404):
        runs.take_run(kept, by=land.clerk2)
    with refused("changed"):
        runs.take_run(kept, by=land.clerk)
    Grant.objects.filter(account=land.clerk.id).update(ended_at=clock.now())
    assert (made(land, late).trouble, book.sheets.exists()) == ("right", False)
    with pytest.raises(PermissionDenied):
        runs.ask_run(book, by=land.stranger, what="take", period=days())


def test_p10_control_without_the_check_at_the_door_the_file_would_be_handed_out(land, book, monkeypatch):
    run = made(land, ask(land, book, "take"))
    monkeypatch.setattr(queries, "may_open", lambda *_args: False)
    with refused("changed"):
        runs.take_run(run, by=land.clerk)
    run = made(land, ask(land, book, "take"))
    monkeypatch.setattr(runs, "_still", lambda *_args: True)
    with runs.take_run(run, by=land.clerk) as file:
        assert file.read()[:2] == b"PK"


def test_the_same_asked_twice_is_one_and_more_than_three_wait_no_longer(land, book):
    assert ask(land, book, "take").id == ask(land, book, "take").id
    ask(land, book, "freeze")
    runs.ask_run(book, by=land.clerk, what="take", period=Period(days().first, days().last + timedelta(days=1)))
    with refused("waiting"):
        runs.ask_run(book, by=land.clerk, what="take", period=Period(days().first, days().last + timedelta(days=2)))


def test_a_period_frozen_by_a_faster_colleague_is_told_and_nothing_is_frozen_twice(land, book):
    run = ask(land, book, "freeze")
    actions.freeze_ledger(book, by=land.clerk2, period=days())
    assert made(land, run).trouble == "frozen"
    assert book.sheets.count() == 1
    assert "已经被别人定下来" in unescape(browser(land.clerk).get(run.get_absolute_url()).content.decode())


def test_a_period_that_goes_on_or_is_empty_is_refused_before_anything_waits(land, book):
    with pytest.raises(Refused, match="没有过完"):
        runs.ask_run(book, by=land.clerk, what="freeze", period=Period(clock.today(), clock.today()))
    with pytest.raises(Refused, match="没有可以列出"):
        runs.ask_run(
            book,
            by=land.clerk,
            what="take",
            period=Period(clock.today() - timedelta(days=90), clock.today() - timedelta(days=80)),
        )
    assert not LedgerRun.objects.exists()


def test_a_long_frozen_ledger_is_compared_by_the_worker(land, book):
    sheet, client = actions.freeze_ledger(book, by=land.clerk, period=days()), browser(land.clerk)
    assert "和今天的记录比一比" in unescape(client.get(sheet.get_absolute_url()).content.decode())
    client.post(reverse("reports:ledger_sheet_compare", args=[sheet.id]))
    made(land, LedgerRun.objects.get())
    assert "记录没有变" in unescape(client.get(sheet.get_absolute_url()).content.decode())
    Case.objects.update(title="改过的标题")
    client.post(reverse("reports:ledger_sheet_compare", args=[sheet.id]))
    runs.make_waiting(land.county.county)
    assert "改过的标题" in unescape(client.get(sheet.get_absolute_url()).content.decode())


def test_a_frozen_ledger_says_the_same_whatever_language_its_reader_chose(land, book):
    with translation.override("en"):
        sheet = actions.freeze_ledger(book, by=land.clerk, period=days())
        assert queries.changed_since(land.clerk, sheet) == []
    assert queries.changed_since(land.clerk, sheet) == []
    with translation.override("en"):
        assert verify(actions.take_sheet(sheet, by=land.clerk), [land.county.county])["unchanged"]


def test_control_without_one_language_every_row_would_seem_changed(land, book, monkeypatch):
    module = sys.modules["gongyi.reports.queries.ledger"]
    with translation.override("en"):
        sheet = actions.freeze_ledger(book, by=land.clerk, period=days())
        monkeypatch.setattr(
            module, "all_lines", lambda by, one, period, pairs, _told: queries.lines(by, one, period, pairs)
        )
        assert queries.changed_since(land.clerk, sheet) != []
