"""What managers do about the ways out of the house: set them up, look after what did not go, let a job run at once."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, schedule
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.models import Address, Channel, Delivery, Way
from gongyi.core.outbox import addresses, sending
from gongyi.core.outbox.channels import sms_host
from gongyi.home.rules import holds_in_county
from gongyi.network.models import Unit


def _require(by: Actor, permission: P) -> None:
    """Raise PermissionDenied unless the permission is held at the county's own unit: these settings count for all of it."""
    if not holds_in_county(by, permission):
        raise PermissionDenied


@transaction.atomic
def save_channel(*, by: Actor, way: str, active: bool, **facts: Any) -> Channel:
    """Turn a way out on or off; for text messages with its gateway. An empty secret leaves the one that is there.

    Raises ValidationError for a gateway that the installation does not allow or that lacks its secret.
    """
    _require(by, P.CHANNEL_EDIT)
    channel = Channel.objects.filter(county=by.county, way=way).first() or Channel(county=by.county, way=way)
    before = (channel.active, channel.url, channel.key_name)
    if not facts.get("secret"):
        facts.pop("secret", None)
    for name, value in {"active": active, **facts}.items():
        setattr(channel, name, value)
    if way == Way.SMS and active:
        _check_gateway(channel)
    channel.save()
    after = (channel.active, channel.url, channel.key_name)
    changes = dict(zip(("active", "url", "key_name"), zip(before, after, strict=True), strict=True))
    changes |= {"secret": ("", "***")} if "secret" in facts else {}
    label = str(Way(way).label)
    differ = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    audit.record(by=by, action="channel.save", kind="core.channel", subject=channel.id, label=label, changes=differ)
    return channel


def _check_gateway(channel: Channel) -> None:
    if sms_host(channel.url) is None:
        raise ValidationError(
            {"url": _("这台机器不允许连这个网关。请系统运维把它写进环境变量 GONGYI_SMS_HOSTS 再试。")}
        )
    if not re.fullmatch(r"[\x21-\x7e]*", channel.key_name):  # it goes into a header
        raise ValidationError(
            {"key_name": _("密钥编号里只能有英文字母、数字和符号，中间没有空格。请照网关给的再抄一遍。")}
        )
    if not channel.secret:
        raise ValidationError({"secret": _("请填网关给的密钥。")})


@transaction.atomic
def add_group(*, by: Actor, unit: Unit, way: str, value: str) -> Address:
    """Note a group chat of a unit and let the worker send a code into it. ValidationError as `addresses.ask_address`."""
    _require(by, P.CHANNEL_EDIT)
    return addresses.ask_address(by=by, owner=unit.id, way=way, value=value)


@transaction.atomic
def remove_group(*, by: Actor, group: Address) -> None:
    """Nothing goes into this group any more."""
    _require(by, P.CHANNEL_EDIT)
    addresses.remove_address(by=by, owner=group.owner, way=group.way)


def confirm_group(*, by: Actor, group: Address, code: str) -> str:
    """The code that appeared in the group; '' or why it does not do."""
    _require(by, P.CHANNEL_EDIT)
    return addresses.confirm_address(by=by, owner=group.owner, way=group.way, code=code, kinds=False)


@transaction.atomic
def try_channel(*, by: Actor, way: str, group: Address | None = None) -> Delivery:
    """Send one trial message to the manager's own confirmed address, or into a group."""
    _require(by, P.CHANNEL_EDIT)
    if group:
        return addresses.send_trial(by=by, owner=group.owner, way=way, to=Delivery.Receiver.GROUP)
    return addresses.send_trial(by=by, owner=by.key, way=way, to=Delivery.Receiver.ACCOUNT)


@transaction.atomic
def send_again(*, by: Actor, keys: Iterable[UUID]) -> int:
    """Let parked deliveries be tried anew; returns how many."""
    _require(by, P.SYSTEM_VIEW)
    number = sending.send_again(keys, county=by.county)
    audit.record(by=by, action="delivery.again", kind="core.delivery", label=str(number))
    return number


@transaction.atomic
def let_go(*, by: Actor, keys: Iterable[UUID]) -> int:
    """Parked deliveries that are not to be sent any more; returns how many."""
    _require(by, P.SYSTEM_VIEW)
    number = sending.let_go(keys, county=by.county)
    audit.record(by=by, action="delivery.let_go", kind="core.delivery", label=str(number))
    return number


@transaction.atomic
def run_job(*, by: Actor, name: str) -> None:
    """Let a job run as soon as the worker looks. Raises Refused `not_by_hand` for one that runs by its time alone."""
    _require(by, P.SYSTEM_VIEW)
    if not schedule.want(name):
        raise Refused("not_by_hand", _("这个任务只能到时间自己做。"), _("请等下一次。"), status=422)
    audit.record(by=by, action="job.run", kind="core.schedulerun", label=name)
