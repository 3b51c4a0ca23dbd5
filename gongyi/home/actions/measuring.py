"""A scratch county for `./run manage measure_outbox`: people who get text messages from a gateway of the measurement's own."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from gongyi.core import clock, outbox
from gongyi.core.access import Role, system_actor
from gongyi.core.county import bind, new_key
from gongyi.core.models import Address, Channel, Delivery, NoticeChoice, ScheduleRun, Way
from gongyi.core.outbox import sending
from gongyi.core.said import say
from gongyi.home.actions.bench import COUNTY
from gongyi.network.models import Unit
from gongyi.people.models import Account, Grant

PEOPLE, SECRET, JOB = 5, "secret of the measurement", "home.messages"
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
