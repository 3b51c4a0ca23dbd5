"""The list behind a number: as many rows as it says, of which each person sees those that they may open (P4, P5)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from gongyi.core import figures, lists
from gongyi.core.access import Actor
from gongyi.core.figures import Figure, Period, Scope, Source
from gongyi.people.queries import exports
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.splitting import NONE, where_of
from gongyi.reports.queries.units import fetch_unit

PAGE = 50
LIST = "figure"  # the word for these rows in the query of an export
_MARKS = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "%&=+;# "})


class Behind(NamedTuple):
    """How many rows a number has, how many of them the person may open, and those of one page."""

    number: int
    open: int
    rows: list[dict[str, Any]]
    pages: int


def record_of(source: Source) -> str:
    """The column with the key of the record that opens."""
    return f"{source.record}_id" if source.record else "pk"


def openable(by: Actor, figure: Figure, scope: Scope) -> QuerySet[Any]:
    """The rows behind a figure whose record this person may open, the oldest first."""
    rows = figures.rows_of(figure.id, scope)
    if not by.can(lists.kind(figure.source.opens).permission):
        return rows.none()
    seen = lists.opened(figure.source.opens).seen(by, record_of(figure.source))
    return rows.filter(seen).order_by(_moment(figure), "pk")


def open_of(by: Actor, source: Source, keys: Iterable[UUID]) -> dict[UUID, str]:
    """Where these records stand, of those that this person may open."""
    if not by.can(lists.kind(source.opens).permission):
        return {}
    kind = lists.opened(source.opens)
    rows = kind.model.objects.filter(county=by.county, id__in=list(keys)).filter(kind.seen(by, "pk"))
    return {one.pk: one.get_absolute_url() for one in rows.only("id")}


def behind(by: Actor, figure: Figure, scope: Scope, *, page: int = 1) -> Behind:
    """The rows of one page, 1 being the first; a page beyond the last is the last."""
    number, found = figures.rows_of(figure.id, scope).count(), openable(by, figure, scope)
    seen = found.count()
    pages = max(-(-seen // PAGE), 1)
    first = (min(max(page, 1), pages) - 1) * PAGE
    columns = (record_of(figure.source), _moment(figure))
    pairs = list(found.values_list(*columns)[first : first + PAGE])
    known = lists.opened(figure.source.opens).lines(list({key for key, _at in pairs}))
    return Behind(number, seen, [known[key] | {"at": at} for key, at in pairs if key in known], pages)


def as_export(figure: Figure, scope: Scope, *, unit: UUID, alone: bool) -> str:
    """The query by which the rows behind a number are exported; what needs no other mark stands as it is, so that it stays short."""
    facts = {
        "list": LIST,
        "figure": figure.id,
        "unit": str(unit),
        "from": f"{scope.period.first}",
        "to": f"{scope.period.last}",
    }
    facts |= {name: NONE if value in {None, ""} else str(value) for name, value in scope.where} | (
        {"alone": "on"} if alone else {}
    )
    return "&".join(f"{name}={value.translate(_MARKS)}" for name, value in facts.items())


def exported(by: Actor, facts: Mapping[str, str], most: int) -> list[UUID]:
    """The records behind a number that this person may open now, one for each row; none where the number is no longer theirs to see."""
    try:
        one, unit = figures.figure(facts["figure"]), fetch_unit(by, facts["unit"])
    except (KeyError, Http404):
        return []
    if not isinstance(one, Figure) or not exports.is_exported(one.source.opens):
        return []
    where, _words = where_of(by.county, one, facts)
    period = Period(date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"]))
    scope = scope_of(unit, period, where=where, alone=bool(facts.get("alone")))
    return list(openable(by, one, scope).values_list(record_of(one.source), flat=True)[:most])


def _moment(figure: Figure) -> str:
    return figure.source.at or "recorded_at"
