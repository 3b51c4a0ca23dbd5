"""Printing the reception register, and the grid in which its lines are typed back in with the number keys."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.models import Case, ReceptionSheet
from gongyi.casework.queries import reception
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.inputs import DateInput, Form
from gongyi.network.models import Unit

MOST_PAGES = 4
COLUMNS = ("channel", "type", "area", "content", "name", "phone")


class SheetsForm(Form):
    """Which unit and day, and how many pages."""

    keeps = False

    unit: Any = forms.ModelChoiceField(label=gettext_lazy("接待单位"), queryset=None, empty_label=None)
    day = forms.DateField(label=gettext_lazy("接待日"), widget=DateInput)
    pages = forms.IntegerField(
        label=gettext_lazy("几张"), initial=2, validators=[MinValueValidator(1), MaxValueValidator(MOST_PAGES)],
        help_text=gettext_lazy("每张 15 行，最多 4 张。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["unit"].queryset = Unit.objects.filter(id__in=by.units(P.CASE_RECORD)).order_by("path")  # type: ignore[attr-defined]
        self.fields["unit"].initial, self.fields["day"].initial = by.unit, clock.today()


class RowForm(forms.Form):
    """One line: numbers for what can be counted, words for the matter. An empty line is left out."""

    use_required_attribute = False
    channel = forms.CharField(label=gettext_lazy("来源"), required=False, max_length=2)
    type = forms.CharField(label=gettext_lazy("类型"), required=False, max_length=2)
    area = forms.CharField(label=gettext_lazy("地方"), required=False, max_length=2)
    content = forms.CharField(label=gettext_lazy("说了什么"), required=False, max_length=2000)
    name = forms.CharField(label=gettext_lazy("姓名"), required=False, max_length=40)
    phone = forms.CharField(label=gettext_lazy("电话"), required=False, max_length=40)

    def __init__(self, data: Any, *, code: str, offers: dict[str, list[Any]]) -> None:
        super().__init__(data, prefix=code)
        self.code, self.offers = code, offers

    def boxes(self) -> list[forms.BoundField]:
        """The fields in the order of the keys."""
        return [self[name] for name in COLUMNS]

    def clean(self) -> dict[str, Any]:
        """Numbers become what they stand for; a number off the list is said at its field."""
        data = dict(self.cleaned_data)
        if not any(data.values()):
            return {}
        if not data.get("content"):
            self.add_error("content", _("请写一句发生了什么。"))
        for name, choices in self.offers.items():
            sent = str(data.get(name) or "")
            if not sent:
                data[name] = None if name == "area" else choices[0]
            elif sent.isascii() and sent.isdigit() and 1 <= int(sent) <= len(choices):
                data[name] = choices[int(sent) - 1]
            else:
                self.add_error(name, _("没有 %(n)s 号，请看上面的编号。") % {"n": sent})
        return data


class GridForm:
    """All open lines of a unit's day; valid when each of its lines is. Quacks like a form for `core.http.submit`."""

    def __init__(self, data: Any, *, by: Actor, sheets: list[ReceptionSheet]) -> None:
        self.by, self.fields = by, dict[str, Any]()
        self.failures: list[str] = []
        self.typed = reception.typed_lines(sheets)
        self.offers: dict[str, list[Any]] = {
            "channel": list(Case.Channel), "type": list(queries.types(by.county)), "area": reception.places(sheets[0].unit),
        }  # fmt: skip
        self.lines = [
            (sheet, line, RowForm(data, code=code, offers=self.offers))
            for sheet, line, code in reception.lines_of_sheets(sheets)
            if code not in self.typed
        ]

    def is_valid(self) -> bool:
        """Whether no line has an error, and something was typed."""
        valid = not [row for _sheet, _line, row in self.lines if not row.is_valid()]
        if valid and not self.filled():
            self.failures.append(_("还没有写任何一行。"))
        return valid and not self.failures

    def filled(self) -> list[tuple[ReceptionSheet, int, dict[str, Any]]]:
        """The lines with something in them."""
        return [(sheet, line, dict(row.cleaned_data)) for sheet, line, row in self.lines if row.cleaned_data]

    def add_error(self, _field: str | None, error: Any) -> None:
        """What an action refused, above the grid."""
        self.failures += getattr(error, "messages", [str(error)])
