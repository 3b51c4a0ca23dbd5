"""Proposals whose next step nobody can make any more where they wait."""

from collections import defaultdict
from uuid import UUID

from gongyi.core.access import Permission as P
from gongyi.core.imports.runs import pending
from gongyi.people.queries import holders
from gongyi.proposals.models import Proposal
from gongyi.proposals.queries.case import JOINED
from gongyi.proposals.rules import JUDGES, conflicted, makers
from gongyi.proposals.workflow import TURNS

JUDGED = {
    state: place for state, (place, _needed) in TURNS.items() if place in {"desk_id", "second_id", "supervisor_id"}
}


def stranded(county: int) -> list[Proposal]:
    """Those that wait to be screened, assigned, signed or audited where nobody is left who may. A handful of queries."""
    waiting = Proposal.objects.filter(county=county, state__in=JUDGED).exclude(id__in=pending(county))
    rows = list(waiting.select_related(*JOINED).order_by("id"))
    asked = defaultdict[P, set[UUID]](set)
    for row in rows:
        if row.turn_unit_id:
            asked[TURNS[row.state][1]].add(row.turn_unit_id)
    there = {permission: holders(permission, units) for permission, units in asked.items()}
    return [row for row in rows if row.turn_unit_id and not _left(row, there[TURNS[row.state][1]][row.turn_unit_id])]


def _left(row: Proposal, people: set[UUID]) -> bool:
    """Whether one of these people may make the next step. Asked of the few judgements alone with who wrote what."""
    return bool(people) and bool(people - makers(row, JUDGES.get(row.state, "")) - conflicted(row))
