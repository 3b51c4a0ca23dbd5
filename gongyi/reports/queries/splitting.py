"""A figure divided: by kind, channel, topic, outcome, and by the units below; the parts add up to the figure."""

from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from gongyi.core import figures
from gongyi.core.county import as_key
from gongyi.core.figures import Figure, Period, Scope
from gongyi.network.models import Unit
from gongyi.reports.queries.counting import tree_for

NONE = "none"  # in an address: those that have no value
CAUSE_SPLITS = ("reason", "corrected")  # those that say why something went wrong
LONGEST = 200  # characters of a reason in an address


class Part(NamedTuple):
    """One part of a figure: its value as an address has it, its name, and how many."""

    value: str
    name: str
    number: int


def names_of(county: int, split: str) -> dict[str, str]:
    """What the values of a split are called, in the order in which they are shown."""
    return {value: str(name) for value, name in figures.splits[split].values(county).items()}


def named(county: int, split: str, numbers: dict[str, int]) -> list[Part]:
    """The parts that are not zero, in the order of their names, those without a value last."""
    names, one = names_of(county, split), figures.splits[split]
    if one.free:  # the county's own, as they were chosen
        names |= {value: value for value in sorted(numbers) if value and value not in names}
    found = [Part(value, name, numbers[value]) for value, name in names.items() if numbers.get(value)]
    rest = sum(number for value, number in numbers.items() if value not in names)
    return [*found, Part(NONE, str(one.without), rest)] if rest else found


def parts_by(figure: Figure, scope: Scope, split: str) -> list[Part]:
    """A figure by the values of a split; together they are the figure."""
    counted = figures.count_by([figure.id], scope, split)
    return named(scope.county, split, {str(value or ""): line[figure.id] for value, line in counted.items()})


def parts_by_unit(figure: Figure, unit: Unit, period: Period, where: tuple[tuple[str, Any], ...] = ()) -> list[Part]:
    """A figure by the units directly below, by code, and last what counts for the unit itself; the value is the unit's key."""
    tree = tree_for(unit.county, period)
    counted = figures.count_by([figure.id], Scope(unit.county, period, None, where), "unit")

    def of(units: frozenset[UUID]) -> int:
        return sum(line[figure.id] for key, line in counted.items() if key in units)

    found = [Part(str(key), tree.units[key].name, of(tree.counted(key))) for key in tree.below(unit.id)]
    return [*found, Part("", _("%(unit)s自己") % {"unit": unit.name}, of(tree.counted(unit.id, alone=True)))]


def where_of(county: int, figure: Figure, query: Any) -> tuple[tuple[tuple[str, Any], ...], list[tuple[str, str]]]:
    """The conditions that an address names, and each as (split, words); what makes no sense is no condition."""
    where, words = list[tuple[str, Any]](), list[tuple[str, str]]()
    for split in asked_splits(figure):
        value, one = query.get(split, ""), figures.splits[split]
        if not value:
            continue
        names = names_of(county, split)
        if value == NONE:
            where.append((split, None if one.keyed else ""))
            words.append((split, str(one.without)))
        elif value in names:
            where.append((split, as_key(value) if one.keyed else value))
            words.append((split, names[value]))
        elif one.free and len(value) <= LONGEST:
            where.append((split, value))
            words.append((split, value))
    return tuple(where), words


def asked_splits(figure: Figure) -> list[str]:
    """The ways by which this figure may be divided, in the order in which pages show them."""
    return [name for name in figures.splits if name in figure.source.splits]
