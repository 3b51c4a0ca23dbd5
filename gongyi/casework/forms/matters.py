"""The period of the hot matters, and the cases that leave one."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gongyi.casework.forms.listing import DAYS
from gongyi.casework.queries import matters
from gongyi.core.county import as_key
from gongyi.core.inputs import DateInput, Form

USUAL = 90  # days


class PeriodForm(Form):
    """From which day to which; the last three months where nothing is said."""

    marks_optional = False

    since = forms.DateField(label=gettext_lazy("登记从"), required=False, widget=DateInput, validators=DAYS)
    until = forms.DateField(label=gettext_lazy("到"), required=False, widget=DateInput, validators=DAYS)

    def period(self) -> tuple[date, date]:
        """The two days; those of a day that is no day are the usual ones."""
        facts: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        usual = matters.days(USUAL)
        since, until = facts.get("since") or usual[0], facts.get("until") or usual[1]
        return (since, until) if since <= until else (until, since)


class KeysField(forms.MultipleChoiceField):
    """Keys of rows; whose they are is asked by the action."""

    def valid_value(self, value: Any) -> bool:
        """Whether it is a key at all."""
        return as_key(str(value)) is not None


class AwayForm(Form):
    """Which cases of a matter leave it."""

    away = KeysField(
        label=gettext_lazy("哪几件是另一件事"), error_messages={"required": gettext_lazy("请勾上另一件事的那几件。")}
    )
