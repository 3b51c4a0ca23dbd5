"""Whose figures one may see: those of the units where one holds the permission, and of all below (rights.md P5: upwards numbers only)."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit


def units_counted_for(by: Actor) -> QuerySet[Unit]:
    """The units whose figures this person may see, closed ones too."""
    paths = [held.path for held in by.held if held.path and P.FIGURES_VIEW in held.role.permissions]
    if not paths:
        return Unit.objects.none()
    return Unit.objects.filter(reduce(or_, (Q(path__startswith=path) for path in paths)), county=by.county)


def may_see_figures(by: Actor, unit: Unit) -> bool:
    """Whether this person may see the unit's figures: the same as `units_counted_for` says."""
    return by.county == unit.county and by.above(P.FIGURES_VIEW, unit.path)
