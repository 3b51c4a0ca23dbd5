"""Who may do what to which proposal. One predicate gives the check on a proposal and the list of proposals (rights.md P3–P5, P8, P9)."""

from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.imports.runs import pending
from gongyi.core.search import Seldom
from gongyi.core.workflow import Move, holds_at
from gongyi.proposals.models import (
    Author,
    Call,
    Comment,
    Proposal,
    ProposalConflict,
    ProposalPart,
    ProposalStep,
    Support,
)
from gongyi.proposals.workflow import CALL, PROPOSAL, TURNS

OWN_WORK = {"approve", "send_back", "audit", "audit_back"}  # never by who wrote the answer (P8)
OWN_WISH = {"approve_extension", "refuse_extension"}  # never by who asked for it (P8)
OWN_HANDS = {"rate"}  # never by who handled it: nobody writes down their own mark
HANDLING = {move.action for move in PROPOSAL.moves if move.permission == P.PROPOSAL_HANDLE} | {"approve"}
JUDGES = {"reviewing": "approve", "auditing": "audit", "extending": "approve_extension"}  # by whom a state waits


def parts_visible_to(by: Actor, *, unit: UUID | None = None) -> QuerySet[ProposalPart]:
    """The participation rows in the units (or one of them) where this person may view proposals.

    A unit above sees nothing it did not receive, hold, assign or supervise: it has no participation row (P5).
    """
    units = by.units(P.PROPOSAL_VIEW) & {unit} if unit else by.units(P.PROPOSAL_VIEW)
    return _parts(by.county, by.key, units).all()


def parts_held(by: Actor, *, unit: UUID | None = None) -> QuerySet[ProposalPart]:
    """What `parts_visible_to` begins with, so at least as many: quickly counted, for telling many from few."""
    units = by.units(P.PROPOSAL_VIEW) & {unit} if unit else by.units(P.PROPOSAL_VIEW)
    return ProposalPart.objects.filter(county=by.county, unit__in=units, until=None)


@lru_cache(maxsize=512)  # the question alone is kept, put together once for each answer to "who asks, holding what"
def _parts(county: int, account: UUID, units: frozenset[UUID]) -> QuerySet[ProposalPart]:
    hidden = ProposalConflict.objects.filter(county=county, account=account, hidden=True)
    mine = ProposalPart.objects.filter(county=county, unit__in=units, until=None)
    seen = mine.exclude(proposal__in=hidden.values("proposal"))
    return seen.exclude(proposal__in=pending(county))  # an import is seen when its last row is in


def visible_to(by: Actor) -> QuerySet[Proposal]:
    """The proposals that this person may open: those of `parts_visible_to`. Asked one by one, as casework asks its cases."""
    return Proposal.objects.filter(Exists(parts_visible_to(by).filter(Seldom("proposal", OuterRef("pk")))))


def can_move(by: Actor, proposal: Proposal, move: Move) -> bool:
    """Whether this person may make this move on a proposal that they may see, whatever its state.

    Adds to the table: no one signs or audits their own answer, grants their own wish or records the rating of their own work
    (P8); no one acts in a proposal that concerns them; a unit that helps says its opinion, nobody else does.
    """
    if by.asks is not None:
        return _asker_may(by, proposal, move)
    if by.system:
        return holds_at(by, proposal, move)
    if concerned(by, proposal) or not _fits(proposal, move.action):
        return False
    if by.id is not None and by.id in makers(proposal, move.action):
        return False
    return holds_at(by, proposal, move)


def _asker_may(by: Actor, proposal: Proposal, move: Move) -> bool:
    """Whoever opened a proposal by its code makes the proposer's moves; a co-signer, by a code of their own, only says yes or no."""
    if move.action == "countersign":
        signers = Author.objects.filter(county=proposal.county, proposal=proposal, id=by.asks or by.key, place__gt=0)
        return signers.exclude(code="").exists()
    return _fits(proposal, move.action) and holds_at(by, proposal, move)


