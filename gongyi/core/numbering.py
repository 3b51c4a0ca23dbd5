"""Numbers without gaps, given in the transaction that stores the row, never reused (one series per register)."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F

from gongyi.core import clock
from gongyi.core.models import NumberSeries, RegisterLine


def next_number(*, county: int, series: str, subject: UUID) -> str:
    """Give the next number of a series in this year and enter it in the register: "2026-0001".

    Call it inside the transaction that stores the row, so that a failed row leaves no gap; the series' row is locked.
    """
    return next_numbers(county=county, series=series, subjects=[subject])[0]


def next_numbers(*, county: int, series: str, subjects: Sequence[UUID]) -> list[str]:
    """The same for several rows of one transaction, in their order: as many numbers as subjects, without a gap."""
    year, many = clock.today().year, len(subjects)
    rows = NumberSeries.objects.filter(county=county, series=series, year=year)
    if not rows.update(last=F("last") + many):
        NumberSeries.objects.bulk_create(
            [NumberSeries(county=county, series=series, year=year, last=0)], ignore_conflicts=True
        )
        rows.update(last=F("last") + many)
    first = rows.values_list("last", flat=True).get() - many + 1
    facts = {"county": county, "series": series, "year": year}
    RegisterLine.objects.bulk_create(
        RegisterLine(number=number, subject=subject, **facts) for number, subject in enumerate(subjects, start=first)
    )
    return [show(series, year, number) for number in range(first, first + many)]


def show(series: str, year: int, number: int) -> str:
    """How a number is written: the series' mark if it has one, year, at least four digits."""
    return f"{series}{year}-{number:04d}"


def strike(*, county: int, subject: UUID, fate: RegisterLine.Fate, why: str) -> None:
    """Mark a number as void or erased; it stays in the register."""
    strike_all(county=county, subjects=[subject], fate=fate, why=why)


def strike_all(*, county: int, subjects: Sequence[UUID], fate: RegisterLine.Fate, why: str) -> None:
    """The same for several."""
    RegisterLine.objects.filter(county=county, subject__in=subjects).update(fate=fate, why=why[:200])
