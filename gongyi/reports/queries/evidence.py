"""The records behind one number of a filled form: those that this person may open, and how many more there are."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, QueryDict

from gongyi.casework.models import Case
from gongyi.casework.rules import visible_to
from gongyi.core import figures
from gongyi.core.access import Actor
from gongyi.core.county import as_key
from gongyi.core.errors import Refused
from gongyi.core.figures import Period, Rate, Scope
from gongyi.network.models import Unit
from gongyi.network.queries import unit_named
from gongyi.reports.queries.counting import scope_of, tree_for
from gongyi.reports.queries.rates import rates_for
from gongyi.reports.rules.filling import units_filled_for

SHOWN = 200


@dataclass(frozen=True)
class Behind:
    """One base figure: its words, its number, the cases that may be opened, and how many are told as a number alone."""

    name: str
    scope: str
    number: int
    cases: list[Case]

    @property
    def others(self) -> int:
        return max(0, self.number - len(self.cases))


def behind(by: Actor, asked: QueryDict) -> tuple[Unit, Period, list[Behind]]:
    """What stands behind a number. Raises Http404 for what is not this person's, or no such question."""
    unit, period = _unit(by, asked), _period(asked)
    where = tuple((name, tuple(_stored(name, key) for key in asked.getlist(name))) for name in ("type", "channel", "urgency", "topic") if name in asked)  # fmt: skip
    scope = scope_of(unit, period, where=where)
    rates = rates_for(by.county, period)
    keys = list[str]()
    for key in asked.getlist("figure")[:5]:
        try:
            one = rates.get(key) or figures.figure(key)
        except KeyError:
            raise Http404 from None
        keys += [*one.above, *one.below] if isinstance(one, Rate) else [one.id]
    return unit, period, [_behind(by, key, scope) for key in dict.fromkeys(keys)]


def _behind(by: Actor, key: str, scope: Scope) -> Behind:
    one = figures.figure(key)
    rows = figures.rows_of(key, scope)
    source = getattr(one, "source", None)
    cases = rows.values(getattr(source, "record", "") or "pk")
    seen = visible_to(by).filter(id__in=cases).order_by("recorded_at", "id")[:SHOWN]
    return Behind(str(one.name), str(one.scope), rows.count(), list(seen))


def _unit(by: Actor, asked: QueryDict) -> Unit:
    """A unit for which this person fills forms, or one below it."""
    unit = unit_named(by.county, asked.get("unit"))
    if unit is None:
        raise Http404
    tree = tree_for(by.county, _period(asked))
    if not any(unit.id == own or unit.id in tree.counted(own) for own in units_filled_for(by) if own in tree.units):
        raise Http404
    return unit


def _period(asked: QueryDict) -> Period:
    try:
        return Period(date.fromisoformat(asked.get("from", "")), date.fromisoformat(asked.get("to", "")))
    except (ValueError, Refused):
        raise Http404 from None


def _stored(dimension: str, key: str) -> UUID | str | Any:
    return as_key(key) if dimension in {"type", "topic"} else key