def may_follow(by: Actor, key: UUID) -> bool:
    """Whether the proposal stands in the resident's account now: as its proposer, its co-signer, or because they asked to hear of it."""
    if by.asks is None:
        return False
    mine = {"county": by.county, "proposal": key, "resident": by.asks}
    return (
        Author.objects.filter(**mine).exclude(signed=Author.Signed.NO).exists()
        or Support.objects.filter(**mine).exists()
    )


def _fits(proposal: Proposal, action: str) -> bool:
    """Whether the proposal is such that this move makes sense."""
    match action:
        case "consult":
            return bool(proposal.helping)
        case "merge":
            return proposal.first_id is None
        case "unmerge":
            return proposal.first_id is not None
        case "judge":  # of an answer that went out; once it ended without a word, still once
            return proposal.replied_at is not None and (proposal.state == "replied" or not proposal.rating)
    return True


def makers(proposal: Proposal, action: str) -> set[UUID | None]:
    """The people whose own work this move would judge."""
    if action in OWN_WISH:
        return {proposal.asked_by}
    if action in OWN_HANDS:
        return {proposal.answered_by, proposal.drafted_by, proposal.approved_by} | _hands(proposal)
    return {proposal.answered_by, proposal.drafted_by} if action in OWN_WORK else set()


def _hands(proposal: Proposal) -> set[UUID | None]:
    """Who handled the proposal since it was first assigned. One query, kept on the proposal until it changes."""
    version, found = proposal.__dict__.get("_hands", (0, None))
    if version != proposal.version or found is None:
        steps = ProposalStep.objects.filter(county=proposal.county, proposal=proposal, action__in=HANDLING)
        found = set(steps.values_list("actor", flat=True))
        proposal.__dict__["_hands"] = (proposal.version, found)
    return set(found)


def concerned(by: Actor, proposal: Proposal) -> bool:
    """Whether this person declared that the proposal concerns them. One query, kept on the proposal for this person."""
    kept: dict[UUID | None, bool] = proposal.__dict__.setdefault("_concerned", {})
    if by.id not in kept:
        kept[by.id] = declared(by, proposal.id).exists()
    return kept[by.id]


def declared(by: Actor, proposal: UUID | OuterRef | None = None) -> QuerySet[ProposalConflict]:
    """What keeps this person from acting in the proposal, or in any."""
    rows = ProposalConflict.objects.filter(county=by.county, account=by.key)
    return rows.filter(proposal=proposal) if proposal else rows


def conflicted(proposal: Proposal) -> set[UUID | None]:
    """Who may not act in this proposal."""
    rows = ProposalConflict.objects.filter(county=proposal.county, proposal=proposal)
    return set(rows.values_list("account", flat=True))


def moves_for(by: Actor, proposal: Proposal) -> list[Move]:
    """The moves that this person may make now, in table order."""
    return [move for move in PROPOSAL.leaving(proposal.state) if can_move(by, proposal, move)]


def next_by(by: Actor) -> Q:
    """Participation rows whose next step (`TURNS`) this person may make, for rows of `parts_visible_to` with `my_turn`."""
    theirs = Q(pk__in=[])
    for state, (_place, needed) in TURNS.items():
        if units := by.units(needed):
            theirs |= Q(state=state, unit__in=units)
    return theirs & ~_own_work(by)


def _own_work(by: Actor) -> Q:
    """Rows whose next step would judge the person's own work (P8): asked one by one, for few rows wait for a judgement."""
    one = Proposal.objects.filter(pk=OuterRef("proposal"))
    written = Q(Exists(one.filter(Q(answered_by=by.key) | Q(drafted_by=by.key))))
    wished = Q(state="extending") & Q(Exists(one.filter(asked_by=by.key)))
    steps = ProposalStep.objects.filter(county=by.county, proposal=OuterRef("proposal"), actor=by.key)
    signed = Q(Exists(one.filter(approved_by=by.key))) | Q(Exists(steps.filter(action__in=HANDLING)))
    return Q(state__in=["reviewing", "auditing"]) & written | wished | Q(state="replied") & (written | signed)


