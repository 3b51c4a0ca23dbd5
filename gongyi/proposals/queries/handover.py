"""What proposals add to other parts: open ones in a hand-over pack, and why a unit cannot be closed yet."""

from collections.abc import Iterator

from django.utils.translation import ngettext

from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.people.queries.handover import Line
from gongyi.proposals.models import Call, ProposalPart
from gongyi.proposals.models.proposal import OPEN
from gongyi.proposals.queries.words import turn_of


def open_proposals(unit: Unit) -> list[str]:
    """Why a unit cannot be closed yet: the open proposals in which it takes part."""
    number = ProposalPart.objects.filter(county=unit.county, unit=unit, until=None, state__in=OPEN).count()
    sentence = ngettext("还有 %(n)d 件没办结的提案归%(unit)s。", "还有 %(n)d 件没办结的提案归%(unit)s。", number)
    found = [sentence % {"n": number, "unit": unit.name}] if number else []
    calls = Call.objects.filter(county=unit.county, unit=unit, state__in=["open", "closed"]).count()
    sentence = ngettext("%(unit)s还有 %(n)d 个征集没有公布结果。", "%(unit)s还有 %(n)d 个征集没有公布结果。", calls)
    return found + ([sentence % {"n": calls, "unit": unit.name}] if calls else [])


def handover_lines(_giver: Account, unit: Unit) -> Iterator[Line]:
    """Open proposals whose next step is the unit's, the most pressing first."""
    rows = ProposalPart.objects.filter(county=unit.county, unit=unit, until=None, my_turn=True, state__in=OPEN)
    for row in rows.select_related("proposal", "proposal__turn_unit").order_by("due", "id"):
        one = row.proposal
        yield Line(one.number, turn_of(one).words, one.turn_due, one.get_absolute_url())
