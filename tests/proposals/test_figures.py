"""The figures of proposals: for whom each step counts, what stands behind it, kept by month, published and shown."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.core.figures import Period, Scope
from gongyi.network.actions import merge_unit
from gongyi.network.queries import counting_tree
from gongyi.promises import actions as promises
from gongyi.promises.models import Promise
from gongyi.proposals.models import Proposal, ResultClass
from gongyi.reports import queries
from gongyi.reports.actions.monthly import count_months
from gongyi.reports.models import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, column
from gongyi.reports.queries import public
from tests.factories import make_actor
from tests.proposals.conftest import act, again, answered, assigned, opened
from tests.proposals.test_views import browser

KEYS = [one.id for one in figures.base_figures() if one.id.startswith("proposals.")]


def of(unit, *keys, period=None, **where):
    """These figures of a unit up to today, or in another period."""
    period = period or Period(clock.today() - timedelta(days=3), clock.today())
    tree = counting_tree(unit.county, period.last)
    scope = Scope(unit.county, period, tree.counted(unit.id), tuple(where.items()))
    return [value.value for value in figures.count([f"proposals.{key}" for key in keys], scope).values()]


def rated(land, rating="good", **facts):
    one = answered(land, **facts)
    act(one, "rate", land.recorder, manner="good", rating=rating)
    return again(one)


def everything(land):
    """Proposals that ended in every way, the last of them only drafted."""
    act(opened(land), "refuse", land.desk, reason=land.causes["refuse"])
    act(opened(land), "pass_on", land.desk, reason=land.causes["refuse"], to=land.water)
    main = assigned(land)
    act(opened(land), "merge", land.desk, first=main.number)
    act(opened(land), "withdraw", land.recorder, note="不提了")
    rated(land)
    rated(land, "fair", result="B")
    rated(land, "bad")
    opened(land, submit=False)


def test_each_step_counts_for_its_unit(land):
    one = opened(land)
    assert of(land.county, "received", "filed", "assigned", "open") == [1, 0, 0, 1]
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    assert of(land.county, "received", "filed", "assigned", "open") == [1, 1, 1, 1]
    assert of(land.town, "received", "filed", "assigned", "open") == [0, 0, 1, 1]
    act(one, "return", land.clerk, reason=land.causes["return"], proposed=land.water)
    assert of(land.town, "assigned", "returned") == [0, 1]
    assert of(land.water, "returned") == [0]


def test_every_end_is_one_of_the_ends(land):
    everything(land)
    keys = ("received", "filed", "not_filed", "passed_on", "merged", "withdrawn", "assigned", "answered", "rated")
    assert of(land.county, *keys) == [8, 4, 2, 1, 1, 1, 4, 3, 3]
    assert of(land.county, "satisfied", "fair", "bad", "manner_good", "redone", "following", "open") == [
        1,
        1,
        1,
        3,
        1,
        1,
        3,
    ]
    assert of(land.county, "satisfied_rate", "not_bad_rate", "answered_rate") == [33.3, 66.7, 75.0]


def test_passed_on_counts_no_more_once_it_is_screened_anew(land):
    one = opened(land)
    act(one, "pass_on", land.desk, reason=land.causes["refuse"], to=land.water)
    act(one, "archive", land.desk)
    assert of(land.county, "not_filed", "passed_on") == [1, 1], "the archive changes nothing"
    other = opened(land)
    act(other, "pass_on", land.desk, reason=land.causes["refuse"], to=land.water)
    act(other, "rescreen", land.desk, note="补了内容")
    act(other, "refuse", land.desk, reason=land.causes["refuse"])
    assert of(land.county, "not_filed", "passed_on") == [2, 1]


def test_met_face_to_face_is_no_telephone(land):
    one, other = (assigned(land, co_units=[]) for _ in range(2))
    for proposal, kind in ((one, "face"), (other, "phone")):
        act(proposal, "sign", land.clerk)
        act(proposal, "talk", land.clerk, kind=kind, on=clock.today(), note="谈了怎么修")
        act(proposal, "answer", land.clerk, answer="桥已经修好。", result=land.classes["A"])
        act(proposal, "approve", land.lead)
    assert of(land.town, "answered", "met", "met_rate") == [2, 1, 50.0]


def test_late_first_answer_stays_late_when_it_is_done_again(land):
    one = assigned(land, co_units=[])
    with clock.at(one.unit_due + timedelta(hours=12)):
        act(one, "sign", land.clerk)
        assert of(land.town, "overdue") == [1]
        act(one, "answer", land.clerk, answer="桥已经修好。", result=land.classes["A"])
        act(one, "approve", land.lead)
    with clock.at(one.unit_due + timedelta(hours=12, minutes=5)):
        period = Period(clock.today(), clock.today())
        assert of(land.town, "answered", "answered_in_time", "overdue", period=period) == [1, 0, 0]
        act(one, "rate", land.recorder, manner="good", rating="bad")
        assert again(one).state == "redo"
        assert of(land.town, "answered", "answered_in_time", period=period) == [1, 0], (
            "the limit of the redo is another"
        )
    with clock.at(again(one).unit_from + timedelta(days=40)):
        act(one, "answer", land.clerk, answer="桥修好了，又加了栏杆。", result=land.classes["A"])
        act(one, "approve", land.lead)
        assert of(land.town, "answered", "answered_in_time", period=period) == [1, 0], "the first answer counts once"
        assert of(land.town, "answered", period=Period(clock.today(), clock.today())) == [0]


def test_following_and_followed_up(land):
    one = rated(land, result="B")
    assert of(land.town, "following", "followed_up") == [1, 0]
    with clock.at(clock.now() + timedelta(minutes=5)):
        act(one, "resume", land.clerk)
        assert of(land.town, "following", "followed_up", "open") == [0, 1, 1]


def test_extension_counts_when_it_is_agreed_to(land):
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    until = clock.today() + timedelta(days=120)
    act(one, "ask_extension", land.clerk, reason=land.causes["extend"], until=until, agreed=True)
    assert of(land.town, "extended") == [0]
    act(one, "approve_extension", land.desk)
    assert of(land.town, "extended") == [1]


def test_promises_of_proposals_are_those_of_their_answers(land):
    answered(land, result="B")
    one = Promise.objects.get()
    period = Period(one.due, one.due)
    with clock.at(clock.now() + timedelta(days=30)):
        promises.report_kept(one, by=land.clerk, proof="桥修到了河对岸")
        promises.confirm_kept(Promise.objects.get(), by=land.lead)
    assert of(land.town, "promises_due", "promises_kept", "promises_kept_rate", period=period) == [1, 1, 100.0]
    Promise.objects.update(kind="case")
    assert of(land.town, "promises_due", "promises_kept", period=period) == [0, 0]


def test_result_class_goes_by_its_own_words_of_the_time(land):
    rated(land)
    old = land.classes["A"]
    ResultClass.objects.filter(id=old.id).update(until=clock.today())
    new = ResultClass(code="A", name="已经办成", since=clock.today())
    new.save()
    other = answered(land, result="B")
    Proposal.objects.filter(id=other.id).update(result=new)
    scope = queries.scope_of(land.county, Period(clock.today(), clock.today()))
    parts = queries.parts_by(figures.figure("proposals.answered"), scope, "result")
    assert [(part.name, part.number) for part in parts] == [(f"A 第A类（用到{clock.today()}）", 1), ("A 已经办成", 1)]
    assert of(land.county, "answered", result=new.id) == [1]


def test_p16_a_merger_changes_no_figure_of_the_past(land):
    rated(land)
    keys = ("assigned", "answered", "rated")
    past = Period(clock.today() - timedelta(days=3), clock.today())
    day = clock.today() + timedelta(days=1)
    with clock.at(clock.now() + timedelta(days=1)):
        merge_unit(
            by=make_actor(Role.STEWARD, land.county, "设置"), unit=land.town, into=land.other, on=day, why="合并"
        )
        assert of(land.town, *keys, period=past) == [1, 1, 1]
        assert of(land.other, *keys, period=past) == [0, 0, 0]
        assert of(land.other, *keys, period=Period(past.first, day)) == [1, 1, 1]


def test_every_count_has_as_many_rows_and_the_parts_add_up(land):
    everything(land)
    period = Period(clock.today() - timedelta(days=2), clock.today() + timedelta(days=100))
    scope = queries.scope_of(land.county, period)
    counted = figures.count(KEYS, scope)
    assert sum(bool(value.value) for value in counted.values()) > len(KEYS) // 2
    for one in figures.base_figures():
        if one.id in KEYS:
            value = counted[one.id].value
            assert len(queries.numbers_of(one, scope)) == value, one.id
            for split in one.source.splits:
                assert sum(line[one.id] for line in figures.count_by([one.id], scope, split).values()) == value
    parts = queries.parts(land.county, period, KEYS)
    assert [sum(part[key] for part in parts.values()) for key in KEYS] == [counted[key].value for key in KEYS]


def test_p4_rows_behind_a_figure_are_those_that_one_may_open(land):
    everything(land)
    scope = Scope(land.county.county, Period(clock.today(), clock.today()))
    one = figures.figure("proposals.assigned")
    mine = queries.behind(land.clerk, one, scope)
    assert (mine.number, mine.open, len(mine.rows)) == (4, 4, 4)
    assert mine.rows[0]["url"].startswith("/proposals/")
    other = queries.behind(land.stranger, one, scope)
    assert (other.number, other.open, other.rows) == (4, 0, [])
    times = queries.behind(land.clerk, figures.figure("proposals.redone"), scope)
    assert (times.number, times.open) == (1, 1)


def test_kept_month_says_the_same_and_is_counted_again_when_a_proposal_changed(land):
    everything(land)
    today = clock.today()
    month = Period.month(today.year, today.month)
    count_months(land.county.county)
    for unit in (land.county, land.town):
        row = MonthlyRow.objects.get(month=month.first, unit=unit)
        own = figures.count(KEYS, Scope(unit.county, month, frozenset({unit.id})))
        assert {key: getattr(row, column(key)) for key in KEYS} == {key: own[key].value for key in KEYS}
    shares = MonthlySplit.objects.filter(figure="proposals.answered", split="result")
    assert sorted(shares.values_list("value", "number")) == sorted(
        [(str(land.classes["A"].id), 2), (str(land.classes["B"].id), 1)]
    )
    with clock.at(clock.now() + timedelta(days=65)):
        count_months(land.county.county)
        assert not MonthlyChange.objects.exists()
        act(
            Proposal.objects.filter(state="signed").first() or Proposal.objects.get(state="assigned"),
            "withdraw",
            land.desk,
            note="不提了",
        )
        assert count_months(land.county.county) >= 3, "it was there at the end of every month until now"


def test_d9_public_tables_tell_large_numbers_of_proposals_only(land):
    quarter = Period.quarter(2026, 3)
    facts = {
        "proposals_filed": 60,
        "proposals_merged": 4,
        "proposals_not_filed": 30,
        "proposals_satisfied": 4,
        "proposals_answered": 55,
    }
    MonthlyRow(unit=land.county, county=land.county.county, month=date(2026, 8, 1), **facts).save()
    for code, number in {"A": 40, "B": 15}.items():
        MonthlySplit(
            county=land.county.county, unit=land.county, month=date(2026, 8, 1), figure="proposals.answered", split="result",
            value=str(land.classes[code].id), number=number,
        ).save()  # fmt: skip
    for month in (7, 8, 9):
        MonthlyCount(county=land.county.county, month=date(2026, month, 1), at=datetime(2026, 11, 1, tzinfo=UTC)).save()
    tables = {table.key: table for table in public.published(land.county.county, quarter).tables}
    assert {name: cell.words for name, cell in tables["screened"].rows} == {
        "立案": "60",
        "并案": "<10",
        "没有立案": "不单列",
    }
    assert [(name, cell.words, cell.percent) for name, cell in tables["result"].rows] == [
        ("A 第A类", "40", "73%"),
        ("B 第B类", "15", "27%"),
    ]
    assert "proposers" not in tables, "four ratings are not told"


@pytest.mark.parametrize("who", ["clerk", "stranger"])
def test_pages_show_the_figures_of_proposals(land, who):
    everything(land)
    client = browser(getattr(land, who))
    unit = land.town if who == "clerk" else None
    at = {"unit": unit.id} if unit else {}
    page = client.get(reverse("reports:figures"), at).content.decode()
    assert "提案：交办和答复" in page
    one = client.get(reverse("reports:figure", args=["proposals.assigned"]), at).content.decode()
    assert ("在村口修一座桥" in one) is (who == "clerk")
    board = client.get(reverse("reports:dashboard"), at | {"month": f"{clock.today():%Y-%m}"}).content.decode()
    assert ("提案办复，按答复属于哪一类" in board) is (who == "clerk")


def test_first_answers_of_before_are_found_in_the_timeline(land):
    one, open_one = rated(land, "bad"), opened(land)
    first = again(one).first_at
    with clock.at(clock.now() + timedelta(days=9)):
        act(one, "answer", land.clerk, answer="又修了一遍。", result=land.classes["A"])
        act(one, "approve", land.lead)
    Proposal.objects.update(first_at=None, first_due=None)
    import_module("gongyi.proposals.migrations.0005_first_answers").first_answers(apps, None)
    assert abs(again(one).first_at - first) < timedelta(seconds=1)
    assert again(one).first_due is not None
    assert again(one).replied_at > first
    assert again(open_one).first_at is None
