"""A scratch county of any size for `./run manage bench`: 12 townships, 200 villages, 24 months of requests in every state.

Written straight into the tables, because a million requests made by the product's own actions would take days. What a list,
a page or a new request touches is there: cases, participation rows, and for the pages that are opened a whole timeline and
an asker with an encrypted phone.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.intake import AskerFacts, store_asker
from gongyi.casework.actions.moving import PARTS
from gongyi.casework.actions.settings import fill_defaults
from gongyi.casework.models import Asker, Case, CasePart, CaseStep, CaseType, Topic
from gongyi.casework.workflow import STATES, TURNS
from gongyi.core import clock, numbering, outbox
from gongyi.core.access import Actor, Role, system_actor
from gongyi.core.county import bind, new_key
from gongyi.core.models import NumberSeries
from gongyi.core.said import say
from gongyi.core.tracking import code_digest, make_code
from gongyi.home.actions.bench_proposals import fill_proposals
from gongyi.network.models import Unit
from gongyi.people import rules
from gongyi.people.models import Account, Device, Grant
from gongyi.people.queries import actor_of
from gongyi.reports.actions.monthly import count_months

COUNTY = 999001
SPAN = timedelta(days=730)
TOWNSHIPS, VILLAGES = 12, 200
BATCH = 2000
EXPORTER, READER = "bench-export", "bench-figures"
LONG = 200  # cases with a whole timeline and an asker: those whose pages are opened
# How a request ends up by its age in days: (up to this age, state, how many of a hundred).
AGES: list[tuple[int, dict[str, int]]] = [
    (15, {"recorded": 8, "assigned": 14, "signed": 8, "contacted": 8, "handling": 22, "drafted": 8, "answered": 16, "closed": 14, "declined": 2}),
    (60, {"handling": 4, "extending": 1, "parked": 2, "answered": 3, "calling": 4, "redo": 2, "closed": 78, "declined": 5, "void": 1}),
    (10_000, {"parked": 1, "handling": 1, "closed": 2, "filed": 94, "void": 2}),
]  # fmt: skip
MATTERS = ["路灯坏了三天，晚上老人出门看不见", "停水两天，家里只能去河边挑", "垃圾几天没人收，臭得开不了窗", "水泥路裂了一道口子，电动车差点翻",
           "低保要带哪些材料，到哪里办", "灌溉渠堵了，下游没有水", "去县城的班车减了，学生回不了家"]  # fmt: skip
WAITS = say(gettext_lazy("新派来的办件，请签收"))
REST = "已经和组里说过，还没有人来看。住在附近的十几户都受影响，请尽快安排人来看一下，看完给个准话。"
# The ten lines of a case that has a whole timeline: what was done, from which state to which.
WAY = [("record", "", "recorded"), ("accept", "recorded", "accepted"), ("assign", "accepted", "assigned"),
       ("sign", "assigned", "signed"), ("contact", "signed", "contacted"), ("log", "contacted", "handling"),
       ("log", "handling", "handling"), ("remind", "handling", "handling"), ("log", "handling", "handling"),
       ("log", "handling", "handling")]  # fmt: skip


@dataclass
class Land:
    """The units and words that the requests are made of; `home` is the largest township, where the measured clerk works."""

    rng: random.Random
    county: Unit
    townships: dict[Any, Unit]
    villages: list[Unit]
    departments: list[Unit]
    home: Unit
    types: list[CaseType]
    topics: list[Topic]


def fill_bench(*, cases: int, proposals: int = 0) -> None:
    """Fill an empty, migrated database with a county of so many cases and proposals, one transaction per batch."""
    with bind(COUNTY):
        with transaction.atomic():
            land = _land()
            _people(land)
            _exporter(land)
            _reader(land)
        stories = _stories(land, cases)
        while batch := list(islice(stories, BATCH)):
            _store(land, batch)
        NumberSeries(county=COUNTY, series="", year=clock.today().year, last=cases).save()
        if proposals:
            towns, told = list(land.townships.values()), min(LONG, proposals // 10)
            fill_proposals(land.county, towns, number=proposals, span=SPAN, told=told)
        count_months(COUNTY)


def exporter() -> Actor:
    """Who exports: the receiver of every township, who sees every case."""
    return actor_of(Account.objects.get(username=EXPORTER))


def sign_in_bench(username: str = "bench") -> str:
    """Sign the measured clerk, or the county's reader of figures, in on a confirmed device, as the sign-in page does; returns the key of the session."""
    account = Account.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.id), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session[rules.DEVICE] = str(Device.objects.get(account=account).id)
    session.save()
    return str(session.session_key)


