"""Forms of the settings pages: a limit as number and unit, a type, a topic, a reason, a template, a register."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.forms.fields import topic_field
from gongyi.casework.models import AnswerTemplate, CaseType, Reason, Register, Topic
from gongyi.core import clock, gate
from gongyi.core.county import current_county
from gongyi.core.deadlines import Calendar, Span, SpanUnit, due
from gongyi.core.inputs import Form, SpanField, Textarea
from gongyi.core.templatetags.gongyi import WEEKDAYS
from gongyi.network.queries import unit_field


def _span(label: Any, hint: Any) -> SpanField:
    return SpanField(label=label, help_text=hint)


class TypeForm(Form):
    """A type of request: its name, how long everything may take, and the ways it goes."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=20)
    answer_span = _span(
        gettext_lazy("一般的事，多久答复"), gettext_lazy("从登记算起，第一天不算；满期遇到休息日顺延。")
    )
    urgent_span = _span(gettext_lazy("急事，多久答复"), gettext_lazy("水、电、气、热这类等不得的事。"))
    danger_span = _span(gettext_lazy("危急的事，多久答复"), gettext_lazy("关系生命财产安全的事。"))
    sign_span = _span(gettext_lazy("派单后多久签收"), gettext_lazy("主办单位接手的时间。"))
    contact_span = _span(gettext_lazy("派单后多久第一次联系诉求人"), gettext_lazy("让人知道有人在管。"))
    call_span = _span(gettext_lazy("答复后多久回访"), gettext_lazy("抽中回访的，在这之前打电话。"))
    quiet_span = _span(gettext_lazy("没有回音，多久自动办结"), gettext_lazy("没抽中回访或打不通的，到这时办结。"))
    return_span = _span(gettext_lazy("派单后多久内可以退单"), gettext_lazy("过了这个时间，第一个接手的单位负责到底。"))
    reopen_span = _span(gettext_lazy("办结后多久内可以重新办理"), gettext_lazy("过了这个时间，作为新的来事登记。"))
    needs_approval = forms.BooleanField(
        label=gettext_lazy("答复要由另一个人审核"), required=False, help_text=gettext_lazy("写的人和审的人不是同一个。")
    )
    separate_caller = forms.BooleanField(
        label=gettext_lazy("回访由别的人来做"), required=False, help_text=gettext_lazy("办这件事的人不给自己打分。")
    )
    call_share = forms.IntegerField(
        label=gettext_lazy("每 100 件抽多少件回访"), min_value=0, max_value=100,
        help_text=gettext_lazy("由系统抽，谁也挑不了；0 是不回访，100 是件件回访。"),
    )  # fmt: skip
    call_tries = forms.IntegerField(
        label=gettext_lazy("回访电话最多打几次"),
        min_value=1,
        max_value=10,
        help_text=gettext_lazy("都没打通，记“没有联系上”，不算满意。"),
    )
    soon_hours = forms.IntegerField(
        label=gettext_lazy("到期前多少小时提醒"), min_value=0, max_value=240,
        help_text=gettext_lazy("提醒轮到的单位，每个期限一次；期限短的，过了一半时提醒。0 是不提醒。"),
    )  # fmt: skip
    late_hours = forms.IntegerField(
        label=gettext_lazy("超期后多少小时再提醒"), min_value=0, max_value=240,
        help_text=gettext_lazy("提醒轮到的单位和督办的人，每个期限一次。0 是不提醒。"),
    )  # fmt: skip
    hides_asker = forms.BooleanField(
        label=gettext_lazy("隐去诉求人"),
        required=False,
        help_text=gettext_lazy("举报用：只有登记和主办的人看得到是谁。"),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("答复可以公开"),
        required=False,
        help_text=gettext_lazy("还要诉求人同意，公开时隐去姓名和电话。"),
    )
    GROUPS: ClassVar[list[tuple[Any, tuple[str, ...]]]] = [
        (gettext_lazy("名称和答复时限"), ("name", "answer_span", "urgent_span", "danger_span")),
        (
            gettext_lazy("办的时候"),
            ("sign_span", "contact_span", "return_span", "needs_approval", "soon_hours", "late_hours"),
        ),
        (
            gettext_lazy("答复以后"),
            ("separate_caller", "call_share", "call_tries", "call_span", "quiet_span", "reopen_span"),
        ),
        (gettext_lazy("公开"), ("hides_asker", "is_public")),
    ]

    @classmethod
    def of(cls, data: Any, row: CaseType | None) -> "TypeForm":
        """The form of a type; for a new one with the usual limits."""
        shown = row or CaseType()
        return cls(data, initial={name: getattr(shown, name) for name in cls.base_fields})

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in self.GROUPS]

    def preview(self, calendar: Calendar) -> list[str]:
        """What the limits, as typed if they make sense, mean for something recorded now."""
        given = self.initial
        if self.is_bound:
            self.full_clean()
            given = self.cleaned_data
        sentences = {
            "answer_span": _("今天登记的事，最晚 %(when)s答复。"),
            "urgent_span": _("现在登记的急事，最晚 %(when)s答复。"),
            "danger_span": _("现在登记的危急的事，最晚 %(when)s答复。"),
        }
        spans = {name: Span.parse(given[name]) for name in sentences if given.get(name)}
        return [sentences[name] % {"when": _moment(span, calendar)} for name, span in spans.items()]


