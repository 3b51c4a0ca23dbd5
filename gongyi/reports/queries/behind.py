"""The list behind a number: as many rows as it says, of which each person sees those that they may open (P4, P5)."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from gongyi.casework.queries.lists import row, rows_named
from gongyi.casework.rules import parts_visible_to
from gongyi.core import figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Scope
from gongyi.core.search import Seldom

PAGE = 50


class Behind(NamedTuple):
    """How many rows a number has, how many of them the person may open, and those of one page."""

    number: int
    open: int
    rows: list[dict[str, Any]]
    pages: int


def openable(by: Actor, figure: Figure, scope: Scope) -> QuerySet[Any]:
    """The rows behind a figure whose case this person may open, the oldest first."""
    rows = figures.rows_of(figure.id, scope)
    if not by.can(P.CASE_VIEW):
        return rows.none()
    case = figure.source.record
    seen = Exists(parts_visible_to(by).filter(Seldom("case", OuterRef(f"{case}_id" if case else "pk"))))
    return rows.filter(seen).order_by(_moment(figure), "pk")


def behind(by: Actor, figure: Figure, scope: Scope, *, page: int = 1) -> Behind:
    """The rows of one page, 1 being the first; a page beyond the last is the last."""
    number, found = figures.rows_of(figure.id, scope).count(), openable(by, figure, scope)
    seen = found.count()
    pages = max(-(-seen // PAGE), 1)
    first = (min(max(page, 1), pages) - 1) * PAGE
    columns = (f"{figure.source.record}_id" if figure.source.record else "pk", _moment(figure))
    return Behind(number, seen, _printed(list(found.values_list(*columns)[first : first + PAGE])), pages)


def _moment(figure: Figure) -> str:
    return figure.source.at or "recorded_at"


def _printed(found: list[tuple[UUID, Any]]) -> list[dict[str, Any]]:
    """As a list of cases prints them, each with the moment for which it is counted."""
    known = rows_named(list({case for case, _at in found}))
    return [row(known[case]) | {"at": at} for case, at in found if case in known]
