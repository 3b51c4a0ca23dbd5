"""Residents' own accounts: opened, changed, used. Closing one lets go of its cases and stands in `casework.actions`."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock
from gongyi.core.access import Actor, asker_actor
from gongyi.core.county import new_key
from gongyi.core.outbox.addresses import remove_address
from gongyi.core.secrets import phone_digits
from gongyi.people.models import Resident
from gongyi.people.queries.residents import proof_of

KIND = "people.resident"


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
