"""Forms of tables that are asked for: what the asker writes, what a unit answers."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.figures import Period
from gongyi.core.inputs import DateInput, Form, Textarea
from gongyi.network.models import Unit
from gongyi.reports.actions.asking import Asking
from gongyi.reports.models import AnswerCell, Ask, AskColumn
from gongyi.reports.queries.asking import is_rate, shown, units_to_ask


class AskForm(Form):
    """What for, on what basis, which numbers, of whom, for which days, by when, until when."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    title = forms.CharField(label=gettext_lazy("表名"), max_length=60)
    purpose = forms.CharField(
        label=gettext_lazy("做什么用"), max_length=200, widget=Textarea({"rows": 2}),
        help_text=gettext_lazy("下面的单位看得到，例如：半年小结用。"),
    )  # fmt: skip
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("哪部法律、哪份文件要这张表，写名称和文号。"),
        error_messages={"required": gettext_lazy("请写依据：哪部法律、哪份文件要这张表。没有依据的表不往下发。")},
    )  # fmt: skip
    columns = forms.CharField(
        label=gettext_lazy("要哪些数"), widget=Textarea({"rows": 6}), max_length=2000,
        help_text=gettext_lazy("一行一个，例如：受理量、按期办结率。系统里有的会自己填，下面不用再数。"),
    )  # fmt: skip
    units = forms.ModelMultipleChoiceField(
        label=gettext_lazy("向哪些单位要"), queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    first = forms.DateField(label=gettext_lazy("数从哪天起"), widget=DateInput)
    last = forms.DateField(label=gettext_lazy("数到哪天止（含当天）"), widget=DateInput)
    due = forms.DateField(label=gettext_lazy("哪天前交"), widget=DateInput)
    repeats = forms.ChoiceField(
        label=gettext_lazy("要几次"), choices=Ask.Repeats.choices, widget=forms.RadioSelect, initial="once"
    )
    until = forms.DateField(
        label=gettext_lazy("到哪天为止"), widget=DateInput,
        help_text=gettext_lazy("过了这天，这张表自己消失，下面不用再填。最多一年。"),
        error_messages={"required": gettext_lazy("请写到哪天为止。没有期限的表不往下发；到期还要，再发一次。")},
    )  # fmt: skip

    def __init__(self, *args: Any, unit: Unit, ask: Ask | None = None, **kwargs: Any) -> None:
        before = Period.month(clock.today().year, clock.today().month).before()
        kwargs["initial"] = _facts(ask) if ask else {"first": before.first, "last": before.last}
        super().__init__(*args, **kwargs)
        self.unit, self.ask = unit, ask
        self.fields["units"].queryset = units_to_ask(unit)  # type: ignore[attr-defined]

    def asking(self) -> Asking:
        """What was written."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        columns = said.pop("columns").splitlines()
        return Asking(columns=columns, units=list(said.pop("units")), **said)


def _facts(ask: Ask) -> dict[str, Any]:
    names = ("title", "purpose", "basis", "first", "last", "due", "repeats", "until")
    return {name: getattr(ask, name) for name in names} | {
        "seen": ask.version, "columns": "\n".join(ask.columns.order_by("position").values_list("heading", flat=True)),
        "units": list(ask.asked.values_list("unit", flat=True)),
    }  # fmt: skip


class AnswerForm(Form):
    """A number for each column, and where it comes from when a hand wrote it. Rates are shown only."""

    marks_optional = False

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(
        self, *args: Any, columns: list[AskColumn], cells: dict[UUID, AnswerCell], seen: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial, self.columns = seen, columns
        for column in columns:
            cell = cells.get(column.id)
            if is_rate(column) or cell is None:
                continue
            held = _("记录里是 %(n)s；改了要写为什么。") % {"n": shown(cell.counted, column)} if column.figure else ""
            self.fields[f"value_{column.position}"] = forms.DecimalField(
                label=column.heading,
                min_value=0,
                max_digits=14,
                decimal_places=2,
                required=False,
                initial=_plain(cell),
                help_text=held,
            )
            self.fields[f"source_{column.position}"] = forms.CharField(
                label=_("“%(name)s”为什么改") % {"name": column.heading} if column.figure else _("“%(name)s”从哪里来") % {"name": column.heading},
                max_length=200, required=False, initial=cell.source,
            )  # fmt: skip

    def values(self) -> dict[UUID, Any]:
        """What was written, by column."""
        said = self.cleaned_data
        return {
            one.id: (said.get(f"value_{one.position}"), said.get(f"source_{one.position}") or "")
            for one in self.columns
        }


def _plain(cell: AnswerCell) -> str:
    return "" if cell.value is None else f"{cell.value.normalize():f}"


class BackForm(Form):
    """What should be looked at again."""

    note = forms.CharField(label=gettext_lazy("哪里要核对"), max_length=200)
