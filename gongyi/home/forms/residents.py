"""What residents type for an account of their own: a phone number and a password, nothing else."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation as passwords
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.inputs import Form
from gongyi.core.secrets import phone_digits
from gongyi.people.adapter import LocalWordsValidator
from gongyi.people.models import Consent
from gongyi.people.rules import CONSENTS

SHORTEST, FEWEST_DIGITS, MOST_DIGITS = 8, 7, 15
RULES: list[Any] = [
    passwords.MinimumLengthValidator(SHORTEST),
    passwords.CommonPasswordValidator(),
    passwords.NumericPasswordValidator(),
    LocalWordsValidator(),
]


def _password(label: Any, *, new: bool, **kwargs: Any) -> forms.CharField:
    box = forms.PasswordInput({"autocomplete": "new-password" if new else "current-password"})
    return forms.CharField(label=label, max_length=128, strip=False, widget=box, **kwargs)


def _phone(**kwargs: Any) -> forms.CharField:
    box = forms.TextInput({"inputmode": "tel", "autocomplete": "username"})
    return forms.CharField(label=gettext_lazy("电话"), max_length=40, widget=box, **kwargs)


HINT = gettext_lazy("至少 8 位，不要全是数字，也不要用电话号码。记不住可以写在家里的本子上。")


class NewPasswordForm(Form):
    """A phone number that is one, and a new password typed twice."""

    def clean_phone(self) -> str:
        """As typed, if it can be a number."""
        if not FEWEST_DIGITS <= len(phone_digits(self.cleaned_data["phone"])) <= MOST_DIGITS:
            raise ValidationError(_("请写手机号，或带区号的座机号。"))
        return str(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        new, ending = data.get("new") or "", phone_digits(data.get("phone") or "")[-FEWEST_DIGITS:]
        if new and ending and ending in new:
            self.add_error("new", _("密码里不要用电话号码。"))
        elif new and new != data.get("again"):
            self.add_error("again", _("两次输的密码不一样，请再输一遍。"))
        elif new:
            self._check(new)
        return data

    def _check(self, password: str) -> None:
        try:
            passwords.validate_password(password, password_validators=RULES)
        except ValidationError as error:
            self.add_error("new", error)


class OpenForm(NewPasswordForm):
    """开账号."""

    phone = _phone(
        help_text=gettext_lazy("只当登录用，也替您先填在表里。您不另外同意，就不发短信；不和您留在别处的电话核对。")
    )
    new = _password(gettext_lazy("密码"), new=True, help_text=HINT)
    again = _password(gettext_lazy("再输一遍密码"), new=True)


class ChangeForm(NewPasswordForm):
    """改电话或密码."""

    password = _password(gettext_lazy("现在的密码"), new=False)
    phone = _phone()
    new = _password(gettext_lazy("新密码"), new=True, required=False, help_text=gettext_lazy("不改就空着。"))
    again = _password(gettext_lazy("再输一遍新密码"), new=True, required=False)


class SignInForm(Form):
    """登录."""

    keeps = False

    phone = _phone()
    password = _password(gettext_lazy("密码"), new=False)


class SmsForm(Form):
    """短信: agreed to by a tick of one's own, never made before."""

    agree = forms.BooleanField(
        label=CONSENTS[Consent.For.SMS].text, error_messages={"required": gettext_lazy("要收短信，请先在这里打勾。")}
    )
