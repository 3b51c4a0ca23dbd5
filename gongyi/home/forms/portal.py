"""What residents type: only the matter is required. Nothing they write is held back by the gate (rights.md D5)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Asker, Case
from gongyi.casework.queries import portal
from gongyi.core.attachments import ACCEPT
from gongyi.core.county import as_key, current_county
from gongyi.core.inputs import Form, Hit, PickerField, Textarea
from gongyi.network.models import Unit
from gongyi.network.queries import unit_hits, unit_named

MOST_FILES = 3
PLACES = (Unit.Tier.TOWNSHIP, Unit.Tier.VILLAGE)


def place_hits(text: str) -> list[Hit]:
    """Villages and townships whose name fits."""
    return unit_hits(current_county(), text, tiers=PLACES)


def _place(value: str) -> Unit | None:
    found = unit_named(current_county(), as_key(value))
    return found if found and found.running and found.tier in PLACES else None


def place_field(label: Any, **kwargs: Any) -> PickerField:
    """A picker of villages and townships, open to everybody."""
    url = reverse_lazy("home:portal_places")
    field = PickerField(label=label, find=place_hits, get=_place, url=url, required=False, **kwargs)
    field.widget.words_of = lambda value: str(_place(value) or "")
    return field


class FilesInput(forms.FileInput):
    """Several files in one box; a phone that sends one at a time adds the others on the page of the case."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"accept": f"image/*,{ACCEPT}", "multiple": True})

    def value_from_datadict(self, _data: Any, files: Any, name: str) -> Any:
        """All files of the box."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """A few files. The clean value is a list."""

    def __init__(self, **kwargs: Any) -> None:
        told = gettext_lazy("最多 3 个。照片里的位置信息会自动去掉。")
        super().__init__(required=False, widget=FilesInput(), help_text=told, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = data if isinstance(data, list | tuple) else [data]
        found = [super(FilesField, self).clean(each, initial) for each in sent if each]
        if len(found) > MOST_FILES:
            raise ValidationError(_("一次最多 %(n)d 个文件。其余的可以查进度时再加。") % {"n": MOST_FILES})
        return found


def note_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    missing = {"required": gettext_lazy("请写一句话。")}
    return forms.CharField(
        label=label,
        max_length=2000,
        required=required,
        widget=Textarea({"rows": 3}),
        help_text=hint,
        error_messages=missing,
    )


class StrangerForm(Form):
    """Base of what a stranger sends: a box that only programs fill in."""

    website = forms.CharField(
        label=gettext_lazy("这一栏请空着"), max_length=200, required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1", "data-private": True}),
    )  # fmt: skip

    def clean_website(self) -> str:
        """Only programs that fill in everything see this box."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("请把“这一栏请空着”里的字删掉再送出。"))
        return ""


class TellForm(StrangerForm):
    """我要反映."""

    content = forms.CharField(
        label=gettext_lazy("您要反映什么"), max_length=20000, widget=Textarea({"rows": 6}),
        help_text=gettext_lazy("哪里、什么事、想怎么解决。照平时说话写就行。"),
        error_messages={"required": gettext_lazy("请写一句发生了什么。")},
    )  # fmt: skip
    place = place_field(gettext_lazy("事情在哪个村、哪个乡镇"))
    file = FilesField(label=gettext_lazy("照片"))
    name = forms.CharField(
        label=gettext_lazy("怎么称呼"), max_length=40, required=False,
        widget=forms.TextInput({"autocomplete": "name", "data-private": True}),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("电话"), max_length=40, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel", "data-private": True}),
        help_text=gettext_lazy("只用来问清情况和告诉您结果。谁看过，您查进度时都看得到。不留也能办，也能查。"),
    )  # fmt: skip
    whom = forms.ChoiceField(
        label=gettext_lazy("为谁反映"), choices=Asker.Whom, initial=Asker.Whom.SELF, widget=forms.RadioSelect, required=False,
        help_text=gettext_lazy("帮父母、邻居反映也可以，留您自己的姓名电话就行。要留别人的，请先问过那个人。不满 14 周岁的，请由家长来反映。"),
    )  # fmt: skip
    theirs = forms.BooleanField(label=gettext_lazy("上面留的是那个人的姓名电话，他（她）知道并同意"), required=False)
    type: Any = forms.ModelChoiceField(
        label=gettext_lazy("属于哪一种"), queryset=None, empty_label=None, required=False
    )
    topic: Any = forms.ModelChoiceField(
        label=gettext_lazy("关于什么"),
        queryset=None,
        empty_label=gettext_lazy("不清楚，请工作人员来分"),
        required=False,
    )
    about_service = forms.BooleanField(
        label=gettext_lazy("我反映的是办事的单位或人员"), required=False,
        help_text=gettext_lazy("直接交给县里，不经过那个单位。"),
    )  # fmt: skip
    may_publish = forms.BooleanField(
        label=gettext_lazy("同意把这件事和答复公开，让别人也能看到"), required=False,
        help_text=gettext_lazy("公开时去掉姓名、电话和门牌号。以后可以要求撤下。"),
    )  # fmt: skip

    def __init__(self, *args: Any, county: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = portal.types_for_residents(county)
        self.fields["type"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["type"].initial = (
            kinds.filter(code="help").first() or kinds.filter(hides_asker=False).first() or kinds.first()
        )
        self.fields["topic"].queryset = portal.topics_for_residents(county)  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in the order of the page; the trap stands apart."""
        return [
            ("", [self["content"], self["place"], self["file"]]),
            (_("怎么联系您（都可以不填）"), [self["name"], self["phone"], self["whom"], self["theirs"]]),
            (_("还可以说明"), [self["type"], self["about_service"], self["topic"], self["may_publish"]]),
        ]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        data["type"] = data.get("type") or self.fields["type"].initial
        data["whom"] = data.get("whom") or Asker.Whom.SELF
        data["theirs"] = bool(data.get("theirs")) and data["whom"] != Asker.Whom.SELF
        self.cleaned_data = data
        return data


class TrackForm(Form):
    """查进度: number and code."""

    keeps = False

    number = forms.CharField(label=gettext_lazy("编号"), max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    code = forms.CharField(
        label=gettext_lazy("查询码"), max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("送出时给您的 12 个字母和数字。大小写、空格都不要紧。"),
    )  # fmt: skip


class ReplyForm(Form):
    """回答提问."""

    note = note_field(gettext_lazy("您的回答"))


class JudgeForm(Form):
    """解决了没有, and how the asker was treated."""

    solved = forms.ChoiceField(
        label=gettext_lazy("这件事解决了吗"), choices=[("yes", gettext_lazy("解决了")), ("no", gettext_lazy("没有解决"))],
        widget=forms.RadioSelect, error_messages={"required": gettext_lazy("请选解决了，还是没有解决。")},
    )  # fmt: skip
    rating = forms.ChoiceField(
        label=gettext_lazy("办事的态度和结果，您觉得怎么样"),
        choices=Case.Rating,
        widget=forms.RadioSelect,
        required=False,
    )
    note = note_field(gettext_lazy("还想说的"), required=False, hint=gettext_lazy("没有解决的话，请写哪里没有解决。"))

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        if data.get("solved") == "no" and not data.get("note", "").strip() and "note" not in self.errors:
            self.add_error("note", _("请写一句哪里没有解决。"))
        return data


class AgainForm(Form):
    """没有解决, after the case was closed."""

    note = note_field(gettext_lazy("哪里没有解决"))


class RateForm(Form):
    """A word on a closed case."""

    rating = forms.ChoiceField(
        label=gettext_lazy("办事的态度和结果，您觉得怎么样"), choices=Case.Rating, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一个评价。")},
    )  # fmt: skip
    note = note_field(gettext_lazy("还想说的"), required=False)


class AddForm(Form):
    """补充: a word, pictures, or both."""

    note = note_field(gettext_lazy("补充的话"), required=False)
    file = FilesField(label=gettext_lazy("照片"))

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        if not data.get("note", "").strip() and not data.get("file") and not self.errors:
            self.add_error("note", _("请写一句话，或加一张照片。"))
        return data


class PlainForm(Form):
    """A step that needs no word."""


class WithdrawForm(Form):
    """撤回."""

    note = note_field(gettext_lazy("为什么不办了"), required=False, hint=gettext_lazy("不写也可以。"))


class WishForm(Form):
    """What somebody wants done with their own data."""

    KINDS = (
        ("correct", gettext_lazy("更正：写错了，请改过来")),
        ("remove", gettext_lazy("删除：请删掉我的姓名、电话等信息")),
        ("copy", gettext_lazy("查看：我要一份关于我的记录")),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("您要怎么办"), choices=KINDS, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项。")},
    )  # fmt: skip
    note = note_field(gettext_lazy("说清楚是哪些信息"))

    def clean_kind(self) -> str:
        """The words before the colon, as the title of the new case."""
        return str(dict(self.KINDS)[self.cleaned_data["kind"]]).partition("：")[0].partition(":")[0]
