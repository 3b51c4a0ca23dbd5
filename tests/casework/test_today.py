"""Today ≡ list ≡ what the table of moves lets this person do: for random cases, people and moments."""

import random
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.casework import actions, queries, rules
from gongyi.casework.models import Case, CaseConflict, CasePart
from gongyi.casework.queries import Wanted, today
from gongyi.casework.workflow import CASE, TURNS
from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.today import day_words
from gongyi.people.models import Account
from gongyi.people.queries import actor_of
from tests.factories import grant, make_account, make_actor

LONG_AFTER = timedelta(days=40)


def opened(land, **facts):
    return actions.open_case(
        **{"by": land.officer, "unit": land.village, "type": land.enquiry, "content": "村口的路灯坏了"} | facts
    )


def drafted(land, **facts):
    """A complaint that waits for approval in the township."""
    case = actions.assign_case(opened(land, type=land.complaint, **facts), by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    return actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved")


def wander(land, rng: random.Random, number: int) -> None:
    """Cases led a few random steps by whoever may."""
    people = [land.clerk, land.clerk2, land.desk, land.lead, land.caller, land.officer, land.stranger, land.county_desk]
    for i in range(number):
        case = opened(land, type=rng.choice([land.enquiry, land.complaint]), content=f"第 {i} 件")
        for _step in range(rng.randrange(6)):
            by = rng.choice(people)
            try:
                with transaction.atomic():
                    rng.choice(STEPS)(case, by, land, rng)
            except (Refused, PermissionDenied):
                case = Case.objects.get(pk=case.pk)
        if rng.random() < 0.1:
            CaseConflict(county=case.county, case=case, account=rng.choice(people).id, at=clock.now()).save()


STEPS = [
    lambda case, by, land, rng: actions.assign_case(
        case, by=by, lead=rng.choice([land.town, land.other, land.village])
    ),
    lambda case, by, land, rng: actions.assign_case(case, by=land.desk, lead=land.town),
    lambda case, by, land, rng: actions.sign_case(case, by=by),
    lambda case, by, land, rng: actions.sign_case(case, by=land.clerk),
    lambda case, by, land, rng: actions.contact_asker(case, by=by, note="打了电话"),
    lambda case, by, land, rng: actions.answer_case(case, by=by, answer="修好了", outcome="solved"),
    lambda case, by, land, rng: actions.answer_case(case, by=land.clerk, answer="修好了", outcome="solved"),
    lambda case, by, land, rng: actions.approve_answer(case, by=land.lead),
    lambda case, by, land, rng: actions.ask_extension(
        case, by=by, reason=land.reasons["extend"], until=clock.today() + timedelta(days=60)
    ),
    lambda case, by, land, rng: actions.return_case(case, by=by, reason=land.reasons["return"], proposed=land.town),
]


def listed(by, **wanted) -> set:
    """Every id of a list."""
    return set(queries.list_parts(by, Wanted(**wanted)).values_list("case", flat=True))


def may_go_on(by, case) -> bool:
    """By the table and the rules alone: whether the case waits for a step that this person may make."""
    if case.state not in TURNS or case.state == "parked" or not rules.visible_to(by).filter(id=case.id).exists():
        return False
    return rules.can_move(by, case, CASE[today.NEXT[case.state]])


@given(seed=st.integers(0, 10**6), days=st.sampled_from([0, 1, 2, 10, 40]))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_today_holds_what_the_list_holds_and_the_table_allows(land, seed, days):
    with transaction.atomic():
        rng, point = random.Random(seed), transaction.savepoint()
        wander(land, rng, 8)
        both = make_account("两处的人")
        for role, unit in [(Role.CLERK, land.town), (Role.DISPATCHER, land.town), (Role.LEAD, land.county)]:
            grant(both, role, unit)
        with clock.at(clock.now() + timedelta(days=days)):
            cases = list(Case.objects.select_related("type"))
            for by in [land.clerk, land.desk, land.lead, land.caller, land.officer, land.stranger, actor_of(both)]:
                sections = {section.key: section for section in queries.my_day(by)}
                mine = [line for key, section in sections.items() if key != "stuck" for line in section.lines]
                assert {case.id for case in cases if may_go_on(by, case)} == listed(by, waiting="me")
                assert {line.row["url"] for line in mine} == {f"/cases/{key}/" for key in listed(by, waiting="me")}
                for key in ("late", "soon", "later"):
                    found = sections.get(key)
                    urls = {line.row["url"] for line in found.lines} if found else set()
                    assert urls == {f"/cases/{case}/" for case in listed(by, waiting="me", due=key)}
                    assert (
                        (found.count if found else 0) == queries.count(by, Wanted(waiting="me", due=key)) == len(urls)
                    )
                stuck = listed(by, waiting="others", due="late")
                assert (sections["stuck"].count if "stuck" in sections else 0) == len(stuck)
                assert not stuck & listed(by, waiting="me")
        transaction.savepoint_rollback(point)


def test_list_that_forgets_who_wrote_the_answer_differs(land, monkeypatch):
    account = Account.objects.get(id=land.clerk.id)
    grant(account, Role.LEAD, land.town)
    both, case = actor_of(account), drafted(land)
    assert not may_go_on(both, case)
    assert listed(both, waiting="me") == set()
    monkeypatch.setattr(rules, "_own_work", lambda by: rules.Q(pk__in=[]))
    assert listed(both, waiting="me") == {case.id}


@pytest.mark.parametrize("state", sorted(set(TURNS) - {"parked"}))
def test_button_is_the_next_step_of_the_case_page(land, state):
    case = opened(land)
    Case.objects.filter(id=case.id).update(
        state=state, lead=land.town, second=land.town, caller=land.town, turn_unit=land.town, assigned_at=clock.now()
    )
    CasePart.objects.filter(case=case.id, unit=land.town).update(state=state, my_turn=True)
    _place, permission = TURNS[state]
    by = {P.CASE_ASSIGN: land.desk, P.CASE_HANDLE: land.clerk, P.CASE_APPROVE: land.lead, P.CASE_CALL: land.caller}[
        permission
    ]
    first, _others = queries.buttons(by, queries.fetch(by, case.id))
    step = queries.my_day(by)[0].lines[0].step
    assert (step["label"], step["url"], step["method"]) == (first["label"], first["url"], first["method"])


def test_sections_follow_the_clock_and_lines_the_due_time(land):
    first = actions.assign_case(opened(land), by=land.desk, lead=land.town)
    second = actions.assign_case(opened(land, urgency="urgent"), by=land.desk, lead=land.town)
    [section] = queries.my_day(land.clerk)
    assert section.key == "soon"
    assert [line.row["number"] for line in section.lines] == [first.number, second.number]
    with clock.at(clock.now() + LONG_AFTER):
        [section] = queries.my_day(land.clerk)
    assert (section.key, section.count, section.more, section.query) == ("late", 2, False, "waiting=me&due=late")
    assert section.lines[0].why == "派给了您的单位，还没有人签收"


def test_stuck_says_with_whom_and_since_when(land):
    with clock.at(clock.now() - LONG_AFTER):
        case = actions.assign_case(opened(land), by=land.desk, lead=land.other)
        since = clock.now()
    [section] = [one for one in queries.my_day(land.desk) if one.key == "stuck"]
    [line] = section.lines
    assert line.why == f"从{day_words(since)}起在等西山镇签收"
    assert "天前）" in line.why, "absolute and relative"
    assert line.step["label"] == "催办"
    assert line.row["number"] == case.number
    [section] = queries.my_day(land.clerk)
    assert (section.key, section.lines[0].step) == ("stuck", None)  # seen by who works there, reminded by the desk


def test_stuck_at_a_colleague_names_the_colleague(land):
    with clock.at(clock.now() - LONG_AFTER):
        drafted(land)
    [section] = queries.my_day(land.clerk2)
    assert "赵审" in section.lines[0].why
    assert section.lines[0].step is None
    [line] = queries.my_day(land.lead)[0].lines
    assert line.step["label"] == "同意并发出答复"


def test_lone_approver_is_told_and_with_a_second_one_is_not(land):
    case = drafted(land)
    assert listed(land.lead, waiting="only") == {case.id}
    assert queries.my_day(land.lead)[0].lines[0].only
    make_actor(Role.LEAD, land.town, "另一位")
    assert listed(land.lead, waiting="only") == set()
    assert not queries.my_day(land.lead)[0].lines[0].only


def test_other_offices_and_blind_roles_have_nothing(land):
    drafted(land)
    assert queries.my_day(land.stranger) == []
    assert queries.my_day(make_actor(Role.AUDITOR, land.county)) == []
    assert [section.key for section in queries.my_day(land.lead)]


def test_more_than_shown_is_counted_to_a_limit(land, monkeypatch):
    monkeypatch.setattr(today, "SHOWN", 2)
    monkeypatch.setattr(today, "COUNT_TO", 3)
    for _i in range(3):
        opened(land)
    [section] = queries.my_day(land.desk)
    assert (len(section.lines), section.count, section.more, section.open_end) == (2, 3, True, False)
    for _i in range(2):
        opened(land)
    [section] = queries.my_day(land.desk)
    assert (section.count, section.open_end) == (3, True)
