"""Work on many rows of a list: choose, see what will happen, do it, see what became of each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework import queries
from gongyi.casework.actions import bulk as actions
from gongyi.casework.forms import ListForm
from gongyi.casework.forms.bulk import AssignManyForm, BulkForm, RemindManyForm, chosen_rows
from gongyi.casework.models import Case
from gongyi.casework.queries import bulk
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit


@permission(P.CASE_VIEW)
def choose(request: ActorRequest) -> HttpResponse:
    """The rows of a list with a box to tick at each."""
    form, by = ListForm(request.GET, by=request.actor), request.actor
    rows, more = bulk.choosable(by, form.wanted())
    context = {
        "title": _("多选办理"), "rows": [queries.row(row) | {"mark": mark} for row, mark in rows], "more": more, "most": bulk.MOST,
        "chips": form.chips(request.GET), "form": form, "may_assign": by.can(P.CASE_ASSIGN),
        "may_remind": by.can(P.CASE_ASSIGN) or by.can(P.CASE_SUPERVISE),
    }  # fmt: skip
    return render(request, "casework/choose.html", context)


@permission(P.CASE_ASSIGN)
def assign(request: ActorRequest) -> HttpResponse:
    """派单 of many."""
    form = AssignManyForm(_typed(request), by=request.actor)
    words = {"title": _("批量派单"), "button": _("派单"), "after": _("十分钟内、对方没签收前可以撤回。")}
    return _bulk(request, form, "assign", words)


@permission(P.CASE_ASSIGN, P.CASE_SUPERVISE)
def remind(request: ActorRequest) -> HttpResponse:
    """催办 of many."""
    form = RemindManyForm(_typed(request), by=request.actor)
    words = {"title": _("批量催办"), "button": _("催办"), "after": _("提醒发出去就收不回来。")}
    return _bulk(request, form, "remind", words)


def _typed(request: ActorRequest) -> Any:
    """What was typed into the form; nothing when one comes from choosing."""
    return request.POST if request.POST.get("step") in {"look", "go"} else None


def _bulk(request: ActorRequest, form: BulkForm, what: str, words: dict[str, str]) -> HttpResponse:
    """Preview and deed: the preview really tries each row and takes it back."""
    marks = request.POST.getlist("page" if request.POST.get("all") else "row")[: bulk.MOST]
    chosen = chosen_rows(marks)
    if not chosen:
        messages.info(request, _("还没有选办件。请先勾上要办的。"))
        return redirect("casework:choose")
    if request.POST.get("step") == "go" and (done := submit(request, form, lambda: _run(form, what, chosen))):
        return done
    lines = actions.plan(chosen, _act(form, what), by=request.actor) if form.is_bound and form.is_valid() else []
    ready = sum(line.done for line in lines)
    context = words | {"form": form, "marks": marks, "lines": lines, "ready": ready, "number": len(chosen)}
    return render(request, "casework/bulk.html", context)


def _act(form: BulkForm, what: str) -> actions.Act:
    if what == "assign":
        return actions.assigning(by=form.by, **form.cleaned_data)
    return actions.reminding(by=form.by, **form.cleaned_data)


def _run(form: BulkForm, what: str, chosen: actions.Chosen) -> str:
    run = actions.run_bulk(chosen, _act(form, what), by=form.by, what=what)
    return reverse("casework:bulk_run", args=[run.id])


@permission(P.CASE_ASSIGN, P.CASE_SUPERVISE)
def result(request: ActorRequest, key: UUID) -> HttpResponse:
    """What became of each row."""
    run = bulk.fetch_run(request.actor, key)
    lines = bulk.lines_of(run)
    context = {
        "title": run.get_what_display(), "run": run, "lines": lines, "seen": bulk.may_see(request.actor, lines),
        "done": sum(line.done for line in lines), "undone": sum(not line.done for line in lines),
        "can_undo": actions.can_undo(run, by=request.actor),
    }  # fmt: skip
    return render(request, "casework/bulk_run.html", context)


@require_POST
@permission(P.CASE_ASSIGN)
def undo(request: ActorRequest, key: UUID) -> HttpResponse:
    """Take a bulk 派单 back where nobody has signed yet."""
    run = bulk.fetch_run(request.actor, key)
    actions.undo_bulk(run, by=request.actor)
    return redirect("casework:bulk_run", run.id)


@permission(P.CASE_VIEW)
def papers(request: ActorRequest) -> HttpResponse:
    """The 交办单 of the chosen cases, one sheet after the other."""
    marks = request.POST.getlist("page" if request.POST.get("all") else "row")[: bulk.MOST]
    found = [case for key, _version in chosen_rows(marks) if (case := _case(request, key))]
    if not found:
        messages.info(request, _("还没有选办件。请先勾上要办的。"))
        return redirect("casework:choose")
    sheets = [queries.sheet(case) for case in found]
    return render(request, "casework/papers.html", {"title": _("交办单"), "sheets": sheets})


def _case(request: ActorRequest, key: UUID) -> Case | None:
    try:
        return queries.fetch(request.actor, key)
    except Http404:
        return None
