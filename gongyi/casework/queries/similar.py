"""Open cases that may be about the same matter as what is being typed: those that one sees, and whether another unit has one."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.casework.models.case import OPEN
from gongyi.casework.queries.lists import row, rows_of, seen
from gongyi.casework.rules import visible_to
from gongyi.core import search
from gongyi.core.access import Actor
from gongyi.core.imports.runs import pending
from gongyi.core.search.alike import RANKED, Alike, alike

SHOWN, ELSEWHERE = 0.18, 0.24  # how much must be shared: below, most are about something else
MOST, SHORTEST = 3, 6


@dataclass(frozen=True)
class Similar:
    """The lines of a list, each with `key` and, in `more`, the words that both share; `elsewhere`: another unit has one that this person may not see."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: bool = False


def similar(by: Actor, text: str, *, besides: UUID | None = None) -> Similar:
    """Open cases like this text. Of those that the person may not see only that there is one, and never of a tip-off or a
    complaint about the service.
    """
    if sum(char.isalnum() for char in text) < SHORTEST:
        return Similar()
    kind, case = search.KINDS["case"], Case.objects.filter(id=OuterRef("subject"), state__in=OPEN, first=None)
    fit = Q(Exists(case.filter(hides_asker=False))) & ~Q(subject=besides) & ~Q(subject__in=pending(by.county))
    found = alike(kind, by.county, text, fit)
    near = {one.subject: one for one in found if one.score >= SHOWN and one.words}
    mine = {case.id: case for case in rows_of(visible_to(by).filter(id__in=list(near)))}
    hidden = [key for key, one in near.items() if key not in mine and one.score >= ELSEWHERE]
    if len(mine) < MOST and len(found) == RANKED:  # those of others stand in the way of one's own
        sight = seen(by, None)
        again = alike(kind, by.county, text, fit & (sight.rows if sight.few else sight.each))
        near = {one.subject: one for one in again if one.score >= SHOWN and one.words}
        mine = {case.id: case for case in rows_of(visible_to(by).filter(id__in=list(near)))}
    best = [key for key in near if key in mine][:MOST]
    rows = [row(mine[key]) | {"key": key, "more": _why(near[key])} for key in best]
    return Similar(rows, elsewhere=_may_be_told(hidden))


def _may_be_told(keys: list[UUID]) -> bool:
    """Whether one of these cases may be hinted at: no complaint about the service. By key alone: with the county SQLite would
    walk through all of its cases.
    """
    facts = Case.objects.filter(id__in=keys).values_list("about_unit", "about_account")
    return any(unit is None and person is None for unit, person in facts)


def _why(one: Alike) -> str:
    words = "”“".join(one.words)
    return format_html('<p class="excerpt quiet">{}</p>', _("都写到“%(words)s”") % {"words": words})
