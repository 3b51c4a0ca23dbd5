"""What every move of a case shares: whose turn comes next, who takes part, who is told."""

import copy
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.models import Case, CaseConflict, CasePart, CaseStep
from gongyi.casework.rules import JUDGES, can_move, concerned_people, judges, makers
from gongyi.casework.workflow import CASE, STATES, TURNS
from gongyi.core import clock, outbox
from gongyi.core.access import Actor, Permission
from gongyi.core.access import Permission as P
from gongyi.core.said import say
from gongyi.core.workflow import perform
from gongyi.network.actions import parts
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of
from gongyi.people import queries as people
from gongyi.people.actions import telling
from gongyi.people.queries import first_with

PARTS = (
    ("lead", "lead_id"),
    ("desk", "desk_id"),
    ("caller", "caller_id"),
    ("second", "second_id"),
    ("received", "unit_id"),
)

# Once there is an answer, or none will come, nobody waits for what was asked.
QUESTION_OVER = {"answered", "calling", *(name for name, state in STATES.items() if not state.open)}


def move(
    case: Case,
    action: str,
    *,
    by: Actor,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    target: str | None = None,
    note: str = "",
    reason: object = "",
    co_units: Iterable[Unit] | None = None,
    quietly: bool = False,
    mine: str = "",
) -> Case:
    """Make one move of the table with everything that follows from it; returns the case.

    Sets whose turn comes next, brings the participation rows up to date and tells those whose turn it is. Raises as
    `core.workflow.perform` does.
    """
    values = dict(changes or {})
    after = copy.copy(case)
    for name, value in (values | {"state": target or CASE[action].target or case.state}).items():
        setattr(after, name, value)
    values |= next_turn(after) | _counted(action, values, after)
    if case.question and after.state in QUESTION_OVER:
        values["question"] = ""
    perform(
        case,
        CASE[action],
        by=by,
        rule=can_move,
        step=CaseStep,
        parent="case",
        seen=seen,
        changes=values,
        target=target,
        note=note,
        reason=reason if isinstance(reason, str) else str(reason),
        mine=mine or note,  # what was typed now, never what the case carried along
    )
    sync_parts(case, co_units=co_units)
    if not quietly:
        tell_turn(case, by=by)
    tell_asker(case, action, by=by)
    tell_followers(case, action, by=by)
    return case


def _counted(action: str, values: Mapping[str, Any], after: Case) -> dict[str, Any]:
    """What figures will ask for: until when to sign and to make contact; a unit that gets the case counts for itself."""
    due = {"assigned": "sign_due", "signed": "contact_due"}.get(after.state)
    anew = {"counted_lead_id": None} if "lead_id" in values and action != "follow" else {}
    return anew | ({due: next_turn(after)["turn_due"]} if due else {})


def next_turn(case: Case) -> dict[str, Any]:
    """The unit whose turn it is in the case's state, and until when."""
    place = TURNS.get(case.state, ("", None))[0]
    due: datetime | None = case.resident_due
    match case.state:
        case state if state in queries.STEP_LIMITS:
            _kind, start, span = queries.STEP_LIMITS[state]
            due = _limit(case, getattr(case, start), getattr(case.type, span))
        case "contacted" | "handling" | "redo" | "extending" | "drafted":
            due = case.unit_due
        case "parked" if case.wakes_on:
            due = timezone.make_aware(datetime.combine(case.wakes_on, time()))
        case "answered":
            due = case.quiet_until
        case state if not STATES[state].open:
            due = None
    return {"turn_unit_id": getattr(case, place) if place else None, "turn_due": due}


def _limit(case: Case, start: datetime | None, span: str) -> datetime:
    return queries.due_at(start or clock.now(), span, calendar_of(case.lead, case.county))


def unit_clock(case: Case, lead: Unit, start: datetime) -> datetime:
    """When a unit that gets the case at this moment has to have answered."""
    return queries.due_at(start, case.span, calendar_of(lead, case.county))


def ended(case: Case) -> dict[str, Any]:
    """What is set when a case closes."""
    now = clock.now()
    return {
        "closed_at": now,
        "reopen_until": queries.due_at(now, case.type.reopen_span, calendar_of(None, case.county)),
    }


