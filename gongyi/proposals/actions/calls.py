"""A unit asks everybody: the call is written, opened, ended, and what came of it is told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.said import say
from gongyi.core.tracking import new_slug
from gongyi.core.workflow import check_seen, first_step, perform
from gongyi.network.models import Unit
from gongyi.proposals.actions.moving import tell_answerers
from gongyi.proposals.models import Call, CallStep
from gongyi.proposals.rules import can_move_call
from gongyi.proposals.workflow import CALL

TEXTS = ("title", "question", "invited", "use")
SHORTEST = 4  # characters of a reason


@transaction.atomic
def make_call(*, by: Actor, unit: Unit, **facts: Any) -> Call:
    """A new call of this unit, which nobody outside sees until it is opened; `facts` as for `edit_call`.

    Raises PermissionDenied for who may not screen suggestions there, ValidationError by field.
    """
    if unit.county != by.county or not by.can(P.PROPOSAL_SCREEN, unit.id):
        raise PermissionDenied
    call = Call(
        id=new_key(by.county), county=by.county, unit=unit, slug=new_slug(), state="draft", changed_at=clock.now(),
        made_by=by.id, **_checked(**facts),
    )  # fmt: skip
    call.save()
    first_step(call, "make", by=by, step=CallStep, parent="call")
    return call


def _checked(
    *, title: str, question: str, invited: str, since: date, until: date, use: str, comments: bool, supports: bool
) -> dict[str, Any]:
    """The clean facts of a call. Raises ValidationError by field."""
    facts = {"title": title.strip(), "question": question.strip(), "invited": invited.strip(), "use": use.strip()}
    wrong: dict[str, Any] = {name: _("请写几个字。") for name, text in facts.items() if not text}
    if until < since:
        wrong["until"] = _("结束的日子在开始以前。")
    elif until < clock.today():
        wrong["until"] = _("请选今天或以后的日子。")
    if wrong:
        raise ValidationError(wrong)
    return facts | {"since": since, "until": until, "comments": comments, "supports": supports}


def _move(call: Call, action: str, *, by: Actor, seen: int | None, changes: Mapping[str, Any], **words: Any) -> Call:
    """One move of the table, with its line in the timeline and its audit row."""
    perform(
        call, CALL[action], by=by, rule=can_move_call, step=CallStep, parent="call", seen=seen, changes=changes, **words
    )
    return call


@transaction.atomic
def edit_call(call: Call, *, by: Actor, seen: int | None = None, **facts: Any) -> Call:
    """改内容, while nobody outside saw it."""
    check_seen(call, seen, mine=str(facts.get("question", "")))
    return _move(call, "edit", by=by, seen=seen, changes=_checked(**facts))


@transaction.atomic
def open_call(call: Call, *, by: Actor, seen: int | None = None) -> Call:
    """开始征集. Raises ValidationError when its last day went by meanwhile."""
    if call.until < clock.today():
        raise ValidationError(_("结束的日子已经过了，请先改日子。"))
    return _move(call, "open", by=by, seen=seen, changes={})


@transaction.atomic
def drop_call(call: Call, *, by: Actor, seen: int | None = None) -> Call:
    """不开了, before anybody saw it."""
    return _move(call, "drop", by=by, seen=seen, changes={})


@transaction.atomic
def extend_call(call: Call, *, by: Actor, until: date, reason: str, seen: int | None = None) -> Call:
    """改到哪天为止: later or earlier, never in the past; the day that was told first stays to be seen."""
    if until < max(clock.today(), call.since):
        raise ValidationError({"until": _("请选今天或以后的日子。")})
    note = say(gettext_lazy("原来到 %(day)s 为止"), day=call.until.isoformat())
    return _move(call, "extend", by=by, seen=seen, changes={"until": until}, reason=_reason(reason), note=note)


@transaction.atomic
def switch_call(call: Call, *, by: Actor, comments: bool, supports: bool, seen: int | None = None) -> Call:
    """开关评论和支持: what was written and supported so far stays."""
    return _move(call, "switch", by=by, seen=seen, changes={"comments": comments, "supports": supports})


@transaction.atomic
def close_call(call: Call, *, by: Actor, reason: str, seen: int | None = None) -> Call:
    """提前结束."""
    return _move(call, "close", by=by, seen=seen, changes={}, reason=_reason(reason))


@transaction.atomic
def tell_call(call: Call, *, by: Actor, outcome: str, seen: int | None = None) -> Call:
    """公布结果: what was taken up, what was not, and why; whoever answered hears of it. Raises ValidationError for no word, and while suggestions still come in."""
    if call.phase in {"open", "soon"}:
        raise ValidationError(_("还在收建议。到期以后，或者先“提前结束”，再公布结果。"))
    facts = {"outcome": _outcome(outcome), "told_at": clock.now()}
    _move(call, "tell", by=by, seen=seen, changes=facts, note=facts["outcome"])
    tell_answerers(call, by=by)
    return call


@transaction.atomic
def amend_call(call: Call, *, by: Actor, outcome: str, reason: str, seen: int | None = None) -> Call:
    """改结果: the text that stood there stays to be read, with the reason."""
    check_seen(call, seen, mine=outcome)
    facts = {"outcome": _outcome(outcome)}
    return _move(call, "amend", by=by, seen=seen, changes=facts, reason=_reason(reason), note=call.outcome)


def _outcome(text: str) -> str:
    if not text.strip():
        raise ValidationError({"outcome": _("请写有什么结果。")})
    return text.strip()


def _reason(text: str) -> str:
    if len(text.strip()) < SHORTEST:
        raise ValidationError({"reason": _("请写清原因，至少四个字。")})
    return text.strip()


CALL_ACTS = {
    "edit": edit_call, "open": open_call, "drop": drop_call, "extend": extend_call, "switch": switch_call, "close": close_call,
    "tell": tell_call, "amend": amend_call,
}  # fmt: skip


def follow_call(call: Call, into: Unit, *, by: Actor) -> Call:
    """The unit that asked went into another (P16)."""
    reason = f"{call.unit.name} → {into.name}"
    return _move(call, "follow", by=by, seen=None, changes={"unit_id": into.id}, reason=reason)
