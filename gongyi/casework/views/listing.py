"""A person's named views of the list."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework.actions import saved as actions
from gongyi.casework.forms import ListForm
from gongyi.casework.forms.listing import filter_words
from gongyi.casework.forms.saved import ViewForm
from gongyi.casework.queries import saved
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit


@permission(P.CASE_VIEW)
def views(request: ActorRequest) -> HttpResponse:
    """One's named views."""
    rows = [(view, filter_words(request.actor, view.query)) for view in saved.saved_views(request.actor)]
    return render(request, "casework/views.html", {"title": _("我的列表"), "rows": rows})


@permission(P.CASE_VIEW)
def view_new(request: ActorRequest) -> HttpResponse:
    """Keep the filter of the address under a name."""
    query = ListForm(request.GET, by=request.actor).kept(typed=False)
    form = ViewForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _save(form, query)):
        messages.success(request, _("已存好，在办件页上面一点就到。"))
        return done
    context = {
        "form": form,
        "title": _("存成我的列表"),
        "words": filter_words(request.actor, query),
        "button": _("存下"),
    }
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
    context = {"form": form, "title": _("改名"), "words": filter_words(request.actor, view.query), "button": _("改名")}
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
