"""The tree, a unit's page, the picker, and the forms that change units."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.network import actions, queries, rules
from gongyi.network.forms import units as forms
from gongyi.network.models import Unit

SEARCH_HITS = 30


def _seen_unit(request: ActorRequest, key: UUID) -> Unit:
    """The unit of the reader's county, else 404."""
    unit = queries.unit_named(request.actor.county, key)
    if unit is None or not rules.can_view_units(request.actor, unit.county):
        raise Http404
    return unit


def _editable_unit(request: ActorRequest, key: UUID) -> Unit:
    """The unit, 403 for whoever may look at it but not change it."""
    unit = _seen_unit(request, key)
    if not rules.can_edit_unit(request.actor, unit):
        raise PermissionDenied
    return unit


def _answer(request: ActorRequest, unit: Unit, form: Form, act: Callable[[], object], **words: object) -> HttpResponse:
    """Run the action and lead back to the unit's page; until then show the form with what it will do.

    Somebody who came from the list of gaps (`?gap=`) is led back there.
    """
    back, gap = reverse("network:unit", args=[unit.id]), request.GET.get("gap", "")
    if gap.isidentifier():
        back = f"{reverse('people:coverage')}?kind={gap}"
    done = submit(request, form, lambda: (act(), back)[1])
    return done or render(request, "network/form.html", {"unit": unit, "form": form, "back": back, **words})


@permission(P.NETWORK_VIEW)
def tree(request: ActorRequest) -> HttpResponse:
    me, text = request.actor, request.GET.get("q", "").strip()
    context: dict[str, Any] = {"title": _("单位网络"), "q": text, "closed": "closed" in request.GET}
    if text:
        return render(
            request, "network/found.html", context | {"units": queries.find_units(me.county, text, limit=SEARCH_HITS)}
        )
    top = queries.tree_of(me.county, closed=context["closed"])
    if top is None:
        raise Http404
    mine = {branch.unit.id for branch in top.below if any(held.path.startswith(branch.unit.path) for held in me.held)}
    leaves, branches = ([b for b in top.below if bool(b.below) is has] for has in (False, True))
    context |= {"top": top, "leaves": leaves, "branches": branches, "mine": mine}
    context["can_edit"] = rules.can_edit_unit(me, top.unit)
    return render(request, "network/tree.html", context)


@permission(P.NETWORK_VIEW, P.CHANNEL_EDIT)  # whoever sets up a unit's group chat chooses the unit
def pick(request: ActorRequest, tiers: str = "") -> HttpResponse:
    wanted = [tier for tier in tiers.split("-") if tier in Unit.Tier.values]
    text = request.GET.get("q", "")
    hits = queries.unit_hits(
        request.actor.county, text, tiers=wanted, recent=[held.unit for held in request.actor.held]
    )
    page = "components/picker_hits.html" if request.headers.get("HX-Request") else "network/pick.html"
    return render(request, page, {"title": _("找单位"), "hits": hits, "q": text})


@permission(P.NETWORK_VIEW)
def unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one, me = _seen_unit(request, key), request.actor
    context = {
        "unit": one,
        "above": queries.chain(one)[1:],
        "reach": queries.reach_of(one),
        "posts": queries.open_posts(one),
        "duties": queries.open_duties(one),
        "changes": queries.changes_of(one),
        "can_edit": rules.can_edit_unit(me, one),
        "can_verify": rules.can_verify_contact(me, one) and one.running,
        "can_see_holders": me.above(P.NETWORK_VIEW, one.path),
    }
    return render(request, "network/unit.html", context)


@permission(P.NETWORK_EDIT)
def open_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    parent = _editable_unit(request, key)
    form = forms.OpenForm(request.POST or None, parent=parent)
    done = submit(request, form, lambda: _opened(request, parent, form))
    words = {"title": _("新建单位"), "button": _("建立"), "lead": _("建在%(unit)s下面。") % {"unit": parent.name}}
    context = {"unit": parent, "form": form, "back": reverse("network:unit", args=[parent.id]), **words}
    return done or render(request, "network/form.html", context)


