"""The settings pages: what a county sets for its casework. They show no case."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongyi.casework.actions import settings as actions
from gongyi.casework.forms.settings import (
    ReasonForm,
    RegisterForm,
    TemplateForm,
    TopicForm,
    TypeForm,
)
from gongyi.casework.models import AnswerTemplate, CaseType, Reason, Register, Topic
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import CountyModel, as_key
from gongyi.core.deadlines import Span
from gongyi.core.http import ActorRequest, View, permission, submit
from gongyi.core.inputs import ArrangeForm, Form
from gongyi.network.queries import calendar_of
from gongyi.people.actions import settings as own

GROUPS: dict[str, type[actions.Setting]] = {
    "types": CaseType,
    "topics": Topic,
    "reasons": Reason,
    "templates": AnswerTemplate,
}
TITLES = {
    "types": gettext_lazy("诉求类型和时限"),
    "topics": gettext_lazy("事项分类"),
    "reasons": gettext_lazy("理由"),
    "templates": gettext_lazy("答复模板"),
    "registers": gettext_lazy("编号和登记簿"),
}
Row = TypeVar("Row", bound=CountyModel)


def _county_wide(view: View) -> View:
    """The permission in some township is not enough here."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        own.require_editor(by=request.actor)
        return view(request, *args, **kwargs)

    return guarded


def _row(request: ActorRequest, model: type[Row], key: UUID | None) -> Row | None:
    """The county's row with this key, else 404; None without a key."""
    return get_object_or_404(model, county=request.actor.county, id=key) if key else None


def _rows(request: ActorRequest, model: type[Row], *order: str) -> list[Row]:
    return list(model._base_manager.filter(county=request.actor.county).order_by(*order, "position", "id"))


def _list_url(group: str, at: UUID | None = None) -> str:
    """The group's list, with the place to which it opens."""
    url = reverse(f"casework:settings_{group}")
    return f"{url}?at={at}" if at else url


def _ask(
    request: ActorRequest, group: str, page: str, form: Form, act: Callable[..., Any], **context: Any
) -> HttpResponse:
    """A form page: act on what was filled in, then lead to the row in the group's list, or to the address that `act` gives."""

    def lead() -> str:
        made = act(by=request.actor, **form.cleaned_data)
        return made if isinstance(made, str) else _list_url(group, made.id if made else None)

    if done := submit(request, form, lead):
        messages.success(request, _("已保存。"))
        return done
    context |= {"form": form, "group": group, "list_url": _list_url(group), "list_title": TITLES[group]}
    return render(request, f"casework/settings/{page}.html", context)


@permission(P.SETTINGS_EDIT)
def index(request: ActorRequest) -> HttpResponse:
    """What can be set, and how much of each there is. A township's steward sees only what is set there."""
    counts = {}
    if editor := own.may_edit(by=request.actor):
        for group, model in GROUPS.items():
            rows = model._base_manager.filter(county=request.actor.county)
            counts[group] = rows.aggregate(offered=Count("id", Q(active=True)), retired=Count("id", Q(active=False)))
        counts["registers"] = {"offered": Register.objects.filter(county=request.actor.county).count()}
    return render(request, "casework/settings/index.html", {"title": _("设置"), "counts": counts, "editor": editor})


# --- types ------------------------------------------------------------------------------------------------------------


@permission(P.SETTINGS_EDIT)
@_county_wide
def types(request: ActorRequest) -> HttpResponse:
    """Types of request with their limits in words."""
    rows = [
        {"row": row, "spans": {name: Span.parse(getattr(row, name)) for name in actions.SPANS}}
        for row in _rows(request, CaseType, "-active")
    ]
    context = {"title": TITLES["types"], "rows": rows, "group": "types"}
    return render(request, "casework/settings/types.html", context)


