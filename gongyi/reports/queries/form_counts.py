"""Counts for one form: what many of its places ask of the same days and parts is asked of the database once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

from gongyi.core import figures
from gongyi.core.county import as_key
from gongyi.core.figures import Period, Scope
from gongyi.language.asked.ask import OWN, Ask
from gongyi.network.models import Unit
from gongyi.network.queries import Tree
from gongyi.reports.queries.counting import scope_of, tree_for

RECEIVED = "cases.received"
Where = tuple[tuple[str, Any], ...]


@dataclass
class Counter:
    """Counts for one form: figures of the same period and parts are asked for together, for all units at once."""

    unit: Unit
    period: Period
    asked: dict[tuple[Any, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    found: dict[tuple[Any, ...], dict[Any, dict[str, int]]] = field(default_factory=dict)
    trees: dict[Period, Tree] = field(default_factory=dict)
    below: dict[tuple[Period, UUID, bool], frozenset[UUID]] = field(default_factory=dict)

    def tree(self, period: Period) -> Tree:
        if period not in self.trees:
            self.trees[period] = tree_for(self.unit.county, period)
        return self.trees[period]

    def members(self, period: Period, unit: UUID, *, alone: bool = False) -> frozenset[UUID]:
        """The units that count for one; asked of the tree once, for every cell of a row asks it."""
        if (period, unit, alone) not in self.below:
            self.below[period, unit, alone] = self.tree(period).counted(unit, alone=alone)
        return self.below[period, unit, alone]

    def of(self, keys: Iterable[str], period: Period, ask: Ask, unit: UUID | None) -> dict[str, int]:
        """The base figures of a unit (None: the one that the form is for) in a period, with the ask's parts."""
        one = sorted(keys)
        members = None if unit is None else self.members(period, unit, alone=ask.unit == OWN)
        parts = {dimension: [_stored(dimension, key) for key in held] for dimension, _word, held in ask.by}
        where = tuple((dimension, tuple(values)) for dimension, values in sorted(parts.items()))
        places: Iterable[Any] = members or ()
        if len(parts) == 1:  # all values of the split at once, for the next row or column asks for another
            (split, values), where = where[0], ()
            by = self._by(one, period, split, beside="" if members is None else "unit")
            places = values if members is None else product(values, members)
        elif members is None:
            return self._by(one, period, "", where=where).get(None, dict.fromkeys(one, 0))
        else:
            by = self._by(one, period, "unit", where=where)
        lines = [line for place in places if (line := by.get(place))]
        return {key: sum(line.get(key, 0) for line in lines) for key in one}

    def _by(self, keys: list[str], period: Period, split: str, *, beside: str = "", where: Where = ()) -> dict[Any, dict[str, int]]:  # fmt: skip
        """Counts by a split, by unit of the whole county, by both, or in all (""); kept, for a form asks for one row after the other."""
        place = (period, split, beside, where)
        missing = [key for key in keys if key not in self.asked[place]]
        held = self.found.setdefault(place, {})
        if missing:
            self.asked[place] |= set(missing)
            scope = self._scope(period, where, whole="unit" in {split, beside})
            for value, counts in _counted(missing, scope, split, beside).items():
                held.setdefault(value, {}).update(counts)
        return held

    def _scope(self, period: Period, where: Where, *, whole: bool) -> Scope:
        own = scope_of(self.unit, period, where=where, tree=self.tree(period))
        return Scope(own.county, period, None, where) if whole else own

    def topics(self) -> list[tuple[Any, int]]:
        """(topic of the first level, number received), the largest first; those without a topic left out."""
        by = self._by([RECEIVED], self.period, "topic")
        listed = [(topic, counts.get(RECEIVED, 0)) for topic, counts in by.items() if topic is not None]
        return sorted(listed, key=lambda each: (-each[1], str(each[0])))


def _counted(keys: list[str], scope: Scope, split: str, beside: str) -> dict[Any, dict[str, int]]:
    if split:
        return figures.count_by(keys, scope, split, beside=beside)
    return {None: {key: int(value.value or 0) for key, value in figures.count(keys, scope).items()}}


def _stored(dimension: str, key: str) -> Any:
    """A part's key as the rows hold it; the empty one of topics: none."""
    return (as_key(key) if key else None) if dimension in {"type", "topic"} else key
