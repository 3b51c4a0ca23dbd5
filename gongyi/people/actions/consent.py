"""A resident agrees to one use of their data, and takes it back: as easily, at once, without losing anything else (rights.md D16)."""

from hashlib import sha256

from django.db import transaction
from django.utils import translation

from gongyi.core import audit, clock
from gongyi.core.outbox import addresses
from gongyi.people.actions.residents import resident_actor
from gongyi.people.models import Consent, Resident
from gongyi.people.queries.residents import open_consents
from gongyi.people.rules import CONSENTS

KIND = "people.consent"


@transaction.atomic
def give_consent(resident: Resident, *, purpose: Consent.For) -> Consent:
    """Note that the resident agreed to the words as they stand now; given twice it is one."""
    words, language = CONSENTS[purpose], translation.get_language() or "zh-hans"
    open_ = open_consents(resident.county, resident.id, purpose)
    if (given := open_.filter(version=words.version).first()) is not None:
        return given
    open_.update(withdrawn_at=clock.now())  # to words that no longer hold
    made = Consent(
        county=resident.county, person=resident.id, purpose=purpose, version=words.version, language=language[:10],
        words=sha256(str(words.text).encode()).hexdigest(), channel="portal", given_at=clock.now(),
    )  # fmt: skip
    made.save()
    audit.record(by=resident_actor(resident), action="consent.give", kind=KIND, subject=resident.id, label=purpose)
    return made


@transaction.atomic
def withdraw_consent(resident: Resident, *, purpose: Consent.For) -> None:
    """The use ends with this commit; the number goes, too, so that another time it is confirmed anew."""
    ended = open_consents(resident.county, resident.id, purpose).update(withdrawn_at=clock.now())
    addresses.remove_address(by=resident_actor(resident), owner=resident.id, way="sms")
    if ended:
        audit.record(by=resident_actor(resident), action="consent.end", kind=KIND, subject=resident.id, label=purpose)
