"""What others say to a public suggestion: about how many support it, the comments that are shown; and what moderators have to read."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongyi.core import timeline
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.roughly import HIDDEN, rounded
from gongyi.core.secrets import digest
from gongyi.core.timeline import Turn, lines_of
from gongyi.people.models import Resident
from gongyi.proposals.models import Comment, CommentStep, Proposal, Support
from gongyi.proposals.queries.choices import causes
from gongyi.proposals.queries.limits import limits_of
from gongyi.proposals.queries.published import published
from gongyi.proposals.rules import can_move_comment, comments_visible_to
from gongyi.proposals.workflow import COMMENT
from gongyi.publishing.queries import hide

SEEN = ("shown", "doubted")  # by everybody: what one moderator doubts is seen until another agrees
MOST = 200  # comments on the page of a suggestion
_STEPS = lines_of(CommentStep)


# --- whether, and who -------------------------------------------------------------------------------------------------


def may_support(proposal: Proposal) -> bool:
    """Whether support is taken now: while it is under way, and its call (or for others the county) has it switched on."""
    return proposal.is_open and _switched(proposal, "supports")


def may_comment(proposal: Proposal) -> bool:
    """Whether comments are taken now, likewise."""
    return proposal.is_open and _switched(proposal, "comments")


def _switched(proposal: Proposal, name: str) -> bool:
    return bool(getattr(proposal.call if proposal.call is not None else limits_of(proposal.county), name))


def marks_of(proposal: Proposal, *, device: str, resident: Resident | None) -> list[str]:
    """By what one person counts once here, the surest first: their account, else their browser.

    Another digest for each suggestion, so that nobody can put together what one person supports.
    """
    names = ([f"resident {resident.id}"] if resident else []) + ([f"device {device}"] if device else [])
    return [digest("support", f"{proposal.id} {name}") for name in names]


# --- for everybody ----------------------------------------------------------------------------------------------------


def supports_of(proposal: Proposal) -> int:
    """How many support it or something that was merged into it."""
    both = Q(proposal=proposal) | Q(proposal__first=proposal, proposal__state="merged")
    return Support.objects.filter(both, county=proposal.county, proposal__county=proposal.county).count()


def about(number: int) -> str:
    """The number as it is told to everybody (D9)."""
    if number == 0:
        return _("还没有人支持")
    if number < HIDDEN:
        return _("不到 %(n)d 人支持") % {"n": HIDDEN}
    return ngettext("大约 %(n)d 人支持", "大约 %(n)d 人支持", rounded(number)) % {"n": rounded(number)}


def voices(proposal: Proposal, marks: list[str], resident: Resident | None) -> dict[str, Any]:
    """What the page of a public suggestion shows of others, and what this reader may add."""
    mine = Support.objects.filter(county=proposal.county, proposal=proposal, who__in=marks).first()
    return {
        "about": about(supports_of(proposal)), "may_support": may_support(proposal), "may_comment": may_comment(proposal),
        "mine": mine is not None, "hears": mine is not None and resident is not None and mine.resident == resident.id,
        "comments": comments_shown(proposal),
    }  # fmt: skip


def comments_shown(proposal: Proposal) -> list[dict[str, Any]]:
    """The comments that everybody reads, the oldest first, by nobody's name; numbers and names that stand in them are hidden."""
    both = Q(proposal=proposal) | Q(proposal__first=proposal, proposal__state="merged")
    rows = Comment.objects.filter(both, county=proposal.county, proposal__county=proposal.county, state__in=SEEN)
    return [{"text": hide(row.text), "at": row.at} for row in rows.order_by("at", "id")[:MOST]]


def standard(county: int) -> list[dict[str, str]]:
    """The one written standard: what is not shown, each with what to do instead."""
    return [{"text": row.text, "instead": row.elsewhere} for row in causes(county, "comment")]


# --- of one account ---------------------------------------------------------------------------------------------------


