"""Who keeps ledgers: who records cases in the unit; who views its cases takes them (rights.md P4, P5)."""

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit


def may_keep(by: Actor, unit: Unit) -> bool:
    """Whether this person may make, change, freeze and remove ledgers of the unit."""
    return by.can(P.CASE_RECORD, unit.id)
