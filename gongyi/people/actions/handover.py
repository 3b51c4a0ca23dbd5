"""The hand-over pack (交接包): made for a post, signed or returned by the successor, withdrawn by its maker; signing moves post and roles at once."""

from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor, Role, system_actor
from gongyi.core.errors import Refused
from gongyi.core.http import STAYS_ON_FORM
from gongyi.core.said import Said, say
from gongyi.network.models import Post
from gongyi.network.rules import can_edit_unit
from gongyi.people.actions.grants import end_grant, grant_role
from gongyi.people.actions.posts import end_holding, put_in_post
from gongyi.people.models import Account, HandOver, HandOverLine
from gongyi.people.queries import handover as packs
from gongyi.people.queries import posts as queries
from gongyi.people.queries.grants import actor_of, grants_in_force
from gongyi.people.rules import can_manage_unit

KIND = "people.handover"


@transaction.atomic
def make_pack(
    *, by: Actor, post: Post, giver: Account, taker: Account, note: str = "", moves_roles: bool = False
) -> HandOver:
    """Freeze what the giver leaves behind at this post into a pack for the taker; an unsigned earlier pack is replaced.

    The giver holds the post or was the last to. Raises PermissionDenied out of reach (for `moves_roles`: without the right
    to grant there), Refused `same_person`, `not_candidate`, `own_roles`, `not_holder`.
    """
    if not can_edit_unit(by, post.unit) or (moves_roles and not can_manage_unit(by, post.unit)):
        raise PermissionDenied
    _check_people(by, post, giver, taker, moves_roles=moves_roles)
    _replace(by, post)
    pack = HandOver(
        county=by.county,
        post=post,
        giver=giver,
        taker=taker,
        made_by_id=by.id,
        made_at=clock.now(),
        moves_roles=moves_roles,
        note=note.strip(),
    )
    pack.full_clean(exclude=["made_by", "signed_at", "returned_at"])
    pack.save()
    _freeze(pack)
    _record(by, "handover.make", pack)
    text = say(gettext_lazy("有一份交接包等您签收：%(post)s。"), post=str(post))
    outbox.tell([taker.id], by=by, event="handover.make", text=text, path=path_of(pack), subject=pack.id)
    return pack


def _check_people(by: Actor, post: Post, giver: Account, taker: Account, *, moves_roles: bool) -> None:
    last = queries.last_holder(post)
    if last is None or last.account_id != giver.id:
        raise Refused("not_holder", _("交出岗位的人已经变了。"), _("请重新打开页面，看看现在谁在岗。"))
    if giver.id == taker.id:
        raise Refused("same_person", _("交和接是同一个人。"), _("请选另一个人来接。"), status=STAYS_ON_FORM)
    if not queries.candidates(by).filter(id=taker.id).exists():
        raise Refused(
            "not_candidate", _("这个人现在不能安排到这里。"), _("请重新选人，或请上级单位来办。"), status=STAYS_ON_FORM
        )
    if moves_roles and taker.id == by.id:
        raise Refused(
            "own_roles", _("不能给自己授予角色。"), _("请让另一位账号管理员来做这份交接包。"), status=STAYS_ON_FORM
        )


def _replace(by: Actor, post: Post) -> None:
    """At most one pack per post waits."""
    Post.objects.select_for_update().get(id=post.id)
    for old in HandOver.objects.filter(county=by.county, post=post, signed_at=None, returned_at=None):
        _close(old, returned_at=clock.now(), withdrawn=True, returned_why=say(gettext_lazy("已由新的交接包代替")))
        _record(by, "handover.replace", old)


def _freeze(pack: HandOver) -> None:
    found = packs.collect(cast("Account", pack.giver), pack.post.unit)
    flat = [(title, line) for title, lines in found for line in lines]
    HandOverLine.objects.bulk_create(
        HandOverLine(
            county=pack.county,
            pack=pack,
            section=title,
            position=position,
            text=line.text[:200],
            next_step=line.next_step,
            due=line.due,
            path=line.path,
        )
        for position, (title, line) in enumerate(flat)
    )


@transaction.atomic
def sign_pack(*, by: Actor, pack: HandOver) -> None:
    """The taker signs: the giver's term ends and the taker's begins today, and the roles move if the pack says so.

    The change of post and roles is the maker's act, so the maker must still have the right to it now (P8, P10). Raises Refused
    `not_taker`, `closed`, `not_holder`, `maker_lost`, and whatever putting in post and granting refuse; nothing is kept then.
    """
    if pack.taker_id != by.id:
        raise Refused("not_taker", _("只有接任的人能签收这份交接包。"), _("请让接任的人自己登录签收。"))
    _close(pack, signed_at=clock.now())
    maker = _maker(pack)
    if not can_edit_unit(maker, pack.post.unit) or (pack.moves_roles and not can_manage_unit(maker, pack.post.unit)):
        raise Refused(
            "maker_lost", _("做这份交接包的人现在已不管这个单位，不能签收。"), _("请让现在管人员的同事重新做一份。")
        )
    _move_post(maker, pack)
    if pack.moves_roles:
        _move_roles(maker, pack)
    _record(by, "handover.sign", pack)
    _tell_others(by, pack, "handover.sign", say(gettext_lazy("交接包已签收：%(post)s。"), post=str(pack.post)))


