"""What everybody may read of the promises: those of public answers, and those that a unit made public; what may name a person is hidden."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from gongyi.core.secrets import find_in_all, hide_private
from gongyi.promises.models import Promise
from gongyi.promises.queries import JOINED, changes_of, how_late, late_now
from gongyi.promises.rules import origin_of, origins
from gongyi.promises.workflow import STATES

PAGE = 20


def public_promises(county: int) -> QuerySet[Promise]:
    """The promises that are public now, the latest promised day first."""
    shown = Q(public=True)
    for origin in origins():
        keys = origin.published(county)
        if keys is not None:
            shown |= Q(kind=origin.kind, origin__in=keys)
    return Promise.objects.filter(shown, county=county).select_related(*JOINED).order_by("-due", "-id")


@dataclass(frozen=True)
class Filter:
    """What a stranger looks for; `after` is the slug of the last promise of the page before."""

    unit: UUID | None = None
    state: str = ""
    year: int | None = None
    after: str = ""


def search(county: int, wanted: Filter) -> tuple[list[Promise], bool]:
    """One page of public promises and whether more follow."""
    rows = public_promises(county)
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.state == "late":
        rows = rows.filter(late_now())
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.year:
        rows = rows.filter(due__year=wanted.year)
    if wanted.after and (last := rows.filter(slug=wanted.after).first()):
        rows = rows.filter(Q(due__lt=last.due) | Q(due=last.due, id__lt=last.id))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def offered(county: int) -> dict[str, list[tuple[str, str]]]:
    """What the public list may be filtered by: the units and years that there are."""
    rows = public_promises(county).order_by()
    units = sorted({(str(key), name) for key, name in rows.values_list("unit", "unit__name")}, key=lambda pair: pair[1])
    years = sorted(set(rows.values_list("due__year", flat=True)), reverse=True)
    return {"unit": units, "year": [(str(year), str(year)) for year in years]}


def shown(county: int, slug: str) -> Promise:
    """The public promise with this slug. Raises Http404 when there is none, or it is not public any more."""
    found = public_promises(county).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def line(promise: Promise) -> dict[str, Any]:
    """A line of the public list."""
    return {
        "slug": promise.slug, "what": _hidden(promise, promise.what)[0], "unit": promise.unit.name, "due": promise.due,
        **_where(promise),
    }  # fmt: skip


def _where(promise: Promise) -> dict[str, Any]:
    """Where it stands, as the public reads it."""
    state = STATES[promise.state]
    late = promise.late and promise.state in {"due", "reported"}
    words = {"kept": f"{state.resident} · {how_late(promise)}"}.get(promise.state, str(state.resident))
    return {
        "words": words,
        "tone": "late" if late else "soon" if promise.state == "kept" and promise.late else state.tone,
        "icon": state.icon,
        "moves": promise.moves,
        "late": late,
    }


@dataclass(frozen=True)
class Moved:
    """A day that was promised before, the one that came in its place, and why."""

    old: date
    new: date
    on: date
    why: str


def page_of(promise: Promise) -> dict[str, Any]:
    """The public page of a promise. The proof is shown once somebody else has confirmed it."""
    changes = changes_of(promise)
    proof = promise.proof if promise.state == "kept" else ""
    what, why, proof, *reasons = _hidden(promise, promise.what, promise.why, proof, *(one.reason for one in changes))
    moved = [Moved(one.old, one.new, one.at.date(), reason) for one, reason in zip(changes, reasons, strict=True)]
    return {
        **line(promise), "what": what, "why": why, "proof": proof, "moved": moved, "made_on": promise.made_at,
        "first_due": changes[0].old if changes else promise.due, "by": promise.origin_unit.name, "reported_on": promise.reported_on,
        "ended_on": promise.ended_on, "answer_url": origin_of(promise.kind).public_address(promise.county, promise.origin),
    }  # fmt: skip


def _hidden(promise: Promise, *texts: str) -> list[str]:
    """The texts with all hidden that may name a person: by its look, and what the record knows of who asked."""
    known = origin_of(promise.kind).known(promise.origin)
    return [hide_private(text, found) for text, found in zip(texts, find_in_all(list(texts), known), strict=True)]
