"""Writing a proposal down: the case for it and what to do about it apart, who stands behind it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.inputs import Form, PeopleField, Textarea
from gongyi.network.models import Unit
from gongyi.proposals import queries
from gongyi.proposals.actions import AuthorFacts
from gongyi.proposals.models import Author, Proposal
from gongyi.proposals.queries.calls import call_choices

MOST = 59


def private(label: Any, **kwargs: Any) -> forms.CharField:
    """A field with a person's name or phone: browsers neither keep nor offer it."""
    widget = forms.TextInput({"autocomplete": "off", "data-private": True})
    return forms.CharField(label=label, max_length=40, required=False, widget=widget, **kwargs)


class TextFields(Form):
    """The three texts of a proposal."""

    title = forms.CharField(
        label=gettext_lazy("案由"), max_length=60, help_text=gettext_lazy("一句话：关于什么的建议。")
    )
    analysis = forms.CharField(
        label=gettext_lazy("情况分析"), max_length=20000, widget=Textarea({"rows": 7}), help_text=gettext_lazy("现在怎么样，难在哪里，有什么依据。"),
    )  # fmt: skip
    suggestions = forms.CharField(
        label=gettext_lazy("具体建议"), max_length=20000, widget=Textarea({"rows": 7}), help_text=gettext_lazy("建议谁、做什么、怎么做；一条一条写。"),
    )  # fmt: skip


class ProposalForm(TextFields):
    """登记提案."""

    kind = forms.ChoiceField(
        label=gettext_lazy("提案形式"), choices=Proposal.Kind, widget=forms.RadioSelect, initial=Proposal.Kind.SINGLE
    )
    name = private(gettext_lazy("第一提案人姓名"))
    phone = private(gettext_lazy("电话"))
    organisation = forms.CharField(
        label=gettext_lazy("单位或团体"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("集体提案写是哪个单位或团体。"),
    )
    cosigners = PeopleField(
        label=gettext_lazy("联名人"), most=MOST,
        help_text=gettext_lazy("一行一个：姓名，空一格，电话；电话可以不写。"),
    )  # fmt: skip
    signed = forms.BooleanField(
        label=gettext_lazy("联名人都在纸上签了名"),
        required=False,
        help_text=gettext_lazy("没有签名的，一个个问过再记。"),
    )
    category: Any = forms.ModelChoiceField(
        label=gettext_lazy("类别"), queryset=None, required=False, empty_label=gettext_lazy("还不知道")
    )
    session: Any = forms.ModelChoiceField(
        label=gettext_lazy("届次"), queryset=None, required=False, empty_label=gettext_lazy("平时提的")
    )
    call: Any = forms.ModelChoiceField(
        label=gettext_lazy("哪个征集"), queryset=None, required=False, empty_label=gettext_lazy("不是征集来的")
    )
    may_publish = forms.BooleanField(label=gettext_lazy("提出人同意公开（不含姓名电话）"), required=False)
    unit: Any = forms.ModelChoiceField(label=gettext_lazy("登记在哪个单位"), queryset=None, empty_label=None)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if "later" in self.data:
            self.fields["suggestions"].required = False
        units = Unit.objects.filter(id__in=by.units(P.PROPOSAL_RECORD), status=Unit.Status.RUNNING).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = (
            by.unit if by.unit in by.units(P.PROPOSAL_RECORD) else next(iter(by.units(P.PROPOSAL_RECORD)), None)
        )
        self.fields["category"].queryset = queries.categories(by.county)  # type: ignore[attr-defined]
        self.fields["session"].queryset = queries.sessions(by.county)  # type: ignore[attr-defined]
        calls = call_choices(by.county)
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]
        if not calls.exists():
            del self.fields["call"]

    def facts(self) -> dict[str, Any]:
        """What `open_proposal` wants."""
        data = dict(self.cleaned_data)
        signed = Author.Signed.YES if data.pop("signed") else Author.Signed.ASKED
        first = AuthorFacts(data.pop("name"), data.pop("phone"), data.pop("organisation"))
        others = [AuthorFacts(name, phone, "", signed) for name, phone in data.pop("cosigners")]
        return data | {"authors": [first, *others], "submit": "later" not in self.data}
