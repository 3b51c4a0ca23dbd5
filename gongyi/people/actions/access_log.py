"""The access row that every look at identifying data leaves (rights.md P12)."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.models import AccessRow
from gongyi.people.models import Looked, Purpose

ONE_LOOK = timedelta(minutes=30)


def look(*, by: Actor, subject: UUID, kind: str, label: str, fields: str, purpose: str) -> None:
    """Write down that this person looks at a group of fields of one record, in the caller's transaction, before the fields are read.

    The same person's further looks at the same fields of the record for the same purpose within 30 minutes belong to the row
    that is there. `label` is the record's number, never content. At most two statements. If the row cannot be written the
    caller's read fails with it: raises PermissionDenied for whoever acts for no unit, ValueError for an unknown purpose or field group,
    TransactionManagementError outside a transaction, or the database's own error.
    """
    if by.id is None or by.unit is None:
        raise PermissionDenied
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an access row belongs into the transaction of the read")
    facts = {"actor": by.id, "subject": subject, "fields": Looked(fields).value, "purpose": Purpose(purpose).value}
    now = clock.now()
    if AccessRow.objects.filter(county=by.county, at__gt=now - ONE_LOOK, at__lte=now, **facts).exists():
        return
    AccessRow(
        county=by.county, at=now, actor_label=by.name[:80], unit=by.unit, unit_label=by.unit_name[:80],
        kind=kind, label=label[:40], **facts,
    ).save()  # fmt: skip
