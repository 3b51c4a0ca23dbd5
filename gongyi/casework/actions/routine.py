"""What the system does by itself: find whoever goes on, wake, close what nobody objected to, file, count deadlines anew."""

import copy
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.actions.intake import desk_for
from gongyi.casework.actions.moving import PARTS, ended, judge_of, move, not_called
from gongyi.casework.actions.work import wake_case
from gongyi.casework.models import Case, CasePart, CaseType, Publication
from gongyi.casework.models.case import ENDED, OPEN
from gongyi.casework.queries.stranded import stranded
from gongyi.casework.rules import reopenable
from gongyi.casework.workflow import TURNS
from gongyi.core import clock
from gongyi.core.access import Actor, system_actor
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.imports import pending
from gongyi.core.said import say
from gongyi.network.models import Unit
from gongyi.network.queries import Recount
from gongyi.publishing.actions import reroute_publication
from gongyi.publishing.queries import stranded as stranded_texts
from gongyi.publishing.rules import press_named

BATCH = 200


@transaction.atomic
def close_quiet(case: Case, *, by: Actor) -> Case:
    """自动办结: the answer went out, nobody objected in time."""
    return move(case, "close_quiet", by=by, changes=ended(case), quietly=True)


@transaction.atomic
def file_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """归档: by the desk or the system once it can no longer be reopened. Raises Refused `reopenable` before."""
    if not by.system and case.closed_at and case.reopen_until and reopenable(case):
        day = date_format(timezone.localtime(case.reopen_until), _("n月j日"))
        raise Refused(
            "reopenable", _("到%(day)s还可以要求重新办理，现在不能归档。") % {"day": day}, _("过了这一天会自动归档。"), status=422
        )  # fmt: skip
    return move(case, "file_due" if by.system else "file", by=by, seen=seen, quietly=True)


@transaction.atomic
def reroute(case: Case, *, by: Actor) -> Case:
    """Whoever assigned, approved or called back is gone: the next unit that has somebody goes on (P9). Raises Refused `nobody`.

    Where nobody else may know the number of a tip-off, it waits like one that was not drawn.
    """
    unit = judge_of(case, besides=set())
    if unit is None:
        note = say(gettext_lazy("没有别的人可以知道举报人的电话，不再回访。"))
        return move(case, "reroute", by=by, changes=not_called(case), target="answered", note=note)
    told = {"old": case.turn_unit.name if case.turn_unit else "", "unit": unit.name}
    note = say(gettext_lazy("%(old)s没有人能接这一步了，转给%(unit)s。"), **told)
    return move(case, "reroute", by=by, changes={TURNS[case.state][0]: unit.id}, note=note)


def _rows(county: int, **wanted: object) -> list[Case]:
    rows = Case.objects.filter(county=county, **wanted).select_related(*queries.JOINED)
    rows = rows.exclude(id__in=pending(county))  # an import that runs is nobody's work yet
    return list(rows.order_by("id")[:BATCH])


def run_due(county: int, *, name: str = "routine") -> dict[str, int]:
    """Do everything that is due in a county now; a case that somebody changes at this moment is left for the next run."""
    by, now = system_actor(name, county), clock.now()
    jobs: dict[str, tuple[Callable[..., Any], Sequence[Any]]] = {
        "rerouted": (reroute, _rows(county, id__in=stranded(county)[:BATCH])),
        "texts_rerouted": (reroute_publication, stranded_texts(county, press_named("case"))),
        "woken": (wake_case, _rows(county, state="parked", wakes_on__lte=clock.today())),
        "closed": (close_quiet, _rows(county, state="answered", quiet_until__lte=now)),
        "filed": (
            file_case,
            _rows(county, state="closed", reopen_until__lt=now) + _rows(county, state="declined", reopen_until__lt=now),
        ),
    }
    done = dict.fromkeys(jobs, 0)
    for job, (act, rows) in jobs.items():
        for row in rows:
            try:
                act(row, by=by)
            except Refused:
                continue
            done[job] += 1
    return done


@transaction.atomic
def recompute_deadlines(county: int, unit: Unit | None = None) -> int:
    """Count the limits that still run anew after a calendar changed; returns in how many cases one moved, each with a line.

    Also the next step's, the quiet time's and that of reopening. A limit that was extended by approval stays, and so does one
    whose setting was changed since: settings count for new cases. With `unit` only cases that it or a unit below it handles.
    """
    running = Q(closed_at=None) | Q(state__in=queries.REOPENABLE, reopen_until__gte=clock.now())
    rows = Case.objects.filter(running, county=county).exclude(state="void").select_related(*queries.JOINED)
    if unit is not None:
        rows = rows.filter(lead__path__startswith=unit.path)
    by, moved, count = system_actor("calendar", county), 0, _Recount(county)
    for case in rows.iterator(500):
        if facts := count.moved(case):
            move(
                case, "recompute", by=by, changes=facts, note=say(gettext_lazy("日历改了，时限重新计算")), quietly=True
            )
            moved += 1
    return moved


