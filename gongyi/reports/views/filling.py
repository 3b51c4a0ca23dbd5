"""填表: hand over somebody's blank form, see what each place asks, confirm once, take the filled file."""

import io
import json
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core.access import Permission as P
from gongyi.core.attachments import storage
from gongyi.core.county import as_key
from gongyi.core.figures import Period
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.reports.actions import filling as actions
from gongyi.reports.forms.filling import OWN, BlankForm, CellForm, ScopeForm
from gongyi.reports.models import FormFill
from gongyi.reports.queries import filled, form_page, listing
from gongyi.reports.queries.filling import vocabulary_of
from gongyi.reports.queries.units import fetch_unit
from gongyi.reports.rules.filling import can_forget, visible_fills


@permission(P.FIGURES_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """A blank form comes in; the forms that are remembered, and one's own of the last days."""
    form = BlankForm(request.POST or None, request.FILES or None, by=request.actor)

    def act() -> str:
        return actions.take_in(by=request.actor, **form.cleaned_data_for()).get_absolute_url()

    if done := submit(request, form, act):
        return done
    memories = filled.memories(request.actor.county)
    context = {
        "title": _("填表"), "form": form, "fills": visible_fills(request.actor).filter(gone_at=None).order_by("-at")[:20],
        "forgotten": as_key(request.GET.get("forgotten", "")),
        "memories": [(memory, can_forget(request.actor, memory)) for memory in memories],
    }  # fmt: skip
    return render(request, "reports/fill/index.html", context)


class _Open:
    """One's own file, read again: its unit, period, places and what they ask."""

    def __init__(self, request: ActorRequest, key: UUID) -> None:
        self.by = request.actor
        self.fill: FormFill = get_object_or_404(visible_fills(request.actor), id=key)
        self.unit = fetch_unit(request.actor, str(self.fill.unit))
        self.period = Period(self.fill.first, self.fill.last)
        self.opened = filled.read(actions.kept(self.fill), self.fill.name)
        self.asks = filled.asks_of(self.opened, json.loads(self.fill.asks), self.unit, self.period)

    def made(self) -> filled.Filled:
        known = self.fill.confirmed_at is not None
        return filled.made(self.opened, self.asks, unit=self.unit, period=self.period, by=self.by, known=known)

    def initial(self) -> dict[str, Any]:
        return {"unit": str(self.unit.id), "period": OWN, "first": self.period.first, "last": self.period.last}


@permission(P.FIGURES_VIEW)
def fill(request: ActorRequest, key: UUID) -> HttpResponse:
    """The form in its own layout: what each place asks while it is not confirmed, what goes in once it is."""
    one = _Open(request, key)
    made = one.made()
    empty = made.reasons()
    context = {
        "title": one.fill.name, "fill": one.fill, "unit": one.unit, "period": one.period, "parts": form_page.form_page(one.opened.form, made.lines),
        "filled": [line for line in made.lines if line.value is not None], "empty": empty, "lacking": sum(map(len, empty.values())),
        "doubtful": [line for line in made.lines if line.value is not None and line.ask.confidence < 0.9], "formulas": sum(line.ask.word == "formula" for line in made.lines),  # noqa: PLR2004
        "waiting": listing.waiting_of(one.opened.slots, one.asks, one.unit, one.period, one.by),
        "scope": ScopeForm(by=request.actor, initial=one.initial()),
    }  # fmt: skip
    return render(request, "reports/fill/detail.html", context)


@permission(P.FIGURES_VIEW)
def cell(request: ActorRequest, key: UUID) -> HttpResponse:
    """What one place asks, chosen from lists."""
    one = _Open(request, key)
    at = request.GET.get("at", "")
    number = next((n for n, slot in enumerate(one.opened.slots) if slot.at == at and slot.what != "formula"), None)
    if number is None:
        raise Http404
    slot, ask = one.opened.slots[number], one.asks[number]
    form = CellForm(request.POST or None, ask=ask, words=vocabulary_of(one.unit, one.period), in_table=slot.what == "cell" and not slot.paired)  # fmt: skip

    def act() -> str:
        changed = form_page.spread(one.opened.slots, one.asks, slot, form.chosen(), form.cleaned_data.get("spread", ""))
        actions.set_asks(one.fill, changed=changed)
        return f"{one.fill.get_absolute_url()}#{quote(at)}"

    if done := submit(request, form, act):
        return done
    return render(request, "reports/fill/cell.html", {"title": _("这一格填什么"), "fill": one.fill, "slot": slot, "ask": ask, "form": form})  # fmt: skip


@require_POST
@permission(P.FIGURES_VIEW)
def scope(request: ActorRequest, key: UUID) -> HttpResponse:
    """Another unit or period."""
    one = get_object_or_404(visible_fills(request.actor), id=key)
    form = ScopeForm(request.POST, by=request.actor)

    def act() -> str:
        actions.set_scope(one, by=request.actor, unit=form.cleaned_data["unit"], period=form.cleaned_data["period"])
        return one.get_absolute_url()

    if done := submit(request, form, act):
        return done
    return render(request, "reports/fill/scope.html", {"title": one.name, "fill": one, "form": form})


@require_POST
@permission(P.FIGURES_VIEW)
def confirm(request: ActorRequest, key: UUID) -> HttpResponse:
    """Everything is right: remember it."""
    one = _Open(request, key)

    def act() -> str:
        actions.confirm(one.fill, by=one.by, opened=one.opened, unit=one.unit, period=one.period)
        messages.success(request, _("记住了。下次交来同样的表，会认出来，直接填好。"))
        return one.fill.get_absolute_url()

    return submit(request, Form(request.POST), act) or redirect(one.fill)


@permission(P.FIGURES_VIEW)
def take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The filled file."""
    one = _Open(request, key)
    content = io.BytesIO(one.made().content)
    return storage.download(content, f"{one.fill.name.rpartition('.')[0]}.{one.fill.kind}", one.fill.kind)


@require_POST
@permission(P.FIGURES_VIEW, P.SETTINGS_EDIT)
def forget(request: ActorRequest, key: UUID, back: bool) -> HttpResponse:  # noqa: FBT001 - of the address
    """Forget a form, or take that back."""
    memory = get_object_or_404(filled.of_county(request.actor.county), id=key)

    def act() -> str:
        actions.forget(memory, by=request.actor, back=back)
        return "/fill/" if back else f"/fill/?forgotten={memory.id}"

    return submit(request, Form(request.POST), act) or redirect("reports:fills")