@permission(P.SETTINGS_EDIT)
@_county_wide
def type_form(request: ActorRequest, key: UUID | None = None) -> HttpResponse:
    """Add or change a type."""
    row = _row(request, CaseType, key)
    form = TypeForm.of(request.POST or None, row)
    title, preview = row.name if row else _("添加类型"), form.preview(calendar_of(None, request.actor.county))
    act = partial(actions.save_type, type=row)
    return _ask(request, "types", "type", form, act, title=title, row=row, preview=preview)


@require_POST
@permission(P.SETTINGS_EDIT)
@_county_wide
def type_preview(request: ActorRequest) -> HttpResponse:
    """What limits mean, while they are typed; stores nothing."""
    preview = TypeForm.of(request.POST, None).preview(calendar_of(None, request.actor.county))
    return render(request, "casework/settings/_preview.html", {"preview": preview})


# --- topics -----------------------------------------------------------------------------------------------------------


@permission(P.SETTINGS_EDIT)
@_county_wide
def topics(request: ActorRequest) -> HttpResponse:
    """The tree of topics, open where one comes from."""
    rows = _rows(request, Topic, "level")
    at = as_key(request.GET.get("at"))
    context = {"title": TITLES["topics"], "tree": _tree(rows, at), "at": at, "group": "topics"}
    return render(request, "casework/settings/topics.html", context)


def _tree(rows: list[Topic], at: UUID | None) -> list[dict[str, Any]]:
    """The first level; each node holds its topic, the nodes below and whether `at` stands in it. Rows come by level."""
    nodes: dict[UUID | None, dict[str, Any]] = {None: {"below": []}}
    for row in rows:
        nodes[row.id] = {"row": row, "below": [], "open": row.id == at}
        nodes[row.parent_id]["below"].append(nodes[row.id])
    for row in reversed(rows):
        if nodes[row.id]["open"] and row.parent_id:
            nodes[row.parent_id]["open"] = True
    below: list[dict[str, Any]] = nodes[None]["below"]
    return below


@permission(P.SETTINGS_EDIT)
@_county_wide
def topic_form(request: ActorRequest, key: UUID | None = None) -> HttpResponse:
    """Add a topic (below `?under=`), or change its name and place."""
    row = _row(request, Topic, key)
    form = TopicForm(request.POST or None, row=row, parent=as_key(request.GET.get("under")))
    act = partial(actions.save_topic, topic=row)
    return _ask(request, "topics", "topic", form, act, title=row.full_name if row else _("添加分类"), row=row)


# --- reasons and templates --------------------------------------------------------------------------------------------


@permission(P.SETTINGS_EDIT)
@_county_wide
def reasons(request: ActorRequest) -> HttpResponse:
    """The reasons, by where they are offered."""
    rows = _rows(request, Reason)
    kinds = [
        {
            "value": kind.value,
            "label": kind.label,
            "rows": [r for r in rows if r.kind == kind and r.active],
            "retired": [r for r in rows if r.kind == kind and not r.active],
        }
        for kind in Reason.Kind
    ]
    context = {"title": TITLES["reasons"], "kinds": kinds, "group": "reasons"}
    return render(request, "casework/settings/reasons.html", context)


@permission(P.SETTINGS_EDIT)
@_county_wide
def reason_form(request: ActorRequest, key: UUID | None = None) -> HttpResponse:
    """Add a reason (of `?kind=`), or change its words."""
    row = _row(request, Reason, key)
    start = {"kind": row.kind, "text": row.text} if row else {"kind": request.GET.get("kind")}
    form = ReasonForm(request.POST or None, initial=start)
    act = partial(actions.save_reason, reason=row)
    return _ask(request, "reasons", "form", form, act, title=_("改理由") if row else _("添加理由"))


