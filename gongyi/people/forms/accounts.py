"""Forms about accounts: inviting, roles, resets, the first password, a device, the auditor's filter."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock
from gongyi.core.access import GUARDED, Actor, Role
from gongyi.core.inputs import DateInput, Form, Hit, PickerField
from gongyi.network.models import Unit
from gongyi.people import rules
from gongyi.people.actions.accounts import encoded_password
from gongyi.people.models import Account
from gongyi.people.queries.audit import action_choices

MOST_HITS = 8


def unit_hits(by: Actor, text: str) -> list[Hit]:
    """The units in this manager's reach whose name or pinyin initials begin with or hold the text."""
    units = rules.find_manageable(by, text)[:MOST_HITS]
    return [Hit(str(unit.id), unit.name, unit.parent.name if unit.parent else "") for unit in units]


def _role_label(role: Role) -> SafeString:
    """What a manager reads: the role's name, its sentence, and whether a second person must agree."""
    second = _("要第二个人确认。") if role in GUARDED else ""
    return format_html("<span><strong>{}</strong> {} {}</span>", role.label, role.text.sentence, second)


class GrantForm(Form):
    """A role in a unit for a time."""

    unit = PickerField(
        label=_("在哪个单位"), find=lambda _text: [], get=lambda _key: None, url="/people/accounts/units/"
    )
    role = forms.ChoiceField(
        label=_("角色"), widget=forms.RadioSelect, choices=lambda: [(r.value, _role_label(r)) for r in Role]
    )
    purpose = forms.CharField(
        label=_("做什么用"), max_length=80, help_text=_("例如：信访窗口接件。以后核对权限时要看。")
    )
    since = forms.DateField(label=_("从哪天起"), widget=DateInput)
    until = forms.DateField(
        label=_("到哪天止"), widget=DateInput, required=False, help_text=_("不填就是长期；借调、代班请填。")
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = cast("PickerField", self.fields["unit"])
        unit.find = lambda text: unit_hits(by, text)
        unit.get = lambda key: _unit(by, key)
        unit.widget.words_of = lambda key: getattr(_unit(by, key), "name", "")
        unit.initial = _only_unit(by)
        self.fields["since"].initial = clock.today

    def facts(self) -> dict[str, Any]:
        """What `grant_role` takes."""
        return {**self.cleaned_data, "role": Role(self.cleaned_data["role"])}


def _unit(by: Actor, key: str) -> Unit | None:
    try:
        return rules.manageable_units(by).filter(id=UUID(key)).first()
    except ValueError:
        return None


def _only_unit(by: Actor) -> str:
    units = rules.manageable_units(by)[:2]
    return str(units[0].id) if len(units) == 1 else ""


class InviteForm(GrantForm):
    """A new account with its first role."""

    name = forms.CharField(
        label=_("姓名"), max_length=40, widget=forms.TextInput({"data-private": True, "autocomplete": "off"})
    )
    username = forms.CharField(
        label=_("登录名"), max_length=60, widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
        help_text=_("小写字母开头，可加数字、点、横线，例如 lixiaohong。不要用手机号。"),
    )  # fmt: skip
    namesake = forms.BooleanField(label=_("本县已有同名的人，这是另一位"), required=False)
    field_order = ("name", "username", "unit", "role", "purpose", "since", "until", "namesake")


class ResetForm(Form):
    """What the person lost."""

    factor = forms.BooleanField(
        label=_("手机验证码也用不了，一起取消"), required=False, help_text=_("下次登录后要重新绑定手机。")
    )


class PasswordForm(Form):
    """The first password, or a new one after a reset; `encoded` is what may be stored."""

    password1 = forms.CharField(
        label=_("新密码"), max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label=_("再输一次"), max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.encoded = account, ""
        self.fields["password1"].help_text = _("至少 12 个字。可以用一句好记的话；不要用姓名、地名和常见密码。")

    def clean(self) -> dict[str, Any]:
        """Both alike and acceptable; hashing happens here, outside any transaction."""
        given = super().clean() or {}
        first = given.get("password1")
        if not first or "password2" not in given:
            return given
        if first != given["password2"]:
            raise ValidationError({"password2": _("两次输入的不一样。")})
        try:
            self.encoded = encoded_password(first, self.account)
        except ValidationError as error:
            self.add_error("password1", error)
        return given


class DeviceForm(Form):
    """What the manager will read in the list."""

    label = forms.CharField(label=_("这台设备叫什么"), max_length=60, help_text=_("例如：便民大厅 2 号窗口电脑。"))


class AuditForm(Form):
    """The auditor's filter; wrong values are no filter."""

    action = forms.ChoiceField(
        label=_("做了什么"), required=False, choices=lambda: [("", _("全部")), *action_choices()]
    )
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """What `audit_page` takes."""
        return (
            {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}
            if self.is_valid()
            else {}
        )
