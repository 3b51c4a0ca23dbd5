"""The dashboard of a unit and a month: thirteen months as a line, the month divided. From the stored months; what is not stored is counted now."""

from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

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
COUNTED_NOW = 2000  # cases of the month that goes on: up to so many are counted as the page is opened
LINES = ["cases.received", "cases.closed"]
SHOWN = ["cases.received", "cases.closed", "cases.closed_in_time_rate", "cases.response_rate", "cases.resolution_rate", "cases.satisfaction_rate"]  # fmt: skip
OUTCOMES = {
    "cases.solved": "solved", "cases.partly": "partly", "cases.explained": "explained", "cases.declined": "declined",
    "cases.withdrawn": "withdrawn", "cases.merged": "merged", "cases.other_end": "",
}  # fmt: skip
SPLITS = ("type", "channel", "topic")
PROPOSALS = ["proposals.received", "proposals.answered", "proposals.answered_in_time_rate", "proposals.met_rate", "proposals.satisfied_rate", "proposals.promises_kept_rate"]  # fmt: skip
ANSWERED = "proposals.answered"


@dataclass(frozen=True)
class Board:
    """What the page shows: the months of the line with their numbers, the chosen month's figures and parts, and when it was counted.

    `proposals` and `results` are empty where nobody proposed. `live` are months counted now. `until`: the month that goes on has so many cases that its point on the line is of that moment.
    """

    month: Period
    months: list[tuple[Period, dict[str, int]]]
    values: list[Value]
    splits: dict[str, list[Part]]
    outcomes: list[tuple[str, Part]]
    units: list[tuple[Part, Part]]
    live: set[date]
    counted: datetime | None
    until: datetime | None
    proposals: list[Value]
    results: list[Part]


@dataclass
class _Months:
    """The months of a unit, each with the units that counted for it at its end; `counted` are those read from what is stored."""

    unit: Unit
    counted: dict[date, datetime]
    scopes: dict[date, Scope] = field(default_factory=dict)

    def scope(self, month: Period) -> Scope:
        """What counts for the unit in a month; one tree serves all months between two changes of the network."""
        return self.scopes[month.first]

    def prepare(self, months: list[Period], chosen: Period, tree: Tree) -> None:
        """The scope of each month; `tree` is that of the chosen one. Between two changes of the network one tree serves all months."""
        oldest = min(month.last for month in months)
        changes = days_of_change(self.unit.county, oldest) if self.unit.tier != Unit.Tier.COUNTY else []
        trees = {bisect(changes, chosen.last): tree}
        for month in months:
            since = bisect(changes, month.last)
            if since not in trees:
                trees[since] = tree_for(self.unit.county, month)
            self.scopes[month.first] = scope_of(self.unit, month, tree=trees[since])


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
    counted = counted_at(unit.county, [one.first for one in every])
    kept = _Months(unit, {one.first: counted[one.first] for one in every if counted.get(one.first, one.start) >= one.end})  # fmt: skip
    newest = max(kept.counted.values(), default=None)
    tree = tree_for(unit.county, month)
    kept.prepare(every, month, tree)
    rates = rates_for(unit.county, month)
    asked = {key: rates.get(key) or figures.figure(key) for key in (*SHOWN, *PROPOSALS, *OUTCOMES)}
    numbers = _counted(kept, month, _base(asked.values()))
    values = [figures.value_of(asked[key], numbers) for key in SHOWN]
    proposals = [figures.value_of(asked[key], numbers) for key in PROPOSALS]
    until = counted.get(this.first) if month != this and _many(kept, this) else None
    if until:
        kept.counted[this.first] = until
    lines = _lines(kept, months)
    live = {one.first for one in every if one.first not in kept.counted}
    outcomes = _outcomes(numbers)
    return Board(
        month, lines, values, {split: _split(kept, month, LINES[0], split) for split in SPLITS}, outcomes, _units(kept, month, tree), live,
        newest, until, proposals if any(value.value for value in proposals) else [], _split(kept, month, ANSWERED, "result"),
    )  # fmt: skip


def _many(kept: _Months, this: Period) -> bool:
    """Whether the month that goes on has more cases than are counted while somebody waits; by its stored rows."""
    row = stored(kept.unit.county, this.first, this.first, LINES, kept.scope(this).units).get(this.first, {})
    return row.get(LINES[0], 0) > COUNTED_NOW


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


def _split(kept: _Months, month: Period, key: str, split: str) -> list[Part]:
    """A figure of that month by a split."""
    scope = kept.scope(month)
    if month.first in kept.counted:
        numbers = stored_split(scope.county, month, key, split, scope.units)
    else:
        live = figures.count_by([key], scope, split)
        numbers = {str(value or ""): line[key] for value, line in live.items()}
    return named(scope.county, split, numbers)


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
    below = tree.below(unit.id)
    if not below:
        return []
    sums = {key: dict.fromkeys(LINES, 0) for key in (*below, unit.id)}
    shares = tree.shares(unit.id)
    for key, line in rows.items():
        if (share := shares.get(key)) in sums:
            for figure in LINES:
                sums[share][figure] += line[figure]
    names = {key: (str(key), tree.units[key].name) for key in below}
    names[unit.id] = ("", _("%(unit)s自己") % {"unit": unit.name})
    return [tuple(Part(*names[key], sums[key][figure]) for figure in LINES) for key in sums]  # type: ignore[misc]
