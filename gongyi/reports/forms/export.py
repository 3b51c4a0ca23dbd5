"""In which format the rows behind a number are taken."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models import Export
from gongyi.core.inputs import Form


class KindForm(Form):
    """The format alone: names, phones and addresses are never in it."""

    kind = forms.ChoiceField(
        label=_("文件格式"), choices=Export.Kind.choices, initial=Export.Kind.XLSX, widget=forms.RadioSelect
    )
