"""Open cases that may be about the same matter as what is being typed: those that one sees, and whether another unit has one."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.casework.models.case import OPEN
from gongyi.casework.queries.lists import row, rows_of
from gongyi.casework.rules import visible_to
from gongyi.core import search
from gongyi.core.access import Actor
from gongyi.core.search.alike import Alike, alike

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
    case = Case.objects.filter(id=OuterRef("subject"), state__in=OPEN, first=None)
    found = alike(search.KINDS["case"], by.county, text, Q(Exists(case)) & ~Q(subject=besides))
    near = {one.subject: one for one in found if one.score >= SHOWN and one.words}
    seen = {case.id: case for case in rows_of(visible_to(by).filter(id__in=near, hides_asker=False))}
    best = [key for key in near if key in seen][:MOST]
    hidden = [key for key, one in near.items() if key not in seen and one.score >= ELSEWHERE]
    rows = [row(seen[key]) | {"key": key, "more": _why(near[key])} for key in best]
    return Similar(rows, elsewhere=_may_be_told(hidden))


def _may_be_told(keys: list[UUID]) -> bool:
    """Whether one of these cases may be hinted at. By key alone: with the county SQLite would walk through all of its cases."""
    facts = Case.objects.filter(id__in=keys).values_list("hides_asker", "about_unit", "about_account")
    return any(not hides and unit is None and person is None for hides, unit, person in facts)


def _why(one: Alike) -> str:
    words = "”“".join(one.words)
    return format_html('<p class="excerpt quiet">{}</p>', _("都写到“%(words)s”") % {"words": words})
