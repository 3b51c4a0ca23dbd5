"""Tables asked of the units below: the list on both sides, the sum of hours before sending, the answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import clock, figures
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.network.models import Unit
from gongyi.reports.actions import asking as actions
from gongyi.reports.forms.asking import AnswerForm, AskForm, BackForm
from gongyi.reports.forms.period import list_url
from gongyi.reports.models import Answer, AnswerCell, AskColumn
from gongyi.reports.queries import asking as queries
from gongyi.reports.rules.asking import answer_moves, ask_moves, asking_units, can_move_answer, can_move_ask
from gongyi.reports.workflow import ANSWER, ASK


@permission(P.FIGURES_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """One list of every table asked of us, and those that we ask for."""
    context = {
        "title": _("要的表"), "asked": [(one, ANSWER.states[one.answer.state]) for one in queries.asked_of(request.actor)],
        "ours": [(ask, ASK.states[ask.state]) for ask in queries.asks_of(request.actor)[:100]],
        "asks": bool(asking_units(request.actor)), "today": clock.today(),
    }  # fmt: skip
    return render(request, "reports/asking_list.html", context)


def _unit(request: ActorRequest) -> Unit | None:
    """The unit that asks: the one named, else the first of one's own with somebody below; None where there is none."""
    units, wanted = asking_units(request.actor), as_key(request.GET.get("unit", "")) or request.actor.unit
    return next((unit for unit in units if unit.id == wanted), units[0] if units else None)


@permission(P.FIGURES_VIEW)
def new(request: ActorRequest) -> HttpResponse:
    """Write down which table is wanted; the account comes next."""
    unit = _unit(request)
    if unit is None:
        return render(request, "reports/asking_form.html", {"title": _("向下面要一张表")})
    form = AskForm(request.POST or None, unit=unit)
    made = lambda: actions.draft_ask(by=request.actor, unit=unit, asking=form.asking()).get_absolute_url()  # noqa: E731
    if done := submit(request, form, made):
        return done
    return render(request, "reports/asking_form.html", {"title": _("向下面要一张表"), "form": form, "unit": unit})


@permission(P.FIGURES_VIEW)
def edit(request: ActorRequest, key: UUID) -> HttpResponse:
    """Change what is not sent yet."""
    ask = queries.fetch_ask(request.actor, key)
    if ask.state != "draft" or not can_move_ask(request.actor, ask, ASK["edit"]):
        raise PermissionDenied
    form = AskForm(request.POST or None, unit=ask.unit, ask=ask)
    if done := submit(request, form, lambda: _edit(request, form)):
        return done
    return render(
        request, "reports/asking_form.html", {"title": _("改一改"), "form": form, "unit": ask.unit, "ask": ask}
    )


def _edit(request: ActorRequest, form: AskForm) -> str:
    ask = form.ask
    if ask is None:
        raise Http404
    actions.edit_ask(ask, by=request.actor, asking=form.asking(), seen=form.cleaned_data["seen"])
    return ask.get_absolute_url()


