"""A new county's first tasks."""

from django import forms

from gongyi.core.inputs import Form
from gongyi.home.models import FirstTask


class FirstTaskForm(Form):
    """Which first task is done."""

    name = forms.ChoiceField(choices=FirstTask.Name)
