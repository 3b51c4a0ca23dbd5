"""What the import pages show: one's own imports, and what a table would become."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import get_language

from gongyi.core import clock, imports
from gongyi.core.access import Actor
from gongyi.core.imports.plan import SHOWN, kept, kind_of, remembered, sample
from gongyi.core.imports.table import LOOKED_AT
from gongyi.core.models import ImportRun
from gongyi.core.secrets import mask_text
from gongyi.network.models import Unit

FIXED = 20  # rows with problems that one page shows
A_MINUTE = 10_000  # rows that a small machine stores
NARROW = 20  # characters that fit into a narrow column


def runs_of(by: Actor) -> QuerySet[ImportRun]:
    """One's own imports, the newest first."""
    return ImportRun.objects.filter(county=by.county, account=by.key).order_by("-asked_at", "batch")


def fetch_run(by: Actor, key: UUID) -> ImportRun:
    """One of one's own, while one may still import of its kind. Raises Http404 for any other."""
    run = runs_of(by).filter(id=key).first()
    if run is None or run.kind not in imports.KINDS or not kind_of(run).may(by, run.unit):
        raise Http404
    return run


def kind_named(by: Actor, name: str) -> imports.Kind:
    """A kind that this person may import. Raises Http404 for any other."""
    kind = imports.KINDS.get(name)
    if kind is None or not kind.may(by, None):
        raise Http404
    return kind


def sources(by: Actor, kind: str) -> list[str]:
    """Who sent tables before, the latest first, for the field's suggestions."""
    rows = ImportRun.objects.filter(county=by.county, kind=kind).exclude(source="")
    found = rows.order_by("-asked_at").values_list("source", flat=True)[:200]
    return list(dict.fromkeys(found))[:10]


def units_for(by: Actor, kind: imports.Kind) -> list[Unit]:
    """The units into which this person may import; of kinds that count for the whole county, the county's own."""
    units = Unit.objects.filter(county=by.county).order_by("path")
    if not kind.per_unit:
        return list(units.filter(tier=Unit.Tier.COUNTY))
    return [unit for unit in units.filter(id__in={held.unit for held in by.held}) if kind.may(by, unit.id)]


@dataclass(frozen=True)
class Heading:
    """A column of the table: its place, heading, first cells, what it means and by what that was found."""

    at: int
    heading: str
    sample: list[str]
    means: str
    how: str


@dataclass(frozen=True)
class Preview:
    """What a draft would do."""

    run: ImportRun
    kind: imports.Kind
    draft: imports.Draft
    plan: imports.Plan | None
    columns: list[Heading]
    lacking: list[str]

    def rows(self) -> list[dict[str, Any]]:
        """The first rows as they will be stored: row number, and of the shown columns label, text, and whether it may be long."""
        shown = self.shown_columns()
        fresh = self.plan.fresh[:SHOWN] if self.plan else []
        wide = {name for row in fresh for name, text in row.shown.items() if len(text) > NARROW}
        return [
            {"row": row.row, "cells": [(label, row.shown.get(name, ""), name in wide) for name, label in shown]} for row in fresh
        ]  # fmt: skip

    def shown_columns(self) -> list[tuple[str, str]]:
        """(field, label) of the columns in which any of the first rows has something."""
        fresh = self.plan.fresh[:SHOWN] if self.plan else []
        used = {name for row in fresh for name, text in row.shown.items() if text}
        return [(column.name, str(column.label)) for column in self.kind.columns if column.name in used]


def preview(run: ImportRun, *, by: Actor, checked: bool = True) -> Preview:
    """Read what was kept and, unless told otherwise, check it. Raises Refused `gone`, or as the kind's `prepare`."""
    kind = kind_of(run)
    mark = _mark(run, kind, by) if checked else None
    if mark and (found := _looked_at(mark)):
        return replace(found, run=run)
    draft = kept(run)
    named = imports.headings(draft.table, draft.layout)
    columns = [
        Heading(
            at, text.strip(), _sample(kind, draft, at), draft.layout.fields.get(at, ""), draft.layout.how.get(at, "")
        )
        for at, text in enumerate(named)
        if text.strip() or sample(draft, at, 1)
    ]
    lacking = imports.lacking(kind, draft.layout)
    wanted = checked and not lacking
    plan = imports.make_plan(kind, draft, by=by, unit=run.unit, source=run.source) if wanted else None
    shown = Preview(run, kind, draft, plan, columns, lacking)
    if mark and plan:
        _keep(mark, shown)
    return shown