def quiet_end(case: Case) -> datetime:
    """Until when the asker may object to an answer that went out now, before the case closes by itself."""
    return queries.due_at(clock.now(), case.type.quiet_span, calendar_of(None, case.county))


def not_called(case: Case) -> dict[str, Any]:
    """What is set when nobody is to call about an answer: the case waits whether the asker objects."""
    return {"drawn": False, "caller_id": None, "quiet_until": quiet_end(case)}


def sync_parts(case: Case, *, co_units: Iterable[Unit] | None = None) -> None:
    """Bring the participation rows up to the case: who takes part from now, who no longer, and the copied columns.

    The unit that a complaint is about never takes part. `co_units` None leaves the co-handling units as they are.
    """
    kept = {row.unit_id: row for row in CasePart.objects.filter(county=case.county, case=case)}
    wanted = _wanted(case)
    helping = {u for u, r in kept.items() if r.part == "co" and r.until is None}
    if co_units is not None:
        helping = {unit.id for unit in co_units}
    wanted |= dict.fromkeys(helping - {case.lead_id}, "co")  # also a unit that recorded or assigned the case may help
    wanted.pop(case.about_unit_id, None)
    rows = CasePart.objects.filter(county=case.county, case=case)
    parts.sync(
        rows, kept, wanted, make=lambda unit, part: _new_part(case, unit, part), copied=_copied(case), turns=[case.turn_unit_id]
    )  # fmt: skip
    vars(case).pop("taking_part", None)


def first_parts(cases: Iterable[Case]) -> None:
    """The participation rows of cases that were just made and are about no unit."""
    CasePart.objects.bulk_create(_new_part(case, unit, part) for case in cases for unit, part in _wanted(case).items())


def _wanted(case: Case) -> dict[UUID, str]:
    """The units that stand in the case's columns, each with its first part."""
    return {unit: part for part, place in reversed(PARTS) if (unit := getattr(case, place))}


def _copied(case: Case) -> dict[str, Any]:
    """What a participation row carries of its case."""
    return {
        "state": case.state, "type_id": case.type_id, "topic_id": case.topic_id, "recorded_at": case.recorded_at,
        "due": case.turn_due, "turn_unit_id": case.turn_unit_id,
    }  # fmt: skip


def _new_part(case: Case, unit: UUID, part: str) -> CasePart:
    mine = unit == case.turn_unit_id
    return CasePart(
        county=case.county, case=case, unit_id=unit, part=part, since=clock.now(), my_turn=mine, **_copied(case)
    )


def tell_turn(case: Case, *, by: Actor) -> None:
    """Tell those whose turn it is now; a case that is redone also reaches the supervisors of the desk."""
    words = {
        "assigned": gettext_lazy("新派来的办件，请签收"), "returned": gettext_lazy("办件被退回，请重新派单"), "drafted": gettext_lazy("有答复等您审核"),
        "extending": gettext_lazy("有延期申请等您审批"), "calling": gettext_lazy("抽中一件回访"), "redo": gettext_lazy("办件要重新办理"),
        "recorded": gettext_lazy("新登记的来事，请派单"), "handling": gettext_lazy("办件回到办理"),
    }.get(case.state)  # fmt: skip
    if not words:
        return
    place, permission = TURNS[case.state]
    apart = makers(case, JUDGES[case.state]) if case.state in JUDGES else set()
    tell_holders(case, {getattr(case, place): permission}, by=by, event=case.state, words=words, besides=apart)
    if case.state == "redo":
        tell_holders(case, {case.desk_id: P.CASE_SUPERVISE}, by=by, event="redo", words=words)


# What a resident's own account is told of, by the move that was made.
_TO_ASKER: dict[str, tuple[str, Promise]] = {
    "answer": ("resident.answered", gettext_lazy("您反映的事有答复了，编号 %(number)s")),
    "approve_answer": ("resident.answered", gettext_lazy("您反映的事有答复了，编号 %(number)s")),
    "ask": ("resident.asked", gettext_lazy("您反映的事有一个问题要问您，编号 %(number)s")),
    "redo": ("resident.reopened", gettext_lazy("您反映的事重新办理了，编号 %(number)s")),
    "reopen": ("resident.reopened", gettext_lazy("您反映的事重新办理了，编号 %(number)s")),
}


