"""Fields that several forms of casework share."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from gongyi.casework import queries
from gongyi.casework.models import Asker, Topic
from gongyi.core.county import as_key, current_county
from gongyi.core.inputs import Form, Hit, PickerField
from gongyi.people.queries import find_staff, staff_named


def topic_hits(text: str) -> list[Hit]:
    """Topics whose name or initials fit."""
    return [Hit(str(topic.id), topic.name, topic.full_name) for topic in queries.find_topics(current_county(), text)]


def _topic(value: str) -> Topic | None:
    return queries.topic_named(current_county(), as_key(value))


def topic_field(**kwargs: Any) -> PickerField:
    """A picker of topics."""
    field = PickerField(
        label=_("事项分类"),
        find=topic_hits,
        get=_topic,
        url=reverse_lazy("casework:pick_topic"),
        required=False,
        **kwargs,
    )
    field.widget.words_of = lambda value: str(_topic(value) or "")
    return field


def staff_hits(text: str) -> list[Hit]:
    """People who work here whose name fits, told apart by their sign-in name."""
    return [Hit(str(account.id), account.name, account.username) for account in find_staff(current_county(), text)]


def staff_field(label: Any, **kwargs: Any) -> PickerField:
    """A picker of people who work in the county."""

    def get(value: str) -> Any:
        return staff_named(current_county(), as_key(value))

    field = PickerField(label=label, find=staff_hits, get=get, url=reverse_lazy("casework:pick_staff"), **kwargs)
    field.widget.words_of = lambda value: str(get(value) or "")
    return field


class AskerFields(Form):
    """Who asked: all optional, because many have neither name nor phone to give."""

    asker_kind = forms.ChoiceField(label=_("谁提的"), choices=Asker.Kind, initial=Asker.Kind.PERSON, required=False)
    asker_organisation = forms.CharField(label=_("企业或社会组织名称"), max_length=80, required=False)
    asker_name = forms.CharField(
        label=_("姓名"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "data-private": True}),
    )
    asker_phone = forms.CharField(
        label=_("电话"), max_length=40, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", "data-private": True}),
    )  # fmt: skip
    asker_address = forms.CharField(
        label=_("住址"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "data-private": True}),
    )

    def asker_facts(self) -> dict[str, Any]:
        """The cleaned facts by the names that `AskerFacts` uses."""
        names = ("kind", "organisation", "name", "phone", "address")
        return {name: self.cleaned_data.pop(f"asker_{name}", "") or "" for name in names}


ASKER_NAMES = ("asker_kind", "asker_organisation", "asker_name", "asker_phone", "asker_address")
