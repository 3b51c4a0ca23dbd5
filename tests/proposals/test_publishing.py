"""Public proposals: who may make, approve and take down what; what stays hidden; the way, the promises, the open data."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from gongyi.core import clock
from gongyi.core.access import Role, asker_actor
from gongyi.core.models import Message
from gongyi.people.models import Account
from gongyi.people.queries import actor_of
from gongyi.promises.models import Line, Promise
from gongyi.promises.queries import public as promises
from gongyi.proposals.actions.publishing import PRESS
from gongyi.proposals.models import Proposal, Publication, PublishedText
from gongyi.proposals.queries import my_day, open_data
from gongyi.proposals.queries import published as queries
from gongyi.proposals.workflow import PUBLICATION
from gongyi.publishing import actions as publishing
from gongyi.publishing import queries as office
from gongyi.publishing import rules
from gongyi.publishing.queries import office as reading
from tests.factories import make_actor, refused
from tests.proposals.conftest import act, again, opened

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OURS = {"analysis": "刘大勇家门口的路，请打13812345678问他。", "may_publish": True}


def started(land, one=None, **facts):
    return publishing.start_publication(one or again(assigned_public(land, **facts)), by=land.clerk)


def assigned_public(land, **facts):
    """Given to the township, with the proposer's consent."""
    one = opened(land, **{**OURS, **facts})
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    return again(one)


def published(land, one=None):
    text = publishing.propose_publication(started(land, one), by=land.clerk)
    return publishing.approve_publication(text, by=land.lead)


def replied(land, one, result="A"):
    """Answered by the township and signed."""
    act(one, "sign", land.clerk)
    lines = [Line("桥修到河对岸", land.town, clock.today() + timedelta(days=90))] if result == "B" else []
    act(one, "answer", land.clerk, answer="已列入明年计划，请刘大勇放心。", result=land.classes[result], promises=lines)
    act(one, "approve", land.lead)
    return again(one)


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


def test_what_is_public_is_masked_and_approved_by_another(land):
    publication = published(land)
    text = queries.shown(land.county.county, publication.slug)
    for secret in ("刘大勇", "13812345678"):
        assert secret not in text.analysis
        assert secret not in publication.analysis, "the work text forgets it too"
    assert "〔姓名〕" in text.analysis
    assert (text.made_by, text.approved_by, text.answer) == (land.clerk.id, land.lead.id, "")
    assert list(queries.published(land.county.county)) == [text]
    with pytest.raises(PermissionDenied):
        publishing.approve_publication(publishing.propose_publication(started(land), by=land.clerk), by=land.clerk)


def test_masking_switched_off_is_seen(land, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(reading, "find_in_all", lambda texts, _known: [[] for _text in texts])
    assert "刘大勇" in queries.shown(land.county.county, published(land).slug).analysis


@pytest.mark.parametrize("state", ["submitted", "not_filed", "withdrawn", "merged"])
def test_what_is_not_filed_is_not_public(land, state):
    one = assigned_public(land)
    one.state = state
    with refused("not_public"):
        publishing.start_publication(one, by=land.clerk)


def test_without_consent_nothing_is_public(land, monkeypatch):
    one = assigned_public(land, may_publish=False)
    with refused("not_public"):
        publishing.start_publication(one, by=land.clerk)
    monkeypatch.setattr(publishing, "_may", lambda _one: None)  # the control
    assert publishing.start_publication(one, by=land.clerk).state == "draft"


def test_withdrawing_takes_it_down_at_once(land):
    publication = published(land)
    act(publication.proposal, "withdraw", land.desk, note="不提了")
    publication.refresh_from_db()
    assert (publication.state, publication.down_why) == ("down", "rule")
    with pytest.raises(Http404):
        queries.shown(land.county.county, publication.slug)


def test_consent_that_ends_takes_it_down(land):
    publication = published(land)
    one = again(publication.proposal)
    publishing.ask_take_down(one, by=asker_actor("提出人", land.county.county, one.id))
    assert not list(queries.published(land.county.county))
    assert not Proposal.objects.get(id=one.id).may_publish
    with refused("not_public"):
        publishing.revive_publication(office.fetch(land.clerk, PRESS, publication.id), by=land.clerk)


def test_answer_joins_by_a_correction_and_the_earlier_text_stays_seen(land):
    publication = published(land)
    one = replied(land, again(publication.proposal), "B")
    assert queries.unread_answer(one)
    assert Message.objects.filter(event="publication", text__contains="答复发出了").exists()
    assert not list(promises.public_promises(land.county.county)), "not before the answer is public"
    publication = office.fetch(land.clerk, PRESS, publication.id)
    publishing.amend_publication(publication, by=land.clerk, why="补上答复")
    assert "放心" in publication.answer
    publishing.propose_publication(publication, by=land.clerk)
    assert publication.second in {land.county, land.town}
    second = make_actor(Role.LEAD, publication.second)
    publishing.approve_publication(office.fetch(second, PRESS, publication.id), by=second)

    text = queries.shown(land.county.county, publication.slug)
    assert (text.number, text.result, "刘大勇" in text.answer) == (2, land.classes["B"], False)
    assert [one.number for one in office.earlier(text)] == [1]
    assert not queries.unread_answer(again(one))
    page = queries.page_of(text)
    assert [row["what"] for row in page["promises"]] == ["桥修到河对岸"]
    assert promises.page_of(Promise.objects.get())["answer_url"] == f"/portal/suggestions/{publication.slug}/"


def test_unsigned_answer_is_never_public(land):
    one = assigned_public(land)
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="还没有签发的答复", result=land.classes["A"])
    publication = publishing.start_publication(again(one), by=land.clerk2)
    assert publication.answer == ""
    publication.proposal = again(one)
    assert not queries.unread_answer(again(one))


