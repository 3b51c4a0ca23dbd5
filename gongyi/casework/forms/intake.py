"""Recording a request: one required field, the rest when known."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongyi.casework import queries
from gongyi.casework.forms.fields import ASKER_NAMES, AskerFields, staff_field, topic_field
from gongyi.casework.models import Case
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.inputs import Textarea
from gongyi.network.models import Unit
from gongyi.network.queries import place_field, unit_field


class IntakeForm(AskerFields):
    """登记. Only the matter is required; the type is preset to the county's first."""

    content = forms.CharField(
        label=_("群众说了什么"), max_length=20000, widget=Textarea({"rows": 6, "autofocus": True}),
        error_messages={"required": _("请写一句发生了什么。")}, help_text=_("照原话写就行。哪里、什么事、想怎么解决。"),
    )  # fmt: skip
    type: Any = forms.ModelChoiceField(label=_("诉求类型"), queryset=None, widget=forms.RadioSelect, empty_label=None)
    area = place_field(_("事情在哪个村"), required=False)
    topic = topic_field()
    title = forms.CharField(label=_("标题"), max_length=60, required=False, help_text=_("不写就用第一句话。"))
    channel = forms.ChoiceField(label=_("来源渠道"), choices=Case.Channel)
    urgency = forms.ChoiceField(label=_("急不急"), choices=Case.Urgency)
    may_publish = forms.BooleanField(label=_("诉求人同意公开答复（不含姓名电话）"), required=False)
    about_unit = unit_field(
        _("反映的是哪个单位的服务"), required=False, help_text=_("投诉办事单位时才填。那个单位看不到也不办这件事。")
    )
    about_person = staff_field(
        _("反映的是哪位工作人员"), required=False, help_text=_("投诉某个人的服务时才填。本人看不到也不办这件事。")
    )
    file = forms.FileField(label=_("照片或文件"), required=False, help_text=_("照片里的位置信息会自动去掉。"))
    unit: Any = forms.ModelChoiceField(label=_("登记在哪个单位"), queryset=None, empty_label=None)

    main: tuple[str, ...] = ("content", "type", "area", *ASKER_NAMES[2:4])
    field_order: Any = main

    def __init__(self, *args: Any, by: Actor, why: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        """`why` gives, by field, the reason of a proposed value; such fields stand among the first."""
        super().__init__(*args, **kwargs)
        self.by, self.why = by, why or {}
        for name, reason in self.why.items():
            self.fields[name].suggested = reason  # type: ignore[attr-defined]
        types = queries.types(by.county)
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
        self.fields["type"].initial = types.first()
        self.fields["asker_phone"].widget.attrs |= {
            "hx-post": reverse("casework:same_asker"), "hx-trigger": "change", "hx-target": "#same",
        }  # fmt: skip
        if type(self) is IntakeForm:
            self.fields["content"].widget.attrs |= {
                "hx-post": reverse("casework:similar"), "hx-trigger": "input changed delay:600ms", "hx-target": "#alike",
            }  # fmt: skip
        units = Unit.objects.filter(id__in=by.units(P.CASE_RECORD)).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = by.unit
        if len(by.units(P.CASE_RECORD)) == 1:
            self.fields["unit"].widget = forms.HiddenInput()

    def first_fields(self) -> list[forms.BoundField]:
        """What is asked at once."""
        return [self[name] for name in self._first if name in self.fields]

    def more_fields(self) -> list[forms.BoundField]:
        """What stands under 更多."""
        return [field for field in self.visible_fields() if field.name not in self._first]

    @property
    def _first(self) -> list[str]:
        return [*self.main, *(name for name in self.why if name not in self.main)]


class DoneForm(IntakeForm):
    """当场办结: the request with its answer, outcome and rating in one step."""

    answer = forms.CharField(
        label=_("怎么答复的"), max_length=20000, widget=Textarea({"rows": 4}),
        error_messages={"required": _("请写一句怎么答复的。")},
    )  # fmt: skip
    outcome = forms.ChoiceField(label=_("办理结果"), choices=Case.Outcome.of_answers(), widget=forms.RadioSelect)
    rating = forms.ChoiceField(
        label=_("诉求人怎么评价"), choices=[("", _("没有问")), *Case.Rating.choices], required=False
    )

    main = ("content", "answer", "outcome", "rating", "type", "area", *ASKER_NAMES[2:4])
    field_order = main

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("about_unit", "about_person", "urgency", "may_publish", "file"):
            del self.fields[name]
        at_once = self.fields["type"].queryset.filter(needs_approval=False, separate_caller=False)  # type: ignore[attr-defined]
        self.fields["type"].queryset = at_once  # type: ignore[attr-defined]
        self.fields["type"].initial = at_once.first()
        self.fields["channel"].initial = Case.Channel.COUNTER
