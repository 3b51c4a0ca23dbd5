"""Messages leave in the same commit as the event that caused them; the inbox reads them, `sending` carries them further."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.models import Address, Delivery, DigestChoice, Message, NoticeChoice
from gongyi.core.outbox.waiting import queue
from gongyi.core.said import Said

Receiver = Delivery.Receiver
KEPT, MOST_A_NIGHT = timedelta(days=90), 10_000


def tell(
    accounts: Iterable[UUID], *, by: Actor, event: str, text: Said, path: str, subject: UUID | None = None
) -> None:
    """Put one message per account into the outbox; whoever caused the event is not told of it.

    `text` is said in each reader's language and holds no name, phone or content of a matter (rights.md D19); `path` is where
    the reader can go on.
    """
    told = sorted(set(accounts) - {by.id}, key=str)
    _put(filter(None, told), by=by, event=event, text=text, path=path, subject=subject, to=Receiver.ACCOUNT)


def tell_group(units: Iterable[UUID], *, by: Actor, event: str, text: Said, path: str) -> None:
    """Put one message per unit into the outbox for its group chat, where it has one: others read along, so no number either."""
    _put(sorted(set(units), key=str), by=by, event=event, text=text, path=path, subject=None, to=Receiver.GROUP)


def tell_resident(key: UUID, *, by: Actor, event: str, text: Said, path: str, subject: UUID) -> None:
    """Put one message for a resident's own account into the outbox; it holds the number of the case and nothing of it."""
    _put([key], by=by, event=event, text=text, path=path, subject=subject, to=Receiver.RESIDENT)


def tell_residents(keys: Iterable[UUID], *, by: Actor, event: str, text: Said, path: str, subject: UUID) -> None:
    """The same for several accounts at once; whoever caused the event by their own account is told too."""
    _put(sorted(set(keys), key=str), by=by, event=event, text=text, path=path, subject=subject, to=Receiver.RESIDENT)


def forget(county: int, reader: UUID) -> None:
    """Whatever waits for, went to or was kept about a reader who is gone: messages, deliveries, addresses, choices."""
    Message.objects.filter(county=county, account=reader).delete()
    Address.objects.filter(county=county, owner=reader).delete()
    NoticeChoice.objects.filter(county=county, account=reader).delete()


def drop_old(county: int) -> int:
    """Delete messages of more than 90 days ago with their deliveries, and addresses that nobody confirmed within a day.

    Returns how many messages went; at most 10,000 in a night, so that nobody waits long.
    """
    old = Message.objects.filter(county=county, at__lt=clock.now() - KEPT).order_by("at").values_list("id", flat=True)
    gone = list(old[:MOST_A_NIGHT])
    for start in range(0, len(gone), 500):
        Message.objects.filter(county=county, id__in=gone[start : start + 500]).delete()
    Address.objects.filter(county=county, confirmed_at=None, made_at__lt=clock.now() - timedelta(days=1)).delete()
    return len(gone)


def _put(
    owners: Iterable[UUID], *, by: Actor, event: str, text: Said, path: str, subject: UUID | None, to: Delivery.Receiver
) -> None:
    rows = [
        Message(county=by.county, account=owner, event=event, text=text, path=path, subject=subject, at=clock.now())
        for owner in owners
    ]
    if to is not Receiver.ACCOUNT:  # nobody reads these in an inbox: without a way out there is nothing to keep
        with transaction.atomic(savepoint=False):
            queue(rows, to=to, keep=False)
        return
    with transaction.atomic(savepoint=False):  # the message and its ways out, or neither: nobody makes it a second time
        Message.objects.bulk_create(rows)
        queue(rows, to=to)


def inbox(
    county: int, account: UUID, *, unread: bool = False, event: str = "", since: datetime | None = None
) -> QuerySet[Message]:
    """An account's messages, newest first; only unread ones, only of one kind, only from a moment on."""
    rows = Message.objects.filter(county=county, account=account)
    if unread:
        rows = rows.filter(read_at=None)
    if event:
        rows = rows.filter(event=event)
    if since:
        rows = rows.filter(at__gte=since)
    return rows.order_by("-at", "-id")


def count_unread(county: int, account: UUID) -> int:
    """How many messages an account has not read; every page says it."""
    return _UNREAD.filter(county=county, account=account).count()


_UNREAD = Message.objects.filter(read_at=None)


def events(county: int, account: UUID, *, since: datetime) -> dict[str, int]:
    """How many messages of each kind an account got from a moment on."""
    rows = inbox(county, account, since=since).order_by()
    return dict(rows.values_list("event").annotate(number=Count("id")))


def mark_read(county: int, account: UUID, message: Message | None = None) -> datetime:
    """Mark all of an account's messages as read, or one and what else tells of the same record; returns the moment set."""
    now, rows = clock.now(), inbox(county, account, unread=True).order_by()
    if message:
        same = Q(subject=message.subject) if message.subject else Q(id=message.id)
        rows = rows.filter(same)
    rows.update(read_at=now)
    return now


def mark_unread(county: int, account: UUID, moment: datetime) -> int:
    """Take back a marking by its moment; returns how many messages are unread again."""
    return Message.objects.filter(county=county, account=account, read_at=moment).update(read_at=None)


def digest_choice(county: int, account: UUID) -> DigestChoice:
    """What the account chose about digest and quiet hours; the defaults, unsaved, without a choice."""
    found = DigestChoice.objects.filter(county=county, account=account).first()
    return found or DigestChoice(county=county, account=account)


def digest_of(county: int, account: UUID) -> str:
    """Whether the account wants the morning's digest: a value of `DigestChoice.When`."""
    return digest_choice(county, account).when