def test_way_names_units_and_days_and_nobody(land, monkeypatch):
    one = assigned_public(land)
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=4))
    one = replied(land, one)
    way = queries.way_of(one)
    assert [stop.words for stop in way] == [
        "已收到", "已立案", "已交给承办单位", "承办单位已接手", "正在写答复", "有答复了"
    ]  # fmt: skip
    assert way[2].days == 4
    said = " ".join(map(str, way))
    assert not any(person.name in said for person in (land.recorder, land.desk, land.clerk, land.lead))


def test_p5_a_stranger_finds_nothing(land):
    publication = started(land)
    assert office.fetch(land.clerk, PRESS, publication.id) == publication
    for by in (land.stranger, make_actor(Role.LEAD, land.other)):
        with pytest.raises(Http404):
            office.fetch(by, PRESS, publication.id)
        assert office.ours(by, PRESS) == []


def test_its_approver_finds_it_on_today(land):
    text = publishing.propose_publication(started(land), by=land.clerk)
    [section] = [one for one in my_day(land.lead) if one.key == "public-proposal"]
    assert [line.row["url"] for line in section.lines] == [text.get_absolute_url()]
    assert not [one for one in my_day(land.clerk) if one.key == "public-proposal"]


MOVES = {
    "edit": lambda land, p: publishing.edit_publication(p, by=land.clerk, title="甲", analysis="乙", suggestions="丙", answer=""),
    "show": lambda land, p: publishing.show_word(p, by=land.clerk, kind="phone", words="13812345678", reason="本来公开的"),
    "propose": lambda land, p: publishing.propose_publication(p, by=land.clerk),
    "recall": lambda land, p: publishing.recall_publication(p, by=land.clerk),
    "approve": lambda land, p: publishing.approve_publication(p, by=land.lead),
    "refuse": lambda land, p: publishing.refuse_publication(p, by=land.lead, note="再短些"),
    "amend": lambda land, p: publishing.amend_publication(p, by=land.clerk, why="写错了"),
    "take_down": lambda land, p: publishing.take_down(p, by=land.clerk, down_why="old"),
    "revive": lambda land, p: publishing.revive_publication(p, by=land.clerk),
}  # fmt: skip


@pytest.mark.parametrize("action", MOVES)
@pytest.mark.parametrize("state", PUBLICATION.states)
def test_every_state_and_action(land, state, action):
    publication = started(land)
    current = 1 if state == "published" else 0
    values = {"state": state, "current": current, "second": land.town, "proposed_by": land.clerk.id}
    Publication.objects.filter(id=publication.id).update(**values)
    publication = office.fetch(land.clerk, PRESS, publication.id)
    move = PUBLICATION[action]
    if state in move.sources:
        MOVES[action](land, publication)
        assert publication.state == (move.target or state)
    else:
        with refused("wrong_state"):
            MOVES[action](land, publication)


def test_guard_off_lets_the_writer_approve(land, monkeypatch):
    """Negative control: without the rule the database still refuses, but the move itself would pass."""
    both = make_actor(Role.LEAD, land.town)
    text = started(land)
    publishing.edit_publication(text, by=both, title="甲", analysis="乙", suggestions="丙", answer="")
    publishing.propose_publication(text, by=land.clerk)
    assert not rules.can_move(both, text, PUBLICATION["approve"])
    monkeypatch.setattr(rules, "OWN_TEXT", set())
    assert rules.can_move(both, text, PUBLICATION["approve"])


