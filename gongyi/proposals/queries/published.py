"""Public proposals as everybody reads them: the list, one proposal with the way it went, the preview in the office."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from gongyi.core.timeline import Told
from gongyi.promises.queries import public as promises
from gongyi.proposals.models import Proposal, Publication, PublishedText
from gongyi.proposals.models.proposal import Rating
from gongyi.proposals.queries.case import KIND, authors_of, timeline
from gongyi.proposals.rules import answered
from gongyi.proposals.workflow import STATES
from gongyi.publishing import queries
from gongyi.publishing.queries import PAGE
from gongyi.publishing.rules import press_named

FIELDS = ("title", "analysis", "suggestions", "answer")
_JOINED = ("category", "session", "proposal__first", "proposal__lead", "proposal__result")


def published(county: int) -> QuerySet[PublishedText]:
    """The texts of proposals that are public now, newest first, each with its publication and proposal."""
    rows = queries.live(county, press_named(KIND)).select_related("result", "publication__unit")
    joined: QuerySet[PublishedText] = rows.select_related(*(f"publication__{name}" for name in _JOINED))
    return joined


def known_of(proposal: Proposal) -> Mapping[str, list[str]]:
    """The authors' own names and phones, also of what was merged into it, which the public never reads."""
    rows = authors_of(proposal)
    return {name: [getattr(row, name) for row in rows] for name in ("name", "phone", "organisation")}


def unread_answer(proposal: Proposal) -> bool:
    """Whether an answer is out that the public text does not hold yet."""
    if not answered(proposal):
        return False
    live = PublishedText.objects.filter(county=proposal.county, publication__proposal=proposal, live=True).first()
    return live is None or not live.answer or (proposal.replied_at is not None and live.at < proposal.replied_at)


@dataclass(frozen=True)
class Filter:
    """What a stranger looks for; everything may be left out. `after` is the slug of the last proposal of the page before.

    `stage`: "open" (still under way), "answered", or "following" (something promised is still to be done).
    """

    text: str = ""
    unit: UUID | None = None
    category: UUID | None = None
    session: UUID | None = None
    stage: str = ""
    year: int | None = None
    after: str = ""


ANSWERED_STATES = ("replied", "following", "closed", "archived")


