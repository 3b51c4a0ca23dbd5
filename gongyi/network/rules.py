"""Who may change the network. Everybody who works in a county may look at its units: they are public offices."""

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit


def can_view_units(user: Actor, county: int) -> bool:
    """Whether the person may look at a county's units: those of the own county; another county's do not exist for them (P3)."""
    return user.county == county and (user.system or user.can(P.NETWORK_VIEW))


def can_edit_unit(user: Actor, unit: Unit) -> bool:
    """Whether the person may change this unit, its posts, duties and days: NETWORK_EDIT in it or in one above.

    The system's own parts (commands, the demo) may, in their county.
    """
    return user.county == unit.county and (user.system or user.above(P.NETWORK_EDIT, unit.path))


def can_verify_contact(user: Actor, unit: Unit) -> bool:
    """Whether the person may confirm that the unit can be reached: who may change it, and who works there."""
    return can_edit_unit(user, unit) or user.can(P.NETWORK_VIEW, unit.id)
