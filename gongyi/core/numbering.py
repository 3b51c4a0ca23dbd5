"""Numbers without gaps, given in the transaction that stores the row, never reused (one series per register)."""

from uuid import UUID

from django.db.models import F

from gongyi.core import clock
from gongyi.core.models import NumberSeries, RegisterLine


def next_number(*, county: int, series: str, subject: UUID) -> str:
    """Give the next number of a series in this year and enter it in the register: "2026-0001".

    Call it inside the transaction that stores the row, so that a failed row leaves no gap; the series' row is locked.
    """
    year = clock.today().year
    rows = NumberSeries.objects.filter(county=county, series=series, year=year)
    if not rows.update(last=F("last") + 1):
        NumberSeries.objects.bulk_create(
            [NumberSeries(county=county, series=series, year=year, last=0)], ignore_conflicts=True
        )
        rows.update(last=F("last") + 1)
    number = rows.values_list("last", flat=True).get()
    RegisterLine(county=county, series=series, year=year, number=number, subject=subject).save()
    return show(series, year, number)


def show(series: str, year: int, number: int) -> str:
    """How a number is written: the series' mark if it has one, year, at least four digits."""
    return f"{series}{year}-{number:04d}"


def strike(*, county: int, subject: UUID, fate: RegisterLine.Fate, why: str) -> None:
    """Mark a number as void or erased; it stays in the register."""
    RegisterLine.objects.filter(county=county, subject=subject).update(fate=fate, why=why[:200])
