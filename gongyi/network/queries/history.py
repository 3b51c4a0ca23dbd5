"""Reads about the past of the tree: statistics of earlier years keep the names and the parents of their time (P16)."""

from collections.abc import Iterable
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
    return _as_it_was(Unit.objects.filter(county=county), county, day)


def _as_it_was(units: Iterable[Unit], county: int, day: date) -> dict[UUID, Then]:
    """Those of these units that worked on a day, as they were."""
    begun = (u for u in units if u.status != Unit.Status.PLANNED and (u.since is None or u.since <= day))
    then = {u.id: Then(u, u.name, u.parent_id, u.running) for u in begun}
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


def days_of_change(county: int, since: date) -> list[date]:
    """The days after this one on which the tree changed: between two of them it is the same."""
    changes = UnitChange.objects.filter(unit__county=county, on__gt=since).values_list("on", flat=True).distinct()
    opened = Unit.objects.filter(county=county, since__gt=since).values_list("since", flat=True).distinct()
    return sorted({*changes, *(day for day in opened if day)})


@dataclass(frozen=True)
class Tree:
    """The tree of one day, and for every unit that ever was the one that it counts for on that day."""

    units: dict[UUID, Then]
    counts_for: dict[UUID, UUID]

    def below(self, unit: UUID) -> list[UUID]:
        """The units directly below, by code."""
        found = [key for key, one in self.units.items() if one.parent == unit]
        return sorted(found, key=lambda key: self.units[key].unit.code)

    def counted(self, unit: UUID, *, alone: bool = False) -> frozenset[UUID]:
        """Every unit whose records count for this one on that day: itself, those below it, and those that went into them.

        `alone` leaves out those below. What is counted below and alone together is what is counted for the unit.
        """
        return frozenset(
            key for key, at in self.counts_for.items() if at == unit or (not alone and unit in self._above(at))
        )

    def shares(self, unit: UUID) -> dict[UUID, UUID]:
        """Every unit whose records count for this one, with the unit directly below for which they count; with this one for its own."""
        below: dict[UUID, UUID | None] = {}

        def share(at: UUID) -> UUID | None:
            if at not in below:
                above = self.units[at].parent
                below[at] = None  # against a ring
                below[at] = at if unit in {above, at} else share(above) if above in self.units else None
            return below[at]

        found = {key: share(at) for key, at in self.counts_for.items()}
        return {key: one for key, one in found.items() if one is not None}

    def _above(self, unit: UUID) -> list[UUID]:
        found, at = list[UUID](), self.units[unit].parent
        while at is not None and at in self.units and at not in found:
            found.append(at)
            at = self.units[at].parent
        return found


def counting_tree(county: int, day: date) -> Tree:
    """Which unit counts for which on a day: statistics of a past period keep the tree of its last day (P16).

    A unit that had ended by then counts for its successor, without one for the unit above; one that was not yet there counts
    for the unit above. So every record of the county counts for exactly one unit of the tree. Three queries.
    """
    every = list(Unit.objects.filter(county=county))
    units, places = _as_it_was(every, county, day), {unit.id: unit.parent_id for unit in every}
    rows = UnitChange.objects.filter(unit__county=county, kind__in=[*_ENDS, UnitChange.Kind.OPENED]).order_by(
        "on", "at", "id"
    )
    for change in rows:
        if change.kind in _ENDS and change.on <= day:
            places[change.unit_id] = change.to_unit_id or change.from_unit_id
        elif change.kind == UnitChange.Kind.OPENED and change.on > day:
            places[change.unit_id] = change.to_unit_id
    for one in units.values():
        one.parent = _standing(one.parent, units, places) if one.parent else None
    return Tree(units, {key: at for key in places if (at := _standing(key, units, places))})


def _standing(key: UUID, units: dict[UUID, Then], places: dict[UUID, UUID | None]) -> UUID | None:
    """The unit of the tree that this one counts for: by where its matters went, in the end the county; None without a county."""
    gone, at = set[UUID](), key
    while at not in units:
        gone.add(at)
        follows = places.get(at)
        if follows is None or follows in gone:
            return next((top for top, one in units.items() if one.parent is None), None)
        at = follows
    return at
