"""The list behind a number: as many rows as it says, of which each person sees those that they may open (P4, P5)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from gongyi.casework.models import Case
from gongyi.casework.queries.lists import row, rows_named
from gongyi.casework.rules import parts_visible_to
from gongyi.core import figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Period, Scope, Source
from gongyi.core.search import Seldom
from gongyi.promises import queries as promise_queries
from gongyi.promises import rules as promise_rules
from gongyi.promises.models import Promise
from gongyi.proposals import rules as proposal_rules
from gongyi.proposals.models import Proposal
from gongyi.proposals.queries import lists as proposal_lists
from gongyi.reports.models import Report
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.splitting import NONE, where_of
from gongyi.reports.queries.units import fetch_unit
from gongyi.reports.rules.report import reports_visible_to
from gongyi.reports.workflow import REPORT

PAGE = 50
LIST = "figure"  # the word for these rows in the query of an export
_MARKS = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "%&=+;# "})


class Behind(NamedTuple):
    """How many rows a number has, how many of them the person may open, and those of one page."""

    number: int
    open: int
    rows: list[dict[str, Any]]
    pages: int


class Opened(NamedTuple):
    """A kind of record behind figures: who may open any, which of them somebody may open, the table of those that may be seen, and its
    lines; `exports` that its rows may be taken as a file.
    """

    needs: P
    seen: Callable[[Actor, str], Exists]
    model: Any
    lines: Callable[[list[UUID]], dict[UUID, dict[str, Any]]]
    exports: bool = False


def _case_lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """As a list of cases prints them."""
    return {key: row(found) for key, found in rows_named(keys).items()}


def _report_lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The same of reports: the state stands where a case says whose turn it is."""
    found = {}
    for one in Report.objects.filter(id__in=keys).select_related("unit"):
        state = REPORT.states[one.state]
        turn = {"words": state.label, "tone": state.tone, "icon": state.icon}
        found[one.id] = {"url": one.get_absolute_url(), "number": one.number, "title": one.title, "unit": one.unit.name, "turn": turn, "topic": one.get_kind_display()}  # fmt: skip
    return found


def _promise_lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """As the promise ledger prints them."""
    rows = Promise.objects.filter(id__in=keys).select_related(*promise_queries.JOINED)
    return {one.id: promise_queries.row(one) for one in rows}


def _proposal_lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """As the list of proposals prints them."""
    rows = proposal_lists.rows_of(Proposal.objects.filter(id__in=keys))
    return {one.id: proposal_lists.row(one) for one in rows}


OPENED = {
    "case": Opened(P.CASE_VIEW, lambda by, key: Exists(parts_visible_to(by).filter(Seldom("case", OuterRef(key)))), Case, _case_lines, exports=True),
    "proposal": Opened(P.PROPOSAL_VIEW, lambda by, key: Exists(proposal_rules.parts_visible_to(by).filter(Seldom("proposal", OuterRef(key)))), Proposal, _proposal_lines),
    "promise": Opened(P.PROMISE_VIEW, lambda by, key: Exists(promise_rules.visible_to(by).filter(id=OuterRef(key))), Promise, _promise_lines),
    "report": Opened(P.CASE_VIEW, lambda by, key: Exists(reports_visible_to(by).filter(id=OuterRef(key))), Report, _report_lines),
}  # fmt: skip


def record_of(source: Source) -> str:
    """The column with the key of the record that opens."""
    return f"{source.record}_id" if source.record else "pk"


def openable(by: Actor, figure: Figure, scope: Scope) -> QuerySet[Any]:
    """The rows behind a figure whose record this person may open, the oldest first."""
    rows, kind = figures.rows_of(figure.id, scope), OPENED[figure.source.opens]
    if not by.can(kind.needs):
        return rows.none()
    seen = kind.seen(by, record_of(figure.source))
    return rows.filter(seen).order_by(_moment(figure), "pk")


def open_of(by: Actor, source: Source, keys: Iterable[UUID]) -> dict[UUID, str]:
    """Where these records stand, of those that this person may open."""
    kind = OPENED[source.opens]
    if not by.can(kind.needs):
        return {}
    rows = kind.model.objects.filter(county=by.county, id__in=list(keys)).filter(kind.seen(by, "pk"))
    return {one.pk: one.get_absolute_url() for one in rows.only("id")}


def behind(by: Actor, figure: Figure, scope: Scope, *, page: int = 1) -> Behind:
    """The rows of one page, 1 being the first; a page beyond the last is the last."""
    number, found = figures.rows_of(figure.id, scope).count(), openable(by, figure, scope)
    seen = found.count()
    pages = max(-(-seen // PAGE), 1)
    first = (min(max(page, 1), pages) - 1) * PAGE
    columns = (record_of(figure.source), _moment(figure))
    pairs = list(found.values_list(*columns)[first : first + PAGE])
    known = OPENED[figure.source.opens].lines(list({key for key, _at in pairs}))
    return Behind(number, seen, [known[key] | {"at": at} for key, at in pairs if key in known], pages)


def as_export(figure: Figure, scope: Scope, *, unit: UUID, alone: bool) -> str:
    """The query by which the rows behind a number are exported; what needs no other mark stands as it is, so that it stays short."""
    facts = {
        "list": LIST,
        "figure": figure.id,
        "unit": str(unit),
        "from": f"{scope.period.first}",
        "to": f"{scope.period.last}",
    }
    facts |= {name: NONE if value in {None, ""} else str(value) for name, value in scope.where} | (
        {"alone": "on"} if alone else {}
    )
    return "&".join(f"{name}={value.translate(_MARKS)}" for name, value in facts.items())


def exported(by: Actor, facts: Mapping[str, str], most: int) -> list[UUID]:
    """The cases behind a number that this person may open now, one for each row; none where the number is no longer theirs to see."""
    try:
        one, unit = figures.figure(facts["figure"]), fetch_unit(by, facts["unit"])
    except (KeyError, Http404):
        return []
    if not isinstance(one, Figure) or one.source.opens != "case":
        return []
    where, _words = where_of(by.county, one, facts)
    period = Period(date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"]))
    scope = scope_of(unit, period, where=where, alone=bool(facts.get("alone")))
    return list(openable(by, one, scope).values_list(record_of(one.source), flat=True)[:most])


def _moment(figure: Figure) -> str:
    return figure.source.at or "recorded_at"
