"""Forms that change the tree of units."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.inputs import DateInput, Form, PickerField
from gongyi.network.actions import ABOVE, namesakes
from gongyi.network.models import Unit
from gongyi.network.queries import unit_hits, unit_named


def unit_field(by: Actor, label: str, *, tiers: Sequence[str] = (), **kwargs: Any) -> PickerField:
    """Choose one of the county's working units, of these tiers if any are given; the person's own ones come first."""
    recent = [held.unit for held in by.held]

    def get(value: str) -> Unit | None:
        unit = unit_named(by.county, value)
        return unit if unit and unit.running and (not tiers or unit.tier in tiers) else None

    field = PickerField(
        label=label,
        find=lambda text: unit_hits(by.county, text, tiers=tiers, recent=recent),
        get=get,
        url=reverse("network:pick", args=["-".join(tiers)] if tiers else []),
        **kwargs,
    )
    field.widget.words_of = lambda value: str(unit_named(by.county, value) or "")
    return field


class DatedForm(Form):
    """A change with the day on which it took effect and what it rests on."""

    on = forms.DateField(label=gettext_lazy("生效日期"), widget=DateInput)
    why = forms.CharField(
        label=gettext_lazy("依据或原因"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("例如批文的文号，记在单位的沿革里。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today


class OpenForm(Form):
    """A new unit under another one."""

    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=80)
    tier = forms.ChoiceField(label=gettext_lazy("层级"), widget=forms.RadioSelect)
    since = forms.DateField(
        label=gettext_lazy("挂牌日期"), widget=DateInput, help_text=gettext_lazy("填以后的日期就先记为筹建。")
    )
    code = forms.CharField(
        label=gettext_lazy("区划代码"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("没有就空着，自动编一个。"),
    )
    phone = forms.CharField(label=gettext_lazy("办公电话"), max_length=40, required=False)
    reception_days = forms.CharField(
        label=gettext_lazy("接待日"), max_length=80, required=False, help_text=gettext_lazy("例如每月 10 日、20 日。")
    )
    why = DatedForm.base_fields["why"]

    def __init__(self, *args: Any, parent: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = [(tier, Unit.Tier(tier).label) for tier, above in ABOVE.items() if parent.tier in above]
        self.fields["tier"].choices = tiers  # type: ignore[attr-defined]
        self.fields["tier"].initial = tiers[-1][0] if tiers else None
        self.fields["since"].initial = clock.today


class RenameForm(DatedForm):
    """Another name."""

    name = forms.CharField(label=gettext_lazy("新名称"), max_length=80)
    field_order = ("name",)


class MoveForm(DatedForm):
    """Another unit above."""

    field_order = ("parent",)

    def __init__(self, *args: Any, by: Actor, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = unit_field(by, _("新的上级单位"), tiers=ABOVE[unit.tier])
        self.order_fields(self.field_order)


class MergeForm(DatedForm):
    """The successor; once it is chosen also new names for the children that would meet a namesake there."""

    def __init__(self, *args: Any, by: Actor, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"] = unit_field(by, _("并入哪个单位"), tiers=[unit.tier])
        chosen = unit_named(by.county, self.data.get("into")) if self.is_bound else None
        self.clashing = namesakes(unit, chosen) if chosen else []
        for child in self.clashing:
            label = _("%(into)s下面已有“%(name)s”，并过去的这个改叫") % {"into": chosen, "name": child.name}
            self.fields[f"name_{child.id}"] = forms.CharField(label=label, max_length=80, required=False)
        self.order_fields(["into", *(f"name_{child.id}" for child in self.clashing)])

    def new_names(self) -> dict[UUID, str]:
        """Child -> the new name typed for it."""
        return {child.id: self.cleaned_data.pop(f"name_{child.id}") for child in self.clashing}


class ContactForm(Form):
    """How the unit can be reached, confirmed today."""

    phone = forms.CharField(label=gettext_lazy("办公电话"), max_length=40, required=False)
    reception_days = forms.CharField(label=gettext_lazy("接待日"), max_length=80, required=False)
