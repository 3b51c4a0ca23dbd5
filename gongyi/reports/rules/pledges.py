"""Who publishes the service pledges of which unit."""

from uuid import UUID

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P


def pledging_units(by: Actor) -> frozenset[UUID]:
    """The units whose pledges this person publishes and ends: where they confirm promises."""
    return by.units(P.PROMISE_CONFIRM)
