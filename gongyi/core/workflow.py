"""The one place where a state changes: a table of moves, a conditional update, timeline and audit in one transaction.

The same table draws the buttons, the diagram in the docs and the tests. An app names its table and its step model; its
`rules.py` says who may make which move on which row; its `actions.py` calls `perform`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from gongyi.core import audit, clock
from gongyi.core.access import Actor, Permission
from gongyi.core.county import CountyModel
from gongyi.core.errors import Refused
from gongyi.core.said import SaidField


@dataclass(frozen=True)
class State:
    """A state as staff and as residents read it; `tone` and `icon` choose its look, `open` whether work remains."""

    label: Promise
    resident: Promise
    tone: str = "plain"
    icon: str = "circle"
    open: bool = True


@dataclass(frozen=True)
class Move:
    """One row of the table: who (permission, at which of the record's units) may lead it from where to where.

    `target` None keeps the state. `places` are names of the record's unit columns (or of a set of units); the mover must hold the
    permission in one of them. `needs` are the facts the action asks for. `tells` is the half sentence that says the consequence.
    """

    action: str
    label: Promise
    sources: tuple[str, ...]
    target: str | None
    permission: Permission
    places: tuple[str, ...]
    tells: Promise
    needs: tuple[str, ...] = ()
    primary: bool = False
    grave: bool = False


@dataclass(frozen=True)
class Table:
    """The states and moves of one kind of record, in the order in which the buttons stand."""

    kind: str
    label: Promise
    states: Mapping[str, State]
    moves: tuple[Move, ...]
    start: str
    by_action: dict[str, Move] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for move in self.moves:
            unknown = ({*move.sources} | {move.target or self.start}) - self.states.keys()
            if unknown or move.action in self.by_action:
                raise ValueError(f"{self.kind}: {move.action} is doubled or names unknown states {unknown}")
            self.by_action[move.action] = move

    def __getitem__(self, action: str) -> Move:
        return self.by_action[action]

    def leaving(self, state: str) -> Iterable[Move]:
        """The moves that start in this state, in table order."""
        return (move for move in self.moves if state in move.sources)

    def choices(self) -> list[tuple[str, Promise]]:
        """The states as model choices."""
        return [(name, state.label) for name, state in self.states.items()]


class Tracked(CountyModel):
    """Base of a record with a state. `version` counts its changes; a form carries the version that its writer saw."""

    state = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class Step(CountyModel):
    """Base of an app's timeline: one line per change, never edited."""

    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    source = models.CharField(max_length=12, blank=True)
    target = models.CharField(max_length=12)
    actor = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80)
    unit = models.UUIDField(null=True)
    unit_label = models.CharField(max_length=80, blank=True)
    reason = SaidField(blank=True)
    note = SaidField(blank=True)

    class Meta:
        abstract = True


class Conflict(CountyModel):
    """Base of an app's rows on who may not act in a record, because it is about them or they declared it; `hidden`: nor see it."""

    account = models.UUIDField()
    hidden = models.BooleanField(default=False)
    why = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True


Rule = Callable[[Actor, Any, Move], bool]


def perform(
    record: Tracked,
    move: Move,
    *,
    by: Actor,
    rule: Rule,
    step: type[Step],
    parent: str,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    target: str | None = None,
    note: str = "",
    reason: str = "",
    mine: str = "",
) -> None:
    """Make one move: check, update where the old state still holds, write the timeline line and the audit row.

    `seen` is the version that the writer had before them (None: the loaded one). `changes` are other columns set with it.
    `target` overrides the table's where a move may end in several states. The record in memory is brought up to date.
    Raises PermissionDenied (403) when the rule says no, Refused `wrong_state` when the table has no such move from here,
    Refused `stale` with both texts when somebody was faster.
    """
    check_seen(record, seen, mine=mine)
    if record.state not in move.sources:
        raise Refused(
            "wrong_state",
            _("这件事现在不能“%(action)s”。") % {"action": move.label},
            _("请刷新页面，看看它走到了哪一步。"),
            mine=mine,
        )
    if not rule(by, record, move):
        raise PermissionDenied
    old_state, new_state = record.state, target or move.target or record.state
    values = {**(changes or {}), "state": new_state, "changed_at": clock.now()}
    before = {name: getattr(record, name) for name in values if name != "changed_at"}
    with transaction.atomic():
        update_if_unchanged(record, values, seen=seen, mine=mine)
        _write_step(record, move.action, old_state, by=by, step=step, parent=parent, note=note, reason=reason)
        audit.record(
            by=by,
            action=move.action,
            kind=record._meta.label_lower,
            subject=record.pk,
            label=str(record),
            changes={name: (old, values[name]) for name, old in before.items() if old != values[name]},
        )