def tell_asker(case: Case, action: str, *, by: Actor) -> None:
    """A text message to the account in which the case stands, where its owner agreed to them: the number, no content."""
    told = _TO_ASKER.get(action)
    if told is None or case.resident is None or case.state == "drafted":
        return
    event, words = told
    text = say(words, number=case.number)
    outbox.tell_resident(case.resident, by=by, event=event, text=text, path="/portal/mine/", subject=case.id)


# What those are told who work on a case that follows this one, by the move that was made.
_TO_FOLLOWERS = {
    "answer": gettext_lazy("跟着办的那一件有答复了，请看看这一件能不能一起答复"),
    "approve_answer": gettext_lazy("跟着办的那一件有答复了，请看看这一件能不能一起答复"),
    "decline": gettext_lazy("跟着办的那一件不予受理，这一件要自己办"),
    "void": gettext_lazy("跟着办的那一件作废了，这一件要自己办"),
}


def tell_followers(case: Case, action: str, *, by: Actor) -> None:
    """What became of a case, to the handlers of the open ones that follow it, by their own numbers; of an answer also to the
    accounts of the askers who follow it, merged ones too.
    """
    if action not in _TO_FOLLOWERS or case.state == "drafted":
        return
    for follower in Case.objects.filter(county=case.county, first=case.id).select_related("about_unit"):
        if follower.is_open:
            place = {follower.lead_id: P.CASE_HANDLE} if follower.lead_id else {follower.desk_id: P.CASE_ASSIGN}
            tell_holders(follower, place, by=by, event="first", words=_TO_FOLLOWERS[action])
        merged = follower.outcome == Case.Outcome.MERGED
        if follower.resident and "answer" in action and (follower.is_open or merged):
            text = say(
                gettext_lazy("和您反映的是同一件事的那一件有答复了，您的编号 %(number)s"), number=follower.number
            )
            outbox.tell_resident(
                follower.resident,
                by=by,
                event=_TO_ASKER[action][0],
                text=text,
                path="/portal/mine/",
                subject=follower.id,
            )


def tell_holders(
    case: Case,
    wanted: Mapping[UUID | None, Permission],
    *,
    by: Actor,
    event: str,
    words: Promise,
    besides: AbstractSet[UUID | None] = frozenset(),
) -> None:
    """One message to each holder of a permission in a unit, but for some; it names the case by its number alone."""
    telling.tell_holders(
        wanted, by=by, event=event, words=words, number=case.number, path=case.get_absolute_url(), subject=case.id,
        besides=conflicted(case) | besides, group=not case.hides_asker,
    )  # fmt: skip


def conflicted(case: Case) -> set[UUID | None]:
    """Who may not act in this case, because it is about them or they said so."""
    said = CaseConflict.objects.filter(county=case.county, case=case).values_list("account", flat=True)
    return {*said, *concerned_people(case.about_unit, case.about_account)}


def judge_of(case: Case, *, besides: set[UUID | None]) -> Unit | None:
    """The unit that assigns, approves or calls back in the case's state now; None as `caller_of` says.

    Raises Refused `nobody` when there is none.
    """
    apart = besides | makers(case, JUDGES.get(case.state, ""))
    if case.state == "calling" and case.type.separate_caller:
        return caller_of(case, besides=apart)
    return somebody_else(case, case.lead or case.desk, *judges(case), besides=apart)


def caller_of(case: Case, *, besides: set[UUID | None]) -> Unit | None:
    """The unit where somebody else than these people calls back: the desk, or the nearest one above it.

    Of a tip-off only the units that handle and received it may know the number: None where nobody else is there, and
    nobody calls. Raises Refused `nobody` as `somebody_else` does.
    """
    if not case.hides_asker:
        return somebody_else(case, case.desk, P.CASE_CALL, besides=besides)
    near = [unit for unit in (case.lead, case.unit) if unit and unit.id != case.about_unit_id]
    return first_with(near, P.CASE_CALL, besides=besides | conflicted(case))


def somebody_else(case: Case, start: Unit, *permissions: Permission, besides: set[UUID | None]) -> Unit:
    """The nearest unit from `start` upwards in which somebody besides these people holds one of the permissions (P9).

    Raises Refused `nobody` when there is none up to the county.
    """
    return people.somebody_else(start, *permissions, besides=besides | conflicted(case), but=case.about_unit_id)
