"""What the demo county promises: a line in every fourth answer, each led to another end by the product's own actions."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from gongyi.casework.models import Case
from gongyi.casework.queries.promising import open_promises_of, promises_plainly
from gongyi.core import clock
from gongyi.core.access import Actor, Role
from gongyi.network.models import Unit
from gongyi.promises import actions
from gongyi.promises.models import Line, Promise

if TYPE_CHECKING:
    from gongyi.home.actions.stories import Stage

OPEN_ENDED, RECENT = {"due", "reported"}, timedelta(days=45)
EVERY, FATES = 4, ["kept", "moved", "late", "reported", "broken", "kept", "withdrawn", "due"]


def promising(stage: "Stage", case: Case, answer: str, outcome: str) -> tuple[str, str, list[Line]]:
    """Words, outcome and lines of an answer: of every fourth a part is left for later; what promises plainly is solved in all others."""
    stage.answered += 1
    lead = case.lead
    if lead is None or stage.answered % EVERY != 1:
        solved = outcome == "partly" or promises_plainly(answer)
        return answer, "solved" if solved else outcome, []
    matter = stage.data["promised"][stage.answered // EVERY % len(stage.data["promised"])]
    due = clock.today() + timedelta(days=14 + stage.answered % 9)
    words = matter["words"].format(day=f"{due.month} 月 {due.day} 日")
    return f"{answer}{words}", "partly", [Line(matter["what"], lead, due)]


def keep(stage: "Stage", case: Case, clerk: Actor) -> Iterator[timedelta]:
    """What becomes of the case's promise, until its story or the demo's time is over."""
    for promise in open_promises_of(case):
        matter = next(one for one in stage.data["promised"] if one["what"] == promise.what)
        fate = FATES[int(promise.number[-4:]) % len(FATES)]
        if fate in OPEN_ENDED and promise.due < (stage.end - RECENT).date():
            fate = "late"  # nothing waits for half a year
        yield from _LEADS.get(fate, _kept)(stage, promise, clerk, matter)


def _until(day: date) -> timedelta:
    """From now to ten in the morning of a day; an hour where that is over."""
    moment = timezone.make_aware(datetime.combine(day, time(10)))
    return max(moment - clock.now(), timedelta(hours=1))


def _kept(stage: "Stage", promise: Promise, clerk: Actor, matter: dict[str, str], *, days: int = -2, checked: bool = True) -> Iterator[timedelta]:  # fmt: skip
    yield _until(promise.due + timedelta(days=days))
    actions.report_kept(promise, by=clerk, proof=matter["proof"])
    yield timedelta(hours=5)
    lead = stage.who(Role.LEAD, Unit.objects.get(id=promise.second_id), besides=clerk)
    if checked and lead is not None:
        actions.confirm_kept(promise, by=lead)


def _late(stage: "Stage", promise: Promise, clerk: Actor, matter: dict[str, str]) -> Iterator[timedelta]:
    yield from _kept(stage, promise, clerk, matter, days=4)


def _reported(stage: "Stage", promise: Promise, clerk: Actor, matter: dict[str, str]) -> Iterator[timedelta]:
    yield from _kept(stage, promise, clerk, matter, checked=False)


def _moved(stage: "Stage", promise: Promise, clerk: Actor, matter: dict[str, str]) -> Iterator[timedelta]:
    yield _until(promise.due - timedelta(days=3))
    until = max(promise.due, clock.today()) + timedelta(days=12)
    actions.change_date(promise, by=clerk, until=until, reason="连着下雨，没有办法开工")
    yield from _kept(stage, promise, clerk, matter)


def _broken(_stage: "Stage", promise: Promise, clerk: Actor, _matter: dict[str, str]) -> Iterator[timedelta]:
    yield _until(promise.due + timedelta(days=2))
    actions.admit_broken(promise, by=clerk, reason="施工的人没有请到，还在找")


def _withdrawn(_stage: "Stage", promise: Promise, clerk: Actor, _matter: dict[str, str]) -> Iterator[timedelta]:
    yield _until(promise.due - timedelta(days=4))
    actions.withdraw_promise(promise, by=clerk, reason="这一段路整条重修，由县里统一做")


def _due(_stage: "Stage", promise: Promise, _clerk: Actor, _matter: dict[str, str]) -> Iterator[timedelta]:
    yield _until(promise.due)


_LEADS = {
    "late": _late, "reported": _reported, "moved": _moved, "broken": _broken, "withdrawn": _withdrawn, "due": _due,
}  # fmt: skip
