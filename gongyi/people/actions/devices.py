"""Devices on which a clerk may sign in without a second factor, once a manager confirmed them in person."""

from secrets import token_urlsafe

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.people import rules
from gongyi.people.models import Account, Device
from gongyi.people.queries import accounts as queries

KIND = "people.device"
MOST_WAITING = 5


def new_device_token() -> str:
    """The secret that a browser's signed cookie holds; 256 random bits."""
    return token_urlsafe(32)


@transaction.atomic
def ask_device(*, by: Actor, account: Account, label: str, token: str) -> Device:
    """Ask that this browser be confirmed for the own account; asking again for the same browser changes nothing.

    Raises PermissionDenied for another's account, Refused when too many devices wait.
    """
    if by.id != account.id:
        raise PermissionDenied
    if known := queries.device_here(account, token):
        return known
    if queries.devices_of(account).filter(confirmed_at=None).count() >= MOST_WAITING:
        raise Refused(
            "many_devices", _("已有 %(n)s 台设备在等确认。") % {"n": MOST_WAITING}, _("请账号管理员先处理它们。")
        )
    device = Device(account=account, digest=queries.token_digest(token), label=label, asked_at=clock.now())
    device.full_clean(exclude=["confirmed_by", "confirmed_at", "ended_at"])
    device.save()
    _record(by, "device.ask", device)
    return device


@transaction.atomic
def confirm_device(*, by: Actor, device: Device) -> None:
    """Confirm a device in front of its owner. Raises PermissionDenied for one's own and out of reach, Refused when too late."""
    if not rules.can_confirm_device(by, device):
        raise PermissionDenied
    waiting = Device.objects.filter(id=device.id, confirmed_at=None, ended_at=None)
    if not waiting.update(confirmed_at=clock.now(), confirmed_by=by.id):
        raise Refused("gone", _("这台设备已经有人确认或结束了。"), _("请刷新页面看看。"))
    _record(by, "device.confirm", device)


@transaction.atomic
def end_device(*, by: Actor, device: Device) -> None:
    """End a device: at its next request the session there asks for proof again. Raises PermissionDenied, Refused when it is over."""
    if not rules.can_end_device(by, device):
        raise PermissionDenied
    if not Device.objects.filter(id=device.id, ended_at=None).update(ended_at=clock.now()):
        raise Refused("gone", _("这台设备已经结束了。"), _("请刷新页面看看。"))
    _record(by, "device.end", device)


def _record(by: Actor, action: str, device: Device) -> None:
    audit.record(
        by=by, action=action, kind=KIND, subject=device.account_id, label=device.account.username,
        changes={"label": ("", device.label)},
    )  # fmt: skip
