"""Who fills forms, for which units, and who may make the product forget one."""

from uuid import UUID

from django.db.models import QuerySet

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.reports.models import FormFill, FormMemory


def units_filled_for(by: Actor) -> frozenset[UUID]:
    """The units for which this person may fill a form: their own. What counts for units below are numbers alone (P5)."""
    return by.units(P.FIGURES_VIEW)


def visible_fills(by: Actor) -> QuerySet[FormFill]:
    """A file belongs to whoever handed it over, for a unit in which they still are (P10)."""
    return FormFill.objects.filter(county=by.county, account=by.key, unit__in=units_filled_for(by))


def can_forget(by: Actor, memory: FormMemory) -> bool:
    """Whoever confirmed it; else who keeps the county's settings."""
    return (memory.confirmed_by is not None and memory.confirmed_by == by.id) or by.can(P.SETTINGS_EDIT)
