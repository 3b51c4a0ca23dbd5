"""提醒: whose turn it is hears before a limit ends, and once more after it together with the supervisors; each limit once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongyi.casework import queries
from gongyi.casework.actions.moving import tell_holders
from gongyi.casework.models import Case, CaseType, Reminder
from gongyi.casework.rules import JUDGES, makers
from gongyi.casework.workflow import TURNS
from gongyi.core import clock
from gongyi.core.access import Actor, system_actor
from gongyi.core.access import Permission as P

BATCH = 200
OLDEST = timedelta(days=7)  # what was late before that was late before there were reminders
STATES = sorted(set(TURNS) - {"parked"})  # a parked case wakes by itself on its day
Kind = Reminder.Kind
WORDS: dict[str, tuple[str, Promise]] = {
    Kind.SOON: ("due.soon", _("快到期了，请抓紧")),
    Kind.LATE: ("due.late", _("已经超期，请马上办")),
}


def send_reminders(county: int) -> int:
    """Remind of every limit whose time has come and of which nobody was reminded yet. Returns of how many."""
    by = system_actor("reminders", county)
    found = [(case, kind) for kind in Kind for case in _waiting(county, kind)]
    return sum(_remind(case, kind, by=by) for case, kind in found)


def _waiting(county: int, kind: str) -> Iterator[Case]:
    now = clock.now()
    for type_ in CaseType.objects.filter(county=county):
        hours = type_.soon_hours if kind == Kind.SOON else type_.late_hours
        if not hours:
            continue
        rows = _unreminded(county, kind).filter(type=type_).select_related(*queries.JOINED).order_by("turn_due", "id")
        if kind == Kind.SOON:
            rows = rows.filter(turn_due__gt=now, turn_due__lte=now + timedelta(hours=hours))
            yield from [case for case in rows[:BATCH] if now >= _moment(case, hours)]
        else:
            until = now - timedelta(hours=hours)
            yield from rows.filter(turn_due__gt=until - OLDEST, turn_due__lte=until)[:BATCH]


def _unreminded(county: int, kind: str) -> QuerySet[Case]:
    done = Reminder.objects.filter(county=county, case=OuterRef("pk"), kind=kind, due=OuterRef("turn_due"))
    return Case.objects.filter(~Exists(done), county=county, state__in=STATES)


def _moment(case: Case, hours: int) -> datetime:
    """When to remind: so many hours before, but of a short limit not before half of it is over."""
    due = case.turn_due or clock.now()
    return max(due - timedelta(hours=hours), case.changed_at + (due - case.changed_at) / 2)


@transaction.atomic
def _remind(case: Case, kind: str, *, by: Actor) -> bool:
    """Note the reminder and send it in one commit; False when somebody was faster or the case moved on."""
    if case.turn_due is None:
        return False
    mine = Reminder(county=case.county, case=case, kind=kind, due=case.turn_due, at=clock.now())
    Reminder.objects.bulk_create([mine], ignore_conflicts=True)
    same = Case.objects.filter(county=case.county, id=case.id, state=case.state, turn_due=case.turn_due)
    if not Reminder.objects.filter(county=case.county, id=mine.id).exists() or not same.exists():
        return False
    event, words = WORDS[kind]
    place, permission = TURNS[case.state]
    apart = makers(case, JUDGES[case.state]) if case.state in JUDGES else set()
    tell_holders(case, {getattr(case, place): permission}, by=by, event=event, words=words, besides=apart)
    if kind == Kind.LATE:
        tell_holders(case, {case.desk_id: P.CASE_SUPERVISE}, by=by, event=event, words=words)
    return True
