"""Who may do what to accounts and grants, and which proof of identity a person's roles ask for.

Numbers such as P8 are the invariants of separation: maker is never approver, nobody grants to self, some roles stay
apart, the last manager stays.
"""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock
from gongyi.core.access import GUARDED, Actor, Permission, Role
from gongyi.network.models import Unit
from gongyi.people.models import Account, Consent, Device, Export, Grant

P = Permission
DEVICE = "device"  # session: the key of the device that signed in
CHANGE_PASSWORD, ENROL, CONFIRM_DEVICE = (
    "/accounts/password/change/",
    "/accounts/2fa/totp/activate/",
    "/accounts/device/",
)

# P8: three people; and who keeps the accounts is not who audits them.
THREE_MANAGERS = frozenset({Role.OPERATOR, Role.SECURITY_MANAGER, Role.AUDITOR})
# P7: whoever holds one of these reads no case, so nobody holds one beside a role that does.
SEES_NO_CASE = THREE_MANAGERS | {Role.ACCOUNT_MANAGER}
# Their work spans the county, so they are given at the county's own unit only.
COUNTY_WIDE = THREE_MANAGERS | {Role.PRIVACY_OFFICER}
# P9: a county never loses its last one.
NEVER_NONE = frozenset({Role.ACCOUNT_MANAGER, Role.AUDITOR})


def is_command(by: Actor) -> bool:
    """A command or a job of this installation; a stranger on a public page is neither a person nor this."""
    return by.system


# --- consent (D16) ----------------------------------------------------------------------------------------------------


class ConsentText(NamedTuple):
    """What a person agrees to. Another text is another version: then it is asked anew, and the old use stops."""

    version: str
    text: Any


CONSENTS = {
    Consent.For.SMS: ConsentText(
        "1",
        _(
            "我同意：我账号里的事有答复、要我补充或重新办理时，往账号的手机号发一条短信。短信里只有编号，没有内容。"
            "这个号码不作别的用。随时可以停，停了下一刻就不再发，别的都不受影响。"
        ),
    ),
}


# --- reach ------------------------------------------------------------------------------------------------------------


def within(by: Actor, permission: Permission, prefix: str = "path") -> Q:
    """Rows whose unit path lies in a unit where the person holds the permission, or below; none for nobody."""
    paths = {held.path for held in by.held if held.path and permission in held.role.permissions}
    return reduce(or_, (Q(**{f"{prefix}__startswith": path}) for path in sorted(paths)), Q(pk__in=[]))


def manageable_units(by: Actor) -> QuerySet[Unit]:
    """The running units in which this account manager may grant (P8: the own unit and below)."""
    return Unit.objects.filter(within(by, P.ACCOUNT_MANAGE), county=by.county).exclude(status=Unit.Status.CLOSED)


def find_manageable(by: Actor, text: str) -> QuerySet[Unit]:
    """Those of them whose name or pinyin initials hold the text, from the county down."""
    rows = manageable_units(by).select_related("parent").order_by("path")
    text = text.strip()[:40]
    return rows.filter(Q(name__contains=text) | Q(initials__startswith=text.lower())) if text else rows


def can_manage_unit(by: Actor, unit: Unit) -> bool:
    """Whether this person gives and ends roles in the unit."""
    return is_command(by) or by.above(P.ACCOUNT_MANAGE, unit.path)


def visible_accounts(by: Actor) -> QuerySet[Account]:
    """The accounts that this account manager sees: those that hold or held a role in the own unit or below."""
    if is_command(by):
        return Account.objects.all()
    mine = Grant.objects.filter(within(by, P.ACCOUNT_MANAGE, "unit__path"), account=OuterRef("pk"))
    return Account.objects.filter(Exists(mine))


def live_grants() -> QuerySet[Grant]:
    """Grants neither ended nor over, also those that have not begun or wait for the second manager."""
    return Grant.objects.filter(Q(until=None) | Q(until__gte=clock.today()), ended_at=None)


def can_manage_account(by: Actor, account: Account) -> bool:
    """Whether this person may disable, enable or reset the account: never the own one, and only if all its roles are in reach."""
    if is_command(by):
        return True
    if account.id == by.id or not visible_accounts(by).filter(id=account.id).exists():
        return False
    paths = live_grants().filter(account=account).values_list("unit__path", flat=True)
    return all(by.above(P.ACCOUNT_MANAGE, path) for path in paths)


def can_confirm_device(by: Actor, device: Device) -> bool:
    """An account manager in reach or a security manager of the county; never for oneself."""
    account = device.account
    if account.id == by.id:
        return False
    if by.can(P.ACCOUNT_GUARD):
        return in_county(by.county).filter(id=account.id).exists()
    return can_manage_account(by, account)


def can_end_device(by: Actor, device: Device) -> bool:
    """Whoever may confirm it, and its owner."""
    return device.account_id == by.id or can_confirm_device(by, device)


def in_county(county: int) -> QuerySet[Account]:
    """Accounts that hold or held a role in the county."""
    return Account.objects.filter(Exists(Grant.objects.filter(account=OuterRef("pk"), unit__county=county)))


# --- separation (P8) ---------------------------------------------------------------------------------------------------


