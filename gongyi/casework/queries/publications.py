"""Public answers as everybody reads them: the list with its filters, one answer, the preview in the office."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from gongyi.casework.models import Case, Publication, PublishedText
from gongyi.casework.queries.case import asker_of
from gongyi.publishing import queries
from gongyi.publishing.queries import PAGE
from gongyi.publishing.rules import press_named

FIELDS = ("title", "matter", "answer")


def known_of(case: Case) -> Mapping[str, list[str]]:
    """The asker's own name, phone and address, which the public never reads."""
    asker = asker_of(case)
    return {name: [getattr(asker, name)] for name in ("name", "phone", "address", "organisation")} if asker else {}


@dataclass(frozen=True)
class Filter:
    """What a stranger looks for; everything may be left out. `after` is the slug of the last answer of the page before."""

    text: str = ""
    unit: UUID | None = None
    topic: UUID | None = None
    type: UUID | None = None
    outcome: str = ""
    year: int | None = None
    after: str = ""


def _public(county: int) -> QuerySet[PublishedText]:
    """The texts that are public now, newest first: not those of types that the county does not make public any more."""
    rows = queries.live(county, press_named("case")).filter(publication__type__is_public=True)
    joined: QuerySet[PublishedText] = rows.select_related(
        "publication__unit", "publication__topic", "publication__type"
    )
    return joined.annotate(case_state=F("publication__case__state"))


def recent(county: int, number: int) -> list[PublishedText]:
    """The newest public answers, for the first page of the portal and the feed."""
    return list(_public(county)[:number])


def search(county: int, wanted: Filter) -> tuple[list[PublishedText], bool]:
    """One page of public answers and whether more follow."""
    rows = _public(county)
    exact = {
        "publication__unit": wanted.unit, "publication__topic": wanted.topic, "publication__type": wanted.type,
        "outcome": wanted.outcome,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.year:
        rows = rows.filter(publication__answered_on__year=wanted.year)
    rows = queries.beyond(queries.holding(rows, wanted.text, FIELDS), county, press_named("case"), wanted.after)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def offered(county: int) -> dict[str, list[tuple[str, str]]]:
    """What the public list may be filtered by: the units, topics, types and years that there are."""
    rows = _public(county).order_by()
    choices = {}
    for name in ("unit", "topic", "type"):
        label = "full_name" if name == "topic" else "name"
        pairs = rows.values_list(f"publication__{name}", f"publication__{name}__{label}").distinct()
        choices[name] = sorted(((str(key), words) for key, words in pairs if key), key=lambda pair: pair[1])
    years = rows.values_list("publication__answered_on__year", flat=True).distinct()
    choices["year"] = [(str(year), str(year)) for year in sorted(years, reverse=True)]
    return choices


def shown(county: int, slug: str) -> PublishedText:
    """The public answer with this slug; Http404 when there never was one or it was taken down."""
    found: PublishedText = queries.shown(_public(county), slug)
    return found


def facts(publication: Publication, text: Any, case_state: str, corrected: Any = None) -> dict[str, Any]:
    """What the page of a public answer shows; the preview hands over the text under work."""
    return {
        "slug": publication.slug, "title": text["title"], "matter": text["matter"], "answer": text["answer"],
        "unit": publication.unit, "topic": publication.topic, "type": publication.type,
        "outcome": Case.Outcome(text["outcome"]).label, "days": publication.days,
        "asked_on": publication.asked_on, "answered_on": publication.answered_on,
        "again": case_state not in {"answered", "closed", "filed"}, "corrected": corrected or [], "at": text.get("at"),
    }  # fmt: skip


def page_of(text: PublishedText) -> dict[str, Any]:
    """The page of a public answer."""
    fields = {name: getattr(text, name) for name in (*FIELDS, "outcome", "at")}
    return facts(text.publication, fields, text.case_state, queries.corrections(text))  # type: ignore[attr-defined]


def preview_of(publication: Publication, text: dict[str, str]) -> dict[str, Any]:
    """The same page for the text under work, as it will be read."""
    case = publication.case
    publication.unit = case.lead or publication.unit
    return facts(publication, {**text, "outcome": case.outcome or publication.outcome}, case.state)
