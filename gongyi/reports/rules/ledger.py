"""Who keeps ledgers: who may read the list in the unit (rights.md P4, P5)."""

from gongyi.core.access import Actor
from gongyi.core.lists import Kind
from gongyi.network.models import Unit


def may_keep(by: Actor, unit: Unit, kind: Kind) -> bool:
    """Whether this person may make, change, freeze and remove ledgers of this list of the unit."""
    return by.can(kind.permission, unit.id)
