"""Rows to choose from, and what became of work on many of them."""

from uuid import UUID

from django.http import Http404

from gongyi.casework.models import BulkLine, BulkRun
from gongyi.casework.queries.lists import Row, Wanted, list_keys, rows_of
from gongyi.casework.rules import visible_to
from gongyi.core.access import Actor

MOST = 100


def choosable(by: Actor, wanted: Wanted) -> tuple[list[tuple[Row, str]], bool]:
    """The first hundred rows of a list, each with its mark `<key>:<version>`, and whether more follow."""
    keys = list_keys(by, wanted, MOST + 1)
    rows = visible_to(by).filter(id__in=keys[:MOST])
    found, versions = {row.id: row for row in rows_of(rows)}, dict(rows.values_list("id", "version"))
    return [(found[key], f"{key}:{versions[key]}") for key in keys[:MOST] if key in found], len(keys) > MOST


def fetch_run(by: Actor, key: UUID) -> BulkRun:
    """One of the person's own runs. Raises Http404 for any other."""
    found = BulkRun.objects.filter(county=by.county, account=by.key, id=key).first()
    if found is None:
        raise Http404
    return found


def lines_of(run: BulkRun) -> list[BulkLine]:
    """What became of each case, in the order in which they were chosen."""
    rows = BulkLine.objects.filter(county=run.county, run=run).select_related("case")
    return list(rows.order_by("position"))


def may_see(by: Actor, lines: list[BulkLine]) -> set[UUID]:
    """The cases of these lines that this person still may open."""
    return set(visible_to(by).filter(id__in=[line.case_id for line in lines]).values_list("id", flat=True))
