"""Residents' own accounts: opened, changed, used, ended. Later apps say what an account that ends lets go (`lets_go`)."""

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor, asker_actor
from gongyi.core.county import new_key
from gongyi.core.outbox.addresses import remove_address
from gongyi.core.secrets import phone_digits
from gongyi.people.models import Consent, Resident
from gongyi.people.queries.residents import proof_of

KIND = "people.resident"
UNUSED = timedelta(days=730)
lets_go: list[Callable[[Resident], None]] = []  # what the account holds of other apps


def resident_actor(resident: Resident) -> Actor:
    """The resident as whoever acts on their own account: no name, and this one record in reach."""
    return asker_actor(_("诉求人"), resident.county, resident.id)


def open_resident(*, county: int, phone: str, password: str) -> Resident:
    """An account for this phone and password. If one has both already it is that one, so a form sent twice makes one.

    Another password makes another account of the same number: nobody learns whether a number has one, and nobody can take one away.
    """
    proof = proof_of(county, phone, password)
    new = Resident(
        id=new_key(county),
        county=county,
        phone=phone.strip(),
        proof=proof,
        opened_at=clock.now(),
        seen_on=clock.today(),
    )
    with transaction.atomic():
        Resident.objects.bulk_create([new], ignore_conflicts=True)
        kept = Resident.objects.get(county=county, proof=proof)
        if kept.id == new.id:
            audit.record(by=resident_actor(kept), action="resident.open", kind=KIND, subject=kept.id)
    return kept


def change_resident(resident: Resident, *, by: Actor, phone: str, password: str) -> Resident:
    """Another number, another password, or both; all other browsers are out. Raises ValidationError when both are in use."""
    proof = proof_of(resident.county, phone, password)
    with transaction.atomic():
        mine = Resident.objects.filter(county=resident.county)
        if mine.filter(proof=proof).exclude(id=resident.id).exists():
            raise ValidationError({"new": _("请换一个密码。")})
        if phone_digits(phone) != phone_digits(resident.phone):  # text messages wait until the new number is confirmed
            remove_address(by=by, owner=resident.id, way="sms")
        resident.phone, resident.proof = phone.strip(), proof
        resident.save()
        audit.record(by=by, action="resident.change", kind=KIND, subject=resident.id)
    return resident


def note_use(resident: Resident) -> None:
    """Note the day on which the account was used last; one not used for long is removed. No audit row: it is a mark."""
    Resident.objects.filter(county=resident.county, id=resident.id).update(seen_on=clock.today())


@transaction.atomic
def remove_resident(resident: Resident, *, by: Actor, action: str = "resident.remove") -> None:
    """Delete the account. What was sent through it goes on, follows its codes and no longer tells that it belongs together."""
    for let_go in lets_go:
        let_go(resident)
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
