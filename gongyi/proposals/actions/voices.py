"""Others support a public suggestion and comment on it; moderators show comments, or do not, by one written standard."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.core.workflow import check_seen, first_step, perform
from gongyi.network.models import Unit
from gongyi.people.actions.residents import resident_actor
from gongyi.people.actions.telling import tell_holders
from gongyi.people.models import Resident
from gongyi.proposals.actions.moving import somebody_else
from gongyi.proposals.models import Cause, Comment, CommentStep, Proposal, Support
from gongyi.proposals.queries.voices import may_comment, may_support
from gongyi.proposals.rules import can_move_comment, conflicted
from gongyi.proposals.workflow import COMMENT

SHORTEST, LONGEST = 2, 1000


# --- support ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def support(proposal: Proposal, *, marks: list[str], resident: Resident | None = None, hears: bool = False) -> bool:
    """One more supports a public suggestion; whoever did so already (by one of their `marks`) counts once. Returns whether it is one more.

    `hears`: the account wants to be told of the answer, from now on too where it supported before. No audit row: nobody is to know who.
    Raises Refused `no_support` where it is switched off, `no_mark` for a browser that cannot be told from others.
    """
    if not may_support(proposal):
        raise Refused("no_support", _("这件建议现在不收支持。"), _("可以看它办到哪一步了。"), status=422)
    if not marks:
        raise Refused(
            "no_mark", _("您的浏览器没有保存本站的标记，没有记下。"), _("请打开 Cookie 再试，或者登录。"), status=422
        )
    told = resident.id if resident and hears else None
    mine = Support.objects.filter(county=proposal.county, proposal=proposal, who__in=marks)
    if mine.exists():
        if told:
            mine.update(resident=told)
        return False
    row = Support(
        id=new_key(proposal.county), county=proposal.county, proposal=proposal, who=marks[0], resident=told, on=clock.today()
    )  # fmt: skip
    Support.objects.bulk_create([row], ignore_conflicts=True)  # at the same moment from two windows: once
    return Support.objects.filter(county=proposal.county, id=row.id).exists()


def end_support(proposal: Proposal, *, marks: list[str]) -> bool:
    """不支持了: the row goes, and with it the wish to hear."""
    return bool(Support.objects.filter(county=proposal.county, proposal=proposal, who__in=marks).delete()[0])


# --- comments ---------------------------------------------------------------------------------------------------------


def _move(
    comment: Comment, action: str, *, by: Actor, seen: int | None = None, changes: Mapping[str, Any] | None = None, reason: object = ""
) -> Comment:  # fmt: skip
    """One move of the table, with its line in the timeline and its audit row; its author hears what became of it."""
    perform(
        comment, COMMENT[action], by=by, rule=can_move_comment, step=CommentStep, parent="comment", seen=seen, changes=changes,
        reason=reason if isinstance(reason, str) else str(reason),
    )  # fmt: skip
    words = _TO_AUTHOR.get(action)
    if words and comment.resident:
        text = say(words, number=comment.proposal.number)
        path = "/portal/mine/"
        outbox.tell_residents(
            [comment.resident], by=by, event="resident.comment", text=text, path=path, subject=comment.id
        )
    return comment


_TO_AUTHOR: dict[str, Promise] = {
    "show": gettext_lazy("您的评论显示了，建议 %(number)s"),
    "decline": gettext_lazy("您的评论没有显示，为什么写在“我的诉求”里，建议 %(number)s"),
    "remove": gettext_lazy("您的评论撤下了，为什么写在“我的诉求”里，建议 %(number)s"),
    "reconsider": gettext_lazy("您的评论再看一次，建议 %(number)s"),
}


@transaction.atomic
def write_comment(proposal: Proposal, *, text: str, resident: Resident) -> Comment:
    """A comment, shown to nobody before a moderator of the proposal's desk has read it. Raises ValidationError, Refused `no_comments`."""
    if not may_comment(proposal):
        raise Refused("no_comments", _("这件建议现在不收评论。"), _("可以看它办到哪一步了。"), status=422)
    text = text.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise ValidationError({"text": _("请写 2 到 1000 个字。")})
    by = resident_actor(resident)
    comment = Comment(
        id=new_key(proposal.county), county=proposal.county, proposal=proposal, text=text, resident=resident.id, at=clock.now(),
        changed_at=clock.now(), desk=proposal.desk, state="waiting",
    )  # fmt: skip
    comment.save()
    first_step(comment, "write", by=by, step=CommentStep, parent="comment")
    _tell_moderators(comment, proposal.desk, by=by, words=gettext_lazy("有评论等您看"))
    return comment


