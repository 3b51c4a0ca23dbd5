"""The reception register (接待登记表): sheets are numbered and printed, their lines typed back in, each once."""

from datetime import date
from secrets import choice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from gongyi.casework.actions.intake import AskerFacts, open_case
from gongyi.casework.models import ReceptionRow, ReceptionSheet
from gongyi.casework.queries.reception import LETTERS, MARK
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit


@transaction.atomic
def make_sheets(*, by: Actor, unit: Unit, day: date, pages: int) -> list[ReceptionSheet]:
    """So many more pages of a unit's register for a day; each line gets a code of its own. Raises PermissionDenied."""
    if not by.can(P.CASE_RECORD, unit.id):
        raise PermissionDenied
    there = ReceptionSheet.objects.filter(county=by.county, unit=unit, day=day).count()
    made = [
        ReceptionSheet(
            county=by.county, unit=unit, day=day, page=there + number + 1, mark=_mark(by.county), made_at=clock.now(), made_by=by.id
        )
        for number in range(pages)
    ]  # fmt: skip
    for sheet in made:
        sheet.save()
    return made


def _mark(county: int) -> str:
    while True:
        mark = "".join(choice(LETTERS) for _ in range(MARK))
        if not ReceptionSheet.objects.filter(county=county, mark=mark).exists():
            return mark


@transaction.atomic
def type_in(lines: list[tuple[ReceptionSheet, int, dict[str, Any]]], *, by: Actor) -> int:
    """Make a case of each line that is none yet; returns how many. Lines typed in before stay as they are.

    Raises as `open_case`; then nothing of this lot is stored.
    """
    made = 0
    for sheet, line, facts in lines:
        if ReceptionRow.objects.filter(county=by.county, sheet=sheet, line=line).exists():
            continue
        asker = AskerFacts(name=facts.pop("name", ""), phone=facts.pop("phone", ""))
        case = open_case(by=by, unit=sheet.unit, asker=asker, **facts)
        ReceptionRow(county=by.county, sheet=sheet, line=line, case=case, at=clock.now()).save()
        made += 1
    return made
