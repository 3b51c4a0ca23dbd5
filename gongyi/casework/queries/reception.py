"""The reception register on paper: the codes of its lines, and which lines wait to be typed in."""

from datetime import date
from hashlib import sha256

from django.db.models import QuerySet

from gongyi.casework.models import ReceptionRow, ReceptionSheet
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing that hands write alike
_ALIKE = str.maketrans("ILO", "110")
MARK, CODE = 5, 8
MOST_PLACES = 99


def line_code(mark: str, line: int) -> str:
    """The eight letters of a line: the sheet's five, the line, and two that notice a slip."""
    body = mark + LETTERS[line]
    found = sha256(body.encode()).digest()
    return body + LETTERS[found[0] % 32] + LETTERS[found[1] % 32]


def sheet_of(by: Actor, code: str) -> ReceptionSheet | None:
    """The sheet on which a line with this code stands, of a unit for which this person records; None for a slip."""
    code = "".join(code.upper().split()).translate(_ALIKE)
    if len(code) != CODE or code[MARK] not in LETTERS or line_code(code[:MARK], LETTERS.index(code[MARK])) != code:
        return None
    return sheets(by).filter(mark=code[:MARK]).first()


def sheets(by: Actor) -> QuerySet[ReceptionSheet]:
    """The sheets of the units for which this person records."""
    return ReceptionSheet.objects.filter(county=by.county, unit__in=by.units(P.CASE_RECORD)).select_related("unit")


def sheets_of_day(by: Actor, unit: Unit, day: date) -> list[ReceptionSheet]:
    """All pages of a unit and day."""
    return list(sheets(by).filter(unit=unit, day=day).order_by("page"))


def lines_of_sheets(found: list[ReceptionSheet]) -> list[tuple[ReceptionSheet, int, str]]:
    """Every line of these pages with its code."""
    return [
        (sheet, line, line_code(sheet.mark, line)) for sheet in found for line in range(1, ReceptionSheet.LINES + 1)
    ]


def typed_lines(found: list[ReceptionSheet]) -> dict[str, ReceptionRow]:
    """The lines that have become cases, by code."""
    if not found:
        return {}
    rows = ReceptionRow.objects.filter(county=found[0].county, sheet__in=found).select_related("sheet", "case")
    return {line_code(row.sheet.mark, row.line): row for row in rows}


def places(unit: Unit) -> list[Unit]:
    """The places that a register offers by number: the unit and what is below it."""
    rows = Unit.objects.filter(county=unit.county, path__startswith=unit.path, status=Unit.Status.RUNNING)
    return list(rows.order_by("path")[:MOST_PLACES])
