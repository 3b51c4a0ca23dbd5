"""A post's page, and the forms that put somebody there, renew, verify and end."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.network.models import Post
from gongyi.network.rules import can_edit_unit
from gongyi.people.actions import posts as actions
from gongyi.people.actions.grants import grant_role
from gongyi.people.forms import posts as forms
from gongyi.people.models import Holding
from gongyi.people.queries import posts as queries
from gongyi.people.queries.coverage import GapKind
from gongyi.people.rules import can_manage_unit


def _editable_post(request: ActorRequest, key: UUID) -> Post:
    """The post, 404 outside the scope, 403 inside it for whoever may not change it."""
    post = get_object_or_404(queries.visible_posts(request.actor), id=key)
    if not can_edit_unit(request.actor, post.unit):
        raise PermissionDenied
    return post


def _holding(request: ActorRequest, key: UUID, *, own: bool = False) -> Holding:
    """A present holding, 404 and 403 likewise; its holder may too where `own` says so."""
    held = get_object_or_404(queries.visible_holdings(request.actor), id=key)
    if not can_edit_unit(request.actor, held.post.unit) and not (own and held.account_id == request.actor.id):
        raise PermissionDenied
    return held


def _answer(request: ActorRequest, post: Post, form: BaseForm, act: Callable[[], object], **words: Any) -> HttpResponse:
    """Run the action and lead on: to the list of gaps if one came from there, else to the post; until then show the form."""
    back, gap = reverse("people:post", args=[post.id]), request.GET.get("gap", "")
    if gap in GapKind.values:
        back = f"{reverse('people:coverage')}?kind={gap}"
    done = submit(request, form, lambda: (act(), back)[1])
    if done:
        messages.success(request, _("已保存。"))
    return done or render(request, "people/posts/form.html", {"post": post, "form": form, "back": back, **words})


@permission(P.NETWORK_VIEW)
def post(request: ActorRequest, post_id: UUID) -> HttpResponse:
    one = get_object_or_404(queries.visible_posts(request.actor), id=post_id)
    holdings = queries.history(one)
    context = {
        "post": one,
        "state": queries.state_of(one, holdings),
        "present": sorted((h for h in holdings if not h.ended_on), key=lambda h: h.kind == Holding.Kind.STAND_IN),
        "past": [held for held in holdings if held.ended_on],
        "duties": queries.duties_of(one),
        "pack": queries.open_pack(one, request.actor.county),
        "may_edit": can_edit_unit(request.actor, one.unit),
    }
    return render(request, "people/posts/post.html", context)


@permission(P.NETWORK_EDIT)
def fill_post(request: ActorRequest, post_id: UUID) -> HttpResponse:
    one = _editable_post(request, post_id)
    wish = {"kind": request.GET.get("kind", Holding.Kind.HOLDER), "roles": request.GET.getlist("role")}
    form = forms.FillForm(request.POST or None, by=request.actor, post=one, initial={"since": clock.today(), **wish})
    lead = _("安排后，网络图和缺口页马上变。")
    return _answer(
        request, one, form, lambda: actions.put_in_post(by=request.actor, post=one, **form.cleaned_data),
        title=_("安排人"), lead=lead, button=_("安排到岗"),
    )  # fmt: skip


@permission(P.NETWORK_EDIT)
def candidates(request: ActorRequest) -> HttpResponse:
    """The picker's lines."""
    hits = forms.candidate_hits(request.actor, request.GET.get("q", ""))
    return render(request, "components/picker_hits.html", {"hits": hits})


@permission(P.NETWORK_EDIT)
def end_holding(request: ActorRequest, holding_id: UUID) -> HttpResponse:
    held = _holding(request, holding_id)
    form = forms.LeaveForm(request.POST or None, by=request.actor, holding=held)
    lead = _("%(name)s 离开“%(kind)s”。没办完的事要交给别人，请改用交接包。")
    lead %= {"name": held.account.name, "kind": held.get_kind_display()}
    return _answer(
        request, held.post, form, lambda: actions.end_holding(by=request.actor, holding=held, **form.cleaned_data),
        title=_("办离任"), lead=lead, button=_("办离任"),
    )  # fmt: skip


@permission(P.ACCOUNT_MANAGE)
def give_role(request: ActorRequest, holding_id: UUID) -> HttpResponse:
    held = get_object_or_404(queries.visible_holdings(request.actor), id=holding_id)
    if not can_manage_unit(request.actor, held.post.unit):
        raise PermissionDenied
    form = forms.RoleForm(request.POST or None)
    act = partial(grant_role, by=request.actor, account=held.account, unit=held.post.unit, purpose=held.post.name)
    act = partial(act, since=clock.today(), until=held.until)
    words = {"title": _("授予角色"), "button": _("授予")}
    lead = _("%(name)s 在岗但没有角色，派来的事办不了。角色从今天起作用。") % {"name": held.account.name}
    return _answer(request, held.post, form, lambda: act(role=form.cleaned_data["role"]), lead=lead, **words)


@permission(P.NETWORK_EDIT)
def renew_term(request: ActorRequest, holding_id: UUID) -> HttpResponse:
    held = _holding(request, holding_id)
    form = forms.RenewForm(request.POST or None)
    lead = _("%(name)s 接着干，写新的任期结束日期。要换人，请回到岗位页做交接包。") % {"name": held.account.name}
    return _answer(
        request, held.post, form, lambda: actions.renew_term(by=request.actor, holding=held, **form.cleaned_data),
        title=_("续任"), lead=lead, button=_("续任"),
    )  # fmt: skip


@permission(P.NETWORK_VIEW)
def verify_contact(request: ActorRequest, holding_id: UUID) -> HttpResponse:
    held = _holding(request, holding_id, own=True)
    form = forms.VerifyForm(request.POST or None, initial={"contact": held.contact})
    lead = _("打一次电话：%(name)s 接了，就写下今天。号码变了就改。") % {"name": held.account.name}
    return _answer(
        request, held.post, form, lambda: actions.verify_contact(by=request.actor, holding=held, **form.cleaned_data),
        title=_("核实联系方式"), lead=lead, button=_("核实好了"),
    )  # fmt: skip
