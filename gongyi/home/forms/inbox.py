"""Choices of one's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gongyi.core.inputs import Form
from gongyi.core.models import DigestChoice


class DigestForm(Form):
    """Whether one message each morning says what waits."""

    when = forms.ChoiceField(
        label=_("每天的小结"), choices=DigestChoice.When, widget=forms.RadioSelect,
        help_text=_("只在这里多一条消息，说几件到期、几件超期；没有要办的就不发。"),
    )  # fmt: skip
