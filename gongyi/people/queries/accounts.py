"""Reads about accounts: the manager's list, one account, what waits for a second person, who is locked out."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock
from gongyi.core.access import GUARDED, Actor, Role
from gongyi.people import rules
from gongyi.people.models import Account, Device, Grant, Invitation


class State(NamedTuple):
    """What stands between an account and its work, in words."""

    words: Promise
    tone: str


OFF = State(_("已停用"), "plain")
NEW = State(_("还没设密码"), "waiting")
CHANGE = State(_("登录后要换密码"), "soon")
READY = State(_("可以登录"), "done")


def state_of(account: Account) -> State:
    """The account's state."""
    if not account.is_active:
        return OFF
    if not account.has_usable_password():
        return NEW
    return CHANGE if account.must_change else READY


def account_list(by: Actor, text: str = "") -> QuerySet[Account]:
    """The accounts in this manager's reach, whose name or sign-in name holds the text, with their live grants. Two queries."""
    rows = rules.visible_accounts(by)
    if text := text.strip()[:40]:
        rows = rows.filter(Q(name__contains=text) | Q(username__contains=text.lower()))
    return rows.prefetch_related(_grants_in_reach(by)).order_by("-is_active", "name", "id")


def account_of(by: Actor, key: UUID) -> Account | None:
    """One account in this manager's reach with its live grants, None outside it (P3)."""
    return rules.visible_accounts(by).filter(id=key).prefetch_related(_grants_in_reach(by)).first()


def roles_of(account: Account) -> list[Grant]:
    """The live grants that `account_list` and `account_of` brought along."""
    return list(getattr(account, "live", []))


def _grants_in_reach(by: Actor) -> "Prefetch[str]":
    """A manager of a township reads nothing about roles elsewhere (P5)."""
    rows = rules.live_grants().select_related("unit", "made_by", "confirmed_by").order_by("since", "id")
    if not rules.is_command(by):
        rows = rows.filter(rules.within(by, rules.P.ACCOUNT_MANAGE, "unit__path"))
    return Prefetch("grants", rows, to_attr="live")


def grant_of(by: Actor, key: UUID) -> Grant | None:
    """A live grant in this manager's reach, None outside it."""
    rows = rules.live_grants().filter(rules.within(by, rules.P.ACCOUNT_MANAGE, "unit__path"), id=key)
    return rows.select_related("unit", "account").first()


def waiting_grants(by: Actor) -> list[Grant]:
    """The grants of guarded roles that wait for exactly this person's word."""
    rows = rules.live_grants().filter(confirmed_at=None, role__in=[r.value for r in GUARDED], unit__county=by.county)
    rows = rows.select_related("account", "unit", "made_by").order_by("made_at")
    return [grant for grant in rows if rules.can_confirm(by, grant)]


def waiting_resets(by: Actor) -> list[Invitation]:
    """The one-time links for holders of guarded roles that wait for this manager's word."""
    rows = open_links().filter(confirmed_at=None).exclude(made_by=by.id).select_related("account", "made_by")
    return [link for link in rows.order_by("made_at") if rules.can_manage_account(by, link.account)]


def open_links() -> QuerySet[Invitation]:
    """One-time links that may still be used, or will be once confirmed."""
    return Invitation.objects.filter(used_at=None, expires_at__gt=clock.now(), account__is_active=True)


def link_of(token: str) -> Invitation | None:
    """The one-time link with this secret, if it may be used now."""
    found = open_links().filter(digest=token_digest(token), confirmed_at__isnull=False)
    return found.select_related("account").first()


def token_digest(token: str) -> str:
    """What is kept of a secret of 256 random bits."""
    return sha256(token.encode()).hexdigest()


def devices_of(account: Account) -> QuerySet[Device]:
    """The account's devices that are confirmed or wait."""
    return Device.objects.filter(account=account, ended_at=None).select_related("confirmed_by").order_by("asked_at")


def device_here(account: Account, token: str) -> Device | None:
    """The account's device that is this browser, confirmed or waiting."""
    return devices_of(account).filter(digest=token_digest(token)).first() if token else None


def device_of(key: UUID) -> Device | None:
    """One device in use or waiting; whether somebody may touch it is `rules.can_confirm_device`."""
    return Device.objects.filter(id=key, ended_at=None).select_related("account").first()


def waiting_devices(by: Actor) -> QuerySet[Device]:
    """Devices that wait, of people in the security manager's county."""
    rows = Device.objects.filter(ended_at=None, confirmed_at=None, account__in=rules.in_county(by.county))
    return rows.exclude(account=by.id).select_related("account").order_by("asked_at")


def locked_accounts(by: Actor) -> QuerySet[Account]:
    """Accounts of the county whose sign-in name is locked out somewhere now. Names that strangers made up are not shown."""
    since = clock.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(attempt_time__gt=since).values("username", "ip_address")
    names = tries.annotate(n=Sum("failures_since_start")).filter(n__gte=settings.AXES_FAILURE_LIMIT).values("username")
    return rules.in_county(by.county).filter(username__in=names).order_by("name")


def is_locked(account: Account) -> bool:
    """Whether the account's sign-in name is locked out somewhere now."""
    since = clock.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(attempt_time__gt=since, username=account.username).values("ip_address")
    return bool(tries.annotate(n=Sum("failures_since_start")).filter(n__gte=settings.AXES_FAILURE_LIMIT).exists())


def session_count(account: Account) -> int:
    """How many browsers are signed in."""
    alive = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    return int(UserSession.objects.filter(user=account, session_key__in=alive).count())


def namesakes(county: int, name: str) -> bool:
    """Whether an active account of the county goes by this name."""
    return rules.in_county(county).filter(name=name, is_active=True).exists()


def managers_above(account: Account) -> list[Account]:
    """Whom to ask for help: the account managers in whose reach the account lies, nearest first, at most three."""
    marks: set[str] = set()
    for path in rules.live_grants().filter(account=account).values_list("unit__path", flat=True):
        parts = path.split("/")[:-1]
        marks |= {"/".join(parts[: i + 1]) + "/" for i in range(len(parts))}
    return _people_at(marks, [Role.ACCOUNT_MANAGER.value], without=account)


def _people_at(paths: Iterable[str], roles: list[str], *, without: Account) -> list[Account]:
    found = rules.live_grants().filter(
        unit__path__in=sorted(paths), role__in=roles, confirmed_at__isnull=False, account__is_active=True
    )
    rows = found.exclude(account=without).select_related("account", "unit").order_by("-unit__path")
    return list({row.account_id: row.account for row in rows}.values())[:3]


def has_manager(county: int) -> bool:
    """Whether the county has been set up: somebody holds or held the account manager's role there."""
    made = Grant.objects.filter(account=OuterRef("pk"), role=Role.ACCOUNT_MANAGER.value, unit__county=county)
    return Account.objects.filter(Exists(made)).exists()
