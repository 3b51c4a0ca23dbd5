"""Deliveries begin here, in the transaction of their message: one per way that its reader chose and confirmed."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from gongyi.core import clock
from gongyi.core.models import Address, Channel, Delivery, DigestChoice, Message, NoticeChoice
from gongyi.core.outbox.words import kind_of

DIGEST_TIME, DIGEST_SLACK = time(7, 30), timedelta(minutes=10)


def queue(messages: list[Message], *, to: Delivery.Receiver, keep: bool = True) -> None:
    """Make the deliveries of messages just put into the outbox; nothing where the county has no channel in use.

    With `keep` False the messages are not stored yet, and only those are that have somewhere to go.
    """
    ways = active_ways(messages[0].county) if messages else set()
    if not ways:
        return
    county, owners = messages[0].county, [row.account for row in messages]
    found = Address.objects.filter(county=county, owner__in=owners, way__in=ways, confirmed_at__isnull=False)
    targets = set(found.values_list("owner", "way"))
    if to == Delivery.Receiver.ACCOUNT:
        targets &= _chosen(county, owners, kind_of(messages[0].event))
    if not targets:
        return
    if not keep:
        reached = {owner for owner, _way in targets}
        Message.objects.bulk_create(row for row in messages if row.account in reached)
    quiet = quiet_ends(county, owners) if to == Delivery.Receiver.ACCOUNT else {}
    Delivery.objects.bulk_create(
        _delivery(row, way, to, quiet.get(row.account)) for row in messages for owner, way in sorted(targets, key=str) if owner == row.account
    )  # fmt: skip


def queue_one(message: Message, way: str, *, to: Delivery.Receiver) -> Delivery:
    """Make one delivery whatever was chosen: a code for a new address, a trial."""
    delivery = _delivery(message, way, to, None)
    delivery.save()
    return delivery


def _delivery(message: Message, way: str, to: Delivery.Receiver, quiet_end: datetime | None) -> Delivery:
    return Delivery(
        county=message.county, message=message, way=way, receiver=to, owner=message.account,
        held=quiet_end is not None, due_at=quiet_end or clock.now(),
    )  # fmt: skip


def active_ways(county: int) -> set[str]:
    """The ways out that the county uses."""
    return set(Channel.objects.filter(county=county, active=True).values_list("way", flat=True))


def _chosen(county: int, owners: list[UUID], kind: str) -> set[tuple[UUID, str]]:
    rows = NoticeChoice.objects.filter(county=county, account__in=owners, kind=kind)
    return set(rows.values_list("account", "way"))


def quiet_ends(county: int, accounts: Iterable[UUID]) -> dict[UUID, datetime]:
    """Of these accounts those that are not to be disturbed now, each with the moment when that ends."""
    rows = DigestChoice.objects.filter(county=county, account__in=list(accounts), quiet_from__isnull=False)
    ends = {row.account: quiet_end(row) for row in rows}
    return {account: end for account, end in ends.items() if end}


def quiet_end(choice: DigestChoice) -> datetime | None:
    """When the quiet hours end in which we are now; None outside them.

    For who gets the morning's digest and is awake shortly before it, after the digest: what came at night goes with it.
    """
    begin, end, now = choice.quiet_from, choice.quiet_until, timezone.localtime(clock.now())
    if begin is None or end is None or begin == end:
        return None
    over_night = begin > end
    inside = (now.time() >= begin or now.time() < end) if over_night else begin <= now.time() < end
    if not inside:
        return None
    until = now.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    until += timedelta(days=1) if until <= now else timedelta(0)
    digest = until.replace(hour=DIGEST_TIME.hour, minute=DIGEST_TIME.minute) + DIGEST_SLACK
    wakes_before = timedelta(0) <= digest - until <= timedelta(hours=3)
    return digest if choice.when == DigestChoice.When.MORNING and wakes_before else until
