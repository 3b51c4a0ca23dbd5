"""Who holds which post, from when to when; contacts that were verified; what the county calls a gap.

Every change: NETWORK_EDIT in the post's unit or above it. A role goes with a post only through `grant_role` (rights.md P8).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor, Role
from gongyi.core.errors import Refused
from gongyi.core.http import STAYS_ON_FORM
from gongyi.core.said import say
from gongyi.network.models import Post, Unit
from gongyi.network.rules import can_edit_unit
from gongyi.people.actions.grants import end_grant, grant_role
from gongyi.people.models import Account, CoverageLimits, Holding
from gongyi.people.queries import posts as queries

KIND = "people.holding"


@transaction.atomic
def put_in_post(
    *,
    by: Actor,
    post: Post,
    account: Account,
    kind: str = Holding.Kind.HOLDER,
    since: date,
    until: date | None = None,
    contact: str = "",
    roles: Iterable[Role] = (),
) -> Holding:
    """Let somebody hold the post, act in it for a time, or stand in for its holder; grant `roles` at its unit if asked.

    Whoever acted there makes room for a holder, a stand-in who moves up stops standing in. Raises PermissionDenied for units
    out of reach, Refused `post_held`, `post_over`, `own_roles`, `not_candidate` (409) or what `grant_role` raises (nothing is
    kept then), ValidationError for dates that do not fit.
    """
    if not can_edit_unit(by, post.unit):
        raise PermissionDenied
    chosen = list(roles)
    if chosen and account.id == by.id:
        raise Refused("own_roles", _("不能给自己授予角色。"), _("请让另一位账号管理员来办。"), status=STAYS_ON_FORM)
    post = _in_turn(post)
    if not queries.candidates(by).filter(id=account.id).exists():
        raise Refused(
            "not_candidate", _("这个人现在不能安排到这里。"), _("请重新选人，或请上级单位来办。"), status=STAYS_ON_FORM
        )
    _check_start(post, kind, since)
    _make_room(by, post, account, kind, since)
    held = Holding(post=post, account=account, kind=kind, since=since, until=until, contact=contact.strip())
    held.full_clean()
    held.save()
    _record(by, "post.fill", held, {"kind": ("", kind), "since": ("", since), "until": ("", until or "")})
    for role in chosen:
        grant_role(by=by, account=account, role=role, unit=post.unit, purpose=post.name, since=since, until=until)
    text = say(gettext_lazy("您的岗位：%(post)s（%(kind)s）。"), post=str(post), kind=Holding.Kind(held.kind).label)
    outbox.tell([account.id], by=by, event="post.fill", text=text, path=f"/people/posts/{post.id}/", subject=post.id)
    return held


def _in_turn(post: Post) -> Post:
    """The post as it is now, locked until the end, so that two people cannot fill it at once."""
    post = Post.objects.select_for_update(of=("self",)).select_related("unit").get(id=post.id)
    if (post.until and post.until < clock.today()) or post.unit.status == Unit.Status.CLOSED:
        raise Refused("post_over", _("这个岗位或它的单位已经撤销，没有保存。"), _("请在现有的单位里选一个岗位。"))
    return post


def _check_start(post: Post, kind: str, since: date) -> None:
    """Terms of one post follow each other, so that the history reads as one line."""
    if since > clock.today():
        raise ValidationError({"since": _("开始日期还没到。到那一天再来办。")})
    if since < post.since:
        raise ValidationError({"since": _("岗位是 %(day)s 设立的，开始日期不能更早。") % {"day": post.since}})
    later = post.holdings.exclude(kind=Holding.Kind.STAND_IN).filter(
        Q(ended_on__gt=since) | Q(ended_on=None, since__gt=since)
    )
    if kind != Holding.Kind.STAND_IN and later.exists():
        raise ValidationError({"since": _("那一天岗位上还有别人。请从前一位离任那天开始。")})


def _make_room(by: Actor, post: Post, account: Account, kind: str, since: date) -> None:
    """End what the new holding replaces: the acting holder, and the same person's own present one."""
    holds = queries.present_holder(post)
    if kind == Holding.Kind.STAND_IN:
        if post.holdings.filter(account=account, ended_on=None).exists():
            raise Refused("post_held", _("这个人已经在这个岗位上。"), _("AB岗请选另一个人。"), status=STAYS_ON_FORM)
        return
    if holds and (holds.kind == Holding.Kind.HOLDER or kind == Holding.Kind.ACTING):
        raise Refused(
            "post_held",
            _("这个岗位现在有人：%(name)s。") % {"name": holds.account.name},
            _("请先办离任，或做一份交接包。"),
            status=STAYS_ON_FORM,
        )
    replaced = [holds] if holds else []
    replaced += post.holdings.filter(account=account, ended_on=None, kind=Holding.Kind.STAND_IN).select_related(
        "account"
    )
    for held in replaced:
        _end(by, held, max(since, held.since))


