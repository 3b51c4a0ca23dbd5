"""Forms about rates: the next version of a formula, a case to be left out, a judgement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock, figures
from gongyi.core.figures import Rate
from gongyi.core.inputs import DateInput, Form


def _parts(label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, widget=forms.CheckboxSelectMultiple, **kwargs)


class FormulaForm(Form):
    """Which figures stand above and below the line, from which day, and why."""

    above = _parts(_("分子：加起来的数"))
    below = _parts(_("分母：加起来的数"))
    since = forms.DateField(label=_("从哪天起用"), widget=DateInput, help_text=_("这一天以前的期间照旧用原来的算法。"))
    why = forms.CharField(label=_("依据或原因"), max_length=200, help_text=_("例如哪份文件改了算法。"))

    def __init__(self, data: Any, *, rate: Rate) -> None:
        super().__init__(data, initial={"above": rate.above, "below": rate.below, "since": clock.today()})
        choices = [(one.id, one.name) for one in figures.base_figures() if not one.stock and one.source.opens == "case"]
        for name in ("above", "below"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class LeaveOutForm(Form):
    """The case, by its number, and why it should not count."""

    number = forms.CharField(label=_("工单编号"), max_length=24, widget=forms.TextInput({"autocomplete": "off"}))
    reason = forms.CharField(
        label=_("为什么剔除"), max_length=200, help_text=_("例如：要求超出政策、等上级批复、诉求人失联。")
    )


class JudgeForm(Form):
    """Agree or not, with a word."""

    agreed = forms.ChoiceField(
        label=_("怎么判断"), choices=[("yes", _("同意剔除")), ("no", _("照算"))], widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
