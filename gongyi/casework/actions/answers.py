"""The answer and what follows it: approval, the draw, the return call, redo, reopen."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import (
    caller_of,
    conflicted,
    ended,
    move,
    not_called,
    quiet_end,
    somebody_else,
    unit_clock,
)
from gongyi.casework.actions.promising import record_of
from gongyi.casework.models import Case, Reason
from gongyi.casework.queries import promise_without_date
from gongyi.casework.queries.promising import promise_missing
from gongyi.casework.rules import makers, reopenable
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import joined, say
from gongyi.people.queries import holders
from gongyi.promises.actions import bind_planned, make_promise, plan_promises
from gongyi.promises.models import Line


@transaction.atomic
def save_draft(case: Case, *, by: Actor, draft: str, seen: int | None = None) -> Case:
    """Keep an unfinished answer."""
    given = {"draft": draft.strip(), "drafted_by": by.id}
    return move(case, "save_draft", by=by, seen=seen, changes=given, quietly=True, mine=draft)


@transaction.atomic
def answer_case(
    case: Case, *, by: Actor, answer: str, outcome: str, promises: Sequence[Line] = (), nothing: str = "",
    seen: int | None = None,
) -> Case:  # fmt: skip
    """答复: out at once, or to somebody else for approval where the type asks for it; one unit up if nobody else is there.

    `promises` are what it says will still be done; they bind when it goes out. `nothing` says why nothing follows. Raises
    ValidationError for an empty answer, a promise without a date, an outcome off the list, and by `promise_missing`.
    """
    answer = checked(answer)
    if outcome not in {Case.Outcome.SOLVED, Case.Outcome.PARTLY, Case.Outcome.EXPLAINED}:
        raise ValidationError({"outcome": _("请选一个办理结果。")})
    facts: dict[str, Any] = {
        "answer": answer, "draft": "", "outcome": outcome, "answered_by": by.id, "approved_by": None,
        "contacted_at": case.contacted_at,
    }  # fmt: skip
    if wrong := promise_missing(case, answer, outcome, promises, nothing):
        raise ValidationError(wrong)
    why = say(gettext_lazy("没有承诺：%(why)s"), why=nothing.strip()) if nothing.strip() and not promises else ""
    lead = case.lead
    if case.type.needs_approval and lead is not None:
        second = somebody_else(case, lead, P.CASE_APPROVE, besides={by.id, case.drafted_by})
        move(case, "answer", by=by, seen=seen, changes=facts | {"second_id": second.id}, note=answer, reason=why)
        plan_promises(by=by, record=record_of(case), lines=promises)
        return case
    sent, state = _sent_out(case, by=by)
    move(case, "answer", by=by, seen=seen, changes=facts | sent, target=state, note=answer, reason=why)
    plan_promises(by=by, record=record_of(case), lines=promises)
    bind_planned(by=by, record=record_of(case))
    return case


def checked(answer: str) -> str:
    """The words of an answer. Raises ValidationError by field for none, and for a promise without a date."""
    if not (answer := answer.strip()):
        raise ValidationError({"answer": _("请写答复内容。")})
    if wrong := promise_without_date(answer):
        raise ValidationError({"answer": wrong})
    return answer


@transaction.atomic
def approve_answer(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """同意并发出答复, by somebody else than its writer (P8); what it promises binds now.

    Raises Refused `promise_over` where a promised day went by while it waited.
    """
    sent, state = _sent_out(case, by=by)
    move(case, "approve_answer", by=by, seen=seen, changes=sent | {"approved_by": by.id}, target=state)
    try:
        bind_planned(by=by, record=record_of(case))
    except ValidationError as error:
        sentence = _("答复里答应的日子已经过了，或者来做的单位停用了。")
        raise Refused("promise_over", sentence, _("请退回修改，改好再送审。"), status=422) from error
    return case


@transaction.atomic
def send_back(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """退回修改: the text becomes the draft again; what it promises stays planned, for the next answer to begin with."""
    given = {
        "draft": case.answer, "drafted_by": case.answered_by, "answer": "", "outcome": "", "second_id": None, "answered_by": None,
    }  # fmt: skip
    return move(case, "send_back", by=by, seen=seen, changes=given, note=note)


def _sent_out(case: Case, *, by: Actor) -> tuple[dict[str, Any], str]:
    """What changes when `by` sends an answer out: the system draws whether a call follows, so nobody picks the pleased."""
    facts: dict[str, Any] = {"answered_at": clock.now(), "tries": 0, "call_result": ""}
    caller = None
    if secrets.randbelow(100) < case.type.call_share:
        caller = case.lead
        if case.type.separate_caller:
            caller = caller_of(case, besides=makers(case, "call_back") | {by.id})
    if caller is None:
        return facts | not_called(case), "answered"
    return facts | {"drawn": True, "quiet_until": None, "caller_id": caller.id}, "calling"


def again(case: Case) -> tuple[dict[str, Any], str]:
    """What is set when a case is worked on again, and where it goes: to the lead unit, or to the desk where nobody is there.

    The lead unit's clock starts anew, the resident's never stopped.
    """
    lead, now, state = case.lead, clock.now(), "redo"
    if lead is None or not holders(P.CASE_HANDLE, {lead.id})[lead.id] - conflicted(case):
        lead, state = None, "returned" if case.lead_id else "recorded"
    return {
        "redos": case.redos + 1, "answered_at": None, "closed_at": None, "quiet_until": None, "drawn": None, "outcome": "", "extensions": 0,
        "approved_by": None, "rating": "", "unit_from": now, "unit_due": unit_clock(case, lead, now) if lead else None, "draft": case.answer,
        "drafted_by": case.answered_by, "lead_id": lead.id if lead else None,
    }, state  # fmt: skip


@transaction.atomic
def call_back(
    case: Case,
    *,
    by: Actor,
    result: str,
    rating: str = "",
    agreed: bool = False,
    promises: Sequence[Line] = (),
    nothing: str = "",
    note: str = "",
    seen: int | None = None,
) -> Case:
    """记回访结果. `result` is solved, partly, unsolved or unreached.

    Who agrees to leave it so while a part is not solved hears what will still be done: `promises` bind at once, or `nothing` says
    why nothing follows; a promise that is open already will do. Raises ValidationError where neither is said.

    Solved closes; partly closes only where the asker agrees to leave it so, else it is redone like unsolved. Not reached
    in N tries: the case waits like one that was not drawn, counted as unreached, never as satisfied.
    """
    if result == "unreached":
        return _unreached(case, by=by, note=note, seen=seen)
    if result not in Case.CallResult.values:
        raise ValidationError({"result": _("请选一个回访结果。")})
    said = say(Case.CallResult(result).label)
    facts: dict[str, Any] = {"call_result": result, "rating": rating, "tries": case.tries + 1}
    if result == Case.CallResult.SOLVED or (result == Case.CallResult.PARTLY and agreed):
        outcome = Case.Outcome.PARTLY if result == Case.CallResult.PARTLY else case.outcome
        facts |= ended(case) | {"outcome": outcome}
        left = result == Case.CallResult.PARTLY
        if left and (wrong := promise_missing(case, "", outcome, promises, nothing)):
            raise ValidationError(wrong)
        text = joined([note, say(gettext_lazy("没有承诺：%(why)s"), why=nothing.strip()) if nothing.strip() else ""])
        move(case, "call_back", by=by, seen=seen, changes=facts, target="closed", note=text, reason=said)
        for line in promises if left else ():
            make_promise(by=by, record=record_of(case), what=line.what, unit=line.unit, due=line.due)
        return case
    anew, state = again(case)
    return move(case, "call_back", by=by, seen=seen, changes=anew | facts, target=state, note=note, reason=said)


def _unreached(case: Case, *, by: Actor, note: str, seen: int | None) -> Case:
    tries = case.tries + 1
    last = tries >= case.type.call_tries
    facts: dict[str, Any] = {"tries": tries} | ({"quiet_until": quiet_end(case)} if last else {})
    target = "answered" if last else "calling"
    return move(
        case,
        "call_back",
        by=by,
        seen=seen,
        changes=facts,
        target=target,
        note=note,
        reason=say(gettext_lazy("没有联系上")),
        quietly=True,
    )


@transaction.atomic
def object_to(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """诉求人有异议: told before it closed by itself; it is redone and reaches handler and supervisor."""
    anew, state = again(case)
    return move(case, "object", by=by, seen=seen, changes=anew, target=state, note=note)


@transaction.atomic
def order_redo(case: Case, *, by: Actor, reason: Reason, note: str = "", seen: int | None = None) -> Case:
    """要求重办, by the supervisor."""
    anew, state = again(case)
    return move(case, "redo", by=by, seen=seen, changes=anew, target=state, note=note, reason=reason)


@transaction.atomic
def reopen_case(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """重新办理 within the type's limit: to the lead unit and the supervisor, or to the desk if it was declined.

    Raises Refused `too_late` after the limit.
    """
    if not reopenable(case):
        raise Refused("too_late", _("已过了可以重新办理的期限。"), _("请作为新的来事登记，并写上原编号。"), status=422)
    anew, state = again(case)
    return move(case, "reopen", by=by, seen=seen, changes=anew | {"answer": case.answer}, target=state, note=note)
