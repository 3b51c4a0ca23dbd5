"""Classes and functions that Django, allauth and axes ask for by name."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gongyi.core import clock, secrets
from gongyi.core.access import Actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.network.queries import home_county
from gongyi.people import rules
from gongyi.people.actions import accounts as actions
from gongyi.people.actions.residents import note_use
from gongyi.people.models import Account, Resident
from gongyi.people.queries import accounts as queries
from gongyi.people.queries import actor_of
from gongyi.people.queries.residents import held_resident, mark_of

FREE_PATHS = ("/accounts/", "/static/", "/healthz", "/language/", "/portal/")
FREE_BEFORE_CHANGE = (rules.CHANGE_PASSWORD, "/accounts/logout/", *FREE_PATHS[1:])
BEGAN, SEEN = "began", "seen"
RESIDENT = (
    "resident"  # in the session: the resident's own account, in a browser where nobody who works here is signed in
)
SEEN_STEP = 5 * 60  # a session is written at most this often to note that it is used
FRESH = 10 * 60  # so long after signing in the second factor may be seen to without the password again
DEVICE_COOKIE_AGE = 2 * 365 * 24 * 3600
REST = 9  # characters that a password must have beyond a word everybody here knows


class ActorMiddleware:
    """Puts `request.actor` on every request and binds its county; ends idle sessions; leads to the proof that is still missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return self.get_response(request)
        if request.user.is_authenticated and _is_over(request):
            logout(request)
        actor = self._actor(request)
        missing = None if actor.id is None else rules.still_missing(request, actor)
        if missing:  # until then one is oneself, without any role
            actor = Actor(id=actor.id, name=actor.name, county=actor.county)
        request.actor = actor  # type: ignore[attr-defined]
        request.resident = _resident_here(request, actor)  # type: ignore[attr-defined]
        with bind(actor.county):
            free = FREE_BEFORE_CHANGE if missing == rules.CHANGE_PASSWORD else FREE_PATHS
            return redirect(missing) if missing and not request.path.startswith(free) else self.get_response(request)

    @staticmethod
    def _actor(request: HttpRequest) -> Actor:
        user = request.user
        if not user.is_authenticated:
            return Actor(id=None, name="", county=home_county())
        chosen = request.session.get("unit")
        return actor_of(user, unit=UUID(chosen) if chosen else None)


def _is_over(request: HttpRequest) -> bool:
    """Whether the session was idle or open too long; notes now and then that it is used."""
    session, now = request.session, int(clock.now().timestamp())
    began, seen = session.get(BEGAN, now), session.get(SEEN, now)
    if now - seen > settings.SESSION_IDLE or now - began > settings.SESSION_COOKIE_AGE:
        return True
    if BEGAN not in session or now - seen > SEEN_STEP:
        session[BEGAN], session[SEEN] = began, now
    return False


def _resident_here(request: HttpRequest, actor: Actor) -> Resident | None:
    """The resident who signed in here; None beside somebody who works here, and after the same idle time as theirs."""
    held = None if request.user.is_authenticated else request.session.get(RESIDENT)
    if not held:
        return None
    found = None if _is_over(request) else held_resident(actor.county, held)
    if found is None:
        end_resident(request)
    return found


def keep_resident(request: HttpRequest, resident: Resident) -> None:
    """From here on this browser is that resident's; whoever works here is signed out of it."""
    if request.user.is_authenticated:
        logout(request)
    now = int(clock.now().timestamp())
    request.session.cycle_key()
    request.session.update({BEGAN: now, SEEN: now})
    mark_resident(request, resident)
    note_use(resident)


def mark_resident(request: HttpRequest, resident: Resident) -> None:
    """Note the account in this browser as it is now; browsers that noted it before its password changed are out."""
    request.session[RESIDENT] = {"id": str(resident.id), "mark": mark_of(resident)}


