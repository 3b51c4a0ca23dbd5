"""The worker carries deliveries out of the house: claim, look again, send, mark; nothing of it inside a transaction.

A claim is a conditional update, so that two workers never send the same one. A worker that dies between sending and marking
leaves a claimed row, which is sent once more with the same key: the only way to a second copy.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from gongyi.core import clock, schedule
from gongyi.core.access import Actor
from gongyi.core.models import Address, Channel, Delivery, Message, NoticeChoice, Way
from gongyi.core.outbox.channels import Letter, NotSent, send, usable
from gongyi.core.outbox.waiting import quiet_ends
from gongyi.core.outbox.words import CODE, DIGEST, TEST, kind_of
from gongyi.core.said import Said

BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)]
TRIES = 5  # then a person looks at it
LEASE = timedelta(minutes=15)  # after this long another machine's claim counts as dead
STALE = timedelta(days=3)
MOST, LONGEST = 100, 20.0  # in one run, so that other jobs have their turn: letters, seconds
THEIRS = ("away", "auth", "busy")  # reasons that lie with the other side and pass
SMS_LENGTH = 200  # characters, as docs/reference/sms.md promises

State, Receiver = Delivery.State, Delivery.Receiver
log = logging.getLogger(__name__)

# Each app says what it knows: who a reader is now (None: gone), and whether this reader may still see a subject (R14, P10).
Person = Callable[[int, UUID], Actor | None]
Right = Callable[[Actor, UUID], bool]
_people: dict[str, Person] = {}
_rights: dict[str, Right] = {}
_duties: dict[str, Callable[[Actor], bool]] = {}


def register_reader(receiver: Delivery.Receiver, person: Person) -> None:
    """Say who a reader of this sort is at the moment of sending; None for one who is gone or wants no messages any more."""
    _people[receiver] = person


def register_right(events: Iterable[str], right: Right) -> None:
    """Say who may still see the subject of these events; of a subject that nobody answers for, nothing is sent."""
    _rights.update(dict.fromkeys(events, right))


def register_duty(events: Iterable[str], holds: Callable[[Actor], bool]) -> None:
    """Say who still has the work of which these events tell; they are about no one record."""
    _duties.update(dict.fromkeys(events, holds))


@dataclass
class Run:
    """What one run did."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    open_ways: set[str] = field(default_factory=set)  # those by which something went


def send_due(county: int) -> Run:
    """Send what is due in the county, oldest first; a channel that does not answer is left alone for the rest of the run."""
    # Who sends here alone, or what another worker sends now would count as left behind. In the product's own language:
    # which one a reader likes is kept in their browser, not on the person (D6).
    with schedule.only_here(f"messages.{county}") as free, translation.override(settings.LANGUAGE_CODE):
        return _send_all(county) if free else Run()


def _send_all(county: int) -> Run:
    run, until = Run(), monotonic() + LONGEST
    _recover(county)
    _give_up_old(county)
    channels = {row.way: row for row in Channel.objects.filter(county=county, active=True) if usable(row)}
    for key in _due(county, channels):
        if schedule.stopping() or monotonic() > until:
            break
        if delivery := _claim(county, key, channels):
            _carry(delivery, channels, run)
    _bring_back(county, run.open_ways)
    return run


def _due(county: int, channels: Iterable[str]) -> list[UUID]:
    """What is to go in this run: codes first, because they hold for ten minutes and somebody waits; then the oldest."""
    rows = Delivery.objects.filter(county=county, state=State.WAITING, due_at__lte=clock.now(), way__in=list(channels))
    keys = rows.order_by("due_at", "id").values_list("id", flat=True)
    codes = keys.filter(receiver=Receiver.ADDRESS)[:MOST]
    return [*codes, *keys.exclude(receiver=Receiver.ADDRESS)[:MOST]][:MOST]


def _recover(county: int) -> None:
    """Take back what a worker had claimed that died here, or long ago elsewhere: sent or not, it goes once more."""
    here, old = Q(claimed_by=schedule.here()), Q(claimed_at__lt=clock.now() - LEASE)
    for row in Delivery.objects.filter(here | old, county=county, state=State.SENDING):
        _end_try(row, "cut_off")


def _give_up_old(county: int) -> None:
    """What found no channel for days is shown to somebody instead of coming as old news."""
    old = Delivery.objects.filter(county=county, state=State.WAITING, due_at__lt=clock.now() - STALE)
    old.update(state=State.PARKED, reason="old", ended_at=clock.now())


def _bring_back(county: int, ways: set[str]) -> None:
    """What was parked while a server was away goes once more by itself now that others get through; only once."""
    rows = Delivery.objects.filter(
        county=county,
        state=State.PARKED,
        way__in=ways,
        reason__in=THEIRS,
        tries=TRIES,
        ended_at__gt=clock.now() - STALE,
    )
    if ways:
        rows.update(state=State.WAITING, ended_at=None, due_at=clock.now())


