"""From the desk to the unit that handles: accept, assign, sign, return, contact, log, extend, park."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import conflicted, ended, move, somebody_else, tell_holders, unit_clock
from gongyi.casework.actions.promising import record_of
from gongyi.casework.models import Case, Reason
from gongyi.casework.queries import due_at
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.deadlines import Span
from gongyi.core.errors import Refused
from gongyi.core.said import Piece, joined, say
from gongyi.core.workflow import check_seen
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of
from gongyi.people.queries import holders
from gongyi.promises.actions import hand_promises_on


@transaction.atomic
def accept_case(case: Case, *, by: Actor, seen: int | None = None, note: str = "") -> Case:
    """受理: the desk takes the matter on; it is assigned in a second step."""
    return move(case, "accept", by=by, seen=seen, changes={"accepted_at": clock.now()}, note=note, quietly=True)


@transaction.atomic
def decline_case(case: Case, *, by: Actor, reason: Reason, note: str = "", seen: int | None = None) -> Case:
    """不予受理, with a reason from the list; the matter ends as declined and may be reopened for a time."""
    facts = {"outcome": Case.Outcome.DECLINED, "answered_at": clock.now(), "answer": note.strip()}
    return move(case, "decline", by=by, seen=seen, changes=ended(case) | facts, note=note, reason=reason)


@transaction.atomic
def assign_case(
    case: Case,
    *,
    by: Actor,
    lead: Unit,
    co_units: Iterable[Unit] | None = None,
    note: str = "",
    seen: int | None = None,
) -> Case:
    """派单 or, for a case that a unit already holds, 改派: the lead unit's clock starts now, the resident's goes on.

    `co_units` None keeps the co-handling units; those that come new are told, those that go no longer see the case.

    Raises Refused 422 `not_there` when nobody in the unit, or in one that comes new to help, could take it up, `about_it` and `concerned` when the complaint is
    about it or everybody there who could.
    """
    check_seen(case, seen, mine=note)
    action = "assign" if case.state in {"recorded", "accepted", "returned"} else "transfer"
    if lead.id == case.about_unit_id:
        raise Refused(
            "about_it", _("这件事反映的就是%(unit)s。") % {"unit": lead.name}, _("请派给别的单位。"), status=422
        )
    there = _handlers_in(lead)
    if lead.county != case.county or not there:
        raise _nobody_in(lead)
    if not there - conflicted(case):
        raise Refused(
            "concerned", _("%(unit)s能签收办件的人都和这件事有关。") % {"unit": lead.name}, _("请派给别的单位。"), status=422
        )  # fmt: skip
    if action == "transfer" and lead.id == case.lead_id:
        raise Refused(
            "same_unit",
            _("%(unit)s已经是主办单位。") % {"unit": lead.name},
            _("要催就用催办；要换请选别的单位。"),
            status=422,
        )
    now = clock.now()
    given = {
        "lead_id": lead.id, "assigned_at": now, "accepted_at": case.accepted_at or now, "signed_at": None,
        "proposed_id": None, "second_id": None, "asked_due": None, "wakes_on": None, "unit_from": now, "unit_due": unit_clock(case, lead, now), "extensions": 0,
        "draft": case.draft or case.answer, "drafted_by": case.drafted_by if case.draft else case.answered_by, "answer": "", "outcome": "", "answered_by": None,
    }  # fmt: skip
    before, held = case.co_handlers, case.lead_id
    helping = [u for u in (before if co_units is None else co_units) if u.id not in {lead.id, case.about_unit_id}]
    if empty := next((unit for unit in helping if unit not in before and not _handlers_in(unit)), None):
        raise _nobody_in(empty)
    gone = [unit for unit in before if unit not in helping and unit != lead]
    text = joined(
        [note, _named(gettext_lazy("协办：%(units)s"), helping), _named(gettext_lazy("不再协办：%(units)s"), gone)]
    )
    move(case, action, by=by, seen=seen, changes=given, note=text, reason=lead.name, co_units=helping)
    case.lead = lead
    hand_promises_on(record_of(case), by=by, before=held)
    new = {unit.id: P.CASE_HANDLE for unit in helping if unit not in before}
    tell_holders(case, new, by=by, event="co", words=gettext_lazy("请您的单位协办"))
    return case


def _handlers_in(unit: Unit) -> set[UUID]:
    """Who could sign for a case or help with it in a unit that works."""
    return holders(P.CASE_HANDLE, {unit.id})[unit.id] if unit.status == Unit.Status.RUNNING else set()


def _nobody_in(unit: Unit) -> Refused:
    return Refused(
        "not_there",
        _("%(unit)s现在没有人能签收办件。") % {"unit": unit.name},
        _("请换一个单位，或请账号管理员给它配经办人。"),
        status=422,
    )


def _named(words: Promise, units: list[Unit]) -> Piece:
    return say(words, units=joined([unit.name for unit in units], gettext_lazy("、"))) if units else ""


@transaction.atomic
def sign_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """签收: the unit takes the case over."""
    return move(case, "sign", by=by, seen=seen, changes={"signed_at": clock.now()}, quietly=True)


@transaction.atomic
def return_case(
    case: Case, *, by: Actor, reason: Reason, proposed: Unit, note: str = "", seen: int | None = None
) -> Case:
    """退单: back to the desk, with the rule it rests on and the unit that should have it (first unit may not push away)."""
    if proposed.id == case.lead_id:
        raise Refused("same_unit", _("建议的单位就是本单位。"), _("请选真正该办的单位。"), status=422)
    last = due_at(case.assigned_at or clock.now(), case.type.return_span, calendar_of(case.lead, case.county))
    if clock.now() > last:
        raise Refused(
            "too_late",
            _("派单后超过 %(span)s，不能再退单。") % {"span": Span.parse(case.type.return_span)},
            _("请先接下来办，或请派单单位改派。"),
            status=422,
        )
    text = joined([say(gettext_lazy("建议派给%(unit)s"), unit=proposed.name), note], gettext_lazy("："))
    given = {
        "lead_id": None,
        "proposed_id": proposed.id,
        "signed_at": None,
        "unit_due": None,
        "returns": case.returns + 1,
    }
    return move(case, "return", by=by, seen=seen, changes=given, note=text, reason=reason)


@transaction.atomic
def contact_asker(case: Case, *, by: Actor, note: str, reached: bool = True, seen: int | None = None) -> Case:
    """联系诉求人: the first one that reached the asker stops the contact limit."""
    given = {"contacted_at": case.contacted_at or clock.now()} if reached else {}
    state = "contacted" if reached or case.contacted_at else case.state
    word = say(gettext_lazy("联系上了") if reached else gettext_lazy("没有联系上"))
    return move(case, "contact", by=by, seen=seen, changes=given, target=state, note=note, reason=word, quietly=True)


@transaction.atomic
def log_work(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """记办理经过: what was done and what comes next."""
    return move(case, "log", by=by, seen=seen, note=note, quietly=True)


@transaction.atomic
def assist_case(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """记协办情况: a co-handling unit writes what it did or thinks; the state stays, the lead unit is told."""
    move(case, "assist", by=by, seen=seen, note=note, quietly=True)
    tell_holders(case, {case.lead_id: P.CASE_HANDLE}, by=by, event="assist", words=gettext_lazy("协办单位写了情况"))
    return case


@transaction.atomic
def ask_extension(
    case: Case, *, by: Actor, reason: Reason, until: date, note: str = "", seen: int | None = None
) -> Case:
    """申请延期 to the end of a day; another person decides, one unit up where nobody else is there (P9)."""
    asked = timezone.make_aware(datetime.combine(until, time(23, 59, 59)))
    if asked <= max(case.unit_due or clock.now(), clock.now()):
        raise Refused("too_early", _("新日期要晚于现在的时限。"), _("请选一个更晚的日子。"), status=422)
    lead = case.lead
    if lead is None:
        raise Refused("wrong_state", _("这件事还没有主办单位。"))
    second = somebody_else(case, lead, P.CASE_APPROVE, besides={by.id})
    given = {"asked_due": asked, "asked_by": by.id, "second_id": second.id}
    return move(case, "ask_extension", by=by, seen=seen, changes=given, note=note, reason=reason)


@transaction.atomic
def decide_extension(case: Case, *, by: Actor, agreed: bool, note: str = "", seen: int | None = None) -> Case:
    """同意 or 不同意延期, by somebody else than who asked. The resident's clock never moves."""
    given = {"asked_due": None, "asked_by": None, "second_id": None}
    if agreed:
        given |= {"unit_due": case.asked_due, "extensions": case.extensions + 1}  # type: ignore[dict-item]
    action = "approve_extension" if agreed else "refuse_extension"
    return move(case, action, by=by, seen=seen, changes=given, note=note)


@transaction.atomic
def park_case(case: Case, *, by: Actor, reason: Reason, until: date, note: str = "", seen: int | None = None) -> Case:
    """挂账 with a date on which it wakes up by itself."""
    if until <= clock.today():
        raise Refused("too_early", _("挂账要挂到以后的日子。"), _("请选明天或更晚的日子。"), status=422)
    return move(case, "park", by=by, seen=seen, changes={"wakes_on": until}, note=note, reason=reason)


@transaction.atomic
def wake_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """Go on with a parked case: by hand, or by the worker on its day."""
    return move(case, "wake_due" if by.system else "wake", by=by, seen=seen, changes={"wakes_on": None})
