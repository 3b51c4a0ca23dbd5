"""The promise ledger in the office: list, one promise, its moves, its paper, the county's setting."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core import attachments, figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.secrets import mask_text
from gongyi.core.workflow import Move
from gongyi.people.actions.exports import ask_export
from gongyi.people.queries import exports
from gongyi.people.queries.posts import may_set_limits
from gongyi.promises import actions, queries
from gongyi.promises.forms import FORMS, ExportForm, ListForm, MeetingForm, SettingForm
from gongyi.promises.models import Promise
from gongyi.promises.rules import can_move, moves_for, origin_of
from gongyi.promises.workflow import PROMISE, STATES

ACTS: dict[str, Callable[..., Promise]] = {
    "report": actions.report_kept, "confirm": actions.confirm_kept, "send_back": actions.send_back, "move": actions.change_date,
    "admit": actions.admit_broken, "judge": actions.judge_broken, "withdraw": actions.withdraw_promise,
    "publish": actions.publish_promise, "unpublish": actions.unpublish_promise,
}  # fmt: skip


@permission(P.PROMISE_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """承诺台账: what one's units promised, gave, supervise or check, by the promised day."""
    form = ListForm(request.GET, by=request.actor)
    rows = queries.listed(request.actor, form.wanted())
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    context = {
        "title": _("承诺台账"), "form": form, "chips": form.chips(request.GET), "page": page, "rows": [queries.row(one) for one in page],
        "on": request.GET.urlencode(), "keeps": request.actor.can(P.PROMISE_KEEP),
        "count": ngettext("共 %(n)d 项", "共 %(n)d 项", number) % {"n": number},
    }  # fmt: skip
    return render(request, "promises/list.html", context)


@permission(P.PROMISE_VIEW)
def export(request: ActorRequest) -> HttpResponse:
    """The ledger under this filter as a file: in which format, with which columns."""
    by, wanted, form = request.actor, ListForm(request.GET, by=request.actor), ExportForm(request.POST or None)
    words = _("、").join(chip["words"] for chip in wanted.chips(request.GET))
    facts = {"listed": "promise", "query": wanted.kept(), "words": words}
    if done := submit(request, form, lambda: ask_export(by=by, **form.cleaned_data, **facts).get_absolute_url()):
        return done
    number = queries.listed(by, wanted.wanted()).count()
    context = {
        "title": _("导出"),
        "form": form,
        "words": words,
        "number": number,
        "columns": exports.headers("promise"),
    }
    return render(request, "promises/export.html", context)


@permission(P.PROMISE_KEEP)
def meeting(request: ActorRequest) -> HttpResponse:
    """记会上答应的事: who promised what by when."""
    by, form = request.actor, MeetingForm(request.POST or None, by=request.actor)
    act = actions.promise_at_meeting
    if done := submit(request, form, lambda: queries.lead_on(by, act(by=by, **form.cleaned_data))):
        messages.success(request, _("记进了承诺台账，来做的单位会收到消息。"))
        return done
    return render(request, "promises/meeting.html", {"title": _("记会上答应的事"), "form": form})


