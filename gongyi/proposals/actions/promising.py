"""What proposals say of the promises that arise from their answers: who may see and act, who is told, what the public never reads."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import functional
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import county_of
from gongyi.promises.models import Promise, Record
from gongyi.promises.rules import Origin
from gongyi.proposals.actions.moving import tell, tell_residents
from gongyi.proposals.models import Proposal, ProposalConflict
from gongyi.proposals.queries.case import KIND
from gongyi.proposals.queries.published import known_of, published
from gongyi.proposals.rules import conflicted, declared, may_hear_of


def record_of(proposal: Proposal) -> Record:
    """The proposal as the ledger names it; whoever supervises it hears when a promise is late."""
    return Record(
        KIND, proposal.id, proposal.number, proposal.lead or proposal.desk, proposal.supervisor or proposal.desk
    )


def _proposal(key: UUID) -> Proposal | None:
    return Proposal.objects.filter(county=county_of(key), id=key).first()


def _hidden_from(by: Actor) -> QuerySet[Any, Any]:
    """Proposals hidden from this person."""
    rows = ProposalConflict.objects.filter(county=by.county, account=by.key, hidden=True)
    return rows.values_list("proposal")


def _apart_from(by: Actor) -> QuerySet[Any, Any]:
    """Proposals in which this person declared a conflict."""
    return declared(by).values_list("proposal")


def _apart(key: UUID) -> set[UUID | None]:
    """The accounts that may not act in the proposal."""
    proposal = _proposal(key)
    return conflicted(proposal) if proposal else set()


def _address(by: Actor, key: UUID) -> str:
    return f"/proposals/{key}/" if may_hear_of(by, key) else ""


def _known(key: UUID) -> Mapping[str, list[str]]:
    """What the public never reads of the proposal."""
    proposal = _proposal(key)
    return known_of(proposal) if proposal else {}


def _published(county: int) -> QuerySet[Any, Any]:
    """Proposals whose answer is public."""
    return published(county).exclude(answer="").order_by().values_list("publication__proposal")


def _public_address(county: int, key: UUID) -> str:
    text = published(county).filter(publication__proposal=key).first()
    return reverse("home:suggestion", args=[text.publication.slug]) if text else ""


_NEWS: dict[str, functional.Promise] = {
    "confirm": gettext_lazy("提案里答应的事做到了，请告诉提出人，再答复一次"),
    "move": gettext_lazy("提案里答应的事改了日子，请告诉提出人"),
    "admit": gettext_lazy("提案里答应的事没有做到，请告诉提出人"),
    "judge": gettext_lazy("提案里答应的事没有做到，请告诉提出人"),
    "withdraw": gettext_lazy("提案里答应的事撤回了，请告诉提出人"),
    "end": gettext_lazy("提案里答应的事撤回了，请告诉提出人"),
}


def _tell(promise: Promise, action: str, by: Actor) -> None:
    """Whoever received the proposal tells its proposer; the unit that answers it hears too."""
    proposal = _proposal(promise.origin)
    if proposal is not None:
        wanted = {proposal.unit_id: P.PROPOSAL_RECORD, proposal.lead_id: P.PROPOSAL_HANDLE}
        tell(proposal, wanted, by=by, event="proposal.promise", words=_NEWS[action], group=False)
        tell_residents(proposal, "promise", by=by)


ORIGIN = Origin(
    kind=KIND, label=gettext_lazy("提案"), address=_address, tell=_tell, hidden_from=_hidden_from, apart_from=_apart_from,
    apart=_apart, known=_known, published=_published, public_address=_public_address,
)  # fmt: skip
