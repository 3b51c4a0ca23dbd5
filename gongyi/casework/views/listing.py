"""What stands beside a list: the person's named views, and the ways on to work on many rows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework import queries
from gongyi.casework.actions import saved as actions
from gongyi.casework.forms import ListForm
from gongyi.casework.forms.saved import ViewForm
from gongyi.casework.queries import saved
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit


def beside(request: ActorRequest, form: ListForm) -> dict[str, Any]:
    """The person's views and where to go on with exactly this filter."""
    kept = form.kept()
    own = [
        {"name": view.name, "url": f"?{view.query}", "current": view.query == kept}
        for view in saved.saved_views(request.actor)
    ]
    on = f"?{kept}" if kept else ""
    return {
        "own_views": own,
        "views_url": reverse("casework:views"),
        "save_url": reverse("casework:view_new") + f"?{form.kept(typed=False)}" if form.kept(typed=False) else "",
        "choose_url": reverse("casework:choose") + on,
        "export_url": reverse("casework:export_new") + on,
    }


@permission(P.CASE_VIEW)
def views(request: ActorRequest) -> HttpResponse:
    """One's named views."""
    rows = [(view, chips(request, view.query)) for view in saved.saved_views(request.actor)]
    return render(request, "casework/views.html", {"title": _("我的列表"), "rows": rows})


def chips(request: ActorRequest, query: str) -> str:
    """What a kept filter shows, in words; empty for everything."""
    form = ListForm(QueryDict(query), by=request.actor)
    form.wanted()
    return "，".join(chip["words"] for chip in form.chips(QueryDict(query)))


@permission(P.CASE_VIEW)
def view_new(request: ActorRequest) -> HttpResponse:
    """Keep the filter of the address under a name."""
    query = ListForm(request.GET, by=request.actor).kept(typed=False)
    form = ViewForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _save(form, query)):
        messages.success(request, _("已存好，在办件页上面一点就到。"))
        return done
    context = {"form": form, "title": _("存成我的列表"), "words": chips(request, query), "button": _("存下")}
    return render(request, "casework/view_form.html", context)


def _save(form: ViewForm, query: str) -> str:
    view = actions.save_view(by=form.by, name=form.cleaned_data["name"], query=query)
    return reverse("casework:list") + f"?{view.query}"


@permission(P.CASE_VIEW)
def view_rename(request: ActorRequest, key: UUID) -> HttpResponse:
    """Another name for one's view."""
    view = saved.fetch_view(request.actor, key)
    form = ViewForm(request.POST or None, by=request.actor, initial={"name": view.name})
    if done := submit(request, form, lambda: _rename(view, form)):
        return done
    context = {"form": form, "title": _("改名"), "words": chips(request, view.query), "button": _("改名")}
    return render(request, "casework/view_form.html", context)


def _rename(view: Any, form: ViewForm) -> str:
    actions.rename_view(view, by=form.by, name=form.cleaned_data["name"])
    return reverse("casework:views")


@require_POST
@permission(P.CASE_VIEW)
def view_remove(request: ActorRequest, key: UUID) -> HttpResponse:
    """Take one's view away; the next page offers to bring it back."""
    view = saved.fetch_view(request.actor, key)
    actions.remove_view(view, by=request.actor)
    undo = reverse("casework:view_restore", args=[view.id])
    messages.success(request, _("已删除“%(name)s”。") % {"name": view.name}, extra_tags=undo)
    return redirect("casework:views")


@require_POST
@permission(P.CASE_VIEW)
def view_restore(request: ActorRequest, key: UUID) -> HttpResponse:
    """Bring a removed view back."""
    view = saved.fetch_view(request.actor, key)
    actions.restore_view(view, by=request.actor)
    messages.success(request, _("“%(name)s”回来了。") % {"name": view.name})
    return redirect("casework:views")
