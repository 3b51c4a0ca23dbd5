"""Every night a day's access rows are sealed as one digest in the audit chain (rights.md P13), so that whole days can go in time.

The digest stands in the entry's label: `2026-11-22 17 <sha256>`.
"""

import hashlib
import json
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from gongyi.core import audit, clock
from gongyi.core.access import system_actor
from gongyi.core.models import AccessRow, AuditEntry

ACTION, KIND, CHANGED = "access.seal", "core.accessrow", "access rows were changed"
KEPT_AT_LEAST = timedelta(days=183)  # six months: a younger day that is gone was not erased by rule
_FACTS = ("id", "at", "actor", "actor_label", "unit", "unit_label", "purpose", "fields", "kind", "subject", "label")


def digest_of(county: int, day: date) -> tuple[int, str]:
    """How many access rows the county has of that day (Asia/Shanghai), and one digest over all of them."""
    start = timezone.make_aware(datetime.combine(day, time()))
    rows = AccessRow.objects.filter(county=county, at__gte=start, at__lt=start + timedelta(days=1)).order_by("id")
    seal, count = hashlib.sha256(), 0
    for row in rows.values_list(*_FACTS).iterator(2000):
        facts = [audit.moment(fact) if isinstance(fact, datetime) else fact for fact in row]
        seal.update(json.dumps(facts, ensure_ascii=False, default=str).encode() + b"\n")
        count += 1
    return count, seal.hexdigest()


def seal_days(county: int) -> int:
    """Seal every whole day since the last seal, each in its own transaction, empty ones too; returns how many."""
    day, sealed = _next_day(county), 0
    while day and day < clock.today():
        with transaction.atomic():
            count, digest = digest_of(county, day)
            audit.record(by=system_actor("seal", county), action=ACTION, kind=KIND, label=f"{day} {count} {digest}")
        day, sealed = day + timedelta(days=1), sealed + 1
    return sealed


def _next_day(county: int) -> date | None:
    last = AuditEntry.objects.filter(county=county, action=ACTION).order_by("-seq").first()
    if last:
        return date.fromisoformat(last.label.split()[0]) + timedelta(days=1)
    first = AccessRow.objects.filter(county=county).order_by("at").first()
    return timezone.localdate(first.at) if first else None


def verify(county: int) -> list[audit.Finding]:
    """The sealed days whose access rows were edited, added to or removed; a whole day gone after six months is no finding."""
    found = []
    for entry in AuditEntry.objects.filter(county=county, action=ACTION).order_by("seq").iterator(500):
        day, count, digest = entry.label.split()
        now_count, now_digest = digest_of(county, date.fromisoformat(day))
        erased = now_count == 0 and date.fromisoformat(day) < clock.today() - KEPT_AT_LEAST
        if not erased and (str(now_count), now_digest) != (count, digest):
            found.append(audit.Finding(county, entry.seq, CHANGED))
    return found
