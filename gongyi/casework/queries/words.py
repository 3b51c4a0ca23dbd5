"""What a page says of a case: whose turn it is, the two clocks, the next step."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.casework.queries.case import roles_of, taken_back
from gongyi.casework.rules import hands, moves_for
from gongyi.casework.workflow import CASE, PUBLICATION, STATES
from gongyi.core import clock, timeline
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.deadlines import Left, elapsed_words, remaining
from gongyi.core.secrets import mask_text
from gongyi.core.templatetags.gongyi import WEEKDAYS
from gongyi.core.timeline import Told, Turn
from gongyi.core.workflow import Move, Step


def sheet(case: Case) -> dict[str, Any]:
    """What a case's 交办单 shows: no name, no phone."""
    texts = {"content": mask_text(case.content), "answer": mask_text(case.answer)}
    return texts | {"case": case, "roles": roles_of(case), "state": STATES[case.state]}


def turn_of(case: Case) -> Turn:
    """Whose turn it is, in words: "等东湖镇签收 · 还剩 2 天"; an open question to the asker is said too."""
    unit = case.turn_unit.name if case.turn_unit else ""
    turn = turn_words(case.state, case.outcome, case.wakes_on, case.turn_due, unit)
    asked = _("问了诉求人，等回答")
    return replace(turn, words=f"{turn.words} · {asked}") if case.question else turn


def turn_words(state: str, outcome: str, wakes_on: date | None, turn_due: datetime | None, unit: str) -> Turn:
    left = remaining(clock.now(), turn_due).rough if turn_due else None
    return _turn(get_language(), state, outcome, wakes_on, left, unit)


@lru_cache(maxsize=8192)  # a list says the same of many of its rows, and of the next visit's
def _turn(
    _language: str | None, state_name: str, outcome: str, wakes_on: date | None, left: Left | None, unit: str
) -> Turn:
    state = STATES[state_name]
    if state_name == "parked" and wakes_on:
        until = _("挂账到 %(month)d 月 %(day)d 日") % {"month": wakes_on.month, "day": wakes_on.day}
        return Turn(until, "soon", state.icon)
    if left is None:
        words = (
            f"{state.label} · {Case.Outcome(outcome).label}"
            if outcome and state_name != "declined"
            else str(state.label)
        )
        return Turn(words, state.tone, state.icon)
    if state_name == "answered":
        return Turn(_("等诉求人回音 · %(left)s后办结") % {"left": left.words}, "done", state.icon)
    words = _("等%(who)s%(what)s · %(left)s") % {"who": unit, "what": TURN.get(state_name, ""), "left": left.words}
    tone = "late" if left.over else "soon" if left.time < timedelta(days=1) else "waiting"
    return Turn(words, tone, "clock-history" if tone == "late" else state.icon)


TURN: dict[str, Promise] = {
    "recorded": gettext_lazy("派单"),
    "accepted": gettext_lazy("派单"),
    "returned": gettext_lazy("重新派单"),
    "assigned": gettext_lazy("签收"),
    "signed": gettext_lazy("联系诉求人"),
    "contacted": gettext_lazy("办理"),
    "handling": gettext_lazy("办理"),
    "redo": gettext_lazy("重新办理"),
    "extending": gettext_lazy("批延期"),
    "drafted": gettext_lazy("审核答复"),
    "calling": gettext_lazy("回访"),
}


def clocks(case: Case) -> list[dict[str, Any]]:
    """The two clocks: how long the resident has waited since 登记, and what the unit has left since 派单."""
    ended = None if case.is_open else case.closed_at or case.changed_at
    stopped = case.answered_at or ended
    late = (stopped or clock.now()) > case.resident_due
    waited = {"words": _waited(case.recorded_at, ended), "limit": _limit(case.resident_due), "late": late}
    lines = [waited | {"why": "resident", "icon": "person"}]
    if case.unit_due and case.lead:
        late = (stopped or clock.now()) > case.unit_due
        left = remaining(clock.now(), case.unit_due).words
        words = left if stopped is None else _("超过时限才答复") if late else _("按时答复")
        line = {"words": f"{case.lead.name} {words}", "limit": _limit(case.unit_due), "late": late}
        lines.append(line | {"why": "unit", "icon": "building"})
    return lines


