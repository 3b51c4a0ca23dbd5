"""Forms of the public answer: its text, a word that is shown again, what an approver or the asker says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models import Publication
from gongyi.core.inputs import Form, Textarea
from gongyi.core.secrets import KINDS


class PublicationForm(Form):
    """Base: carries the version that the writer saw, so that nobody approves a text that they have not read."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.publication = publication
        self.fields["seen"].initial = publication.version
        for name in {"title", "matter", "answer"} & self.fields.keys():
            self.fields[name].initial = getattr(publication, name)


class EditForm(PublicationForm):
    title = forms.CharField(label=_("标题"), max_length=60, help_text=_("一句话说是什么事，不写是谁。"))
    matter = forms.CharField(
        label=_("诉求"), max_length=20000, widget=Textarea({"rows": 6}),
        help_text=_("去掉认得出是谁的话：家里几口人、在哪里上班、第几家。姓名、电话、证件、门牌程序会遮住。"),
    )  # fmt: skip
    answer = forms.CharField(label=_("答复"), max_length=20000, widget=Textarea({"rows": 9}))


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
        label=_("为什么撤下"), widget=forms.RadioSelect,
        choices=[choice for choice in Publication.Down.choices if choice[0] != Publication.Down.RULE],
        error_messages={"required": _("请选一个原因。")},
    )  # fmt: skip
    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=Textarea({"rows": 3}))


FORMS: dict[str, type[PublicationForm]] = {
    "edit": EditForm, "show": ShowForm, "hide": HideForm, "propose": PublicationForm, "recall": PublicationForm,
    "approve": PublicationForm, "refuse": RefuseForm, "amend": AmendForm, "take_down": DownForm, "revive": PublicationForm,
}  # fmt: skip
