"""What an answer promises, as its form asks for it: what, who, by when, proposed from the text; or why nothing follows."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Case
from gongyi.casework.queries import promising as queries
from gongyi.core.access import Actor
from gongyi.core.inputs import DateInput, Form
from gongyi.core.secrets import mask_text
from gongyi.promises.models import Line

MOST = 3


class PromiseFields(Form):
    """Three lines, all of which may stay empty; `rows` are they as the page shows them, `made` what the case promised before."""

    case: Case
    by: Actor
    outcome_of_done = Case.Outcome.SOLVED

    nothing = forms.CharField(
        label=gettext_lazy("后面没有要做的事，为什么"), max_length=200, required=False,
        help_text=gettext_lazy("例如：已经答应的都做完了；剩下的归别的单位，已转过去。"),
    )  # fmt: skip

    def add_lines(self) -> None:
        """Add the fields of the lines, beginning with what was planned before."""
        units = queries.promising_units(self.case)
        self.units = {str(unit.id): unit for unit in units}
        for n in range(1, MOST + 1):
            self.fields[f"promise_{n}"] = forms.CharField(label=_("答应做什么"), max_length=300, required=False)
            self.fields[f"promise_{n}_due"] = forms.DateField(label=_("哪天以前做到"), required=False, widget=DateInput)
            choices = [(key, unit.name) for key, unit in self.units.items()]
            widget = forms.Select if len(choices) > 1 else forms.HiddenInput
            self.fields[f"promise_{n}_unit"] = forms.ChoiceField(
                label=_("由哪个单位来做"), choices=choices, required=False, widget=widget, initial=choices[0][0] if choices else "",
            )  # fmt: skip
        self.order_fields([name for name in self.fields if name != "nothing"])
        self.made = [(mask_text(one.what), one.due) for one in queries.open_promises_of(self.case)]
        for n, row in enumerate(queries.planned_of(self.case)[:MOST], start=1):
            self._begin(n, row.what, row.due, str(row.unit_id))

    def _begin(self, n: int, what: str, due: Any, unit: str = "") -> None:
        values = {f"promise_{n}": what, f"promise_{n}_due": due, f"promise_{n}_unit": unit}
        for name, value in values.items():
            if value and (not name.endswith("_unit") or value in self.units):
                self.fields[name].initial = value

    def keep(self, sent: Mapping[str, Any]) -> None:
        """Begin with what was typed so far; where no promise was, with what the text promises."""
        for name in self.fields.keys() & sent.keys():
            self.fields[name].initial = sent[name]
        if not self.made and not any(sent.get(f"promise_{n}") for n in range(1, MOST + 1)):
            self._propose(sent.get("answer", ""))

    def _propose(self, answer: str) -> None:
        for n, one in enumerate(queries.proposed_lines(self.case, answer)[:MOST], start=1):
            self._begin(n, one.what, one.day)

    def main_fields(self) -> Iterator[forms.BoundField]:
        """The fields that the page shows above the promises."""
        return (
            field
            for field in self.visible_fields()
            if not field.name.startswith("promise_") and field.name != "nothing"
        )

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each line."""
        names = ("promise_{}", "promise_{}_due", "promise_{}_unit")
        found = [[self[name.format(n)] for name in names] for n in range(1, MOST + 1)]
        return [[field for field in row if not field.is_hidden] for row in found]

    def clean_lines(self, data: dict[str, Any]) -> dict[str, Any]:
        """Put `promises` in place of the fields of the lines; a text that needs them and has none is shown again with proposals."""
        lines = []
        for n in range(1, MOST + 1):
            what, due = data.pop(f"promise_{n}", ""), data.pop(f"promise_{n}_due", None)
            unit = self.units.get(data.pop(f"promise_{n}_unit", "") or next(iter(self.units), ""))
            if not what and not due:
                continue
            if not what:
                self.add_error(f"promise_{n}", _("请写明答应做什么。"))
            elif not due:
                self.add_error(f"promise_{n}_due", _("请写哪天以前做到。"))
            elif unit:
                lines.append(Line(what, unit, due))
        data["promises"] = lines
        self._ask(data)
        return data

    def _ask(self, data: dict[str, Any]) -> None:
        answer, outcome = data.get("answer", ""), data.get("outcome")
        said = outcome and (answer or "answer" not in self.fields)
        wrong = (
            queries.promise_missing(self.case, answer, outcome, data["promises"], data.get("nothing", ""))
            if said
            else {}
        )
        if not wrong or self.errors:
            return
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        for n, one in enumerate(queries.proposed_lines(self.case, answer or "")[:MOST], start=1):
            sent[f"promise_{n}"], sent[f"promise_{n}_due"] = one.what, str(one.day or "")
        self.data = sent
        for name, words in wrong.items():
            self.add_error(name, words)