def check_seen(record: Tracked, seen: int | None, *, mine: str = "") -> None:
    """Raise Refused `stale` when the record moved on since the writer saw it: what else is wrong with the form is then old news."""
    if seen is not None and seen != record.version:
        raise _stale(record, mine)


def update_if_unchanged(record: Tracked, values: Mapping[str, Any], *, seen: int | None, mine: str = "") -> None:
    """UPDATE … WHERE state and version still are what the writer saw; raises Refused `stale` when they are not."""
    rows = type(record)._base_manager.filter(county=record.county, id=record.pk, state=record.state)
    version = record.version if seen is None else seen
    if not rows.filter(version=version).update(**values, version=version + 1):
        current = type(record)._base_manager.filter(county=record.county, id=record.pk).first()
        raise _stale(current, mine)
    for name, value in values.items():
        setattr(record, name, value)
    record.version = version + 1


def _stale(current: Any, mine: str) -> Refused:
    """Somebody was faster: the refusal with both texts."""
    return Refused(
        "stale",
        _("没有保存：这件事刚被别人改过。"),
        _("下面是两边的文字，请核对后再办一次。"),
        mine=mine,
        theirs=latest_text(current) if current else "",
    )


def latest_text(record: Any) -> str:
    """What stands in the record now, as the 409 page shows it; an app's model may say more in `latest_text`."""
    return str(record.latest_text()) if hasattr(record, "latest_text") else str(record)


def first_step(record: Tracked, action: str, *, by: Actor, step: type[Step], parent: str, note: str = "") -> None:
    """The timeline line and audit row of a record that was just made."""
    _write_step(record, action, "", by=by, step=step, parent=parent, note=note, reason="")
    audit.record(by=by, action=action, kind=record._meta.label_lower, subject=record.pk, label=str(record))


def first_steps(
    records: Sequence[Tracked], action: str, *, by: Actor, step: type[Step], parent: str, notes: Sequence[str]
) -> None:
    """The same for many records that were made together: a timeline line each, and one audit row that names them all."""
    step._base_manager.bulk_create(
        _step(record, action, "", by=by, step=step, parent=parent, note=note, reason="")
        for record, note in zip(records, notes, strict=True)
    )
    changes = {str(record)[:60]: ("", record.pk) for record in records}
    label = f"{records[0]} – {records[-1]}"
    audit.record(by=by, action=action, kind=records[0]._meta.label_lower, label=label, changes=changes)


def _write_step(
    record: Tracked, action: str, source: str, *, by: Actor, step: type[Step], parent: str, note: str, reason: str
) -> None:
    _step(record, action, source, by=by, step=step, parent=parent, note=note, reason=reason).save()


def _step(
    record: Tracked, action: str, source: str, *, by: Actor, step: type[Step], parent: str, note: str, reason: str
) -> Step:
    return step(
        county=record.county,
        **{parent: record},
        seq=record.version,
        at=clock.now(),
        action=action,
        source=source,
        target=record.state,
        actor=by.id,
        actor_label=by.name,
        unit=by.unit,
        unit_label=by.unit_name,
        note=note,
        reason=reason,
    )


def holds_at(by: Actor, record: Any, move: Move) -> bool:
    """The table's own condition: the permission, held in one of the units that the move names."""
    if by.system:
        return move.permission == Permission.SYSTEM
    if by.asks is not None:
        return move.permission == Permission.ASKER and record.pk == by.asks
    held = by.units(move.permission)
    return bool(held) and (not move.places or any(held & _units_at(record, place) for place in move.places))


def _units_at(record: Any, place: str) -> frozenset[UUID | None]:
    """The unit in a record's column, or the several units that stand behind a name."""
    units = getattr(record, place)
    return units if isinstance(units, frozenset) else frozenset({units})
