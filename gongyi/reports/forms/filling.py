"""Forms about forms: the blank file with unit and period, and what one place asks."""

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.inputs import DateInput, Form
from gongyi.documents.blank import ACCEPT
from gongyi.language.asked.ask import OWN as ALONE
from gongyi.language.asked.ask import Ask, Vocabulary, leave
from gongyi.language.asked.figures import SHARE
from gongyi.network.models import Unit
from gongyi.reports.queries import filled
from gongyi.reports.queries.form_words import LISTS, PERIODS, TEXTS
from gongyi.reports.queries.windows import WINDOWS
from gongyi.reports.rules.filling import units_filled_for

OWN = "own"  # days of one's own choice
DIMENSIONS = ("type", "channel", "urgency", "topic")
_MONTHS, _QUARTERS, _YEARS = 14, 5, 3


def recent_periods(today: date) -> list[Period]:
    """The months, quarters and years that were over last, and those that go on: what forms ask for."""
    first = today.replace(day=1)
    months = [Period.month(first.year + (first.month - 1 - back) // 12, (first.month - 1 - back) % 12 + 1) for back in range(_MONTHS)]  # fmt: skip
    quarter = (today.month + 2) // 3
    quarters = [Period.quarter(today.year + (quarter - 1 - back) // 4, (quarter - 1 - back) % 4 + 1) for back in range(_QUARTERS)]  # fmt: skip
    return [*months[1:], *quarters, *(Period.year(today.year - back) for back in range(_YEARS)), months[0]]


class ScopeForm(Form):
    """For which unit and period."""

    unit: Any = forms.ChoiceField(label=gettext_lazy("填哪个单位的数"), help_text=gettext_lazy("连同它下面的一起算。"))
    period: Any = forms.ChoiceField(label=gettext_lazy("哪一段时间"))
    first = forms.DateField(label=gettext_lazy("从哪天"), required=False, widget=DateInput)
    last = forms.DateField(label=gettext_lazy("到哪天"), required=False, widget=DateInput)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        units = Unit.objects.filter(county=by.county, id__in=units_filled_for(by)).order_by("path")
        self.units = {str(unit.id): unit for unit in units}
        self.periods = {f"{one.first}_{one.last}": one for one in recent_periods(clock.today())}
        field = cast("forms.ChoiceField", self.fields["unit"])
        field.choices = [(key, unit.name) for key, unit in self.units.items()]
        field.initial = field.initial or str(by.unit)
        if len(self.units) == 1:
            field.widget, field.initial = forms.HiddenInput(), next(iter(self.units))
        listed = [(key, one.words()) for key, one in self.periods.items()]
        cast("forms.ChoiceField", self.fields["period"]).choices = [*listed, (OWN, _("自己选日期"))]

    def clean(self) -> dict[str, Any]:
        """The unit and the period themselves."""
        facts = super().clean() or {}
        if "unit" in facts:
            facts["unit"] = self.units[facts["unit"]]
        if facts.get("period") == OWN:
            try:
                facts["period"] = self._own(facts)
            except Refused as no:
                raise ValidationError({"last": str(no)}) from None
        elif "period" in facts:
            facts["period"] = self.periods[facts["period"]]
        return facts

    def _own(self, facts: dict[str, Any]) -> Period:
        for name in ("first", "last"):
            if not facts.get(name):
                raise ValidationError({name: _("请选一个日期。")})
        if facts["last"] - facts["first"] > timedelta(days=3700):
            raise ValidationError({"last": _("一次最多十年。")})
        return Period(facts["first"], facts["last"])


class BlankForm(ScopeForm):
    """A blank form to be filled. Cleans to what was read; keeps nothing."""

    file = forms.FileField(
        label=gettext_lazy("空白表"), allow_empty_file=True, widget=forms.FileInput({"accept": ACCEPT}),
        help_text=gettext_lazy(".xlsx 或 .docx，原样交来就行；表里的格式、公式和打印设置都不动。"),
    )  # fmt: skip
    sender = forms.CharField(
        label=gettext_lazy("谁发来的"), max_length=60, required=False, help_text=gettext_lazy("例如：县信访局。方便以后找。")
    )  # fmt: skip

    field_order = ("file", "unit", "period", "first", "last", "sender")

    def cleaned_data_for(self) -> dict[str, Any]:
        """What `take_in` needs."""
        return {name: self.cleaned_data[name] for name in ("opened", "name", "unit", "period", "sender")}

    def clean(self) -> dict[str, Any]:
        """The form as it was read, or the sentence that says why not."""
        facts = super().clean()
        file = facts.pop("file", None)
        if file is not None:
            try:
                facts |= {"opened": filled.read(file.read(), file.name), "name": file.name}
            except Refused as no:
                self.add_error("file", str(no))
        return facts


class CellForm(Form):
    """What one place asks, chosen from lists."""

    what: Any = forms.ChoiceField(label=gettext_lazy("这一格填什么"))
    window: Any = forms.ChoiceField(label=gettext_lazy("哪几个月"), required=False)
    period: Any = forms.ChoiceField(label=gettext_lazy("哪一期"), required=False)
    unit: Any = forms.ChoiceField(label=gettext_lazy("哪个单位"), required=False)
    type: Any = forms.MultipleChoiceField(label=gettext_lazy("只算哪几类诉求"), required=False)
    channel: Any = forms.MultipleChoiceField(label=gettext_lazy("只算哪些渠道"), required=False)
    urgency: Any = forms.MultipleChoiceField(label=gettext_lazy("只算多急的"), required=False)
    topic: Any = forms.MultipleChoiceField(label=gettext_lazy("只算哪些事项"), required=False)
    spread = forms.ChoiceField(label=gettext_lazy("还用到哪里"), required=False)

    def __init__(self, *args: Any, ask: Ask, words: Vocabulary, in_table: bool, **kwargs: Any) -> None:
        self.ask, self.words = ask, words
        super().__init__(*args, **{"initial": _initial(ask), **kwargs})
        names = [(one.id, one.name) for one in figures.figures()]
        choices: dict[str, list[Any]] = {
            "what": [
                ("leave", _("不填，由我手填")),
                (_("数字"), [(f"figure:{key}", name) for key, name in [*names, (SHARE, _("占受理量的比例"))]]),
                (_("文字"), [(f"text:{key}", name()) for key, name in TEXTS.items() if key != "topic_name"]),
                (_("逐件列出的一列"), [(f"list:{key}", name) for key, name in LISTS().items()]),
            ],
            "window": WINDOWS(),
            "period": list(PERIODS().items()),
            "unit": [
                ("", _("填表的单位")),
                (ALONE, _("填表的单位自己，不算下面的")),
                *words.children,
                *((f"child {n}", _("第 %(n)d 个下级单位") % {"n": n}) for n in range(1, 61)),
            ],
            "spread": [("", _("只这一格")), ("column", _("这一列的空格")), ("row", _("这一行的空格"))],
        }
        choices |= {dimension: list(words.names(dimension)) for dimension in DIMENSIONS}
        choices["topic"].append(("", _("没有定分类的")))
        for name, listed in choices.items():
            self.fields[name].choices = listed  # type: ignore[attr-defined]
        for dimension in DIMENSIONS:
            self.fields[dimension].widget.attrs["size"] = min(6, max(2, len(choices[dimension])))
        if not in_table:
            del self.fields["spread"]

        self.order_fields(["what", "window", "period", "unit", "spread", *DIMENSIONS])

    def chosen(self) -> Ask:
        """What was chosen."""
        facts = self.cleaned_data
        kind, _colon, word = facts["what"].partition(":")
        if kind == "leave":
            return leave("hand", self.ask.about or "")
        if kind == "list":
            return Ask("list", self.ask.figures if self.ask.kind == "list" else (), word=word)
        part = self.ask.part if self.ask.kind == kind and word in {self.ask.word, *self.ask.figures} else ""
        if kind == "text":
            return Ask("text", word=word, window=self._window(), part=part, unit=facts.get("unit", ""))
        by = tuple((name, self._label(name, facts[name]), tuple(facts[name])) for name in DIMENSIONS if facts.get(name))
        rank = self.ask.rank if not facts.get("topic") else ()
        return Ask("figure", (word,), by, facts.get("period") or "this", self._window(), facts.get("unit", ""), part, rank=rank)  # fmt: skip

    def _window(self) -> str:
        """The months; marked as chosen where they are others than the form's words say."""
        chosen = self.cleaned_data.get("window", "")
        return self.ask.window if chosen == self.ask.window.lstrip("=") else f"={chosen}"

    def _label(self, dimension: str, keys: list[str]) -> str:
        """The office's own word where it still means the same, else our names."""
        kept = next((word for name, word, held in self.ask.by if name == dimension and set(held) == set(keys)), "")
        named = dict(self.words.names(dimension)) | {"": _("没有定分类的")}
        return kept or "、".join(named[key] for key in keys)


def _initial(ask: Ask) -> dict[str, Any]:
    word = ask.figures[0] if ask.kind == "figure" else ask.word
    parts = {dimension: list(keys) for dimension, _word, keys in ask.by}
    what = "leave" if ask.kind == "leave" else f"{ask.kind}:{word}"
    return {"what": what, "window": ask.window.lstrip("="), "period": ask.period, "unit": ask.unit, **parts}
