"""What a resident's account does to cases: takes one in by number and code, and lets all of them go when it ends.

Nothing is written into the timeline, and the audit row names the account or nothing: no office learns which cases belong together.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from gongyi.casework.models import Case
from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor
from gongyi.people.actions.residents import KIND, resident_actor
from gongyi.people.models import Consent, Resident

UNUSED = timedelta(days=730)


@transaction.atomic
def claim_case(key: UUID, *, by: Actor, resident: Resident) -> None:
    """Put a case, with the wishes about its data, into the account of whoever opened it by its code.

    A case stands in one account: who lost the password opens a new one and brings the cases over by their codes.
    """
    wishes = Case.objects.filter(county=resident.county, wish_of=key).values_list("id", flat=True)
    Case.objects.filter(id__in=[key, *wishes]).exclude(resident=resident.id).update(resident=resident.id)
    audit.record(by=by, action="resident.claim", kind="casework.case")


@transaction.atomic
def remove_resident(resident: Resident, *, by: Actor, action: str = "resident.remove") -> None:
    """Delete the account. Its cases go on, follow their codes and no longer tell that they belong together."""
    Case.objects.filter(county=resident.county, resident=resident.id).update(resident=None)
    Consent.objects.filter(county=resident.county, person=resident.id).delete()
    outbox.forget(resident.county, resident.id)
    Resident.objects.filter(county=resident.county, id=resident.id).delete()
    audit.record(by=by, action=action, kind=KIND, subject=resident.id)


def remove_unused(county: int) -> int:
    """Delete the accounts that nobody signed in to for 24 months, a hundred a night. Returns how many."""
    since = clock.today() - UNUSED
    unused = list(Resident.objects.filter(county=county, seen_on__lt=since).order_by("seen_on")[:100])
    for resident in unused:
        remove_resident(resident, by=resident_actor(resident), action="resident.unused")
    return len(unused)
