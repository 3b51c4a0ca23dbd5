"""Units, accounts and grants for tests, written straight into the tables. Every default is fixed, every row is quick."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from gongyi.core import county as county_keys
from gongyi.core.access import Actor, Held, Role
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.network.models import Post, Unit
from gongyi.people.models import Account, Grant, Holding
from gongyi.people.queries import actor_of

BEGAN = date(2020, 1, 1)
MADE = datetime(2020, 1, 1, tzinfo=UTC)
_below = {
    Unit.Tier.COUNTY: Unit.Tier.TOWNSHIP,
    Unit.Tier.TOWNSHIP: Unit.Tier.VILLAGE,
    Unit.Tier.VILLAGE: Unit.Tier.TEAM,
    Unit.Tier.DEPARTMENT: Unit.Tier.TEAM,
}
_numbers = count(1)


def make_county(code: int = 999001, name: str = "东湖县") -> Unit:
    """A county's unit; the county is bound for the rest of the test (conftest's `unbound` ends it)."""
    county_keys._bound.set(code)
    return _unit(county=code, code=str(code), name=name, tier=Unit.Tier.COUNTY)


def make_unit(name: str = "李家镇", parent: Unit | None = None, tier: str = "", **facts: Any) -> Unit:
    """A unit under `parent` (a new county if none), by default one tier below it."""
    parent = parent or Unit.objects.filter(tier=Unit.Tier.COUNTY).order_by("id").first() or make_county()
    facts.setdefault("code", f"{parent.county}-X{next(_numbers):04}")
    tier = tier or _below[Unit.Tier(parent.tier)]
    return _unit(county=parent.county, name=name, parent=parent, tier=tier, **facts)


def _unit(**facts: Any) -> Unit:
    parent: Unit | None = facts.get("parent")
    unit = Unit(id=new_key(0), since=facts.pop("since", BEGAN), **facts)
    unit.path = (parent.path if parent else "") + unit.mark
    unit.save()
    return unit


def make_post(unit: Unit, name: str = "联络员", **facts: Any) -> Post:
    """A post of a unit, vacant unless `hold` fills it."""
    return Post.objects.create(unit=unit, name=name, since=facts.pop("since", BEGAN), **facts)


def hold(post: Post, account: Account, kind: str = Holding.Kind.HOLDER, **facts: Any) -> Holding:
    """The account holds the post."""
    return Holding.objects.create(post=post, account=account, kind=kind, since=facts.pop("since", BEGAN), **facts)


def make_account(name: str = "王小明", *, home: int = 999001, password: str = "", **facts: Any) -> Account:
    """An account; of the demo kind unless said, so that page tests need no second factor. No password: `force_login`."""
    account = _account(name, home=home, password=password, **facts)
    account.save()
    return account


def _account(name: str, *, home: int, password: str = "", **facts: Any) -> Account:
    username = facts.pop("username", f"u{next(_numbers)}")
    account = Account(name=name, username=username, home=home, created_at=MADE, **{"demo": True, **facts})
    if password:
        account.set_password(password)
    else:
        account.set_unusable_password()
    return account


def grant(account: Account, role: Role | str, unit: Unit, **facts: Any) -> Grant:
    """A grant in force, confirmed by a second manager as the guarded roles need."""
    made = _grant(account, role, unit, **facts)
    made.save()
    return made


def _grant(account: Account, role: Role | str, unit: Unit, **facts: Any) -> Grant:
    facts = {"purpose": "测试", "since": BEGAN, "made_at": MADE, "confirmed_at": MADE, **facts}
    return Grant(account=account, role=Role(role).value, unit=unit, **facts)


def actor(account: Account) -> Actor:
    """The person with the grants in force now."""
    return actor_of(account)


def make_actor(role: Role | str, unit: Unit, name: str = "王小明", **facts: Any) -> Actor:
    """Somebody new with one role in one unit."""
    account = make_account(name, home=unit.county, **facts)
    grant(account, role, unit)
    return actor(account)


def make_actors(**people: tuple[Role, Unit, str]) -> dict[str, Actor]:
    """The same for many, each (role, unit, name), in two statements."""
    accounts = {key: _account(name, home=unit.county) for key, (_role, unit, name) in people.items()}
    Account.objects.bulk_create(accounts.values())
    Grant.objects.bulk_create([_grant(accounts[key], role, unit) for key, (role, unit, _name) in people.items()])
    return {
        key: Actor(
            id=accounts[key].id, name=name, county=unit.county, held=(Held(role, unit.id, unit.path, unit.name),), unit=unit.id,
        )
        for key, (role, unit, name) in people.items()
    }  # fmt: skip


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block is refused with this code."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code
