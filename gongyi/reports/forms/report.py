"""Forms of the period report: what to begin, the text part by part, what a checker says, a template."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models import Topic
from gongyi.casework.queries.choices import first_topics
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Period
from gongyi.core.inputs import DateInput, Form, Textarea
from gongyi.documents.printed import MOST_BYTES
from gongyi.network.models import Unit
from gongyi.reports.forms.period import DAYS, LONGEST
from gongyi.reports.models import HEAD, Report, ReportPart

TIES = _("双括号里的是连着记录的数，例如 {{cases.closed}}。可以挪动、删掉，也可以自己加；前后的字随便改。")


class NewReportForm(Form):
    """Unit, kind, period; the days may be chosen by a name such as 上个月."""

    unit = forms.ModelChoiceField(label=_("单位"), queryset=Unit.objects.none(), empty_label=None)
    kind = forms.ChoiceField(
        label=_("写什么"), choices=Report.Kind.choices, widget=forms.RadioSelect, initial="summary"
    )
    first = forms.DateField(label=_("从哪天"), widget=DateInput, validators=DAYS)
    last = forms.DateField(label=_("到哪天"), widget=DateInput, validators=DAYS, help_text=_("这一天也算在内。"))
    topic = forms.ModelChoiceField(
        label=_("哪一类事"), queryset=Topic.objects.none(), required=False, empty_label=_("各类事都写"),
        help_text=_("专报可以只写一类事，数字也只数这一类。"),
    )  # fmt: skip
    official = forms.ChoiceField(
        label=_("格式"), choices=Report.Official.choices, initial="none",
        help_text=_("总结和计划一般不带红头；正式报送时再选通知、报告或函。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        before = Period.month(clock.today().year, clock.today().month).before()
        kwargs["initial"] = {"first": before.first, "last": before.last, "unit": by.unit} | (
            kwargs.get("initial") or {}
        )
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(id__in=by.units(P.CASE_RECORD), county=by.county).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["topic"].queryset = first_topics(by.county)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("结束日期早于开始日期。请把两个日期对调，或改其中一个。"))
        elif first and last and (last - first).days > LONGEST:
            self.add_error("last", _("最多写五年。"))
        if found.get("topic") and found.get("kind") != Report.Kind.TOPIC:
            self.add_error("topic", _("只有专报可以只写一类事。请选“专报”，或选“各类事都写”。"))
        return found


class ReportForm(Form):
    """Base: carries the version that the writer saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, *args: Any, report: Report, parts: list[ReportPart] | None = None, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.report = report
        self.fields["seen"].initial = report.version

    def facts(self) -> dict[str, Any]:
        """What the action is given."""
        return dict(self.cleaned_data)


class EditForm(ReportForm):
    """The whole text, one box for each part."""

    title = forms.CharField(label=_("标题"), max_length=80)
    official = forms.ChoiceField(label=_("格式"), choices=Report.Official.choices)
    addressee = forms.CharField(
        label=_("主送单位"), max_length=120, required=False, help_text=_("只在通知、报告和函里印。")
    )
    office_no = forms.CharField(
        label=_("发文字号"),
        max_length=40,
        required=False,
        help_text=_("例如：东政发〔2026〕1号。空着的印成〔2026〕　号，以后填。"),
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Report.Urgency.choices, required=False)
    copies = forms.CharField(label=_("抄送"), max_length=300, required=False, help_text=_("印在最后一页的版记里。"))
    attending = forms.CharField(
        label=_("出席"), max_length=500, required=False, help_text=_("出席、请假、列席只在纪要里印。")
    )
    excused = forms.CharField(label=_("请假"), max_length=500, required=False)
    observing = forms.CharField(label=_("列席"), max_length=500, required=False)
    sealed = forms.BooleanField(label=_("打印后盖章，署名和日期给印章留出地方"), required=False)
    annexed = forms.BooleanField(label=_("后面附一页，写明每个数怎么数的"), required=False)

    def __init__(self, *args: Any, report: Report, parts: list[ReportPart], **kwargs: Any) -> None:
        super().__init__(*args, report=report, **kwargs)
        for name in ("title", *HEAD):
            self.fields[name].initial = getattr(report, name)
        self.places = [part.position for part in parts if part.kind == ReportPart.Kind.TEXT]
        for part in parts:
            if part.position in self.places:
                lines = max(4, len(part.body) // 45 + part.body.count("\n") + 2)
                self.fields[f"heading_{part.position}"] = forms.CharField(
                    label=_("小标题"), max_length=60, required=False, initial=part.heading
                )
                self.fields[f"body_{part.position}"] = forms.CharField(
                    label=_("“%(name)s”的文字") % {"name": part.heading or part.position + 1}, max_length=20000, required=False,
                    initial=part.body, widget=Textarea({"rows": lines}),
                )  # fmt: skip
        self.order_fields(
            ["seen", "title", *(f"{kind}_{place}" for place in self.places for kind in ("heading", "body")), *HEAD]
        )

    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        parts = {place: (said[f"heading_{place}"], said[f"body_{place}"]) for place in self.places}
        return {name: said[name] for name in ("title", "seen", *HEAD)} | {"parts": parts}


class SignForm(ReportForm):
    """Carries what the signer read, so that no other numbers are signed."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class RefuseForm(ReportForm):
    note = forms.CharField(label=_("改哪里"), max_length=500, widget=Textarea({"rows": 3}))


class WithdrawForm(ReportForm):
    note = forms.CharField(label=_("为什么作废"), max_length=500, widget=Textarea({"rows": 3}))


class AmendForm(ReportForm):
    why = forms.CharField(
        label=_("更正什么"), max_length=200, help_text=_("会和更正后的文稿印在一起，收到的人看得到。")
    )


class CommentForm(Form):
    position = forms.TypedChoiceField(label=_("说的是哪一节"), coerce=int, empty_value=None, required=False)
    text = forms.CharField(label=_("批注"), max_length=500, widget=Textarea({"rows": 2}))

    def __init__(self, *args: Any, places: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].choices = [("", _("整篇")), *places.items()]  # type: ignore[attr-defined]


class VerifyForm(Form):
    """A file that came back."""

    keeps = False

    file = forms.FileField(label=_("文件（.docx、.xlsx 或 .pdf）"), help_text=_("只在这里比对，不存下来。"))

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("文件太大，最多 60 MB。"))
        return sent


class TemplateForm(Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("写报告的人按这个名称选。同名的会换成新的。"))
    file = forms.FileField(
        label=_("模板文件（.docx）"), help_text=_("用 Word 排好版，在要填的地方写字段，例如 {{ title }}。")
    )


FORMS: dict[str, type[ReportForm]] = {
    "edit": EditForm, "ask": ReportForm, "recall": ReportForm, "check": ReportForm, "refuse": RefuseForm, "sign": SignForm,
    "amend": AmendForm, "withdraw": WithdrawForm,
}  # fmt: skip