def _moment(span: Span, calendar: Calendar) -> str:
    """When a span that starts now ends, as people say it: 12 月 10 日（周四）."""
    end: datetime = timezone.localtime(due(clock.now(), span, calendar))
    far = end.year != clock.today().year
    day = date_format(end, _("Y 年 n 月 j 日") if far else _("n 月 j 日"))
    hour = f"{end:%H:%M} " if span.unit is SpanUnit.HOURS else ""
    return _("%(day)s（%(weekday)s）%(hour)s") % {"day": day, "weekday": WEEKDAYS[end.weekday()], "hour": hour}


class TopicForm(Form):
    """A topic's name and the topic above it."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("说事情，不说人，例如“路面破损”。")
    )
    parent = forms.ChoiceField(
        label=gettext_lazy("放在哪个分类下面"), required=False, help_text=gettext_lazy("最多三级；不选就是第一级。")
    )

    def __init__(self, data: Any, *, row: Topic | None = None, parent: UUID | None = None) -> None:
        start = {"name": row.name, "parent": row.parent_id} if row else {"parent": parent}
        super().__init__(data, initial=start)
        above = Topic.objects.filter(county=current_county(), level__lt=Topic.LEVELS).order_by("full_name")
        self._above = {str(topic.id): topic for topic in above if row is None or topic.id != row.id}
        offered = [(key, topic.full_name) for key, topic in self._above.items() if _stands(topic, start["parent"])]
        self.fields["parent"].choices = [("", _("第一级")), *offered]  # type: ignore[attr-defined]

    def clean_parent(self) -> Topic | None:
        """The topic above, None for the first level."""
        return self._above.get(self.cleaned_data["parent"])


def _stands(topic: Topic, chosen: object) -> bool:
    """A retired topic is shown only where it is chosen already."""
    return topic.active or topic.id == chosen


class ReasonForm(Form):
    """A reason and where it is offered."""

    kind = forms.ChoiceField(label=gettext_lazy("用在哪里"), choices=Reason.Kind)
    text = forms.CharField(
        label=gettext_lazy("理由"), max_length=120, help_text=gettext_lazy("一句平常话；退单的理由要写明依据哪条规定。")
    )


class TemplateForm(Form):
    """An answer to begin with."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    type = forms.ChoiceField(
        label=gettext_lazy("用于哪类诉求"), required=False, help_text=gettext_lazy("不选就是每一类都能用。")
    )
    topic = topic_field(help_text=gettext_lazy("写了的，这一类和下面各类的事答复时排在最前；不写就是哪一类都能用。"))
    text = forms.CharField(
        label=gettext_lazy("文字"), max_length=4000,
        widget=Textarea({"rows": 12, "hx-post": reverse_lazy("casework:settings_hints"), "hx-trigger": "input changed delay:800ms", "hx-target": "#hints"}),
        help_text=gettext_lazy("要换掉的地方写在【】里，例如【年月日】，答复时会一项项问。{编号}、{主办单位}、{登记日期}、{日期}会自动填好。"),
    )  # fmt: skip

    def __init__(self, data: Any, *, row: AnswerTemplate | None = None) -> None:
        start = {"title": row.title, "text": row.text, "type": row.type_id, "topic": row.topic_id} if row else {}
        super().__init__(data, initial=start)
        types = CaseType.objects.filter(county=current_county()).order_by("position", "name")
        self._types = {str(one.id): one for one in types if one.active or (row and one.id == row.type_id)}
        self.fields["type"].choices = [  # type: ignore[attr-defined]
            ("", _("每一类")),
            *((key, one.name) for key, one in self._types.items()),
        ]

    def clean_type(self) -> CaseType | None:
        """The type, None for all."""
        return self._types.get(self.cleaned_data["type"])

    def hints(self) -> list[gate.Hit]:
        """What the text says about persons that an answer seldom needs; nothing is blocked or kept."""
        return gate.phrases(str(self["text"].value() or ""))


class RegisterForm(Form):
    """A unit and the mark before its numbers."""

    unit = unit_field(gettext_lazy("哪个单位自己编号"))
    mark = forms.CharField(
        label=gettext_lazy("编号前缀"),
        max_length=8,
        help_text=gettext_lazy("1–8 个汉字、字母或数字，例如“东湖”，编出来是 东湖2026-0001。"),
    )

    def __init__(self, data: Any, *, row: Register | None = None) -> None:
        super().__init__(data, initial={"mark": row.mark} if row else {})
        self.row = row
        if row:
            del self.fields["unit"]

    def clean(self) -> dict[str, Any]:
        """A register that is there keeps its unit."""
        return {"unit": self.row.unit, **self.cleaned_data} if self.row else self.cleaned_data
