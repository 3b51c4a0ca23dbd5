"""Forms of ledgers: a name, what it lists, which columns in which order under which headings; the reason of a correction."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.inputs import Form
from gongyi.network.models import Unit
from gongyi.reports.actions.ledger import Keeping
from gongyi.reports.models import Ledger
from gongyi.reports.queries.ledger import FIRST, columns, figures_listed

LIST = ""


class LedgerForm(Form):
    """A number beside a column is its place; a column without a number is not in the ledger."""

    marks_optional = False

    name = forms.CharField(
        label=gettext_lazy("台账名称"), max_length=40, help_text=gettext_lazy("例如：信访事项办理台账。")
    )
    unit = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Unit.objects.none(), empty_label=None)
    figure = forms.ChoiceField(
        label=gettext_lazy("记哪些件"), required=False, help_text=gettext_lazy("和“数字”页同一个数，件数一样。")
    )

    def __init__(
        self, *args: Any, by: Actor, ledger: Ledger | None = None, figure: str = "cases.received", **kwargs: Any
    ) -> None:
        facts = (
            {"name": ledger.name, "unit": ledger.unit_id, "figure": ledger.figure}
            if ledger
            else {"figure": figure, "unit": by.unit}
        )
        super().__init__(*args, initial=facts, **kwargs)
        units = Unit.objects.filter(county=by.county, id__in=by.units(P.CASE_RECORD)).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        counted = [(one.id, one.name) for one in figures_listed()]
        self.fields["figure"].choices = [(LIST, _("办件清单，按登记的日期")), *counted]  # type: ignore[attr-defined]
        if ledger:
            self.fields["unit"].disabled = True
        chosen = dict(ledger.chosen) if ledger else dict.fromkeys(FIRST, "")
        places = {key: number for number, key in enumerate(chosen, start=1)}
        self.known = columns()
        for key, own in self.known.items():
            self.fields[f"place_{key}"] = forms.IntegerField(
                label=_("“%(name)s”第几列") % {"name": own},
                min_value=1,
                max_value=99,
                required=False,
                initial=places.get(key),
            )
            self.fields[f"head_{key}"] = forms.CharField(
                label=_("“%(name)s”的表头") % {"name": own},
                max_length=30,
                required=False,
                initial=chosen.get(key) or own,
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each column."""
        return [(self[f"place_{key}"], self[f"head_{key}"]) for key in self.known]

    def plain(self) -> list[Any]:
        """The fields before the columns."""
        return [self[name] for name in ("name", "unit", "figure")]

    def keeping(self, query: str) -> Keeping:
        """What was written, the columns in order."""
        said = self.cleaned_data
        placed = [(said[f"place_{key}"], at, key) for at, key in enumerate(self.known) if said.get(f"place_{key}")]
        chosen = [(key, said.get(f"head_{key}") or self.known[key]) for _place, _at, key in sorted(placed)]
        return Keeping(said["name"], said.get("figure") or LIST, query, chosen)


class FreezeForm(Form):
    """The reason, where the period was frozen before."""

    why = forms.CharField(label=gettext_lazy("更正了什么"), max_length=200, required=False)

    def __init__(self, *args: Any, again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["why"].required = True
        else:
            del self.fields["why"]