def _claim(county: int, key: UUID, channels: dict[str, Channel], *, early: bool = False) -> Delivery | None:
    """Make a delivery that is due (or, `early`, not yet) ours in a transaction of its own; None when somebody was faster."""
    mine = {"state": State.SENDING, "claim": uuid4(), "claimed_at": clock.now(), "claimed_by": schedule.here()}
    row = Delivery.objects.filter(county=county, id=key, state=State.WAITING, way__in=channels)
    row = row if early else row.filter(due_at__lte=clock.now())
    with transaction.atomic(durable=True):
        taken = row.update(**mine, tries=F("tries") + 1)
    return Delivery.objects.select_related("message").get(county=county, id=key) if taken else None


def _carry(delivery: Delivery, channels: dict[str, Channel], run: Run) -> None:
    """Look again whether it may go and whether it may go now, send it with those that go along, mark all of them."""
    along: list[Delivery] = []
    try:
        address, reason = _way_to(delivery)
        if address is None:
            run.dropped += _mark([delivery], State.DROPPED, reason)
            return
        if until := _quiet_until(delivery):
            _hold(delivery, until)
            return
        along = _along(delivery, channels)
        send(channels[delivery.way], _letter(delivery, along, address))
    except NotSent as failed:
        run.failed += 1
        _failed(delivery, along, failed)
        if failed.gateway:
            del channels[delivery.way]
    except DatabaseError:
        raise
    except Exception as error:  # whatever an address, the words or a library brought about must not hold up the others
        log.exception("delivery %s: %s", delivery.id, type(error).__name__)
        run.failed += 1
        _failed(delivery, along, NotSent("fault"))
    else:
        run.sent += _mark([delivery, *along], State.SENT, "")
        run.open_ways.add(delivery.way)


def _mark(rows: list[Delivery], state: str, reason: str) -> int:
    """End deliveries that are still ours; returns how many."""
    mine = Delivery.objects.filter(county=rows[0].county, claim__in=[row.claim for row in rows], state=State.SENDING)
    return mine.update(state=state, reason=reason, ended_at=clock.now())


def _failed(delivery: Delivery, along: list[Delivery], failed: NotSent) -> None:
    """The one that was tried has used up a try; those beside it lose nothing.

    They wait a moment longer than it, so that it leads the letter again: its key is what tells a second copy.
    """
    again = _end_try(delivery, failed.reason, forever=failed.forever)
    if along:
        keys = [row.claim for row in along]
        mine = Delivery.objects.filter(county=delivery.county, claim__in=keys, state=State.SENDING)
        then = again + timedelta(seconds=1) if again else clock.now()
        mine.update(state=State.WAITING, tries=F("tries") - 1, due_at=then)


def _end_try(delivery: Delivery, reason: str, *, forever: bool = False) -> datetime | None:
    """Wait longer after each try; after five, or where another is of no use, park it. Returns when it is due again."""
    mine = Delivery.objects.filter(county=delivery.county, claim=delivery.claim, state=State.SENDING)
    if forever or delivery.tries >= TRIES:
        mine.update(state=State.PARKED, reason=reason, ended_at=clock.now())
        return None
    # What was cut off is due as it was: the same one leads the letter again, with the same key.
    due = delivery.due_at if reason == "cut_off" else clock.now() + BACK_OFF[delivery.tries - 1]
    mine.update(state=State.WAITING, reason=reason, due_at=due)
    return due


def _quiet_until(delivery: Delivery) -> datetime | None:
    """Until when the reader is not to be disturbed: quiet hours may have begun since, or been chosen since."""
    if delivery.receiver != Receiver.ACCOUNT or delivery.message.event == TEST:
        return None
    return quiet_ends(delivery.county, [delivery.owner]).get(delivery.owner)


def _hold(delivery: Delivery, until: datetime) -> None:
    mine = Delivery.objects.filter(county=delivery.county, claim=delivery.claim, state=State.SENDING)
    mine.update(state=State.WAITING, tries=F("tries") - 1, held=True, due_at=until)


# --- looking again ----------------------------------------------------------------------------------------------------


def _way_to(delivery: Delivery) -> tuple[Address | None, str]:
    """The confirmed address, or None and why this must not go out any more (R14)."""
    message, county = delivery.message, delivery.county
    if delivery.receiver == Receiver.ADDRESS:
        found = Address.objects.filter(county=county, id=delivery.owner, code_until__gt=clock.now()).first()
        return found, "" if found else "no_address"
    address = Address.objects.filter(
        county=county, owner=delivery.owner, way=delivery.way, confirmed_at__isnull=False
    ).first()
    if address is None:
        return None, "no_address"
    reason = _why_not(delivery, message)
    return (None, reason) if reason else (address, "")


def _why_not(delivery: Delivery, message: Message) -> str:
    """Why the reader must not or need not get it; '' where they should."""
    know = _people.get(delivery.receiver)
    reader = know(delivery.county, delivery.owner) if know else None
    if reader is None:
        return "no_consent" if delivery.receiver == Receiver.RESIDENT else "gone"
    if message.event == TEST:
        return ""
    if message.read_at is not None:
        return "read"
    if delivery.receiver == Receiver.ACCOUNT and not _wanted(delivery, message):
        return "not_wanted"
    return _why_not_this(delivery, message, reader)


