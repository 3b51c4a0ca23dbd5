"""Public answers: what the office prepares, and what everybody may read."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from gongyi.casework.models import Case, Publication, PublicationStep, PublishedText, ShownWord
from gongyi.casework.queries.case import asker_of
from gongyi.casework.rules import publications_judged_by, publications_visible_to
from gongyi.core.access import Actor
from gongyi.core.secrets import Found, find_in_all, find_private, hide_private

PAGE = 20
FIELDS = ("title", "matter", "answer")
_JOINED = ("case__type", "case__topic", "case__lead", "unit", "second", "type", "topic")


# --- the office -------------------------------------------------------------------------------------------------------


def fetch(by: Actor, key: UUID) -> Publication:
    """The publication with its case, if this person may see it; otherwise Http404, as if it had never existed (P3)."""
    found = publications_visible_to(by).filter(id=key).select_related(*_JOINED).first()
    if found is None:
        raise Http404
    return found


def of_case(case: Case) -> Publication | None:
    """The publication of a case that one may see, if there is one."""
    found = Publication.objects.filter(county=case.county, case=case).select_related(*_JOINED).first()
    if found:
        found.case = case
    return found


def lead_on(by: Actor, publication: Publication) -> str:
    """Where to go on after a change: its page, or the list if it is no longer theirs to see."""
    seen = publications_visible_to(by).filter(id=publication.id).exists()
    return publication.get_absolute_url() if seen else reverse("casework:publications")


def to_approve(by: Actor) -> QuerySet[Publication]:
    """The texts that wait for this person's approval, the longest waiting first."""
    return publications_judged_by(by).select_related("unit", "case").order_by("changed_at", "id")


def ours(by: Actor, *, limit: int = 100) -> list[Publication]:
    """The latest changed publications that one may see."""
    rows = publications_visible_to(by).select_related("unit", "case").order_by("-changed_at", "-id")
    return list(rows[:limit])


def timeline(publication: Publication) -> list[PublicationStep]:
    """Everything that happened to a publication, oldest first."""
    return list(PublicationStep.objects.filter(county=publication.county, publication=publication).order_by("seq"))


def versions(publication: Publication) -> list[PublishedText]:
    """Every text that was public, the newest first."""
    rows = PublishedText.objects.filter(county=publication.county, publication=publication)
    return list(rows.order_by("-number"))


class Place(NamedTuple):
    """One word that was found in the text under work: where, what kind, the words around it; `shown` with its reason."""

    field: str
    kind: str
    words: str
    around: tuple[str, str]
    shown: ShownWord | None


@dataclass(frozen=True)
class Proof:
    """The text under work as the public would see it (`text` by field), and everything that was found in it."""

    text: dict[str, str]
    places: list[Place]


def shown_words(publication: Publication) -> dict[tuple[str, str], ShownWord]:
    """The words that the writer wants to be shown nevertheless."""
    rows = ShownWord.objects.filter(county=publication.county, publication=publication).order_by("at", "id")
    return {(row.kind, row.words): row for row in rows}


def proof(publication: Publication) -> Proof:
    """Mask the text under work: what is found by its look, and the asker's own name, phone and address wherever they stand."""
    asker, shown = asker_of(publication.case), shown_words(publication)
    known = {
        "name": [asker.name], "phone": [asker.phone], "address": [asker.address], "organisation": [asker.organisation],
    } if asker else {}  # fmt: skip
    text, places = dict[str, str](), list[Place]()
    raws = [getattr(publication, field) for field in FIELDS]
    for field, raw, found in zip(FIELDS, raws, find_in_all(raws, known), strict=True):
        text[field] = hide_private(raw, found, shown)
        places += [_place(field, raw, one, found, shown) for one in found]
    return Proof(text, places)


def hide(text: str) -> str:
    """A short text for the public, with all that is found hidden."""
    return hide_private(text, find_private(text))


AROUND = 8


def _place(field: str, raw: str, one: Found, found: list[Found], shown: dict[tuple[str, str], ShownWord]) -> Place:
    """A found word with some words around it, in which what else was found stays hidden."""
    clear = hide_private(raw, [other for other in found if other != one], shown)
    start = len(hide_private(raw[: one.start], [other for other in found if other.end <= one.start], shown))
    end = start + one.end - one.start
    around = (clear[max(0, start - AROUND) : start], clear[end : end + AROUND])
    return Place(field, one.kind, one.words, around, shown.get((one.kind, one.words)))


# --- everybody --------------------------------------------------------------------------------------------------------


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
    rows = PublishedText.objects.filter(county=county, live=True, publication__type__is_public=True)
    rows = rows.select_related("publication__unit", "publication__topic", "publication__type")
    return rows.annotate(case_state=F("publication__case__state")).order_by("-since", "-publication")


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
    for word in wanted.text.split()[:5]:
        rows = rows.filter(Q(title__icontains=word) | Q(matter__icontains=word) | Q(answer__icontains=word))
    if wanted.after:
        last = PublishedText.objects.filter(county=county, publication__slug=wanted.after).order_by("-number").first()
        if last:
            rows = rows.filter(since__lte=last.since).exclude(since=last.since, publication__gte=last.publication_id)
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
    found = _public(county).filter(publication__slug=slug).first()
    if found is None:
        raise Http404
    return found


def was_shown(county: int, slug: str) -> bool:
    """Whether there was a public answer with this slug."""
    return PublishedText.objects.filter(county=county, publication__slug=slug).exists()


def earlier(text: PublishedText) -> list[PublishedText]:
    """The texts that this one corrected, the newest first; not those from before it had been taken down."""
    rows = PublishedText.objects.filter(county=text.county, publication=text.publication_id, number__lt=text.number)
    return list(rows.filter(since=text.since).order_by("-number"))


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
    corrected = [text, *earlier(text)] if text.number > 1 else []
    return facts(text.publication, fields, text.case_state, corrected if len(corrected) > 1 else [])  # type: ignore[attr-defined]


def preview_of(publication: Publication, text: dict[str, str]) -> dict[str, Any]:
    """The same page for the text under work, as it will be read."""
    case = publication.case
    publication.unit = case.lead or publication.unit
    return facts(publication, {**text, "outcome": case.outcome or publication.outcome}, case.state)