@transaction.atomic
def _store(land: Land, batch: list[Case]) -> None:
    Case.objects.bulk_create(batch)
    CasePart.objects.bulk_create(part for case in batch for part in _parts(land, case))
    told = [case for case in batch if case.version > 1]
    CaseStep.objects.bulk_create(step for case in told for step in _steps(case, land.home))
    for case in told:
        phone = f"199{land.rng.randrange(10**8):08d}"
        store_asker(Asker(county=COUNTY, case=case), AskerFacts(name="王小明", phone=phone))


def _land() -> Land:
    rng = random.Random(COUNTY)  # noqa: S311 - repeatable figures, no secret
    county = _unit(name="云溪县", tier=Unit.Tier.COUNTY, code=str(COUNTY), parent=None)
    towns = [
        _unit(name=f"{i:02d}号镇", tier=Unit.Tier.TOWNSHIP, code=f"{COUNTY}{i:03d}", parent=county)
        for i in range(1, TOWNSHIPS + 1)
    ]
    villages = []
    for i in range(VILLAGES):
        town = towns[min(int(rng.triangular(0, TOWNSHIPS, 0)), TOWNSHIPS - 1)]  # a few large townships, many small ones
        villages.append(_unit(name=f"{i:03d}号村", tier=Unit.Tier.VILLAGE, code=f"{town.code}{200 + i}", parent=town))
    departments = [
        _unit(name=f"县{i:02d}局", tier=Unit.Tier.DEPARTMENT, code=f"{COUNTY}-D{i:02d}", parent=county)
        for i in range(1, 11)
    ]
    fill_defaults(by=system_actor("bench", COUNTY))
    types, topics = CaseType.objects.filter(county=COUNTY), Topic.objects.filter(county=COUNTY, level=2)
    return Land(
        rng, county, {town.id: town for town in towns}, villages, departments, towns[0], list(types), list(topics)
    )


def _unit(*, parent: Unit | None, **facts: Any) -> Unit:
    unit = Unit(id=new_key(0), county=COUNTY, parent=parent, since=clock.today() - 2 * SPAN, **facts)
    unit.path = (parent.path if parent else "") + unit.mark
    unit.save()
    return unit


def _people(land: Land) -> None:
    """A dispatcher in every township, an officer in every village, and the clerk `bench` with a confirmed device."""
    for i, (role, unit) in enumerate([
        (Role.CLERK, land.home), (Role.DISPATCHER, land.county), *((Role.DISPATCHER, town) for town in land.townships.values()),
        *((Role.OFFICER, village) for village in land.villages),
    ]):  # fmt: skip
        account = Account(
            home=COUNTY, username=f"bench{i or ''}", name=f"王{i}", password=make_password(None), created_at=clock.now()
        )
        account.save()
        Grant(
            account=account, role=role.value, unit=unit, purpose="bench", since=clock.today(), made_at=clock.now(),
            confirmed_at=clock.now(),
        ).save()  # fmt: skip
        if i == 0:
            Device(
                account=account, digest="0" * 64, label="bench", asked_at=clock.now(), confirmed_at=clock.now()
            ).save()
            outbox.tell([account.id], by=system_actor("bench", COUNTY), event="assigned", text=WAITS, path="/")


def _exporter(land: Land) -> None:
    account = Account(
        home=COUNTY, username=EXPORTER, name="王汇总", password=make_password(None), created_at=clock.now()
    )
    account.save()
    for town in land.townships.values():
        Grant(
            account=account, role=Role.CLERK.value, unit=town, purpose="bench", since=clock.today(), made_at=clock.now(),
            confirmed_at=clock.now(),
        ).save()  # fmt: skip


def _reader(land: Land) -> None:
    """Who looks at the figures of the whole county."""
    account = Account(home=COUNTY, username=READER, name="王统计", password=make_password(None), created_at=clock.now())
    account.save()
    Grant(
        account=account, role=Role.STATISTICIAN.value, unit=land.county, purpose="bench", since=clock.today(), made_at=clock.now(),
        confirmed_at=clock.now(),
    ).save()  # fmt: skip
    Device(account=account, digest="1" * 64, label="bench", asked_at=clock.now(), confirmed_at=clock.now()).save()


