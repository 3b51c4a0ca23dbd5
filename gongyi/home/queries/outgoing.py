"""What left the house and what did not: for the managers, who see that a message went, never what it was about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.models import Address, Channel, Delivery, Way
from gongyi.core.outbox.addresses import confirmed
from gongyi.core.outbox.channels import usable
from gongyi.core.outbox.words import CODE, KINDS, REASONS, TEST, kind_of
from gongyi.home.queries.day import EVENTS, Task
from gongyi.home.queries.jobs import worker_trouble
from gongyi.home.rules import holds_in_county
from gongyi.network.models import Unit
from gongyi.people.models import Account, Consent, Resident
from gongyi.people.queries.residents import agrees

State, Receiver = Delivery.State, Delivery.Receiver
SHOWN = {
    "parked": [State.PARKED],
    "waiting": [State.WAITING, State.SENDING],
    "sent": [State.SENT],
    "dropped": [State.DROPPED],
}


@dataclass(frozen=True)
class Outgoing:
    """One delivery in words."""

    delivery: Delivery
    to: str
    what: str | Promise
    why: str | Promise

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        return {"parked": "late", "sent": "done", "dropped": "plain"}.get(self.delivery.state, "waiting")


def deliveries(by: Actor, shown: str) -> QuerySet[Delivery]:
    """The county's deliveries in this state, newest first."""
    rows = Delivery.objects.filter(county=by.county, state__in=SHOWN[shown])
    return rows.select_related("message").order_by("-due_at", "-id")


def counts(by: Actor) -> dict[str, int]:
    """How many deliveries of the county are in each of the page's states."""
    rows = Delivery.objects.filter(county=by.county).values_list("state").annotate(n=Count("id")).order_by()
    found = dict(rows)
    return {shown: sum(found.get(state, 0) for state in states) for shown, states in SHOWN.items()}


def system_tasks(by: Actor) -> list[Task]:
    """For who looks after the installation: nothing runs by itself, or messages did not reach anybody."""
    if not by.can(P.SYSTEM_VIEW) or not holds_in_county(by, P.SYSTEM_VIEW):
        return []
    found = []
    if worker_trouble():
        found.append(Task(_("后台任务没有在做：消息不会发出去，到期也不会提醒"), reverse("home:jobs"), _("看看")))
    if number := counts(by)["parked"]:
        words = ngettext("有 %(n)d 条消息没送到", "有 %(n)d 条消息没送到", number) % {"n": number}
        found.append(Task(words, reverse("home:deliveries"), _("看看")))
    return found


def in_words(rows: list[Delivery]) -> list[Outgoing]:
    """To whom, what kind and why not; a resident stays nameless. Two queries."""
    owners = {row.owner for row in rows}
    names: dict[UUID, str] = dict(Account.objects.filter(id__in=owners).values_list("id", "name"))
    names |= dict(Unit.objects.filter(id__in=owners).values_list("id", "name"))
    return [Outgoing(row, _to(row, names), _what(row.message.event), REASONS.get(row.reason, "")) for row in rows]


def _to(row: Delivery, names: dict[UUID, str]) -> str:
    match row.receiver:
        case Receiver.RESIDENT:
            return _("诉求人")
        case Receiver.GROUP:
            return _("%(unit)s的群") % {"unit": names.get(row.owner, "")}
        case Receiver.ADDRESS:
            return _("正在核对的地址")
    return names.get(row.owner, _("已删除的账号"))


def _what(event: str) -> str | Promise:
    return _WORDS.get(event) or EVENTS.get(event) or KINDS[kind_of(event)].label


_WORDS: dict[str, Promise] = {
    CODE: gettext_lazy("验证码"), TEST: gettext_lazy("试发"), "resident.answered": gettext_lazy("有答复了"),
    "resident.asked": gettext_lazy("有问题要问"), "resident.reopened": gettext_lazy("重新办理"),
    "resident.promise": gettext_lazy("答应的事有消息了"),
}  # fmt: skip


@dataclass(frozen=True)
class WayState:
    """A way out as it stands in the county."""

    way: Way
    channel: Channel
    usable: bool
    last: Delivery | None

    @property
    def last_at(self) -> datetime | None:
        """When something went this way last."""
        return self.last.ended_at if self.last else None


def ways(county: int) -> list[WayState]:
    """Every way out, in use or not, with what it sent last."""
    known = {row.way: row for row in Channel.objects.filter(county=county)}
    found = []
    for way in Way:
        channel = known.get(way) or Channel(county=county, way=way)
        sent = Delivery.objects.filter(county=county, way=way, state=State.SENT).order_by("-ended_at")
        found.append(WayState(way, channel, usable(channel), sent.first()))
    return found


def way_of(county: int, way: str) -> WayState | None:
    """One of them; None for a word that is none."""
    return next((one for one in ways(county) if one.way == way), None)


@dataclass(frozen=True)
class Group:
    """A unit's group chat behind one messenger."""

    address: Address
    unit: str


def groups(county: int, way: str) -> list[Group]:
    """The group chats of units by this way. Two queries."""
    rows = list(Address.objects.filter(county=county, way=way).order_by("made_at"))
    names = dict(Unit.objects.filter(county=county, id__in=[row.owner for row in rows]).values_list("id", "name"))
    return [Group(row, names[row.owner]) for row in rows if row.owner in names]


def group_of(county: int, key: UUID) -> Address | None:
    """One of them; None for anybody's own address."""
    found = Address.objects.filter(county=county, id=key).first()
    return found if found and Unit.objects.filter(county=county, id=found.owner).exists() else None


def sms_on(resident: Resident) -> bool:
    """Whether this resident gets text messages as soon as the county sends any: agreed to, and the number confirmed."""
    agreed = agrees(resident.county, resident.id, Consent.For.SMS)
    return agreed and confirmed(resident.county, resident.id, Way.SMS) is not None


def sms_ready(county: int) -> bool:
    """Whether the county sends text messages now."""
    channel = Channel.objects.filter(county=county, way=Way.SMS).first()
    return channel is not None and usable(channel)
