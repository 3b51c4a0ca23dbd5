"""Reads of reports: which ones one may see, what they say now, what changed since they were signed, the records behind a figure."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from gongyi.core import figures
from gongyi.core.access import Actor
from gongyi.core.figures import Figure, Rate
from gongyi.people.queries import staff_named
from gongyi.reports.models import (
    Report,
    ReportComment,
    ReportFigure,
    ReportFile,
    ReportPart,
    ReportStep,
    ReportTemplate,
    ReportVersion,
)
from gongyi.reports.queries.behind import open_of, record_of
from gongyi.reports.queries.composing import Block, compose
from gongyi.reports.queries.drafting import counted_period
from gongyi.reports.queries.ties import BEFORE, Counted, Tie, groups, records_of, ties_of
from gongyi.reports.rules.report import reports_judged_by, reports_visible_to

ROWS = 200


def fetch(by: Actor, key: UUID) -> Report:
    """The report, if this person may see it; otherwise Http404, as if it had never existed (P3)."""
    found = reports_visible_to(by).filter(id=key).select_related("unit", "second", "topic").first()
    if found is None:
        raise Http404
    return found


def ours(by: Actor, *, limit: int = 100) -> list[Report]:
    """The latest changed reports that one may see."""
    return list(reports_visible_to(by).select_related("unit").order_by("-changed_at", "-id")[:limit])


def to_judge(by: Actor) -> list[Report]:
    """The reports that wait for this person's word, the longest waiting first."""
    return list(reports_judged_by(by).select_related("unit").order_by("changed_at", "id"))


def counted_of(report: Report) -> Counted:
    """The figures of a report, not yet counted."""
    return Counted(report.unit, counted_period(report.kind, report.period), report.topic)


def parts_of(report: Report) -> list[ReportPart]:
    """The parts under work, in order."""
    return list(ReportPart.objects.filter(county=report.county, report=report).order_by("position"))


def blocks_of(report: Report) -> list[Block]:
    """What stands under work, with the figures of now."""
    return compose(counted_of(report), parts_of(report))


def timeline(report: Report) -> list[ReportStep]:
    """Everything that happened to a report, oldest first."""
    return list(ReportStep.objects.filter(county=report.county, report=report).order_by("seq"))


def versions_of(report: Report) -> list[ReportVersion]:
    """Every text that was signed, the newest first."""
    return list(ReportVersion.objects.filter(county=report.county, report=report).order_by("-number"))


def version_number(report: Report, said: str) -> int | None:
    """The number of a text that was signed, as a form sends it; None for ''. Raises Http404 for one that there is not."""
    if not said:
        return None
    if said not in {str(number) for number in range(1, report.current + 1)}:
        raise Http404
    return int(said)


def places_of(report: Report) -> dict[int, str]:
    """The parts of a report by their place, as people call them."""
    return {part.position: part.heading or str(part.get_kind_display()) for part in parts_of(report)}


def comments_of(report: Report, places: Mapping[int, str] | None = None) -> list[tuple[ReportComment, str]]:
    """What was said about it with the part it is about ('' for all of it), those that are still open first."""
    rows = ReportComment.objects.filter(county=report.county, report=report)
    named = places_of(report) if places is None else places
    ordered = sorted(rows.order_by("at", "id"), key=lambda row: row.done_at is not None)
    return [(row, named.get(row.position, "") if row.position is not None else "") for row in ordered]


def comment_of(report: Report, key: UUID) -> ReportComment:
    """One of them. Raises Http404."""
    found = ReportComment.objects.filter(county=report.county, report=report, id=key).first()
    if found is None:
        raise Http404
    return found


def files_of(report: Report, *, limit: int = 20) -> list[ReportFile]:
    """The files that left the house, the newest first."""
    return list(ReportFile.objects.filter(county=report.county, report=report).order_by("-at", "-id")[:limit])


