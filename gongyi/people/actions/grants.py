"""Giving and ending roles (rights.md P8, P9, P10). A grant counts from the next request on, and so does its end."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock, outbox
from gongyi.core.access import GUARDED, Actor, Role
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.network.models import Unit
from gongyi.people import rules
from gongyi.people.models import Account, Grant

KIND = "people.grant"


def in_turn(county: int) -> None:
    """One after the other within a county, so that two managers cannot remove each other at the same moment."""
    Unit.objects.select_for_update().filter(county=county, tier=Unit.Tier.COUNTY).first()


def refuse_last(grants: list[Grant]) -> None:
    """Refuse what would leave the county without an account manager or an auditor (P9)."""
    if role := rules.leaves_none(grants):
        raise Refused(
            "last_one",
            _("这是最后一位“%(role)s”，不能停用或结束。") % {"role": role.label},
            _("请先让另一个人长期担任“%(role)s”，再来办这件事。") % {"role": role.label},
        )


@transaction.atomic
def grant_role(
    *, by: Actor, account: Account, role: Role, unit: Unit, purpose: str, since: date, until: date | None = None
) -> Grant:
    """Give a role in a unit for a time; a guarded role waits for a second person (`confirm_grant`).

    Raises PermissionDenied for oneself and for units out of reach, Refused `apart` or `county_wide` (422, shown in the form),
    ValidationError for a role that is held already and for wrong dates.
    """
    if account.id == by.id or not rules.can_manage_unit(by, unit):
        raise PermissionDenied
    in_turn(by.county)
    _refuse_wrong_place(role, unit)
    _refuse_clash(account, role, since, until)
    if until and until < clock.today():
        raise ValidationError({"until": _("结束日期已经过去了。")})
    now = clock.now()
    held = Grant.objects.filter(account=account, role=role.value, unit=unit, ended_at=None)
    held.filter(until__lt=clock.today()).update(ended_at=now)
    if held.exists():
        raise ValidationError({"role": _("这个人在这个单位已经有这个角色。要改日期，请先结束原来的。")})
    alone = role not in GUARDED or rules.is_command(by)
    grant = Grant(
        account=account, role=role.value, unit=unit, purpose=purpose, since=since, until=until, made_by_id=by.id,
        made_at=now, confirmed_at=now if alone else None,
    )  # fmt: skip
    grant.full_clean(exclude=["made_by", "confirmed_by", "confirmed_at", "ended_at"])
    grant.save()
    _record(by, "account.grant", grant)
    _tell(by, grant, waiting=not alone)
    return grant


def _refuse_wrong_place(role: Role, unit: Unit) -> None:
    if role in rules.COUNTY_WIDE and unit.tier != Unit.Tier.COUNTY:
        raise Refused("county_wide", _("“%(role)s”管全县，只能在县一级授予。") % {"role": role.label}, status=422)


def _refuse_clash(account: Account, role: Role, since: date, until: date | None) -> None:
    if other := rules.clash(account, role, since, until):
        raise Refused(
            "apart",
            _("“%(role)s”和这个人同时期的“%(other)s”不能由一个人兼任。") % {"role": role.label, "other": other.label},
            _("请换一个人，或先结束“%(other)s”。") % {"other": other.label},
            status=422,
        )


@transaction.atomic
def confirm_grant(*, by: Actor, grant: Grant) -> None:
    """Say yes as the second person to a guarded role. Raises PermissionDenied for maker, receiver and others, Refused when too late."""
    if not rules.can_confirm(by, grant):
        raise PermissionDenied
    in_turn(by.county)
    _refuse_clash(grant.account, Role(grant.role), grant.since, grant.until)
    now = clock.now()
    waiting = rules.live_grants().filter(id=grant.id, confirmed_at=None)
    if not waiting.update(confirmed_at=now, confirmed_by=by.id):
        raise Refused("gone", _("这项授权已经有人确认或结束了。"), _("请刷新页面看看。"))
    grant.confirmed_at, grant.confirmed_by_id = now, by.id
    _record(by, "account.grant_confirm", grant)
    _tell(by, grant, waiting=False)


@transaction.atomic
def end_grant(*, by: Actor, grant: Grant) -> None:
    """End a role, also one's own; it is gone at the person's next request.

    Raises PermissionDenied outside the own reach, Refused for the county's last account manager or auditor (P9).
    """
    if grant.account_id != by.id and not rules.can_manage_unit(by, grant.unit):
        raise PermissionDenied
    in_turn(by.county)
    refuse_last([grant])
    now = clock.now()
    if not Grant.objects.filter(id=grant.id, ended_at=None).update(ended_at=now):
        raise Refused("gone", _("这项授权已经结束了。"), _("请刷新页面看看。"))
    grant.ended_at = now
    _record(by, "account.grant_end", grant)


def _record(by: Actor, action: str, grant: Grant) -> None:
    facts = {
        "role": grant.role,
        "unit": grant.unit.name,
        "since": grant.since,
        "until": grant.until or "",
        "purpose": grant.purpose,
    }
    over = bool(grant.ended_at)
    changes = {name: (value, "") if over else ("", value) for name, value in facts.items()}
    audit.record(
        by=by, action=action, kind=KIND, subject=grant.account_id, label=grant.account.username, changes=changes
    )


def _tell(by: Actor, grant: Grant, *, waiting: bool) -> None:
    if waiting:
        told = [account.id for account in rules.confirmers(grant)]
        outbox.tell(
            told,
            by=by,
            event="grant.waiting",
            text=say(gettext_lazy("有一项管理角色的授权等您确认。")),
            path="/people/confirm/",
        )
    else:
        text = say(gettext_lazy("您有了新的角色：%(role)s。"), role=Role(grant.role).label)
        outbox.tell([grant.account_id], by=by, event="grant.made", text=text, path="/people/me/")
