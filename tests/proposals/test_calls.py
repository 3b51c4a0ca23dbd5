"""Calls for suggestions: begun, opened, ended, and what came of them; who sees what, before and after."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongyi.core import clock
from gongyi.core.errors import Refused
from gongyi.proposals import actions
from gongyi.proposals.forms.calls import CALL_FORMS
from gongyi.proposals.models import Call, CallStep, Proposal
from gongyi.proposals.queries import calls as queries
from gongyi.proposals.workflow import CALL
from tests.factories import refused
from tests.proposals.conftest import opened
from tests.proposals.test_views import browser, page, send

DAYS = timedelta(days=10)


def asked(land, **facts) -> Call:
    """A call of the county's desk, not opened yet."""
    given = {
        "by": land.desk, "unit": land.county, "title": "老街怎么改", "question": "要不要留停车的地方？", "invited": "住在老街的人",
        "since": clock.today(), "until": clock.today() + DAYS, "use": "街道办看，下个月公布。", "comments": True, "supports": True,
    }  # fmt: skip
    return actions.make_call(**given | facts)


def running(land, **facts) -> Call:
    """An open call."""
    call = asked(land, **facts)
    step(call, "open", land.desk)
    return Call.objects.get(id=call.id)


def step(call, action, by, **facts):
    """One move of a call by this person, on a freshly read row."""
    return actions.CALL_ACTS[action](Call.objects.get(id=call.id), by=by, **facts)


FACTS = {
    "edit": {
        "title": "另一个", "question": "怎么走？", "invited": "大家", "since": None, "until": None, "use": "看", "comments": False, "supports": False,
    },
    "extend": {"until": None, "reason": "来的人还不多"}, "switch": {"comments": False, "supports": False}, "close": {"reason": "路要先修了"},
    "tell": {"outcome": "留二十个车位。"}, "amend": {"outcome": "留三十个车位。", "reason": "多挤出十个"},
}  # fmt: skip


def facts_for(action: str) -> dict:
    facts = dict(FACTS.get(action, {}))
    days = {"since": clock.today(), "until": clock.today() + 2 * DAYS}
    return facts | {name: day for name, day in days.items() if name in facts}


@pytest.mark.parametrize("action", [move.action for move in CALL.moves if move.places])
@pytest.mark.parametrize("state", CALL.states)
def test_p15_every_pair_of_state_and_move_is_done_or_refused(land, state, action):
    call = asked(land)
    Call.objects.filter(id=call.id).update(state=state, told_at=clock.now(), since=clock.today() - DAYS)
    if action == "tell":
        Call.objects.filter(id=call.id).update(until=clock.today() - timedelta(days=1))
    if state in CALL[action].sources:
        step(call, action, land.desk, **facts_for(action))
        assert Call.objects.get(id=call.id).state == (CALL[action].target or state)
    else:
        with refused("wrong_state"):
            step(call, action, land.desk, **facts_for(action))
        assert Call.objects.get(id=call.id).state == state


@pytest.mark.parametrize("action", [move.action for move in CALL.moves if move.places])
def test_only_who_screens_in_the_unit_that_asks_may_move_it(land, action):
    call = asked(land)
    Call.objects.filter(id=call.id).update(state=CALL[action].sources[-1], told_at=clock.now())
    for by in (land.recorder, land.clerk, land.stranger, land.supervisor):
        with pytest.raises(PermissionDenied):
            step(call, action, by, **facts_for(action))


def test_forms_and_actions_know_the_same_moves():
    assert set(CALL_FORMS) == set(actions.CALL_ACTS) == {move.action for move in CALL.moves if move.places}


def test_who_does_not_screen_there_writes_none(land):
    for by in (land.recorder, land.clerk, land.stranger):
        with pytest.raises(PermissionDenied):
            asked(land, by=by)
    with pytest.raises(PermissionDenied):
        asked(land, unit=land.town)


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"title": " "}, "title"), ({"use": ""}, "use"), ({"until": clock.today() - DAYS}, "until")],
)
def test_a_call_without_a_word_or_with_days_that_are_over_is_told_so(land, facts, field):
    with pytest.raises(ValidationError) as told:
        asked(land, **facts)
    assert field in told.value.message_dict
    assert not Call.objects.exists()


def test_results_are_told_once_nothing_more_comes_in(land):
    call = running(land)
    with pytest.raises(ValidationError, match="还在收建议"):
        step(call, "tell", land.desk, outcome="好")
    with clock.at(clock.now() + 2 * DAYS):
        step(call, "tell", land.desk, outcome="好")
    assert Call.objects.get(id=call.id).state == "told"


def test_the_phases_of_an_open_call_come_from_its_days(land):
    call = running(land, since=clock.today() + timedelta(days=2))
    assert call.phase == "soon"
    for days, phase in ((2, "open"), (10, "open"), (11, "over")):
        with clock.at(clock.now() + timedelta(days=days)):
            assert call.phase == phase