def _tell_moderators(comment: Comment, unit: Unit, *, by: Actor, words: Promise, besides: Any = frozenset()) -> None:
    tell_holders(
        {unit.id: P.PROPOSAL_SCREEN}, by=by, event="comment.read", words=words, number=comment.proposal.number,
        path=comment.get_absolute_url(), subject=comment.id, besides=conflicted(comment.proposal) | set(besides), group=False,
    )  # fmt: skip


@transaction.atomic
def show_comment(comment: Comment, *, by: Actor, seen: int | None = None) -> Comment:
    """显示这条评论."""
    return _move(comment, "show", by=by, seen=seen, changes={"reason": ""})


@transaction.atomic
def decline_comment(comment: Comment, *, by: Actor, reason: Cause, seen: int | None = None) -> Comment:
    """不显示, with a reason of the standard."""
    return _move(comment, "decline", by=by, seen=seen, changes={"reason": reason.text}, reason=reason)


@transaction.atomic
def doubt_comment(comment: Comment, *, by: Actor, reason: Cause, seen: int | None = None) -> Comment:
    """提出撤下: somebody else decides, one unit up where nobody else is there (P9); until then it is seen.

    Raises Refused `nobody` where there is nobody else up to the county.
    """
    check_seen(comment, seen)
    second = somebody_else(comment.proposal, comment.desk, P.PROPOSAL_SCREEN, besides={by.id})
    facts = {"reason": reason.text, "doubted_by": by.id, "second_id": second.id}
    _move(comment, "doubt", by=by, seen=seen, changes=facts, reason=reason)
    _tell_moderators(comment, second, by=by, words=gettext_lazy("有评论要复看，撤不撤下由您定"), besides={by.id})
    return comment


@transaction.atomic
def remove_comment(comment: Comment, *, by: Actor, seen: int | None = None) -> Comment:
    """同意撤下, by a second moderator."""
    return _move(comment, "remove", by=by, seen=seen, changes={"removed_by": by.id}, reason=comment.reason)


@transaction.atomic
def keep_comment(comment: Comment, *, by: Actor, seen: int | None = None) -> Comment:
    """不撤: it goes on being seen."""
    facts = {"reason": "", "doubted_by": None, "second_id": None}
    return _move(comment, "keep", by=by, seen=seen, changes=facts)


@transaction.atomic
def reconsider_comment(comment: Comment, *, by: Actor, reason: str, seen: int | None = None) -> Comment:
    """再看一次."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写为什么再看一次。")})
    facts = {"reason": "", "doubted_by": None, "removed_by": None, "second_id": None}
    return _move(comment, "reconsider", by=by, seen=seen, changes=facts, reason=reason.strip()[:300])


@transaction.atomic
def recant_comment(comment: Comment, *, resident: Resident) -> Comment:
    """写的人收回. Raises PermissionDenied for anybody else."""
    if comment.resident != resident.id:
        raise PermissionDenied
    return _move(comment, "recant", by=resident_actor(resident))


COMMENT_ACTS = {
    "show": show_comment, "decline": decline_comment, "doubt": doubt_comment, "remove": remove_comment, "keep": keep_comment,
    "reconsider": reconsider_comment,
}  # fmt: skip


def follow_comments(unit: Unit, into: Unit, *, by: Actor) -> None:
    """The desk went into another unit (P16): its moderators read on."""
    for name in ("desk", "second"):
        for comment in Comment.objects.filter(**{"county": unit.county, name: unit}).select_related("proposal"):
            _move(comment, "follow", by=by, changes={f"{name}_id": into.id}, reason=f"{unit.name} → {into.name}")


def let_go_voices(resident: Resident) -> None:
    """The account ends: what it supports and said stays, by nobody, and nobody is told of it any more."""
    Support.objects.filter(county=resident.county, resident=resident.id).update(resident=None)
    Comment.objects.filter(county=resident.county, resident=resident.id).update(resident=None)
