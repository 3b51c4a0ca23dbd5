"""Service pledges: none without a figure; kept or not is counted from the records; small numbers tell nobody anything."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from gongyi.casework.models import Case, ReceptionRow, ReceptionSheet
from gongyi.core import clock, figures
from gongyi.core.figures import Period, Scope
from gongyi.people.models import Account
from gongyi.reports.actions import pledges as actions
from gongyi.reports.models import Pledge
from gongyi.reports.queries import pledges as queries
from tests.casework.conftest import land  # noqa: F401 - a fixture

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def pledge(land, **facts) -> Pledge:  # noqa: F811
    given = {
        "by": land.lead, "unit": land.town, "text": "每个月办结至少两件", "figure": "cases.closed", "sense": "least",
        "threshold": Decimal(2), "every": "month",
    }  # fmt: skip
    return actions.publish_pledge(**given | facts)


def since(one: Pledge, day: date) -> Pledge:
    Pledge.objects.filter(id=one.id).update(since=day)
    one.refresh_from_db()
    return one


def months_ago(number: int) -> date:
    months = clock.today().year * 12 + clock.today().month - 1 - number
    return date(months // 12, months % 12 + 1, 1)


@pytest.mark.parametrize("figure", ["", "no.such", "cases.received", "cases.returned"])
def test_no_pledge_without_a_figure_that_may_measure_it(land, figure):  # noqa: F811
    with pytest.raises(ValidationError) as error:
        pledge(land, figure=figure)
    assert "figure" in error.value.error_dict
    assert not Pledge.objects.exists()


def test_without_its_rule_a_pledge_could_stand_on_what_came_in(land, monkeypatch):  # noqa: F811
    """Negative control; a pledge without any figure is refused by the database too."""
    monkeypatch.setattr(actions, "may_measure", lambda _key: True)
    assert pledge(land, figure="cases.received").figure == "cases.received"
    with pytest.raises(ValidationError):
        pledge(land, figure="", text="没有数的")
    row = Pledge.objects.get()
    row.pk, row.text, row.figure = None, "没有数的", ""
    with pytest.raises(IntegrityError), transaction.atomic():
        Pledge.objects.filter(text="每个月办结至少两件").update(figure="")


def test_only_who_speaks_for_the_unit(land):  # noqa: F811
    for by in (land.clerk, land.stranger):
        with pytest.raises(PermissionDenied):
            pledge(land, by=by)
    with pytest.raises(PermissionDenied):
        pledge(land, unit=land.other)


def closed_cases(land, number: int, day: date) -> None:  # noqa: F811
    from gongyi.casework import actions as casework

    for _n in range(number):
        case = casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="问一件事")
        at = figures.Period(day, day).start + timedelta(hours=10)
        Case.objects.filter(id=case.id).update(
            state="closed",
            closed_at=at,
            recorded_at=at,
            lead=land.town,
            counted_lead=land.town,
            outcome="solved",
            answer="好了",
        )


def test_kept_or_not_is_counted_from_the_records(land):  # noqa: F811
    one = since(pledge(land), months_ago(2))
    closed_cases(land, 2, months_ago(2))
    closed_cases(land, 1, months_ago(1))
    running, last, before = queries.results(land.town, [one])[one.id]
    assert running.runs
    assert (last.kept, last.value.value, before.kept, before.value.value) == (False, 1, True, 2)
    assert (last.words, before.words) == ("没有做到", "做到了")


def test_rate_on_few_cases_says_nothing(land):  # noqa: F811
    one = since(pledge(land, figure="cases.closed_in_time_rate", threshold=Decimal(90)), months_ago(1))
    _running, last = queries.results(land.town, [one])[one.id]
    assert (last.kept, last.words) == (None, "没有这样的事")
    closed_cases(land, 3, months_ago(1))
    _running, last = queries.results(land.town, [one])[one.id]
    assert (last.kept, last.words) == (None, "件数太少，不下结论")
    assert "每月“按期办结率”不少于 90%" in queries.measure_words(one)


def test_ended_pledge_stays_seen_with_its_reason(land):  # noqa: F811
    one = pledge(land)
    with pytest.raises(ValidationError):
        actions.end_pledge(one, by=land.lead, end_why="无")
    actions.end_pledge(one, by=land.lead, end_why="改成按季度量")
    with pytest.raises(ValidationError):
        actions.end_pledge(one, by=land.lead, end_why="改成按季度量")
    assert [row.end_why for row in queries.pledges_of(land.town)] == ["改成按季度量"]
    assert pledge(land, every="quarter").until is None, "the same words may be pledged anew"
    with pytest.raises(ValidationError):
        pledge(land)


def test_days_of_reception_are_counted_once_each(land):  # noqa: F811
    from gongyi.casework import actions as casework

    days = [months_ago(1), months_ago(1), months_ago(1) + timedelta(days=7)]
    for at, day in enumerate(days):
        sheet = ReceptionSheet(unit=land.town, day=day, page=at + 1, mark=f"M{at}", made_at=clock.now())
        sheet.save()
        case = casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="来访")
        ReceptionRow(sheet=sheet, line=1, case=case, at=clock.now()).save()
    period = Period.month(days[0].year, days[0].month)
    scope = Scope(land.county.county, period, frozenset({land.town.id}))
    assert figures.count(["cases.reception_days"], scope)["cases.reception_days"].value == 2
    assert figures.rows_of("cases.reception_days", scope).count() == 2
    one = since(pledge(land, text="每月接待两天", figure="cases.reception_days"), months_ago(1))
    assert queries.results(land.town, [one])[one.id][1].kept


def test_pages_of_office_and_of_everybody(land):  # noqa: F811
    lead, anybody = Client(), Client()
    lead.force_login(Account.objects.get(id=land.lead.id), backend=BACKEND)
    assert "还没有服务承诺" in anybody.get("/portal/pledges/").content.decode()
    facts = {
        "_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c31", "unit": str(land.town.id), "text": "五个工作日内答复", "figure": "",
        "sense": "least", "threshold": "95", "every": "month",
    }  # fmt: skip
    assert "没有数来量的，不能承诺" in lead.post("/pledges/new/", facts).content.decode()
    assert lead.post("/pledges/new/", facts | {"figure": "cases.closed"}).status_code == 302
    one = since(Pledge.objects.get(), months_ago(1))
    closed_cases(land, 4, months_ago(1))
    page = lead.get("/pledges/").content.decode()
    assert "五个工作日内答复" in page
    assert "/figures/cases.closed/" in page
    assert "东湖镇" in anybody.get("/portal/pledges/").content.decode()
    page = anybody.get(f"/portal/pledges/{land.town.id}/").content.decode()
    assert "没有做到" in page
    assert "/figures/" not in page, "the numbers stay in the office (D9)"
    assert anybody.get(f"/portal/pledges/{land.other.id}/").status_code == 404
    assert (
        lead.post(
            f"/pledges/{one.id}/end/", {"_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c32", "end_why": "换一种说法"}
        ).status_code
        == 302
    )
    assert "换一种说法" in anybody.get(f"/portal/pledges/{land.town.id}/").content.decode()
    stranger = Client()
    stranger.force_login(Account.objects.get(id=land.stranger.id), backend=BACKEND)
    assert stranger.get(f"/pledges/{one.id}/end/").status_code in {403, 404}


def test_pledges_of_a_unit_that_went_end(land):  # noqa: F811
    one = pledge(land)
    assert actions.end_with_unit(land.town, land.other) == 1
    one.refresh_from_db()
    assert one.until == clock.today()
    assert "西山镇" in one.end_why
