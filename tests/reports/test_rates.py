"""Formulas by versions, and the reviewed rate beside the raw one: two people leave a case out, the raw rate still counts it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from gongyi.casework import actions
from gongyi.casework.models import Case
from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.people.models import Account
from gongyi.reports import queries
from gongyi.reports.actions import rates
from gongyi.reports.models import Formula, LeftOut
from gongyi.reports.queries import counting
from gongyi.reports.queries.rates import rates_for, reviewed
from tests.factories import make_actor

RATE = "cases.closed_in_time_rate"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def steward(land):
    return make_actor(Role.STEWARD, land.county, "设置")


def period() -> Period:
    return Period(clock.today() - timedelta(days=3), clock.today())


def both(land):
    """The raw and the reviewed rate of the county."""
    scope, known = queries.scope_of(land.county, period()), rates_for(land.county.county, period())
    pair = reviewed(
        scope, known, figures.count([RATE], scope, rates=known) | figures.count(list(known), scope, rates=known)
    )[RATE]
    return pair.raw.text, pair.without and pair.without.text, pair.left_out


def late_and_in_time(land, put) -> Case:
    """Two closed cases; the one returned was answered too late."""
    put(land, "closed")
    late = put(land, "closed")
    Case.objects.filter(id=late.id).update(answered_at=late.resident_due + timedelta(days=1), unit_due=late.recorded_at)
    return late


def test_raw_and_reviewed_stand_side_by_side_once_two_people_agreed(land, put):
    late = late_and_in_time(land, put)
    assert both(land) == ("50.0%", None, 0)
    row = rates.ask_left_out(by=land.clerk, rate=RATE, case=late, reason="等上级批复，不是我们慢")
    assert both(land) == ("50.0%", None, 0)
    rates.judge_left_out(row, by=land.supervisor, agreed=True)
    assert both(land) == ("50.0%", "100.0%", 1)
    facts = {line["id"]: line for line in counting.as_facts(land.county, period())}
    assert (facts[RATE]["value"], facts[RATE]["reviewed"], facts[RATE]["left_out"]) == (50.0, 100.0, 1)
    told = {value.figure.id: beside.words for value, beside in counting.values(land.county, period()) if beside}
    assert told[RATE] == "50.0%（复核后100.0%，剔除1件）"
    rates.end_left_out(row, by=land.supervisor)
    assert both(land) == ("50.0%", None, 0)


def test_p8_who_asked_does_not_judge_nor_does_who_cannot_see(land, put, monkeypatch):
    late = late_and_in_time(land, put)
    row = rates.ask_left_out(by=land.desk, rate=RATE, case=late, reason="等上级批复，不是我们慢")
    for by in (land.desk, land.stranger, land.county_lead, land.clerk):
        with pytest.raises(PermissionDenied):
            rates.judge_left_out(row, by=by, agreed=True)
    with pytest.raises(PermissionDenied):
        rates.ask_left_out(by=land.stranger, rate=RATE, case=late, reason="等上级批复，不是我们慢")
    monkeypatch.setattr(rates, "can_judge_left_out", lambda _by, _row: True)
    rates.judge_left_out(row, by=land.stranger, agreed=True)
    assert LeftOut.objects.get().agreed is True


def test_a_case_is_asked_once_with_a_reason_and_judged_once(land, put):
    late = late_and_in_time(land, put)
    with pytest.raises(ValidationError, match="写清楚"):
        rates.ask_left_out(by=land.clerk, rate=RATE, case=late, reason="慢")
    row = rates.ask_left_out(by=land.clerk, rate=RATE, case=late, reason="等上级批复，不是我们慢")
    with pytest.raises(Refused, match="已经提过"):
        rates.ask_left_out(by=land.clerk2, rate=RATE, case=late, reason="等上级批复，不是我们慢")
    rates.judge_left_out(row, by=land.supervisor, agreed=False, note="照算")
    with pytest.raises(Refused, match="判断过"):
        rates.judge_left_out(row, by=land.supervisor, agreed=True)
    assert both(land)[1] is None
    rates.ask_left_out(by=land.clerk, rate=RATE, case=late, reason="又补了上级的批文，请再看")


def test_formula_follows_by_versions_and_past_periods_keep_theirs(land, put, steward):
    put(land, "closed")
    today = clock.today()
    row = rates.set_formula(
        by=steward,
        rate=RATE,
        above=["cases.answered_in_time"],
        below=["cases.closed", "cases.reopened"],
        since=today,
        why="县办〔2026〕3号",
    )
    now, before = (rates_for(land.county.county, Period(day, day))[RATE] for day in (today, today - timedelta(days=1)))
    assert (now.version, str(now.scope)) == (1, "按群众时限答复 ÷ （办结量＋重办）")
    assert (before.version, before.below) == (0, ("cases.closed",))
    assert row.by_label == steward.name
    with pytest.raises(ValidationError, match="晚于"):
        rates.set_formula(
            by=steward, rate=RATE, above=["cases.closed"], below=["cases.closed"], since=today, why="再改"
        )


def test_a_formula_from_tomorrow_is_not_yet_that_of_the_running_year(land, steward):
    day = clock.today() + timedelta(days=1)
    rates.set_formula(by=steward, rate=RATE, above=["cases.answered_in_time"], below=["cases.closed"], since=day, why="县办〔2026〕3号")  # fmt: skip
    running = Period(clock.today(), day + timedelta(days=9))
    assert rates_for(land.county.county, running)[RATE].version == 0
    with clock.at(clock.now() + timedelta(days=1)):
        assert rates_for(land.county.county, running)[RATE].version == 1


def test_a_case_left_out_that_stands_above_the_line_alone_is_left_out_once(land, put):
    case, key = put(land, "closed"), "cases.reopened_rate"
    put(land, "closed")
    for _again in range(2):
        actions.reopen_case(case, by=land.clerk, note="又坏了")
        Case.objects.filter(id=case.id).update(state="closed", closed_at=clock.now() - timedelta(days=90))
        case = Case.objects.get(id=case.id)
    row = rates.ask_left_out(by=land.clerk, rate=key, case=case, reason="灯不是我们的")
    rates.judge_left_out(row, by=land.supervisor, agreed=True)
    line = next(line for line in counting.as_facts(land.county, period()) if line["id"] == key)
    assert (line["value"], line["reviewed"], line["left_out"]) == (200.0, 0.0, 1)


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [([], ["cases.closed"], "至少选一项"), (["cases.open"], ["cases.closed"], "期末"), (["cases.received"], ["cases.closed"], "不是成绩"), (["cases.closed_rate"], ["cases.closed"], "至少选一项")],
)  # fmt: skip
def test_formula_of_nothing_of_stocks_or_of_what_came_in_is_refused(land, steward, above, below, words):
    with pytest.raises(ValidationError, match=words):
        rates.set_formula(by=steward, rate=RATE, above=above, below=below, since=date(2026, 1, 1), why="改")
    assert not Formula.objects.exists()


def test_only_the_countys_steward_changes_a_formula(land):
    for by in (land.lead, make_actor(Role.STEWARD, land.town, "镇设置")):
        with pytest.raises(PermissionDenied):
            rates.set_formula(
                by=by, rate=RATE, above=["cases.closed"], below=["cases.closed"], since=clock.today(), why="改"
            )


def test_pages_ask_judge_and_keep_what_was_typed(land, put, steward):
    late = late_and_in_time(land, put)
    clerk, judge, editor = (browser(who) for who in (land.clerk, land.supervisor, steward))
    page = post(clerk, f"/rates/{RATE}/", number="没有的", reason="等上级批复，不是我们慢")
    assert "没有编号是“没有的”的办件" in page.content.decode()
    assert "等上级批复" in page.content.decode()
    assert post(clerk, f"/rates/{RATE}/", number=late.number, reason="等上级批复，不是我们慢").status_code == 302
    row = LeftOut.objects.get()
    assert clerk.get(f"/rates/left-out/{row.id}/").status_code == 403
    assert browser(land.county_lead).get(f"/rates/left-out/{row.id}/").status_code == 404
    assert post(judge, f"/rates/left-out/{row.id}/", agreed="yes").status_code == 302
    assert "已剔除" in judge.get(f"/rates/{RATE}/").content.decode()
    assert post(judge, f"/rates/left-out/{row.id}/end/").status_code == 302
    sent = {
        "above": ["cases.good"],
        "below": ["cases.rated"],
        "since": clock.today().isoformat(),
        "why": "县办〔2026〕3号",
    }
    assert post(editor, f"/rates/{RATE}/formula/", **sent).status_code == 302
    assert "第 1 版" in editor.get("/rates/").content.decode()


def post(client: Client, path: str, **facts):
    return client.post(path, facts | {"_key": str(uuid4())})


def browser(who) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=who.id), backend=BACKEND)
    return client
