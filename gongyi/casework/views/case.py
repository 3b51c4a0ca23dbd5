"""One case: its page, its moves, its paper, why its dates are what they are, its files and its asker."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework import actions, queries
from gongyi.casework.actions.joining import followers_of, number_of
from gongyi.casework.forms import BLANK, FORMS, AnswerForm, CorrectForm, MoveForm
from gongyi.casework.models import Case
from gongyi.casework.queries.promising import planned_of, promise_rows
from gongyi.casework.rules import (
    UNDONE_BY,
    can_move,
    can_see_asker,
    can_see_files,
    moves_for,
    why_not_public,
)
from gongyi.casework.workflow import CASE, STATES
from gongyi.core import attachments
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.secrets import mask_text
from gongyi.documents.tables import clipboard
from gongyi.people.models import Purpose
from gongyi.publishing.rules import may_start

CHECKED = {
    "answer",
    "save_draft",
    "approve_answer",
    "send_back",
}  # moves beside which the checklist of the answer stands
OWN_WORDS = ("answer", "draft", "question", "note", "why")  # where the forms of moves keep them


@permission(P.CASE_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """One case on one page."""
    return render(request, "casework/detail.html", _context(request, queries.fetch(request.actor, key)))


def _context(request: ActorRequest, case: Case) -> dict[str, Any]:
    """Everything that the page of a case shows."""
    steps, asker = queries.timeline(case), queries.asker_of(case)
    primary, others = queries.buttons(request.actor, case, steps)
    visits = [step for step in steps if step.action == "visit"]
    return {
        "case": case, "url": case.get_absolute_url(), "title": case.title, "turn": queries.turn_of(case), "clocks": queries.clocks(case), "state": STATES[case.state],
        "content": mask_text(case.content), "answer": mask_text(case.answer), "draft": mask_text(case.draft), "primary": primary, "others": others,
        "events": queries.events(steps), "roles": queries.roles_of(case), "visits": visits, "asker": asker,
        "may_open_files": can_see_files(request.actor, case),
        "files": queries.attachments_of(case) if any(step.action in {"attach", "add"} for step in steps) else [],
        "joined": followers_of(request.actor, case) if case.has_followers else [], "first_url": _first_url(request, case),
        "one_visit": queries.one_visit(case, asker, visited=bool(visits)),
        "may_see_asker": can_see_asker(request.actor, case), "publishes": may_start(request.actor, case) and not why_not_public(case),
        "promises": promise_rows(request.actor, case) if case.has_promises else [],
        "purposes": Purpose.choices, "channel": Case.Channel(case.channel).label, "about": queries.about_of(case), "turn_limit": queries.limit_of(case, "turn"), "reopen_limit": queries.limit_of(case, "reopen"),
    }  # fmt: skip


def _first_url(request: ActorRequest, case: Case) -> str:
    """Where the case stands that this one follows; '' for who may not see it."""
    return f"/cases/{case.first_id}/" if number_of(request.actor, case.first_id) else ""


@permission(P.CASE_VIEW)
def move(request: ActorRequest, key: UUID, action: str) -> HttpResponse:
    """One move: its form, or at once where no word is needed."""
    case = queries.fetch(request.actor, key)
    step = _allowed(request, case, action)
    if action == "correct" and request.method == "GET":
        actions.show_text(case, by=request.actor)
    looks = "check" in request.POST and action in CHECKED
    form = FORMS[action](None if looks else request.POST or None, request.FILES or None, case=case, by=request.actor)
    form.action = action
    templates = _templates(request, form) if action == "answer" else []
    if looks:
        form.keep(request.POST)
    elif done := submit(request, form, lambda: _act(form)):
        words = _("%(number)s：%(action)s，已记下。") % {"number": case.number, "action": step.label}
        messages.success(request, words, extra_tags=_back(request.actor, form.case, action))
        return done
    context = {
        "case": case,
        "form": form,
        "move": step,
        "title": step.label,
        "content": mask_text(case.content),
        "answer": mask_text(case.answer),
    }
    context["templates"], context["checks"] = templates, _checks(form)
    context["planned"] = planned_of(case) if action in {"approve_answer", "send_back"} else []
    return render(request, "casework/move.html", context)


def _checks(form: MoveForm) -> list[queries.Point] | None:
    """The checklist of the text that is written or about to go out; None for a move without one."""
    if form.action not in CHECKED:
        return None
    name = {"answer": "answer", "save_draft": "draft"}.get(form.action)
    return queries.checklist(form.case, str(form[name].value() or "") if name else form.case.answer)


def _templates(request: ActorRequest, form: MoveForm) -> list[Any]:
    """The texts that an answer may begin with; the one named in the address is put into the form."""
    found = queries.templates_for(form.case)
    if isinstance(form, AnswerForm):
        for template in found:
            if str(template.id) == request.GET.get("template"):
                form.begin_with(template.text)
            vars(template)["asks"] = bool(BLANK.search(template.text))
            template.text = queries.filled(template.text, form.case)
    return found


def _act(form: MoveForm) -> str:
    """Make the move with the form's clean values; leads on to the case, or to the list if it is no longer theirs."""
    if isinstance(form, CorrectForm):
        asker = actions.AskerFacts(**form.asker_facts())
        form.cleaned_data["asker"] = asker if form.cleaned_data.pop("asker_too") else None
    actions.ACTS[form.action](form.case, by=form.by, **form.cleaned_data)
    return queries.lead_on(form.by, form.case)