def test_pages_from_the_office_to_the_public(land):
    one = assigned_public(land)
    clerk, lead = browser(land.clerk), browser(land.lead)
    address = f"/proposals/publications/start/{one.id}/"
    assert address in clerk.get(one.get_absolute_url()).content.decode()
    page = clerk.get(address).content.decode()
    assert "开始拟稿" in page
    clerk.post(address, {"_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c11"})
    publication = Publication.objects.get()
    page = clerk.get(publication.get_absolute_url()).content.decode()
    assert "〔姓名〕" in page
    for step in ("edit", "propose"):
        assert clerk.get(f"{publication.get_absolute_url()}{step}/").status_code == 200
    clerk.post(
        f"{publication.get_absolute_url()}propose/",
        {"_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c12", "seen": publication.version},
    )
    publication.refresh_from_db()
    assert publication.state == "proposed"
    assert "在村口修一座桥" in lead.get("/proposals/publications/").content.decode()
    lead.post(
        f"{publication.get_absolute_url()}approve/",
        {"_key": "5d7e0e6a-6c39-4b8a-8a7f-3b1a6f0e9c13", "seen": publication.version},
    )
    anybody = Client()
    page = anybody.get(f"/portal/suggestions/{publication.slug}/").content.decode()
    assert "在村口修一座桥" in page
    assert "已交给承办单位" in page
    for secret in ("刘大勇", "13812345678", one.number, "王办", "赵审"):
        assert secret not in page
    assert publication.slug in anybody.get("/portal/suggestions/?q=小桥").content.decode()
    assert publication.slug not in anybody.get("/portal/suggestions/?q=13812345678").content.decode()
    feed = anybody.get("/portal/suggestions/feed/").content.decode()
    assert publication.slug in feed
    assert "刘大勇" not in feed
    publishing.take_down(office.fetch(land.clerk, PRESS, publication.id), by=land.clerk, down_why="old")
    assert anybody.get(f"/portal/suggestions/{publication.slug}/").status_code == 410
    assert anybody.get("/portal/suggestions/nothing/").status_code == 404


def test_open_data_holds_what_the_pages_show_and_no_person(land):
    publication = published(land)
    anybody = Client()
    sheet = b"".join(anybody.get("/portal/suggestions/data.csv").streaming_content)
    assert sheet.startswith(b"\xef\xbb\xbf")
    lines = sheet.decode("utf-8-sig").splitlines()
    assert lines[0].count(",") == len(open_data.COLUMNS) - 1
    (row,) = json.loads(b"".join(anybody.get("/portal/suggestions/data.json").streaming_content))
    assert row.keys() == {column.name for column in open_data.COLUMNS}
    assert (row["id"], row["unit"], row["version"], row["stage"]) == (publication.slug, "东湖镇", 1, "已交给承办单位")
    assert row["url"].endswith(f"/portal/suggestions/{publication.slug}/")
    for secret in ("刘大勇", "13812345678", publication.proposal.number):
        assert secret not in sheet.decode()
        assert secret not in str(row)
    publishing.take_down(office.fetch(land.clerk, PRESS, publication.id), by=land.clerk, down_why="old")
    assert json.loads(b"".join(anybody.get("/portal/suggestions/data.json").streaming_content)) == []
    assert "公开编号" in anybody.get("/portal/suggestions/data/").content.decode()


def test_list_costs_the_same_for_many(land, django_assert_max_num_queries):
    for _n in range(3):
        published(land)
    with django_assert_max_num_queries(14):
        assert Client().get("/portal/suggestions/").content.decode().count("/portal/suggestions/") > 3


def test_filters(land):
    first, second = published(land), published(land)
    county = land.county.county
    assert [one.publication_id for one in queries.search(county, queries.Filter())[0]] == [second.id, first.id]
    assert [one.publication_id for one in queries.search(county, queries.Filter(after=second.slug))[0]] == [first.id]
    assert queries.search(county, queries.Filter(stage="open", unit=land.town.id))[0]
    assert not queries.search(county, queries.Filter(stage="answered"))[0]
    assert not queries.search(county, queries.Filter(year=1999))[0]
    assert not queries.search(county + 1, queries.Filter())[0]
    assert PublishedText.objects.filter(live=True).count() == 2
    assert actor_of(Account.objects.get(id=land.clerk.id)).can(PRESS.view)
