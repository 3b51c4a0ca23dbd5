"""Forms about the posts and duties of a unit. Who holds a post is the people app's page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission
from gongyi.network import actions
from gongyi.network.forms import posts as forms
from gongyi.network.models import Duty, Post
from gongyi.network.views.units import _answer, _editable_unit


def _post(request: ActorRequest, key: UUID) -> Post:
    post = get_object_or_404(Post.objects.select_related("unit"), id=key, unit__county=request.actor.county)
    _editable_unit(request, post.unit_id)
    return post


def _duty(request: ActorRequest, key: UUID) -> Duty:
    duty = get_object_or_404(Duty.objects.select_related("unit"), id=key, unit__county=request.actor.county)
    _editable_unit(request, duty.unit_id)
    return duty


@permission(P.NETWORK_EDIT)
def add_post(request: ActorRequest, key: UUID) -> HttpResponse:
    unit = _editable_unit(request, key)
    form = forms.PostForm(request.POST or None, initial={"name": _("联络员")})
    words = {"title": _("设岗位"), "button": _("设立"), "lead": _("先设岗位，再安排人；换人时岗位不变。")}
    return _answer(
        request, unit, form, lambda: actions.create_post(by=request.actor, unit=unit, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def end_post(request: ActorRequest, key: UUID) -> HttpResponse:
    post = _post(request, key)
    form = forms.EndForm(request.POST or None)
    lead = _("“%(name)s”撤销后不能再安排人；它承担的职责留在单位，等您另定岗位。") % {"name": post.name}
    words = {"title": _("撤销岗位"), "button": _("撤销"), "danger": True, "lead": lead}
    return _answer(
        request, post.unit, form, lambda: actions.end_post(by=request.actor, post=post, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def add_duty(request: ActorRequest, key: UUID) -> HttpResponse:
    unit = _editable_unit(request, key)
    form = forms.DutyForm(request.POST or None, unit=unit)
    words = {"title": _("加一项职责"), "button": _("加上"), "lead": _("写这个单位负责的事，再定由哪个岗位承担。")}
    return _answer(
        request, unit, form, lambda: actions.add_duty(by=request.actor, unit=unit, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def edit_duty(request: ActorRequest, key: UUID) -> HttpResponse:
    duty = _duty(request, key)
    form = forms.BearerForm(request.POST or None, unit=duty.unit, initial={"post": duty.post_id})
    lead = _("“%(text)s”从那天起由新的岗位承担；以前是谁承担的，记录还在。") % {"text": duty.text}
    words = {"title": _("定承担的岗位"), "button": _("就这样定"), "lead": lead}
    return _answer(
        request, duty.unit, form, lambda: actions.assign_duty(by=request.actor, duty=duty, **form.cleaned_data), **words
    )


@permission(P.NETWORK_EDIT)
def end_duty(request: ActorRequest, key: UUID) -> HttpResponse:
    duty = _duty(request, key)
    form = forms.EndForm(request.POST or None)
    lead = _("“%(text)s”以后不再是这个单位的职责；以前的记录还在。") % {"text": duty.text}
    words = {"title": _("结束职责"), "button": _("结束"), "danger": True, "lead": lead}
    return _answer(
        request, duty.unit, form, lambda: actions.end_duty(by=request.actor, duty=duty, **form.cleaned_data), **words
    )
