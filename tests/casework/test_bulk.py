"""The same step for many cases: previewed, done for each by itself, taken back where that harms nobody."""

from datetime import timedelta

import pytest
from django.test import Client

from gongyi.casework import actions, queries
from gongyi.casework.actions import bulk
from gongyi.casework.models import BulkLine, BulkRun, Case
from gongyi.core import clock
from gongyi.core.models import AuditEntry, Message
from gongyi.people.models import Account
from tests.factories import refused

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


@pytest.fixture
def cases(land) -> list[Case]:
    return [
        actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content=f"第{at}盏路灯坏了")
        for at in range(4)
    ]


def chosen(cases) -> list:
    return [(case.id, case.version) for case in cases]


def marks(cases) -> list[str]:
    return [f"{key}:{version}" for key, version in chosen(cases)]


def states(cases) -> list[str]:
    return [Case.objects.get(id=case.id).state for case in cases]


def key_of(answer) -> str:
    return answer.content.decode().split('name="_key" value="')[-1][:36]


def test_preview_says_what_will_happen_and_changes_nothing(land, cases):
    actions.assign_case(Case.objects.get(id=cases[1].id), by=land.desk, lead=land.other)
    stale, rows = cases[1], AuditEntry.objects.count()
    fresh = [*cases[:1], *cases[2:3], Case.objects.get(id=stale.id)]
    lines = bulk.plan(chosen(fresh), bulk.assigning(by=land.desk, lead=land.town), by=land.desk)
    assert [(line.done, line.words) for line in lines] == [
        (True, "派给东湖镇"),
        (True, "派给东湖镇"),
        (True, "改派给东湖镇"),
    ]
    old = bulk.plan(chosen([stale]), bulk.assigning(by=land.desk, lead=land.town), by=land.desk)
    assert [line.done for line in old] == [False]
    assert (states(cases)[0], AuditEntry.objects.count()) == ("recorded", rows)


def test_one_that_cannot_be_done_does_not_stop_the_others(land, cases):
    actions.assign_case(Case.objects.get(id=cases[1].id), by=land.desk, lead=land.other)
    run = bulk.run_bulk(chosen(cases), bulk.assigning(by=land.desk, lead=land.town), by=land.desk, what="assign")
    lines = BulkLine.objects.filter(run=run).order_by("position")
    assert [line.done for line in lines] == [True, False, True, True]
    assert "刚被别人改过" in lines[1].words
    assert [Case.objects.get(id=case.id).lead_id for case in cases] == [
        land.town.id,
        land.other.id,
        land.town.id,
        land.town.id,
    ]


def test_p3_rows_outside_the_scope_are_as_if_never_chosen(land, cases):
    lines = bulk.plan(chosen(cases), bulk.assigning(by=land.stranger, lead=land.other), by=land.stranger)
    assert lines == []
    run = bulk.run_bulk(chosen(cases), bulk.reminding(by=land.stranger, note="快"), by=land.stranger, what="remind")
    assert BulkLine.objects.filter(run=run).count() == 0
    assert states(cases) == ["recorded"] * 4


def test_who_may_not_assign_is_told_at_each_row_and_at_the_door(land, cases):
    lines = bulk.plan(chosen(cases), bulk.assigning(by=land.officer, lead=land.town), by=land.officer)
    assert {line.done for line in lines} == {False}
    assert browser(land.officer).post("/cases/bulk/assign/", {"row": marks(cases)}).status_code == 403


def test_at_most_a_hundred(land, cases, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)
    with refused("too_many"):
        bulk.plan(chosen(cases), bulk.assigning(by=land.desk, lead=land.town), by=land.desk)


