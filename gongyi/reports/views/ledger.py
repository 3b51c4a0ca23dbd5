"""Ledgers: kept, looked at for a period, taken as a file, frozen, and what changed since."""

from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import clock, figures
from gongyi.core.access import Permission as P
from gongyi.core.attachments import download
from gongyi.core.county import as_key
from gongyi.core.figures import Period
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.reports.actions import ledger as actions
from gongyi.reports.actions import ledger_runs as runs
from gongyi.reports.forms.ledger import FreezeForm, LedgerForm
from gongyi.reports.forms.period import PeriodForm, as_query, list_url, quick
from gongyi.reports.models import Ledger, LedgerRun, LedgerSheet
from gongyi.reports.queries import ledger as queries

What = LedgerRun.What


@permission(P.STAFF)
def index(request: ActorRequest) -> HttpResponse:
    """The ledgers of our units."""
    rows = [(one, queries.kind_of(one).label) for one in queries.ledgers_of(request.actor)]
    removed, figures = as_key(request.GET.get("removed", "")), request.actor.can(P.FIGURES_VIEW)
    context = {"title": _("台账"), "rows": rows, "removed": removed, "may_see_figures": figures}
    return render(request, "reports/ledger_list.html", context)


@permission(P.STAFF)
def new(request: ActorRequest) -> HttpResponse:
    """Which list; then its name, rows and columns. From a list or a figure its conditions come along."""
    name = _list_asked(request)
    if not name:
        lists = queries.kinds_for(request.actor)
        return render(request, "reports/ledger_choose.html", {"title": _("做一本台账"), "lists": lists})
    kind = queries.kind_named(request.actor, name)
    form = LedgerForm(request.POST or None, by=request.actor, kind=kind, asked=request.GET)
    if done := submit(request, form, lambda: _keep(request, form, None)):
        return done
    return render(request, "reports/ledger_form.html", {"title": _("做一本台账"), "form": form, "kind": kind})


def _list_asked(request: ActorRequest) -> str:
    """The list that an address names, or that of its figure; '' for none."""
    try:
        figure = figures.figure(request.GET.get("figure", ""))
    except KeyError:
        return request.GET.get("kind", "")
    return figure.source.opens if isinstance(figure, figures.Figure) else ""


@permission(P.STAFF)
def edit(request: ActorRequest, key: UUID) -> HttpResponse:
    """Change a ledger; what was frozen stays."""
    ledger = queries.fetch_ledger(request.actor, key)
    kind = queries.kind_of(ledger)
    form = LedgerForm(request.POST or None, by=request.actor, kind=kind, ledger=ledger)
    if done := submit(request, form, lambda: _keep(request, form, ledger)):
        messages.success(request, _("改好了。定下来的各期不变。"))
        return done
    context = {"title": _("改这本台账"), "form": form, "ledger": ledger, "kind": kind}
    return render(request, "reports/ledger_form.html", context)


def _keep(request: ActorRequest, form: LedgerForm, ledger: Ledger | None) -> str:
    keeping, unit = form.keeping(), form.cleaned_data["unit"]
    return actions.keep_ledger(by=request.actor, unit=unit, keeping=keeping, ledger=ledger).get_absolute_url()


@permission(P.STAFF)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """The ledger of a period: its first rows, as many as the figure says; the file; what was frozen."""
    ledger, form = queries.fetch_ledger(request.actor, key), PeriodForm(request.GET)
    found, heads = queries.rows_in(request.actor, ledger, form.period), [head for _key, head in ledger.chosen]
    rows = queries.lines(request.actor, ledger, form.period, found.pairs[: queries.SHOWN])
    context = {
        "title": ledger.name, "ledger": ledger, "words": queries.words_of(request.actor, ledger), "found": found, "heads": heads,
        "foot": queries.foot_words(queries.kind_of(ledger), found.number, found.elsewhere), "rows": _beside(heads, rows),
        "shown": queries.SHOWN, "sheets": queries.sheets_of(ledger), "runs": queries.runs_waiting(request.actor, ledger),
        "over": form.period.last < clock.today(), "again": queries.next_edition(ledger, form.period) > 1, **_when(ledger, form),
    }  # fmt: skip
    return render(request, "reports/ledger_detail.html", context)


def _beside(heads: list[Any], rows: list[list[str | int]]) -> list[list[tuple[Any, str | int]]]:
    """Each cell with its heading, as a small screen shows them."""
    return [list(zip(heads, row, strict=True)) for row in rows]


def _when(ledger: Ledger, form: PeriodForm) -> dict[str, Any]:
    """The period, the ways to others, and where the same rows are counted."""
    period, base = form.period, ledger.get_absolute_url()
    quicks = [
        {"words": words, "url": f"{base}?{urlencode(as_query(one))}", "current": one == period}
        for words, one in quick(clock.today())
    ]
    query = dict(parse_qsl(ledger.query))
    url = list_url(ledger.figure, ledger.unit, period, **query) if ledger.figure else ""
    return {
        "form": form,
        "quick": quicks,
        "unit": ledger.unit,
        "period": period,
        "asked": as_query(period),
        "figure_url": url,
    }


def _posted(request: ActorRequest) -> Period:
    return PeriodForm(request.POST).period


