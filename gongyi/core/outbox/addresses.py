"""Where somebody can be reached outside, which kinds of message go there, and when they are not to be disturbed."""

import secrets
from collections.abc import Iterable
from datetime import time, timedelta
from hmac import compare_digest
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.core.county import new_key
from gongyi.core.models import Address, Delivery, DigestChoice, Message, NoticeChoice, Way
from gongyi.core.outbox.channels import fits
from gongyi.core.outbox.waiting import active_ways, queue_one
from gongyi.core.outbox.words import CODE, KINDS, TEST
from gongyi.core.said import say

VALID, WRONG = timedelta(minutes=10), 5  # how long a code holds, how many wrong ones it takes

_HOW = {
    Way.MAIL: gettext_lazy("请写完整的邮箱，例如 wang@example.gov.cn。"),
    Way.SMS: gettext_lazy("请写 11 位手机号。"),
    Way.WECOM: gettext_lazy("请粘贴群机器人的网址，以 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key= 开头。"),
    Way.DINGTALK: gettext_lazy("请粘贴群机器人的网址，以 https://oapi.dingtalk.com/robot/send?access_token= 开头；加签的，空一格再写 SEC 开头的密钥。"),
    Way.FEISHU: gettext_lazy("请粘贴群机器人的网址，以 https://open.feishu.cn/open-apis/bot/v2/hook/ 开头；开了签名校验的，空一格再写密钥。"),
}  # fmt: skip


def addresses_of(county: int, owner: UUID) -> dict[str, Address]:
    """The addresses of an account, a resident or a unit's group, by way, confirmed or not."""
    return {row.way: row for row in Address.objects.filter(county=county, owner=owner)}


def confirmed(county: int, owner: UUID, way: str) -> Address | None:
    """The address by this way, if it was confirmed."""
    return Address.objects.filter(county=county, owner=owner, way=way, confirmed_at__isnull=False).first()


def awaits_code(county: int, owner: UUID, way: str) -> bool:
    """Whether a code was asked for and can still be typed in."""
    rows = Address.objects.filter(county=county, owner=owner, way=way, confirmed_at=None, code_until__gt=clock.now())
    return rows.filter(code_tries__lt=WRONG).exists()


@transaction.atomic
def ask_address(*, by: Actor, owner: UUID, way: str, value: str) -> Address:
    """Note an address and let the worker send a code there; what stood before by this way counts no more.

    Raises ValidationError where the county does not use the way or this can be no such address.
    """
    value = " ".join(value.split())
    if way not in active_ways(by.county):
        raise ValidationError(_("县里没有开通这个通道。"))
    if not fits(way, value):
        raise ValidationError({"value": _HOW[Way(way)]})
    Address.objects.filter(county=by.county, owner=owner, way=way).delete()
    address = Address(id=new_key(by.county), county=by.county, owner=owner, way=way, value=value, made_at=clock.now())
    address.code, address.code_until = f"{secrets.randbelow(10**6):06d}", clock.now() + VALID
    address.save()
    text = say(gettext_lazy("核对地址的验证码"))
    message = Message(county=by.county, account=address.id, event=CODE, text=text, path="", at=clock.now())
    message.save()
    queue_one(message, way, to=Delivery.Receiver.ADDRESS)
    _record(by, "ask", address)
    return address


@transaction.atomic
def confirm_address(*, by: Actor, owner: UUID, way: str, code: str, kinds: bool = True) -> str:
    """The code came back: from now on the address is used, with `kinds` for what is wanted at first. Returns ''.

    For a wrong or old code a sentence that says so: it is no error, because the try has to be counted.
    """
    address = Address.objects.filter(county=by.county, owner=owner, way=way).select_for_update().first()
    if address is None:
        return _("请先写地址，再填验证码。")
    if address.confirmed_at:
        return ""
    if address.code_tries >= WRONG or address.code_until is None or address.code_until <= clock.now():
        return _("这个验证码过期了，或输错太多次。请重新要一个。")
    if not compare_digest(address.code.encode(), code.strip().encode()):
        Address.objects.filter(county=by.county, id=address.id).update(code_tries=address.code_tries + 1)
        return _("验证码不对，请对照收到的再输一遍。")
    address.confirmed_at, address.code, address.code_until = clock.now(), "", None
    address.save()
    if kinds:
        choose_kinds(by=by, account=owner, way=way, kinds=[name for name, kind in KINDS.items() if kind.first])
    _record(by, "confirm", address)
    return ""


def _record(by: Actor, what: str, address: Address) -> None:
    label = str(Way(address.way).label)
    audit.record(by=by, action=f"address.{what}", kind="core.address", subject=address.owner, label=label)


@transaction.atomic
def remove_address(*, by: Actor, owner: UUID, way: str) -> None:
    """Forget an address and what was to go there; nothing when there is none."""
    NoticeChoice.objects.filter(county=by.county, account=owner, way=way).delete()
    if address := Address.objects.filter(county=by.county, owner=owner, way=way).first():
        address.delete()
        _record(by, "remove", address)


def choices_of(county: int, account: UUID) -> set[tuple[str, str]]:
    """What an account wants: (way, kind)."""
    return set(NoticeChoice.objects.filter(county=county, account=account).values_list("way", "kind"))


@transaction.atomic
def choose_kinds(*, by: Actor, account: UUID, way: str, kinds: Iterable[str]) -> None:
    """Exactly these kinds go to the account by this way from now on; unknown ones are left out."""
    NoticeChoice.objects.filter(county=by.county, account=account, way=way).delete()
    NoticeChoice.objects.bulk_create(
        NoticeChoice(county=by.county, account=account, way=way, kind=kind) for kind in KINDS if kind in set(kinds)
    )


@transaction.atomic
def choose_quiet(*, by: Actor, begin: time | None, end: time | None) -> None:
    """From when until when nothing leaves the house for this person; both None: at any hour. ValidationError for one alone."""
    if (begin is None) != (end is None) or (begin and begin == end):
        raise ValidationError({"quiet_until": _("请把起止两个时间都写上，不能相同；不要安静时段就都空着。")})
    choice = DigestChoice.objects.filter(county=by.county, account=by.key).first()
    choice = choice or DigestChoice(county=by.county, account=by.key)
    choice.quiet_from, choice.quiet_until = begin, end
    choice.save()
    held = Delivery.objects.filter(county=by.county, owner=by.key, state=Delivery.State.WAITING, held=True)
    held.update(due_at=clock.now())  # the worker asks anew until when each of them waits


@transaction.atomic
def send_trial(*, by: Actor, owner: UUID, way: str, to: Delivery.Receiver) -> Delivery:
    """Let the worker send one message to see whether it comes. ValidationError without a confirmed address."""
    if confirmed(by.county, owner, way) is None:
        raise ValidationError(_("还没有核对过的地址，先写好地址再试。"))
    text = say(gettext_lazy("这是一条试发的消息，收到就说明通了。"))
    message = Message(county=by.county, account=owner, event=TEST, text=text, path="/inbox/", at=clock.now())
    message.save()
    return queue_one(message, way, to=to)