@transaction.atomic
def end_holding(*, by: Actor, holding: Holding, on: date, end_roles: bool = False) -> None:
    """Somebody leaves the post (or stops standing in) on this day; with `end_roles` their roles at its unit end at once too.

    Raises PermissionDenied out of reach (for `end_roles`: without the right to end roles there), ValidationError for a day
    outside the term, Refused `gone` when it ended already and `last_one` for the county's last manager.
    """
    if not can_edit_unit(by, holding.post.unit):
        raise PermissionDenied
    if not holding.since <= on <= clock.today():
        raise ValidationError({"on": _("离任日期要在任期开始之后、今天或以前。")})
    _end(by, holding, on)
    for grant in queries.movable_grants(holding.account, holding.post.unit) if end_roles else ():
        end_grant(by=by, grant=grant)


def _end(by: Actor, holding: Holding, on: date) -> None:
    if not Holding.objects.filter(id=holding.id, ended_on=None).update(ended_on=on):
        raise Refused("gone", _("这个人已经离任了。"), _("请刷新页面看看。"))
    holding.ended_on = on
    _record(by, "post.leave", holding, {"ended_on": ("", on)})


@transaction.atomic
def renew_term(*, by: Actor, holding: Holding, until: date | None) -> None:
    """Give a present holder a new end of term, or none. Raises PermissionDenied, ValidationError for a day that is over."""
    if not can_edit_unit(by, holding.post.unit):
        raise PermissionDenied
    if until and until < clock.today():
        raise ValidationError({"until": _("新的任期结束日期要在今天以后。")})
    _change(by, "post.renew", holding, until=until)


@transaction.atomic
def verify_contact(*, by: Actor, holding: Holding, contact: str, on: date) -> None:
    """Somebody called this number on that day and it is right: the holder, or whoever staffs the unit.

    Raises PermissionDenied for others, ValidationError for a day before the term or still to come and for no number.
    """
    if holding.account_id != by.id and not can_edit_unit(by, holding.post.unit):
        raise PermissionDenied
    if not holding.since <= on <= clock.today():
        raise ValidationError({"on": _("核实日期要在任期开始之后、今天或以前。")})
    number = contact.strip()
    if not number:
        raise ValidationError({"contact": _("请写核实过的电话。")})
    _change(by, "post.verify", holding, contact=number, verified_on=on)


def _change(by: Actor, action: str, holding: Holding, **facts: Any) -> None:
    """Change a present holding, with its audit row."""
    old = {name: getattr(holding, name) for name in facts}
    for name, value in facts.items():
        setattr(holding, name, value)
    holding.full_clean()
    if not Holding.objects.filter(id=holding.id, ended_on=None).update(**facts):
        raise Refused("gone", _("这个人已经离任了。"), _("请刷新页面看看。"))
    _record(by, action, holding, {name: (old[name] or "", facts[name] or "") for name in facts})


def _record(by: Actor, action: str, holding: Holding, changes: dict[str, tuple[Any, Any]]) -> None:
    label = f"{holding.post} · {holding.account.username}"
    audit.record(by=by, action=action, kind=KIND, subject=holding.id, label=label, changes=changes)


@transaction.atomic
def set_limits(*, by: Actor, vacant_days: int, unverified_days: int, max_villages: int) -> CoverageLimits:
    """Set what the county calls a gap. Needs SETTINGS_EDIT at the county's own unit; raises PermissionDenied otherwise."""
    if not queries.may_set_limits(by):
        raise PermissionDenied
    limits = queries.limits_of(by.county)
    facts = {"vacant_days": vacant_days, "unverified_days": unverified_days, "max_villages": max_villages}
    changes = {name: (getattr(limits, name), value) for name, value in facts.items() if getattr(limits, name) != value}
    for name, value in facts.items():
        setattr(limits, name, value)
    limits.full_clean()
    limits.save()
    audit.record(by=by, action="network.limits", kind="people.coveragelimits", subject=limits.id, changes=changes)
    return limits
