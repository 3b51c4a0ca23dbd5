"""Accounts: invited with a one-time link, set right in person, disabled, enabled. All of it acts on the next request (P10)."""

from datetime import date, timedelta
from secrets import token_urlsafe
from unicodedata import normalize

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.utils import reset
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor, Role
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.network.models import Unit
from gongyi.people import rules
from gongyi.people.actions.grants import grant_role, in_turn, refuse_last
from gongyi.people.models import Account, Device, Invitation
from gongyi.people.queries import accounts as queries

KIND = "people.account"
LINK_LIVES = timedelta(days=7)
TOKEN_BYTES = 32


def sign_in_name(typed: str) -> str:
    """A sign-in name as it is kept and compared: half-width, small letters, no blanks around."""
    return normalize("NFKC", typed).strip().lower()


def encoded_password(password: str, account: Account) -> str:
    """The password as it may be stored, once the rules accept it for this account; slow, so never inside a transaction.

    Raises ValidationError with the rules' own sentences.
    """
    validate_password(password, account)
    return make_password(password)


@transaction.atomic
def invite_account(
    *, by: Actor, name: str, username: str, unit: Unit, role: Role, purpose: str, since: date, until: date | None = None,
    namesake: bool = False,
) -> tuple[Account, str]:  # fmt: skip
    """Make an account with one role and without a password; returns it with the secret of its one-time link, to be shown once.

    `namesake` says that another active person of this name is known and is somebody else (P8 is about persons).
    Raises PermissionDenied out of reach, ValidationError for a taken name, Refused as `grant_role` does.
    """
    if not rules.can_manage_unit(by, unit):
        raise PermissionDenied
    if not namesake and queries.namesakes(by.county, name):
        raise ValidationError(
            {
                "namesake": _("已有一位叫“%(name)s”的人有账号。同一个人只用一个账号；确是同名的另一个人，请勾选。")
                % {"name": name}
            }
        )
    account = _new_account(by, name=name, username=username, encoded=None)
    grant_role(by=by, account=account, role=role, unit=unit, purpose=purpose, since=since, until=until)
    audit.record(
        by=by,
        action="account.invite",
        kind=KIND,
        subject=account.id,
        label=account.username,
        changes={"name": ("", name)},
    )
    return account, _new_link(by, account, confirmed=True)


def _new_account(by: Actor, *, name: str, username: str, encoded: str | None) -> Account:
    account = Account(name=name, username=sign_in_name(username), home=by.county, created_at=clock.now())
    account.password = encoded or make_password(None)
    account.must_change = encoded is not None
    if Account.objects.filter(username=account.username).exists():
        told = {"name": account.username}
        raise ValidationError({"username": _("登录名“%(name)s”已经有人用了，请换一个，例如后面加个数字。") % told})
    account.full_clean()
    account.save()
    return account


def _new_link(by: Actor, account: Account, *, confirmed: bool, factor: bool = False) -> str:
    now, token = clock.now(), token_urlsafe(TOKEN_BYTES)
    queries.open_links().filter(account=account).update(expires_at=now)
    link = Invitation(
        account=account, digest=queries.token_digest(token), resets_factor=factor, made_by_id=by.id, made_at=now,
        confirmed_at=now if confirmed else None, expires_at=now + LINK_LIVES,
    )  # fmt: skip
    link.full_clean(exclude=["made_by", "confirmed_by", "confirmed_at", "used_at"])
    link.save()
    return token


@transaction.atomic
def accept_invitation(*, by: Actor, token: str, encoded: str) -> Account:
    """Set the password (see `encoded_password`) with a one-time link; signs nobody in and ends the account's open sessions.

    A link of a reset with `factor` also removes the second factor and the devices. Raises Refused when the link is used up,
    over, not yet confirmed, or unknown: one sentence for all.
    """
    link = queries.link_of(token)
    now = clock.now()
    if link is None or not Invitation.objects.filter(id=link.id, used_at=None).update(used_at=now):
        raise Refused("link_over", _("这个链接已经用过或过期了。"), _("请账号管理员当面重新给您一个。"), status=410)
    account = link.account
    Account.objects.filter(id=account.id).update(password=encoded, must_change=False)
    if link.resets_factor:
        Authenticator.objects.filter(user=account).delete()
        Device.objects.filter(account=account, ended_at=None).update(ended_at=now)
    _end_sessions(account)
    reset(username=account.username)
    themselves = Actor(id=account.id, name=account.name, county=by.county or account.home)
    audit.record(by=themselves, action="account.link_used", kind=KIND, subject=account.id, label=account.username)
    return account


@transaction.atomic
def change_password(*, by: Actor, account: Account, encoded: str) -> None:
    """Keep a new password that the person chose; every other session of theirs is over by its own digest."""
    if account.id != by.id:
        raise PermissionDenied
    Account.objects.filter(id=account.id).update(password=encoded, must_change=False)
    account.password, account.must_change = encoded, False
    audit.record(by=by, action="account.password", kind=KIND, subject=account.id, label=account.username)