def can_see_authors(by: Actor, proposal: Proposal) -> bool:
    """Who may look at the authors' names and contacts: who receives, screens, leads or helps, with the right to make contact."""
    if concerned(by, proposal):
        return False
    near = {proposal.unit_id, proposal.desk_id, proposal.lead_id} | proposal.helping
    return bool(by.units(P.PROPOSAL_CONTACT) & near)


# --- public texts ------------------------------------------------------------------------------------------------------

ANSWERED = {"replied", "following", "closed", "archived"}
OUT = {"withdrawn", "not_filed", "passed_on"}  # nothing of it is public any more
UNFILED = {"draft", "submitted", "screening", "sent_back"}


def answered(proposal: Proposal) -> bool:
    """Whether its answer is out, and no other one is being written."""
    return proposal.state in ANSWERED and proposal.replied_at is not None


def why_not_public(proposal: Proposal) -> Promise | None:
    """Why this proposal may not be made public now, in a sentence; None where it may."""
    if proposal.state in UNFILED:
        return gettext_lazy("还没有立案。立案以后才能公开。")
    if proposal.state == "merged":
        return gettext_lazy("它并入了另一件，请公开那一件。")
    return why_never_public(proposal)


def why_never_public(proposal: Proposal) -> Promise | None:
    """Why nothing of this proposal may be public, in a sentence; None where it may."""
    if proposal.state in OUT or (proposal.state == "archived" and proposal.replied_at is None):
        return gettext_lazy("没有立案的、撤回的提案不公开。")
    if not proposal.may_publish:
        return gettext_lazy("提出人没有同意公开。")
    return None


def may_hear_of(by: Actor, key: UUID) -> bool:
    """Whether the reader of a message may still open the proposal."""
    return visible_to(by).filter(id=key).exists()


# --- calls ------------------------------------------------------------------------------------------------------------


def calls_visible_to(by: Actor) -> QuerySet[Call]:
    """The calls of one's units, begun or not; what others made is read where everybody reads it."""
    return Call.objects.filter(county=by.county, unit__in=by.units(P.PROPOSAL_VIEW))


def can_move_call(by: Actor, call: Call, move: Move) -> bool:
    """Whether this person may make this move on a call that they may see, whatever its state."""
    return holds_at(by, call, move)


def call_moves_for(by: Actor, call: Call) -> list[Move]:
    """The moves that this person may make now, in table order."""
    return [move for move in CALL.leaving(call.state) if can_move_call(by, call, move)]


def may_start_call(by: Actor) -> bool:
    """Whether this person may write a call."""
    return by.can(P.PROPOSAL_SCREEN)


# --- comments ---------------------------------------------------------------------------------------------------------

TWO_PEOPLE = {"remove", "keep"}  # never by who wanted it taken down


def comments_visible_to(by: Actor) -> QuerySet[Comment]:
    """The comments that this person may have to judge: those of their desk, and those that another moderator sent on to them."""
    units = by.units(P.PROPOSAL_SCREEN)
    return Comment.objects.filter(Q(desk__in=units) | Q(second__in=units, state="doubted"), county=by.county)


def can_move_comment(by: Actor, comment: Comment, move: Move) -> bool:
    """Whether this person may make this move on a comment, whatever its state.

    Adds to the table: the author alone takes it back; nobody judges what is said about an answer of their own or a proposal that
    concerns them; removing needs somebody else than who wanted it (two moderators).
    """
    if by.asks is not None:
        return move.permission == P.ASKER and comment.resident is not None and by.asks == comment.resident
    if by.system:
        return holds_at(by, comment, move)
    if move.action in TWO_PEOPLE and by.id == comment.doubted_by:
        return False
    own = {comment.proposal.answered_by, comment.proposal.drafted_by, comment.proposal.approved_by}
    return by.id not in own and not concerned(by, comment.proposal) and holds_at(by, comment, move)


def may_hear_of_comment(by: Actor, key: UUID) -> bool:
    """Whether the comment is the reader's own, or waits for their word."""
    if by.asks is not None:
        return Comment.objects.filter(county=by.county, id=key, resident=by.asks).exists()
    return comments_visible_to(by).filter(id=key).exists()
