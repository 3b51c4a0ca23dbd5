"""From the desk to the unit that handles: assign, sign, return, talk, consult, extend."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.deadlines import Span
from gongyi.core.errors import Refused
from gongyi.core.said import Piece, Said, joined, say
from gongyi.core.workflow import check_seen
from gongyi.network.models import Unit
from gongyi.people.queries import holders
from gongyi.promises.actions import hand_promises_on
from gongyi.proposals.actions.moving import due_in, move, somebody_else, tell, waiting_for
from gongyi.proposals.actions.promising import record_of
from gongyi.proposals.models import Cause, Opinion, Proposal, ProposalPart, Talk
from gongyi.proposals.queries.limits import limits_of


@transaction.atomic
def assign(
    proposal: Proposal,
    *,
    by: Actor,
    lead: Unit,
    co_units: Iterable[Unit] = (),
    separate_units: Iterable[Unit] = (),
    supervisor: Unit | None = None,
    note: str = "",
    seen: int | None = None,
) -> Proposal:
    """交办 to a lead unit, with those that give their opinion (会办) and those that answer their own part (分办); or 改交.

    The answering limit starts with the first assignment and is not counted anew by a transfer; that of the opinions is. Raises
    Refused 422 `not_there` for a unit where nobody could take it up, `same_unit` for a transfer that changes nothing.
    """
    check_seen(proposal, seen, mine=note)
    action = "assign" if proposal.state in {"filed", "returned"} else "transfer"
    helpers = _helpers(lead, co_units, separate_units)
    for unit in [lead, *helpers]:
        _require_somebody(unit, P.PROPOSAL_HANDLE)
    if supervisor is not None:
        _require_somebody(supervisor, P.PROPOSAL_SUPERVISE)
    before = {taking.unit.id: taking.part for taking in proposal.helpers}
    kept = {unit.id: part for unit, part in helpers.items()}
    watch, held = supervisor.id if supervisor else None, proposal.lead_id
    if action == "transfer" and (lead.id, kept, watch) == (proposal.lead_id, before, proposal.supervisor_id):
        raise Refused("same_unit", _("和现在的单位一样，没有改动。"), _("要催就用催办。"), status=422)
    facts: dict[str, Any] = {"lead_id": lead.id, "supervisor_id": watch, "proposed_id": None} | _clocks(proposal, lead)
    if lead.id != proposal.lead_id or action == "assign":
        facts |= _taken_back(proposal)
    target = proposal.state if action == "transfer" and lead.id == proposal.lead_id else None
    move(
        proposal,
        action,
        by=by,
        seen=seen,
        changes=facts,
        target=target,
        note=_told(note, helpers),
        reason=lead.name,
        helpers=kept,
    )
    proposal.lead = lead
    hand_promises_on(record_of(proposal), by=by, before=held)
    new = {unit: P.PROPOSAL_HANDLE for unit in kept if unit not in before}
    tell(proposal, new, by=by, event="proposal.co", words=gettext_lazy("请您的单位会办一件提案"))
    return proposal


def _helpers(lead: Unit, co_units: Iterable[Unit], separate_units: Iterable[Unit]) -> dict[Unit, str]:
    found = dict.fromkeys(co_units, ProposalPart.Part.CO.value)
    found |= dict.fromkeys(separate_units, ProposalPart.Part.SEPARATE.value)
    return {unit: part for unit, part in found.items() if unit != lead}


def _clocks(proposal: Proposal, lead: Unit) -> dict[str, Any]:
    """The limits that an assignment starts; once they run, a transfer leaves the answering limit alone."""
    limits, now = limits_of(proposal.county), clock.now()
    facts: dict[str, Any] = {
        "assigned_at": now,
        "signed_at": None,
        "co_due": due_in(proposal, limits.co_span, now, lead),
    }
    if proposal.unit_due is None:
        facts |= {
            "span": limits.answer_span, "unit_from": now, "unit_due": due_in(proposal, limits.answer_span, now, lead),
            "longest_due": due_in(proposal, limits.longest_span, now, lead),
        }  # fmt: skip
    return facts


def _taken_back(proposal: Proposal) -> dict[str, Any]:
    """Another unit begins anew; what was written so far is its draft to begin with."""
    return {
        "second_id": None, "asked_due": None, "asked_by": None, "answer": "", "answered_by": None, "approved_by": None,
        "draft": proposal.draft or proposal.answer, "drafted_by": proposal.drafted_by or proposal.answered_by, "result_id": None, "declined_why": "",
    }  # fmt: skip


def _require_somebody(unit: Unit, permission: P) -> None:
    there = holders(permission, {unit.id})[unit.id] if unit.status == Unit.Status.RUNNING else set[UUID]()
    if not there:
        raise Refused(
            "not_there", _("%(unit)s现在没有人能接这一步。") % {"unit": unit.name}, _("请换一个单位，或请账号管理员给它配人。"), status=422
        )  # fmt: skip


def _told(note: str, helpers: dict[Unit, str]) -> Said:
    lines: list[Piece] = [note]
    named = (
        (ProposalPart.Part.CO, gettext_lazy("会办：%(units)s")),
        (ProposalPart.Part.SEPARATE, gettext_lazy("分办：%(units)s")),
    )
    for part, words in named:
        if units := [unit.name for unit, taken in helpers.items() if taken == part]:
            lines.append(say(words, units=joined(units, gettext_lazy("、"))))
    return joined(lines)


@transaction.atomic
def sign(proposal: Proposal, *, by: Actor, seen: int | None = None) -> Proposal:
    """签收: the unit takes the proposal over."""
    return move(proposal, "sign", by=by, seen=seen, changes={"signed_at": clock.now()}, quietly=True)


@transaction.atomic
def return_proposal(
    proposal: Proposal, *, by: Actor, reason: Cause, proposed: Unit, note: str = "", seen: int | None = None
) -> Proposal:
    """退办: back to the desk with the rule it rests on and the unit that should have it, within the limit for that."""
    if proposed.id == proposal.lead_id:
        raise Refused("same_unit", _("建议的单位就是本单位。"), _("请选真正该办的单位。"), status=422)
    span = limits_of(proposal.county).return_span
    if clock.now() > due_in(proposal, span, proposal.assigned_at or clock.now(), proposal.lead):
        raise Refused(
            "too_late", _("交办后超过 %(span)s，不能再退办。") % {"span": Span.parse(span)}, _("请先接下来办，或请交办单位改交。"), status=422
        )  # fmt: skip
    text = joined([say(gettext_lazy("建议交给%(unit)s"), unit=proposed.name), note], gettext_lazy("："))
    facts = {"lead_id": None, "proposed_id": proposed.id, "signed_at": None, "returns": proposal.returns + 1}
    return move(proposal, "return", by=by, seen=seen, changes=facts, note=text, reason=reason)


@transaction.atomic
def talk(proposal: Proposal, *, by: Actor, kind: str, on: date, note: str, seen: int | None = None) -> Proposal:
    """记一次沟通 with the proposer: how, on which day, what was said."""
    if kind not in Talk.Kind.values:
        raise ValidationError({"kind": _("请选是怎么沟通的。")})
    if on > clock.today():
        raise ValidationError({"on": _("这一天还没有到。")})
    met = proposal.met + (kind != Talk.Kind.PHONE)
    target = "talking" if proposal.state in {"signed", "redo"} else None
    said = say(gettext_lazy("%(kind)s，%(on)s"), kind=Talk.Kind(kind).label, on=on.isoformat())
    facts = {"talks": proposal.talks + 1, "met": met}
    move(proposal, "talk", by=by, seen=seen, changes=facts, target=target, note=note, reason=said, quietly=True)
    unit: Any = proposal.lead_id
    Talk(county=proposal.county, proposal=proposal, kind=kind, on=on, unit_id=unit, at=clock.now()).save()
    return proposal


@transaction.atomic
def log(proposal: Proposal, *, by: Actor, note: str, seen: int | None = None) -> Proposal:
    """记办理经过, also how what was promised goes on."""
    return move(proposal, "log", by=by, seen=seen, note=note, quietly=True)


@transaction.atomic
def consult(proposal: Proposal, *, by: Actor, note: str = "", seen: int | None = None) -> Proposal:
    """请会办单位写意见: it waits for those whose opinion is missing. Raises Refused `all_given` when none is."""
    if not waiting_for(proposal):
        raise Refused("all_given", _("会办单位的意见都有了。"), _("可以写答复了。"), status=422)
    return move(proposal, "consult", by=by, seen=seen, note=note)


@transaction.atomic
def opine(proposal: Proposal, *, by: Actor, note: str, unit: Unit | None = None, seen: int | None = None) -> Proposal:
    """写会办意见 for a unit of one's own (None: the one that one acts for, or the only one); a new one replaces the old.

    With the last missing opinion a proposal that waited for them goes back to the lead unit.
    """
    mine = proposal.helping & by.units(P.PROPOSAL_HANDLE)
    chosen = unit.id if unit else by.unit if by.unit in mine else min(mine, key=str, default=None)
    missing = waiting_for(proposal) - {chosen} if chosen else set()
    target = "drafting" if proposal.state == "consulting" and not missing else None
    if chosen in mine and chosen is not None:
        Opinion.objects.update_or_create(
            county=proposal.county, proposal=proposal, unit_id=chosen,
            defaults={"text": note.strip()[:4000], "given_by": by.id, "given_at": clock.now()},
        )  # fmt: skip
    move(proposal, "opine", by=by, seen=seen, target=target, note=note, quietly=True)
    words = gettext_lazy("会办单位写了意见")
    tell(proposal, {proposal.lead_id: P.PROPOSAL_HANDLE}, by=by, event="proposal.opinion", words=words)
    return proposal


@transaction.atomic
def ask_extension(
    proposal: Proposal, *, by: Actor, reason: Cause, until: date, agreed: bool, note: str = "", seen: int | None = None
) -> Proposal:
    """申请延期 to the end of a day, with the proposer's consent; the desk decides, one unit up where nobody else is there (P9).

    Raises ValidationError without consent, Refused `too_early` and `too_far` for a day before the limit or beyond the longest.
    """
    if not agreed:
        raise ValidationError({"agreed": _("延期要先征得提出人同意。")})
    asked = timezone.make_aware(datetime.combine(until, time(23, 59, 59)))
    if asked <= max(proposal.unit_due or clock.now(), clock.now()):
        raise Refused("too_early", _("新日期要晚于现在的期限。"), _("请选一个更晚的日子。"), status=422)
    if proposal.longest_due and asked > proposal.longest_due:
        last = timezone.localdate(proposal.longest_due)
        raise Refused(
            "too_far", _("从交办起最长只能延到 %(day)s。") % {"day": last.isoformat()}, _("请选这一天或更早的日子。"), status=422
        )  # fmt: skip
    desk = somebody_else(proposal, proposal.desk, P.PROPOSAL_ASSIGN, besides={by.id})
    facts = {"asked_due": asked, "asked_by": by.id, "desk_id": desk.id}
    return move(proposal, "ask_extension", by=by, seen=seen, changes=facts, note=note, reason=reason)


@transaction.atomic
def decide_extension(
    proposal: Proposal, *, by: Actor, agreed: bool, note: str = "", seen: int | None = None
) -> Proposal:
    """同意 or 不同意延期, by somebody else than who asked."""
    facts: dict[str, Any] = {"asked_due": None, "asked_by": None}
    if agreed:
        facts |= {"unit_due": proposal.asked_due, "extensions": proposal.extensions + 1}
    action = "approve_extension" if agreed else "refuse_extension"
    return move(proposal, action, by=by, seen=seen, changes=facts, note=note)
