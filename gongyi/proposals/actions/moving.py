"""What every move of a proposal shares: whose turn comes next, who takes part, who is told."""

import copy
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core import clock, outbox
from gongyi.core.access import Actor, Permission
from gongyi.core.access import Permission as P
from gongyi.core.said import say
from gongyi.core.spans import due_at
from gongyi.core.workflow import perform
from gongyi.network.actions import parts
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of
from gongyi.people import queries as people
from gongyi.people.actions import telling
from gongyi.proposals.models import Author, Call, Opinion, Proposal, ProposalPart, ProposalStep, Support
from gongyi.proposals.models.proposal import HELPING
from gongyi.proposals.queries.limits import limits_of
from gongyi.proposals.rules import JUDGES, OUT, can_move, conflicted, makers
from gongyi.proposals.workflow import PROPOSAL, STATES, TURNS
from gongyi.publishing.actions import keep_in_line

PARTS = (
    ("lead", "lead_id"),
    ("desk", "desk_id"),
    ("supervises", "supervisor_id"),
    ("second", "second_id"),
    ("received", "unit_id"),
)
Helpers = Mapping[UUID, str]  # unit: co or separate


def move(
    proposal: Proposal,
    action: str,
    *,
    by: Actor,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    target: str | None = None,
    note: str = "",
    reason: object = "",
    helpers: Helpers | None = None,
    quietly: bool = False,
    mine: str = "",
) -> Proposal:
    """Make one move of the table with everything that follows from it; returns the proposal.

    Sets whose turn comes next, brings the participation rows up to date and tells those whose turn it is. `helpers` None leaves
    the co-handling and separate units as they are. Raises as `core.workflow.perform` does.
    """
    values, before = dict(changes or {}), proposal.state
    state = target or PROPOSAL[action].target or proposal.state
    if STATES[state].open != proposal.is_open:
        values["closed_at"] = None if STATES[state].open else clock.now()
    after = copy.copy(proposal)
    for name, value in (values | {"state": state}).items():
        setattr(after, name, value)
    if proposal.question and (state == "replied" or not STATES[state].open):
        values["question"] = ""  # nobody waits for the answer any more
    waits = waiting_for(after, helpers)
    values |= next_turn(after, waits)
    perform(
        proposal, PROPOSAL[action], by=by, rule=can_move, step=ProposalStep, parent="proposal", seen=seen, changes=values,
        target=target, note=note, reason=reason if isinstance(reason, str) else str(reason), mine=mine or note,
    )  # fmt: skip
    sync_parts(proposal, waits, helpers=helpers)
    if proposal.state in OUT or action == "correct":
        keep_in_line(proposal)
    if not quietly:
        tell_turn(proposal, by=by)
    tell_residents(proposal, "replied" if proposal.state == "replied" != before else action, by=by)
    return proposal


def waiting_for(proposal: Proposal, helpers: Helpers | None = None) -> set[UUID]:
    """The co-handling and separate units whose opinion is still missing."""
    helping = set(helpers) if helpers is not None else set(proposal.helping)
    given = Opinion.objects.filter(county=proposal.county, proposal=proposal.id).values_list("unit", flat=True)
    return helping - {proposal.lead_id} - set(given) if helping else set()


def next_turn(proposal: Proposal, waits: AbstractSet[UUID]) -> dict[str, Any]:
    """The unit whose turn it is in the proposal's state (of several the first), and until when."""
    place = TURNS.get(proposal.state, ("", None))[0]
    unit: UUID | None = min(waits, key=str, default=None) if place == "helping" else getattr(proposal, place, None)
    match proposal.state:
        case "submitted" | "screening":
            due = _within(proposal, "submitted_at", "screen_span")
        case "assigned":
            due = _within(proposal, "assigned_at", "sign_span")
        case "consulting":
            due = proposal.co_due
        case "replied":
            due = proposal.rate_due
        case "signed" | "talking" | "redo" | "drafting" | "reviewing" | "auditing" | "extending":
            due = proposal.unit_due
        case _:
            due = None
    return {"turn_unit_id": unit, "turn_due": due}


def _within(proposal: Proposal, start: str, span: str) -> datetime | None:
    at: datetime | None = getattr(proposal, start)
    return due_in(proposal, getattr(limits_of(proposal.county), span), at) if at else None


def due_in(proposal: Proposal, span: str, start: datetime, unit: Unit | None = None) -> datetime:
    """When a limit that starts then ends, by the calendar of the unit (None: the county's)."""
    return due_at(start, span, calendar_of(unit, proposal.county))