def _back(by: Actor, case: Case, action: str) -> str:
    """Where the step that was just made can be taken back; '' where it cannot, or not by this person."""
    back = UNDONE_BY.get(action)
    may = back and case.state in CASE[back].sources and can_move(by, case, CASE[back])
    return reverse("casework:move", args=[case.id, back]) if may else ""


def _allowed(request: ActorRequest, case: Case, action: str) -> Any:
    """The move, as `allowed` says."""
    if request.method == "POST" and action in FORMS and action in UNDONE_BY.values():
        return CASE[action]  # the action says what came too late, and the same click twice gets the same answer
    return allowed(request, case, action, table=CASE, forms=FORMS, may=can_move, own=OWN_WORDS)


@permission(P.CASE_VIEW)
def paper(request: ActorRequest, key: UUID) -> HttpResponse:
    """The 交办单 for A4."""
    return render(request, "casework/paper.html", queries.sheet(queries.fetch(request.actor, key)))


@permission(P.CASE_VIEW)
def paste(request: ActorRequest, key: UUID) -> HttpResponse:
    """Paste-ready text for an official system, without name and phone."""
    case = queries.fetch(request.actor, key)
    return render(
        request,
        "casework/paste.html",
        {
            "case": case,
            "content": clipboard(mask_text(case.content)),
            "answer": clipboard(mask_text(case.answer)),
            "title": _("可粘贴的文字"),
            "may_number": CASE["external"] in moves_for(request.actor, case),
        },
    )


@permission(P.CASE_VIEW)
def why(request: ActorRequest, key: UUID, which: str) -> HttpResponse:
    """为什么是这一天: the deadline day by day."""
    case = queries.fetch(request.actor, key)
    found = queries.why(case, which)
    if found is None:
        raise Http404
    return render(request, "casework/why.html", {"case": case, "why": found, "title": _("为什么是这一天？")})


@require_POST
@permission(P.CASE_CONTACT)
def asker(request: ActorRequest, key: UUID) -> HttpResponse:
    """The asker's name and contact for one look; logged."""
    case = queries.fetch(request.actor, key)
    shown = actions.show_asker(case, by=request.actor, purpose=request.POST.get("purpose", ""))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "casework/_asker.html", {"shown": shown, "case": case})
    return render(request, "casework/detail.html", _context(request, case) | {"shown": shown})


@permission(P.CASE_VIEW)
def file(request: ActorRequest, key: UUID, file_key: UUID) -> HttpResponseBase:
    """One attachment, as a download; logged."""
    case = queries.fetch(request.actor, key)
    row = actions.open_file(case, by=request.actor, key=file_key)
    return attachments.response(row.path, row.name, row.kind)
