"""Forms about calendar days and how a date comes about."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.deadlines import MAX_AMOUNT, SpanUnit
from gongyi.core.inputs import DateInput, Form
from gongyi.network.forms.units import unit_field

MORNING = time(9)


class DayForm(Form):
    """A day that differs."""

    day = forms.DateField(label=gettext_lazy("日期"), widget=DateInput)
    working = forms.TypedChoiceField(
        label=gettext_lazy("这一天"),
        choices=[("1", gettext_lazy("上班")), ("0", gettext_lazy("休息"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=gettext_lazy("说明"), max_length=40, help_text=gettext_lazy("例如春节调休；显示在“为什么是这一天”里。")
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("只管一个单位和它下面的单位时才填；空着就是全县。")
        self.fields["unit"] = unit_field(by, _("只管哪个单位"), required=False, help_text=hint)


class ExplainForm(Form):
    """A start and a span."""

    keeps = False

    start = forms.DateField(label=gettext_lazy("从哪天算起"), widget=DateInput)
    at = forms.TimeField(
        label=gettext_lazy("几点"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("只有按小时算时才用得上。"),
    )
    amount = forms.IntegerField(label=gettext_lazy("多久"), min_value=0, max_value=MAX_AMOUNT)
    counted = forms.ChoiceField(label=gettext_lazy("按什么算"), choices=SpanUnit.choices, initial=SpanUnit.WORKDAYS)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].initial = clock.today
        hint = _("空着就按全县的日历。")
        self.fields["unit"] = unit_field(by, _("按哪个单位的日历"), required=False, help_text=hint)

    def clean_at(self) -> time:
        """Nine in the morning unless said."""
        return self.cleaned_data["at"] or MORNING
