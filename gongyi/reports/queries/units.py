"""Which unit is looked at."""

from uuid import UUID

from django.http import Http404

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.reports.rules.figures import may_see_figures


def fetch_unit(by: Actor, value: str) -> Unit:
    """The unit with this key, by default the one for which the person acts. Raises Http404 where its figures are not theirs to see."""
    key = as_key(value) if value else _own(by)
    unit = Unit.objects.filter(county=by.county, id=key).select_related("parent").first() if key else None
    if unit is None or not may_see_figures(by, unit):
        raise Http404
    return unit


def _own(by: Actor) -> UUID | None:
    units = by.units(P.FIGURES_VIEW)
    return by.unit if by.unit in units else next((held.unit for held in by.held if held.unit in units), None)


def above(by: Actor, unit: Unit) -> list[Unit]:
    """The units above this one whose figures the person may see, the highest first."""
    return [one for one in reversed(chain(unit)[1:]) if may_see_figures(by, one)]
