"""Days that differ from the public calendar are set and cleared; open deadlines move in the same transaction."""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, gate
from gongyi.core.access import Actor
from gongyi.network import rules
from gongyi.network.actions import checks
from gongyi.network.models import CalendarDay, Unit
from gongyi.network.queries import calendar_of

# Later apps count their open deadlines again here, for a county or a unit and those below; each says how many moved.
calendar_changed: list[Callable[[int, Unit | None], int]] = []


@transaction.atomic
def set_day(*, by: Actor, unit: Unit | None, day: date, working: bool, name: str) -> tuple[CalendarDay, int]:
    """Make a day a working or a rest day for the whole county (unit None) or for a unit and those below it.

    Returns the row and how many open deadlines moved. Refused if the day is like that anyway.
    """
    _check_right(by, unit)
    name = " ".join(name.split())
    gate.check_name(name)
    row = CalendarDay.objects.select_for_update().filter(county=by.county, unit=unit, day=day).first()
    calendar = calendar_of(unit, by.county, besides=row.id if row else None)
    if calendar.is_workday(day) == working:
        sentence = _("这一天本来就上班（%(why)s）。") if working else _("这一天本来就休息（%(why)s）。")
        raise checks.stays("no_difference", sentence % {"why": calendar.why(day)}, _("不用另外设定。"))
    before = (row.working, row.name) if row else None
    row = row or CalendarDay(county=by.county, unit=unit, day=day)
    row.working, row.name = working, name
    row.full_clean()
    row.save()
    return row, _recount(by, row, "set_day", {"day": (before, (working, name))})


@transaction.atomic
def clear_day(*, by: Actor, row: CalendarDay) -> int:
    """Let the public calendar count again on a day; returns how many open deadlines moved."""
    _check_right(by, row.unit)
    row.delete()
    return _recount(by, row, "clear_day", {"day": ((row.working, row.name), None)})


def _check_right(by: Actor, unit: Unit | None) -> None:
    whole = unit or Unit.objects.get(county=by.county, tier=Unit.Tier.COUNTY)
    if not rules.can_edit_unit(by, whole):
        raise PermissionDenied


def _recount(by: Actor, row: CalendarDay, action: str, changes: dict[str, tuple[object, object]]) -> int:
    moved = sum(count(by.county, row.unit) for count in calendar_changed)
    facts = {
        "unit": row.unit.name if row.unit else _("全县"),
        "day": row.day,
        "kind": _("上班") if row.working else _("休息"),
        "name": row.name,
        "moved": moved,
    }
    label = _("%(unit)s %(day)s %(kind)s %(name)s，改了 %(moved)d 个期限") % facts
    audit.record(by=by, action=action, kind="calendar_day", subject=row.id, label=label, changes=changes)
    return moved
