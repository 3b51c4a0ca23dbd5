"""Pages of a long list, each from a mark on: the moment and key of the row beside which it begins, so that no page counts rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core.county import as_key

PAGE, COUNT_TO = 30, 1000
MARKS = ("after", "before", "page", "count")  # where in the list, not what is in it
YEARS = range(2000, 2100)  # at the ends of the calendar a day cannot be put into another time zone
Mark = tuple[datetime, UUID]
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """By which columns a list is ordered, newest first: a moment, then a key."""

    at: str
    key: str

    def columns(self, *, backwards: bool = False) -> tuple[str, str]:
        """The columns to order by."""
        return (self.at, self.key) if backwards else (f"-{self.at}", f"-{self.key}")

    def begin(self, rows: QuerySet[Row], after: Mark | None, before: Mark | None) -> QuerySet[Row]:
        """In order, from the row at which the page begins: newest first, or backwards when going back."""
        if after:
            at, key = after
            rows = rows.filter(**{f"{self.at}__lte": at}).exclude(**{self.at: at, f"{self.key}__gte": key})
        if before:
            at, key = before
            rows = rows.filter(**{f"{self.at}__gte": at}).exclude(**{self.at: at, f"{self.key}__lte": key})
        return rows.order_by(*self.columns(backwards=before is not None))

    def first(
        self,
        model: type[Row],
        ranges: list[QuerySet[Row]],
        number: int,
        *,
        backwards: bool = False,
        counted: bool = False,
    ) -> QuerySet[Row]:
        """The first rows of several ranges; of each its own first, as one order over all of them would sort every row.

        `counted`: any so many of them, along whichever index finds them soonest.
        """
        firsts = [(rows.order_by() if counted else rows)[:number] for rows in ranges]
        if len(firsts) == 1:
            return firsts[0]
        anywhere = reduce(or_, (Q(id__in=rows.values("id")) for rows in firsts))
        return model._base_manager.filter(anywhere).order_by(*self.columns(backwards=backwards))


def mark_from(text: str) -> Mark | None:
    """The row beside which a page begins, as an address has it, `<time>_<key>`; None for anything else."""
    at, _sep, key = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    found = as_key(key)
    return (moment, found) if found and moment.tzinfo and moment.year in YEARS else None


def mark_of(at: datetime, key: UUID) -> str:
    """The same for an address."""
    return f"{at.isoformat()}_{key}"


def address_at(request: HttpRequest, **place: str) -> str:
    """The list of this address at another place."""
    query = request.GET.copy()
    for name in MARKS:
        query.pop(name, None)
    query.update(place)
    return f"?{query.urlencode()}"


def pages(request: HttpRequest, marks: list[str], *, more: bool, wanted: Any) -> dict[str, str]:
    """The addresses of the page before and the page behind; `marks` are those of the rows shown."""
    if not marks:
        return {"first_url": address_at(request)} if wanted.after or wanted.before else {}
    earlier, later = (more, True) if wanted.before else (wanted.after is not None, more)
    found = {"previous_url": address_at(request, before=marks[0])} if earlier else {}
    return found | ({"next_url": address_at(request, after=marks[-1])} if later else {})


def how_many(request: HttpRequest, here: int | None, count: Callable[[bool], int]) -> dict[str, str]:
    """How many rows the list holds, in words; beyond 1,000 exactly when asked for. `here`: all of them stand on this page."""
    exact = request.GET.get("count") == "exact"
    number = count(exact) if here is None else here
    if number > COUNT_TO and not exact:
        return {"count": _("超过 1,000 条"), "exact_url": address_at(request, count="exact")}
    return {"count": ngettext("共 %(n)d 件", "共 %(n)d 件", number) % {"n": number}}
