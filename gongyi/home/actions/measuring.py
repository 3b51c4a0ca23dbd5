"""Scratch counties for `./run manage measure_outbox` (people who get messages by a gateway of its own) and `measure_import`."""

import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Case
from gongyi.core import audit, clock, imports, numbering, outbox
from gongyi.core.access import Role, system_actor
from gongyi.core.county import bind, new_key
from gongyi.core.models import Address, Channel, Delivery, ImportRun, NoticeChoice, ScheduleRun, Way
from gongyi.core.outbox import sending
from gongyi.core.said import say
from gongyi.documents.tables import write_xlsx
from gongyi.home.actions.bench import COUNTY, MATTERS, REST, SPAN, fill_bench
from gongyi.home.actions.imports import carry_waiting
from gongyi.network.models import Unit
from gongyi.people.models import Account, Grant

PEOPLE, SECRET, JOB = 5, "secret of the measurement", "home.messages"
FEW = 100  # cases of the county into which a table is imported
TEXT = say(gettext_lazy("您有了新的角色：%(role)s。"), role=Role.CLERK.label)


@transaction.atomic
def fill_outbox_county(url: str) -> list[UUID]:
    """A unit, five people with confirmed numbers, and the gateway at this address. Returns the people."""
    unit = Unit(
        id=new_key(0), county=COUNTY, code=str(COUNTY), name="云溪县", tier=Unit.Tier.COUNTY, since=clock.today()
    )
    unit.path = unit.mark
    unit.save()
    with bind(COUNTY):
        Channel(county=COUNTY, way=Way.SMS, active=True, url=url, key_name="measure", secret=SECRET).save()
        return [_person(number, unit) for number in range(PEOPLE)]


def _person(number: int, unit: Unit) -> UUID:
    now = clock.now()
    account = Account(name=f"收{number}", username=f"reader{number}", home=COUNTY, created_at=now, demo=True)
    account.set_unusable_password()
    account.save()
    Grant(
        account=account,
        role=Role.CLERK.value,
        unit=unit,
        purpose="measure",
        since=clock.today(),
        made_at=now,
        confirmed_at=now,
    ).save()
    phone = f"1990000{number:04d}"
    Address(county=COUNTY, owner=account.id, way=Way.SMS, value=phone, made_at=now, confirmed_at=now).save()
    NoticeChoice(county=COUNTY, account=account.id, way=Way.SMS, kind="post").save()
    return UUID(str(account.id))


@transaction.atomic
def put_messages(people: list[UUID], number: int) -> None:
    """So many messages for each of these people, in one commit."""
    with bind(COUNTY):
        by = system_actor("measure", COUNTY)
        for _ in range(number):
            outbox.tell(people, by=by, event="grant.made", text=TEXT, path="/people/me/")


def let_pass() -> None:
    """The time that a killed job and a cut-off delivery wait is taken to be over."""
    ScheduleRun.objects.filter(name=JOB).update(failures=0, last_ok=True, note="", wanted_at=clock.now())


def send_parked_again() -> dict[UUID, int]:
    """What a person does about parked ones; returns how often each had been tried, which is forgotten with it."""
    parked = Delivery.objects.filter(county=COUNTY, state=Delivery.State.PARKED)
    tries = dict(parked.values_list("id", "tries"))
    sending.send_again(tries, county=COUNTY)
    return tries


# --- imports ----------------------------------------------------------------------------------------------------------

HEAD = ["编号", "标题", "登记时间", "诉求内容", "答复内容", "答复时间"]
INVENTED = 2000  # different texts
LONGEST = 8  # times the same words in one text: about as long as what people write on a city's message board


def fill_import_county() -> None:
    """The county of the bench with few cases."""
    fill_bench(cases=FEW)


def write_table(path: Path, rows: int, rng: random.Random, texts: Sequence[tuple[str, str, str]] = ()) -> None:
    """So many requests with their answers as an office would send them: invented, or these (title, text, answer) again and again."""
    told = texts or [_told(rng) for _number in range(INVENTED)]
    with path.open("wb") as file:
        write_xlsx(file, HEAD, (_row(number, told[number % len(told)], rng) for number in range(rows)))


def _told(rng: random.Random) -> tuple[str, str, str]:
    matter = f"{rng.randrange(200):03d}号村{rng.choice(MATTERS)}"
    content, answer = (f"{matter}。" + REST * rng.randint(1, LONGEST) for _text in range(2))
    return matter, content, answer


def _row(number: int, told: tuple[str, str, str], rng: random.Random) -> list[str]:
    """A row with a number and days of its own."""
    at = clock.now() - timedelta(days=20) - SPAN * rng.random()
    answered = at + timedelta(days=rng.randint(1, 15))
    title, content, answer = told
    return [f"{number:07d}", title, f"{at:%Y/%m/%d %H:%M:%S}", content, answer, f"{answered:%Y/%m/%d %H:%M:%S}"]


def write_beside() -> None:
    """What everybody who records a case needs in between: the next number and a line of the audit chain. Nothing of it stays."""
    with transaction.atomic():
        by = system_actor("measure", COUNTY)
        numbering.next_number(county=COUNTY, series="", subject=new_key(COUNTY))
        audit.record(by=by, action="measure", kind="measure", label="measure")
        transaction.set_rollback(True)


def imported() -> int:
    """How many rows lie in the county besides those that it began with, seen or not."""
    return Case.objects.filter(county=COUNTY).count() - FEW


def undo_import() -> None:
    """Take the last import back whole."""
    with bind(COUNTY), imports.alone(COUNTY):
        run = ImportRun.objects.filter(county=COUNTY, state=ImportRun.State.DONE).latest("asked_at")
        imports.undo(run, by=system_actor("measure", COUNTY))


def take_import_back() -> None:
    """What the worker does when it starts again; what the kill came too late for is undone."""
    if ImportRun.objects.filter(county=COUNTY, state=ImportRun.State.DONE).exists():
        undo_import()
        return
    with bind(COUNTY):
        carry_waiting(COUNTY)
