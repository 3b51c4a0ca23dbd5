"""What residents type for a suggestion: the case for it and what to do about it apart. Nothing they write is held back by the gate (D5)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.inputs import Form, PeopleField, Textarea
from gongyi.home.forms.portal import FilesField, StrangerForm, note_field, place_field
from gongyi.proposals.actions.intake import MOST_AUTHORS
from gongyi.proposals.models import Proposal, Sketch
from gongyi.proposals.models.proposal import Rating
from gongyi.proposals.queries.calls import open_calls

SKETCHED = ("kind", "call", "title", "analysis", "suggestions", "name", "phone", "organisation")
KINDS = (
    (Proposal.Kind.SINGLE, gettext_lazy("我一个人")), (Proposal.Kind.JOINT, gettext_lazy("和别人联名")),
    (Proposal.Kind.COLLECTIVE, gettext_lazy("代表一个单位或团体")),
)  # fmt: skip


class TextsForm(Form):
    """The three texts of a suggestion, in words for residents."""

    title = forms.CharField(
        label=gettext_lazy("关于什么"), max_length=60, help_text=gettext_lazy("一句话，例如“在村口修一座桥”。"),
        error_messages={"required": gettext_lazy("请写一句关于什么。")},
    )  # fmt: skip
    analysis = forms.CharField(
        label=gettext_lazy("现在怎么样"), max_length=20000, widget=Textarea({"rows": 6}),
        help_text=gettext_lazy("什么情况、难在哪里、影响哪些人。知道多少写多少。"),
        error_messages={"required": gettext_lazy("请写现在怎么样。")},
    )  # fmt: skip
    suggestions = forms.CharField(
        label=gettext_lazy("您建议怎么做"), max_length=20000, widget=Textarea({"rows": 6}),
        help_text=gettext_lazy("谁、做什么、怎么做；几条就分几条写。"),
        error_messages={"required": gettext_lazy("请写您建议怎么做。")},
    )  # fmt: skip


class SuggestForm(TextsForm, StrangerForm):
    """提建议."""

    call: Any = forms.ModelChoiceField(
        label=gettext_lazy("是不是回答哪个征集"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("不是，平时想到的"),
    )
    place = place_field(gettext_lazy("说的是哪个村、哪个乡镇"))
    file = FilesField(label=gettext_lazy("附件"))
    kind = forms.ChoiceField(
        label=gettext_lazy("谁来提"),
        choices=KINDS,
        initial=Proposal.Kind.SINGLE,
        widget=forms.RadioSelect,
        required=False,
    )
    organisation = forms.CharField(
        label=gettext_lazy("单位或团体的名称"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("代表单位或团体的才写。"),
    )
    cosigners = PeopleField(
        label=gettext_lazy("和谁联名"), most=MOST_AUTHORS - 1,
        help_text=gettext_lazy("联名的才写。一行一个：姓名，空一格，电话；电话可以不写。送出后每个人有自己的编号和查询码，本人确认了才算联名。"),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("怎么称呼您"), max_length=40, required=False,
        widget=forms.TextInput({"autocomplete": "name", "data-private": True}),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("电话"), max_length=40, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel", "data-private": True}),
        help_text=gettext_lazy("想和您当面商量时用。只有办这件事的人看得到，每看一次都记下来。"),
    )  # fmt: skip
    may_publish = forms.BooleanField(
        label=gettext_lazy("同意公开这件建议和答复"), required=False,
        help_text=gettext_lazy("公开时去掉姓名、电话，由另一个人看过。以后可以要求撤下。不同意的照样办。"),
    )  # fmt: skip

    def __init__(self, *args: Any, county: int, sketch: Sketch | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = open_calls(county)
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]
        if not calls.exists():
            del self.fields["call"]
        if "later" in self.data:
            for field in self.fields.values():
                field.required = False
        for name in (*SKETCHED, "cosigners") if sketch else ():
            if name in self.fields:
                self.fields[name].initial = getattr(sketch, "call_id" if name == "call" else name)

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in the order of the page; the trap stands apart."""
        first = [self["call"]] if "call" in self.fields else []
        return [
            ("", [*first, self["title"], self["analysis"], self["suggestions"], self["place"], self["file"]]),
            (_("谁来提"), [self["kind"], self["organisation"], self["cosigners"], self["name"], self["phone"]]),
            (_("公开"), [self["may_publish"]]),
        ]

    def sketched(self) -> dict[str, Any]:
        """What is kept of one that is not finished; whether it may be made public is asked when it is sent."""
        data = self.cleaned_data
        kept = {name: data.get(name) or "" for name in SKETCHED if name != "call"}
        kept["kind"] = kept["kind"] or Proposal.Kind.SINGLE
        return kept | {"call": data.get("call"), "cosigners": str(self.data.get("cosigners", ""))[:4000]}


class ReviseForm(TextsForm):
    """改好再交, beginning with the texts as they stand."""

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TextsForm.base_fields:
            self.fields[name].initial = getattr(proposal, name)


def _mark(label: Any) -> forms.ChoiceField:
    missing = {"required": gettext_lazy("请选一项。")}
    return forms.ChoiceField(label=label, choices=Rating, widget=forms.RadioSelect, error_messages=missing)


class MarkForm(Form):
    """评价: manner and result apart."""

    manner = _mark(gettext_lazy("办理的态度，您觉得怎么样"))
    rating = _mark(gettext_lazy("办理的结果，您满意吗"))
    note = note_field(
        gettext_lazy("还想说的"), required=False, hint=gettext_lazy("对结果不满意的，请写哪里不满意；会重新办理。")
    )

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        if data.get("rating") == Rating.BAD and not data.get("note", "").strip() and "note" not in self.errors:
            self.add_error("note", _("请写一句哪里不满意。"))
        return data


class CosignForm(Form):
    """联名人答复."""

    agreed = forms.ChoiceField(
        label=gettext_lazy("您愿意联名吗"), choices=[("yes", gettext_lazy("愿意，这也是我的建议")), ("no", gettext_lazy("不联名"))],
        widget=forms.RadioSelect, error_messages={"required": gettext_lazy("请选一项。")},
    )  # fmt: skip

    def clean_agreed(self) -> bool:
        """Whether they sign."""
        return bool(self.cleaned_data["agreed"] == "yes")
