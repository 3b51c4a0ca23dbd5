"""The rows behind a number as a file: as many as the person may open, the same access, without names, phones and addresses."""

import csv
import io
import re
from uuid import uuid4

import pytest
from django.urls import reverse

from gongyi.casework import actions as casework
from gongyi.casework.models import Case
from gongyi.core import figures
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.people.actions import exports as actions
from gongyi.people.models import Export
from gongyi.reports import queries
from gongyi.reports.forms.period import as_query
from tests.factories import make_actor
from tests.reports.test_views_figures import browse, lately, page  # noqa: F401 - browse is a fixture

PHONE = "13812345678"


def wanted(land, key="cases.received", unit=None, **where: str) -> dict[str, str]:
    return {"unit": str((unit or land.town).id), **as_query(lately()), **where}


def taken(browser, by, key="cases.received", **query: str) -> list[dict[str, str]]:
    """The file's rows: asked for on the page, then taken once."""
    answer = browser.post(
        reverse("reports:figure_export", args=[key]) + "?" + "&".join(f"{k}={v}" for k, v in query.items()),
        {"kind": "csv", "_key": str(uuid4())},
    )
    assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[-3000:]
    export = Export.objects.latest("asked_at")
    assert answer.url == export.get_absolute_url()
    file = browser.post(reverse("casework:export_take", args=[export.id]))
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_what_the_list_shows_and_no_contact(land, put, browse):  # noqa: F811
    for state in ("recorded", "closed", "closed"):
        put(land, state)
    case = Case.objects.latest("recorded_at")
    Case.objects.filter(id=case.id).update(content=f"路灯坏了，请打{PHONE}")
    query = wanted(land)
    scope = queries.scope_of(land.town, lately())
    shown = {row["number"] for row in queries.behind(land.clerk, figures.figure("cases.received"), scope).rows}
    rows = taken(browse(land.clerk), land.clerk, **query)
    assert {row["工单编号"] for row in rows} == shown
    assert len(rows) == len(shown)
    assert PHONE not in str(rows)
    assert not {"姓名", "电话", "住址"} & rows[0].keys()
    closed = taken(
        browse(land.clerk), land.clerk, "cases.received", **query, outcome="solved", type=str(land.enquiry.id)
    )
    scope = queries.scope_of(land.town, lately(), where=(("outcome", "solved"), ("type", land.enquiry.id)))
    assert len(closed) == figures.count(["cases.received"], scope)["cases.received"].value > 0


def test_what_was_done_twice_stands_twice(land, put, browse):  # noqa: F811
    case = put(land, "closed")
    casework.reopen_case(case, by=land.clerk, note="又坏了")
    Case.objects.filter(id=case.id).update(state="calling")
    casework.call_back(Case.objects.get(id=case.id), by=land.caller, result="unsolved")
    rows = taken(browse(land.clerk), land.clerk, "cases.reopened", **wanted(land))
    assert [row["工单编号"] for row in rows] == [case.number] * 2
    once = taken(browse(land.clerk), land.clerk, "cases.reopened", **wanted(land), reason="reopen")
    assert [row["工单编号"] for row in once] == [case.number]


def test_p4_each_takes_what_they_may_open(land, put, browse):  # noqa: F811
    mine = put(land, "closed")
    alone = casework.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="井盖没了")
    scope = queries.scope_of(land.county, lately())
    one = figures.figure("cases.received")
    for by in (land.clerk, land.officer, land.county_desk):
        query = queries.as_export(one, scope, unit=land.county.id, alone=False)
        keys = set(queries.openable(by, one, scope).values_list("pk", flat=True))
        own = by.unit if by is not land.county_desk else land.county.id
        query = query.replace(str(land.county.id), str(own))
        if not keys:
            with pytest.raises(Refused, match="没有符合条件"):
                actions.ask_export(by=by, kind="csv", query=query, words="")
            continue
        export = actions.ask_export(by=by, kind="csv", query=query, words="")
        assert export.done == len(keys & {mine.id, alone.id})


def test_p3_the_file_of_a_unit_beside_is_not_there(land, put, browse, monkeypatch):  # noqa: F811
    put(land, "closed")
    address = reverse("reports:figure_export", args=["cases.closed"])
    assert browse(land.stranger).get(address, wanted(land)).status_code == 404
    assert browse(make_actor(Role.STATISTICIAN, land.county, "统计")).get(address, wanted(land)).status_code == 403
    scope = queries.scope_of(land.town, lately())
    query = queries.as_export(figures.figure("cases.closed"), scope, unit=land.town.id, alone=False)
    with pytest.raises(Refused, match="没有符合条件"):
        actions.ask_export(by=land.stranger, kind="csv", query=query, words="")
    for key in ("cases.closed_rate", "reports.corrected", "cases.nothing"):
        assert browse(land.clerk).get(reverse("reports:figure_export", args=[key]), wanted(land)).status_code == 404
    assert "/export/" not in page(browse(land.clerk), land.town, "reports.corrected", **as_query(lately()))
    assert "/export/" in page(browse(land.clerk), land.town, "cases.closed", **as_query(lately()))


def test_p10_who_lost_the_unit_in_between_gets_nothing(land, put, monkeypatch):
    put(land, "closed")
    scope = queries.scope_of(land.town, lately())
    query = queries.as_export(figures.figure("cases.closed"), scope, unit=land.town.id, alone=False)
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    waiting = actions.ask_export(by=land.clerk, kind="csv", query=query, words="")
    assert waiting.ready_at is None
    made = actions.make_export(waiting, by=land.stranger)
    assert made.done == 0


def test_conditions_that_are_too_long_are_refused_not_cut(land, put):
    put(land, "closed")
    with pytest.raises(Refused, match="条件太多"):
        actions.ask_export(
            by=land.clerk, kind="csv", query="list=figure&figure=cases.closed&reason=" + "很" * 400, words=""
        )
