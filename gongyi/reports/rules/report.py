"""Who may see and move which report: those of one's own units, and those that wait for one's word (rights.md P5, P8, P9)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, holds_at
from gongyi.network.models import Unit
from gongyi.reports.models import Report, ReportStep
from gongyi.reports.workflow import REPORT

OWN_TEXT = {"check", "sign", "refuse"}  # never by who wrote it (P8)
WRITING = {"start", "edit", "ask", "amend"}


def may_write(by: Actor, unit: Unit) -> bool:
    """Whether this person may begin a report of the unit."""
    return by.can(P.CASE_RECORD, unit.id)


def reports_visible_to(by: Actor) -> QuerySet[Report]:
    """The reports of the units where one works, and those sent up to one's unit to be checked and signed; a unit beside sees none."""
    return Report.objects.filter(
        Q(unit__in=by.units(P.CASE_VIEW)) | Q(second__in=by.units(P.CASE_APPROVE)), county=by.county
    )


def writers_of(report: Report) -> set[UUID | None]:
    """Everybody who ever had a hand in the text."""
    steps = ReportStep.objects.filter(county=report.county, report=report, action__in=WRITING)
    return {*steps.values_list("actor", flat=True)} - {None}


def can_move_report(by: Actor, report: Report, move: Move) -> bool:
    """Whether this person may make this move on a report that they may see, whatever its state: nobody judges what they wrote."""
    if move.action in OWN_TEXT and by.id in writers_of(report):
        return False
    return holds_at(by, report, move)


def report_moves(by: Actor, report: Report) -> list[Move]:
    """The moves that this person may make now, in table order."""
    return [move for move in REPORT.leaving(report.state) if can_move_report(by, report, move)]


def reports_judged_by(by: Actor) -> QuerySet[Report]:
    """The reports that wait for this person's word: not those that they wrote (P8)."""
    rows = Report.objects.filter(county=by.county, state__in=["asked", "checked"], second__in=by.units(P.CASE_APPROVE))
    own = ReportStep.objects.filter(county=by.county, actor=by.key, action__in=WRITING, report=OuterRef("pk"))
    return rows.exclude(Exists(own))


def may_hear_of_report(by: Actor, key: UUID) -> bool:
    """Whether the reader may still open the report."""
    return reports_visible_to(by).filter(id=key).exists()
