"""The desk decides: file, merge, split, send back, refuse, pass on; and takes each of these up again."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.said import joined, say
from gongyi.core.secrets import mask_text
from gongyi.core.workflow import check_seen
from gongyi.network.models import Unit
from gongyi.promises.actions import end_promises
from gongyi.proposals.actions.intake import AuthorFacts, store
from gongyi.proposals.actions.moving import move, tell, tell_proposer
from gongyi.proposals.actions.promising import record_of
from gongyi.proposals.models import Author, Cause, Proposal
from gongyi.proposals.queries.lists import numbered
from gongyi.proposals.workflow import STATES


@transaction.atomic
def screen(proposal: Proposal, *, by: Actor, seen: int | None = None) -> Proposal:
    """开始审查."""
    return move(proposal, "screen", by=by, seen=seen, quietly=True)


@transaction.atomic
def file(
    proposal: Proposal, *, by: Actor, opinion: str = "", key: bool = False, led_by: str = "", seen: int | None = None
) -> Proposal:
    """立案, with the screening opinion; a key proposal names the post that leads it."""
    facts = {
        "opinion": opinion.strip(), "filed_at": clock.now(), "key": key, "led_by": led_by.strip()[:40], "cause": "", "elsewhere": "",
    }  # fmt: skip
    move(proposal, "file", by=by, seen=seen, changes=facts, note=opinion)
    tell_proposer(proposal, "file", by=by)
    return proposal


@transaction.atomic
def ask_change(proposal: Proposal, *, by: Actor, note: str, seen: int | None = None) -> Proposal:
    """请提出人修改: back to who received it, with what to change."""
    return move(proposal, "ask_change", by=by, seen=seen, note=note)


@transaction.atomic
def refuse(proposal: Proposal, *, by: Actor, reason: Cause, note: str = "", seen: int | None = None) -> Proposal:
    """不立案, with a reason of the list; the proposer is told at once, with where else it can go."""
    facts = {"opinion": note.strip(), "cause": reason.text, "elsewhere": reason.elsewhere}
    move(proposal, "refuse", by=by, seen=seen, changes=facts, note=note, reason=reason, quietly=True)
    tell_proposer(proposal, "refuse", by=by)
    return proposal


@transaction.atomic
def pass_on(
    proposal: Proposal, *, by: Actor, reason: Cause, to: Unit, note: str = "", seen: int | None = None
) -> Proposal:
    """转为意见: not filed, but a unit gets to know it for reference; it may see the proposal from then on."""
    words = say(gettext_lazy("转给%(unit)s参考"), unit=to.name)
    facts = {"opinion": note.strip(), "cause": reason.text, "elsewhere": to.name}
    text = joined([words, note], gettext_lazy("："))
    move(
        proposal,
        "pass_on",
        by=by,
        seen=seen,
        changes=facts,
        note=text,
        reason=reason,
        helpers={to.id: "co"},
        quietly=True,
    )
    tell(
        proposal, {to.id: P.PROPOSAL_HANDLE}, by=by, event="proposal.passed", words=gettext_lazy("有一件提案转给您的单位参考")
    )  # fmt: skip
    tell_proposer(proposal, "pass_on", by=by)
    return proposal


@transaction.atomic
def withdraw(proposal: Proposal, *, by: Actor, note: str, seen: int | None = None) -> Proposal:
    """撤案: the proposer takes it back; whoever handles it is told."""
    held = proposal.lead_id
    move(proposal, "withdraw", by=by, seen=seen, note=note, quietly=True)
    end_promises(record_of(proposal), county=proposal.county, reason=say(gettext_lazy("提案撤回了")))
    tell(
        proposal,
        {held: P.PROPOSAL_HANDLE},
        by=by,
        event="proposal.withdrawn",
        words=gettext_lazy("提案撤回了，不用再办"),
    )
    return proposal


@transaction.atomic
def rescreen(proposal: Proposal, *, by: Actor, note: str, seen: int | None = None) -> Proposal:
    """重新审查: the proposer does not agree, or something new came to light."""
    facts = {"cause": "", "elsewhere": "", "submitted_at": clock.now(), "lead_id": None, "second_id": None}
    return move(proposal, "rescreen", by=by, seen=seen, changes=facts, note=note, helpers={}, quietly=True)


# --- merge and split --------------------------------------------------------------------------------------------------


@transaction.atomic
def merge(proposal: Proposal, *, by: Actor, first: str, note: str = "", seen: int | None = None) -> Proposal:
    """并入另一件: handled and answered with that one; its authors, texts and timeline stay where they are and are shown there too.

    Raises ValidationError for a number that the person may not see, the proposal itself, or one that cannot take others in.
    """
    check_seen(proposal, seen, mine=note)
    main = numbered(by, first)
    if main is None:
        raise ValidationError({"first": _("没有这个案号，或者它不在您的岗位范围内。")})
    if main.id == proposal.id or main.first_id is not None:
        raise ValidationError({"first": _("请写还单独在办的另一件的案号。")})
    if not STATES[main.state].open:
        raise Refused(
            "ended", _("%(number)s已经结束，不能再并进去。") % {"number": main.number}, _("请选一件还在办的，或单独立案。"), status=422
        )  # fmt: skip
    text = joined([say(gettext_lazy("并入%(number)s"), number=main.number), note], gettext_lazy("："))
    move(proposal, "merge", by=by, seen=seen, changes={"first_id": main.id}, note=text, quietly=True)
    # What was merged into this one before goes along: nobody is to look for a main proposal behind a main proposal.
    for other in Proposal.objects.filter(county=proposal.county, first=proposal.id):
        Proposal.objects.filter(county=proposal.county, id=other.id).update(first=main)
    tell_proposer(proposal, "merge", by=by)
    return proposal


@transaction.atomic
def unmerge(proposal: Proposal, *, by: Actor, note: str = "", seen: int | None = None) -> Proposal:
    """撤销并案: back to its own screening, with everything it had."""
    facts = {"first_id": None, "submitted_at": clock.now()}
    return move(proposal, "unmerge", by=by, seen=seen, changes=facts, note=note, quietly=True)


@transaction.atomic
def split(
    proposal: Proposal, *, by: Actor, title: str, analysis: str, suggestions: str, seen: int | None = None
) -> Proposal:
    """分出一件: a second matter becomes a proposal of its own, with every author of the first; returns the new one."""
    texts = {"title": title.strip(), "analysis": analysis.strip(), "suggestions": suggestions.strip()}
    if missing := {name: _("请写上。") for name, text in texts.items() if not text}:
        raise ValidationError(missing)
    texts["title"] = mask_text(texts["title"])
    now = clock.now()
    piece = Proposal(
        id=new_key(proposal.county), county=proposal.county, state="screening", changed_at=now, recorded_at=now,
        submitted_at=proposal.submitted_at or now, recorded_by=by.id, unit=proposal.unit, desk=proposal.desk, kind=proposal.kind,
        category=proposal.category, session=proposal.session, call=proposal.call, may_publish=proposal.may_publish, parent=proposal, **texts,
    )  # fmt: skip
    rows = Author.objects.filter(county=proposal.county, proposal=proposal).order_by("place")
    authors = [AuthorFacts(row.name, row.phone, row.organisation, row.signed) for row in rows]
    move(proposal, "split", by=by, seen=seen, note=texts["title"], quietly=True)
    note = say(gettext_lazy("从%(number)s分出来"), number=proposal.number)
    store(piece, authors, by=by, action="split_off", note=note)
    return piece
