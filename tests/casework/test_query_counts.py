"""How many statements the main pages cost, and how heavy a list is, as somebody sees them on a confirmed device."""

import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongyi.casework import actions, queries
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Visit
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.models import AccessRow
from gongyi.people import rules
from gongyi.people.models import Account, Device
from tests.factories import grant

LIST, DETAIL, LOOK, BYTES = 8, 9, 6, 15 * 1024
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def clerk(land) -> Client:
    """The township's clerk in a browser that an account manager confirmed; the first page, which notes the visit, is behind."""
    account = Account.objects.get(id=land.clerk.id)
    account.demo = False
    account.save()
    device = Device(account=account, digest="0" * 64, label="", asked_at=clock.now(), confirmed_at=clock.now())
    device.save()
    browser = Client()
    browser.force_login(account, backend=BACKEND)
    session = browser.session
    session[rules.DEVICE] = str(device.id)
    session.save()
    assert browser.get("/cases/").status_code == 200
    return browser


def record(land, number=1, **facts):
    """So many requests of a village, sent to the township; returns the last."""
    text = "村口的路灯坏了三天，晚上老人出门看不见，请尽快派人来看一看，修好了说一声。"
    for i in range(number):
        case = actions.open_case(
            by=land.officer, unit=land.village, type=land.enquiry, content=f"{i}号{text}",
            asker=AskerFacts(name="王小明", phone=f"1990000{i:04d}"), **facts,
        )  # fmt: skip
        actions.assign_case(case, by=land.desk, lead=land.town)
    return case


def told(land):
    """A case with ten lines of timeline."""
    case = actions.sign_case(record(land), by=land.clerk)
    actions.contact_asker(case, by=land.clerk, note="打了电话，问清了地点。")
    while len(queries.timeline(case)) < 10:
        actions.log_work(case, by=land.clerk, note="到现场看过，正在联系施工的人。")
    return case


def statements(visit) -> int:
    """Those of one visit, also those that begin and end transactions."""
    with CaptureQueriesContext(connection) as seen:
        answer = visit()
    assert answer.status_code == 200
    return len(seen)


def test_list_costs_the_same_with_one_row_and_with_thirty(land, clerk):
    record(land)
    one = statements(lambda: clerk.get("/cases/"))
    record(land, 29)
    body = clerk.get("/cases/").content.decode()
    assert body.count('class="item"') == 30
    assert statements(lambda: clerk.get("/cases/")) == one <= LIST


def test_list_that_goes_on_and_filtered_list_stay_within_the_count(land, clerk):
    record(land, 31)
    assert statements(lambda: clerk.get("/cases/")) <= LIST
    assert statements(lambda: clerk.get(f"/cases/?unit={land.town.id}&state=assigned&since=2020-01-01")) <= LIST


def test_count_of_statements_sees_one_more_per_row(land, clerk, monkeypatch):
    record(land, 5)
    plain, row = statements(lambda: clerk.get("/cases/")), queries.row

    def asks(case):
        Visit.objects.filter(case=case.id).count()
        return row(case)

    monkeypatch.setattr(queries, "row", asks)
    assert statements(lambda: clerk.get("/cases/")) == plain + 5


def test_list_of_thirty_rows_is_light(land, clerk):
    record(land, 31)
    assert len(gzip.compress(clerk.get("/cases/").content, 6)) <= BYTES


def test_detail_with_ten_lines_and_the_contact_masked(land, clerk):
    address = told(land).get_absolute_url()
    body = clerk.get(address).content.decode()
    assert body.count('class="timeline-what"') == 10
    assert "王小明" not in body
    assert "19900000000" not in body
    assert statements(lambda: clerk.get(address)) <= DETAIL


def test_detail_of_a_closed_case_with_an_extra_visit_stays_within_the_count(land, clerk):
    case = told(land)
    actions.write_visit(case, by=land.clerk, kind="came", reason=land.reasons["visit"])
    actions.answer_case(case, by=land.clerk, answer="修好了。", outcome="solved")
    with clock.at(case.quiet_until):
        actions.run_due(case.county)
    page = clerk.get(case.get_absolute_url()).content.decode()
    assert "多跑的趟数" in page
    assert "又来了一趟" in page
    assert statements(lambda: clerk.get(case.get_absolute_url())) <= DETAIL


def test_pages_of_who_may_call_back_stay_within_the_count(land, clerk):
    grant(Account.objects.get(id=land.clerk.id), Role.CALLER, land.town)
    case = actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="路灯坏了")
    actions.sign_case(actions.assign_case(case, by=land.desk, lead=land.town), by=land.clerk2)
    actions.answer_case(case, by=land.clerk2, answer="修好了。", outcome="solved")
    actions.approve_answer(case, by=land.lead)
    assert "记回访结果" in clerk.get(case.get_absolute_url()).content.decode()
    assert statements(lambda: clerk.get(case.get_absolute_url())) <= DETAIL
    assert statements(lambda: clerk.get("/cases/?waiting=me")) <= LIST


def test_look_at_the_contact_costs_few_statements_more(land, clerk):
    address = told(land).get_absolute_url()
    plain = statements(lambda: clerk.get(address))
    look = lambda: clerk.post(f"{address}asker/", {"purpose": "contact"})  # noqa: E731
    assert statements(look) <= plain + LOOK
    assert AccessRow.objects.count() == 1
    assert "19900000000" in look().content.decode()
