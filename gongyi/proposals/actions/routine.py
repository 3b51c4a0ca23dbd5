"""What the system does by itself: find whoever goes on, end the time to rate, follow a merged unit, count deadlines anew."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor, system_actor
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.network.models import Unit
from gongyi.network.queries import Recount
from gongyi.proposals.actions.answers import close_quiet
from gongyi.proposals.actions.calls import follow_call
from gongyi.proposals.actions.moving import PARTS, move, somebody_else
from gongyi.proposals.actions.portal import drop_old_sketches
from gongyi.proposals.actions.voices import follow_comments
from gongyi.proposals.models import Call, Opinion, Proposal, ProposalPart, Publication
from gongyi.proposals.models.proposal import OPEN
from gongyi.proposals.queries.case import JOINED
from gongyi.proposals.queries.limits import COLUMNS, limit_of, limits_of
from gongyi.proposals.queries.stranded import stranded
from gongyi.proposals.rules import JUDGES, makers
from gongyi.proposals.workflow import TURNS
from gongyi.publishing.actions import reroute_publication
from gongyi.publishing.queries import stranded as stranded_texts
from gongyi.publishing.rules import press_named

BATCH = 200


@transaction.atomic
def reroute(proposal: Proposal, *, by: Actor) -> Proposal:
    """Whoever screened, assigned, signed or audited is gone: the next unit upwards that has somebody goes on (P9)."""
    place, permission = TURNS[proposal.state]
    apart = makers(proposal, JUDGES.get(proposal.state, ""))
    start = proposal.lead if place == "second_id" and proposal.lead else proposal.desk
    unit = somebody_else(proposal, start, permission, besides=apart)
    told = {"old": proposal.turn_unit.name if proposal.turn_unit else "", "unit": unit.name}
    note = say(gettext_lazy("%(old)s没有人能接这一步了，转给%(unit)s。"), **told)
    return move(proposal, "reroute", by=by, changes={place: unit.id}, note=note)


def run_due(county: int) -> dict[str, int]:
    """Do everything that is due in a county now; a proposal that somebody changes at this moment is left for the next run."""
    by = system_actor("routine", county)
    unrated = Proposal.objects.filter(county=county, state="replied", rate_due__lte=clock.now())
    jobs: dict[str, tuple[Callable[..., Any], list[Any]]] = {
        "rerouted": (reroute, stranded(county)[:BATCH]),
        "texts": (reroute_publication, stranded_texts(county, press_named("proposal"))),
        "closed": (close_quiet, list(unrated.select_related(*JOINED)[:BATCH])),
    }
    drop_old_sketches(county)
    done = dict.fromkeys(jobs, 0)
    for job, (act, rows) in jobs.items():
        for row in rows:
            try:
                act(row, by=by)
            except Refused:
                continue
            done[job] += 1
    return done


@transaction.atomic
def recompute_deadlines(county: int, unit: Unit | None = None) -> int:
    """Count the limits that still run anew after a calendar changed; returns in how many proposals one moved, each with a line.

    A limit that was extended stays, and so does one whose setting was changed since. With `unit` only proposals that it or a unit
    below it leads.
    """
    rows = Proposal.objects.filter(county=county, state__in=OPEN).select_related(*JOINED)
    if unit is not None:
        rows = rows.filter(lead__path__startswith=unit.path)
    by, moved, count = system_actor("calendar", county), 0, _Recount(county)
    for proposal in rows.iterator(500):
        facts, turns = count.moved(proposal)
        if facts or turns:
            note = say(gettext_lazy("日历改了，时限重新计算"))
            move(proposal, "recompute", by=by, changes=facts, note=note, quietly=True)
            moved += 1
    return moved


class _Recount(Recount):
    """The limits of a county's proposals."""

    def __init__(self, county: int) -> None:
        self.limits = limits_of(county)
        super().__init__(county, [self.limits.id])

    def moved(self, proposal: Proposal) -> tuple[dict[str, Any], bool]:
        """The columns of a proposal that are no longer right, with what they should hold; and whether the next step's limit moves."""
        facts = {}
        for which, column in COLUMNS.items():
            until = self._due(proposal, which)
            if until and until != getattr(proposal, column):
                facts[column] = until
        turn = self._due(proposal, "turn")
        return facts, turn is not None and turn != proposal.turn_due

    def _due(self, proposal: Proposal, which: str) -> datetime | None:
        return self.due(limit_of(proposal, which, self.limits), self.limits.id)


COUNTED = {"unit_id": "counted_unit_id", "lead_id": "counted_lead_id"}  # who was there before mergers


@transaction.atomic
def follow_successor(unit: Unit, into: Unit) -> int:
    """A unit went into another (P16): its proposals are the successor's, open ones to go on with, ended ones to see.

    Returns how many followed. The deadlines stay; figures of the past count for the unit that was there.
    """
    by, followed = system_actor(_("单位并入"), unit.county), 0
    Publication.objects.filter(county=unit.county, state="proposed", second=unit).update(second=into)
    old = ProposalPart.objects.filter(county=unit.county, unit=unit, until=None)
    for proposal in Proposal.objects.filter(county=unit.county, id__in=old.values("proposal")).select_related(*JOINED):
        changes: dict[str, Any] = {place: into.id for _part, place in PARTS if getattr(proposal, place) == unit.id}
        changes |= {was: getattr(proposal, was) or unit.id for place, was in COUNTED.items() if place in changes}
        helpers = {(into.id if t.unit.id == unit.id else t.unit.id): t.part for t in proposal.helpers}
        Opinion.objects.filter(county=unit.county, proposal=proposal, unit=unit).exclude(
            Q(proposal__opinions__unit=into)
        ).update(unit=into)
        reason = f"{unit.name} → {into.name}"
        move(proposal, "follow", by=by, changes=changes, reason=reason, helpers=helpers, quietly=not proposal.is_open)
        followed += 1
    for call in Call.objects.filter(county=unit.county, unit=unit).select_related("unit"):
        follow_call(call, into, by=by)
    follow_comments(unit, into, by=by)
    return followed
