"""Forms of a public text: the text, a word that is shown again, what an approver or the person behind it says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongyi.core.inputs import Form, Textarea
from gongyi.core.secrets import KINDS
from gongyi.publishing.models import RULE
from gongyi.publishing.rules import press_of


class PublicationForm(Form):
    """Base: carries the version that the writer saw, so that nobody approves a text that they have not read."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, *args: Any, publication: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.publication = publication
        self.fields["seen"].initial = publication.version


class EditForm(PublicationForm):
    """The texts of the kind of record, one field each."""

    def __init__(self, *args: Any, publication: Any, **kwargs: Any) -> None:
        super().__init__(*args, publication=publication, **kwargs)
        press, most = press_of(publication), {"title": 60}
        needed = press.needed(publication.record)
        for one in press.fields:
            self.fields[one.name] = forms.CharField(
                label=str(one.label), help_text=str(one.hint), max_length=most.get(one.name, 20000), required=one.name in needed,
                widget=forms.TextInput if one.name in most else Textarea({"rows": one.rows}),
                initial=getattr(publication, one.name),
            )  # fmt: skip
            if one.name in needed:
                said = _("请填写“%(label)s”。") % {"label": one.label}
                self.fields[one.name].error_messages["required"] = said


class ShowForm(PublicationForm):
    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=forms.HiddenInput)
    words = forms.CharField(max_length=200, widget=forms.HiddenInput, strip=False)
    reason = forms.CharField(
        label=_("为什么可以显示"), max_length=200, help_text=_("例如：这是镇里公开的服务电话。审核的人看得到。")
    )


class HideForm(PublicationForm):
    word = forms.UUIDField(widget=forms.HiddenInput)


class RefuseForm(PublicationForm):
    note = forms.CharField(label=_("改哪里"), max_length=500, widget=Textarea({"rows": 3}))


class AmendForm(PublicationForm):
    why = forms.CharField(
        label=_("更正什么"), max_length=200,
        help_text=_("公众会看到这句话和更正前的文字。如果是露出了谁，请改用“撤下”，再重新拟稿，旧文字就不再给人看。"),
    )  # fmt: skip


class DownForm(PublicationForm):
    down_why = forms.ChoiceField(
        label=_("为什么撤下"), widget=forms.RadioSelect, error_messages={"required": _("请选一个原因。")}
    )
    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=Textarea({"rows": 3}))

    def __init__(self, *args: Any, publication: Any, **kwargs: Any) -> None:
        super().__init__(*args, publication=publication, **kwargs)
        reasons = [choice for choice in type(publication).Down.choices if choice[0] != RULE]
        self.fields["down_why"].choices = reasons  # type: ignore[attr-defined]


FORMS: dict[str, type[PublicationForm]] = {
    "edit": EditForm, "show": ShowForm, "hide": HideForm, "propose": PublicationForm, "recall": PublicationForm,
    "approve": PublicationForm, "refuse": RefuseForm, "amend": AmendForm, "take_down": DownForm, "revive": PublicationForm,
}  # fmt: skip
