"""Residents' own accounts: found by phone and password together, and by what a session holds. There is no list and no search."""

import unicodedata
from collections.abc import Mapping
from hashlib import pbkdf2_hmac
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gongyi.core.access import Actor, asker_actor
from gongyi.core.county import as_key
from gongyi.core.secrets import digest, phone_digits
from gongyi.people.models import Consent, Resident
from gongyi.people.rules import CONSENTS

ROUNDS = 600_000  # a fixed number: the proof is looked up, so it must come out the same again


def proof_of(county: int, phone: str, password: str) -> str:
    """What is stored of phone and password: a keyed digest of both. Slow, so never inside a transaction.

    The same work for a number that has an account, for one that has none and for one that has several (P3).
    """
    salt = digest("resident phone", f"{county} {phone_digits(phone)}")
    typed = unicodedata.normalize("NFKC", password)  # full-width letters of a Chinese keyboard are the same letters
    return digest("resident", pbkdf2_hmac("sha256", typed.encode(), bytes.fromhex(salt), ROUNDS).hex())


def find_resident(county: int, phone: str, password: str) -> Resident | None:
    """The account that this phone and this password open; None for an unknown phone as for a wrong password."""
    return Resident.objects.filter(county=county, proof=proof_of(county, phone, password)).first()


def mark_of(resident: Resident) -> str:
    """What a session keeps beside the key: another one after the password was changed, so that other browsers are out."""
    return digest("resident session", resident.proof)


def held_resident(county: int, held: Mapping[str, Any]) -> Resident | None:
    """The account that a session holds; None when it is gone or its password was changed since."""
    key = as_key(held.get("id"))
    found = Resident.objects.filter(county=county, id=key).first() if key else None
    return found if found and mark_of(found) == held.get("mark") else None


def open_consents(county: int, person: UUID, purpose: Consent.For) -> QuerySet[Consent]:
    """What the person agreed to and did not take back, to whatever words."""
    return Consent.objects.filter(county=county, person=person, purpose=purpose, withdrawn_at=None)


def agrees(county: int, person: UUID, purpose: Consent.For) -> bool:
    """Whether the person agrees now, to the words as they are now."""
    return open_consents(county, person, purpose).filter(version=CONSENTS[purpose].version).exists()


def texted_resident(county: int, key: UUID) -> Actor | None:
    """The resident behind this key who wants text messages; None for one who is gone or does not agree (any more)."""
    found = Resident.objects.filter(county=county, id=key).first()
    agreed = found is not None and agrees(county, key, Consent.For.SMS)
    return asker_actor("resident", county, key) if agreed else None
