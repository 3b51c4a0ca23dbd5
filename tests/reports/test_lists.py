"""Every list of the product is a ledger, of what the list itself shows a person and nothing more; no column tells who asked."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework import actions as casework
from gongyi.casework.actions import AskerFacts, reception
from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.models import Case, Matter, MatterCase, Publication
from gongyi.core import clock, gate, lists
from gongyi.core.access import Role
from gongyi.core.county import new_key
from gongyi.core.figures import Period
from gongyi.core.models import ImportRun
from gongyi.documents.reading import read_book
from gongyi.people.models import Account
from gongyi.promises.actions import make_promise
from gongyi.promises.models import Promise, Record
from gongyi.proposals import actions as proposals
from gongyi.proposals.actions import AuthorFacts
from gongyi.proposals.models import Proposal, ProposalPart
from gongyi.publishing import actions as publishing
from gongyi.reports.actions import asking
from gongyi.reports.actions import ledger as actions
from gongyi.reports.actions import report as reports
from gongyi.reports.actions.ledger import Keeping
from gongyi.reports.actions.paper import verify
from gongyi.reports.models import Ledger
from gongyi.reports.queries import as_facts
from gongyi.reports.queries import asking as asked_queries
from gongyi.reports.queries import ledger as queries
from gongyi.reports.queries.board import dashboard, last_whole
from gongyi.reports.queries.ties import Counted
from tests.factories import hold, make_account, make_actor, make_post
from tests.reports.test_asking import wanted

pytestmark = pytest.mark.django_db
NAME, PHONE = "刘大勇", "13812345678"
ALL = (
    "unit",
    "post",
    "promise",
    "case",
    "publication",
    "register",
    "matter",
    "proposal",
    "report",
    "ask",
    "answer",
    "error",
    "import",
)


def now() -> Period:
    today = clock.today()
    return Period(today - timedelta(days=30), today + timedelta(days=60))


def told_by_asker(land, **facts) -> Case:
    """A case whose title and text name its asker."""
    asker = AskerFacts(name=NAME, phone=PHONE)
    text = f"我是{NAME}，电话{PHONE}，三组路灯坏了。"
    return casework.open_case(
        by=land.clerk, unit=land.town, type=land.enquiry, content=text, asker=asker, may_publish=True, **facts
    )


@pytest.fixture
def full(land, put):
    """One row or more of every list, of the township and of nobody else."""
    case, other = told_by_asker(land), told_by_asker(land)
    casework.assign_case(case, by=land.desk, lead=land.town)
    casework.return_case(case, by=land.clerk, reason=land.reasons["return"], proposed=land.other)
    make_promise(by=land.clerk, record=Record("case", case.id, case.number, land.town), what=f"给{PHONE}装好路灯", unit=land.town, due=clock.today())  # fmt: skip
    matter = Matter(id=new_key(land.county.county), county=land.county.county, found_at=clock.now())
    matter.save()
    for one in (case, other):
        MatterCase(county=land.county.county, matter=matter, case=one).save()
    sheet = reception.make_sheets(by=land.clerk, unit=land.town, day=clock.today(), pages=1)[0]
    lines = [(sheet, 1, {"content": "来问低保", "channel": "counter", "type": land.enquiry})]
    reception.type_in(lines, by=land.clerk)
    closed = put(land, "closed")
    Case.objects.filter(id=closed.id).update(may_publish=True, answer="修好了。", lead=land.town)
    closed.refresh_from_db()
    publishing.start_publication(closed, by=land.clerk)
    proposals.open_proposal(
        by=land.clerk, unit=land.town, title=f"{NAME}建议修桥", analysis=f"找{NAME}，{PHONE}。", suggestions="修一座桥。",
        authors=[AuthorFacts(NAME, PHONE)],
    )  # fmt: skip
    reports.start_report(by=land.clerk, unit=land.town, period=Period(clock.today(), clock.today()), kind="summary")
    above = make_actor(Role.STATISTICIAN, land.county, "县统")
    ask = asking.draft_ask(by=above, unit=land.county, asking=wanted({"town": land.town}))
    asking.send_ask(ask, by=above, minutes=asked_queries.cost(ask).minutes)
    own = asking.draft_ask(by=land.clerk, unit=land.town, asking=wanted({"town": land.village}))
    asking.send_ask(own, by=land.clerk, minutes=asked_queries.cost(own).minutes)
    at = clock.now()
    ImportRun(
        county=land.county.county,
        kind="cases",
        unit=land.town.id,
        account=land.clerk.id,
        source="镇办",
        state="done",
        asked_at=at,
        beat_at=at,
    ).save()
    hold(make_post(land.town, "信访岗"), Account.objects.get(id=land.clerk.id), contact=PHONE)
    return land


def found(by, land, name: str, **where: str):
    return lists.kind(name).rows(by, lists.Asked(land.town, now(), where, 100))


def cells(by, land, name: str) -> list[dict]:
    rows = found(by, land, name)
    known = lists.kind(name).cells(by, [key for key, _at in rows.pairs], lists.Asked(land.town, now(), {}, 100))
    return [dict(known[key]) for key, _at in rows.pairs]


def keep(land, name: str, by=None, **changed) -> Ledger:
    kind = lists.kind(name)
    known = queries.columns(kind)
    columns = [(key, str(words)[:30]) for key, words in known.items()][: actions.MOST_COLUMNS]
    keeping = Keeping(changed.get("name", f"{name}台账"), kind, "", changed.get("query", ""), columns)
    return actions.keep_ledger(by=by or land.clerk, unit=land.town, keeping=keeping)


def test_all_lists_are_registered_once_with_columns_and_a_page():
    assert {kind.name for kind in lists.kinds()} == set(ALL)
    for kind in lists.kinds():
        assert reverse(kind.page)
        known = queries.columns(kind)
        assert set(queries.first_columns(kind)) <= set(known), kind.name
        assert [str(words) for words in known.values() if gate.refused_header(str(words))] == [], kind.name
        assert not any(re.search("电话|住址|身份", str(words)) for words in known.values()), kind.name
    with pytest.raises(ValueError, match="case"):
        lists.register(replace(lists.kind("case")))


def test_every_list_becomes_a_file_and_is_frozen_and_known_again(full):
    days = now()
    for name in ALL:
        ledger = keep(full, name)
        row = queries.rows_in(full.clerk, ledger, days)
        assert row.pairs, name
        content, file = actions.take_ledger(ledger, by=full.clerk, period=days)
        sheet = read_book(content)[0].rows
        assert file.number in sheet[1][0]
        assert len(sheet) == 3 + len(row.pairs) + 1
        assert str(row.number) in sheet[-1][0]
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert 'orientation="landscape"' in package.read("xl/worksheets/sheet1.xml").decode()
        text = "".join(str(cell) for line in sheet for cell in line)
        assert PHONE not in text
        assert NAME not in text or name == "post", name
        with clock.at(clock.now() + timedelta(days=90)):
            frozen = actions.freeze_ledger(ledger, by=full.clerk, period=days)
            assert queries.changed_since(full.clerk, frozen) == []
            assert verify(actions.take_sheet(frozen, by=full.clerk), [full.county.county])["unchanged"]


def test_p4_rows_of_a_list_are_those_that_the_person_may_open(full):
    for name in ALL:
        rows = {key for key, _at in found(full.clerk, full, name).pairs}
        assert lists.kind(name).still(full.clerk, rows) == rows
        assert set(lists.kind(name).cells(full.clerk, list(rows), lists.Asked(full.town, now()))) == rows


def test_p5_a_unit_beside_sees_no_row_not_even_by_its_key(full):
    for name in [name for name in ALL if name != "unit"]:
        kind, rows = lists.kind(name), found(full.clerk, full, name).pairs
        keys = [key for key, _at in rows]
        assert found(full.stranger, full, name).pairs == [] or name == "error"
        assert kind.still(full.stranger, keys) == set()
        assert dict(kind.cells(full.stranger, keys, lists.Asked(full.town, now()))) == {}
        ledger = keep(full, name)
        with pytest.raises(Http404):
            queries.fetch_ledger(full.stranger, ledger.id)
        with pytest.raises(PermissionDenied):
            actions.take_ledger(ledger, by=full.stranger, period=now())


@pytest.mark.parametrize("name", ["promise", "proposal", "report", "publication", "ask"])
def test_p5_control_without_its_rule_the_row_would_be_there(full, monkeypatch, name):
    from gongyi.casework.queries import ledger as of_cases
    from gongyi.promises.models import Promise
    from gongyi.promises.queries import ledger as of_promises
    from gongyi.proposals.models import Proposal, ProposalPart
    from gongyi.proposals.queries import lists as of_proposals
    from gongyi.reports.models import Ask, Report
    from gongyi.reports.queries import lists as of_reports

    module, rule, model = {
        "promise": (of_promises, "visible_to", Promise), "report": (of_reports, "reports_visible_to", Report),
        "publication": (of_cases, "_texts_of", Publication), "ask": (of_reports, "asks_visible_to", Ask),
        "proposal": (of_proposals, "parts_visible_to", ProposalPart),
    }[name]  # fmt: skip
    assert Proposal.objects.exists()
    assert found(full.stranger, full, name).pairs == []
    monkeypatch.setattr(module, rule, lambda by, **_more: model.objects.filter(county=by.county))
    assert found(full.stranger, full, name).pairs != []


def test_p6_masks_switched_off_are_seen(full, monkeypatch):
    from gongyi.promises.queries import ledger as of_promises
    from gongyi.proposals.queries import ledger as of_proposals

    assert PHONE not in str(cells(full.clerk, full, "promise")) + str(cells(full.clerk, full, "proposal"))
    monkeypatch.setattr(of_promises, "mask_text", lambda text: text)
    monkeypatch.setattr(of_proposals, "hide_private", lambda text, _found: text)
    assert PHONE in str(cells(full.clerk, full, "promise"))
    assert NAME in str(cells(full.clerk, full, "proposal"))


def test_posts_are_of_ones_own_unit_without_the_contact(full):
    make_post(full.village, "村联络员")
    assert [line["post"] for line in cells(full.clerk, full, "post")] == ["信访岗"]
    above = make_actor(Role.CLERK, full.county, "县办")
    assert lists.kind("post").still(above, [key for key, _at in found(full.clerk, full, "post").pairs]) == set()


def test_imports_are_ones_own(full):
    assert found(full.clerk2, full, "import").pairs == []
    assert [line["source"] for line in cells(full.clerk, full, "import")] == ["镇办"]


def test_filters_choose_rows_and_are_told_in_words(full):
    assert found(full.clerk, full, "case", state="returned").number == 1
    assert found(full.clerk, full, "promise", late="on").pairs == []
    assert found(full.clerk, full, "error", error="cases.reopened").pairs == []
    ledger = keep(full, "case", query="state=returned&q=路灯")
    assert "退" in queries.words_of(full.clerk, ledger)
    assert queries.rows_in(full.clerk, ledger, now()).number == 1


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_pages_choose_a_list_then_columns_and_conditions(full):
    client = browser(full.clerk)
    page = unescape(client.get(reverse("reports:ledger_new")).content.decode())
    assert all(f"?kind={name}" in page for name in ALL)
    page = client.get(reverse("reports:ledger_new"), {"kind": "promise", "state": "due", "q": "路灯"})
    assert 'value="due" selected' in page.content.decode()
    assert client.get(reverse("reports:ledger_new"), {"kind": "nothing"}).status_code == 404
    form = {
        "name": "承诺一本",
        "unit": str(full.town.id),
        "where_state": "due",
        "place_what": "1",
        "_key": "0b6b5b0a-0000-4000-8000-0000000000aa",
    }
    client.post(f"{reverse('reports:ledger_new')}?kind=promise", form)
    ledger = Ledger.objects.get()
    assert (ledger.kind, ledger.query, ledger.chosen[0][0]) == ("promise", "state=due", "what")
    page = unescape(
        client.get(ledger.get_absolute_url(), {"from": str(now().first), "to": str(now().last)}).content.decode()
    )
    assert "合计 1 项" in page


def test_a_figure_with_conditions_of_the_list_is_said_to_be_none(full):
    form = {
        "name": "一本",
        "unit": str(full.town.id),
        "figure": "cases.received",
        "where_state": "handling",
        "place_title": "1",
        "_key": "0b6b5b0a-0000-4000-8000-0000000000ab",
    }
    page = browser(full.clerk).post(f"{reverse('reports:ledger_new')}?kind=case", form)
    assert "不起作用" in unescape(page.content.decode())
    assert not Ledger.objects.exists()


def test_a_promise_figure_is_a_ledger_of_promises(full):
    page = browser(full.clerk).get(reverse("reports:ledger_new"), {"figure": "promises.due"})
    assert 'value="promises.due" selected' in page.content.decode()
    keeping = Keeping("到期的承诺", lists.kind("promise"), "promises.due", "", [("number", "号"), ("what", "事")])
    ledger = actions.keep_ledger(by=full.clerk, unit=full.town, keeping=keeping)
    assert queries.rows_in(full.clerk, ledger, now()).number == 1


def test_somebody_without_the_lists_permission_is_offered_none_of_it(full):
    steward = make_actor(Role.STEWARD, full.county, "业务")
    assert {kind.name for kind in queries.kinds_for(steward)} == {"unit", "post", "import"}
    with pytest.raises(Http404):
        queries.kind_named(steward, "case")
    assert make_account("旁人")


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cases=st.lists(st.integers(0, 45), max_size=4),
    promises=st.lists(st.tuples(st.integers(0, 45), st.booleans()), max_size=4),
    suggested=st.lists(st.integers(0, 45), max_size=3),
)
def test_dashboard_report_ledger_list_export_and_api_count_the_same(land, cases, promises, suggested):
    """Of random data: cases and proposals recorded, promises due so many days before the end of the month that was over last."""
    month = last_whole(clock.today())
    end = month.end - timedelta(hours=1)
    for model in (Promise, MatterCase, Case, Proposal):
        model.objects.all().delete()
    keys = [told_by_asker(land).id for _ago in cases]
    for key, ago in zip(keys, cases, strict=True):
        Case.objects.filter(id=key).update(recorded_at=end - timedelta(days=ago))
        sync_parts(Case.objects.get(id=key))
    for ago, withdrawn in promises:
        record = Record("case", new_key(land.county.county), "2026-0001", land.town)
        one = make_promise(by=land.clerk, record=record, what="装灯", unit=land.town, due=clock.today())
        ended = {"state": "withdrawn", "ended_on": clock.today()} if withdrawn else {}
        Promise.objects.filter(id=one.id).update(due=(end - timedelta(days=ago)).date(), **ended)
    for ago in suggested:
        one = proposals_opened(land)
        Proposal.objects.filter(id=one.id).update(
            recorded_at=end - timedelta(days=ago), submitted_at=end - timedelta(days=ago)
        )
        ProposalPart.objects.filter(proposal=one.id).update(recorded_at=end - timedelta(days=ago))
    api = {line["id"]: line["value"] for line in as_facts(land.town, month)}
    board = dashboard(land.town, month)
    shown = {value.figure.id: value.value for value in (*board.values, *board.proposals)}
    counted = Counted(land.town, month)
    counted._count("", ["cases.received", "promises.due", "proposals.received"], before=False)
    for name, figure, left in (
        ("case", "cases.received", {}),
        ("promise", "promises.due", {"withdrawn"}),
        ("proposal", "proposals.received", {}),
    ):
        kind = lists.kind(name)
        of_figure = queries.rows_in(
            land.clerk, Ledger(county=land.county.county, unit=land.town, kind=name, figure=figure, columns="[]"), month
        )
        of_list = Ledger(county=land.county.county, unit=land.town, kind=name, query="", columns="[]")
        rows = queries.rows_in(land.clerk, of_list, month)
        exported = kind.cells(land.clerk, [key for key, _at in rows.pairs], queries.asked_of(of_list, month))
        gone = Promise.objects.filter(state__in=left, id__in=list(exported)).count()
        number = api[figure]
        assert number == of_figure.number == len(of_figure.pairs) == rows.number - gone == len(exported) - gone, name
        assert counted.found[figure, "", "", False].value == number
        assert shown.get(figure, number if name == "promise" or not number else None) == number, name


def proposals_opened(land):
    return proposals.open_proposal(
        by=land.clerk,
        unit=land.town,
        title="修桥",
        analysis="绕路。",
        suggestions="修一座桥。",
        authors=[AuthorFacts(NAME, PHONE)],
    )
