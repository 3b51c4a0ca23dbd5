"""Looking a person up (rights.md P17): only by name and the last four digits of the phone, for a purpose, counted and logged."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.casework.models import Asker, Case
from gongyi.casework.queries import Row, open_of_phone, rows_of
from gongyi.casework.rules import can_see_asker, visible_to
from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.models import AuditEntry
from gongyi.core.secrets import digest, phone_tail_digest
from gongyi.people.actions.access_log import look
from gongyi.people.models import Purpose

MOST_HITS = 20
LOOKUP, SAME = "people.lookup", "people.same_phone"
PER_HOUR = {LOOKUP: 30, SAME: 60}  # the form asks twice for each request: while it is filled in, and when it is sent


@transaction.atomic
def look_up(*, by: Actor, name: str, tail: str = "", number: str = "", purpose: str) -> list[Row]:
    """The cases, among those this person may see anyway, whose asker has exactly this name, and these last four digits or this case.

    Newest first, at most 20; no part of a name, no wildcard. Each look-up is an audit row, each hit an access row. Raises
    PermissionDenied, or Refused `too_many` (429) after 30 look-ups within an hour.
    """
    if not by.can(P.PEOPLE_LOOKUP) or by.id is None:
        raise PermissionDenied
    _count(by, LOOKUP, str(Purpose(purpose).label))
    ending = phone_tail_digest(tail)
    known = {"tail_digest": ending} if ending else {"case__number": number.strip()}
    if not name.strip() or not all(known.values()):
        return []
    same = Asker.objects.filter(county=by.county, name_digest=digest("name", name.strip()), **known)
    rows = visible_to(by).filter(id__in=same.values("case")).select_related("type", "lead", "turn_unit", "topic")
    cases = [case for case in rows.order_by("-recorded_at")[: MOST_HITS * 2] if can_see_asker(by, case)][:MOST_HITS]
    for case in cases:
        look(by=by, subject=case.id, kind="casework.asker", label=case.number, fields="name", purpose=purpose)
    return rows_of(Case.objects.filter(county=by.county, id__in=[case.id for case in cases]).order_by("-recorded_at"))


@transaction.atomic
def same_phone(*, by: Actor, phone: str) -> list[Row]:
    """Has this asker an open case? For whoever records one; counted and logged like a look-up, without the number.

    Raises Refused `too_many` (429) after 60 within an hour.
    """
    if not phone.strip():
        return []
    _count(by, SAME, "")
    return open_of_phone(by, phone)


def _count(by: Actor, action: str, label: str) -> None:
    """One audit row for this question; raises Refused `too_many` (429) after too many of its kind within an hour."""
    since = clock.now() - timedelta(hours=1)
    if (
        AuditEntry.objects.filter(county=by.county, subject=by.id, action=action, at__gt=since).count()
        >= PER_HOUR[action]
    ):
        raise Refused("too_many", _("一小时内找人的次数太多了。"), _("请过一会儿再找，或直接用工单编号。"), status=429)
    audit.record(by=by, action=action, kind="casework.asker", subject=by.id, label=label)
