"""Forms about posts, the limits of the coverage page and hand-over packs."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor, Role
from gongyi.core.access import Permission as P
from gongyi.core.inputs import DateInput, Form, Hit, PickerField, Textarea
from gongyi.network.models import Post
from gongyi.people.models import CoverageLimits, Holding
from gongyi.people.queries import posts as queries
from gongyi.people.rules import can_manage_unit

# The roles that go with a post: those that work on matters. Managers' roles are given on the accounts page.
WORK_ROLES = [(role.value, role.label) for role in Role if P.CASE_VIEW in role.permissions]
PRIVATE = {"data-private": True, "autocomplete": "off"}


def candidate_hits(by: Actor, text: str) -> list[Hit]:
    """People whom this person may put in a post, told from their namesakes by their present posts."""
    return [
        Hit(str(one.id), one.name, _("、").join(str(held.post) for held in one.holdings.all()) or _("还没有岗位"))
        for one in queries.find_candidates(by, text)
    ]


def candidate_field(by: Actor, label: str) -> PickerField:
    """Choose somebody to put in a post."""
    return PickerField(
        label=label,
        help_text=_("只列出您管的单位里的人，和还没有岗位的人。"),
        find=lambda text: candidate_hits(by, text),
        get=lambda value: queries.candidate(by, value),
        url=reverse("people:candidates"),
        error_messages={"required": _("请选一个人。")},
    )


class FillForm(Form):
    """Who comes to the post, how, from when to when, on which number; roles only from whoever may grant them there."""

    kind = forms.ChoiceField(label=gettext_lazy("方式"), choices=Holding.Kind.choices, widget=forms.RadioSelect)
    since = forms.DateField(label=gettext_lazy("任期开始"), widget=DateInput)
    until = forms.DateField(
        label=gettext_lazy("任期结束"), widget=DateInput, required=False, help_text=gettext_lazy("没有期限就空着。")
    )
    contact = forms.CharField(
        label=gettext_lazy("工作电话"), max_length=40, required=False, widget=forms.TextInput(PRIVATE)
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("同时授予的角色"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=WORK_ROLES,
        help_text=gettext_lazy("在这个单位起作用，任期结束时一起到期。"),
    )
    field_order = ("account",)

    def __init__(self, *args: Any, by: Actor, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"] = candidate_field(by, _("谁"))
        self.order_fields(self.field_order)
        if not can_manage_unit(by, post.unit):
            del self.fields["roles"]

    def clean_roles(self) -> list[Role]:
        """The chosen roles as such."""
        return [Role(value) for value in self.cleaned_data["roles"]]


class LeaveForm(Form):
    """On which day somebody leaves, and whether their roles at the unit end too."""

    on = forms.DateField(label=gettext_lazy("离任日期"), widget=DateInput, initial=clock.today)
    end_roles = forms.BooleanField(label=gettext_lazy("在这个单位的角色也一起结束"), required=False, initial=True)

    def __init__(self, *args: Any, by: Actor, holding: Holding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_manage_unit(by, holding.post.unit) or not queries.movable_grants(holding.account, holding.post.unit):
            del self.fields["end_roles"]


class RoleForm(Form):
    """The role that somebody in post gets at its unit."""

    role = forms.TypedChoiceField(
        label=gettext_lazy("角色"),
        choices=WORK_ROLES,
        coerce=Role,
        widget=forms.RadioSelect,
        initial=Role.OFFICER.value,
    )


class RenewForm(Form):
    """The new end of a term."""

    until = forms.DateField(
        label=gettext_lazy("新的任期结束"), widget=DateInput, required=False, help_text=gettext_lazy("没有期限就空着。")
    )


class VerifyForm(Form):
    """The number that was called and the day."""

    contact = forms.CharField(label=gettext_lazy("工作电话"), max_length=40, widget=forms.TextInput(PRIVATE))
    on = forms.DateField(label=gettext_lazy("哪天核实的"), widget=DateInput, initial=clock.today)


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The county's limits; saved by the action, not here."""

    class Meta:
        model = CoverageLimits
        fields = ("vacant_days", "unverified_days", "max_villages")


class PackForm(Form):
    """To whom the post goes, with which words, and whether the roles go along."""

    note = forms.CharField(
        label=gettext_lazy("交代的话"),
        max_length=2000,
        required=False,
        widget=Textarea(PRIVATE),
        help_text=gettext_lazy("写给接任的人：先办哪件、找谁、放在哪里。不要写诉求人的姓名和电话。"),
    )
    moves_roles = forms.BooleanField(
        label=gettext_lazy("签收时，角色一起移交"),
        required=False,
        help_text=gettext_lazy("交的人在这个单位的角色结束，接的人得到同样的角色。"),
    )
    field_order = ("taker",)

    def __init__(self, *args: Any, by: Actor, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"] = candidate_field(by, _("交给谁"))
        self.order_fields(self.field_order)
        if not can_manage_unit(by, post.unit):
            del self.fields["moves_roles"]


class ReturnForm(Form):
    """Why the taker does not take over."""

    why = forms.CharField(
        label=gettext_lazy("为什么退回"),
        max_length=200,
        widget=Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("请写一句为什么退回。")},
    )


class WithdrawForm(Form):
    """Why the maker takes a pack back."""

    why = forms.CharField(
        label=gettext_lazy("为什么撤回"),
        max_length=200,
        widget=Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("请写一句为什么撤回。")},
    )