def _why_not_this(delivery: Delivery, message: Message, reader: Actor) -> str:
    """Why the reader must not hear of what the message is about."""
    duty = _duties.get(message.event) if delivery.receiver == Receiver.ACCOUNT else None
    if duty and not duty(reader):
        return "no_duty"
    if message.subject is None:
        return ""
    right = _rights.get(message.event)
    return "" if right and right(reader, message.subject) else "no_right"


def _wanted(delivery: Delivery, message: Message) -> bool:
    wanted = NoticeChoice.objects.filter(county=delivery.county, account=delivery.owner, way=delivery.way)
    return wanted.filter(kind=kind_of(message.event)).exists()


# --- words ------------------------------------------------------------------------------------------------------------


def _along(delivery: Delivery, channels: dict[str, Channel]) -> list[Delivery]:
    """What goes in the same letter: all that waited for the same morning, or for the same group chat."""
    held = delivery.held or delivery.message.event == DIGEST
    if delivery.receiver not in {Receiver.ACCOUNT, Receiver.GROUP} or not (held or delivery.receiver == Receiver.GROUP):
        return []
    rows = Delivery.objects.filter(
        county=delivery.county, owner=delivery.owner, way=delivery.way, receiver=delivery.receiver, state=State.WAITING
    )
    if delivery.receiver == Receiver.ACCOUNT:
        rows = rows.filter(held=True)
    claimed = [
        _claim(delivery.county, key, channels, early=True)
        for key in list(rows.order_by("id").values_list("id", flat=True)[:MOST])
    ]
    found = [row for row in claimed if row]
    gone = [(row, reason) for row in found if (reason := _why_not(row, row.message))]
    for row, reason in gone:
        _mark([row], State.DROPPED, reason)
    left = {row.id for row, _reason in gone}
    return [row for row in found if row.id not in left]


def _letter(delivery: Delivery, along: list[Delivery], address: Address) -> Letter:
    """The words that leave the house: that something waits, and where; nothing about anybody (rights.md D19)."""
    message = delivery.message
    if message.event == CODE:
        text = _("共议：验证码 %(code)s，10 分钟内有效。不是您要的，请不要理会，也不要告诉别人。") % {
            "code": address.code
        }
    else:
        text = _("共议：%(text)s") % {"text": " ".join(str(message.text).split())}
    more = _("（另有 %(n)d 条消息）") % {"n": len(along)} if along else ""
    subject = _("共议：核对地址的验证码") if message.event == CODE else _("共议：有消息在等您")
    more += _where(delivery, message, many=bool(along))
    if delivery.way == Way.SMS and len(text) + len(more) > SMS_LENGTH:
        text = f"{text[: max(0, SMS_LENGTH - len(more) - 1)]}…"
    text += more
    return Letter(delivery.id, address.value, subject, text, message.event.replace(".", "_"), _values(message, address))


def _where(delivery: Delivery, message: Message, *, many: bool) -> str:
    if message.event == CODE:
        return ""
    between = " " if delivery.way == Way.SMS else "\n"
    if not settings.GONGYI_URL:
        return between + _("请打开共议查看。")
    return (
        f"{between}{settings.GONGYI_URL}{'/inbox/' if many and delivery.receiver == Receiver.ACCOUNT else message.path}"
    )


def _values(message: Message, address: Address) -> dict[str, object]:
    """The blanks of a text that gateways with fixed templates fill in themselves."""
    if message.event == CODE:
        return {"code": str(address.code)}
    kept = message.text.kept if isinstance(message.text, Said) else {}
    parts = kept.get("parts", {}) if isinstance(kept, dict) else {}
    return {name: part for name, part in parts.items() if isinstance(part, str | int)}


# --- by hand ----------------------------------------------------------------------------------------------------------


def send_again(rows: Iterable[UUID], *, county: int) -> int:
    """Let parked deliveries be tried anew, with the same keys; returns how many."""
    parked = Delivery.objects.filter(county=county, id__in=list(rows), state=State.PARKED)
    return parked.update(state=State.WAITING, tries=0, reason="", ended_at=None, due_at=clock.now())


def let_go(rows: Iterable[UUID], *, county: int) -> int:
    """Parked deliveries that are not to be sent any more; returns how many."""
    parked = Delivery.objects.filter(county=county, id__in=list(rows), state=State.PARKED)
    return parked.update(state=State.DROPPED, reason="by_hand", ended_at=clock.now())


def latest(county: int, owner: UUID, number: int = 10) -> "list[Delivery]":
    """What left for this reader last, newest first."""
    rows = Delivery.objects.filter(county=county, owner=owner).select_related("message")
    return list(rows.order_by("-due_at", "-id")[:number])


def waiting_since(county: int) -> datetime | None:
    """Since when the oldest delivery is due and not sent; None when nothing waits."""
    rows = Delivery.objects.filter(county=county, state=State.WAITING, due_at__lte=clock.now())
    return rows.order_by("due_at").values_list("due_at", flat=True).first()