def templates_of(county: int) -> list[ReportTemplate]:
    """The county's own templates in use."""
    return list(ReportTemplate.objects.filter(county=county, active=True).order_by("name"))


def template_of(county: int, key: UUID | None) -> ReportTemplate:
    """One of them. Raises Http404."""
    found = ReportTemplate.objects.filter(county=county, active=True, id=key).first() if key else None
    if found is None:
        raise Http404
    return found


def person(county: int, key: UUID | None) -> str:
    """The name of somebody who works here; '' for nobody."""
    found = staff_named(county, key)
    return found.name if found else ""


def frozen_of(version: ReportVersion) -> list[ReportFigure]:
    """The frozen figures of a signed text: the whole first, then its groups."""
    return sorted(version.figures.all(), key=lambda row: ("|" in row.tie, row.tie))


class Changed(NamedTuple):
    """A frozen figure that is another number now, or that counts other records (`value` the same)."""

    name: str
    scope: str
    then: str
    now: str
    tie: str


def changed_since(version: ReportVersion, *, records: bool = False) -> list[Changed]:
    """Which figures of a signed text are not what they were; with `records` also those that count others, at the cost of reading every number."""
    frozen = {tie: row for row in version.figures.order_by("id") for tie in ties_of("{{" + row.tie + "}}")}
    counted = counted_of(version.report).count(frozen)
    behind = records_of(counted, frozen) if records else {}
    found = []
    for tie, row in frozen.items():
        now = counted.text(tie)
        if now != row.value or (records and behind[tie].digest != row.digest):
            found.append(Changed(row.name, row.scope, row.value, now, row.tie))
    return sorted(found, key=lambda one: ("|" in one.tie, one.tie))


class Evidence(NamedTuple):
    """What stands behind a figure: its name, how it is counted, how many records, some of them as (number, address or '')."""

    name: str
    scope: str
    value: str
    total: int
    rows: list[tuple[str, str]]
    parts: list[tuple[str, str]]

    @property
    def closed(self) -> bool:
        """Whether some of the records are not this person's to open."""
        return any(not url for _number, url in self.rows)


def evidence(by: Actor, report: Report, text: str) -> Evidence:
    """The records behind a tie of this report; an address only for those that one may open. Of a rate what it is made of. Raises Http404."""
    tie = next(iter(ties_of("{{" + text + "}}")), None)
    if tie is None or tie.case or not tie.known:
        raise Http404
    counted = counted_of(report)
    one = counted.value(tie).figure
    if isinstance(one, Rate):
        parts = [
            (str(figures.figure(key).name), f"{key}{f'@{BEFORE}' if tie.of == BEFORE else ''}")
            for key in (*one.above, *one.below)
        ]
        return Evidence(str(one.name), str(one.scope), counted.text(tie), 0, [], parts)
    rows = _rows(counted, one, tie)
    total = rows.count()
    columns = (one.source.number, record_of(one.source))
    pairs = list(rows.order_by(one.source.at or "recorded_at", "pk").values_list(*columns)[:ROWS])
    mine = open_of(by, one.source, {key for _number, key in pairs})
    told = [(number, mine.get(key, "")) for number, key in pairs]
    return Evidence(str(one.name), str(one.scope), counted.text(tie), total, told, [])


def _rows(counted: Counted, one: Figure, tie: Tie) -> QuerySet[Any]:
    before = tie.of == BEFORE
    rows = figures.rows_of(one.id, counted.scope(before=before))
    if tie.split == "unit":
        return rows.filter(**{f"{one.source.unit}__in": counted.members(before=before).get(tie.group, frozenset())})
    if tie.split:
        wanted = [value for value, name in groups(report_county(counted), tie.split).items() if name == tie.group]
        return rows.filter(**{f"{one.source.splits[tie.split]}__in": wanted})
    return rows


def report_county(counted: Counted) -> int:
    """The county whose figures these are."""
    return int(counted.unit.county)
