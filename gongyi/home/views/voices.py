"""Support and comments on a public suggestion, from the side of residents."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import limits
from gongyi.core.http import ActorRequest, public, residents, submit
from gongyi.home.forms.portal import PlainForm
from gongyi.home.forms.voices import CommentForm, SupportForm
from gongyi.proposals.actions import voices as actions
from gongyi.proposals.models import Proposal, PublishedText
from gongyi.proposals.queries import published
from gongyi.proposals.queries import voices as queries

DAY = timedelta(days=1)
SUPPORTS_PER_ADDRESS, SUPPORTS_PER_DEVICE = 60, 20  # a day
COMMENTS_PER_ADDRESS, COMMENTS_PER_PERSON, COMMENTS_PER_ONE = (
    60,
    6,
    2,
)  # a day; the last: of one person on one suggestion


def _marks(request: ActorRequest, proposal: Proposal) -> list[str]:
    return queries.marks_of(proposal, device=limits.device(request), resident=request.resident)


def _page(slug: str) -> str:
    return reverse("home:suggestion", args=[slug]) + "#voices"


@require_POST
@public("anybody supports a public suggestion, once")
def support(request: ActorRequest, slug: str) -> HttpResponse:
    """支持这一件; by whom is told to nobody."""
    proposal, form = published.shown(request.actor.county, slug).publication.proposal, SupportForm(request.POST)
    many = {limits.address(request): SUPPORTS_PER_ADDRESS, f"device {limits.device(request)}": SUPPORTS_PER_DEVICE}
    limits.hold("support", many, per=DAY)
    if done := submit(request, form, lambda: _support(request, proposal, slug, hears=form.cleaned_data["hears"])):
        return done
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(_page(slug))


def _support(request: ActorRequest, proposal: Proposal, slug: str, *, hears: bool) -> str:
    more = actions.support(proposal, marks=_marks(request, proposal), resident=request.resident, hears=hears)
    for who in (limits.address(request), f"device {limits.device(request)}") if more else ():
        limits.count("support", who, per=DAY)
    messages.success(request, _("记下了，谢谢您支持这一件。") if more else _("您已经支持过这一件。"))
    if hears and request.resident:
        messages.success(request, _("有答复时告诉您。"))
    return _page(slug)


@require_POST
@public("whoever supported a public suggestion takes that back")
def unsupport(request: ActorRequest, slug: str) -> HttpResponse:
    """不支持了."""
    proposal = published.shown(request.actor.county, slug).publication.proposal
    if actions.end_support(proposal, marks=_marks(request, proposal)):
        messages.success(request, _("记下了，不再算您支持。"))
    return redirect(_page(slug))


@residents(without_permission="comments on a public suggestion")
def comment(request: ActorRequest, slug: str) -> HttpResponse:
    """评论: read by a moderator before it is shown; of an account, so that its author can be told."""
    text = published.shown(request.actor.county, slug)
    form = CommentForm(request.POST or None)
    person = f"person {request.resident.id}"
    many = {
        limits.address(request): COMMENTS_PER_ADDRESS,
        person: COMMENTS_PER_PERSON,
        f"{person} {slug}": COMMENTS_PER_ONE,
    }
    if request.method == "POST":
        limits.hold("comment", many, per=DAY)
    if done := submit(request, form, lambda: _comment(request, text, form, list(many))):
        messages.success(request, _("收到了，有人看过就显示。看到哪一步了，写在“我的诉求”里。"))
        return done
    return render(request, "portal/comment.html", {"title": _("说说您怎么看"), "text": text, "form": form})


def _comment(request: ActorRequest, text: PublishedText, form: CommentForm, counted: list[str]) -> str:
    actions.write_comment(text.publication.proposal, text=form.cleaned_data["text"], resident=request.resident)
    for who in counted:
        limits.count("comment", who, per=DAY)
    return _page(text.publication.slug)


@residents(without_permission="takes back one of the own comments; a 404 for any other")
def recant(request: ActorRequest, comment_key: UUID) -> HttpResponse:
    """收回自己的评论."""
    found, form = queries.own_comment(request.resident, comment_key), PlainForm(request.POST or None)
    if done := submit(request, form, lambda: _recant(request, found)):
        messages.success(request, _("收回了，公众看不到了。"))
        return done
    return render(request, "portal/recant.html", {"title": _("收回这条评论"), "form": form, "comment": found})


def _recant(request: ActorRequest, found: Any) -> str:
    actions.recant_comment(found, resident=request.resident)
    return reverse("home:portal_mine")


@public("by which standard comments are shown or not")
def standard(request: ActorRequest) -> HttpResponse:
    """评论的标准: the same list from which moderators choose."""
    context = {"title": _("评论怎么看、什么不显示"), "standard": queries.standard(request.actor.county)}
    return render(request, "portal/standard.html", context)
