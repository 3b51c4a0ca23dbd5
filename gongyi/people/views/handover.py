"""Hand-over packs: made for a post, read and signed or returned by the successor, withdrawn by the maker.

Packs are open to whoever is signed in, as a successor may hold no role before signing; the query shows a pack to its giver,
its taker and its maker only.
"""

from functools import partial
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, signed_in, submit
from gongyi.network.rules import can_edit_unit
from gongyi.people.actions import handover as actions
from gongyi.people.forms.posts import PackForm, ReturnForm, WithdrawForm
from gongyi.people.queries import handover as queries
from gongyi.people.queries.posts import last_holder, movable_grants, visible_posts

PER_PAGE = 30
OPEN = "a successor may hold no role before signing; the query shows a pack to its giver, taker and maker only"


@permission(P.NETWORK_EDIT)
def make_pack(request: ActorRequest, post_id: UUID) -> HttpResponse:
    post = get_object_or_404(visible_posts(request.actor), id=post_id)
    if not can_edit_unit(request.actor, post.unit):
        raise PermissionDenied
    last = last_holder(post)
    if last is None:
        return redirect("people:fill_post", post_id=post.id)
    form = PackForm(request.POST or None, by=request.actor, post=post)
    act = partial(actions.make_pack, by=request.actor, post=post, giver=last.account)
    done = submit(request, form, lambda: actions.path_of(act(**form.cleaned_data)))
    sections = queries.collect(last.account, post.unit)
    return done or render(
        request, "people/handover/make.html", {"post": post, "last": last, "form": form, "sections": sections}
    )


@signed_in(without_permission=OPEN)
def packs(request: ActorRequest) -> HttpResponse:
    waiting = queries.pending_packs(request.actor)
    others = queries.visible_packs(request.actor).exclude(id__in=waiting.values("id"))
    page = Paginator(others, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "people/handover/packs.html", {"waiting": waiting, "page": page})


@signed_in(without_permission=OPEN)
def pack(request: ActorRequest, pack_id: UUID) -> HttpResponse:
    """The pack; POST signs it."""
    one = get_object_or_404(queries.visible_packs(request.actor), id=pack_id)
    form = forms.Form(request.POST or None)
    done = submit(request, form, lambda: (actions.sign_pack(by=request.actor, pack=one), request.path)[1])
    context = {
        "pack": one,
        "form": form,
        "sections": queries.lines_of(one),
        "roles": movable_grants(one.giver, one.post.unit) if one.open and one.moves_roles and one.giver else [],
        "mine": one.open and one.taker_id == request.actor.id,
        "made": one.open and one.made_by_id == request.actor.id,
    }
    return done or render(request, "people/handover/pack.html", context)


@signed_in(without_permission=OPEN)
def return_pack(request: ActorRequest, pack_id: UUID) -> HttpResponse:
    one = get_object_or_404(queries.visible_packs(request.actor), id=pack_id)
    form = ReturnForm(request.POST or None)
    path = actions.path_of(one)
    done = submit(
        request, form, lambda: (actions.return_pack(by=request.actor, pack=one, **form.cleaned_data), path)[1]
    )
    return done or render(request, "people/handover/return.html", {"pack": one, "form": form, "back": path})


@signed_in(without_permission=OPEN)
def withdraw_pack(request: ActorRequest, pack_id: UUID) -> HttpResponse:
    one = get_object_or_404(queries.visible_packs(request.actor), id=pack_id)
    form = WithdrawForm(request.POST or None)
    path = actions.path_of(one)
    done = submit(
        request, form, lambda: (actions.withdraw_pack(by=request.actor, pack=one, **form.cleaned_data), path)[1]
    )
    return done or render(request, "people/handover/withdraw.html", {"pack": one, "form": form, "back": path})
