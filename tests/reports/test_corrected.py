"""Corrections of signed reports are counted among the errors, with what was corrected; who may open the report finds it behind the number."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from gongyi.casework import actions as casework
from gongyi.core import clock, figures, lists
from gongyi.core.access import Role
from gongyi.core.figures import Period
from gongyi.reports import queries
from gongyi.reports.actions import ledger, rates
from gongyi.reports.actions import report as actions
from gongyi.reports.actions.monthly import count_months
from gongyi.reports.forms.period import as_query, list_url
from gongyi.reports.queries.lists import report_lines
from gongyi.reports.queries.monthly import stored
from gongyi.reports.queries.report import evidence
from gongyi.reports.queries.ties import unknown
from tests.factories import make_actor
from tests.reports.test_views_figures import browse, lately, page  # noqa: F401 - browse is a fixture

KEY = "reports.corrected"


@pytest.fixture
def office(land, put):
    """A township whose report of these days was signed."""
    put(land, "closed")
    report = actions.start_report(by=land.clerk, unit=land.town, period=lately(), kind="summary")
    found = SimpleNamespace(**vars(land), report=report, steward=make_actor(Role.STEWARD, land.county, "管理"))
    sign(found)
    return found


def sign(office) -> None:
    actions.ask_for_check(office.report, by=office.clerk)
    actions.check_report(office.report, by=office.lead)
    actions.sign_report(office.report, by=office.lead)


def correct(office, why: str) -> None:
    actions.amend_report(office.report, by=office.clerk, why=why)
    sign(office)


def counted(office, unit, **where: str) -> int:
    scope = queries.scope_of(unit, lately(), where=tuple(where.items()))
    number = figures.count([KEY], scope)[KEY].value
    assert len(queries.numbers_of(figures.figure(KEY), scope)) == number
    return number


def test_a_numbered_correction_counts_once_with_what_it_corrected(office, put):
    assert counted(office, office.town) == 0, "the first signing corrects nothing"
    correct(office, "标题写错了")
    assert counted(office, office.town) == counted(office, office.town, corrected="text") == 1
    put(office, "closed")
    correct(office, "补录一件")
    assert [counted(office, office.town, corrected=what) for what in ("text", "numbers")] == [1, 1]
    assert counted(office, office.county) == 2
    assert counted(office, office.other) == counted(office, office.village) == 0
    actions.withdraw_report(office.report, by=office.lead, note="不用了")
    assert counted(office, office.town) == 2, "withdrawn or not, it was corrected"


def test_it_is_stored_by_the_month_of_its_signing(office):
    correct(office, "标题写错了")
    count_months(999001)
    month = clock.today().replace(day=1)
    scope = queries.scope_of(office.town, Period.month(month.year, month.month))
    assert stored(999001, month, month, [KEY], scope.units)[month][KEY] == 1


def test_months_begin_with_the_first_correction_where_no_case_is_older(office):
    from gongyi.reports.actions.monthly import _first
    from gongyi.reports.models import ReportVersion

    correct(office, "标题写错了")
    long_ago = clock.now() - timedelta(days=400)
    ReportVersion.objects.filter(number=2).update(signed_at=long_ago)
    assert _first(999001, clock.today()) == long_ago.date().replace(day=1)


def test_p5_the_reports_behind_it_open_for_who_may_see_them(office, browse):  # noqa: F811
    correct(office, "标题写错了")
    reader = make_actor(Role.STATISTICIAN, office.county, "统计")
    for by, unit, opens in ((office.clerk, office.town, True), (reader, office.county, False), (office.county_desk, office.county, False)):  # fmt: skip
        text = page(browse(by), unit, KEY, **as_query(lately()))
        assert "共 1 次" in text
        assert (office.report.get_absolute_url() in text) is opens
        assert ("打不开内容" in text) is not opens
        assert "标题写错了" not in text, "what was written of it stands in the report alone"
    scope = queries.scope_of(office.county, lately())
    found = queries.behind(office.county_desk, figures.figure(KEY), scope)
    assert (found.number, found.open, found.rows) == (1, 0, [])


def test_p5_control_without_the_rule_the_report_would_be_named(office, browse, monkeypatch):  # noqa: F811
    from gongyi.reports.models import Report

    correct(office, "标题写错了")
    opened = lists.opening(Report, lambda by: Report.objects.filter(county=by.county), report_lines)
    monkeypatch.setitem(lists._kinds, "report", replace(lists.kind("report"), opened=opened))
    assert office.report.get_absolute_url() in page(browse(office.county_desk), office.county, KEY, **as_query(lately()))  # fmt: skip


def test_a_report_that_tells_of_corrections_opens_them_as_evidence(office):
    correct(office, "标题写错了")
    found = evidence(office.clerk, office.report, KEY)
    assert (found.total, found.rows) == (1, [(office.report.number, office.report.get_absolute_url())])
    assert evidence(office.county_desk, office.report, KEY).rows == [(office.report.number, "")]


def test_errors_page_names_the_causes_and_each_opens_its_list(office, browse, put):  # noqa: F811
    correct(office, "标题写错了")
    casework.return_case(
        put(office, "assigned"), by=office.clerk, reason=office.reasons["return"], proposed=office.other
    )
    casework.reopen_case(put(office, "closed"), by=office.clerk, note="又坏了")
    casework.call_back(put(office, "calling"), by=office.caller, result="unsolved")
    answer = browse(office.clerk).get(reverse("reports:errors"), as_query(lately()))
    text = unescape(answer.content.decode())
    causes = re.findall(r'<th scope="row">([^<]+)</th><td class="num"><a href="([^"]+)">(\d+)</a>', text)
    told = {name: (url, int(number)) for name, url, number in causes}
    assert {"只改了文字", "办结后重新开启", "回访时没有解决", str(office.reasons["return"])} == told.keys()
    for url, number in told.values():
        listed = unescape(browse(office.clerk).get(url).content.decode())
        assert f"共 {number} 次" in listed, url
        assert listed.count('class="item-title"') == number, url


def test_control_without_its_condition_a_cause_would_open_all(office, put, browse, monkeypatch):  # noqa: F811
    casework.reopen_case(put(office, "closed"), by=office.clerk, note="又坏了")
    casework.call_back(put(office, "calling"), by=office.caller, result="unsolved")
    url = list_url("cases.reopened", office.town, lately(), reason="reopen")
    assert "共 1 次" in unescape(browse(office.clerk).get(url).content.decode())
    monkeypatch.setattr(queries, "where_of", lambda *_args: ((), []))
    assert "共 2 次" in unescape(browse(office.clerk).get(url).content.decode())


def test_ledgers_list_records_of_their_kind_and_formulas_are_made_of_cases(office):
    keeping = ledger.Keeping("更正台账", lists.kind("case"), KEY, "", [("number", "工单编号")])
    with pytest.raises(ValidationError) as no:
        ledger.keep_ledger(by=office.clerk, unit=office.town, keeping=keeping)
    assert "figure" in no.value.message_dict
    keeping = replace(keeping, kind=lists.kind("report"))
    assert ledger.keep_ledger(by=office.clerk, unit=office.town, keeping=keeping).kind == "report"
    with pytest.raises(ValidationError) as no:
        rates.set_formula(by=office.steward, rate="cases.closed_rate", above=[KEY], below=["cases.closed"], since=clock.today(), why="试")  # fmt: skip
    assert "above" in no.value.message_dict


def test_a_tie_to_a_cause_is_none():
    assert unknown("{{cases.reopened|reason:又坏了}} {{reports.corrected|corrected:text}}") != []
    assert unknown("{{reports.corrected}}{{cases.reopened|type:投诉}}") == []
