"""What a resident's account does to cases: takes one in by number and code, and lets all of them go when it ends.

Nothing is written into the timeline, and the audit row names the account or nothing: no office learns which cases belong together.
"""

from uuid import UUID

from django.db import transaction

from gongyi.casework.models import Case
from gongyi.core import audit
from gongyi.core.access import Actor
from gongyi.people.models import Resident


@transaction.atomic
def claim_case(key: UUID, *, by: Actor, resident: Resident) -> None:
    """Put a case, with the wishes about its data, into the account of whoever opened it by its code.

    A case stands in one account: who lost the password opens a new one and brings the cases over by their codes.
    """
    wishes = Case.objects.filter(county=resident.county, wish_of=key).values_list("id", flat=True)
    Case.objects.filter(id__in=[key, *wishes]).exclude(resident=resident.id).update(resident=resident.id)
    audit.record(by=by, action="resident.claim", kind="casework.case")


def let_go(resident: Resident) -> None:
    """The account ends: its cases go on, follow their codes and no longer tell that they belong together."""
    Case.objects.filter(county=resident.county, resident=resident.id).update(resident=None)
