"""Telling those who hold a role somewhere: the part of a message that needs to know who holds what."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from gongyi.core import outbox
from gongyi.core.access import Actor, Permission
from gongyi.core.said import joined, say
from gongyi.people.queries import holders


def tell_holders(
    wanted: Mapping[UUID | None, Permission],
    *,
    by: Actor,
    event: str,
    words: Promise,
    number: str,
    path: str,
    subject: UUID,
    besides: AbstractSet[UUID | None] = frozenset(),
    group: bool = True,
) -> None:
    """One message to each holder of a permission in a unit, but for some; it names the record by its number alone.

    `group`: the unit's group chat hears too, of what kind, not of which record.
    """
    for unit, permission in wanted.items():
        if unit:
            accounts = holders(permission, {unit})[unit] - besides
            outbox.tell(accounts, by=by, event=event, text=joined([words, number], " "), path=path, subject=subject)
            if group:
                outbox.tell_group([unit], by=by, event=event, text=say(words), path=reverse("home:today"))
