"""The answer: drafted, signed by somebody else, audited where a unit supervises, sent; rated, done again, followed up."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.queries import promise_without_date
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import joined, say
from gongyi.core.workflow import check_seen
from gongyi.network.models import Unit
from gongyi.people.queries import holders
from gongyi.promises.actions import bind_planned, plan_promises
from gongyi.promises.models import Line
from gongyi.promises.queries import has_open
from gongyi.proposals.actions.moving import due_in, move, somebody_else, tell, waiting_for
from gongyi.proposals.actions.promising import record_of
from gongyi.proposals.models import Cause, Proposal, ResultClass
from gongyi.proposals.models.proposal import Rating
from gongyi.proposals.queries.case import KIND
from gongyi.proposals.queries.limits import limits_of
from gongyi.proposals.rules import conflicted
from gongyi.publishing.actions import tell_of_answer


@transaction.atomic
def save_draft(proposal: Proposal, *, by: Actor, draft: str, seen: int | None = None) -> Proposal:
    """Keep an unfinished answer."""
    target = None if proposal.state == "consulting" else "drafting"
    facts = {"draft": draft.strip(), "drafted_by": by.id}
    return move(proposal, "save_draft", by=by, seen=seen, changes=facts, target=target, quietly=True, mine=draft)


@transaction.atomic
def answer(
    proposal: Proposal, *, by: Actor, answer: str, result: ResultClass, promises: Sequence[Line] = (), contact: str = "",
    reply_no: str = "", declined_why: str = "", seen: int | None = None,
) -> Proposal:  # fmt: skip
    """答复送审: to somebody else for signing, one unit up if nobody else is there (P9).

    What the answer promises binds when it goes out. One whose class is neither done nor declined promises something, unless a
    promise of an earlier answer is still open; one that declines says why.
    Raises ValidationError for an empty answer, such a class without a promise or a reason, a promise without a date or a class that is over; Refused
    `opinions` while a co-handling unit's opinion is missing.
    """
    check_seen(proposal, seen, mine=answer)
    answer = answer.strip()
    if not answer:
        raise ValidationError({"answer": _("请写答复内容。")})
    if wrong := promise_without_date(answer):
        raise ValidationError({"answer": wrong})
    if result.county != proposal.county or result.until is not None:
        raise ValidationError({"result": _("请选一个现在用的办理结果。")})
    if lacking := _lacks(proposal, result, promises, declined_why):
        raise ValidationError(lacking)
    if missing := waiting_for(proposal):
        names = _("、").join(Unit.objects.filter(id__in=missing).order_by("path").values_list("name", flat=True))
        raise Refused(
            "opinions", _("%(units)s还没有写会办意见。") % {"units": names}, _("先请它写意见，或请交办单位不再让它会办；写的答复可以先存草稿。"), status=422
        )  # fmt: skip
    facts: dict[str, Any] = {
        "answer": answer, "draft": "", "result_id": result.id, "contact": contact.strip(), "reply_no": reply_no.strip(),
        "answered_by": by.id, "approved_by": None, "declined_why": declined_why.strip() if result.follows == DECLINED else "",
    }  # fmt: skip
    start = proposal.lead or proposal.desk
    facts["second_id"] = somebody_else(proposal, start, P.PROPOSAL_APPROVE, besides={by.id, proposal.drafted_by}).id
    move(proposal, "answer", by=by, seen=seen, changes=facts, note=answer)
    proposal.result = result
    plan_promises(by=by, record=record_of(proposal), lines=promises)
    return proposal


PROMISE, DECLINED = ResultClass.Follows.PROMISE, ResultClass.Follows.DECLINED


def _lacks(proposal: Proposal, result: ResultClass, promises: Sequence[Line], declined_why: str) -> dict[str, str]:
    """By field what an answer of this class has to say besides; {} where nothing is missing."""
    if result.follows == DECLINED and not declined_why.strip():
        return {"declined_why": _("这一类答复要写明为什么不办。")}
    if result.follows == PROMISE and not promises and not has_open(KIND, proposal.id):
        return {"promise": _("这一类答复要写明答应做什么、由谁做、哪天以前。")}
    return {}


@transaction.atomic
def approve(proposal: Proposal, *, by: Actor, seen: int | None = None) -> Proposal:
    """签发, by somebody else than its writer (P8): to the supervising unit where there is one, else out to the proposer.

    Raises ValidationError when a promised day went by meanwhile.
    """
    facts: dict[str, Any] = {"approved_by": by.id}
    if proposal.supervisor_id and _can_audit(proposal, proposal.supervisor_id):
        return move(proposal, "approve", by=by, seen=seen, changes=facts, target="auditing")
    move(proposal, "approve", by=by, seen=seen, changes=facts | _sent_out(proposal))
    return _went_out(proposal, by=by)


def _went_out(proposal: Proposal, *, by: Actor) -> Proposal:
    """What follows when an answer is out: its promises bind, and its public text lacks it."""
    bind_planned(by=by, record=record_of(proposal))
    tell_of_answer(proposal, by=by)
    return proposal


def _can_audit(proposal: Proposal, unit: Any) -> bool:
    """Whether somebody there may audit this answer; if not, it does not wait for nobody."""
    apart = conflicted(proposal) | {proposal.answered_by, proposal.drafted_by}
    return bool(holders(P.PROPOSAL_SUPERVISE, {unit})[unit] - apart)


def _sent_out(proposal: Proposal) -> dict[str, Any]:
    """What is set when an answer goes out: from now the proposer has time to rate it."""
    now = clock.now()
    rate_due = due_in(proposal, limits_of(proposal.county).rate_span, now)
    first = {} if proposal.first_at else {"first_at": now, "first_due": proposal.unit_due}
    return {"replied_at": now, "rate_due": rate_due, "manner": "", "rating": "", "rated_at": None} | first


@transaction.atomic
def audit(proposal: Proposal, *, by: Actor, seen: int | None = None) -> Proposal:
    """督办审核通过: the answer goes out."""
    move(proposal, "audit", by=by, seen=seen, changes=_sent_out(proposal))
    return _went_out(proposal, by=by)


@transaction.atomic
def send_back(
    proposal: Proposal, *, by: Actor, note: str, action: str = "send_back", seen: int | None = None
) -> Proposal:
    """退回改答复, before signing or (`action` audit_back) by the supervising unit: the text becomes the draft again."""
    facts = {
        "draft": proposal.answer, "drafted_by": proposal.answered_by, "answer": "", "result_id": None, "declined_why": "", "second_id": None,
        "answered_by": None, "approved_by": None,
    }  # fmt: skip
    return move(proposal, action, by=by, seen=seen, changes=facts, note=note)


@transaction.atomic
def rate(
    proposal: Proposal, *, by: Actor, manner: str, rating: str, note: str = "", action: str = "rate", seen: int | None = None,
) -> Proposal:  # fmt: skip
    """记提出人评价, or (`action` judge) the proposer's own: manner and result apart. Not satisfied with the result: it is done again, so many times as the county set.

    Satisfied, or done again often enough: an answer that left something to do is followed up, any other ends here.
    """
    wrong = {
        name: _("请选一项。")
        for name, value in {"manner": manner, "rating": rating}.items()
        if value not in Rating.values
    }
    if wrong:
        raise ValidationError(wrong)
    facts: dict[str, Any] = {"manner": manner, "rating": rating, "rated_at": clock.now()}
    said = say(
        gettext_lazy("态度：%(manner)s，结果：%(rating)s"), manner=Rating(manner).label, rating=Rating(rating).label
    )
    if rating == Rating.BAD and proposal.redos < limits_of(proposal.county).redo_times:
        anew, state = again(proposal)
        return move(proposal, action, by=by, seen=seen, changes=facts | anew, target=state, note=note, reason=said)
    move(
        proposal, action, by=by, seen=seen, changes=facts, target=_after(proposal), note=note, reason=said, quietly=True
    )
    if Rating.BAD in {manner, rating}:
        watching = proposal.supervisor_id or proposal.desk_id
        words = gettext_lazy("提出人对提案办理不满意")
        tell(proposal, {watching: P.PROPOSAL_SUPERVISE}, by=by, event="proposal.rated", words=words)
    return proposal


def _after(proposal: Proposal) -> str:
    """Where an answered proposal goes when nobody asks for more."""
    return "following" if proposal.result and proposal.result.follows == PROMISE else "closed"


@transaction.atomic
def close_quiet(proposal: Proposal, *, by: Actor) -> Proposal:
    """到期未评价: counted as not rated, never as satisfied."""
    return move(proposal, "close_quiet", by=by, target=_after(proposal), quietly=True)


def again(proposal: Proposal) -> tuple[dict[str, Any], str]:
    """What is set when a proposal is done again, and where it goes: to its lead unit, or to the desk where nobody is there any more."""
    lead, now = proposal.lead, clock.now()
    there = lead and holders(P.PROPOSAL_HANDLE, {lead.id})[lead.id] - conflicted(proposal)
    span = limits_of(proposal.county).redo_span
    due = due_in(proposal, span, now, lead)
    longest = max(due, proposal.longest_due) if proposal.longest_due else due
    return {
        "redos": proposal.redos + 1, "span": span, "unit_from": now, "unit_due": due, "longest_due": longest, "rate_due": None,
        "draft": proposal.answer, "drafted_by": proposal.answered_by, "approved_by": None, "second_id": None,
        "lead_id": lead.id if lead and there else None,
    }, "redo" if there else "returned"  # fmt: skip


@transaction.atomic
def order_redo(proposal: Proposal, *, by: Actor, reason: Cause, note: str = "", seen: int | None = None) -> Proposal:
    """要求重办, by the desk: also where the proposer did not rate, or what was promised did not come."""
    anew, state = again(proposal)
    return move(proposal, "redo", by=by, seen=seen, changes=anew, target=state, note=note, reason=reason)


@transaction.atomic
def resume(proposal: Proposal, *, by: Actor, note: str = "", seen: int | None = None) -> Proposal:
    """再次答复: what was left open has come to a result; it is written, signed and rated like the first answer."""
    limits, now = limits_of(proposal.county), clock.now()
    facts: dict[str, Any] = {
        "span": limits.redo_span, "unit_from": now, "unit_due": due_in(proposal, limits.redo_span, now, proposal.lead),
        "draft": "", "drafted_by": None, "answered_by": None, "approved_by": None, "second_id": None,
    }  # fmt: skip
    text = joined([say(gettext_lazy("上一次的答复：%(text)s"), text=proposal.answer), note])
    return move(proposal, "resume", by=by, seen=seen, changes=facts, note=text, quietly=True)


@transaction.atomic
def archive(proposal: Proposal, *, by: Actor, seen: int | None = None) -> Proposal:
    """归档."""
    return move(proposal, "archive", by=by, seen=seen, quietly=True)