def _stories(land: Land, cases: int) -> Iterator[Case]:
    """The cases in order of time; every tenth of the last ones has a whole timeline, the same number at every size."""
    end, told = clock.now(), min(LONG, cases // 10)
    for i in range(cases):
        moment = end - SPAN * (1 - i / cases) - timedelta(minutes=land.rng.uniform(1, 60))
        with clock.at(moment):
            case = _case(land, (end - moment).days, numbering.show("", moment.year, i + 1))
            if i % 10 == 0 and i >= cases - 10 * told:
                case.state, case.lead_id, case.desk_id, case.version = "handling", land.home.id, land.home.id, len(WAY)
                case.code = code_digest(make_code(case.id))
            _date(case)
        yield case


def _case(land: Land, age: int, number: str) -> Case:
    """One case as it stands after so many days."""
    rng, now = land.rng, clock.now()
    shares = next(shares for limit, shares in AGES if age < limit)
    state = rng.choices(list(shares), list(shares.values()))[0]
    village = rng.choice(land.villages)
    town = land.townships[village.parent_id]
    matter, type_ = village.name + rng.choice(MATTERS), rng.choice(land.types)
    case = Case(
        id=new_key(COUNTY), county=COUNTY, state=state, changed_at=now, number=number, title=matter[:30], content=f"{matter}。{REST}",
        type_id=type_.id, span=type_.answer_span, topic_id=rng.choice(land.topics).id, area_id=village.id, desk_id=town.id,
        unit_id=rng.choice([village.id, town.id]), recorded_at=now, accepted_at=now, resident_due=now + timedelta(days=20),
    )  # fmt: skip
    if state not in {"recorded", "declined", "void"}:
        case.lead_id = rng.choices([town, village, rng.choice(land.departments)], [6, 2, 2])[0].id
    case.second_id = town.id if state in {"drafted", "extending"} else None
    case.caller_id = land.county.id if state == "calling" else None
    return case


def _date(case: Case) -> None:
    """What goes with the state: an answer, an end, a date on which it goes on, whose turn it is."""
    now = clock.now()
    if case.lead_id:
        case.assigned_at, case.unit_due = now + timedelta(hours=2), now + timedelta(days=18)
        case.sign_due, case.contact_due = now + timedelta(days=1), now + timedelta(days=2)
        if case.state != "assigned":
            case.signed_at, case.contacted_at = now + timedelta(hours=9), now + timedelta(hours=30)
    if case.state in {"answered", "calling", "closed", "filed", "redo"}:
        case.answered_at, case.answer = now + timedelta(days=6), "已派人到现场看过，今天处理好了，请再看看。"
        case.outcome, case.rating, case.drawn = "solved", "good", False
    if case.state in {"closed", "filed", "declined"}:
        case.closed_at = now + timedelta(days=8)
    if case.state == "parked":
        case.wakes_on = clock.today() + timedelta(days=900)
    if STATES[case.state].open:
        case.turn_due = case.unit_due or case.resident_due
        case.turn_unit_id = getattr(case, TURNS[case.state][0]) if case.state in TURNS else None


def _parts(land: Land, case: Case) -> list[CasePart]:
    """The units that take part, two or three."""
    wanted = {unit: part for part, place in reversed(PARTS) if (unit := getattr(case, place))}
    if len(wanted) == 1:
        wanted[land.county.id] = "supervises"
    return [
        CasePart(
            id=new_key(COUNTY), county=COUNTY, case_id=case.id, unit_id=unit, part=part, since=case.recorded_at, state=case.state,
            type_id=case.type_id, topic_id=case.topic_id, recorded_at=case.recorded_at, due=case.turn_due,
            my_turn=unit == case.turn_unit_id, turn_unit_id=case.turn_unit_id,
        )
        for unit, part in wanted.items()
    ]  # fmt: skip


def _steps(case: Case, unit: Unit) -> list[CaseStep]:
    at: datetime = case.recorded_at
    return [
        CaseStep(
            county=COUNTY, case_id=case.id, seq=seq, at=at + (clock.now() - at) * seq / (len(WAY) + 1), action=action, source=source,
            target=target, actor_label="王经办", unit=unit.id, unit_label=unit.name, note=REST if action in {"contact", "log"} else "",
        )
        for seq, (action, source, target) in enumerate(WAY, start=1)
    ]  # fmt: skip
