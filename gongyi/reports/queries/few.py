"""Small numbers before somebody from above, and who reads numbers alone (rights.md D9, threshold 5 inside the house).

A unit's figures themselves are shown exactly: each leads to its list, and the parts by unit add up. What is divided by what a matter
was about is not: there, one alone would say whose it is. Who works in the unit, or may open all that a number counts, sees it.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Scope
from gongyi.network.models import Unit
from gongyi.reports.queries.behind import openable
from gongyi.reports.queries.splitting import NONE, Part

FEWEST = 5  # below, numbers from 1 on are not told
LESS = f"<{FEWEST}"
Told = list[tuple[Part, str]]


def works_in(by: Actor, unit: Unit) -> bool:
    """Whether this person works in the unit: then its small numbers are told too."""
    return by.can(P.CASE_VIEW, unit.id)


def told(parts: Sequence[Part], *, small: Callable[[Part], bool]) -> Told:
    """Each part with the number as it is shown. Those below five are told only where `small` says so; where one alone is not told, the
    smallest other one is not either, so that it cannot be reckoned out of the whole; nothing is divided where the whole is below five.
    """
    hidden = {at for at, part in enumerate(parts) if 0 < part.number < FEWEST and not small(part)}
    if hidden and sum(part.number for part in parts) < FEWEST:
        return []
    others = sorted((part.number, at) for at, part in enumerate(parts) if at not in hidden and part.number)
    beside = {others[0][1]} if len(hidden) == 1 and others else set[int]()
    words = [
        LESS if at in hidden else _("不单列") if at in beside else str(part.number) for at, part in enumerate(parts)
    ]
    return list(zip(parts, words, strict=True))


def told_by(by: Actor, figure: Figure, scope: Scope, split: str, parts: Sequence[Part]) -> Told:
    """The parts of a figure by a split: small ones are told to who may open them all."""
    few = [part for part in parts if 0 < part.number < FEWEST]
    rows = openable(by, figure, scope).order_by().values_list(figure.source.splits[split]) if few else ()
    opened = {str(value or NONE): number for value, number in rows.annotate(n=Count("pk"))} if few else {}  # type: ignore[union-attr]
    return told(parts, small=lambda part: opened.get(part.value, 0) == part.number)


def told_by_unit(
    by: Actor, figure: Figure, scope: Scope, parts: Sequence[Part], members: Callable[[str], frozenset[UUID]]
) -> Told:
    """The same by the units below, of a figure under a condition; `members` are the units that count for a part."""
    few = [part for part in parts if 0 < part.number < FEWEST]
    rows = openable(by, figure, scope).order_by().values_list(figure.source.unit) if few else ()
    opened = dict(rows.annotate(n=Count("pk"))) if few else {}  # type: ignore[union-attr]
    return told(parts, small=lambda part: sum(opened.get(unit, 0) for unit in members(part.value)) == part.number)
