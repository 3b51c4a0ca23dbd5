"""How those who wait for news of a proposal hear of it, and what became of the messages: counts, never who."""

from dataclasses import dataclass

from django.db.models import Count, Q

from gongyi.core.models import Delivery
from gongyi.proposals.models import Author, Proposal, Support

State = Delivery.State


@dataclass(frozen=True)
class Hearing:
    """Who stands behind a proposal (merged ones counted in) and how they hear; the messages that left, by what became of them."""

    accounts: int  # hear in their own account, by text message where they agreed
    codes: int  # look for themselves, by number and code
    to_call: int  # have left a phone and nothing else: the office has to tell them
    nothing: int  # left nothing by which they could be told
    supporters: int  # asked to hear of the answer
    sent: int
    waiting: int
    failed: int


def hearing(proposal: Proposal) -> Hearing:
    """Four queries, whatever the number of people."""
    both = Q(proposal=proposal) | Q(proposal__first=proposal, proposal__state="merged")
    rows = Author.objects.filter(both, county=proposal.county, proposal__county=proposal.county).exclude(
        signed=Author.Signed.NO
    )
    facts = list(rows.values_list("place", "resident", "code", "phone_digest", "proposal__code"))
    accounts = sum(1 for _place, account, *_rest in facts if account)
    coded = [bool(code or (place == 0 and whole)) for place, account, code, _phone, whole in facts if not account]
    phones = [
        bool(phone) for place, account, code, phone, whole in facts if not (account or code or (place == 0 and whole))
    ]
    asked = Support.objects.filter(
        both, county=proposal.county, proposal__county=proposal.county, resident__isnull=False
    )
    subjects = [
        proposal.id,
        *Proposal.objects.filter(county=proposal.county, first=proposal, state="merged").values_list("id", flat=True),
    ]
    left = Delivery.objects.filter(
        county=proposal.county, receiver=Delivery.Receiver.RESIDENT, message__subject__in=subjects
    )
    ends = dict(left.values("state").annotate(n=Count("id")).values_list("state", "n"))
    return Hearing(
        accounts, sum(coded), sum(phones), len(phones) - sum(phones), asked.count(), ends.get(State.SENT, 0),
        ends.get(State.WAITING, 0) + ends.get(State.SENDING, 0), ends.get(State.PARKED, 0),
    )  # fmt: skip