def _waited(start: datetime, ended: datetime | None) -> str:
    """How long the asker has waited, or waited altogether."""
    if ended is None and clock.now() - start < timedelta(hours=1):
        return _("群众刚说的事")
    if ended is None:
        return _("群众%(waited)s") % {"waited": elapsed_words(start, clock.now())}
    days = (timezone.localdate(ended) - timezone.localdate(start)).days
    return ngettext("从登记到结束 %(n)d 天", "从登记到结束 %(n)d 天", days) % {"n": days} if days else _("当天办完")


def _limit(due_: datetime) -> str:
    """The last day, short: "12月11日 周五"."""
    day = timezone.localtime(due_)
    words = date_format(day, _("n月j日"))
    return f"{words} {WEEKDAYS[day.weekday()]}"


def who_did(step: Step | Told) -> str:
    """Who stands beside a line of a timeline: unit and person, or the asker, or the product itself."""
    return timeline.who_did(step, _STRANGERS)


# What an asker does without an account.
ASKERS = {"record"} | {
    move.action for table in (CASE, PUBLICATION) for move in table.moves if move.permission == P.ASKER
}
_STRANGERS = dict.fromkeys(ASKERS, gettext_lazy("诉求人"))
_FIRST = {
    "record": gettext_lazy("登记"),
    "record_done": gettext_lazy("当场办结"),
    "import": gettext_lazy("导入"),
}


def events(steps: list[Told]) -> list[dict[str, Any]]:
    """The timeline of a case as its building block wants it."""
    gone = taken_back(steps)
    return timeline.events(CASE, steps, first=_FIRST, icons=STEP_ICONS, strangers=_STRANGERS, gone=gone)


# What each line of the timeline was, at a glance.
STEP_ICONS = {
    "record": "inbox", "record_done": "check-circle", "import": "upload", "accept": "check-lg", "assign": "send", "transfer": "forward",
    "decline": "x-circle", "sign": "person-check", "return": "arrow-return-left", "contact": "telephone", "log": "journal-text", "assist": "people",
    "answer": "chat-left-text", "save_draft": "file-earmark-text", "ask_extension": "calendar-event",
    "approve_extension": "calendar-check", "refuse_extension": "x-lg", "park": "pause-circle", "wake": "sun", "wake_due": "sun",
    "approve_answer": "clipboard-check", "send_back": "reply", "call_back": "chat-square-text", "object": "exclamation-circle",
    "close_quiet": "check-circle", "redo": "arrow-counterclockwise", "reopen": "arrow-repeat", "file": "archive",
    "file_due": "archive", "recategorise": "tag", "correct": "pencil-square", "visit": "signpost-split", "attach": "paperclip",
    "remind": "bell", "supervise": "flag", "external": "link-45deg", "conflict": "eye-slash", "about": "shield-lock", "follow": "diagram-3",
    "recompute": "clock", "reroute": "arrow-right", "void": "trash", "recall": "arrow-left", "unaccept": "arrow-left", "unsign": "arrow-left", "uncontact": "arrow-left", "unlog": "arrow-left", "unattach": "trash",
    "ask": "question-circle",
    "reply": "reply", "add": "plus-lg", "settle": "check-circle", "unsolved": "exclamation-triangle", "rate": "star",
    "wish": "shield-check", "withdraw": "x-circle", "join": "link-45deg", "leave": "x-lg", "merge": "link-45deg", "unmerge": "arrow-counterclockwise",
}  # fmt: skip
AT_ONCE = {
    "accept",
    "sign",
    "wake",
    "unaccept",
    "unsign",
    "uncontact",
    "unlog",
}  # need no word, lose nothing: one click


def buttons(
    by: Actor, case: Case, steps: Iterable[Told] | None = None
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one next step and the other moves that this person may make now, as the action bar wants them.

    `steps` is the case's timeline where it was read already.
    """
    handled = None if steps is None else hands((step.action, step.actor) for step in steps)
    moves = [(_step(case, move), move.primary) for move in moves_for(by, case, handled=handled)]
    first = _next_step(case, [s for s, primary in moves if primary])
    return first, [step for step, _primary in moves if step is not first]


def _next_step(case: Case, candidates: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Of several possible next steps the one that usually follows: contact, then handle, then answer."""
    usual = {"signed": "contact", "contacted": "log", "handling": "answer", "redo": "contact"}.get(case.state)
    return next((s for s in candidates if s["action"] == usual), candidates[0] if candidates else None)


def _step(case: Case, move: Move) -> dict[str, Any]:
    return timeline.button(CASE, move.action, case.get_absolute_url(), at_once=move.action in AT_ONCE)
