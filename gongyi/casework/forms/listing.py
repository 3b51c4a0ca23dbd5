"""The filters of a list, as they stand in its address."""

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http.request import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gongyi.casework import queries
from gongyi.casework.forms.fields import topic_field
from gongyi.casework.queries.book import may_read_book
from gongyi.casework.queries.saved import types_and_views
from gongyi.casework.workflow import CASE
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.inputs import DateInput, FilterForm, Form
from gongyi.core.paging import YEARS, mark_from
from gongyi.network.queries import unit_coded, unit_field
from gongyi.people.models import Purpose

Choices = tuple[tuple[str, str], ...]
WAITING = (
    ("me", gettext_lazy("等我办")),
    ("only", gettext_lazy("只有我能办")),
    ("others", gettext_lazy("等别的单位或别人")),
)
DUE = (("late", gettext_lazy("已超期")), ("soon", gettext_lazy("24 小时内到期")), ("later", gettext_lazy("还不急")))
TYPED = ("q", "topic", "topic_text", "whom", "whom_text")  # what is typed is never kept
DAYS = [MinValueValidator(date(YEARS[0], 1, 1)), MaxValueValidator(date(YEARS[-1], 12, 31))]


class FilterFields(FilterForm):
    """The fields of a filter, all of which may be empty."""

    q = forms.CharField(label=gettext_lazy("编号或标题里的字"), max_length=60, required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("单位"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("诉求类型"), required=False)
    topic = topic_field()
    whom = unit_field(gettext_lazy("等哪个单位"), required=False)
    since = forms.DateField(label=gettext_lazy("登记从"), required=False, widget=DateInput, validators=DAYS)
    until = forms.DateField(label=gettext_lazy("到"), required=False, widget=DateInput, validators=DAYS)
    waiting = forms.ChoiceField(label=gettext_lazy("在等谁"), required=False)
    due = forms.ChoiceField(label=gettext_lazy("急不急"), required=False)
    turn = forms.BooleanField(label=gettext_lazy("轮到我们"), required=False)
    overdue = forms.BooleanField(label=gettext_lazy("已超期"), required=False)

    def offer(self, units: Choices, types: Choices) -> None:
        """What may be chosen of the county's own."""
        offered = {"unit": units, "type": types, "state": CASE.choices(), "waiting": WAITING, "due": DUE}
        for name, choices in offered.items():
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _drawn(_language: str | None, units: Choices, types: Choices, chosen: Choices, *, words: bool) -> SafeString:
    fields = FilterFields(dict(chosen))
    if not words:
        del fields.fields["q"]
    fields.offer(units, types)
    return fields.render()


class ListForm(FilterFields):
    """The filter as the address has it; a value that makes no sense is left out and said so."""

    def __init__(self, data: Any, *, by: Actor) -> None:
        cleaned = data.copy()
        if (code := data.get("unit", "")) and as_key(code) is None:
            cleaned["unit"] = str(unit_coded(by.county, code) or code)
        super().__init__(cleaned)
        mine = {str(held.unit): held.unit_name for held in by.held if held.unit in by.units(P.CASE_VIEW)}
        types, self.own_views = types_and_views(by)
        self.offered = tuple(mine.items()), tuple(types)
        self.offer(*self.offered)

    def drawn(self) -> SafeString:
        """The fields as HTML; drawn once for everybody with the same choices, unless something is typed or picked by name."""
        words = "q" in self.fields
        if self.errors or any(self.data.get(name) for name in TYPED if words or name != "q"):
            return self.render()
        chosen = tuple((name, value) for name in self.fields if (value := self.data.get(name)))
        return _drawn(get_language(), *self.offered, chosen, words=words)

    def wanted(self, after: str = "", before: str = "") -> queries.Wanted:
        """The filter that the valid fields ask for, from the row after (or before) which the page stands."""
        return replace(queries.wanted_of(self._facts()), after=mark_from(after), before=mark_from(before))

    def _facts(self) -> dict[str, str]:
        """What is valid and filled, as an address has it."""
        self.is_valid()
        return {name: _sent(value) for name, value in self.cleaned_data.items() if value}

    def kept(self, *, typed: bool = True) -> str:
        """The filter as an address of its own, only what is valid and filled; without `typed`, no search words."""
        return urlencode({name: value for name, value in self._facts().items() if typed or name != "q"})


def search_form(data: Any, by: Actor) -> ListForm:
    """The list's filter beside a search, whose words stand in a box of their own: a second one would be sent too."""
    form = ListForm(data, by=by)
    del form.fields["q"]
    return form


def beside(form: ListForm, by: Actor) -> dict[str, Any]:
    """What stands beside a list: the person's views, and where to go on with exactly this filter."""
    kept, plain = form.kept(), form.kept(typed=False)
    own = [{"name": name, "url": f"?{query}", "current": query == kept} for name, query in form.own_views]
    on = f"?{kept}" if kept else ""
    return {
        "own_views": own, "views_url": reverse("casework:views"),
        "save_url": reverse("casework:view_new") + f"?{plain}" if plain else "",
        "may_record": by.can(P.CASE_RECORD), "may_see_book": may_read_book(by), "choose_url": reverse("casework:choose") + on, "export_url": reverse("casework:export_new") + on,
    }  # fmt: skip


def filter_words(by: Actor, query: str, *, typed: bool = True) -> str:
    """What a kept filter shows, in words; '' for everything."""
    form = ListForm(QueryDict(query), by=by)
    form.is_valid()
    return "，".join(chip["words"] for chip in form.chips(QueryDict(query)) if typed or chip["name"] != "q")


def _sent(value: Any) -> str:
    """A clean value as the address has it."""
    return "on" if value is True else str(getattr(value, "id", value))


class LookupForm(Form):
    """Finding somebody's cases: the whole name, with the last four digits of the phone or a case's number, and why."""

    keeps = False

    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=40, widget=forms.TextInput({"autocomplete": "off", "data-private": True})
    )
    tail = forms.RegexField(
        r"^[0-9０-９]{4}$", label=gettext_lazy("电话最后四位"), required=False,
        error_messages={"invalid": gettext_lazy("请写四位数字。")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "data-private": True}),
    )  # fmt: skip
    number = forms.CharField(
        label=gettext_lazy("或者工单编号"), max_length=24, required=False, help_text=gettext_lazy("没有留电话的，用编号。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=gettext_lazy("为什么要找"), choices=Purpose.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("会记下谁、何时、为什么找；本人查得到。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A name alone finds nobody."""
        data = dict(super().clean() or self.cleaned_data)
        if not data.get("tail") and not data.get("number") and "tail" not in self.errors:
            self.add_error("tail", _("请写电话最后四位，或者工单编号。"))
        return data
