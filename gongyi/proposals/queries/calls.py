"""Calls for suggestions: the office's list and page, and what everybody sees of them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from gongyi.core import clock, timeline
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.timeline import Told, Turn, lines_of
from gongyi.proposals.models import Call, CallStep, Proposal
from gongyi.proposals.rules import call_moves_for, calls_visible_to, visible_to
from gongyi.proposals.workflow import CALL

SHOWN = ("open", "closed", "told")  # by everybody
PAGE = 20
_STEPS = lines_of(CallStep)
# An open call as its page says it: one that has not begun, and one that is over and of which nothing was told yet.
_PHASES: dict[str, tuple[Promise, Promise, str, str]] = {
    "soon": (gettext_lazy("还没有开始收"), gettext_lazy("还没有开始"), "plain", "calendar-event"),
    "over": (gettext_lazy("到期了，要公布结果"), gettext_lazy("结束了，正在整理"), "soon", "hourglass-split"),
}


def stamp(call: Call, *, public: bool = False) -> Turn:
    """Where a call stands, for the office or for everybody."""
    state = CALL.states[call.state]
    office, everybody, tone, icon = _PHASES.get(call.phase, (state.label, state.resident, state.tone, state.icon))
    return Turn(str(everybody if public else office), tone, icon)


# --- in the office ----------------------------------------------------------------------------------------------------


def fetch_call(by: Actor, key: UUID) -> Call:
    """The call with its unit, if this person's units made it; otherwise Http404 (P3)."""
    found = calls_visible_to(by).filter(id=key).select_related("unit").first()
    if found is None:
        raise Http404
    return found


def calls_of(by: Actor, *, state: str = "") -> QuerySet[Call]:
    """The calls of one's units, the latest first."""
    rows = calls_visible_to(by).select_related("unit")
    return (rows.filter(state=state) if state else rows).order_by("-since", "-id")


def call_rows(by: Actor, calls: Collection[Call]) -> list[dict[str, Any]]:
    """The lines of the office's list, each with how many of its suggestions this person may open."""
    theirs = visible_to(by).filter(county=by.county, call__in=[call.id for call in calls]).order_by()
    numbers = dict(theirs.values("call").annotate(n=Count("id")).values_list("call", "n"))
    return [
        {
            "url": call.get_absolute_url(), "title": call.title, "unit": call.unit.name, "turn": stamp(call), "at": call.until,
            "number": ngettext("收到 %(n)d 件", "收到 %(n)d 件", numbers.get(call.id, 0)) % {"n": numbers.get(call.id, 0)},
        }
        for call in calls
    ]  # fmt: skip


def answers_to(by: Actor, call: Call) -> QuerySet[Proposal]:
    """The suggestions to a call that this person may open."""
    return visible_to(by).filter(county=call.county, call=call).order_by("-recorded_at", "-id")


def call_steps(call: Call) -> list[Told]:
    """Everything that happened to a call, oldest first."""
    return [Told(*row) for row in _STEPS.filter(county=call.county, call=call)]


def call_events(call: Call) -> list[dict[str, Any]]:
    """Its timeline as the building block wants it."""
    return timeline.events(CALL, call_steps(call), first={"make": gettext_lazy("起草")}, icons={}, strangers={})


def call_buttons(by: Actor, call: Call) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one next step and the others; of an open call the results come first once it is over."""
    moves = [move for move in call_moves_for(by, call) if move.action != "tell" or call.phase != "open"]
    steps = [timeline.button(CALL, move.action, call.get_absolute_url(), at_once=False) for move in moves]
    first = next((step for step, move in zip(steps, moves, strict=True) if move.primary), None)
    return first, [step for step in steps if step is not first]


def calls_to_tell(by: Actor) -> list[Call]:
    """Calls that are over and of which this person should say what came of them."""
    over = Q(state="closed") | Q(state="open", until__lt=clock.today())
    rows = Call.objects.filter(over, county=by.county, unit__in=by.units(P.PROPOSAL_SCREEN))
    return list(rows.select_related("unit").order_by("until", "id"))


# --- for everybody ----------------------------------------------------------------------------------------------------


def public_calls(county: int) -> QuerySet[Call]:
    """What everybody may see, whoever they are."""
    return Call.objects.filter(county=county, state__in=SHOWN).select_related("unit")


def open_calls(county: int) -> QuerySet[Call]:
    """Calls that take suggestions today, the one that ends first before the others."""
    today = clock.today()
    rows = public_calls(county).filter(state="open", since__lte=today, until__gte=today)
    return rows.order_by("until", "id")


def call_choices(county: int) -> QuerySet[Call]:
    """Calls to which a suggestion on paper may still be written down: open ones, and those that ended within the last two weeks."""
    rows = public_calls(county).filter(state__in=["open", "closed"], since__lte=clock.today())
    return rows.filter(until__gte=clock.today() - timedelta(days=14)).order_by("until", "id")


def ended_calls(county: int, after: str = "") -> tuple[list[Call], bool]:
    """One page of calls that are over or have not begun, the latest first, and whether more follow; `after` is the last slug before."""
    now = open_calls(county).order_by().values("id")
    rows = public_calls(county).exclude(id__in=now).order_by("-until", "-id")
    if after and (last := rows.filter(slug=after[:12]).first()):
        rows = rows.filter(Q(until__lt=last.until) | Q(until=last.until, id__lt=last.id))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def shown_call(county: int, slug: str) -> Call:
    """The public call with this slug. Raises Http404 when there is none."""
    found = public_calls(county).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def public_line(call: Call) -> dict[str, Any]:
    """A line of the public list."""
    return {
        "url": reverse("home:call", args=[call.slug]), "title": call.title, "unit": call.unit.name, "since": call.since,
        "until": call.until, "stamp": stamp(call, public=True),
    }  # fmt: skip


def changes_shown(call: Call) -> list[dict[str, Any]]:
    """What was changed after it was opened, as everybody may read it: another last day, an early end, another text of the outcome."""
    return [
        {"on": step.at, "what": str(CALL[step.action].label), "why": step.reason, "before": step.note}
        for step in call_steps(call)
        if step.action in {"extend", "close", "amend"}
    ]
