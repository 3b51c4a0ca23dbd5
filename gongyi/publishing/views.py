"""Public texts in the office: started from the record, written, approved by another, taken down."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.inputs import Form
from gongyi.publishing import actions, queries
from gongyi.publishing.forms import FORMS, PublicationForm
from gongyi.publishing.rules import Press, can_move, may_start, moves_for, press_named, press_of

ACTS: dict[str, Callable[..., Any]] = {
    "edit": actions.edit_publication, "show": actions.show_word, "hide": actions.hide_word,
    "propose": actions.propose_publication, "recall": actions.recall_publication,
    "approve": actions.approve_publication, "refuse": actions.refuse_publication,
    "amend": actions.amend_publication, "take_down": actions.take_down, "revive": actions.revive_publication,
}  # fmt: skip
READ_FIRST = {"propose", "approve", "refuse", "take_down"}  # their page shows the text again


def _of_kind(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view its kind of record; who may not see records of this kind is refused."""

    @wraps(view)
    def guarded(request: ActorRequest, kind: str, **kwargs: Any) -> HttpResponseBase:
        press = press_named(kind)
        if not request.actor.can(press.view):
            raise PermissionDenied
        return view(request, press, **kwargs)

    return guarded


@permission(P.CASE_VIEW, P.PROPOSAL_VIEW)
@_of_kind
def index(request: ActorRequest, press: Press) -> HttpResponse:
    """What waits for my approval, and the public texts of our records."""
    by, states = request.actor, press.table.states
    context = {
        "title": press.title, "press": press, "approves": by.can(press.table["approve"].permission),
        "waiting": [(one, queries.hide(one.title)) for one in queries.to_approve(by, press)],
        "ours": [(one, queries.hide(one.title), states[one.state]) for one in queries.ours(by, press)],
    }  # fmt: skip
    return render(request, "publishing/list.html", context)


@permission(P.CASE_VIEW, P.PROPOSAL_VIEW)
@_of_kind
def start(request: ActorRequest, press: Press, key: UUID) -> HttpResponse:
    """公开 a record: on to its publication, or the question whether to begin one."""
    record = press.fetch(request.actor, key)
    if kept := queries.of_record(record):
        return redirect(kept)
    if not may_start(request.actor, record):
        raise PermissionDenied
    form = Form(request.POST or None)
    act = actions.start_publication
    if done := submit(request, form, lambda: act(record, by=request.actor).get_absolute_url()):
        return done
    context = {"title": press.title, "record": record, "press": press, "why": press.why_not(record), "form": form}
    return render(request, "publishing/start.html", context)


@permission(P.CASE_VIEW, P.PROPOSAL_VIEW)
@_of_kind
def detail(request: ActorRequest, press: Press, key: UUID) -> HttpResponse:
    """The text as the public sees it, what was hidden in it, and its history."""
    publication = queries.fetch(request.actor, press, key)
    return render(request, "publishing/detail.html", _context(request, press, publication))


def _context(request: ActorRequest, press: Press, publication: Any) -> dict[str, Any]:
    writes = any(move.action == "show" for move in moves_for(request.actor, publication))
    found = queries.proof(publication)
    if writes and found.places:
        actions.look_at_words(publication, by=request.actor)
    primary, others = queries.buttons(request.actor, publication)
    return {
        "title": press.title, "press": press, "publication": publication, "state": press.table.states[publication.state],
        "shown": press.preview(publication, found.text), "places": queries.places(found, writes=writes), "writes": writes,
        "primary": primary, "others": others, "events": queries.events(publication), "versions": _versions(press, publication),
        "record_url": _record_url(request.actor, press, publication), "refusal": queries.refusal(publication),
        "behind": press.renewed(publication.record) if publication.state == "published" else None,
    }  # fmt: skip


def _versions(press: Press, publication: Any) -> list[tuple[Any, list[str]]]:
    """Every text that was public, with its parts in the order of the page."""
    return [(one, [getattr(one, name) for name in press.names[1:]]) for one in queries.versions(publication)]


def _record_url(by: Actor, press: Press, publication: Any) -> str:
    """The record's page, for those who may see the record."""
    seen = press.visible(by).filter(id=publication.record.pk).exists()
    return str(publication.record.get_absolute_url()) if seen else ""


@permission(P.CASE_VIEW, P.PROPOSAL_VIEW)
@_of_kind
def step(request: ActorRequest, press: Press, key: UUID, step: str) -> HttpResponse:
    """One move: its form, with the text where it has to be read first."""
    publication = queries.fetch(request.actor, press, key)
    move = allowed(request, publication, step, table=press_of(publication).table, forms=FORMS, may=can_move)
    form = FORMS[step](request.POST or None, publication=publication)
    if done := submit(request, form, lambda: _act(request.actor, form, step)):
        messages.success(request, _("%(action)s，已记下。") % {"action": move.label})
        return done
    if step == "edit":
        actions.look_at_words(publication, by=request.actor)
    context = {"title": move.label, "press": press, "publication": publication, "move": move, "form": form}
    return render(request, "publishing/step.html", context | _to_read(press, publication, step))


def _to_read(press: Press, publication: Any, step: str) -> dict[str, Any]:
    """The text and the words that it shows, where they are read before the move."""
    if step not in READ_FIRST:
        return {}
    found = queries.proof(publication)
    shown = [place for place in queries.places(found, writes=False) if place["shown"]]
    return {"shown": press.preview(publication, found.text), "places": shown}


def _act(by: Actor, form: PublicationForm, step: str) -> str:
    """Make the move with the form's clean values; leads on to the publication, or to the list if it is no longer theirs."""
    publication = ACTS[step](form.publication, by=by, **form.cleaned_data)
    return queries.lead_on(by, publication)
