"""The pages of a period report: bad input is answered in words and keeps what was typed; a unit beside finds nothing."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.figures import Period
from gongyi.people.models import Account
from gongyi.reports.actions import report as actions
from gongyi.reports.models import Report, ReportTemplate
from gongyi.reports.queries.telling import spoken
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.casework.test_workflow import put
from tests.factories import make_actor
from tests.reports.test_paper import word_file

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(by) -> Client:
    found = Client()
    found.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return found


def sent(form: dict) -> dict:
    return {"_key": str(uuid4()), **form}


@pytest.fixture
def report(land):  # noqa: F811
    put(land, "closed")
    return actions.start_report(by=land.clerk, unit=land.town, period=Period.year(clock.today().year), kind="summary")


def test_p3_a_unit_beside_gets_404_from_every_address(land, report):  # noqa: F811
    stranger, mine = browser(land.stranger), browser(land.clerk)
    for path in ("", "evidence/?tie=cases.closed", "copied/", "edit/", "proof/", "check/"):
        assert stranger.get(f"/reports/{report.id}/{path}").status_code == 404, path
    for path in ("take/", "comment/"):
        assert stranger.post(f"/reports/{report.id}/{path}").status_code == 404, path
    for path in ("", "evidence/?tie=cases.closed", "copied/", "edit/"):
        assert mine.get(f"/reports/{report.id}/{path}").status_code == 200, path
    assert mine.get(f"/reports/{report.id}/check/").status_code == 403
    assert mine.get(f"/reports/{report.id}/amend/").status_code == 409


def test_a_new_report_asks_for_days_in_order_and_for_a_unit_of_ones_own(land):  # noqa: F811
    clerk = browser(land.clerk)
    form = {
        "unit": str(land.town.id),
        "kind": "summary",
        "official": "none",
        "first": "2026-05-01",
        "last": "2026-04-01",
    }
    answer = clerk.post("/reports/new/", sent(form))
    assert "早于" in answer.text
    assert 'value="2026-05-01"' in answer.text
    answer = clerk.post("/reports/new/", sent(form | {"last": "2026-05-31", "unit": str(land.other.id)}))
    assert answer.status_code == 200
    assert not Report.objects.exists()
    assert clerk.post("/reports/new/", sent(form | {"last": "2026-05-31"})).status_code == 302


def test_a_wrong_tie_keeps_what_was_typed(land, report):  # noqa: F811
    clerk = browser(land.clerk)
    form = {"title": "新题", "official": "none", "heading_0": "甲", "body_0": "我写的{{cases.nothing}}字"}
    answer = clerk.post(f"/reports/{report.id}/edit/", sent(form))
    assert "没有这个数" in answer.text
    assert "我写的{{cases.nothing}}字" in answer.text


@pytest.mark.parametrize(
    ("form", "status"),
    [({}, 200), ({"kind": "docx"}, 200), ({"kind": "exe"}, 404), ({"version": "9"}, 404), ({"version": "x"}, 404),
     ({"template": "x"}, 404), ({"template": str(uuid4())}, 404)],
)  # fmt: skip
def test_a_file_is_taken_only_as_there_is_one(land, report, form, status):  # noqa: F811
    answer = browser(land.clerk).post(f"/reports/{report.id}/take/", form)
    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer).startswith(b"PK")


def test_a_template_that_cannot_be_filled_stays_on_its_form(land):  # noqa: F811
    steward = browser(make_actor(Role.STEWARD, land.county))
    bad = SimpleUploadedFile("a.docx", word_file("{{ nothing }}"))
    answer = steward.post("/reports/templates/", sent({"name": "版式", "file": bad}))
    assert "nothing" in answer.text
    assert 'value="版式"' in answer.text
    good = SimpleUploadedFile("b.docx", word_file("{{ title }}"))
    assert steward.post("/reports/templates/", sent({"name": "版式", "file": good})).status_code == 302
    assert ReportTemplate.objects.get().name == "版式"
    assert browser(land.clerk).get("/reports/templates/").status_code == 403


def test_a_comment_is_written_and_finished_on_the_page(land, report):  # noqa: F811
    clerk = browser(land.clerk)
    assert clerk.post(f"/reports/{report.id}/comment/", sent({"text": " "})).status_code == 302
    assert not report.comments.exists()
    clerk.post(f"/reports/{report.id}/comment/", sent({"text": "请看第二段"}))
    row = report.comments.get()
    clerk.post(f"/reports/{report.id}/comments/{row.id}/done/")
    row.refresh_from_db()
    assert row.done_at


def test_a_period_is_said_with_its_year_once():
    assert spoken(Period(date(2026, 1, 1), date(2026, 11, 28))) == "2026年1月1日至11月28日"
    assert spoken(Period(date(2025, 12, 1), date(2026, 1, 5))) == "2025年12月1日至2026年1月5日"
    assert spoken(Period.quarter(2026, 1)) == "2026年第一季度"