def test_the_database_keeps_the_days_in_order_and_the_moment_of_the_results(land):
    call = asked(land)
    for wrong in ({"until": call.since - DAYS}, {"state": "told"}, {"state": "none"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(id=call.id).update(**wrong)


def test_a_faster_colleague_is_noticed(land):
    call = running(land)
    with refused("stale"):
        step(call, "close", land.desk2, reason="不等了呀", seen=call.version - 1)
    assert Call.objects.get(id=call.id).state == "open"


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_whole_way_by_its_pages(land):
    client = browser(land.desk)
    assert "还没有征集" in page(land.desk, "/proposals/calls/")
    sent = facts_for("edit") | {"unit": land.county.id, "comments": "on"}
    made = send(client, "/proposals/calls/new/", **sent)
    assert made.status_code == 302
    call = Call.objects.get()
    assert client.get(made["Location"]).status_code == 200
    assert Client().get(f"/portal/calls/{call.slug}/").status_code == 404, "nobody outside sees a draft"
    for action in ("edit", "open", "switch", "extend", "close", "tell", "amend"):
        address = f"{call.get_absolute_url()}{action}/"
        assert client.get(address).status_code == 200, action
        version = Call.objects.get().version
        done = send(client, address, seen=version, **facts_for(action))
        assert done.status_code == 302, (action, re.findall(r'class="field-error[^>]*>([^<]*)', done.content.decode()))
    assert client.get(f"{call.get_absolute_url()}open/").status_code == 409
    assert client.get(f"{call.get_absolute_url()}never/").status_code == 404
    text = page(land.desk, call.get_absolute_url())
    assert "留三十个车位" in text
    outside = Client().get(f"/portal/calls/{call.slug}/").content.decode()
    for words in ("留三十个车位", "留二十个车位", "多挤出十个", "来的人还不多"):
        assert words in outside, "what was changed stays to be read, with the reason"


def test_p3_calls_of_other_units_were_never_there(land):
    call = asked(land)
    for by in (land.clerk, land.stranger):
        assert browser(by).get(call.get_absolute_url()).status_code == 404
        assert call.title not in page(by, "/proposals/calls/")
    assert browser(land.recorder).get(f"{call.get_absolute_url()}open/").status_code == 403


def test_everybody_reads_open_calls_first_and_drafts_never(land):
    running(land, title="老街怎么改")
    running(land, title="已经过了的", since=clock.today(), until=clock.today())
    asked(land, title="还没写完的")
    with clock.at(clock.now() + timedelta(days=1)):
        text = Client().get("/portal/calls/").content.decode()
    assert text.index("正在征集") < text.index("老街怎么改") < text.index("征集过的") < text.index("已经过了的")
    assert "还没写完的" not in text


def test_the_public_list_goes_on(land):
    for n in range(queries.PAGE + 1):
        call = running(land, title=f"第{n}个")
        Call.objects.filter(id=call.id).update(
            since=clock.today() - 2 * DAYS, until=clock.today() - DAYS + timedelta(days=n % 3)
        )
    first = Client().get("/portal/calls/").content.decode()
    second = Client().get("/portal/calls/" + re.search(r"\?after=[^\"]+", first)[0]).content.decode()
    found = re.findall(r">(第\d+个)<", first + second)
    assert sorted(found) == sorted({f"第{n}个" for n in range(queries.PAGE + 1)})


def test_today_asks_for_the_results_of_what_is_over(land):
    call = running(land)
    assert call.title not in page(land.desk, "/today/")
    with clock.at(clock.now() + 2 * DAYS):
        assert [one.id for one in queries.calls_to_tell(land.desk)] == [call.id]
        assert queries.calls_to_tell(land.recorder) == []


def test_the_list_costs_the_same_with_one_row_and_with_thirty(land):
    running(land)
    client = browser(land.desk)
    client.get("/proposals/calls/")
    with CaptureQueriesContext(connection) as first:
        client.get("/proposals/calls/")
    for _n in range(29):
        opened(land, call=running(land))
    with CaptureQueriesContext(connection) as many:
        client.get("/proposals/calls/")
    assert len(many) <= len(first)


def test_a_suggestion_on_paper_names_its_call(land):
    call = running(land)
    facts = {
        "title": "留车位",
        "analysis": "难停",
        "suggestions": "留二十个",
        "kind": "single",
        "unit": str(land.county.id),
    }
    assert send(browser(land.recorder), "/proposals/new/", **facts, call=str(call.id)).status_code == 302
    assert Proposal.objects.get().call == call
    assert "留车位" in page(land.desk, call.get_absolute_url())


def test_p16_a_call_goes_along_with_its_unit(land):
    call = running(land)
    assert any("没有公布结果" in why for why in _why_open(land.county))
    actions.follow_successor(land.county, land.town)
    assert Call.objects.get().unit == land.town
    assert CallStep.objects.filter(call=call, action="follow").exists()


def _why_open(unit) -> list[str]:
    from gongyi.proposals.queries import open_proposals

    return open_proposals(unit)


def test_refused_moves_leave_no_trace(land):
    call = running(land)
    before = CallStep.objects.count()
    with pytest.raises((ValidationError, Refused)):
        step(call, "close", land.desk, reason="短")
    assert CallStep.objects.count() == before
