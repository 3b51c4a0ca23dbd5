"""One proposal: fetched only by who may see it, and everything that hangs on it."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from gongyi.core.access import Actor
from gongyi.core.models import Attachment
from gongyi.core.timeline import Told, lines_of
from gongyi.promises import rules as promise_rules
from gongyi.promises.models import PlannedPromise, Promise
from gongyi.proposals.models import Author, Opinion, Proposal, ProposalPart, ProposalStep
from gongyi.proposals.rules import visible_to

KIND = "proposal"  # under which the ledger of promises and the search know it
PLACES = ("unit", "desk", "lead", "second", "supervisor", "turn_unit", "proposed")
JOINED = ("category", "session", "call", "result", "first", "parent", *PLACES)


def fetch(by: Actor, key: UUID) -> Proposal:
    """The proposal with its units, if this person may see it; otherwise Http404, as if it had never existed (P3)."""
    if not visible_to(by).filter(id=key).exists():
        raise Http404
    return cast("Proposal", get_object_or_404(Proposal.objects.select_related(*JOINED), county=by.county, id=key))


def lead_on(by: Actor, proposal: Proposal) -> str:
    """Where to go on after a change: the proposal's page, or the list if it is no longer theirs to see."""
    there = visible_to(by).filter(id=proposal.id).exists()
    return proposal.get_absolute_url() if there else reverse("proposals:list")


_TOLD = lines_of(ProposalStep)


def timeline(proposal: Proposal) -> list[Told]:
    """Everything that happened to a proposal, oldest first."""
    return [Told(*row) for row in _TOLD.filter(county=proposal.county, proposal=proposal)]


def authors_of(proposal: Proposal) -> list[Author]:
    """Who stands behind it: its own authors, then those of every proposal that was merged into it."""
    own = Author.objects.filter(county=proposal.county, proposal=proposal)
    merged = Author.objects.filter(
        county=proposal.county, proposal__county=proposal.county, proposal__first=proposal, proposal__state="merged"
    )
    return [*own.order_by("place"), *merged.order_by("proposal__number", "place")]


def opinions_of(proposal: Proposal) -> list[dict[str, Any]]:
    """The co-handling and separate units, each with what it said, or nothing yet."""
    rows = Opinion.objects.filter(county=proposal.county, proposal=proposal).select_related("unit")
    said = {row.unit_id: row for row in rows}
    labels = dict(ProposalPart.Part.choices)
    now = [{"unit": t.unit, "part": labels[t.part], "opinion": said.pop(t.unit.id, None)} for t in proposal.helpers]
    return now + [{"unit": row.unit, "part": labels["co"], "opinion": row} for row in said.values()]


def roles_of(proposal: Proposal) -> list[dict[str, Any]]:
    """Which unit does what in a proposal."""
    labels = ProposalPart.Part
    columns = {
        "unit": labels.RECEIVED, "desk": labels.DESK, "lead": labels.LEAD, "second": labels.SECOND, "supervisor": labels.SUPERVISES,
    }  # fmt: skip
    found = [{"label": part.label, "unit": getattr(proposal, name)} for name, part in columns.items()]
    names = dict(labels.choices)
    found += [{"label": names[taking.part], "unit": taking.unit} for taking in proposal.helpers]
    return [role for role in found if role["unit"]]


def promises_of(proposal: Proposal) -> list[Promise]:
    """What its answers promised, the earliest first."""
    rows = Promise.objects.filter(county=proposal.county, kind=KIND, origin=proposal.id)
    return list(rows.select_related("unit").order_by("due", "id"))


def openable(by: Actor, promises: list[Promise]) -> set[UUID]:
    """Those of them whose own page this person may open: not every unit that sees the proposal takes part in the promise."""
    rows = promise_rules.visible_to(by).filter(id__in=[promise.id for promise in promises])
    return set(rows.values_list("id", flat=True)) if promises else set()


def planned_for(proposal: Proposal) -> list[PlannedPromise]:
    """What an answer that has not gone out will promise."""
    rows = PlannedPromise.objects.filter(county=proposal.county, kind=KIND, origin=proposal.id)
    return list(rows.select_related("unit").order_by("place"))


def attachments_of(proposal: Proposal) -> list[Attachment]:
    """The proposal's files, oldest first."""
    return list(Attachment.objects.filter(county=proposal.county, subject=proposal.id).order_by("added_at"))


def merged_into(proposal: Proposal) -> QuerySet[Proposal]:
    """What was merged into it, with what each of them suggests: whoever answers it answers them too."""
    rows = Proposal.objects.filter(county=proposal.county, first=proposal, state="merged")
    return rows.order_by("number")


def pieces_of(proposal: Proposal) -> QuerySet[Proposal]:
    """What was split off from it."""
    return Proposal.objects.filter(county=proposal.county, parent=proposal).order_by("number")
