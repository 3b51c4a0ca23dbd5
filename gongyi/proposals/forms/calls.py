"""Writing a call, and one small form for each of its moves."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.inputs import DateInput, FilterForm, Form, Textarea, VersionForm
from gongyi.network.models import Unit
from gongyi.proposals.models import Call
from gongyi.proposals.workflow import CALL


class SwitchFields(Form):
    """What readers may add to the suggestions that are made public."""

    comments = forms.BooleanField(
        label=gettext_lazy("可以评论"), required=False, help_text=gettext_lazy("评论先看过再显示，标准人人看得到。")
    )
    supports = forms.BooleanField(
        label=gettext_lazy("可以支持"),
        required=False,
        help_text=gettext_lazy("只显示大约多少人支持，不列名单，不排名。"),
    )


class CallFields(SwitchFields):
    """What a call says."""

    title = forms.CharField(
        label=gettext_lazy("征集什么"), max_length=60, help_text=gettext_lazy("一句话，例如“老街怎么改”。")
    )
    question = forms.CharField(
        label=gettext_lazy("想请大家说什么"), max_length=4000, widget=Textarea({"rows": 6}),
        help_text=gettext_lazy("现在是什么情况，想听哪几个方面的建议，什么已经定了、改不了。"),
    )  # fmt: skip
    invited = forms.CharField(
        label=gettext_lazy("请谁来说"),
        max_length=200,
        help_text=gettext_lazy("例如“住在老街和常来办事的人”。别的人也可以说。"),
    )
    since = forms.DateField(label=gettext_lazy("从哪天起"), widget=DateInput)
    until = forms.DateField(
        label=gettext_lazy("到哪天为止"), widget=DateInput, help_text=gettext_lazy("这一天也还收。")
    )
    use = forms.CharField(
        label=gettext_lazy("结果怎么用"), max_length=1000, widget=Textarea({"rows": 3}),
        help_text=gettext_lazy("谁看、什么时候公布结果、用不用由谁定。"),
    )  # fmt: skip
    field_order = ("unit", "title", "question", "invited", "since", "until", "use", "comments", "supports")


class CallForm(CallFields):
    """起草一个征集."""

    unit: Any = forms.ModelChoiceField(label=gettext_lazy("哪个单位征集"), queryset=None, empty_label=None)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = by.units(P.PROPOSAL_SCREEN)
        rows = Unit.objects.filter(id__in=units, status=Unit.Status.RUNNING).order_by("path")
        self.fields["unit"].queryset = rows  # type: ignore[attr-defined]
        self.fields["unit"].initial = by.unit if by.unit in units else next(iter(units), None)
        self.fields["since"].initial = clock.today()


class CallMove(VersionForm):
    """Base: a move of this call, as its writer saw it."""

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call
        self.begin(call, lambda _kind: ())
        for name in self.fields.keys() & {field.name for field in Call._meta.local_fields}:
            self.fields[name].initial = getattr(call, name)


def _reason(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("原因"), max_length=300, widget=Textarea({"rows": 3}), help_text=help_text
    )


class EditForm(CallMove, CallFields):
    pass


class SwitchForm(CallMove, SwitchFields):
    pass


class ExtendForm(CallMove):
    until = forms.DateField(label=gettext_lazy("改到哪天为止"), widget=DateInput)
    reason = _reason(gettext_lazy("公众看得到。"))


class CloseForm(CallMove):
    reason = _reason(gettext_lazy("公众看得到。"))


class TellForm(CallMove):
    outcome = forms.CharField(
        label=gettext_lazy("有什么结果"), max_length=4000, widget=Textarea({"rows": 8}),
        help_text=gettext_lazy("收到些什么，用了哪些、没用哪些、为什么，下一步做什么。不写姓名。"),
    )  # fmt: skip


class AmendForm(TellForm):
    reason = _reason(gettext_lazy("公众看得到。"))


CALL_FORMS: dict[str, type[CallMove]] = {
    "edit": EditForm, "open": CallMove, "drop": CallMove, "extend": ExtendForm, "switch": SwitchForm, "close": CloseForm,
    "tell": TellForm, "amend": AmendForm,
}  # fmt: skip


class CallsForm(FilterForm):
    """The filter of the office's list as its address has it."""

    keeps = False

    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["state"].choices = [("", _("全部")), *CALL.choices()]  # type: ignore[attr-defined]

    def state_wanted(self) -> str:
        """The state that the address asks for; '' for any."""
        self.is_valid()
        return str(self.cleaned_data.get("state") or "")