def apart(one: Role, other: Role) -> bool:
    """Whether these two roles never meet in one person."""
    pair = {one, other}
    if one is other:
        return False
    if pair <= THREE_MANAGERS or pair == {Role.ACCOUNT_MANAGER, Role.AUDITOR}:
        return True
    reads = any(P.CASE_VIEW in role.permissions for role in pair)
    return reads and bool(pair & SEES_NO_CASE)


def clash(account: Account, role: Role, since: date, until: date | None) -> Role | None:
    """A role that the person holds at any time of this period and that must stay apart from the new one."""
    held = live_grants().filter(account=account).filter(Q(until=None) | Q(until__gte=since))
    if until:
        held = held.filter(since__lte=until)
    return next((Role(r) for r in held.values_list("role", flat=True) if apart(Role(r), role)), None)


def confirmers(grant: Grant) -> set[Account]:
    """Who may confirm a grant of a guarded role: another account manager in reach, neither its maker nor its receiver.

    Small offices (P9): where there is no other one, the leads (审核) of the unit or of one above it, unless the maker gave
    them that role or their sign-in, and so could act as them.
    """
    maker = grant.made_by_id
    others = _in_force(above=grant.unit.path).exclude(account__in=[grant.account_id, maker or grant.account_id])
    found = others.filter(role=Role.ACCOUNT_MANAGER.value)
    if settings.GONGYI_PROFILE == "small" and not found.exists():
        leads = others.filter(role=Role.LEAD.value)
        found = leads.exclude(Q(made_by=maker) | Q(account__invitations__made_by=maker)) if maker else leads
    return {row.account for row in found.select_related("account")}


def can_confirm(by: Actor, grant: Grant) -> bool:
    """Whether this person is the second one for a waiting grant."""
    return is_command(by) or by.id in {account.id for account in confirmers(grant)}


def guarded_roles(account: Account) -> bool:
    """Whether the person holds a role that one manager alone may not give, nor take over by a reset."""
    return live_grants().filter(account=account, role__in=[role.value for role in GUARDED]).exists()


def leaves_none(grants: Iterable[Grant]) -> Role | None:
    """The role of which the county would have none left without these grants; open-ended ones count, expiry ends the others."""
    going = list(grants)
    for grant in going:
        role = Role(grant.role)
        counts = role in NEVER_NONE and grant.confirmed_at and grant.account.is_active and grant.since <= clock.today()
        if not counts:
            continue
        others = _in_force(above=grant.unit.path).filter(role=role.value, until=None)
        if not others.exclude(id__in=[row.id for row in going]).exists():
            return role
    return None


def _in_force(*, above: str) -> QuerySet[Grant]:
    """Confirmed grants of active people in the unit with this path and in those above it."""
    today = clock.today()
    return (
        live_grants()
        .filter(since__lte=today, account__is_active=True, confirmed_at__isnull=False)
        .alias(here=Value(above))
        .filter(here__startswith=F("unit__path"))
        .exclude(unit__status=Unit.Status.CLOSED)
    )


# --- proof of identity ------------------------------------------------------------------------------------------------


def needs_factor(actor: Actor) -> bool:
    """Whether a second factor is due: always for leads, managers, auditors; for all staff in the profile mlps3."""
    if settings.GONGYI_PROFILE == "mlps3":
        return bool(actor.held)
    return any(role.text.second_factor for role in actor.roles)


def still_missing(request: HttpRequest, actor: Actor) -> str | None:
    """Where a signed-in person must go first: a new password, a second factor, a confirmed device; None when all is there.

    Demo accounts sign in with name and password alone.
    """
    account = request.user
    if not isinstance(account, Account) or account.demo:
        return None
    if account.must_change:
        return CHANGE_PASSWORD
    needed = needs_factor(actor)
    if _used_factor(request, account) or (not needed and confirmed_device(request, account)):
        return None
    if is_mfa_enabled(account, ["totp"]):
        return None
    return ENROL if needed else CONFIRM_DEVICE


def _used_factor(request: HttpRequest, account: Account) -> bool:
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, account))


def confirmed_device(request: HttpRequest, account: Account) -> bool:
    """Whether this session was opened on a device of the person that is confirmed now (P10: asked at every request)."""
    key = request.session.get(DEVICE)
    if not key:
        return False
    return _CONFIRMED.filter(id=key, account=account).exists()


_CONFIRMED = Device.objects.filter(confirmed_at__isnull=False, ended_at=None)  # put together once: every page asks


def exports_judged_by(by: Actor) -> QuerySet[Export]:
    """The exports with contacts that wait for this person's word: never one's own (P8)."""
    rows = Export.objects.filter(county=by.county, second__in=by.units(P.CASE_APPROVE), judged_at=None, gone_at=None)
    return rows.exclude(account=by.key)


def may_hear_of_export(by: Actor, key: UUID) -> bool:
    """Whether the export is the reader's own, or waits for their word."""
    there = Q(gone_at=None) | Q(ready_at=None)  # one that was not agreed to is gone by that very word
    own = Export.objects.filter(there, county=by.county, account=by.key)
    return (own | exports_judged_by(by)).filter(id=key).exists()
