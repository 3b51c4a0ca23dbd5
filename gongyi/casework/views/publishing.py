"""The public answer in the office: started from the case, written, approved by another, taken down."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gongyi.casework import queries as case_queries
from gongyi.casework.actions import publishing as actions
from gongyi.casework.forms.publishing import FORMS, PublicationForm
from gongyi.casework.models import Publication
from gongyi.casework.queries import publications as queries
from gongyi.casework.rules import (
    can_move_publication,
    may_start_publication,
    publication_moves,
    visible_to,
    why_not_public,
)
from gongyi.casework.workflow import PUBLICATION
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.core.secrets import KINDS, mask_text
from gongyi.core.workflow import Move

ACTS: dict[str, Callable[..., Publication]] = {
    "edit": actions.edit_publication, "show": actions.show_word, "hide": actions.hide_word,
    "propose": actions.propose_publication, "recall": actions.recall_publication,
    "approve": actions.approve_publication, "refuse": actions.refuse_publication,
    "amend": actions.amend_publication, "take_down": actions.take_down, "revive": actions.revive_publication,
}  # fmt: skip
ON_PAGE = {"show", "hide"}  # stand beside the words, not in the action bar
READ_FIRST = {"propose", "approve", "refuse", "take_down"}  # their page shows the text again


@permission(P.CASE_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """What waits for my approval, and the public answers of our cases."""
    waiting = [(one, queries.hide(one.title)) for one in queries.to_approve(request.actor)]
    mine = [(one, queries.hide(one.title), PUBLICATION.states[one.state]) for one in queries.ours(request.actor)]
    context = {"title": _("公开答复"), "waiting": waiting, "ours": mine, "approves": request.actor.can(P.CASE_APPROVE)}
    return render(request, "casework/publication/list.html", context)


@permission(P.CASE_HANDLE)
def start(request: ActorRequest, key: UUID) -> HttpResponse:
    """公开答复 of a case: on to its publication, or the question whether to begin one."""
    case = case_queries.fetch(request.actor, key)
    if kept := queries.of_case(case):
        return redirect(kept)
    if not may_start_publication(request.actor, case):
        raise PermissionDenied
    form = Form(request.POST or None)
    if done := submit(request, form, lambda: actions.start_publication(case, by=request.actor).get_absolute_url()):
        return done
    context = {"title": _("公开答复"), "case": case, "why": why_not_public(case), "form": form}
    return render(request, "casework/publication/start.html", context)


@permission(P.CASE_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """The text as the public sees it, what was hidden in it, and its history."""
    publication = queries.fetch(request.actor, key)
    return render(request, "casework/publication/detail.html", _context(request, publication))


def _context(request: ActorRequest, publication: Publication) -> dict[str, Any]:
    moves = publication_moves(request.actor, publication)
    writes = any(move.action == "show" for move in moves)
    found = queries.proof(publication)
    if writes and found.places:
        actions.look_at_words(publication, by=request.actor)
    steps = [_step(publication, move) for move in moves if move.action not in ON_PAGE]
    primary = next((step for step in steps if step["primary"]), steps[0] if steps else None)
    return {
        "title": _("公开答复"), "publication": publication, "state": PUBLICATION.states[publication.state],
        "shown": queries.preview_of(publication, found.text), "places": _places(found, writes=writes), "writes": writes,
        "primary": primary, "others": [step for step in steps if step is not primary],
        "events": _events(queries.timeline(publication)), "versions": queries.versions(publication),
        "case_url": _case_url(request.actor, publication), "refusal": _refusal(publication),
    }  # fmt: skip


def _places(found: queries.Proof, *, writes: bool) -> list[dict[str, Any]]:
    """Each found word once, with how often; the word itself only for who writes the text, or where it will be shown."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for place in found.places:
        line = rows.setdefault(
            (place.kind, place.words),
            {
                "kind": place.kind, "label": KINDS[place.kind], "words": place.words if writes or place.shown else "",
                "around": place.around, "shown": place.shown, "times": 0,
            },
        )  # fmt: skip
        line["times"] += 1
    return sorted(rows.values(), key=lambda line: line["shown"] is None)


def _refusal(publication: Publication) -> str:
    """What the approver wants to be changed."""
    if publication.state != "refused":
        return ""
    return next((step.note for step in reversed(queries.timeline(publication)) if step.action == "refuse"), "")


def _case_url(by: Actor, publication: Publication) -> str:
    """The case's page, for those who may see the case."""
    seen = visible_to(by).filter(id=publication.case_id).exists()
    return str(publication.case.get_absolute_url()) if seen else ""


def _step(publication: Publication, move: Move) -> dict[str, Any]:
    return {
        "label": move.label, "consequence": move.tells, "danger": move.grave, "primary": move.primary, "method": "get",
        "url": f"{publication.get_absolute_url()}{move.action}/",
    }  # fmt: skip


def _events(steps: list[Any]) -> list[dict[str, Any]]:
    """The timeline as its building block wants it; what was shown or hidden is named in the list above it, not here."""
    labels = {move.action: move.label for move in PUBLICATION.moves} | {"start": _("拟稿")}
    return [
        {
            "at": step.at, "who": case_queries.who_did(step),
            "what": labels.get(step.action, step.action), "why": step.reason,
            "text": "" if step.action in ON_PAGE else mask_text(step.note),
            "tone": PUBLICATION.states[step.target].tone, "icon": "",
        }
        for step in steps
    ]  # fmt: skip


@permission(P.CASE_VIEW)
def step(request: ActorRequest, key: UUID, step: str) -> HttpResponse:
    """One move: its form, with the text where it has to be read first."""
    publication = queries.fetch(request.actor, key)
    move = _allowed(request, publication, step)
    form = FORMS[step](request.POST or None, publication=publication)
    if done := submit(request, form, lambda: _act(request.actor, form, step)):
        messages.success(request, _("%(action)s，已记下。") % {"action": move.label})
        return done
    if step == "edit":
        actions.look_at_words(publication, by=request.actor)
    context: dict[str, Any] = {"title": move.label, "publication": publication, "move": move, "form": form}
    if step in READ_FIRST:
        found = queries.proof(publication)
        context["shown"] = queries.preview_of(publication, found.text)
        context["places"] = [place for place in _places(found, writes=False) if place["shown"]]
    return render(request, "casework/publication/step.html", context)


def _act(by: Actor, form: PublicationForm, step: str) -> str:
    """Make the move with the form's clean values; leads on to the publication, or to the list if it is no longer theirs."""
    publication = ACTS[step](form.publication, by=by, **form.cleaned_data)
    return queries.lead_on(by, publication)


def _allowed(request: ActorRequest, publication: Publication, step: str) -> Move:
    """The move, if there is such a one for hands (404), the person may make it (403) and the state allows it (409)."""
    if step not in FORMS:
        raise Http404
    move = PUBLICATION[step]
    if not can_move_publication(request.actor, publication, move):
        raise PermissionDenied
    if publication.state not in move.sources and request.method != "POST":
        said = {"state": PUBLICATION.states[publication.state].label, "action": move.label}
        sentence = _("公开答复现在是“%(state)s”，不能“%(action)s”。") % said
        raise Refused("wrong_state", sentence, _("请回到公开答复的页面看下一步。"))
    return move
