"""One proposal: its page, its moves, its files and its authors."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import attachments
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.secrets import mask_text
from gongyi.people.models import Purpose
from gongyi.proposals import actions, queries
from gongyi.proposals.forms import FORMS, MoveForm
from gongyi.proposals.models import Proposal
from gongyi.proposals.queries.hearing import hearing
from gongyi.proposals.queries.voices import supports_of
from gongyi.proposals.rules import can_move, can_see_authors, why_not_public
from gongyi.proposals.workflow import PROPOSAL, STATES
from gongyi.publishing.rules import may_start

OWN_WORDS = ("answer", "draft", "note", "suggestions", "opinion")  # where the forms of moves keep them


@permission(P.PROPOSAL_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """One proposal on one page."""
    return render(request, "proposals/detail.html", _context(request, queries.fetch(request.actor, key)))


def _context(request: ActorRequest, one: Proposal) -> dict[str, Any]:
    """Everything that the page of a proposal shows."""
    primary, others = queries.buttons(request.actor, one)
    opinions, texts = queries.opinions_of(one), ("analysis", "suggestions", "opinion", "answer", "draft")
    promises = queries.promises_of(one)
    waits = [said["unit"].name for said in opinions if said["opinion"] is None]
    return {
        "one": one, "url": one.get_absolute_url(), "title": one.title, "state": STATES[one.state], "turn": queries.turn_of(one, waits), "turn_why": queries.limit_of(one, "turn"),
        "clocks": queries.clocks(one), "primary": primary, "others": others, "events": queries.events(queries.timeline(one)),
        "roles": queries.roles_of(one), "opinions": opinions, "authors": queries.authors_of(one), "files": queries.attachments_of(one),
        "promises": promises, "may_open": queries.openable(request.actor, promises), "merged": queries.merged_into(one), "pieces": queries.pieces_of(one), "may_see_authors": can_see_authors(request.actor, one),
        "publishes": may_start(request.actor, one) and not why_not_public(one),
        "purposes": Purpose.choices, "hearing": hearing(one), "supports": supports_of(one), **{name: mask_text(getattr(one, name)) for name in texts},
    }  # fmt: skip


@permission(P.PROPOSAL_VIEW)
def move(request: ActorRequest, key: UUID, action: str) -> HttpResponse:
    """One move: its form, or at once where no word is needed."""
    one = queries.fetch(request.actor, key)
    step = allowed(request, one, action, table=PROPOSAL, forms=FORMS, may=can_move, own=OWN_WORDS)
    form = FORMS[action](request.POST or None, request.FILES or None, proposal=one, by=request.actor)
    form.action = action
    if done := submit(request, form, lambda: _act(form)):
        messages.success(request, _("%(number)s：%(action)s，已记下。") % {"number": one.number, "action": step.label})
        return done
    context = {
        "one": one, "form": form, "move": step, "title": step.label, "suggestions": mask_text(one.suggestions), "analysis": mask_text(one.analysis),
        "answer": mask_text(one.answer), "planned": queries.planned_for(one), "opinions": queries.opinions_of(one),
    }  # fmt: skip
    return render(request, "proposals/move.html", context)


def _act(form: MoveForm) -> str:
    """Make the move with the form's clean values; leads on to the proposal, or to the list if it is no longer theirs."""
    actions.ACTS[form.action](form.proposal, by=form.by, **form.cleaned_data)
    return queries.lead_on(form.by, form.proposal)


@permission(P.PROPOSAL_VIEW)
def why(request: ActorRequest, key: UUID, which: str) -> HttpResponse:
    """为什么是这一天: the deadline day by day."""
    one = queries.fetch(request.actor, key)
    found = queries.why(one, which)
    if found is None:
        raise Http404
    return render(request, "proposals/why.html", {"one": one, "why": found, "title": _("为什么是这一天？")})


@require_POST
@permission(P.PROPOSAL_CONTACT)
def authors(request: ActorRequest, key: UUID) -> HttpResponse:
    """The authors' names and contacts for one look; logged."""
    one = queries.fetch(request.actor, key)
    shown = actions.show_authors(one, by=request.actor, purpose=request.POST.get("purpose", ""))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "proposals/_authors.html", {"shown": shown, "one": one})
    return render(request, "proposals/detail.html", _context(request, one) | {"shown": shown})


@permission(P.PROPOSAL_VIEW)
def file(request: ActorRequest, key: UUID, file_key: UUID) -> HttpResponseBase:
    """One attachment, as a download; logged."""
    row = actions.open_file(queries.fetch(request.actor, key), by=request.actor, key=file_key)
    return attachments.response(row.path, row.name, row.kind)
