"""Forms of service pledges."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.inputs import Form, Textarea
from gongyi.network.models import Unit
from gongyi.reports.models import Pledge
from gongyi.reports.queries import pledges as queries
from gongyi.reports.rules.pledges import pledging_units


class PledgeForm(Form):
    """What is pledged, and the figure with its threshold that measures it."""

    unit: Any = forms.ModelChoiceField(label=gettext_lazy("哪个单位"), queryset=None, empty_label=None)
    text = forms.CharField(
        label=gettext_lazy("承诺什么"), max_length=120, help_text=gettext_lazy("一句大家看得懂的话，例如“五个工作日内答复”。"),
    )  # fmt: skip
    figure = forms.ChoiceField(
        label=gettext_lazy("用哪个数来量"), error_messages={"required": gettext_lazy("请选一个量它的数。没有数来量的，不能承诺。")},
        help_text=gettext_lazy("做到没有由程序从记录里数出来，谁也不能填。来了多少件这样的数不能用来承诺。"),
    )  # fmt: skip
    sense = forms.ChoiceField(label=gettext_lazy("多少算做到"), choices=Pledge.Sense, widget=forms.RadioSelect)
    threshold = forms.DecimalField(
        label=gettext_lazy("数目"), min_value=Decimal(0), max_value=Decimal(100000), decimal_places=1,
        help_text=gettext_lazy("百分数写 0 到 100，例如 95。"),
    )  # fmt: skip
    every = forms.ChoiceField(
        label=gettext_lazy("多久量一次"), choices=Pledge.Every, initial=Pledge.Every.QUARTER, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = pledging_units(by)
        self.fields["unit"].queryset = Unit.objects.filter(id__in=mine).order_by("path")  # type: ignore[attr-defined]
        self.fields["unit"].initial = by.unit if by.unit in mine else next(iter(mine), None)
        self.fields["figure"].choices = [("", _("请选")), *queries.measures()]  # type: ignore[attr-defined]


class EndForm(Form):
    end_why = forms.CharField(
        label=gettext_lazy("为什么不再承诺"), max_length=200, widget=Textarea({"rows": 2}), help_text=gettext_lazy("公众会看到；以前做到没有也还看得到。"),
    )  # fmt: skip
