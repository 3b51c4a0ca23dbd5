"""Beside the way of a proposal: files, reminders, conflicts, a look at the authors."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import attachments, clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments.keeping import keep_files
from gongyi.core.errors import Refused
from gongyi.core.models import Attachment
from gongyi.people.actions.access_log import look
from gongyi.people.models import Purpose
from gongyi.proposals.actions.moving import move, somebody_else, tell
from gongyi.proposals.models import Author, Proposal, ProposalConflict
from gongyi.proposals.rules import JUDGES, can_see_authors, makers
from gongyi.proposals.workflow import TURNS


def attach(proposal: Proposal, *, by: Actor, file: Any, seen: int | None = None) -> Attachment:
    """Add a cleaned file. Raises Refused with a sentence when it cannot be taken; a failed save leaves no file behind."""

    def moved() -> None:
        move(proposal, "attach", by=by, seen=seen, note=attachments.clean_name(file.name), quietly=True)

    return keep_files(proposal.id, [file], by=by, moved=moved)[0]


@transaction.atomic
def remind(proposal: Proposal, *, by: Actor, action: str, note: str, seen: int | None = None) -> Proposal:
    """`action` remind (催办) or supervise (督办): a message to the lead unit; a supervisor's also to the desk."""
    supervises = action == "supervise"
    move(proposal, action, by=by, seen=seen, note=note, quietly=True)
    wanted = {proposal.lead_id: P.PROPOSAL_HANDLE} | ({proposal.desk_id: P.PROPOSAL_ASSIGN} if supervises else {})
    words = gettext_lazy("督办提案") if supervises else gettext_lazy("催办提案")
    tell(proposal, wanted, by=by, event=f"proposal.{action}", words=words)
    return proposal


@transaction.atomic
def ask(proposal: Proposal, *, by: Actor, question: str, seen: int | None = None) -> Proposal:
    """问提出人: the question stands on the proposer's page until it is answered; all limits go on."""
    question = question.strip()
    if not question:
        raise ValidationError({"question": _("请写一个问题。")})
    return move(proposal, "ask", by=by, seen=seen, changes={"question": question}, note=question, quietly=True)


@transaction.atomic
def declare_conflict(proposal: Proposal, *, by: Actor, note: str, seen: int | None = None) -> Proposal:
    """我要回避: from now on this person may look, but not act; whoever judges instead is found at once."""
    if by.id is None:
        raise PermissionDenied
    row = ProposalConflict(county=proposal.county, proposal=proposal, account=by.id, why=note[:120], at=clock.now())
    move(proposal, "conflict", by=by, seen=seen, changes=_rerouted(proposal, by=by), note=note, quietly=True)
    row.save()
    proposal.__dict__.pop("_concerned", None)
    return proposal


def _rerouted(proposal: Proposal, *, by: Actor) -> dict[str, Any]:
    """Who goes on instead, where the person who steps back was the last one there; nothing where nobody else is anywhere."""
    place, permission = TURNS.get(proposal.state, ("", None))
    if permission is None or place not in {"desk_id", "second_id", "supervisor_id"}:
        return {}
    apart = makers(proposal, JUDGES.get(proposal.state, "")) | {by.id}
    start = proposal.lead if place == "second_id" and proposal.lead else proposal.desk
    try:
        return {place: somebody_else(proposal, start, permission, besides=apart).id}
    except Refused:
        return {}


@transaction.atomic
def show_authors(proposal: Proposal, *, by: Actor, purpose: str) -> list[Author]:
    """The authors' names and contacts, unmasked, with one access row in the same transaction (P12).

    Raises PermissionDenied for who may not look, Refused for a purpose off the list; the look fails when its row cannot be written.
    """
    if not can_see_authors(by, proposal):
        raise PermissionDenied
    if purpose not in Purpose.values:
        raise Refused("no_purpose", _("没有显示：还没有选为什么要看。"), _("请返回选一个用途。"), status=422)
    look(by=by, subject=proposal.id, kind="proposals.author", label=proposal.number, fields="contact", purpose=purpose)
    return list(Author.objects.filter(county=proposal.county, proposal=proposal).order_by("place"))


@transaction.atomic
def open_file(proposal: Proposal, *, by: Actor, key: UUID) -> Attachment:
    """A file of the proposal for one download, with its access row (P12). Raises Http404 for a file of something else."""
    row = Attachment.objects.filter(county=proposal.county, subject=proposal.id, id=key).first()
    if row is None:
        raise Http404
    look(
        by=by, subject=proposal.id, kind="proposals.proposal", label=proposal.number, fields="file", purpose=Purpose.CHECK
    )  # fmt: skip
    return row
