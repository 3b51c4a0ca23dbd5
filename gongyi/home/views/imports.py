"""Import: choose what, hand over a table, look at what it becomes, store it, see what came of it, take it back."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import imports
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.imports.plan import kind_of
from gongyi.core.inputs import Form
from gongyi.core.models import ImportRun
from gongyi.home.actions import imports as actions
from gongyi.home.forms.imports import ColumnsForm, RowsForm, TableForm
from gongyi.home.queries import imports as queries

IMPORTERS = (P.CASE_RECORD, P.SETTINGS_EDIT, P.NETWORK_EDIT, P.ACCOUNT_MANAGE)


@permission(*IMPORTERS)
def index(request: ActorRequest) -> HttpResponse:
    """What can be imported, and one's own imports."""
    kinds = imports.kinds_of(request.actor)
    rows = [{"run": run, "kind": imports.KINDS[run.kind].label} for run in queries.runs_of(request.actor)[:20] if run.kind in imports.KINDS]  # fmt: skip
    return render(request, "home/imports/index.html", {"title": _("导入"), "kinds": kinds, "rows": rows})


@permission(*IMPORTERS)
def new(request: ActorRequest, kind: str) -> HttpResponse:
    """A file, or a pasted table."""
    found = queries.kind_named(request.actor, kind)
    form = TableForm(request.POST or None, request.FILES or None, by=request.actor, kind=found)
    if done := submit(request, form, lambda: actions.read_in(by=form.by, kind=found, **actions.facts_of(form)).get_absolute_url()):  # fmt: skip
        return done
    context = {"title": _("导入%(kind)s") % {"kind": found.label}, "form": form, "kind": found}
    return render(request, "home/imports/new.html", context)


@permission(*IMPORTERS)
def run(request: ActorRequest, key: UUID) -> HttpResponse:
    """Where an import stands: what it would do, how far it is, or what came of it."""
    found = queries.fetch_run(request.actor, key)
    if found.state == ImportRun.State.DRAFT:
        return _draft(request, queries.preview(found, by=request.actor))
    kind = kind_of(found)
    context = {
        "title": _("导入%(kind)s") % {"kind": kind.label}, "run": found, "report": json.loads(found.words or "[]"),
        "can_undo": imports.can_undo(found), "url": kind.url(found.created), "progress": queries.progress(found),
    }  # fmt: skip
    return render(request, "home/imports/_progress.html" if request.htmx else "home/imports/run.html", context)  # type: ignore[attr-defined]


def _draft(request: ActorRequest, shown: queries.Preview, **forms: Form) -> HttpResponse:
    """The page on which a table is looked at before anything is stored."""
    context = {
        "title": _("核对要导入的%(kind)s") % {"kind": shown.kind.label}, "run": shown.run, "shown": shown, "plan": shown.plan,
        "columns": forms.get("columns") or ColumnsForm(shown=shown), "rows": forms.get("rows") or RowsForm(shown=shown),
        "unused": shown.draft.left_out(), "twice": imports.told_twice(shown.kind, shown.plan)[:20] if shown.plan else [],
    }  # fmt: skip
    return render(request, "home/imports/draft.html", context)


@require_POST
@permission(*IMPORTERS)
def columns(request: ActorRequest, key: UUID) -> HttpResponse:
    """What each column is."""
    found = queries.fetch_run(request.actor, key)
    shown = queries.preview(found, by=request.actor, checked=False)
    form = ColumnsForm(request.POST, shown=shown)

    def act() -> str:
        facts = {name: form.cleaned_data[name] for name in ("sheet", "head", "fields")}
        actions.set_columns(found, **facts, meanings=form.meanings())
        return found.get_absolute_url()

    return submit(request, form, act) or _draft(request, shown, columns=form)


@require_POST
@permission(*IMPORTERS)
def rows(request: ActorRequest, key: UUID) -> HttpResponse:
    """Mended cells, and rows that are left out."""
    found = queries.fetch_run(request.actor, key)
    shown = queries.preview(found, by=request.actor)
    form = RowsForm(request.POST, shown=shown)

    def act() -> str:
        leave = form.cleaned_data["leave_out"]
        actions.set_rows(found, mended=form.mended(), dropped=form.dropped(), leave_out=leave)
        return found.get_absolute_url()

    return submit(request, form, act) or _draft(request, shown, rows=form)


@require_POST
@permission(*IMPORTERS)
def step(request: ActorRequest, key: UUID, step: str) -> HttpResponse:
    """开始导入, 停下, 撤回."""
    found = queries.fetch_run(request.actor, key)
    acts = {"start": actions.start, "cancel": imports.cancel, "undo": actions.take_back}

    def act() -> str:
        acts[step](found, by=request.actor)
        return found.get_absolute_url()

    if done := submit(request, form := Form(request.POST), act):
        return done
    messages.warning(request, " ".join(map(str, form.non_field_errors())))
    return redirect(found)
