"""One small form per move of a promise, the filter of the list, the county's setting."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments import ACCEPT
from gongyi.core.inputs import DateInput, FilterForm, Form, Textarea, VersionForm
from gongyi.network.models import Unit
from gongyi.network.queries import unit_field
from gongyi.people.queries.exports import format_field
from gongyi.promises import queries
from gongyi.promises.actions.meetings import LONGEST_NAME
from gongyi.promises.models import Promise, PromiseSetting
from gongyi.promises.queries import Wanted
from gongyi.promises.workflow import PROMISE


class MoveForm(VersionForm):
    """Base: about one promise, as its writer saw it."""

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise = promise
        self.begin(promise, lambda _kind: ())
        self.prepare()

    def prepare(self) -> None:
        """What a form presets from the promise."""


class ReportForm(MoveForm):
    proof = forms.CharField(
        label=gettext_lazy("做了什么"), max_length=2000, widget=Textarea({"rows": 5}),
        help_text=gettext_lazy("写清楚哪天、在哪里、做成什么样，别人看了能去核对。核对过以后，问过这件事的人会看到；公开的承诺人人看得到。"),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("照片或文件"), required=False, widget=forms.ClearableFileInput({"accept": ACCEPT})
    )
    figure = forms.ChoiceField(
        label=gettext_lazy("用一个数字说明"),
        required=False,
        help_text=gettext_lazy("选了就按本单位和下级现在的记录来数，不用自己填。"),
    )
    figure_first = forms.DateField(
        label=gettext_lazy("这个数字从哪天数起"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("数到今天。不填就从答应的那天数起。"),
    )

    def prepare(self) -> None:
        self.fields["figure"].choices = [("", _("不用数字")), *((one.id, str(one.name)) for one in figures.figures())]  # type: ignore[attr-defined]
        self.fields["proof"].initial = self.promise.proof

    def clean_figure_first(self) -> Any:
        first = self.cleaned_data.get("figure_first")
        if first and first > clock.today():
            raise forms.ValidationError(_("请选今天以前的日子。"))
        return first

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        file = data.pop("file", None)
        return data | {"files": [file] if file else []}


class ReasonForm(MoveForm):
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=300,
        widget=Textarea({"rows": 3}),
        help_text=gettext_lazy("至少四个字。问过这件事的人会看到；公开的承诺人人看得到。"),
    )


class SendBackForm(MoveForm):
    reason = forms.CharField(label=gettext_lazy("还差什么"), max_length=300, widget=Textarea({"rows": 3}))


class DateForm(ReasonForm):
    until = forms.DateField(
        label=gettext_lazy("改到哪一天"), widget=DateInput, error_messages={"required": gettext_lazy("请选一个日子。")}
    )
    field_order = ("until", "reason")


FORMS: dict[str, type[MoveForm]] = {
    "report": ReportForm, "confirm": MoveForm, "send_back": SendBackForm, "move": DateForm, "admit": ReasonForm,
    "judge": ReasonForm, "withdraw": ReasonForm, "publish": MoveForm, "unpublish": MoveForm,
}  # fmt: skip


class ListForm(FilterForm):
    """The filter as the address has it; a value that makes no sense filters nothing and is named."""

    waiting = forms.ChoiceField(label=gettext_lazy("在等谁"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("由哪个单位来做"), required=False)
    first = forms.DateField(label=gettext_lazy("答应的日子从"), required=False, widget=DateInput)
    last = forms.DateField(label=gettext_lazy("到"), required=False, widget=DateInput)
    late = forms.BooleanField(label=gettext_lazy("晚了的"), required=False)

    def __init__(self, data: Any, *, by: Actor) -> None:
        super().__init__(data)
        every = ("", _("全部"))
        offered: dict[str, Any] = {
            "waiting": [("me", _("等我办"))], "state": PROMISE.choices(), "unit": queries.units_in_list(by),
        }  # fmt: skip
        for name, choices in offered.items():
            self.fields[name].choices = [every, *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """The filter that the valid fields ask for."""
        self.is_valid()
        return queries.wanted_of({name: str(value) for name, value in self.cleaned_data.items() if value})


class ExportForm(Form):
    """The format alone: promises hold no contacts."""

    kind = format_field()


class MeetingForm(Form):
    """Who promised what by when, at which meeting."""

    name = forms.CharField(
        label=gettext_lazy("什么会"), max_length=LONGEST_NAME, help_text=gettext_lazy("几个字就行，例如“镇长接待会”，不写人名。"),
    )  # fmt: skip
    held_on = forms.DateField(label=gettext_lazy("哪天开的"), widget=DateInput)
    what = forms.CharField(label=gettext_lazy("答应做什么"), max_length=300, widget=Textarea({"rows": 3}))
    unit = unit_field(gettext_lazy("由哪个单位来做"), error_messages={"required": gettext_lazy("请选一个单位。")})
    due = forms.DateField(label=gettext_lazy("哪天以前做到"), widget=DateInput)
    host: Any = forms.ModelChoiceField(label=gettext_lazy("哪个单位的会"), queryset=None, empty_label=None)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = by.units(P.PROMISE_KEEP)
        self.fields["host"].queryset = Unit.objects.filter(id__in=mine).order_by("path")  # type: ignore[attr-defined]
        self.fields["host"].initial = by.unit if by.unit in mine else next(iter(mine), None)
        self.fields["held_on"].initial = clock.today()


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = PromiseSetting
        fields = ("wake_days",)
        help_texts = {"wake_days": gettext_lazy("答应的日子以前这么多个工作日，开始提醒来做的单位；0 就是当天才提醒。")}


def search_form(data: Any, by: Actor) -> ListForm:
    """The list's filter beside a search."""
    return ListForm(data, by=by)
