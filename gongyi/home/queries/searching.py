"""Searching from a script: for whom, and the numbers of what is found."""

from typing import Any

from gongyi.casework.queries.searching import numbers_of
from gongyi.core import search
from gongyi.core.access import Actor, Held, Role
from gongyi.network.models import Unit
from gongyi.people.actions.accounts import sign_in_name
from gongyi.people.models import Account
from gongyi.people.queries import actor_of


def acting_for(county: int, *, account: str, unit: str) -> Actor | None:
    """The person with this sign-in name, or anybody who works in the unit with this code; None for an unknown name."""
    if account:
        found = Account.objects.filter(username=sign_in_name(account), home=county).first()
        return actor_of(found) if found else None
    place = Unit.objects.filter(county=county, code=unit).first()
    held = (Held(Role.CLERK, place.id, place.path),) if place else ()
    return Actor(id=None, name="search", county=county, held=held) if held else None


def found_numbers(county: int, by: Actor | None, text: str) -> dict[str, Any]:
    """How many cases hold the words, their numbers, newest first, and the numbers that some have elsewhere."""
    keys = search.find_all(county, by, search.KINDS["case"], text)
    numbers, external = numbers_of(county, keys)
    return {"total": len(keys), "numbers": numbers, "external": external}