# A long table takes seconds to check, and its page is looked at again and again. What came of it is kept in memory, never on a disk.
_KEPT, _FOR = 8, 20 * 60  # previews, seconds
_previews: dict[tuple[str, ...], tuple[float, Preview]] = {}


def _mark(run: ImportRun, kind: imports.Kind, by: Actor) -> tuple[str, ...] | None:
    """What a preview depends on: the file (its place changes with every change of it), what the county has, and the language."""
    stamp = kind.stamp(kind.prepare(by, run.unit, frozenset()))
    ended = ImportRun.objects.filter(county=run.county, kind=run.kind).order_by("-ended_at")
    last = ended.filter(ended_at__isnull=False).values_list("ended_at", flat=True).first()
    return (run.path, stamp, str(last), str(get_language())) if stamp and run.path else None


def _looked_at(mark: tuple[str, ...]) -> Preview | None:
    """What was kept of an earlier look, if it is fresh."""
    at, found = _previews.get(mark, (0.0, None))
    return found if 0 <= clock.now().timestamp() - at < _FOR else None


def _keep(mark: tuple[str, ...], shown: Preview) -> None:
    """Keep what the page shows; of the table the rows among which headings are sought, and those that are to be mended."""
    now = clock.now().timestamp()
    for other in [other for other, (at, _shown) in _previews.items() if not 0 <= now - at < _FOR]:
        _previews.pop(other, None)
    while len(_previews) >= _KEPT:
        _previews.pop(next(iter(_previews)), None)
    wrong = {row.row - 1 for row in shown.plan.wrong[:FIXED]} if shown.plan else set()
    rows = [row if at < LOOKED_AT or at in wrong else [] for at, row in enumerate(shown.draft.table.rows)]
    light = [imports.Sheet(sheet.name, []) for sheet in shown.draft.sheets]
    light[shown.draft.sheet].rows = rows
    _previews[mark] = now, replace(shown, draft=replace(shown.draft, sheets=light))


def _sample(kind: imports.Kind, draft: imports.Draft, at: int) -> list[str]:
    """The first cells of a column, without numbers of people; of a column that says who asked none."""
    personal = {column.name for column in kind.columns if column.personal}
    return [] if draft.layout.fields.get(at) in personal else list(map(mask_text, sample(draft, at)))


def habits(run: ImportRun) -> dict[str, str]:
    """What this sender's headings were said to mean."""
    return remembered(kind_of(run), run.source, run.county)


@dataclass(frozen=True)
class Progress:
    """How far a file is: all its batches, whether any is still at work, and the rows of all together."""

    batches: list[ImportRun]

    @property
    def running(self) -> ImportRun | None:
        """The batch under way, or the next one."""
        at_work = [run for run in self.batches if run.state in {"waiting", *imports.runs.UNSEEN}]
        return next((run for run in at_work if run.state != "waiting"), at_work[0] if at_work else None)

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return sum(run.rows for run in self.batches)

    @property
    def done(self) -> int:
        """Those that are in, and those of the batch under way that are written."""
        return sum(run.rows if run.state == "done" else run.done for run in self.batches)

    @property
    def minutes(self) -> int:
        """About how long storing the rest takes on a small machine, at least one; 0 where nothing is being stored."""
        storing = self.running and self.running.state in {"waiting", "running"}
        return max(1, round((self.rows - self.done) / A_MINUTE)) if storing else 0


def progress(run: ImportRun) -> Progress:
    """How far the file is to which this run belongs."""
    return Progress(imports.batches(run))