def search(county: int, wanted: Filter) -> tuple[list[PublishedText], bool]:
    """One page of public proposals and whether more follow."""
    rows = queries.beyond(matching(county, wanted), county, press_named(KIND), wanted.after)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def matching(county: int, wanted: Filter) -> QuerySet[PublishedText]:
    """All public proposals that a stranger looks for, newest first."""
    rows = published(county)
    exact = {
        "publication__unit": wanted.unit, "publication__category": wanted.category, "publication__session": wanted.session,
        "publication__submitted_on__year": wanted.year,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    match wanted.stage:
        case "open":
            rows = rows.exclude(publication__proposal__state__in=ANSWERED_STATES)
        case "answered":
            rows = rows.filter(publication__proposal__state__in=ANSWERED_STATES)
        case "following":
            rows = rows.filter(publication__proposal__state="following")
    return queries.holding(rows, wanted.text, FIELDS)


def offered(county: int) -> dict[str, list[tuple[str, str]]]:
    """What the public list may be filtered by: the units, categories, sessions and years that there are."""
    rows, choices = published(county).order_by(), {}
    for name in ("unit", "category", "session"):
        pairs = rows.values_list(f"publication__{name}", f"publication__{name}__name").distinct()
        choices[name] = sorted(((str(key), words) for key, words in pairs if key), key=lambda pair: pair[1])
    years = rows.values_list("publication__submitted_on__year", flat=True).distinct()
    choices["year"] = [(str(year), str(year)) for year in sorted(set(years), reverse=True)]
    return choices


def shown(county: int, slug: str) -> PublishedText:
    """The public proposal with this slug; Http404 when there never was one or it was taken down."""
    found: PublishedText = queries.shown(published(county), slug)
    return found


class Stop(NamedTuple):
    """One station of the way: what the public calls it, at which unit, from when, how many days it took (None: it lasts)."""

    words: str
    unit: str
    on: date
    days: int | None
    why: str
    tone: str
    icon: str


# Where the words for the proposer speak to them alone.
_TO_ALL: dict[str, Any] = {
    "sent_back": gettext_lazy("请提出人修改"), "talking": gettext_lazy("正在和提出人商量"), "replied": gettext_lazy("有答复了"),
}  # fmt: skip


def words_of(state: str) -> str:
    """A state as everybody reads it."""
    return str(_TO_ALL.get(state, STATES[state].resident))


_REASONED = {"return", "ask_extension", "redo"}  # their reason is chosen from the county's list, not written by hand


def way_of(proposal: Proposal) -> list[Stop]:
    """The whole way that a proposal went since it was submitted, no person named; what the public calls the same is one station."""
    told = [step for step in timeline(proposal) if step.target != "draft"]
    begun: list[Told] = []
    for step in told:
        if not begun or words_of(step.target) != words_of(begun[-1].target):
            begun.append(step)
    ends = [timezone.localdate(step.at) for step in begun[1:]]
    return [_stop(step, end) for step, end in zip_longest(begun, ends)]


def _stop(step: Told, end: date | None) -> Stop:
    state, on = STATES[step.target], timezone.localdate(step.at)
    why = queries.hide(str(step.reason)) if step.action in _REASONED else ""
    return Stop(
        words_of(step.target), step.unit_label, on, (end - on).days if end else None, why, state.tone, state.icon
    )


def stage_of(proposal: Proposal) -> dict[str, Any]:
    """Where it stands now, as the public reads it."""
    state = STATES[proposal.state]
    return {"words": words_of(proposal.state), "tone": state.tone, "icon": state.icon}


def promises_of(proposal: Proposal) -> list[dict[str, Any]]:
    """What its public answers promised and what came of it, the earliest day first."""
    rows = promises.public_promises(proposal.county).filter(kind=KIND, origin=proposal.id)
    return [promises.line(one) for one in rows.order_by("due", "id")]


def line(text: PublishedText) -> dict[str, Any]:
    """A line of the public list."""
    publication = text.publication
    return {
        "slug": publication.slug, "title": text.title, "unit": publication.unit, "category": publication.category,
        "stage": stage_of(publication.proposal), "result": text.result, "submitted_on": publication.submitted_on,
        "corrected": text.number > 1, "answered": bool(text.answer),
    }  # fmt: skip


def page_of(text: PublishedText) -> dict[str, Any]:
    """The page of a public proposal."""
    fields = {name: getattr(text, name) for name in (*FIELDS, "result", "at")}
    return _facts(text.publication, fields) | {"corrected": queries.corrections(text)}


def preview_of(publication: Publication, text: dict[str, str]) -> dict[str, Any]:
    """The same page for the text under work, as it will be read."""
    proposal = publication.proposal
    publication.unit = proposal.lead or proposal.desk
    return _facts(publication, {**text, "result": proposal.result if answered(proposal) else None, "at": None})


def _facts(publication: Publication, text: Mapping[str, Any]) -> dict[str, Any]:
    proposal = publication.proposal
    first = published(proposal.county).filter(publication__proposal=proposal.first_id) if proposal.first_id else None
    rated = answered(proposal) and proposal.rating
    return {
        **text, "slug": publication.slug, "unit": publication.unit, "category": publication.category, "session": publication.session,
        "stage": stage_of(proposal), "way": way_of(proposal), "promises": promises_of(proposal) if text["answer"] else [],
        "days": _days(proposal), "submitted_on": publication.submitted_on, "first": first.first() if first is not None else None,
        "manner": Rating(proposal.manner).label if rated else "", "rating": Rating(proposal.rating).label if rated else "",
        "corrected": [],
    }  # fmt: skip


def _days(proposal: Proposal) -> int | None:
    """How many days it took from submitting to the answer; None while there is none."""
    if not (proposal.submitted_at and proposal.replied_at and answered(proposal)):
        return None
    return (timezone.localdate(proposal.replied_at) - timezone.localdate(proposal.submitted_at)).days


def recent(county: int, number: int) -> list[PublishedText]:
    """The newest public proposals, for the first page of the portal and the feed."""
    return list(published(county)[:number])