@require_POST
@permission(P.STAFF)
def take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The ledger of a period as a file."""
    ledger, period = queries.fetch_ledger(request.actor, key), _posted(request)
    if len(actions.found_rows(request.actor, ledger, period).pairs) > queries.AT_ONCE:
        return redirect(runs.ask_run(ledger, by=request.actor, what=What.TAKE, period=period))
    content, _row = actions.take_ledger(ledger, by=request.actor, period=period)
    return download(BytesIO(content), f"{ledger.name}-{period.words()}.xlsx", "xlsx")


@permission(P.STAFF)
def freeze(request: ActorRequest, key: UUID) -> HttpResponse:
    """Freeze the ledger of a period, with a reason where it was frozen before."""
    ledger, form_of_days = queries.fetch_ledger(request.actor, key), PeriodForm(request.GET)
    period = form_of_days.period
    again = queries.next_edition(ledger, period) > 1
    form = FreezeForm(request.POST or None, again=again)
    if done := submit(request, form, lambda: _freeze(request, ledger, period, form)):
        return done
    context = {"title": _("定下这一期"), "ledger": ledger, "period": period, "form": form, "again": again}
    return render(
        request, "reports/ledger_freeze.html", context | {"found": queries.rows_in(request.actor, ledger, period)}
    )


def _freeze(request: ActorRequest, ledger: Ledger, period: Period, form: FreezeForm) -> str:
    """At once where it is short; leads to the frozen ledger, or to how far the worker is."""
    by, why = request.actor, form.cleaned_data.get("why", "")
    if len(queries.rows_in(by, ledger, period).pairs) > queries.AT_ONCE:
        return runs.ask_run(ledger, by=by, what=What.FREEZE, period=period, why=why).get_absolute_url()
    sheet = actions.freeze_ledger(ledger, by=by, period=period, why=why)
    messages.success(request, _("定下来了。以后记录再变，这一期也不变。"))
    return sheet.get_absolute_url()


@require_POST
@permission(P.STAFF)
def remove(request: ActorRequest, key: UUID) -> HttpResponse:
    """Take a ledger from the list; the list offers to take that back."""
    ledger = queries.fetch_ledger(request.actor, key)
    actions.remove_ledger(ledger, by=request.actor)
    return redirect(f"{reverse('reports:ledgers')}?removed={ledger.id}")


@require_POST
@permission(P.STAFF)
def restore(request: ActorRequest, key: UUID) -> HttpResponse:
    """Put a removed ledger back on the list."""
    ledger = queries.fetch_any(request.actor, key)

    def act() -> str:
        actions.remove_ledger(ledger, by=request.actor, back=True)
        return ledger.get_absolute_url()

    return submit(request, Form(request.POST), act) or redirect("reports:ledgers")


@permission(P.STAFF)
def sheet(request: ActorRequest, key: UUID) -> HttpResponse:
    """A frozen ledger: its number, its rows for who may open all of them, what would be otherwise today."""
    found = queries.fetch_sheet(request.actor, key)
    opens = queries.may_take(request.actor, found)
    heads, *rows = found.table()
    context = {
        "title": found.title, "sheet": found, "opens": opens, "heads": heads, "rows": _beside(heads, rows[: queries.SHOWN]) if opens else [],
        "shown": queries.SHOWN, **(_compared(request, found) if opens else {}),
        "foot": queries.foot_words(queries.kind_of(found), found.rows + found.elsewhere, found.elsewhere),
        "freeze_url": f"{reverse('reports:ledger_freeze', args=[found.ledger_id])}?{urlencode(as_query(found.period))}",
        "keeps": found.ledger.removed_at is None,
    }  # fmt: skip
    return render(request, "reports/ledger_sheet.html", context)


def _compared(request: ActorRequest, sheet: LedgerSheet) -> dict[str, Any]:
    """What would be otherwise today: looked at now where the ledger is short, else as the worker found it."""
    if sheet.rows <= queries.AT_ONCE:
        return {"changed": queries.changed_since(request.actor, sheet), "looked": True}
    run = queries.compared_last(request.actor, sheet)
    found = runs.differences_of(run, by=request.actor) if run else None
    return {"changed": found or [], "looked": found is not None, "run": run, "long": True}


@require_POST
@permission(P.STAFF)
def sheet_compare(request: ActorRequest, key: UUID) -> HttpResponse:
    """Let the worker look whether the records of a long ledger are still the same."""
    found = queries.fetch_sheet(request.actor, key)
    run = runs.ask_run(found.ledger, by=request.actor, what=What.COMPARE, period=found.period, sheet=found)
    return redirect(run)


@permission(P.STAFF)
def run(request: ActorRequest, key: UUID) -> HttpResponse:
    """How far the worker is with a long ledger; what was frozen or compared leads on to its page."""
    found = queries.fetch_run(request.actor, key)
    until = found.ready_at + runs.KEPT if found.ready_at else None
    context = {
        "title": found.ledger.name,
        "run": found,
        "until": until,
        "made": found.ready_at and found.what != What.TAKE,
    }
    return render(request, "reports/ledger_run.html", context)


@require_POST
@permission(P.STAFF)
def run_take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The file that the worker made, once."""
    found = queries.fetch_run(request.actor, key)
    content = runs.take_run(found, by=request.actor)
    number = f"-{found.sheet.number}" if found.sheet else ""
    return download(content, f"{found.ledger.name}-{found.period.words()}{number}.xlsx", "xlsx")


@require_POST
@permission(P.STAFF)
def sheet_take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The frozen ledger as a file."""
    found = queries.fetch_sheet(request.actor, key)
    if found.rows > queries.FILED_AT_ONCE:
        return redirect(runs.ask_run(found.ledger, by=request.actor, what=What.TAKE, period=found.period, sheet=found))
    content = actions.take_sheet(found, by=request.actor)
    return download(BytesIO(content), f"{found.title}-{found.period.words()}-{found.number}.xlsx", "xlsx")
