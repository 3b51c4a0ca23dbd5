"""Reads of figures: which units a question covers, and each figure with the numbers of its records."""

from typing import Any
from uuid import UUID

from gongyi.core import clock, figures
from gongyi.core.figures import Figure, Period, Rate, Scope, Value
from gongyi.network.models import Unit
from gongyi.network.queries import Tree, counting_tree
from gongyi.reports.queries.rates import Reviewed, rates_for, reviewed


def tree_for(county: int, period: Period) -> Tree:
    """The tree by which a period is counted: that of its last day, today's while the period goes on (P16)."""
    return counting_tree(county, min(period.last, clock.today()))


def scope_of(
    unit: Unit,
    period: Period,
    *,
    where: tuple[tuple[str, Any], ...] = (),
    tree: Tree | None = None,
    alone: bool = False,
) -> Scope:
    """What counts for this unit in this period, itself and all below it, or itself `alone`. The county counts everything."""
    if unit.tier == Unit.Tier.COUNTY and not alone:
        return Scope(unit.county, period, None, where)
    tree = tree or tree_for(unit.county, period)
    return Scope(unit.county, period, tree.counted(unit.id, alone=alone), where)


def values(unit: Unit, period: Period) -> list[tuple[Value, Reviewed | None]]:
    """Every figure of the unit in the period, in the order in which the apps registered them; rates by the county's formulas, each with the reviewed one."""
    scope, rates = scope_of(unit, period), rates_for(unit.county, period)
    raw = figures.count([one.id for one in figures.figures()], scope, rates=rates)
    both = reviewed(scope, rates, raw)
    return [(value, both.get(key)) for key, value in raw.items()]


def numbers_of(figure: Figure, scope: Scope) -> list[str]:
    """The numbers of the records that a figure counts, one for each row, in order of time. Numbers alone: no text, no person."""
    source = figure.source
    return list(
        figures.rows_of(figure.id, scope)
        .order_by(source.at or "recorded_at", "pk")
        .values_list(source.number, flat=True)
    )


def as_facts(unit: Unit, period: Period) -> list[dict[str, Any]]:
    """Every figure for a program: id, name, value, and the numbers of the records behind it; of a rate what stands above and below."""
    scope, found = scope_of(unit, period), list[dict[str, Any]]()
    for value, beside in values(unit, period):
        one = value.figure
        line: dict[str, Any] = {"id": one.id, "name": str(one.name), "value": value.value}
        if isinstance(one, Rate) and beside:
            second = beside.without or value
            line |= {
                "above": value.above,
                "below": value.below,
                "version": one.version,
                "reviewed": second.value,
                "left_out": beside.left_out,
            }
        line["rows"] = numbers_of(one, scope) if isinstance(one, Figure) else []
        found.append(line)
    return found


def parts(unit: Unit, period: Period, keys: list[str]) -> dict[UUID | None, dict[str, int]]:
    """Base figures for each unit directly below, and under None what counts for the unit alone: together they are the unit's own figure.

    Units without a row are there with zeros. Two queries for each source.
    """
    tree = tree_for(unit.county, period)
    by_unit = figures.count_by(keys, Scope(unit.county, period), "unit")
    groups: dict[UUID | None, frozenset[UUID]] = {key: tree.counted(key) for key in tree.below(unit.id)}
    groups[None] = tree.counted(unit.id, alone=True)
    return {
        group: {key: sum(by_unit.get(one, {}).get(key, 0) for one in members) for key in keys}
        for group, members in groups.items()
    }
