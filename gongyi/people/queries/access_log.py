"""Who looked at somebody's identifying data, in plain words (rights.md P12)."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from gongyi.core.models import AccessRow
from gongyi.people.models import Looked, Purpose


class Look(NamedTuple):
    """One line of the log as the person reads it: when, from which unit, and a sentence. No name of the one who looked."""

    at: datetime
    unit: str
    sentence: str


def looks_at(county: int, subject: UUID, *, limit: int = 200) -> list[Look]:
    """The looks at one record, newest first: "东湖镇的工作人员看了电话，用途：联系诉求人". One query."""
    rows = AccessRow.objects.filter(county=county, subject=subject).order_by("-at", "-id")[:limit]
    return [Look(row.at, row.unit_label, _sentence(row)) for row in rows]


def looked_by(county: int, subject: UUID, *, limit: int = 200) -> list[AccessRow]:
    """The same rows with who it was, for privacy officers and auditors. One query."""
    return list(AccessRow.objects.filter(county=county, subject=subject).order_by("-at", "-id")[:limit])


def _sentence(row: AccessRow) -> str:
    return _("%(unit)s的工作人员看了%(fields)s，用途：%(purpose)s") % {
        "unit": row.unit_label,
        "fields": Looked(row.fields).label,
        "purpose": Purpose(row.purpose).label,
    }