@permission(P.PROMISE_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """One promise on one page."""
    promise = queries.fetch(request.actor, key)
    steps = [_step(promise, move) for move in moves_for(request.actor, promise)]
    primary = next((step for step in steps if step["primary"]), None)
    context = _facts(request.actor, promise) | {
        "title": mask_text(promise.what), "primary": primary, "others": [step for step in steps if step is not primary],
        "events": _events(promise), "files": queries.files_of(promise),
    }  # fmt: skip
    return render(request, "promises/detail.html", context)


def _facts(by: Actor, promise: Promise) -> dict[str, Any]:
    """What page, moves and paper show alike."""
    return {
        "promise": promise, "what": mask_text(promise.what), "proof": mask_text(promise.proof), "why": mask_text(promise.why),
        "turn": queries.turn_words(promise), "state": STATES[promise.state], "changes": queries.changes_of(promise),
        "origin": origin_of(promise.kind).label, "origin_url": origin_of(promise.kind).address(by, promise.origin),
        "figure": _figure(promise),
    }  # fmt: skip


def _figure(promise: Promise) -> dict[str, Any]:
    """The figure of the proof in words; {} where none was named, or it is none any more."""
    try:
        one = figures.figure(promise.figure)
    except KeyError:
        return {}
    days = f"{promise.figure_first:%Y-%m-%d} – {promise.figure_last:%Y-%m-%d}"
    return {"id": one.id, "name": one.name, "value": promise.figure_value, "days": days}


def _step(promise: Promise, move: Move) -> dict[str, Any]:
    return {
        "label": move.label, "consequence": move.tells, "danger": move.grave, "primary": move.primary, "method": "get",
        "url": f"{promise.get_absolute_url()}{move.action}/",
    }  # fmt: skip


def _events(promise: Promise) -> list[dict[str, Any]]:
    """The timeline as its building block wants it."""
    labels = {move.action: move.label for move in PROMISE.moves} | {"make": _("答应了")}
    return [
        {
            "at": step.at, "who": " · ".join(filter(None, [step.unit_label, step.actor_label])) if step.actor else _("系统"),
            "what": labels.get(step.action, step.action), "why": step.reason, "text": mask_text(step.note),
            "tone": STATES[step.target].tone, "icon": STATES[step.target].icon,
        }
        for step in queries.timeline(promise)
    ]  # fmt: skip


@permission(P.PROMISE_VIEW)
def step(request: ActorRequest, key: UUID, action: str) -> HttpResponse:
    """One move: its form, with what was promised above it."""
    promise = queries.fetch(request.actor, key)
    move = allowed(request, promise, action, table=PROMISE, forms=FORMS, may=can_move)
    form = FORMS[action](request.POST or None, request.FILES or None, promise=promise)
    if done := submit(request, form, lambda: _act(request.actor, form, action)):
        messages.success(
            request, _("%(number)s：%(action)s，已记下。") % {"number": promise.number, "action": move.label}
        )
        return done
    files = queries.files_of(promise) if action in {"confirm", "send_back"} else []
    context = _facts(request.actor, promise) | {"title": move.label, "move": move, "form": form, "files": files}
    return render(request, "promises/move.html", context)


def _act(by: Actor, form: Any, action: str) -> str:
    """Make the move with the form's clean values; leads on to the promise, or to the list if it is no longer theirs."""
    promise = ACTS[action](form.promise, by=by, **form.cleaned_data)
    return queries.lead_on(by, promise)


@permission(P.PROMISE_VIEW)
def paper(request: ActorRequest, key: UUID) -> HttpResponse:
    """One promise for A4."""
    promise = queries.fetch(request.actor, key)
    return render(request, "promises/paper.html", _facts(request.actor, promise) | {"title": _("承诺单")})


@permission(P.PROMISE_VIEW)
def file(request: ActorRequest, key: UUID, file_key: UUID) -> HttpResponseBase:
    """One file of the proof, as a download; logged."""
    promise = queries.fetch(request.actor, key)
    row = actions.open_file(promise, by=request.actor, key=file_key)
    return attachments.response(row.path, row.name, row.kind)


@permission(P.SETTINGS_EDIT)
def setting(request: ActorRequest) -> HttpResponse:
    """How early promises wake."""
    if not may_set_limits(request.actor):
        raise PermissionDenied
    form = SettingForm(request.POST or None, instance=queries.setting_of(request.actor.county))
    if done := submit(request, form, lambda: _set(request, form)):
        return done
    return render(request, "promises/setting.html", {"title": _("承诺的提醒"), "form": form})


def _set(request: ActorRequest, form: SettingForm) -> str:
    moved = actions.set_wake_days(by=request.actor, **form.cleaned_data)
    words = ngettext("已记下，%(n)d 项承诺的提醒跟着变了。", "已记下，%(n)d 项承诺的提醒跟着变了。", moved) % {
        "n": moved
    }
    messages.success(request, words)
    return reverse("promises:setting")