@transaction.atomic
def reset_in_person(*, by: Actor, account: Account, factor: bool = False) -> str:
    """A one-time link for somebody who stands here and proved who they are; `factor` also removes the second factor when used.

    Returns the link's secret, to be shown once. For a holder of a guarded role the link works after a second manager's word
    (`confirm_reset`), because whoever holds it could become that person. Raises PermissionDenied, Refused for a disabled account.
    """
    _must_manage(by, account)
    if not account.is_active:
        raise Refused("disabled", _("这个账号停用着。"), _("请先启用，再重置。"))
    alone = rules.is_command(by) or not rules.guarded_roles(account)
    token = _new_link(by, account, confirmed=alone, factor=factor)
    audit.record(
        by=by, action="account.reset", kind=KIND, subject=account.id, label=account.username,
        changes={"factor": ("", str(factor)), "confirmed": ("", str(alone))},
    )  # fmt: skip
    text = say(gettext_lazy("账号管理员给您做了一次重置。不是您当面要求的，请马上告诉审计。"))
    outbox.tell([account.id], by=by, event="account.reset", text=text, path="/people/me/")
    return token


@transaction.atomic
def confirm_reset(*, by: Actor, link: Invitation) -> None:
    """Say yes as the second manager to the reset of a holder of a guarded role. Raises PermissionDenied, Refused when too late."""
    if by.id == link.made_by_id:
        raise PermissionDenied
    _must_manage(by, link.account)
    now = clock.now()
    if not queries.open_links().filter(id=link.id, confirmed_at=None).update(confirmed_at=now, confirmed_by=by.id):
        raise Refused("gone", _("这个链接已经有人确认，或已作废。"), _("请刷新页面看看。"))
    account = link.account
    audit.record(by=by, action="account.reset_confirm", kind=KIND, subject=account.id, label=account.username)


@transaction.atomic
def disable_account(*, by: Actor, account: Account) -> None:
    """Close an account at once: its sessions end, its links are void. Raises PermissionDenied, Refused for the county's last one (P9)."""
    _must_manage(by, account)
    in_turn(by.county)
    refuse_last(list(rules.live_grants().filter(account=account).select_related("unit", "account")))
    now = clock.now()
    if not Account.objects.filter(id=account.id, is_active=True).update(is_active=False, disabled_at=now):
        raise Refused("gone", _("这个账号已经停用了。"))
    account.is_active, account.disabled_at = False, now
    queries.open_links().filter(account=account).update(expires_at=now)
    _end_sessions(account)
    audit.record(by=by, action="account.disable", kind=KIND, subject=account.id, label=account.username)


@transaction.atomic
def enable_account(*, by: Actor, account: Account) -> None:
    """Open a disabled account again, with the roles that are still in force. Raises PermissionDenied, Refused when it is open."""
    _must_manage(by, account)
    if not Account.objects.filter(id=account.id, is_active=False).update(is_active=True, disabled_at=None):
        raise Refused("gone", _("这个账号本来就启用着。"))
    account.is_active, account.disabled_at = True, None
    audit.record(by=by, action="account.enable", kind=KIND, subject=account.id, label=account.username)


@transaction.atomic
def end_sessions(*, by: Actor, account: Account) -> None:
    """Sign the person out everywhere. Raises PermissionDenied."""
    if account.id != by.id:
        _must_manage(by, account)
    _end_sessions(account)
    audit.record(by=by, action="account.sessions_end", kind=KIND, subject=account.id, label=account.username)


@transaction.atomic
def unlock(*, by: Actor, account: Account) -> None:
    """Forget the wrong passwords typed for this sign-in name. Raises PermissionDenied for anybody but its managers."""
    guard = by.can(rules.P.ACCOUNT_GUARD) and rules.in_county(by.county).filter(id=account.id).exists()
    if account.id == by.id or not (guard or rules.can_manage_account(by, account)):
        raise PermissionDenied
    reset(username=account.username)
    audit.record(by=by, action="account.unlock", kind=KIND, subject=account.id, label=account.username)


def refuse_set_up(county: int) -> None:
    """Raise Refused when the county has its first accounts."""
    if queries.has_manager(county):
        raise Refused(
            "set_up",
            _("这个县已经开通过了，没有改动任何东西。"),
            _("请账号管理员登录后继续；账号管理员登录不了，请运行 ./run manage reset_account。"),
        )


@transaction.atomic
def first_accounts(
    *, by: Actor, office: Unit, manager: tuple[str, str], lead: tuple[str, str], encoded: str
) -> tuple[Account, Account]:
    """A county's first two accounts, each (name, sign-in name): its account manager, and its lead who also keeps the settings.

    Both change the password at the first sign-in and then add a second factor. Raises Refused when the county has accounts,
    PermissionDenied for anybody but a command, ValidationError for the names.
    """
    if not rules.is_command(by):
        raise PermissionDenied
    in_turn(by.county)
    refuse_set_up(by.county)
    made = []
    for (name, username), roles in ((manager, [Role.ACCOUNT_MANAGER]), (lead, [Role.LEAD, Role.STEWARD])):
        account = _new_account(by, name=name, username=username, encoded=encoded)
        for role in roles:
            grant_role(by=by, account=account, role=role, unit=office, purpose=_("开通本县"), since=clock.today())
        audit.record(by=by, action="account.first", kind=KIND, subject=account.id, label=account.username)
        made.append(account)
    return made[0], made[1]


def _must_manage(by: Actor, account: Account) -> None:
    if not rules.can_manage_account(by, account):
        raise PermissionDenied


def _end_sessions(account: Account) -> None:
    rows = UserSession.objects.filter(user=account)
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()
