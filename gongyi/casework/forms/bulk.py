"""One form for many cases; which ones stands beside it."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.inputs import Form, Textarea
from gongyi.network.queries import unit_field
from gongyi.people.models import Purpose
from gongyi.people.queries.exports import format_field

LONGEST_VERSION = 9  # digits
CONTACT_FIELDS = ("contacts", "purpose", "reason")


class BulkForm(Form):
    """Base: who does it."""

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by


class AssignManyForm(BulkForm):
    lead = unit_field(gettext_lazy("主办单位"), error_messages={"required": gettext_lazy("请选一个主办单位。")})
    note = forms.CharField(
        label=gettext_lazy("交代一句"), max_length=2000, required=False, widget=Textarea({"rows": 2})
    )


class RemindManyForm(BulkForm):
    note = forms.CharField(
        label=gettext_lazy("写一句"), max_length=2000, widget=Textarea({"rows": 2}),
        help_text=gettext_lazy("每一件的主办单位都会收到。发出去就收不回来。"),
    )  # fmt: skip


class ExportForm(BulkForm):
    kind = format_field()
    contacts = forms.BooleanField(
        label=gettext_lazy("要带姓名、电话和住址"), required=False,
        help_text=gettext_lazy("只带您能看的；每个人都查得到谁导出了、为了什么。一天里超过 50 人要另一个人同意。"),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=gettext_lazy("用途"), required=False, choices=[("", gettext_lazy("请选用途")), *Purpose.choices]
    )
    reason = forms.CharField(label=gettext_lazy("为什么要带联系方式"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.by.can(P.CASE_CONTACT):
            for name in CONTACT_FIELDS:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """With contacts a purpose and a reason are needed."""
        facts = super().clean() or {}
        for name in CONTACT_FIELDS[1:] if facts.get("contacts") else ():
            if not facts.get(name):
                self.add_error(name, _("带联系方式的，请写明。"))
        return facts


def chosen_rows(marks: list[str]) -> list[tuple[UUID, int]]:
    """The rows that were ticked, as `<key>:<version>`; what is none is left out."""
    halves = (mark.partition(":") for mark in marks)
    found = ((as_key(key), version) for key, _sep, version in halves)
    return [
        (key, int(version))
        for key, version in found
        if key and version.isascii() and version.isdigit() and len(version) <= LONGEST_VERSION
    ]