def first_parts(proposals: Sequence[Proposal], helpers: Sequence[Helpers]) -> None:
    """The participation rows of proposals that were just made, each with its co-handling and separate units."""
    ProposalPart.objects.bulk_create(
        _new_part(one, unit, part, {one.turn_unit_id})
        for one, helping in zip(proposals, helpers, strict=True)
        for unit, part in _wanted(one, helping).items()
    )


def _wanted(proposal: Proposal, helpers: Helpers) -> dict[UUID, str]:
    """The units that stand in the proposal's columns and those that help, each with its part."""
    wanted = {unit: part for part, place in reversed(PARTS) if (unit := getattr(proposal, place))}
    return wanted | {unit: part for unit, part in helpers.items() if unit != proposal.lead_id}


def _copied(proposal: Proposal) -> dict[str, Any]:
    """What a participation row carries of its proposal."""
    return {
        "state": proposal.state, "category_id": proposal.category_id, "session_id": proposal.session_id,
        "recorded_at": proposal.recorded_at, "due": proposal.turn_due, "turn_unit_id": proposal.turn_unit_id,
    }  # fmt: skip


def _new_part(proposal: Proposal, unit: UUID, part: str, turns: AbstractSet[UUID | None]) -> ProposalPart:
    facts = {"part": part, "since": clock.now(), "my_turn": unit in turns, **_copied(proposal)}
    return ProposalPart(county=proposal.county, proposal=proposal, unit_id=unit, **facts)


def sync_parts(proposal: Proposal, waits: AbstractSet[UUID], *, helpers: Helpers | None = None) -> None:
    """Bring the participation rows up to the proposal: who takes part from now, who no longer, and the copied columns."""
    rows = ProposalPart.objects.filter(county=proposal.county, proposal=proposal)
    kept = {row.unit_id: row for row in rows}
    if helpers is None:
        helpers = {unit: row.part for unit, row in kept.items() if row.part in HELPING and row.until is None}
    turns = waits if proposal.state == "consulting" else {proposal.turn_unit_id}

    def make(unit: UUID, part: str) -> ProposalPart:
        return _new_part(proposal, unit, part, turns)

    parts.sync(rows, kept, _wanted(proposal, helpers), make=make, copied=_copied(proposal), turns=turns)
    vars(proposal).pop("taking_part", None)


_TURN_WORDS: dict[str, Promise] = {
    "submitted": gettext_lazy("新提交的提案，请审查"), "filed": gettext_lazy("立案的提案，请交办"),
    "returned": gettext_lazy("提案被退办，请重新交办"), "assigned": gettext_lazy("新交办的提案，请签收"),
    "consulting": gettext_lazy("请写会办意见"), "reviewing": gettext_lazy("有提案答复等您签发"),
    "auditing": gettext_lazy("有提案答复等督办审核"), "extending": gettext_lazy("有提案延期申请等您批准"),
    "replied": gettext_lazy("提案答复了，请告诉提出人并请他评价"), "redo": gettext_lazy("提案要重新办理"),
    "drafting": gettext_lazy("提案答复回到拟稿"), "sent_back": gettext_lazy("提案要请提出人修改"),
}  # fmt: skip
# What the unit that received a proposal tells its proposer at once, by the move that was made.
_TO_PROPOSER: dict[str, Promise] = {
    "file": gettext_lazy("提案立案了，请告诉提出人"), "refuse": gettext_lazy("提案没有立案，请马上告诉提出人理由和可以找谁"),
    "pass_on": gettext_lazy("提案转为意见，请马上告诉提出人"), "merge": gettext_lazy("提案并入另一件办理，请告诉提出人"),
    "replied": gettext_lazy("一起办的那件提案答复了，请告诉提出人"),
}  # fmt: skip


def tell_turn(proposal: Proposal, *, by: Actor) -> None:
    """Tell those whose turn it is now; a redo also reaches the supervisors."""
    words = _TURN_WORDS.get(proposal.state)
    if words is None:
        return
    place, permission = TURNS[proposal.state]
    units = waiting_for(proposal) if place == "helping" else {getattr(proposal, place)}
    apart = makers(proposal, JUDGES[proposal.state]) if proposal.state in JUDGES else set()
    event = f"proposal.{proposal.state}"
    tell(proposal, dict.fromkeys(units, permission), by=by, event=event, words=words, besides=apart)
    if proposal.state == "replied":  # a merged one has no turn of its own
        for merged in proposal.followers.filter(county=proposal.county, state="merged"):
            tell_proposer(merged, "replied", by=by)
    if proposal.state == "redo":
        watching = proposal.supervisor_id or proposal.desk_id
        tell(proposal, {watching: P.PROPOSAL_SUPERVISE}, by=by, event=event, words=words)


