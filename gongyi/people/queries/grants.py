"""Reads about accounts and grants."""

from collections.abc import Set as AbstractSet
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.access import GUARDED, Actor, Held, Permission, Role, system_actor
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.people.models import Account, Grant


def grants_in_force() -> QuerySet[Grant]:
    """Grants that count today: begun, not over, not ended, confirmed where a second manager must, unit not closed (P10, P16)."""
    return _in_force(clock.today()).all()


@lru_cache(maxsize=2)  # asked at every request: the question is put together once a day, the rows are read each time
def _in_force(today: date) -> QuerySet[Grant]:
    return Grant.objects.filter(
        Q(until=None) | Q(until__gte=today),
        Q(confirmed_at__isnull=False) | ~Q(role__in=[role.value for role in GUARDED]),
        since__lte=today,
        ended_at=None,
        account__is_active=True,
    ).exclude(unit__status="closed")


@lru_cache(maxsize=2)
def _held_columns(today: date) -> QuerySet[Grant, Any]:
    columns = "unit__county", "role", "unit", "unit__path", "unit__name"
    return _in_force(today).order_by("made_at", "id").values_list(*columns)


def actor_of(account: Account, *, unit: UUID | None = None) -> Actor:
    """The person as an Actor with the grants in force now; acts for `unit` if a grant is held there, else for the first.

    One query. Without any grant the actor has no permission and belongs to the county where the account was made.
    """
    rows = _held_columns(clock.today()).filter(account=account)
    grants = [(county, Held(Role(role), key, path, name)) for county, role, key, path, name in rows]
    chosen = next((one for one in grants if one[1].unit == unit), grants[0] if grants else None)
    if chosen is None:
        return Actor(id=account.id, name=account.name, county=account.home)
    held = tuple(one for county, one in grants if county == chosen[0])
    return Actor(id=account.id, name=account.name, county=chosen[0], held=held, unit=chosen[1].unit)


def holders(permission: Permission, units: set[UUID]) -> dict[UUID, set[UUID]]:
    """Who holds a permission in each of these units now: {unit: accounts}. One query."""
    roles = [role.value for role in Role if permission in role.permissions]
    found: dict[UUID, set[UUID]] = {unit: set() for unit in units}
    for unit, account in grants_in_force().filter(unit__in=units, role__in=roles).values_list("unit", "account"):
        found[unit].add(account)
    return found


def first_with(units: list[Unit], *permissions: Permission, besides: AbstractSet[UUID | None]) -> Unit | None:
    """The first of these units in which somebody besides these people holds one of the permissions."""
    found = [holders(permission, {unit.id for unit in units}) for permission in permissions]
    return next((unit for unit in units if any(people[unit.id] - besides for people in found)), None)


def desk_for_residents(found: Unit | None) -> Unit:
    """The desk that receives what a resident sends. Raises Refused `nobody` in words for somebody outside the office."""
    if found is not None:
        return found
    raise Refused(
        "nobody",
        _("现在还没有工作人员能在网上收您的事，没有送出。"),
        _("您写的内容还在这里。请打电话或到村委会、乡镇窗口说。"),
        status=422,
    )


def somebody_else(
    start: Unit, *permissions: Permission, besides: AbstractSet[UUID | None], but: UUID | None = None
) -> Unit:
    """The nearest unit from `start` upwards, `but` for one, in which somebody besides these people holds one of the permissions (P9).

    Raises Refused `nobody` when there is none up to the county.
    """
    above = [unit for unit in chain(start) if unit.id != but]
    if found := first_with(above, *permissions, besides=besides):
        return found
    raise Refused(
        "nobody", _("从%(unit)s到县里都没有别的人可以接这一步。") % {"unit": start.name},
        _("请账号管理员给另一个人授予相应角色，写的内容还在。"), status=422,
    )  # fmt: skip


def find_staff(county: int, text: str, *, limit: int = 8) -> list[Account]:
    """People who work in the county now and whose name holds the text (at least one character); for a picker."""
    if not text.strip():
        return []
    staff = Account.objects.filter(
        grants__in=grants_in_force().filter(unit__county=county), name__contains=text.strip()[:20]
    )
    return list(staff.distinct().order_by("name", "id")[:limit])


def staff_named(county: int, key: UUID | None) -> Account | None:
    """Somebody who works in the county now, by key."""
    staff = (
        Account.objects.filter(grants__in=grants_in_force().filter(unit__county=county), id=key)
        if key
        else Account.objects.none()
    )
    return staff.distinct().first()


def reader_of(county: int, key: UUID) -> Actor | None:
    """Who gets messages under this key outside the house: an enabled account with a role in force in the county."""
    account = Account.objects.filter(id=key, is_active=True).first()
    found = actor_of(account) if account else None
    return found if found and found.held and found.county == county else None


def group_of(county: int, key: UUID) -> Actor | None:
    """A running unit of the county, as the reader behind its group chat; it holds nothing, so it hears of no record."""
    unit = Unit.objects.filter(county=county, id=key).exclude(status=Unit.Status.CLOSED).first()
    return system_actor(unit.name, county) if unit else None