class _Recount(Recount):
    """The limits of a county's cases."""

    COLUMNS: ClassVar = {
        "resident": "resident_due",
        "unit": "unit_due",
        "quiet": "quiet_until",
        "reopen": "reopen_until",
    }

    def __init__(self, county: int) -> None:
        super().__init__(county, CaseType.objects.filter(county=county).values("id"))

    def moved(self, case: Case) -> dict[str, Any]:
        """The columns of a case that are no longer right, with what they should hold."""
        after = copy.copy(case)
        for which in ("resident", "unit", "quiet") if case.is_open else ("reopen",):
            setattr(after, self.COLUMNS[which], self._due(case, which) or getattr(case, self.COLUMNS[which]))
        limit = queries.limit_of(after, "turn")
        if limit:
            same = self.COLUMNS.get(limit.kind)
            after.turn_due = getattr(after, same) if same else self._due(case, "turn") or case.turn_due
        found = {name: getattr(after, name) for name in (*self.COLUMNS.values(), "turn_due")}
        return {name: due for name, due in found.items() if due != getattr(case, name)}

    def _due(self, case: Case, which: str) -> datetime | None:
        return self.due(queries.limit_of(case, which), case.type_id)


COUNTED = {"unit_id": "counted_unit_id", "lead_id": "counted_lead_id"}  # who was there before mergers


@transaction.atomic
def follow_successor(unit: Unit, into: Unit) -> int:
    """A unit went into another (P16): its cases are the successor's, open ones to go on with, ended ones to see and reopen.

    Returns how many cases followed. The resident's and the units' deadlines stay.
    """
    by, followed = system_actor(_("单位并入"), unit.county), 0
    old = CasePart.objects.filter(county=unit.county, unit=unit, until=None)
    rows = Case.objects.filter(Q(id__in=old.values("case")) | Q(about_unit=unit), county=unit.county)
    # An ended case changes nobody's turn: it needs no move of its own, unless it is about one of the two.
    for case in rows.filter(Q(state__in=OPEN) | Q(about_unit__in=[unit, into])).select_related(*queries.JOINED):
        changes, helps = _followed(case, unit, into), unit.id in case.co_units
        if changes or helps:
            move(
                case,
                "follow",
                by=by,
                changes=changes,
                target=_where(case, changes),
                reason=f"{unit.name} → {into.name}",
                co_units=[into if one == unit else one for one in case.co_handlers] if helps else None,
            )
            followed += 1
    Publication.objects.filter(county=unit.county, state="proposed", second=unit).update(second=into)
    return followed + _follow_ended(unit, into)


def _follow_ended(unit: Unit, into: Unit) -> int:
    """The same for ended cases, all at once, as a unit may have 100,000 of them; returns how many."""
    old = CasePart.objects.filter(county=unit.county, unit=unit, until=None, state__in=ENDED)
    parts = {part.case_id: part for part in old}
    for _part, place in PARTS:
        rows = Case.objects.filter(county=unit.county, id__in=old.values("case"), **{place: unit.id})
        if was := COUNTED.get(place):
            rows.filter(**{was: None}).update(**{was: unit.id})
        rows.update(**{place: into.id})
    known = list(CasePart.objects.filter(county=unit.county, unit=into, case__in=old.values("case")))
    old.update(until=clock.now())
    for row in known:
        row.part, row.until = min(row.part, parts[row.case_id].part, key=_ORDER.index), None
    CasePart.objects.bulk_update(known, ["part", "until"], batch_size=BATCH)
    new = [part for key, part in parts.items() if key not in {row.case_id for row in known}]
    for part in new:
        part.id, part.unit, part.since = new_key(unit.county), into, clock.now()
    CasePart.objects.bulk_create(new, batch_size=BATCH)
    return len(parts)


_ORDER = [*(part for part, _place in PARTS), "co", "supervises"]


def _followed(case: Case, unit: Unit, into: Unit) -> dict[str, Any]:
    """The case's columns with the successor in place of the old unit; never the unit that the complaint is about."""
    places = {place: into.id for _part, place in PARTS if getattr(case, place) == unit.id}
    places |= {was: getattr(case, was) or unit.id for place, was in COUNTED.items() if place in places}
    about = into.id if case.about_unit_id == unit.id else case.about_unit_id
    if about == case.about_unit_id and not places:
        return {}
    changes: dict[str, Any] = places | {"about_unit_id": about}
    for place in ("desk_id", "lead_id", "second_id", "caller_id"):
        if about is not None and changes.get(place, getattr(case, place)) == about:
            changes[place] = desk_for(into, about=into).id if place == "desk_id" else None
    return changes


def _where(case: Case, changes: dict[str, Any]) -> str | None:
    """A case whose handling, approving or calling unit fell away goes back to the desk to be assigned anew."""
    place = TURNS.get(case.state, ("", None))[0]
    return "returned" if changes.get(place, case.turn_unit_id) is None and place not in {"", "desk_id"} else None