# What the accounts of proposers, co-signers and those who asked to hear are told, by the move that was made.
_TO_RESIDENTS: dict[str, Promise] = {
    "replied": gettext_lazy("建议有答复了，编号 %(number)s"), "ask": gettext_lazy("建议有一个问题要问您，编号 %(number)s"),
    "ask_change": gettext_lazy("建议要请您改一改，编号 %(number)s"), "file": gettext_lazy("建议立案了，编号 %(number)s"),
    "refuse": gettext_lazy("建议没有立案，为什么、可以找谁都写在里面，编号 %(number)s"),
    "pass_on": gettext_lazy("建议作为意见转给了有关单位，编号 %(number)s"), "merge": gettext_lazy("建议和另一件一起办，编号 %(number)s"),
    "approve_extension": gettext_lazy("建议的答复要晚一些，编号 %(number)s"), "redo": gettext_lazy("建议重新办理了，编号 %(number)s"),
    "promise": gettext_lazy("建议里答应的事有消息，编号 %(number)s"),
}  # fmt: skip
_OF_ANSWER = {"replied", "redo", "promise"}  # what supporters asked to hear of
_OWN_ALONE = {"ask", "ask_change"}  # what only the proposer can do something about


def tell_residents(proposal: Proposal, news: str, *, by: Actor) -> None:
    """Everybody who stands behind it hears in their own account, those of merged proposals by their own number (D19: the number alone)."""
    words = _TO_RESIDENTS.get(news)
    if words is None:
        return
    alone = news in _OWN_ALONE
    behind = Q(proposal=proposal) | (Q() if alone else Q(proposal__first=proposal, proposal__state="merged"))
    _tell_behind(behind, words, by=by, county=proposal.county, alone=alone, of_answer=news in _OF_ANSWER)


def tell_answerers(call: Call, *, by: Actor) -> None:
    """Everybody who answered a call hears in their own account that it has a result."""
    behind = Q(proposal__call=call) & ~Q(proposal__state="draft")
    _tell_behind(behind, gettext_lazy("您答过的征集有结果了，编号 %(number)s"), by=by, county=call.county)


def _tell_behind(
    behind: Q, words: Promise, *, by: Actor, county: int, alone: bool = False, of_answer: bool = False
) -> None:
    for one, keys in _hearers(behind, county, alone=alone, of_answer=of_answer).items():
        text = say(words, number=one.number)
        outbox.tell_residents(keys, by=by, event="resident.proposal", text=text, path="/portal/mine/", subject=one.id)


def _hearers(behind: Q, county: int, *, alone: bool, of_answer: bool) -> dict[Proposal, Any]:
    """The accounts of the authors behind proposals, `alone` of the first of each; `of_answer`: also of others who asked to hear of the answer."""
    rows = Author.objects.filter(behind, county=county, proposal__county=county, resident__isnull=False)
    rows = rows.filter(place=0) if alone else rows.exclude(signed=Author.Signed.NO)
    asked = Support.objects.filter(behind, county=county, proposal__county=county, resident__isnull=False)
    found: dict[Proposal, set[UUID]] = {}
    for row in [
        *rows.select_related("proposal"),
        *([] if alone or not of_answer else asked.select_related("proposal")),
    ]:
        found.setdefault(row.proposal, set()).add(row.resident)
    return found


def tell_proposer(proposal: Proposal, action: str, *, by: Actor) -> None:
    """The unit that received the proposal is told what to tell its proposer; the page of number and code says it by itself."""
    wanted = {proposal.unit_id: P.PROPOSAL_RECORD}
    tell(proposal, wanted, by=by, event="proposal.told", words=_TO_PROPOSER[action], group=False)


def tell(
    proposal: Proposal,
    wanted: Mapping[UUID | None, Permission],
    *,
    by: Actor,
    event: str,
    words: Promise,
    besides: AbstractSet[UUID | None] = frozenset(),
    group: bool = True,
) -> None:
    """One message to each holder of a permission in a unit, but for some; it names the proposal by its number alone."""
    telling.tell_holders(
        wanted, by=by, event=event, words=words, number=proposal.number, path=proposal.get_absolute_url(),
        subject=proposal.id, besides=conflicted(proposal) | besides, group=group,
    )  # fmt: skip


def somebody_else(proposal: Proposal, start: Unit, *permissions: Permission, besides: set[UUID | None]) -> Unit:
    """The nearest unit from `start` upwards in which somebody besides these people holds one of the permissions (P9).

    Raises Refused `nobody` when there is none up to the county.
    """
    return people.somebody_else(start, *permissions, besides=besides | conflicted(proposal))
