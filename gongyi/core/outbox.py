"""Messages leave in the same commit as the event that caused them; the inbox reads them, other channels follow later."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.models import Message


def tell(accounts: Iterable[UUID], *, by: Actor, event: str, text: str, path: str, subject: UUID | None = None) -> None:
    """Put one message per account into the outbox; whoever caused the event is not told of it.

    `text` holds no name, phone or content of a matter (rights.md D19), `path` is where the reader can go on.
    """
    Message.objects.bulk_create(
        Message(
            county=by.county, account=account, event=event, text=text[:200], path=path, subject=subject, at=clock.now()
        )
        for account in sorted(set(accounts) - {by.id}, key=str)
        if account
    )


def inbox(county: int, account: UUID, *, unread: bool = False) -> QuerySet[Message]:
    """An account's messages, newest first."""
    rows = Message.objects.filter(county=county, account=account)
    return (rows.filter(read_at=None) if unread else rows).order_by("-at")


def mark_read(county: int, account: UUID, message: UUID | None = None) -> int:
    """Mark one message, or all of an account, as read; returns how many were unread."""
    rows = Message.objects.filter(county=county, account=account, read_at=None)
    if message:
        rows = rows.filter(id=message)
    return rows.update(read_at=clock.now())
