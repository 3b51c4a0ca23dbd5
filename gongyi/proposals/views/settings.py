"""The settings pages: what a county sets for its proposals. They show no proposal."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, View, permission, submit
from gongyi.core.inputs import ArrangeForm, Form
from gongyi.people.actions.settings import require_editor
from gongyi.proposals import queries
from gongyi.proposals.actions import settings as actions
from gongyi.proposals.forms.settings import CauseForm, ClassForm, LimitsForm, NameForm
from gongyi.proposals.models import Category, Cause, ResultClass, Session
from gongyi.proposals.models.setting import Listed

GROUPS: dict[str, type[Listed]] = {"causes": Cause, "categories": Category, "sessions": Session}
TITLES = {
    "limits": gettext_lazy("提案的时限"), "classes": gettext_lazy("办理结果分类"), "causes": gettext_lazy("提案用的理由"),
    "categories": gettext_lazy("提案类别"), "sessions": gettext_lazy("届次"),
}  # fmt: skip


def _county_wide(view: View) -> View:
    """The permission in some township is not enough here."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_editor(by=request.actor)
        if kwargs.get("group", "causes") not in GROUPS:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _list_url(group: str) -> str:
    if group in GROUPS:
        return reverse("proposals:settings_group", args=[group])
    return reverse(f"proposals:settings_{group}" if group == "classes" else "proposals:settings")


def _ask(
    request: ActorRequest, group: str, form: Form, act: Callable[..., Any], title: Any, **context: Any
) -> HttpResponse:
    """A form page: act on what was filled in, then lead back to the group's list."""

    def lead() -> str:
        act(by=request.actor, **form.cleaned_data)
        return _list_url(group)

    if done := submit(request, form, lead):
        messages.success(request, _("已保存。"))
        return done
    context |= {"form": form, "title": title, "list_url": _list_url(group), "list_title": TITLES[group]}
    return render(request, "casework/settings/form.html", context)


@permission(P.SETTINGS_EDIT)
@_county_wide
def index(request: ActorRequest) -> HttpResponse:
    """What can be set for proposals."""
    counts: dict[str, Any] = {}
    for group, model in GROUPS.items():
        rows = model._base_manager.filter(county=request.actor.county)
        counts[group] = {"offered": rows.filter(active=True).count(), "retired": rows.filter(active=False).count()}
    counts["classes"] = {"offered": queries.result_classes(request.actor.county).count()}
    return render(request, "proposals/settings.html", {"title": _("提案的设置"), "counts": counts})


@permission(P.SETTINGS_EDIT)
@_county_wide
def limits(request: ActorRequest) -> HttpResponse:
    """How long each step may take."""
    row = queries.limits_of(request.actor.county)
    form = LimitsForm(request.POST or None, initial={name: getattr(row, name) for name in LimitsForm.base_fields})
    return _ask(request, "limits", form, actions.save_limits, TITLES["limits"])


@permission(P.SETTINGS_EDIT)
@_county_wide
def classes(request: ActorRequest) -> HttpResponse:
    """The result classes of now, and those of before with their days."""
    rows = ResultClass.objects.filter(county=request.actor.county).order_by("position", "code", "-since")
    now, over = [row for row in rows if row.until is None], [row for row in rows if row.until]
    return render(request, "proposals/classes.html", {"title": TITLES["classes"], "rows": now, "over": over})


@permission(P.SETTINGS_EDIT)
@_county_wide
def class_form(request: ActorRequest, key: UUID | None = None) -> HttpResponse:
    """Add a result class, or give one another wording from today on."""
    row = get_object_or_404(ResultClass, county=request.actor.county, id=key, until=None) if key else None
    start = {"code": row.code, "name": row.name, "follows": row.follows} if row else {}
    form = ClassForm(request.POST or None, initial=start)
    title = str(row) if row else _("添加一类")
    return _ask(request, "classes", form, partial(actions.save_class, row=row), title)


@permission(P.SETTINGS_EDIT)
@_county_wide
def class_end(request: ActorRequest, key: UUID) -> HttpResponse:
    """No answer of today or later takes this class."""
    row = get_object_or_404(ResultClass, county=request.actor.county, id=key, until=None)
    title = _("停用：%(name)s") % {"name": row}
    return _ask(request, "classes", Form(request.POST), partial(actions.end_class, row), title, button=_("停用"))


@permission(P.SETTINGS_EDIT)
@_county_wide
def listed(request: ActorRequest, group: str) -> HttpResponse:
    """A list to choose from: reasons by where they are used, categories, sessions."""
    rows = list(GROUPS[group]._base_manager.filter(county=request.actor.county).order_by("position", "id"))
    kinds: list[tuple[str, Any]] = (
        [(kind.value, kind.label) for kind in Cause.Kind] if group == "causes" else [("", TITLES[group])]
    )
    parts = [
        {
            "value": value, "label": label, "rows": [row for row in rows if row.active and getattr(row, "kind", "") == value],
            "retired": [row for row in rows if not row.active and getattr(row, "kind", "") == value],
        }
        for value, label in kinds
    ]  # fmt: skip
    context = {
        "title": TITLES[group],
        "parts": parts,
        "group": group,
        "arrange_url": reverse("proposals:settings_arrange", args=[group]),
    }
    return render(request, "proposals/listed.html", context)


@permission(P.SETTINGS_EDIT)
@_county_wide
def listed_form(request: ActorRequest, group: str, key: UUID | None = None) -> HttpResponse:
    """Add a row to a list, or change its words."""
    model: Any = GROUPS[group]
    row = get_object_or_404(model, county=request.actor.county, id=key) if key else None
    if group == "causes":
        start = (
            {"kind": request.GET.get("kind")}
            if row is None
            else {name: getattr(row, name) for name in CauseForm.base_fields}
        )
        form: Form = CauseForm(request.POST or None, initial=start)
        act: Callable[..., Any] = partial(actions.save_cause, cause=row)
    else:
        form = NameForm(request.POST or None, initial={"name": row.name if row else ""})
        act = partial(actions.save_listed, model=model, row=row)
    return _ask(request, group, form, act, str(row) if row else _("添加一条"))


@require_POST
@permission(P.SETTINGS_EDIT)
@_county_wide
def arrange(request: ActorRequest, group: str) -> HttpResponse:
    """One button of a list: up, down, retire, bring back."""
    form = ArrangeForm(request.POST)
    done = submit(request, form, lambda: _arrange(request, group, *form.cleaned_data["do"]))
    if done is None:
        messages.error(request, _("请重新打开页面，再按一次。"))
    return done or redirect(_list_url(group))


def _arrange(request: ActorRequest, group: str, verb: str, key: UUID) -> str:
    row: Any = get_object_or_404(GROUPS[group], county=request.actor.county, id=key)
    if verb in {"up", "down"}:
        actions.shift(row, by=request.actor, up=verb == "up")
    else:
        actions.set_offered(row, by=request.actor, offered=verb == "back")
    return _list_url(group)