@permission(P.SETTINGS_EDIT)
@_county_wide
def templates(request: ActorRequest) -> HttpResponse:
    """The answer templates."""
    rows = (
        AnswerTemplate.objects.filter(county=request.actor.county)
        .select_related("type", "topic")
        .order_by("position", "id")
    )
    offered, retired = [row for row in rows if row.active], [row for row in rows if not row.active]
    context = {"title": TITLES["templates"], "group": "templates", "rows": offered, "retired": retired}
    return render(request, "casework/settings/templates.html", context)


@permission(P.SETTINGS_EDIT)
@_county_wide
def template_form(request: ActorRequest, key: UUID | None = None) -> HttpResponse:
    """Add or change a template; hints on what an answer seldom needs stand beside it."""
    row = _row(request, AnswerTemplate, key)
    form = TemplateForm(request.POST or None, row=row)

    def act(**facts: Any) -> str | AnswerTemplate:
        saved = actions.save_template(template=row, **facts)
        return reverse("casework:settings_template", args=[saved.id]) if form.hints() else saved

    title, hints = row.title if row else _("添加模板"), form.hints()
    return _ask(request, "templates", "template", form, act, title=title, row=row, hints=hints)


@require_POST
@permission(P.SETTINGS_EDIT)
@_county_wide
def template_hints(request: ActorRequest) -> HttpResponse:
    """The hints for a text while it is typed; stores nothing."""
    return render(request, "casework/settings/_hints.html", {"hints": TemplateForm(request.POST).hints()})


# --- registers --------------------------------------------------------------------------------------------------------


@permission(P.SETTINGS_EDIT)
@_county_wide
def registers(request: ActorRequest) -> HttpResponse:
    """Which units number their cases themselves."""
    rows = Register.objects.filter(county=request.actor.county).select_related("unit").order_by("unit__path")
    context = {"title": TITLES["registers"], "rows": rows, "year": clock.today().year}
    return render(request, "casework/settings/registers.html", context)


@permission(P.SETTINGS_EDIT)
@_county_wide
def register_form(request: ActorRequest, key: UUID | None = None) -> HttpResponse:
    """Let a unit number its own cases, or change its mark."""
    row = _row(request, Register, key)
    form = RegisterForm(request.POST or None, row=row)
    return _ask(
        request, "registers", "form", form, actions.set_register, title=_("改编号前缀") if row else _("添加登记簿")
    )


@permission(P.SETTINGS_EDIT)
@_county_wide
def register_end(request: ActorRequest, key: UUID) -> HttpResponse:
    """Back into the register above."""
    row = get_object_or_404(Register.objects.select_related("unit"), county=request.actor.county, id=key)
    title = _("不再单独编号：%(unit)s") % {"unit": row.unit.name}
    return _ask(
        request,
        "registers",
        "register_end",
        Form(request.POST),
        partial(actions.remove_register, row),
        title=title,
        row=row,
    )


# --- order, retire, bring back ----------------------------------------------------------------------------------------


@require_POST
@permission(P.SETTINGS_EDIT)
@_county_wide
def arrange(request: ActorRequest, group: str) -> HttpResponse:
    """One button of a list: up, down, retire, bring back."""
    if group not in GROUPS:
        raise Http404
    form = ArrangeForm(request.POST)
    done = submit(request, form, lambda: _arrange(request, group, *form.cleaned_data["do"]))
    if done is None:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    elif words := _said(form.cleaned_data["do"][0]):
        messages.success(request, words)
    return done or redirect(_list_url(group))


def _arrange(request: ActorRequest, group: str, verb: str, key: UUID) -> str:
    row: Any = _row(request, GROUPS[group], key)
    by: Actor = request.actor
    if verb in {"up", "down"}:
        actions.shift(row, by=by, up=verb == "up")
    else:
        actions.set_offered(row, by=by, offered=verb == "back")
    return _list_url(group, row.id)


def _said(verb: str) -> str:
    return {
        "retire": _("已停用，旧办件不受影响。要用的时候，在下面点“恢复”就回来。"),
        "back": _("已恢复，现在又可以选了。"),
    }.get(verb, "")
