"""What every move of a promise shares: the table's move, who is told in the offices, who else was interested."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import functional
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor, Permission
from gongyi.core.access import Permission as P
from gongyi.core.workflow import perform
from gongyi.network.models import Unit
from gongyi.people.actions.telling import tell_holders
from gongyi.people.queries import somebody_else
from gongyi.promises.models import Promise, PromiseStep
from gongyi.promises.rules import can_move, origin_of
from gongyi.promises.workflow import NEWS, PROMISE

# What the offices are told of each move that ends a promise or puts it off: its unit and the one that gave the answer.
_WORDS: dict[str, functional.Promise] = {
    "confirm": gettext_lazy("承诺已兑现"),
    "move": gettext_lazy("承诺改了日子"),
    "admit": gettext_lazy("承诺没有兑现"),
    "judge": gettext_lazy("承诺被认定没有兑现"),
    "withdraw": gettext_lazy("承诺撤回了"),
    "end": gettext_lazy("承诺随出处撤回了"),
}


def move(
    promise: Promise,
    action: str,
    *,
    by: Actor,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
    reason: object = "",
) -> Promise:
    """Make one move of the table and tell who was interested; returns the promise. Raises as `core.workflow.perform` does."""
    perform(
        promise, PROMISE[action], by=by, rule=can_move, step=PromiseStep, parent="promise", seen=seen, changes=changes,
        note=note, reason=reason if isinstance(reason, str) else str(reason), mine=note or str(reason),
    )  # fmt: skip
    if action in NEWS:
        places: dict[UUID | None, Permission] = dict.fromkeys((promise.unit_id, promise.origin_unit_id), P.PROMISE_KEEP)
        tell(promise, places, by=by, event="promise.news", words=_WORDS[action])
        origin_of(promise.kind).tell(promise, action, by)
    return promise


def tell(
    promise: Promise, wanted: Mapping[UUID | None, Permission], *, by: Actor, event: str, words: functional.Promise
) -> None:
    """One message to each holder of a permission in a unit, but for whoever has to stand apart; it names the promise by its number."""
    tell_holders(
        wanted, by=by, event=event, words=words, number=promise.number, path=promise.get_absolute_url(),
        subject=promise.id, besides=origin_of(promise.kind).apart(promise.origin),
    )  # fmt: skip


def checker_of(promise: Promise, *, besides: UUID | None) -> Unit:
    """The nearest unit, from the promise's own upwards, where somebody besides this person may confirm (P8, P9).

    Raises Refused `nobody` when there is none up to the county.
    """
    return somebody_else(
        promise.unit, P.PROMISE_CONFIRM, besides={besides, *origin_of(promise.kind).apart(promise.origin)}
    )