def _maker(pack: HandOver) -> Actor:
    """Whoever made the pack, with the rights of this moment."""
    return actor_of(pack.made_by) if pack.made_by else system_actor("handover", pack.county)


def _move_post(maker: Actor, pack: HandOver) -> None:
    today, held = clock.today(), queries.present_holder(pack.post)
    if held and held.account_id != pack.giver_id:
        raise Refused("not_holder", _("这个岗位上现在是别人，不能签收。"), _("请让管人员的同事重新做一份交接包。"))
    if held:
        end_holding(by=maker, holding=held, on=today)
    put_in_post(by=maker, post=pack.post, account=pack.taker, since=today)


def _move_roles(maker: Actor, pack: HandOver) -> None:
    """Grant first, then end, so that the unit is at no moment without the role."""
    unit, today = pack.post.unit, clock.today()
    has = set(grants_in_force().filter(account=pack.taker, unit=unit).values_list("role", flat=True))
    for grant in queries.movable_grants(cast("Account", pack.giver), unit):
        if grant.role not in has:
            role = Role(grant.role)
            grant_role(
                by=maker,
                account=pack.taker,
                role=role,
                unit=unit,
                purpose=pack.post.name,
                since=today,
                until=grant.until,
            )
        end_grant(by=maker, grant=grant)


@transaction.atomic
def return_pack(*, by: Actor, pack: HandOver, why: str) -> None:
    """The taker does not take over and says why; nothing moves. Raises Refused `not_taker` or `closed`, ValidationError without a sentence."""
    if pack.taker_id != by.id:
        raise Refused("not_taker", _("只有接任的人能退回这份交接包。"), _("要换人，请重新做一份交接包。"))
    sentence = why.strip()
    if not sentence:
        raise ValidationError({"why": _("请写一句为什么退回。")})
    _close(pack, returned_at=clock.now(), returned_why=sentence[:200])
    _record(by, "handover.return", pack)
    _tell_others(by, pack, "handover.return", say(gettext_lazy("交接包被退回：%(post)s。"), post=str(pack.post)))


@transaction.atomic
def withdraw_pack(*, by: Actor, pack: HandOver, why: str) -> None:
    """The maker takes a waiting pack back and says why; nothing moves, giver and taker are told.

    Raises Refused `not_maker` or `closed`, ValidationError without a sentence.
    """
    if by.id is None or pack.made_by_id != by.id:
        raise Refused("not_maker", _("只有做这份交接包的人能撤回它。"), _("要换人，请重新做一份交接包。"))
    sentence = why.strip()
    if not sentence:
        raise ValidationError({"why": _("请写一句为什么撤回。")})
    _close(pack, returned_at=clock.now(), withdrawn=True, returned_why=sentence[:200])
    _record(by, "handover.withdraw", pack)
    _tell_others(
        by, pack, "handover.withdraw", say(gettext_lazy("交接包已撤回，不用签收了：%(post)s。"), post=str(pack.post))
    )


def _close(pack: HandOver, **facts: object) -> None:
    """Sign, return or withdraw only what still waits. The pack in memory stays as it was, as a later step may undo this one."""
    rows = HandOver.objects.filter(county=pack.county, id=pack.id, signed_at=None, returned_at=None)
    if not rows.update(**facts):
        raise Refused("closed", _("这份交接包已经签收、退回或撤回了。"), _("请刷新页面看看。"))


def _tell_others(by: Actor, pack: HandOver, event: str, text: Said) -> None:
    others = [key for key in (pack.giver_id, pack.taker_id, pack.made_by_id) if key]
    outbox.tell(cast("list[UUID]", others), by=by, event=event, text=text, path=path_of(pack), subject=pack.id)


def _record(by: Actor, action: str, pack: HandOver) -> None:
    giver = pack.giver.username if pack.giver else ""
    people = {"giver": (giver, ""), "taker": ("", pack.taker.username), "moves_roles": ("", pack.moves_roles)}
    audit.record(by=by, action=action, kind=KIND, subject=pack.id, label=str(pack.post), changes=people)


def path_of(pack: HandOver) -> str:
    """The pack's page."""
    return f"/people/handovers/{pack.id}/"
