"""What a page says of a proposal: whose turn it is, the clocks, the next step."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, timeline
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.deadlines import remaining
from gongyi.core.timeline import Told, Turn
from gongyi.proposals.models import Proposal
from gongyi.proposals.rules import moves_for
from gongyi.proposals.workflow import PROPOSAL, STATES

NEAR_DAYS = 3

# What the one whose turn it is has to do.
TURN: dict[str, Promise] = {
    "draft": gettext_lazy("提交"), "submitted": gettext_lazy("审查"), "screening": gettext_lazy("审查"), "filed": gettext_lazy("交办"),
    "returned": gettext_lazy("重新交办"), "assigned": gettext_lazy("签收"), "signed": gettext_lazy("和提出人沟通"),
    "talking": gettext_lazy("办理"), "consulting": gettext_lazy("会签"), "extending": gettext_lazy("批延期"),
    "drafting": gettext_lazy("写答复"), "reviewing": gettext_lazy("签发"), "auditing": gettext_lazy("督办审核"),
    "redo": gettext_lazy("重新办理"), "following": gettext_lazy("落实"),
}  # fmt: skip
# Where it is the proposer's turn, whoever writes it down.
_PROPOSERS = {"sent_back": gettext_lazy("等提出人修改"), "replied": gettext_lazy("等提出人评价")}


def turn_of(proposal: Proposal, waits: list[str] | None = None) -> Turn:
    """The stamp: whose turn it is, in words: "等西山镇会签 · 还剩 2 天". `waits` names all whose opinion is missing."""
    unit = proposal.turn_unit.name if proposal.turn_unit else ""
    if proposal.state == "consulting" and waits:
        unit = _("、").join(waits)
    return turn_words(proposal.state, proposal.turn_due, unit)


def turn_words(state_name: str, due: datetime | None, unit: str) -> Turn:
    state = STATES[state_name]
    if state_name not in TURN and state_name not in _PROPOSERS:
        return Turn(str(state.label), state.tone, state.icon)
    words = str(_PROPOSERS.get(state_name) or _("等%(who)s%(what)s") % {"who": unit, "what": TURN[state_name]})
    if due is None:
        return Turn(words, state.tone, state.icon)
    left = remaining(clock.now(), due)
    tone = "late" if left.over else "soon" if left.time.days < NEAR_DAYS else state.tone
    return Turn(f"{words} · {left.words}", tone, "clock-history" if tone == "late" else state.icon)


def clocks(proposal: Proposal) -> list[dict[str, Any]]:
    """The limit of the answer, and of the opinions where units help: until when, and whether it was kept."""
    if proposal.unit_due is None or proposal.lead is None:
        return []
    stopped = proposal.replied_at if proposal.state in {"replied", "following", "closed", "archived"} else None
    late = (stopped or clock.now()) > proposal.unit_due
    left = remaining(clock.now(), proposal.unit_due).words
    words = left if stopped is None else _("超过时限才答复") if late else _("按时答复")
    unit = {
        "words": f"{proposal.lead.name} {words}",
        "due": proposal.unit_due,
        "late": late,
        "icon": "building",
        "why": "answer",
    }
    if not (proposal.helpers and proposal.co_due and stopped is None):
        return [unit]
    words = _("会办意见 %(left)s") % {"left": remaining(clock.now(), proposal.co_due).words}
    over = clock.now() > proposal.co_due
    return [unit, {"words": words, "due": proposal.co_due, "late": over, "icon": "people", "why": "co"}]


_ASKERS = {move.action for move in PROPOSAL.moves if move.permission == P.ASKER}
_STRANGERS = dict.fromkeys({*_ASKERS, "send"}, gettext_lazy("提出人")) | {"countersign": gettext_lazy("联名人")}
_FIRST = {
    "send": gettext_lazy("在网上提出"),
    "record": gettext_lazy("登记"),
    "import": gettext_lazy("导入"),
    "split_off": gettext_lazy("分出来"),
}


def events(steps: list[Told]) -> list[dict[str, Any]]:
    """The timeline as its building block wants it."""
    return timeline.events(PROPOSAL, steps, first=_FIRST, icons=STEP_ICONS, strangers=_STRANGERS)


STEP_ICONS = {
    "record": "inbox", "import": "upload", "split_off": "diagram-3", "submit": "send", "resubmit": "send", "screen": "eye", "file": "check-lg", "merge": "link-45deg",
    "unmerge": "arrow-counterclockwise", "split": "diagram-3", "ask_change": "reply", "refuse": "x-circle", "pass_on": "forward",
    "withdraw": "x-circle", "rescreen": "arrow-repeat", "assign": "send", "transfer": "forward", "sign": "person-check",
    "return": "arrow-return-left", "talk": "chat-square-text", "log": "journal-text", "consult": "people", "opine": "people",
    "save_draft": "file-earmark-text", "answer": "chat-left-text", "approve": "clipboard-check", "send_back": "reply",
    "audit": "flag", "audit_back": "reply", "ask_extension": "calendar-event", "approve_extension": "calendar-check",
    "refuse_extension": "x-lg", "rate": "star", "redo": "arrow-repeat", "resume": "sun", "archive": "archive", "correct": "pencil-square",
    "cosign": "plus-lg", "confirm": "check-circle", "attach": "paperclip", "remind": "bell", "supervise": "flag", "conflict": "eye-slash",
    "send": "inbox", "ask": "question-circle", "reply": "reply", "add": "plus-lg", "revise": "send", "countersign": "check-circle", "judge": "star",
    "take_back": "x-circle", "wish": "shield-check", "close_quiet": "clock", "reroute": "arrow-right", "follow": "diagram-3", "recompute": "clock",
}  # fmt: skip
AT_ONCE = {"screen", "sign"}  # need no word, lose nothing: one click
# The move that usually follows in a state.
NEXT = {
    "draft": "submit", "sent_back": "resubmit", "submitted": "file", "screening": "file", "filed": "assign", "returned": "assign",
    "assigned": "sign", "signed": "talk", "talking": "answer", "consulting": "opine", "drafting": "answer", "redo": "talk",
    "reviewing": "approve", "auditing": "audit", "extending": "approve_extension", "replied": "rate", "following": "resume",
}  # fmt: skip


def buttons(by: Actor, proposal: Proposal) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one next step and the other moves that this person may make now, as the action bar wants them."""
    moves = moves_for(by, proposal)
    steps = [button(proposal, move.action) for move in moves]
    usual = NEXT.get(proposal.state)
    first = next((step for step in steps if step["action"] == usual), None)
    if first is None:
        first = next((step for step, move in zip(steps, moves, strict=True) if move.primary), None)
    return first, [step for step in steps if step is not first]


def button(proposal: Proposal, action: str) -> dict[str, Any]:
    """One move as the action bar wants it."""
    return timeline.button(PROPOSAL, action, proposal.get_absolute_url(), at_once=action in AT_ONCE)
