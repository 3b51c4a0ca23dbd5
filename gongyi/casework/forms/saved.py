"""The name of a view of the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.inputs import Form


class ViewForm(Form):
    """A name; what it filters is told beside it."""

    name = forms.CharField(
        label=gettext_lazy("给这个列表起个名字"),
        max_length=30,
        help_text=gettext_lazy("例如：东湖镇超期的投诉。只有自己看得到。"),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
