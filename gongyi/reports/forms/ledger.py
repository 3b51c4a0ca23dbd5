"""Forms of ledgers: a name, what it lists, which columns in which order under which headings; the reason of a correction."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.county import as_key
from gongyi.core.inputs import Form
from gongyi.core.lists import Kind
from gongyi.network.models import Unit
from gongyi.reports.actions.ledger import Keeping
from gongyi.reports.models import Ledger
from gongyi.reports.queries.ledger import columns, conditions_of, figures_listed, first_columns

LIST = ""


class LedgerForm(Form):
    """A number beside a column is its place; a column without a number is not in the ledger.

    `asked` is the address of a list or a figure from which somebody comes: its conditions come along, typed words do not.
    """

    marks_optional = False

    name = forms.CharField(
        label=gettext_lazy("台账名称"), max_length=40, help_text=gettext_lazy("例如：信访事项办理台账。")
    )
    unit = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Unit.objects.none(), empty_label=None)
    figure = forms.ChoiceField(
        label=gettext_lazy("记哪些"),
        required=False,
        help_text=gettext_lazy("选一个数，就和“数字”页同一个数，件数一样。"),
    )

    def __init__(
        self,
        *args: Any,
        by: Actor,
        kind: Kind,
        ledger: Ledger | None = None,
        asked: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        sent = dict(parse_qsl(ledger.query)) if ledger else dict((asked or {}).items())
        figure = ledger.figure if ledger else sent.get("figure", LIST)
        facts = {
            "name": ledger.name if ledger else "",
            "unit": ledger.unit_id if ledger else as_key(sent.get("unit", "")) or by.unit,
            "figure": figure,
        }
        super().__init__(*args, initial=facts, **kwargs)
        self.kind, self.carried = kind, {name: sent[name] for name in conditions_of(figure) if sent.get(name)}
        self.known = {key: str(words) for key, words in columns(kind).items()}
        self._offer(by, locked=ledger is not None)
        self._filters(by, {} if figure else sent)
        self._columns(dict(ledger.chosen) if ledger else dict.fromkeys(first_columns(kind), ""))

    def _offer(self, by: Actor, *, locked: bool) -> None:
        units = Unit.objects.filter(county=by.county, id__in=by.units(self.kind.permission)).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].disabled = locked
        counted = [(one.id, one.name) for one in figures_listed(self.kind)]
        listed = _("%(list)s清单，按%(day)s") % {"list": self.kind.label, "day": self.kind.day}
        self.fields["figure"].choices = [(LIST, listed), *counted]  # type: ignore[attr-defined]
        if not counted:
            del self.fields["figure"]

    def _filters(self, by: Actor, sent: Mapping[str, str]) -> None:
        self.conditions = {f"where_{name}": name for name in self.kind.filters}
        for field, name in self.conditions.items():
            one = self.kind.filters[name]
            self.fields[field] = forms.ChoiceField(
                label=str(one.label),
                required=False,
                choices=[("", _("全部")), *one.choices(by)],
                initial=sent.get(name, ""),
            )

    def _columns(self, chosen: Mapping[str, str]) -> None:
        self.chosen = list(chosen)
        places = {key: number for number, key in enumerate(chosen, start=1)}
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

    def clean(self) -> dict[str, Any]:
        """A figure has its own conditions, those of the list do not touch it."""
        data = dict(super().clean() or self.cleaned_data)
        if data.get("figure") and (field := next((one for one in self.conditions if data.get(one)), "")):
            self.add_error(field, _("记一个数的时候，这个条件不起作用。请选“全部”，或改记清单。"))
        return data

    def rows(self) -> list[tuple[str, Any, Any]]:
        """The name of each column with its two fields, those that are chosen first, in their order."""
        order = [*self.chosen, *(key for key in self.known if key not in self.chosen)]
        return [(self.known[key], self[f"place_{key}"], self[f"head_{key}"]) for key in order if key in self.known]

    @property
    def taken(self) -> int:
        """How many are chosen at first."""
        return sum(key in self.known for key in self.chosen)

    def plain(self) -> list[Any]:
        """The fields before the columns."""
        return [self[name] for name in ("name", "unit", "figure") if name in self.fields]

    def filters(self) -> list[Any]:
        """The conditions of the list."""
        return [self[name] for name in self.conditions]

    def keeping(self) -> Keeping:
        """What was written, the columns in order."""
        said = self.cleaned_data
        placed = [(said[f"place_{key}"], at, key) for at, key in enumerate(self.known) if said.get(f"place_{key}")]
        chosen = [(key, said.get(f"head_{key}") or self.known[key]) for _place, _at, key in sorted(placed)]
        figure = said.get("figure") or LIST
        where = (
            self.carried
            if figure
            else {name: said[field] for field, name in self.conditions.items() if said.get(field)}
        )
        return Keeping(said["name"], self.kind, figure, urlencode(where), chosen)


class FreezeForm(Form):
    """The reason, where the period was frozen before."""

    why = forms.CharField(label=gettext_lazy("更正了什么"), max_length=200, required=False)

    def __init__(self, *args: Any, again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["why"].required = True
        else:
            del self.fields["why"]