def end_resident(request: HttpRequest) -> None:
    """Forget the resident in this browser, and with them every case that it opened."""
    request.session.flush()


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are invited by an account manager; nobody signs up, nothing is mailed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail server is needed; the session list and the inbox tell what changed."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by axes alone: allauth's count per name would let a stranger keep a name locked."""

    def login(self, request: HttpRequest, user: Account) -> None:
        super().login(request, user)
        now = int(clock.now().timestamp())
        request.session[BEGAN], request.session[SEEN] = now, now
        if device := queries.device_here(user, device_token(request)):
            request.session[rules.DEVICE] = str(device.id)

    def clean_password(self, password: str, user: Account | None = None) -> str:
        if user and user.check_password(password):
            raise ValidationError(_("新密码要和现在的不一样。"))
        return str(super().clean_password(password, user=user))

    def set_password(self, user: Account, password: str) -> None:
        user.set_password(password)
        actions.change_password(by=actor_of(user), account=user, encoded=user.password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        return str(settings.LOGIN_REDIRECT_URL)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in may see to the second factor at once; later the password is asked for again."""
        records = get_authentication_records(context.request, context.request.user)
        if records and clock.now().timestamp() - records[-1]["at"] < FRESH:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class MfaAdapter(DefaultMFAAdapter):
    """Names in an authenticator app, and secrets that the database holds encrypted."""

    PLACE = "mfa.authenticator.secret"

    def get_totp_label(self, user: Account) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """A factor that the person's roles require can be replaced in person, not removed."""
        return not rules.needs_factor(actor_of(authenticator.user))

    def encrypt(self, text: str) -> str:
        return secrets.seal(text, self.PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text, self.PLACE)


class SignInForm(LoginForm):
    """Calls the name what every other page calls it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("登录名")


class SecondStepForm(AuthenticateForm):
    """Says which codes are meant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("6 位验证码，或备用码")


class ActivateForm(ActivateTOTPForm):
    """The code that enrols a factor is used up by it, like every other code (ASVS 6.5.1)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("6 位验证码")

    def clean_code(self) -> str:
        code = str(super().clean_code())
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):  # noqa: SLF001 - allauth has no public name for it
            raise get_adapter().validation_error("incorrect_code")
        return code


class LocalWordsValidator:
    """Passwords are not the product's, the place's or the own name with a few figures behind it (ASVS 6.2.11)."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raise ValidationError when little is left of the password without such a word."""
        typed = password.casefold()
        words = {"gongyi", "共议"} | (self._words(user) if user else set())
        if any(word in typed and len(typed.replace(word, "")) < REST for word in words):
            raise ValidationError(_("密码里不要用姓名、地名、单位名或“gongyi”加几个数字。"), code="local_word")

    @staticmethod
    def _words(user: Account) -> set[str]:
        tiers = (Unit.Tier.COUNTY, Unit.Tier.TOWNSHIP, Unit.Tier.DEPARTMENT)
        units = Unit.objects.filter(county=user.home, tier__in=tiers).values_list("name", flat=True)
        names = {user.name, user.username} | {name.rstrip("县市区镇乡道街局办") for name in units}
        from pypinyin import lazy_pinyin  # 55 MB and more than a second, which few processes need

        return {word for name in names if len(name) > 1 for word in (name, "".join(lazy_pinyin(name)))}

    def get_help_text(self) -> str:
        return _("不要用姓名、地名、单位名或“gongyi”加几个数字。")


def display(user: Account) -> str:
    """How allauth's pages call a person."""
    return user.name


def device_cookie() -> str:
    """The name of the cookie that makes a browser recognisable as a confirmed device."""
    return "__Host-device" if settings.GONGYI_HTTPS else "device"


def device_token(request: HttpRequest) -> str:
    """The secret in this browser's device cookie; '' without one or with one that was altered."""
    return str(request.get_signed_cookie(device_cookie(), default="", max_age=DEVICE_COOKIE_AGE) or "")


def keep_device_token(response: HttpResponse, token: str) -> None:
    """Put the secret into this browser."""
    response.set_signed_cookie(
        device_cookie(), token, max_age=DEVICE_COOKIE_AGE, httponly=True, samesite="Lax", secure=settings.GONGYI_HTTPS
    )


def typed_name(_request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The sign-in name as it is compared, for the lock-out: capitals are no other name."""
    given = credentials or {}
    return actions.sign_in_name(str(given.get("username") or given.get("login") or ""))[:255]


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The page after too many wrong passwords."""
    refused = Refused(
        "locked",
        _("密码输错太多次，这个登录名先停用 15 分钟。"),
        _("请稍后再试，或请账号管理员当面重置密码。"),
        status=429,
    )
    return render(request, "429.html", {"refused": refused, "minutes": 15}, status=429)