@permission(P.FIGURES_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """Before sending what is held and what the rest costs; afterwards the answers and their sum."""
    ask = queries.fetch_ask(request.actor, key)
    columns, cost = queries.columns_of(ask), queries.cost(ask)
    moves = {move.action: move for move in ask_moves(request.actor, ask)}
    context = {
        "title": ask.title, "ask": ask, "state": ASK.states[ask.state], "columns": [(one, _held(one)) for one in columns],
        "cost": cost, "cost_words": queries.cost_words(cost), "rounds": queries.rounds(ask), "moves": moves,
        "units": [row.unit for row in ask.asked.select_related("unit").order_by("unit__path")],
        "found": [_printed(one, columns) for one in queries.summed(ask)], "expired": ask.until < clock.today(),
    }  # fmt: skip
    return render(request, "reports/asking_detail.html", context)


def _held(column: AskColumn) -> str:
    """The figure's name; '' where a hand counts, and for a figure that is no more."""
    return next((str(one.name) for one in figures.figures() if one.id == column.figure), "")


def _printed(found: queries.Summed, columns: list[AskColumn]) -> dict[str, Any]:
    """A time as the page has it: each cell with its number and where it comes from."""
    lines = [
        (answer, ANSWER.states[answer.state], [_cell(answer, column, cell) for column, cell in zip(columns, cells, strict=True)])
        for answer, cells in found.lines
    ]  # fmt: skip
    heads = [column.heading for column in columns]
    return {"found": found, "lines": lines, "heads": heads, "sums": list(zip(heads, found.sums, strict=True))}


def _cell(answer: Answer, column: AskColumn, cell: AnswerCell | None) -> dict[str, Any]:
    if cell is None:
        return {"name": column.heading, "text": "", "typed": False}
    url = list_url(column.figure, answer.unit, answer.period) if column.figure else ""
    counted = queries.shown(cell.counted, column) if cell.typed and column.figure else ""
    return {
        "name": column.heading, "text": queries.shown(cell.value, column), "url": url, "typed": cell.typed,
        "source": cell.source, "counted": counted,
    }  # fmt: skip


@require_POST
@permission(P.FIGURES_VIEW)
def send(request: ActorRequest, key: UUID) -> HttpResponse:
    """Send it to the units, with the minutes that stood on the page."""
    ask, told = queries.fetch_ask(request.actor, key), request.POST.get("minutes", "")
    minutes = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1  # noqa: PLR2004 - digits
    actions.send_ask(ask, by=request.actor, minutes=minutes)
    messages.success(request, _("已发下去。"))
    return redirect(ask.get_absolute_url())


@require_POST
@permission(P.FIGURES_VIEW)
def drop(request: ActorRequest, key: UUID) -> HttpResponse:
    """Give up what was never sent."""
    actions.drop_ask(queries.fetch_ask(request.actor, key), by=request.actor)
    messages.success(request, _("不要了，没有发出去。"))
    return redirect("reports:tables")


@require_POST
@permission(P.FIGURES_VIEW)
def end(request: ActorRequest, key: UUID) -> HttpResponse:
    """Ask no more."""
    ask = queries.fetch_ask(request.actor, key)
    actions.end_ask(ask, by=request.actor)
    messages.success(request, _("以后不再要，下面的单位不用再填。"))
    return redirect(ask.get_absolute_url())


@permission(P.FIGURES_VIEW)
def answer(request: ActorRequest, key: UUID) -> HttpResponse:
    """What is asked of a unit: begin, fill in, send; then as it was sent."""
    found = queries.fetch_answer(request.actor, key)
    columns, cells = queries.columns_of(found.ask), queries.cells_of([found])[found.id]
    moves, state = {move.action: move for move in answer_moves(request.actor, found)}, ANSWER.states[found.state]
    form = (
        AnswerForm(request.POST or None, columns=columns, cells=cells, seen=found.version) if "send" in moves else None
    )
    if form and (done := submit(request, form, lambda: _send(request, found, form))):
        messages.success(request, _("交上去了。"))
        return done
    context = {
        "title": found.ask.title, "answer": found, "ask": found.ask, "state": state, "form": form, "moves": moves,
        "cells": [_cell(found, column, cells.get(column.id)) for column in columns], "over": found.ask.until < clock.today(),
        "rates": [_cell(found, one, cells.get(one.id)) for one in columns if queries.is_rate(one)], "today": clock.today(),
        "held": sum(bool(one.figure) for one in columns), "notes": found.steps.filter(action="give_back").order_by("-seq")[:1],
    }  # fmt: skip
    return render(request, "reports/asking_answer.html", context)


def _send(request: ActorRequest, found: Answer, form: AnswerForm) -> str:
    actions.send_answer(found, by=request.actor, values=form.values(), seen=form.cleaned_data["seen"])
    return found.get_absolute_url()


@require_POST
@permission(P.FIGURES_VIEW)
def begin(request: ActorRequest, key: UUID) -> HttpResponse:
    """Open the form; the time runs."""
    found = queries.fetch_answer(request.actor, key)
    actions.begin_answer(found, by=request.actor)
    return redirect(found.get_absolute_url())


@require_POST
@permission(P.FIGURES_VIEW)
def amend(request: ActorRequest, key: UUID) -> HttpResponse:
    """Take an answer back to change it."""
    found = queries.fetch_answer(request.actor, key)
    actions.amend_answer(found, by=request.actor)
    messages.success(request, _("拿回来了，改好再交一次。"))
    return redirect(found.get_absolute_url())


@permission(P.FIGURES_VIEW)
def give_back(request: ActorRequest, key: UUID) -> HttpResponse:
    """Ask the unit to look again."""
    found = queries.fetch_answer(request.actor, key)
    if not can_move_answer(request.actor, found, ANSWER["give_back"]):
        raise PermissionDenied
    form = BackForm(request.POST or None)
    if done := submit(request, form, lambda: _back(request, found, form)):
        messages.success(request, _("已请他们再核对。"))
        return done
    return render(
        request, "reports/asking_back.html", {"title": _("请再核对"), "form": form, "answer": found, "ask": found.ask}
    )


def _back(request: ActorRequest, found: Answer, form: BackForm) -> str:
    actions.give_back(found, by=request.actor, note=form.cleaned_data["note"])
    return reverse("reports:table", args=[found.ask_id])