def comments_of(resident: Resident) -> list[dict[str, Any]]:
    """One's own comments, the newest first, each with what became of it and why."""
    rows = Comment.objects.filter(county=resident.county, resident=resident.id).select_related("proposal")
    return [
        {
            "key": row.id, "text": row.text, "number": row.proposal.number, "state": COMMENT.states[row.state], "at": row.at,
            "reason": row.reason if row.state in {"declined", "removed"} else "", "open": row.state in {"waiting", *SEEN},
        }
        for row in rows.order_by("-at", "-id")[:50]
    ]  # fmt: skip


def supported_by(resident: Resident) -> list[dict[str, Any]]:
    """The suggestions of which one asked to hear, as everybody reads them."""
    rows = Support.objects.filter(county=resident.county, resident=resident.id)
    texts = published(resident.county).filter(publication__proposal__in=rows.values("proposal"))
    return [{"slug": text.publication.slug, "title": text.title, "answered": bool(text.answer)} for text in texts[:50]]


def own_comment(resident: Resident, key: UUID) -> Comment:
    """One's own comment. Raises Http404 for any other."""
    found = (
        Comment.objects.filter(county=resident.county, id=key, resident=resident.id).select_related("proposal").first()
    )
    if found is None:
        raise Http404
    return found


# --- moderators -------------------------------------------------------------------------------------------------------


def fetch_comment(by: Actor, key: UUID) -> Comment:
    """The comment, if this person may have to judge it; otherwise Http404 (P3)."""
    found = comments_visible_to(by).filter(id=key).select_related("proposal", "desk", "second").first()
    if found is None:
        raise Http404
    return found


def comments_listed(by: Actor, *, state: str = "") -> QuerySet[Comment]:
    """The comments of one's desks, those that wait first."""
    rows = comments_visible_to(by).select_related("proposal", "desk", "second")
    return (rows.filter(state=state) if state else rows).order_by("-at", "-id")


def comment_row(comment: Comment) -> dict[str, Any]:
    """A line of the moderators' list."""
    return {
        "url": comment.get_absolute_url(), "title": hide(comment.text)[:60], "number": comment.proposal.number,
        "unit": comment.desk.name, "turn": comment_turn(comment), "at": comment.at,
    }  # fmt: skip


def comment_turn(comment: Comment) -> Turn:
    """The stamp: who has to read it."""
    state = COMMENT.states[comment.state]
    unit = comment.second if comment.state == "doubted" and comment.second else comment.desk
    words = _("等%(unit)s看") % {"unit": unit.name} if comment.state in {"waiting", "doubted"} else str(state.label)
    return Turn(words, state.tone, state.icon)


def comment_events(comment: Comment) -> list[dict[str, Any]]:
    """Its timeline as the building block wants it."""
    steps = [timeline.Told(*row) for row in _STEPS.filter(county=comment.county, comment=comment)]
    first, strangers = {"write": gettext_lazy("写的人送来")}, dict.fromkeys(("write", "recant"), gettext_lazy("写的人"))
    return timeline.events(COMMENT, steps, first=first, icons={}, strangers=strangers)


def comment_buttons(by: Actor, comment: Comment) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one next step and the others."""
    moves = [move for move in COMMENT.leaving(comment.state) if can_move_comment(by, comment, move)]
    at_once = {"show", "keep"}
    steps = [
        timeline.button(COMMENT, move.action, comment.get_absolute_url(), at_once=move.action in at_once)
        for move in moves
    ]
    first = next((step for step, move in zip(steps, moves, strict=True) if move.primary), None)
    return first, [step for step in steps if step is not first]


def comments_to_read(by: Actor) -> list[Comment]:
    """The comments that wait for this person's word."""
    units = by.units(P.PROPOSAL_SCREEN)
    mine = Q(desk__in=units, state="waiting") | Q(second__in=units, state="doubted") & ~Q(doubted_by=by.key)
    rows = Comment.objects.filter(mine, county=by.county).select_related("proposal", "desk", "second")
    own = Q(proposal__answered_by=by.key) | Q(proposal__drafted_by=by.key) | Q(proposal__approved_by=by.key)
    return list(rows.exclude(own).order_by("at", "id")[:50])
