"""Who may do what to which promise. One predicate gives the check on a promise and the list (rights.md P3-P5, P8, P9).

The app knows no later app: each kind of record from which promises arise is registered by its own app as an `Origin`, which says
who may not see or act, where the record stands, whether its outcome is public, and tells those who were interested.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import functional

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, holds_at
from gongyi.promises.models import Promise
from gongyi.promises.workflow import PROMISE

OWN_PROOF = {"confirm", "send_back"}  # never by who brought the proof (P8)


def _nobody(_by: Actor) -> "QuerySet[Any, Any] | None":
    return None


@dataclass(frozen=True)
class Origin:
    """What the app of a record says of it.

    `hidden_from` and `apart_from` are the keys of records of which a person may see nothing, and for which they may not act
    (None: there are none such); `apart` are the accounts that may not act for one record. `address` leads to the record for who may see it, else ''. `published` are the keys of records
    whose outcome is public now, `public_address` leads there. `known` are names and numbers that the public never reads.
    `tell(promise, action, by)` tells those who were interested, by the record's own ways.
    """

    kind: str
    label: functional.Promise
    address: Callable[[Actor, UUID], str]
    tell: Callable[[Promise, str, Actor], None]
    hidden_from: Callable[[Actor], "QuerySet[Any, Any] | None"] = _nobody
    apart_from: Callable[[Actor], "QuerySet[Any, Any] | None"] = _nobody
    apart: Callable[[UUID], AbstractSet[UUID | None]] = lambda _key: frozenset()
    published: Callable[[int], "QuerySet[Any, Any] | None"] = lambda _county: None
    public_address: Callable[[int, UUID], str] = lambda _county, _key: ""
    known: Callable[[UUID], Mapping[str, list[str]]] = lambda _key: {}


_origins: dict[str, Origin] = {}


def register_origin(origin: Origin) -> None:
    """Add a kind of record from which promises arise. Raises ValueError for a kind that is taken by another."""
    if _origins.get(origin.kind, origin) is not origin:
        raise ValueError(origin.kind)
    _origins[origin.kind] = origin


def origins() -> list[Origin]:
    """All kinds, in the order in which they were registered."""
    return list(_origins.values())


def origin_of(kind: str) -> Origin:
    """The kind of this name. Raises KeyError for an unknown one."""
    return _origins[kind]


def visible_to(by: Actor) -> QuerySet[Promise]:
    """The promises that this person may open: their unit keeps it, gave the answer, supervises it or has to confirm it.

    A unit above or beside sees nothing else (P5); what the record's app hides from a person is hidden here too.
    """
    units = by.units(P.PROMISE_VIEW)
    near = Q(unit__in=units) | Q(origin_unit__in=units) | Q(overseer__in=units)
    judged = Q(second__in=by.units(P.PROMISE_CONFIRM), state="reported")
    rows = Promise.objects.filter(near | judged, county=by.county)
    return _without(rows, by, lambda origin: origin.hidden_from)


def _without(
    rows: QuerySet[Promise], by: Actor, which: Callable[[Origin], Callable[[Actor], Any]]
) -> QuerySet[Promise]:
    for origin in origins():
        keys = which(origin)(by)
        if keys is not None:
            rows = rows.exclude(kind=origin.kind, origin__in=keys)
    return rows


def is_apart(by: Actor, promise: Promise) -> bool:
    """Whether the record is about this person, or they declared a conflict there. Asked once for each promise."""
    apart: AbstractSet[UUID | None] | None = promise.__dict__.get("_apart")
    if apart is None:
        apart = promise.__dict__["_apart"] = origin_of(promise.kind).apart(promise.origin)
    return by.id in apart


def can_move(by: Actor, promise: Promise, move: Move) -> bool:
    """Whether this person may make this move on a promise that they may see, whatever its state.

    Adds to the table: no one confirms or sends back their own proof (P8) or makes public what they wrote themselves, no
    supervisor calls a promise broken before its day is over, and nobody acts in a matter that concerns them.
    """
    if by.system:
        return holds_at(by, promise, move)
    if move.action in OWN_PROOF and by.id == promise.reported_by:
        return False
    if move.action == "publish" and (promise.public or by.id in {promise.made_by, promise.reported_by}):
        return False
    if (move.action == "unpublish" and not promise.public) or (move.action == "judge" and promise.due >= clock.today()):
        return False
    return holds_at(by, promise, move) and not is_apart(by, promise)


def moves_for(by: Actor, promise: Promise) -> list[Move]:
    """The moves that this person may make now, in table order."""
    return [move for move in PROMISE.leaving(promise.state) if can_move(by, promise, move)]


def turn_of(by: Actor) -> QuerySet[Promise]:
    """The promises for which this person has something to do now, by `can_move`: awake ones of their units, proofs to check, late ones to supervise."""
    today = clock.today()
    mine = Q(state="due", wakes_on__lte=today, unit__in=by.units(P.PROMISE_KEEP))
    checks = Q(state="reported", second__in=by.units(P.PROMISE_CONFIRM)) & (
        Q(reported_by=None) | ~Q(reported_by=by.key)
    )
    late = Q(state="due", due__lt=today, overseer__in=by.units(P.PROMISE_SUPERVISE))
    rows = visible_to(by).filter(mine | checks | late)
    return _without(rows, by, lambda origin: origin.apart_from)


def may_hear_of(by: Actor, key: UUID) -> bool:
    """Whether the reader may still open the promise."""
    return visible_to(by).filter(id=key).exists()
