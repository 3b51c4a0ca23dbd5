"""The list of proposals as a file: the same rows as the page, nobody's name in it, taken once by whoever asked for it."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.documents.reading import read_table
from gongyi.people.actions import exports
from gongyi.people.models import Export
from gongyi.people.queries.exports import cells, headers
from gongyi.proposals.models import ProposalPart
from gongyi.proposals.queries import Wanted, count, list_keys
from tests.factories import refused
from tests.proposals.conftest import answered, assigned, opened
from tests.proposals.test_views import browser, send


def ask(by, query="", kind="csv"):
    return exports.ask_export(by=by, listed="proposal", kind=kind, query=query, words="")


def taken(export, by) -> str:
    with exports.take_export(export, by=by) as file:
        return BytesIO(file.read()).getvalue().decode("utf-8-sig")


def test_file_holds_the_rows_of_the_list_without_who_proposed(land):
    one = answered(land)
    opened(land, title="修路", analysis="刘大勇说，电话13812345678，路不平。")
    text = taken(ask(land.desk), land.desk)
    assert text.count("提") >= 2
    assert all(name in text for name in ("案号", "案由", "办理结果", one.number, "第A类", "具体建议"))
    assert "刘大勇" not in text
    assert "13812345678" not in text


@pytest.mark.parametrize("query", ["", "state=assigned", "waiting=me", "q=修桥"])
def test_p4_list_count_and_file_agree(land, query):
    assigned(land)
    opened(land)
    for who in (land.desk, land.clerk, land.helper, land.stranger):
        facts = dict(pair.split("=") for pair in query.split("&") if pair)
        keys = list_keys(who, facts, 100)
        wanted = Wanted(**{{"q": "text"}.get(name, name): value for name, value in facts.items()})
        assert len(keys) == count(who, wanted) == len(list(cells(who, "proposal", keys)))


def test_long_file_is_written_by_the_worker_as_its_person_stands_then(land, monkeypatch):
    assigned(land)
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    export = ask(land.clerk, kind="xlsx")
    assert export.ready_at is None
    ProposalPart.objects.filter(unit=land.town).update(until=clock.now())
    assert exports.make_waiting(land.county.county) == 1
    export.refresh_from_db()
    assert (export.listed, export.done) == ("proposal", 0)


def test_p10_what_one_may_no_longer_see_is_not_handed_out(land):
    one = assigned(land)
    export = ask(land.clerk)
    ProposalPart.objects.filter(proposal=one, unit=land.town).update(until=clock.now())
    with refused("changed"):
        exports.take_export(export, by=land.clerk)


def test_only_who_asked_takes_it_and_only_who_may_see_proposals_asks(land):
    opened(land)
    export = ask(land.desk)
    with pytest.raises(Http404):
        exports.take_export(export, by=land.clerk)
    nobody = Actor(id=land.desk.id, name="", county=land.county.county, held=())
    with pytest.raises(PermissionDenied):
        ask(nobody)
    with refused("empty"):
        ask(land.stranger)


def test_contacts_are_never_in_it(land):
    opened(land)
    with pytest.raises(PermissionDenied):
        exports.ask_contacts(
            by=land.desk, listed="proposal", kind="csv", query="", words="", purpose="contact", reason="通知"
        )


def test_page_says_what_is_in_it_and_leads_to_the_file(land):
    answered(land)
    client = browser(land.desk)
    page = client.get("/proposals/export/?state=replied").content.decode()
    assert "状态：答复" in page
    assert all(head in page for head in headers("proposal"))
    done = send(client, "/proposals/export/?state=replied", kind="xlsx")
    export = Export.objects.get()
    assert done["Location"] == export.get_absolute_url()
    got = client.post(f"/cases/exports/{export.id}/take/")
    assert "%E6%8F%90%E6%A1%88-" in got["Content-Disposition"]
    [sheet] = read_table(b"".join(got.streaming_content), "a.xlsx")
    assert len(sheet.rows) == 2


def test_rows_behind_a_figure_are_taken_as_a_file(land):
    one = answered(land)
    day = f"{clock.today()}"
    at = f"?unit={land.county.id}&from={day}&to={day}"
    address = reverse("reports:figure_export", args=["proposals.answered"]) + at
    client = browser(land.desk)
    assert (
        reverse("reports:figure_export", args=["proposals.answered"])
        in client.get(reverse("reports:figure", args=["proposals.answered"]) + at).content.decode()
    )
    assert send(client, address, kind="csv").status_code == 302
    assert one.number in taken(Export.objects.get(), land.desk)
    assert figures.figure("proposals.answered").source.opens == "proposal"
