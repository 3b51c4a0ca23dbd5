"""Calls in the office: the list, one call, its moves."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.paging import PAGE
from gongyi.proposals import actions
from gongyi.proposals.forms.calls import CALL_FORMS, CallForm, CallMove, CallsForm
from gongyi.proposals.queries import calls as queries
from gongyi.proposals.queries.lists import row, rows_of
from gongyi.proposals.rules import can_move_call, may_start_call
from gongyi.proposals.workflow import CALL

SHOWN = 50  # suggestions on the page of a call; the list holds them all


@permission(P.PROPOSAL_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """The calls of one's units."""
    form = CallsForm(request.GET)
    found = queries.calls_of(request.actor, state=form.state_wanted())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    context = {
        "title": _("征集"), "form": form, "chips": form.chips(request.GET), "page": page, "may_start": may_start_call(request.actor),
        "rows": queries.call_rows(request.actor, list(page)), "count": ngettext("共 %(n)d 个", "共 %(n)d 个", number) % {"n": number},
    }  # fmt: skip
    return render(request, "proposals/calls.html", context)


@permission(P.PROPOSAL_SCREEN)
def new(request: ActorRequest) -> HttpResponse:
    """起草征集."""
    form = CallForm(request.POST or None, by=request.actor)
    if done := submit(
        request, form, lambda: actions.make_call(by=request.actor, **form.cleaned_data).get_absolute_url()
    ):
        messages.success(request, _("记下了，公众还看不到。看一遍，没有问题再开始。"))
        return done
    return render(request, "proposals/call_form.html", {"title": _("起草征集"), "form": form})


@permission(P.PROPOSAL_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """One call with the suggestions that came to it."""
    call = queries.fetch_call(request.actor, key)
    primary, others = queries.call_buttons(request.actor, call)
    found = rows_of(queries.answers_to(request.actor, call)[: SHOWN + 1])
    context = {
        "title": call.title, "call": call, "turn": queries.stamp(call), "primary": primary, "others": others,
        "rows": [row(one) for one in found[:SHOWN]], "more": len(found) > SHOWN, "events": queries.call_events(call),
        "shown": call.state in queries.SHOWN,
    }  # fmt: skip
    return render(request, "proposals/call.html", context)


@permission(P.PROPOSAL_SCREEN)
def step(request: ActorRequest, key: UUID, action: str) -> HttpResponse:
    """One move of a call: its form."""
    call = queries.fetch_call(request.actor, key)
    move = allowed(request, call, action, table=CALL, forms=CALL_FORMS, may=can_move_call)
    form = CALL_FORMS[action](request.POST or None, call=call)
    if done := submit(request, form, lambda: _act(request, form, action)):
        messages.success(request, _("%(action)s，已记下。") % {"action": move.label})
        return done
    context = {"title": move.label, "call": call, "move": move, "form": form}
    return render(request, "proposals/call_form.html", context)


def _act(request: ActorRequest, form: CallMove, action: str) -> str:
    actions.CALL_ACTS[action](form.call, by=request.actor, **form.cleaned_data)  # type: ignore[operator]
    return form.call.get_absolute_url()