def test_undo_takes_back_what_nobody_signed_for(land, cases):
    run = bulk.run_bulk(chosen(cases), bulk.assigning(by=land.desk, lead=land.town), by=land.desk, what="assign")
    actions.sign_case(Case.objects.get(id=cases[0].id), by=land.clerk)
    assert not bulk.can_undo(run, by=land.county_desk)
    bulk.undo_bulk(run, by=land.desk)
    assert states(cases) == ["signed", "accepted", "accepted", "accepted"]
    lines = list(BulkLine.objects.filter(run=run).order_by("position"))
    assert [line.undone == "已撤回" for line in lines] == [False, True, True, True]
    assert Message.objects.filter(account=land.clerk.id, event="recall").count() == 3
    with refused("too_late"):
        bulk.undo_bulk(BulkRun.objects.get(id=run.id), by=land.desk)
    assert queries.fetch(land.desk, cases[1].id).lead_id is None


def test_undo_ends_after_ten_minutes_and_never_fits_a_reminder(land, cases):
    run = bulk.run_bulk(chosen(cases), bulk.assigning(by=land.desk, lead=land.town), by=land.desk, what="assign")
    with clock.at(clock.now() + timedelta(minutes=11)), refused("too_late"):
        bulk.undo_bulk(run, by=land.desk)
    fresh = [Case.objects.get(id=case.id) for case in cases]
    told = bulk.run_bulk(chosen(fresh), bulk.reminding(by=land.desk, note="快"), by=land.desk, what="remind")
    assert not bulk.can_undo(told, by=land.desk)


def test_pages_choose_preview_do_and_show_the_result_once(land, cases):
    client = browser(land.desk)
    page = client.get("/cases/choose/").content.decode()
    assert all(mark in page for mark in marks(cases))
    first = client.post("/cases/bulk/assign/", {"page": marks(cases), "all": "1"})
    assert "选了 4 件" in first.content.decode()
    facts = {"row": marks(cases), "lead": str(land.town.id), "lead_text": "东湖镇", "note": ""}
    look = client.post("/cases/bulk/assign/", facts | {"step": "look", "_key": key_of(first)})
    assert "派给东湖镇" in look.content.decode()
    assert states(cases) == ["recorded"] * 4
    sent = facts | {"step": "go", "_key": key_of(look)}
    done = [client.post("/cases/bulk/assign/", sent) for _ in range(2)]
    assert (done[0].status_code, done[0]["Location"]) == (302, done[1]["Location"])
    assert BulkRun.objects.count() == 1
    result = client.get(done[0]["Location"]).content.decode()
    assert "办好 4 件" in result
    assert browser(land.county_desk).get(done[0]["Location"]).status_code == 404
    client.post(done[0]["Location"] + "undo/")
    assert states(cases) == ["accepted"] * 4


def test_reminders_go_to_the_lead_and_cannot_be_taken_back(land, cases):
    for case in cases:
        actions.assign_case(case, by=land.desk, lead=land.town)
    client = browser(land.desk)
    first = client.post("/cases/bulk/remind/", {"row": marks(cases)})
    assert "收不回来" in first.content.decode()
    sent = {"row": marks(cases), "note": "请尽快", "step": "go", "_key": key_of(first)}
    result = client.post("/cases/bulk/remind/", sent, follow=True).content.decode()
    assert "提醒东湖镇" in result
    assert "/undo/" not in result
    assert Message.objects.filter(account=land.clerk.id, event="remind").count() == 4


def test_papers_stand_one_after_the_other_without_names(land):
    asker = actions.AskerFacts(name="刘大勇", phone="13812345678")
    mine = [
        actions.open_case(
            by=land.officer, unit=land.village, type=land.enquiry, content=f"{at}，电话13812345678", asker=asker
        )
        for at in range(2)
    ]
    page = browser(land.desk).post("/cases/bulk/print/", {"row": marks(mine)}).content.decode()
    assert page.count("sheet-page") == 2
    assert not [fact for fact in ("刘大勇", "13812345678") if fact in page]
    assert browser(land.stranger).post("/cases/bulk/print/", {"row": marks(mine)}).status_code == 302
