"""A blank form is taken in, its places are told what they ask, somebody confirms once; the file rests sealed for a day."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, gate
from gongyi.core.access import Actor
from gongyi.core.attachments import storage
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.secrets import seal, unseal
from gongyi.language.asked.ask import Ask
from gongyi.network.models import Unit
from gongyi.reports.models import FormFill, FormMemory
from gongyi.reports.queries.filled import Opened, asks_of, memory_of
from gongyi.reports.rules.filling import can_forget, units_filled_for

KEPT, REMEMBERED = timedelta(days=1), timedelta(days=30)


def _place(fill: FormFill) -> str:
    return f"reports.formfill.path:{fill.id}"


def take_in(*, by: Actor, opened: Opened, name: str, unit: Unit, period: Period, sender: str = "") -> FormFill:
    """Keep a form that was read; one that was confirmed before is recognised and needs nothing more."""
    if unit.id not in units_filled_for(by):
        raise PermissionDenied
    memory = memory_of(by.county, opened.shape)
    shown = name if gate.refused_name(name) is None else f"form.{opened.form.kind}"
    fill = FormFill(
        county=by.county, account=by.key, unit=unit.id, first=period.first, last=period.last, name=shown[-120:], sender=sender.strip()[:60] or (memory.sender if memory else ""),
        kind=opened.form.kind, shape=opened.shape, at=clock.now(), memory=memory, asks=memory.asks if memory else "{}",
        confirmed_at=clock.now() if memory else None,
    )  # fmt: skip
    fill.save()
    path = storage.store(seal(b64encode(opened.content).decode(), _place(fill)).encode())
    FormFill.objects.filter(county=by.county, id=fill.id).update(path=path)
    fill.path = path
    if memory:
        FormMemory.objects.filter(county=by.county, id=memory.id).update(used_at=clock.now())
    return fill


def kept(fill: FormFill) -> bytes:
    """The file. Raises Refused `gone` when its day is over."""
    try:
        with storage.open_stored(fill.path) as file:
            return b64decode(unseal(file.read().decode(), _place(fill)))
    except FileNotFoundError:
        raise Refused(
            "gone", _("这张空白表已经删了，文件只留一天。"), _("请重新交一次；认过的表不用再认。"), status=410
        ) from None


def set_asks(fill: FormFill, *, changed: dict[str, Ask]) -> None:
    """Say what some places ask."""
    asks = json.loads(fill.asks) | {at: ask.packed() for at, ask in changed.items()}
    fill.asks = json.dumps(asks, ensure_ascii=False)
    FormFill.objects.filter(county=fill.county, id=fill.id).update(asks=fill.asks, confirmed_at=None)
    fill.confirmed_at = None


def set_scope(fill: FormFill, *, by: Actor, unit: Unit, period: Period) -> None:
    """Fill for another unit or period."""
    if unit.id not in units_filled_for(by):
        raise PermissionDenied
    FormFill.objects.filter(county=fill.county, id=fill.id).update(unit=unit.id, first=period.first, last=period.last)


@transaction.atomic
def confirm(fill: FormFill, *, by: Actor, opened: Opened, unit: Unit, period: Period) -> FormMemory:
    """Confirm what every place asks, and remember it by the form's shape for everybody in the county."""
    asks = asks_of(opened, json.loads(fill.asks), unit, period)
    packed = json.dumps({slot.at: ask.packed() for slot, ask in zip(opened.slots, asks, strict=True)}, ensure_ascii=False)  # fmt: skip
    memory = FormMemory.objects.filter(county=by.county, shape=fill.shape).first()
    memory = memory or FormMemory(county=by.county, shape=fill.shape)
    memory.name, memory.kind, memory.asks = fill.name, fill.kind, packed
    memory.sender = fill.sender or memory.sender
    memory.confirmed_by, memory.confirmed_at, memory.forgotten_at = by.id, clock.now(), None
    memory.full_clean()
    memory.save()
    FormFill.objects.filter(county=by.county, id=fill.id).update(
        memory=memory, confirmed_at=memory.confirmed_at, asks=packed
    )
    audit.record(by=by, action="confirm_form", kind="reports.formmemory", subject=memory.id, label=memory.name)
    return memory


@transaction.atomic
def forget(memory: FormMemory, *, by: Actor, back: bool = False) -> None:
    """Forget what a form asks, or take that back."""
    if not can_forget(by, memory):
        raise PermissionDenied
    memory.forgotten_at = None if back else clock.now()
    memory.save()
    action = "remember_form" if back else "forget_form"
    audit.record(by=by, action=action, kind="reports.formmemory", subject=memory.id, label=memory.name)


def drop_old(county: int) -> int:
    """Remove the files of yesterday, and the rows of the month before; returns how many files went."""
    rows = FormFill.objects.filter(county=county, gone_at=None, at__lt=clock.now() - KEPT)
    gone = 0
    for fill in rows:
        if fill.path:
            storage.remove(fill.path)
            gone += 1
        FormFill.objects.filter(county=county, id=fill.id).update(path="", gone_at=clock.now())
    FormFill.objects.filter(county=county, gone_at__isnull=False, at__lt=clock.now() - REMEMBERED).delete()
    return gone
