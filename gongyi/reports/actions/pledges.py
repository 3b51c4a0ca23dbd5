"""Service pledges are published by a unit and end with a reason; none without a figure that measures it."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, gate
from gongyi.core.access import Actor, system_actor
from gongyi.network.models import Unit
from gongyi.people.actions.settings import pass_gate
from gongyi.reports.models import Pledge
from gongyi.reports.queries.pledges import may_measure
from gongyi.reports.rules.pledges import pledging_units

SHORTEST = 4  # characters of a reason


@transaction.atomic
def publish_pledge(
    *, by: Actor, unit: Unit, text: str, figure: str, sense: str, threshold: Decimal, every: str
) -> Pledge:
    """Everybody reads it from now on, with what the figure says of it in each period.

    Raises PermissionDenied for who does not speak for the unit; ValidationError by field for a pledge without a figure, with one
    that may take no target, or without a threshold.
    """
    if unit.county != by.county or unit.id not in pledging_units(by):
        raise PermissionDenied
    if not may_measure(figure):
        raise ValidationError({"figure": _("请选一个量它的数。没有数来量的，不能承诺。")})
    pass_gate(gate.check_name, text, "text")
    pledge = Pledge(
        county=by.county, unit=unit, text=" ".join(text.split()), figure=figure, sense=sense, threshold=threshold, every=every,
        since=clock.today(), at=clock.now(), by=by.id,
    )  # fmt: skip
    pledge.full_clean()
    pledge.save()
    _record(pledge, by=by, action="pledge.publish", changes={"figure": ("", figure), "threshold": ("", str(threshold))})
    return pledge


@transaction.atomic
def end_pledge(pledge: Pledge, *, by: Actor, end_why: str) -> Pledge:
    """不再承诺 from today, with the reason that everybody reads. Raises ValidationError for one that is over or without a reason."""
    if pledge.unit_id not in pledging_units(by):
        raise PermissionDenied
    if len(end_why.strip()) < SHORTEST:
        raise ValidationError({"end_why": _("请写明原因，至少四个字；公众会看到。")})
    return _end(pledge, end_why.strip(), by=by)


def _end(pledge: Pledge, why: str, *, by: Actor) -> Pledge:
    rows = Pledge.objects.filter(county=pledge.county, id=pledge.id, until=None)
    if not rows.update(until=clock.today(), end_why=why[:200]):
        raise ValidationError(_("这句承诺已经结束了。"))
    pledge.until, pledge.end_why = clock.today(), why[:200]
    _record(pledge, by=by, action="pledge.end", changes={"until": (None, pledge.until)})
    return pledge


def _record(pledge: Pledge, *, by: Actor, action: str, changes: dict[str, Any]) -> None:
    audit.record(
        by=by, action=action, kind="reports.pledge", subject=pledge.id, label=pledge.text[:60], changes=changes
    )


def end_with_unit(unit: Unit, into: Unit) -> int:
    """A unit went into another (P16): it pledges nothing any more; what it pledged stays seen. Returns how many ended."""
    by = system_actor(_("单位并入"), unit.county)
    rows = list(Pledge.objects.filter(county=unit.county, unit=unit, until=None))
    for pledge in rows:
        _end(pledge, _("单位并入%(unit)s") % {"unit": into.name}, by=by)
    return len(rows)
