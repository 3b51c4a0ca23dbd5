"""The dashboard of a unit and a month: thirteen months as a line, the month divided. From the stored months; what is not stored is counted now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.core import clock, figures
from gongyi.core.figures import Period, Rate, Scope, Value
from gongyi.network.models import Unit
from gongyi.network.queries import Tree, days_of_change
from gongyi.reports.queries.counting import scope_of, tree_for
from gongyi.reports.queries.monthly import counted_at, stored, stored_by_unit, stored_split
from gongyi.reports.queries.rates import rates_for
from gongyi.reports.queries.splitting import Part, named

MONTHS = 13
LINES = ["cases.received", "cases.closed"]
SHOWN = ["cases.received", "cases.closed", "cases.closed_in_time_rate", "cases.response_rate", "cases.resolution_rate", "cases.satisfaction_rate"]  # fmt: skip
OUTCOMES = {
    "cases.solved": "solved", "cases.partly": "partly", "cases.explained": "explained", "cases.declined": "declined",
    "cases.withdrawn": "withdrawn", "cases.merged": "merged", "cases.other_end": "",
}  # fmt: skip
SPLITS = ("type", "channel", "topic")


@dataclass(frozen=True)
class Board:
    """What the page shows: the months of the line with their numbers, the chosen month's figures and parts, and when it was counted."""

    month: Period
    months: list[tuple[Period, dict[str, int]]]
    values: list[Value]
    splits: dict[str, list[Part]]
    outcomes: list[tuple[str, Part]]
    units: list[tuple[Part, Part]]
    live: set[date]
    counted: datetime | None


@dataclass
class _Months:
    """The stored months of a unit, each with the units that counted for it at its end."""

    unit: Unit
    counted: Mapping[date, datetime]
    scopes: dict[date, Scope] = field(default_factory=dict)

    def scope(self, month: Period) -> Scope:
        """What counts for the unit in a month; one tree serves all months between two changes of the network."""
        return self.scopes[month.first]

    def prepare(self, months: list[Period], tree: Tree) -> None:
        """Of each month the scope, from the newest back; `tree` is that of the newest."""
        changes, found = sorted(days_of_change(self.unit.county, months[0].last), reverse=True), tree
        last = months[-1].last
        for month in reversed(months):
            if any(month.last < day <= last for day in changes) and self.unit.tier != Unit.Tier.COUNTY:
                found = tree_for(self.unit.county, month)
            last = month.last
            self.scopes[month.first] = scope_of(self.unit, month, tree=found)


def last_whole(today: date) -> Period:
    """The month that was over last."""
    return Period.month(today.year, today.month).before()


def dashboard(unit: Unit, month: Period | None = None) -> Board:
    """The board of a unit for a calendar month, by default the one that was over last; the line ends with the month that goes on."""
    this = Period.month(*_of(clock.today()))
    months = [this]
    while len(months) < MONTHS:
        months.insert(0, months[0].before())
    month = month or months[-2]
    every = months if month in months else [month, *months]
    kept = _Months(unit, counted_at(unit.county, [one.first for one in every]))
    tree = tree_for(unit.county, month)
    kept.prepare(months, tree if month.last >= months[-2].last else tree_for(unit.county, this))
    if month not in months:
        kept.scopes[month.first] = scope_of(unit, month, tree=tree)
    rates = rates_for(unit.county, month)
    base = _base([rates.get(key) or figures.figure(key) for key in SHOWN] + [figures.figure(key) for key in OUTCOMES])
    numbers = _counted(kept, month, base)
    values = [figures.value_of(rates.get(key) or figures.figure(key), numbers) for key in SHOWN]
    lines = _lines(kept, months)
    live = {one.first for one in every if one.first not in kept.counted}
    newest = max(kept.counted.values(), default=None)
    outcomes = _outcomes(numbers)
    return Board(month, lines, values, _splits(kept, month), outcomes, _units(kept, month, tree), live, newest)


def _of(day: date) -> tuple[int, int]:
    return day.year, day.month


def _base(asked: Iterable[Any]) -> list[str]:
    found = [key for one in asked for key in ((*one.above, *one.below) if isinstance(one, Rate) else (one.id,))]
    return [*dict.fromkeys(found)]


def _counted(kept: _Months, month: Period, keys: list[str]) -> dict[str, int]:
    """Base figures of one month, stored or counted now."""
    scope = kept.scope(month)
    if month.first not in kept.counted:
        return {key: int(value.value or 0) for key, value in figures.count(keys, scope).items()}
    rows = stored(scope.county, month.first, month.first, keys, scope.units)
    return rows.get(month.first) or dict.fromkeys(keys, 0)


def _lines(kept: _Months, months: list[Period]) -> list[tuple[Period, dict[str, int]]]:
    """The line's figures in every month: of months in a row with the same units one query."""
    found: dict[date, dict[str, int]] = {}
    for units in {kept.scope(month).units for month in months if month.first in kept.counted}:
        same = [month.first for month in months if month.first in kept.counted and kept.scope(month).units == units]
        rows = stored(kept.unit.county, same[0], same[-1], LINES, units)
        found |= {first: rows.get(first) or dict.fromkeys(LINES, 0) for first in same}
    return [(month, found.get(month.first) or _counted(kept, month, LINES)) for month in months]


def _splits(kept: _Months, month: Period) -> dict[str, list[Part]]:
    """What came in that month by each split."""
    scope, key, found = kept.scope(month), LINES[0], {}
    for split in SPLITS:
        if month.first in kept.counted:
            numbers = stored_split(scope.county, month, key, split, scope.units)
        else:
            live = figures.count_by([key], scope, split)
            numbers = {str(value or ""): line[key] for value, line in live.items()}
        found[split] = named(scope.county, split, numbers)
    return found


def _outcomes(numbers: Mapping[str, int]) -> list[tuple[str, Part]]:
    """How the cases that ended that month ended, each with the figure that counts it."""
    labels = {value: str(label) for value, label in Case.Outcome.choices} | {"": _("没有写结果")}
    return [(key, Part(value, labels[value], numbers[key])) for key, value in OUTCOMES.items() if numbers[key]]


def _units(kept: _Months, month: Period, tree: Tree) -> list[tuple[Part, Part]]:
    """What came in and what ended for each unit directly below, by code, and last for the unit itself."""
    unit = kept.unit
    if month.first in kept.counted:
        rows = stored_by_unit(unit.county, month.first, LINES)
    else:
        rows = figures.count_by(LINES, Scope(unit.county, month), "unit")
    names = {str(key): (tree.units[key].name, tree.counted(key)) for key in tree.below(unit.id)}
    if not names:
        return []
    names[""] = (_("%(unit)s自己") % {"unit": unit.name}, tree.counted(unit.id, alone=True))
    return [
        (Part(value, name, _sum(rows, LINES[0], units)), Part(value, name, _sum(rows, LINES[1], units)))
        for value, (name, units) in names.items()
    ]


def _sum(rows: Mapping[UUID, Mapping[str, int]], key: str, units: frozenset[UUID]) -> int:
    return sum(line[key] for unit, line in rows.items() if unit in units)
