"""What casework adds to other parts: open matters in a hand-over pack, and why a unit cannot be closed yet."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from gongyi.casework.models import Case, CasePart
from gongyi.casework.models.case import OPEN
from gongyi.casework.queries.words import turn_of
from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.people.queries.handover import Line


def open_matters(unit: Unit) -> list[str]:
    """Why a unit cannot be closed yet: the open cases that it handles or assigns, also while it is somebody else's turn."""
    rows = CasePart.objects.filter(county=unit.county, unit=unit, until=None, state__in=OPEN)
    number = rows.filter(Q(my_turn=True) | Q(part__in=["lead", "desk"])).count()
    sentence = ngettext("还有 %(n)d 件没办结的归%(unit)s。", "还有 %(n)d 件没办结的归%(unit)s。", number)
    return [sentence % {"n": number, "unit": unit.name}] if number else []


def _open_in(unit: Unit, **wanted: Any) -> QuerySet[CasePart]:
    """The unit's open cases but for complaints about a person, who may be the one that gives, takes or makes the pack."""
    rows = CasePart.objects.filter(county=unit.county, unit=unit, until=None, case__closed_at=None, **wanted)
    rows = rows.filter(case__about_account=None)
    return rows.exclude(state="void").select_related("case", "case__turn_unit").order_by("due", "id")


def _line(case: Case) -> Line:
    return Line(case.number, turn_of(case).words, case.turn_due, case.get_absolute_url())


def handover_lines(_giver: Account, unit: Unit) -> Iterator[Line]:
    """Open cases whose next step is the unit's, the most pressing first."""
    return (_line(row.case) for row in _open_in(unit, my_turn=True))


def handover_drafts(_giver: Account, unit: Unit) -> Iterator[Line]:
    """Open cases of the unit with an unfinished answer."""
    return (_line(row.case) for row in _open_in(unit, case__lead=unit).exclude(case__draft=""))


def handover_waiting(_giver: Account, unit: Unit) -> Iterator[Line]:
    """Open cases of the unit that wait for somebody else."""
    return (_line(row.case) for row in _open_in(unit, my_turn=False))
