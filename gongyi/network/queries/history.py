"""Reads about the past of the tree: statistics of earlier years keep the names and the parents of their time (P16)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gongyi.network.models import Unit, UnitChange

_ENDS = {UnitChange.Kind.CLOSED, UnitChange.Kind.MERGED}


@dataclass
class Then:
    """A unit as it was on a past day. `parent` is the key of the unit above at that time, None for the county."""

    unit: Unit
    name: str
    parent: UUID | None
    running: bool


def changes_of(unit: Unit) -> list[UnitChange]:
    """What became of the unit, newest first, with the units named in it."""
    rows = UnitChange.objects.filter(unit=unit).select_related("from_unit", "to_unit")
    return list(rows.order_by("-on", "-at"))


def tree_on(county: int, day: date) -> dict[UUID, Then]:
    """The units that worked on a day (changes of that day included), with their names and parents of the time. Two queries.

    Read backwards: today's tree with every later change undone. A unit without an opening date counts as old.
    """
    units = Unit.objects.filter(county=county).exclude(status=Unit.Status.PLANNED)
    then = {u.id: Then(u, u.name, u.parent_id, u.running) for u in units if u.since is None or u.since <= day}
    later = UnitChange.objects.filter(unit__county=county, on__gt=day)
    for change in later.order_by("-on", "-at", "-id"):
        if change.unit_id in then:
            _undo(then[change.unit_id], change)
    return {key: one for key, one in then.items() if one.running}


def _undo(one: Then, change: UnitChange) -> None:
    if change.kind == UnitChange.Kind.RENAMED:
        one.name = change.old
    elif change.kind == UnitChange.Kind.MOVED:
        one.parent = change.from_unit_id
    elif change.kind in _ENDS:
        one.running = True
    elif change.kind == UnitChange.Kind.REOPENED:
        one.running = False
