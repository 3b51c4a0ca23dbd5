"""A field in which a form asks for a unit."""

from typing import Any

from django.urls import reverse_lazy

from gongyi.core.county import current_county
from gongyi.core.inputs import PickerField
from gongyi.network.models import Unit
from gongyi.network.queries.units import unit_hits, unit_named

PLACES = (Unit.Tier.TOWNSHIP.value, Unit.Tier.VILLAGE.value)


def unit_field(label: Any, *, tiers: tuple[str, ...] = (), **kwargs: Any) -> PickerField:
    """A picker of running units, of these tiers if any are given."""
    url = reverse_lazy("network:pick", args=["-".join(tiers)]) if tiers else reverse_lazy("network:pick")
    field = PickerField(
        label=label, find=lambda text: unit_hits(current_county(), text, tiers=tiers), get=_unit, url=url, **kwargs
    )
    field.widget.words_of = lambda value: str(_unit(value) or "")
    return field


def place_field(label: Any, **kwargs: Any) -> PickerField:
    """A picker of the villages and townships where something is, which are no offices."""
    return unit_field(label, tiers=PLACES, **kwargs)


def _unit(value: str) -> Unit | None:
    return unit_named(current_county(), value)
