"""The limits of a record: from when, how long, by whose calendar, until when; why each ends on its day, and whether a calendar moves it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gongyi.core.deadlines import Calendar, DayLine, Span, SpanUnit, due, explain
from gongyi.core.models import AuditDetail
from gongyi.network.models import Unit
from gongyi.network.queries.calendar import calendar_of

_CHANGE = ("entry__subject", "field", "entry__at")


@dataclass(frozen=True)
class Limit:
    """One limit of a record. `setting` names the county's setting that gave its length; '' where the record keeps its own.

    `agreed`: somebody approved a later day than was counted.
    """

    kind: str
    start: datetime
    span: Span
    due: datetime
    place: Unit | None = None
    setting: str = ""
    agreed: bool = False

    @property
    def in_hours(self) -> bool:
        """Hours run on rest days too: no calendar moves them."""
        return self.span.unit is SpanUnit.HOURS


@dataclass(frozen=True)
class Why:
    """Why a deadline falls on its day: from when, which limit, day by day.

    `extended` when somebody approved a later day; `changed` when the setting was changed since and would give another day.
    """

    kind: str
    start: datetime
    span: Span
    lines: list[DayLine]
    due: datetime
    extended: bool
    changed: bool
    provisional: bool


def explained(limit: Limit, county: int) -> Why:
    """The limit day by day, by the calendar as it is now."""
    calendar = calendar_of(limit.place, county)
    lines, counted = explain(limit.start, limit.span, calendar), due(limit.start, limit.span, calendar)
    changed = bool(limit.setting) and abs(limit.due - counted).days > 0
    provisional = any(line.provisional for line in lines)
    extended = limit.agreed and limit.due > counted
    return Why(limit.kind, limit.start, limit.span, lines, limit.due, extended, changed, provisional)


class Recount:
    """The limits of a county's records by the calendars as they are now; each calendar is read once.

    `owners` are the rows that hold the settings: a limit whose setting was changed since it began stays.
    """

    def __init__(self, county: int, owners: Iterable[Any]) -> None:
        self.county, self.calendars = county, dict[UUID | None, Calendar]()
        changes = AuditDetail.objects.filter(county=county, entry__subject__in=owners, field__endswith="_span")
        self.set_at = {(key, name): at for key, name, at in changes.values_list(*_CHANGE).order_by("entry__seq")}

    def due(self, limit: Limit | None, owner: UUID | None) -> datetime | None:
        """When it ends now; None where no calendar moves it."""
        if limit is None or limit.in_hours or limit.agreed:
            return None
        if limit.setting and (at := self.set_at.get((owner, limit.setting))) and at > limit.start:
            return None
        place = limit.place.id if limit.place else None
        if place not in self.calendars:
            self.calendars[place] = calendar_of(limit.place, self.county)
        return due(limit.start, limit.span, self.calendars[place])
