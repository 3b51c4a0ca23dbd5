"""Comments in the office: what moderators have to read, and their word on each."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.paging import PAGE
from gongyi.proposals.actions.voices import COMMENT_ACTS
from gongyi.proposals.forms.comments import COMMENT_FORMS, CommentMove, CommentsForm
from gongyi.proposals.queries import voices as queries
from gongyi.proposals.rules import can_move_comment, comments_visible_to
from gongyi.proposals.workflow import COMMENT
from gongyi.publishing.queries import hide


@permission(P.PROPOSAL_SCREEN)
def index(request: ActorRequest) -> HttpResponse:
    """The comments of one's desks, the newest first."""
    form = CommentsForm(request.GET)
    page = Paginator(queries.comments_listed(request.actor, state=form.state_wanted()), PAGE).get_page(
        request.GET.get("page")
    )
    number = page.paginator.count
    context = {
        "title": _("建议下的评论"), "form": form, "chips": form.chips(request.GET), "page": page,
        "rows": [queries.comment_row(one) for one in page], "count": ngettext("共 %(n)d 条", "共 %(n)d 条", number) % {"n": number},
    }  # fmt: skip
    return render(request, "proposals/comments.html", context)


@permission(P.PROPOSAL_SCREEN)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """One comment as everybody would read it, with the standard beside it."""
    comment = queries.fetch_comment(request.actor, key)
    primary, others = queries.comment_buttons(request.actor, comment)
    context = {
        "title": _("一条评论"), "comment": comment, "text": hide(comment.text), "turn": queries.comment_turn(comment), "primary": primary,
        "others": others, "events": queries.comment_events(comment), "standard": queries.standard(comment.county),
    }  # fmt: skip
    return render(request, "proposals/comment.html", context)


@permission(P.PROPOSAL_SCREEN)
def step(request: ActorRequest, key: UUID, action: str) -> HttpResponse:
    """A moderator's word."""
    comment = queries.fetch_comment(request.actor, key)
    move = allowed(request, comment, action, table=COMMENT, forms=COMMENT_FORMS, may=can_move_comment)
    form = COMMENT_FORMS[action](request.POST or None, comment=comment)
    if done := submit(request, form, lambda: _act(request, form, action)):
        messages.success(request, _("%(action)s，已记下。") % {"action": move.label})
        return done
    context = {"title": move.label, "comment": comment, "text": hide(comment.text), "move": move, "form": form}
    return render(request, "proposals/comment_form.html", context)


def _act(request: ActorRequest, form: CommentMove, action: str) -> str:
    COMMENT_ACTS[action](form.comment, by=request.actor, **form.cleaned_data)  # type: ignore[operator]
    there = comments_visible_to(request.actor).filter(id=form.comment.id).exists()
    return form.comment.get_absolute_url() if there else "/proposals/comments/"
