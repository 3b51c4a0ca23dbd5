"""What a county sets for itself, in whatever app: who may, how a row is stored with its audit row, put in order, retired, brought back.

Records keep what they point to: nothing is deleted, only retired.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, QuerySet

from gongyi.core import audit
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import CountyModel
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.people.rules import is_command

Row = TypeVar("Row", bound=CountyModel)
# Rows stand in order among those that share these columns; of other models, among all. Later apps add theirs.
FAMILIES: dict[type[CountyModel], tuple[str, ...]] = {}


def may_edit(*, by: Actor) -> bool:
    """Settings count for the whole county, so the permission must be held at the county's own unit."""
    keys = Unit.objects.filter(county=by.county, tier=Unit.Tier.COUNTY).values_list("id", flat=True)
    return is_command(by) or any(by.can(P.SETTINGS_EDIT, key) for key in keys)


def require_editor(row: CountyModel | None = None, *, by: Actor) -> None:
    """Raise PermissionDenied for whoever may not edit, and for another county's row."""
    if not may_edit(by=by) or (row and row.county != by.county):
        raise PermissionDenied


def pass_gate(check: Callable[[Any], None], value: Any, field: str) -> None:
    """Let a name through the gate (rights.md D2); its refusal stands at the field, so that the other words are kept."""
    try:
        check(value)
    except Refused as refused:
        raise ValidationError({field: str(refused)}) from refused


def store(row: Row, *, by: Actor, action: str, changes: Mapping[str, Any]) -> Row:
    """Set, check and save a row of this county with its audit row; nothing at all when nothing changes."""
    require_editor(row, by=by)
    before = {name: getattr(row, name) if row.pk else None for name in changes}
    if row.pk and before == dict(changes):
        return row
    for name, value in changes.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    record(row, by=by, action=action, changes={name: (old, getattr(row, name)) for name, old in before.items()})
    return row


def record(row: CountyModel, *, by: Actor, action: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """The audit row of a setting; unchanged columns are left out."""
    differ = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    kind = row._meta.label_lower
    audit.record(by=by, action=f"settings.{action}", kind=kind, subject=row.id, label=str(row), changes=differ)


def family(row: CountyModel) -> QuerySet[Any]:
    """The rows among which this one stands in order."""
    facts = {name: getattr(row, name) for name in FAMILIES.get(type(row), ())}
    return type(row)._base_manager.filter(county=row.county, **facts).order_by("position", "id")


def last_place(row: CountyModel) -> int:
    """The position behind the last of its family."""
    return (family(row).aggregate(last=Max("position"))["last"] or 0) + 1


def shift(row: Any, *, by: Actor, up: bool) -> None:
    """Move a row one place up or down among those offered beside it; at the end it stays. In the caller's transaction."""
    require_editor(row, by=by)
    rows = list(family(row).select_for_update())
    places = [at for at, other in enumerate(rows) if other.active or other.id == row.id]
    here = next(at for at, other in enumerate(rows) if other.id == row.id)
    beside = places.index(here) + (-1 if up else 1)
    if not 0 <= beside < len(places):
        return
    rows.insert(places[beside], rows.pop(here))
    for position, other in enumerate(rows, start=1):
        other.position = position
    type(row)._base_manager.bulk_update(rows, ["position"])
    record(row, by=by, action="order", changes={"position": (here + 1, places[beside] + 1)})
