"""Reads of rates: which formula holds, the raw rate beside the reviewed one, the cases left out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gongyi.casework.rules import visible_to
from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.figures import Period, Rate, Scope, Value
from gongyi.reports.models import Formula, LeftOut


@dataclass(frozen=True)
class Reviewed:
    """A rate as counted and, where cases were left out of it by two people, without them: the two always stand side by side."""

    raw: Value
    without: Value | None
    left_out: int

    @property
    def words(self) -> str:
        """As a text prints it."""
        if self.without is None:
            return self.raw.text
        return _("%(raw)s（复核后%(reviewed)s，剔除%(n)d件）") % {
            "raw": self.raw.text,
            "reviewed": self.without.text,
            "n": self.left_out,
        }


def rates() -> list[Rate]:
    """The rates as the product ships them."""
    return [one for one in figures.figures() if isinstance(one, Rate)]


def rates_for(county: int, period: Period) -> dict[str, Rate]:
    """Each rate by the formula in force on the period's last day, today while the period goes on: the county's own latest, else the product's, version 0."""
    found, day = {one.id: one for one in rates()}, min(period.last, clock.today())
    for row in Formula.objects.filter(county=county, since__lte=day).order_by("since", "version"):
        if row.rate in found:
            found[row.rate] = as_rate(row)
    return found


def as_rate(row: Formula) -> Rate:
    """The rate with this version's figures, and the formula in words."""
    shipped = figures.figure(row.rate)
    assert isinstance(shipped, Rate)
    above, below = tuple(row.above.split()), tuple(row.below.split())
    return replace(shipped, above=above, below=below, scope=in_words(above, below), version=row.version)


def in_words(above: Iterable[str], below: Iterable[str]) -> str:
    """A formula as people read it: （甲＋乙）÷ 丙."""
    return " ÷ ".join(_sum(keys) for keys in (above, below))


def _sum(keys: Iterable[str]) -> str:
    names = [str(figures.figure(key).name) for key in keys]
    return names[0] if len(names) == 1 else _("（%(sum)s）") % {"sum": _("＋").join(names)}


def versions(county: int, rate: str) -> list[Formula]:
    """What the county has set for a rate, newest first."""
    return list(Formula.objects.filter(county=county, rate=rate).order_by("-version"))


def left_out(county: int, rate: str) -> frozenset[UUID]:
    """The cases that two people left out of a rate."""
    rows = LeftOut.objects.filter(county=county, rate=rate, agreed=True, ended_at=None)
    return frozenset(rows.values_list("case", flat=True))


def reviewed(scope: Scope, rates: dict[str, Rate], raw: dict[str, Value]) -> dict[str, Reviewed]:
    """Each rate's raw value beside the reviewed one; only rates from which something is left out are counted again."""
    found, taken = {}, _left_out_by_rate(scope.county)
    for key, rate in rates.items():
        gone = taken.get(key, frozenset())
        without = figures.count([key], replace(scope, without=gone), rates=rates)[key] if gone else None
        fewer = _counted_of(gone, rate, scope) if gone else 0
        found[key] = Reviewed(raw[key], without if fewer else None, fewer)
    return found


def _counted_of(cases: frozenset[UUID], rate: Rate, scope: Scope) -> int:
    """How many of these cases the rate counts in the scope, above or below its line, each once."""
    found = set[UUID]()
    for key in {*rate.above, *rate.below}:
        one = figures.figure(key)
        if isinstance(one, figures.Figure):
            column = one.source.record or "pk"
            found.update(
                figures.rows_of(key, scope).filter(**{f"{column}__in": cases}).order_by().values_list(column, flat=True)
            )
    return len(found)


def _left_out_by_rate(county: int) -> dict[str, frozenset[UUID]]:
    found: dict[str, set[UUID]] = {}
    for rate, case in LeftOut.objects.filter(county=county, agreed=True, ended_at=None).values_list("rate", "case"):
        found.setdefault(rate, set()).add(case)
    return {rate: frozenset(cases) for rate, cases in found.items()}


def left_out_rows(by: Actor, rate: str) -> list[LeftOut]:
    """What was asked and judged about a rate, the newest 200, of the cases that this person may see."""
    return list(_seen(by).filter(rate=rate, ended_at=None).order_by("-asked_at")[:200])


def left_out_row(by: Actor, key: UUID) -> LeftOut:
    """What was asked about a case that this person may see; otherwise Http404, as if it had never existed (P3)."""
    return get_object_or_404(_seen(by), id=key)


def _seen(by: Actor) -> QuerySet[LeftOut]:
    return LeftOut.objects.filter(county=by.county, case__in=visible_to(by)).select_related("case")
