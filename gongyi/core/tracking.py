"""What a resident holds in the hand: a number and a code; and the public addresses, which say nothing of what stands behind them."""

import secrets
import unicodedata
from datetime import timedelta
from hmac import compare_digest
from uuid import UUID, uuid5

from django.db.models import Model, QuerySet

from gongyi.core import clock
from gongyi.core.secrets import digest

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 5 bits a letter; none of them is read for another
LETTERS, GROUP = 12, 4
LONGEST = 40  # characters of a number as somebody types it
SLUG = 10


def make_code(seed: UUID, *, place: int = 0) -> str:
    """The tracking code, 60 bits in three groups of four: the same for the same seed, so that a form sent twice shows one code.

    The seed is the form's random key; without this installation's digest key nobody can reckon the code from it. `place` makes
    further codes of one form.
    """
    number = int(digest("tracking code", str(uuid5(seed, str(place)) if place else seed)), 16)
    letters = "".join(ALPHABET[(number >> 5 * at) & 31] for at in range(LETTERS))
    return " ".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def code_digest(code: str) -> str:
    """What is stored of a code: a keyed digest. Capitals, spaces and hyphens do not matter."""
    typed = unicodedata.normalize("NFKC", code).upper()
    return digest("tracking", "".join(letter for letter in typed if letter in ALPHABET))


def typed_number(number: str) -> str:
    """A number as it is stored, however wide its signs were typed."""
    return "".join(unicodedata.normalize("NFKC", number).split())[:LONGEST]


def matching(rows: QuerySet[Model], code: str) -> UUID | None:
    """The key of the one row there is, if this is its code; None for no row as for a wrong code, after the same work (P3)."""
    key, kept = rows.values_list("id", "code").first() or (None, "")
    return key if compare_digest(code_digest(code), kept or "-" * 64) else None


def sent_lately(rows: QuerySet[Model], code: str, at: str) -> UUID | None:
    """Which of these a form made within the last day, by the code that goes with the form; `at` is the column with its moment."""
    lately = {f"{at}__gte": clock.now() - timedelta(days=1)}
    return rows.filter(code=code_digest(code), **lately).values_list("id", flat=True).first()


def new_slug() -> str:
    """A public address at random, in small letters."""
    return "".join(secrets.choice(ALPHABET) for _n in range(SLUG)).lower()
