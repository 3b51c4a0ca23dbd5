"""Periodic jobs about people: the audit chain's end is written outside the database, a day's access rows are sealed."""

from gongyi.core import audit, schedule, seals
from gongyi.core.models import AuditHead


@schedule.every(minutes=60, name="people.audit_heads")
def append_heads() -> str:
    """Append each county's head of the audit chain to its file outside the database."""
    counties = schedule.meant(AuditHead.objects.order_by("county").values_list("county", flat=True))
    for county in counties:
        audit.append_head(county)
    return str(len(counties))


@schedule.nightly(hour=1, name="people.seal_access")
def seal_access() -> str:
    """Seal the access rows of every day that is over."""
    counties = schedule.meant(AuditHead.objects.order_by("county").values_list("county", flat=True))
    return str(sum(seals.seal_days(county) for county in counties))