def _opened(request: ActorRequest, parent: Unit, form: Form) -> str:
    made = actions.open_unit(by=request.actor, parent=parent, **form.cleaned_data)
    return reverse("network:unit", args=[made.id])


@permission(P.NETWORK_EDIT)
def rename_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _editable_unit(request, key)
    form = forms.RenameForm(request.POST or None, initial={"name": one.name})
    lead = _("从生效那天起用新名称；往年的统计还叫“%(name)s”。") % {"name": one.name}
    words = {"title": _("更名"), "button": _("更名"), "lead": lead}
    return _answer(
        request, one, form, lambda: actions.rename_unit(by=request.actor, unit=one, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def move_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _editable_unit(request, key)
    form, below = forms.MoveForm(request.POST or None, by=request.actor, unit=one), queries.reach_of(one).below
    lead = _("它和下面的 %(n)d 个单位一起移到新的上级下面，管它的人随着变；往年的统计不变。") % {"n": below}
    words = {"title": _("改隶属"), "button": _("移过去"), "lead": lead}
    return _answer(
        request, one, form, lambda: actions.move_unit(by=request.actor, unit=one, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def merge_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _editable_unit(request, key)
    form, me = forms.MergeForm(request.POST or None, by=request.actor, unit=one), request.actor
    words = {"title": _("并入别的单位"), "button": _("并入"), "danger": True, "lead": _ending(one, merged=True)}

    def act() -> object:
        return actions.merge_unit(by=me, unit=one, new_names=form.new_names(), **form.cleaned_data)

    return _answer(request, one, form, act, **words)


@permission(P.NETWORK_EDIT)
def close_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _editable_unit(request, key)
    form = forms.DatedForm(request.POST or None)
    words = {"title": _("停用"), "button": _("停用"), "danger": True, "lead": _ending(one)}
    words["hindrances"] = actions.closing_hindrances(one)
    return _answer(
        request, one, form, lambda: actions.close_unit(by=request.actor, unit=one, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def reopen_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _editable_unit(request, key)
    form = forms.DatedForm(request.POST or None)
    lead = _("恢复后岗位和职责要重新设；还没到期的授权会重新起作用，请到账号管理里核对。")
    words = {"title": _("恢复"), "button": _("恢复"), "lead": lead}
    return _answer(
        request, one, form, lambda: actions.reopen_unit(by=request.actor, unit=one, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def start_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _editable_unit(request, key)
    form = forms.DatedForm(request.POST or None)
    words = {"title": _("开始运行"), "button": _("开始运行"), "lead": _("从生效那天起可以收件、设岗位。")}
    return _answer(
        request, one, form, lambda: actions.start_unit(by=request.actor, unit=one, **form.cleaned_data), **words
    )


@permission(P.NETWORK_VIEW)
def verify_contact(request: ActorRequest, key: UUID) -> HttpResponse:
    one = _seen_unit(request, key)
    if not rules.can_verify_contact(request.actor, one):
        raise PermissionDenied
    form = forms.ContactForm(request.POST or None, initial={"phone": one.phone, "reception_days": one.reception_days})
    lead = _("打通过、问过了再确认。今天记为最近核实的日期。")
    words = {"title": _("核实联系方式"), "button": _("确认能联系上"), "lead": lead}
    return _answer(
        request, one, form, lambda: actions.verify_contact(by=request.actor, unit=one, **form.cleaned_data), **words
    )


def _ending(one: Unit, *, merged: bool = False) -> str:
    """What ends with a unit."""
    reach = queries.reach_of(one)
    shown = {"below": len(reach.children), "posts": reach.posts, "duties": reach.duties}
    ends = _("这里的 %(posts)d 个岗位和 %(duties)d 项职责当天结束，在这里的授权当场失效。往年的统计不变。") % shown
    moved = _("直接下级 %(below)d 个单位改到并入的单位下面，没办完的事由它接着办。") % shown
    return f"{moved}{ends}" if merged else ends
