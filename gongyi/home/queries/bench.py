"""What the bench compares the lists with."""

from typing import Any
from uuid import UUID

from gongyi.casework.models import CasePart, CaseStep


def bare_rows(county: int, unit: UUID, number: int) -> list[dict[str, Any]]:
    """The newest cases of a unit as plainly as Django can: one query over the index of the list, six columns, no rights."""
    rows = CasePart.objects.filter(county=county, unit=unit, until=None).order_by("-recorded_at", "-case")
    columns = ("case__number", "case__title", "case__lead__name", "case__topic__full_name", "state", "recorded_at")
    return list(rows.values(*columns)[:number])


def told_cases(county: int, unit: UUID, lines: int, number: int) -> list[tuple[UUID, str]]:
    """Key and number of cases of a unit whose timeline has at least so many lines, the newest first."""
    steps = CaseStep.objects.filter(county=county, unit=unit, seq=lines)
    return list(steps.order_by("-id").values_list("case", "case__number")[:number])
