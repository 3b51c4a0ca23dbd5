"""What becomes of a promise: proof and its check, another day, broken, withdrawn, public or not."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments.keeping import keep_files
from gongyi.core.errors import Refused
from gongyi.core.figures import Period, Scope, count
from gongyi.core.models import Attachment
from gongyi.core.said import say
from gongyi.core.secrets import find_private
from gongyi.network.queries import counting_tree
from gongyi.people.actions.access_log import look
from gongyi.people.models import Purpose
from gongyi.promises.actions.moving import checker_of, move, tell
from gongyi.promises.models import DateChange, Promise
from gongyi.promises.queries import wake_day

SHORT = 4  # fewer characters are no reason
LONGEST = 300


@transaction.atomic
def report_kept(
    promise: Promise, *, by: Actor, proof: str, figure: str = "", figure_first: date | None = None,
    files: Sequence[Any] = (), seen: int | None = None,
) -> Promise:  # fmt: skip
    """报告做到了, with the proof: words, perhaps a figure of the unit (from a day, by default that of the promise, to today) and files.

    The day of this report counts as the day on which it was kept. It waits for somebody else, one unit up where nobody else
    is there (P8, P9). Raises ValidationError for missing words, Refused `nobody` and those of `core.attachments`.
    """
    if len(proof.strip()) < SHORT:
        raise ValidationError({"proof": _("请写明做了什么，别人看了能核对。")})
    second = checker_of(promise, besides=by.id)
    changes: dict[str, Any] = {
        "proof": proof.strip(), "reported_on": clock.today(), "reported_by": by.id, "second_id": second.id,
        "ended_on": None, "why": "", **_figure(promise, figure, figure_first),
    }  # fmt: skip
    promise.second = second
    keep_files(
        promise.id, files, by=by,
        moved=lambda: move(promise, "report", by=by, seen=seen, changes=changes, note=proof.strip()),
    )  # fmt: skip
    words = gettext_lazy("有一项承诺说做到了，等您核对")
    tell(promise, {second.id: P.PROMISE_CONFIRM}, by=by, event="promise.reported", words=words)
    return promise


def _figure(promise: Promise, key: str, first: date | None) -> dict[str, Any]:
    """The figure's value for the unit and those below it, as it is counted now; what was there before is gone without one."""
    if not key:
        return {"figure": "", "figure_value": "", "figure_first": None, "figure_last": None}
    last = clock.today()
    first = first or min(timezone.localdate(promise.made_at), last)
    units = counting_tree(promise.county, last).counted(promise.unit_id)
    value = count([key], Scope(promise.county, Period(first, last), units))[key]
    return {"figure": key, "figure_value": value.text, "figure_first": first, "figure_last": last}


@transaction.atomic
def confirm_kept(promise: Promise, *, by: Actor, seen: int | None = None) -> Promise:
    """核对过，算兑现, by somebody else than who brought the proof (P8)."""
    changes = {"confirmed_by": by.id, "ended_on": clock.today()}
    return move(promise, "confirm", by=by, seen=seen, changes=changes)


@transaction.atomic
def send_back(promise: Promise, *, by: Actor, reason: str, seen: int | None = None) -> Promise:
    """退回再做, with what is missing; the day stays, and what was reported counts for nothing."""
    reason = _reason(reason)
    gone = {"reported_on": None, "reported_by": None, "second_id": None}
    reporter = promise.unit_id
    move(promise, "send_back", by=by, seen=seen, changes=gone, reason=reason)
    words = gettext_lazy("承诺退回再做，请看还差什么")
    tell(promise, {reporter: P.PROMISE_KEEP}, by=by, event="promise.back", words=words)
    return promise


@transaction.atomic
def change_date(promise: Promise, *, by: Actor, until: date, reason: str, seen: int | None = None) -> Promise:
    """改日子: the old day and the reason stay visible, also to the public; who was interested is told.

    Raises ValidationError for a day that is over or the same.
    """
    reason = _reason(reason)
    if until < clock.today() or until == promise.due:
        raise ValidationError({"until": _("请选今天以后、和原来不同的日子。")})
    old = promise.due
    changes = {"due": until, "wakes_on": wake_day(promise.unit, promise.county, until), "moves": promise.moves + 1}
    told = say(gettext_lazy("从%(old)s改到%(new)s"), old=_day(old), new=_day(until))
    move(promise, "move", by=by, seen=seen, changes=changes, note=told, reason=reason)
    DateChange(
        county=promise.county, promise=promise, old=old, new=until, reason=reason, unit_id=promise.unit_id,
        at=clock.now(), by=by.id,
    ).save()  # fmt: skip
    return promise


def _day(day: date) -> str:
    return date_format(day, "Y-m-d")


@transaction.atomic
def admit_broken(promise: Promise, *, by: Actor, reason: str, seen: int | None = None) -> Promise:
    """说明没有做到, by the unit itself."""
    return _break(promise, "admit", by=by, reason=reason, seen=seen)


@transaction.atomic
def judge_broken(promise: Promise, *, by: Actor, reason: str, seen: int | None = None) -> Promise:
    """认定没有兑现, by the supervisor, after the day."""
    return _break(promise, "judge", by=by, reason=reason, seen=seen)


def _break(promise: Promise, action: str, *, by: Actor, reason: str, seen: int | None) -> Promise:
    changes = {"why": _reason(reason), "ended_on": clock.today()}
    return move(promise, action, by=by, seen=seen, changes=changes, reason=changes["why"])


@transaction.atomic
def withdraw_promise(promise: Promise, *, by: Actor, reason: str, seen: int | None = None) -> Promise:
    """撤回承诺, with the reason that everybody who was interested reads."""
    changes = {"why": _reason(reason), "ended_on": clock.today()}
    return move(promise, "withdraw", by=by, seen=seen, changes=changes, reason=changes["why"])


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not SHORT <= len(reason) <= LONGEST:
        raise ValidationError({"reason": _("请写明原因，至少四个字，不超过 300 字。问过这件事的人会看到。")})
    return reason


@transaction.atomic
def publish_promise(promise: Promise, *, by: Actor, seen: int | None = None) -> Promise:
    """公开这项承诺, by somebody who did not write it (P8). Raises Refused `names_somebody` where its words may name a person."""
    if find_private(promise.what):
        raise Refused(
            "names_somebody", _("这项承诺里有认得出是谁的字，不能单独公开。"),
            _("随公开答复一起公开时，这些字会遮住；或者撤回后重写一项。"), status=422,
        )  # fmt: skip
    return move(promise, "publish", by=by, seen=seen, changes={"public": True})


@transaction.atomic
def unpublish_promise(promise: Promise, *, by: Actor, seen: int | None = None) -> Promise:
    """不再公开."""
    return move(promise, "unpublish", by=by, seen=seen, changes={"public": False})


@transaction.atomic
def open_file(promise: Promise, *, by: Actor, key: UUID) -> Attachment:
    """A file of the proof for one download, with its access row (P12). Raises Http404 for one that is not there."""
    row = Attachment.objects.filter(county=promise.county, subject=promise.id, id=key).first()
    if row is None:
        raise Http404
    look(by=by, subject=promise.id, kind="promises.promise", label=promise.number, fields="file", purpose=Purpose.CHECK)
    return row
