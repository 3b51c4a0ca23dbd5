"""The invented demo county 999001: units, people, posts, and fourteen months of requests made by the product's own actions."""

import random
import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from gongyi.casework.actions.settings import fill_defaults
from gongyi.casework.models import Case
from gongyi.core import clock
from gongyi.core.access import system_actor
from gongyi.core.county import bind, new_key
from gongyi.core.models import Message
from gongyi.home.actions.stories import Stage, play
from gongyi.home.actions.suggested import Suggested
from gongyi.network.models import Duty, Post, Unit
from gongyi.network.queries import initials
from gongyi.people.models import Account, Grant, Holding
from gongyi.proposals.actions.settings import fill_defaults as fill_proposals

COUNTY = 999001
SPAN = timedelta(days=425)
WITH_PROPOSALS = 100  # a smaller demo is for a test that wants cases
DATA = Path(__file__).parent.parent / "demo.toml"


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def sign_ins() -> list[tuple[str, str, str, list[str]]]:
    """The demo accounts: (sign-in name, name, place, roles); all have the password of `demo_password`."""
    return [(who, name, place, roles) for who, name, place, roles in _data()["people"]]


def demo_password() -> str:
    """The one password of the demo accounts."""
    return str(_data()["password"])


def fill_demo(*, cases: int = 400, seed: int = 999001) -> dict[str, Any]:
    """Make the demo county in an empty database; returns how many units, accounts and cases it has, and one case to follow."""
    by = system_actor("demo", COUNTY)
    end = clock.now()
    with bind(COUNTY), clock.at(end - SPAN):
        with transaction.atomic():
            units = _units()
            people = _people(units)
            fill_defaults(by=by)
            fill_proposals(by=by)
            _posts(units, people)
        stage = Stage(_data(), random.Random(seed), units, people)  # noqa: S311 - a repeatable demo, no secret
        suggested = Suggested(stage, _data()["proposal"], seed) if cases >= WITH_PROPOSALS else None
        told = suggested.stories(end - SPAN, end) if suggested else []
        play(stage.stories(cases, end - SPAN, end) + told, end)
    with bind(COUNTY), transaction.atomic():
        _read_old_messages(end)
        number = _to_follow(stage.codes)
    made = {"units": len(units), "accounts": len(people), "cases": Case.objects.filter(county=COUNTY).count()}
    return made | {"number": number, "code": stage.codes.get(number, "")}


def _to_follow(codes: dict[str, str]) -> str:
    """The number of a case that its asker can do something with: one with an answer if there is, else the newest; '' for none."""
    rows = Case.objects.filter(county=COUNTY, number__in=codes).order_by("-recorded_at")
    found = rows.filter(state__in=["answered", "calling"]).first() or rows.exclude(question="").first() or rows.first()
    return found.number if found else ""


def _units() -> dict[str, Unit]:
    data, made = _data(), {}

    def add(name: str, tier: str, code: str, parent: Unit | None) -> Unit:
        unit = Unit(
            county=COUNTY, name=name, tier=tier, code=code, parent=parent, since=clock.today(), initials=initials(name)
        )
        unit.id = new_key(0)
        unit.path = (parent.path if parent else "") + unit.mark
        unit.save()
        made[name] = unit
        return unit

    county = add(data["county"], "county", str(COUNTY), None)
    for i, town in enumerate(data["town"], start=1):
        township = add(town["name"], "township", f"{COUNTY}{i:03d}", county)
        for j, village in enumerate(town["villages"], start=1):
            add(village, "village", f"{COUNTY}{i:03d}{200 + j}", township)
    for i, department in enumerate(data["department"], start=1):
        add(department["name"], "department", f"{COUNTY}-D{i:02d}", county)
    return made


def _people(units: dict[str, Unit]) -> dict[str, Account]:
    encoded, now, made = make_password(demo_password()), clock.now(), {}
    for username, name, place, roles in sign_ins():
        account = Account(home=COUNTY, username=username, name=name, password=encoded, demo=True, created_at=now)
        account.save()
        made[username] = account
        for unit in place.split("+"):
            for role in roles:
                Grant(
                    account=account,
                    role=role,
                    unit=units[unit],
                    purpose="演示",
                    since=clock.today(),
                    made_at=now,
                    confirmed_at=now,
                ).save()
    return made


def _posts(units: dict[str, Unit], people: dict[str, Account]) -> None:
    """A post of 联络员 in every village, some of them vacant, with duties; and one of 办件 in every township."""
    data, today = _data(), clock.today()
    of_village = {
        place: people[who] for who, _n, places, roles in sign_ins() for place in places.split("+") if "officer" in roles
    }
    for name, unit in units.items():
        if unit.tier not in {Unit.Tier.VILLAGE, Unit.Tier.TOWNSHIP}:
            continue
        village = unit.tier == Unit.Tier.VILLAGE
        post = Post(unit=unit, name="联络员" if village else "办件专干", since=today)
        post.save()
        for i, text in enumerate(data["duties"]):
            Duty(unit=unit, post=post if village or i else None, text=text, since=today).save()
        holder = (
            of_village.get(name)
            if village
            else next(people[w] for w, _n, p, r in sign_ins() if p == name and "clerk" in r)
        )
        if holder and name not in data["vacant"]:
            _holding(post, holder, name, for_a_year=not village)


def _holding(post: Post, holder: Account, place: str, *, for_a_year: bool) -> None:
    """The holder's card, checked on a day of each place's own."""
    today = clock.today()
    year, fresh = today + timedelta(days=365), clock.now().date() + SPAN - timedelta(days=20 + 9 * len(place))
    Holding(
        post=post,
        account=holder,
        since=today,
        until=year if for_a_year else None,
        contact="见单位电话",
        verified_on=fresh,
    ).save()


def _read_old_messages(end: datetime) -> None:
    """Who works here has read what is older than two days."""
    Message.objects.filter(county=COUNTY, at__lt=end - timedelta(days=2)).update(read_at=end - timedelta(days=1))
