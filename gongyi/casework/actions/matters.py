"""热点: the search for what belongs together, asked for or by night, and what officers rule about it.

A ruling concerns the cases that its officer sees. It holds over every later search, whatever the words say, until it is taken back.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from gongyi.casework.models import Matter, MatterCase, MatterRuling, MatterRun, MatterSide
from gongyi.casework.queries import matters as queries
from gongyi.casework.rules import visible_to
from gongyi.core import audit, clock, schedule
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.language.matters import find_matters

MOST_CASES = 20_000  # the newest of a period are looked at
LONGEST = 366  # days of a period that somebody may ask for
NIGHTLY = 180  # days that every night's search looks at
BATCH = 500
KEPT_RUNS = 20
KIND = "casework.matter"


def ask_run(*, by: Actor, since: date, until: date) -> MatterRun:
    """Ask for a search through the cases of a period; the worker does it. One that waits already is given back.

    Raises Refused 422 for a period of more than a year.
    """
    if by.id is None or not by.can(P.CASE_VIEW):
        raise PermissionDenied
    if not timedelta(0) <= until - since <= timedelta(days=LONGEST):
        raise Refused("period", _("这段日子太长，或头尾反了。"), _("请选一年以内的。"), status=422)
    with transaction.atomic():
        waiting = MatterRun.objects.filter(county=by.county, ended_at=None).order_by("asked_at").first()
        if waiting:
            return waiting
        run = MatterRun(county=by.county, account=by.id, since=since, until=until, asked_at=clock.now())
        run.full_clean()
        run.save()
        audit.record(
            by=by, action="matters.search", kind="casework.matterrun", subject=run.id, label=f"{since} – {until}"
        )
    return run


def search_by_night(county: int) -> int:
    """The nightly search through the last half year; returns how many groups there are."""
    since, until = queries.days(NIGHTLY)
    run = MatterRun(county=county, since=since, until=until, asked_at=clock.now())
    run.save()
    return carry_out(run)


def search_waiting(county: int) -> int:
    """What the worker does: the searches that wait; returns how many were done."""
    done = 0
    for run in MatterRun.objects.filter(county=county, ended_at=None).order_by("asked_at"):
        if schedule.stopping():
            break
        carry_out(run)
        done += 1
    return done


def carry_out(run: MatterRun) -> int:
    """Find the groups of the run's period and keep them; returns how many. One that is cut off begins anew at the next start."""
    since, until = (
        timezone.make_aware(datetime.combine(day, time())) for day in (run.since, run.until + timedelta(days=1))
    )
    began = clock.now()
    keys, said = queries.texts(run.county, since, until, MOST_CASES)
    tell = _tell(run)
    try:
        found = find_matters(said, marks=queries.marks(run.county, keys), tell=tell)
    except InterruptedError:
        return 0
    spared = queries.ruled_since(run.county, began)  # what somebody ruled meanwhile stands until the next search
    groups = [[keys[place] for place in places if keys[place] not in spared] for places in found]
    kept = keep_groups(run.county, [key for key in keys if key not in spared], groups)
    MatterRun.objects.filter(county=run.county, id=run.id).update(share=100, ended_at=clock.now())
    old = MatterRun.objects.filter(county=run.county).order_by("-asked_at").values_list("id", flat=True)[KEPT_RUNS:]
    MatterRun.objects.filter(county=run.county, id__in=list(old)).delete()
    return kept


def _tell(run: MatterRun) -> Callable[[int, int], None]:
    def tell(done: int, whole: int) -> None:
        if schedule.stopping():
            raise InterruptedError
        MatterRun.objects.filter(county=run.county, id=run.id).update(share=min(99, 100 * done // max(whole, 1)))

    return tell


def keep_groups(county: int, looked_at: Sequence[UUID], groups: Sequence[Sequence[UUID]]) -> int:
    """Make the stored groups of these cases those that were found, writing only what differs, in small transactions.

    A group keeps the matter with which it shares most cases, so that its address and what was ruled about it stay.
    """
    MatterCase.objects.filter(county=county, case__state="void").delete()
    before = queries.matters_of(county, looked_at)
    wanted: dict[UUID, UUID] = {}
    taken: set[UUID] = set()
    for cases in sorted((some for some in groups if len(some) >= queries.LEAST), key=len, reverse=True):
        held = Counter(before[case] for case in cases if case in before)
        matter = next((one for one, _number in held.most_common() if one not in taken), None)
        matter = matter or _new_matter(county).id
        taken.add(matter)
        wanted |= dict.fromkeys(cases, matter)
    gone = [case for case, matter in before.items() if wanted.get(case) != matter]
    fresh = [(case, matter) for case, matter in wanted.items() if before.get(case) != matter]
    for start in range(0, len(gone), BATCH):
        MatterCase.objects.filter(county=county, case__in=gone[start : start + BATCH]).delete()
    for start in range(0, len(fresh), BATCH):
        _join(county, fresh[start : start + BATCH])
    queries.without_members(county).delete()
    return len(taken)


def _new_matter(county: int) -> Matter:
    matter = Matter(county=county, found_at=clock.now())
    matter.save()
    return matter


@transaction.atomic
def _join(county: int, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Put cases into matters; a case that belongs to another one leaves it."""
    MatterCase.objects.filter(county=county, case__in=[case for case, _matter in pairs]).delete()
    MatterCase.objects.bulk_create(
        [MatterCase(county=county, matter_id=matter, case_id=case) for case, matter in pairs], batch_size=BATCH
    )


@transaction.atomic
def confirm_matter(matter: UUID, *, by: Actor) -> MatterRuling:
    """Say that the cases which one sees of a group are one matter: they stay together. Raises Http404 as `fetch_matter` does."""
    group, _rows = queries.fetch_matter(by, matter)
    return _rule(matter, MatterRuling.What.CONFIRM, dict.fromkeys(_cases(group), 0), by=by)


@transaction.atomic
def split_matter(matter: UUID, *, by: Actor, away: Collection[UUID]) -> MatterRuling:
    """Make two groups of one: the chosen cases leave, the others stay, and the two never join again.

    Raises Refused 422 when none or all of the cases that one sees are chosen.
    """
    group, _rows = queries.fetch_matter(by, matter)
    seen = _cases(group)
    chosen = [case for case in seen if case in set(away)]
    if not chosen or len(chosen) == len(seen):
        raise Refused(
            "none", _("要分成两件事，请勾上其中一部分。"), _("全部都不是一件事，请用“不是一件事”。"), status=422
        )
    ruling = _rule(matter, MatterRuling.What.SPLIT, {case: int(case in chosen) for case in seen}, by=by)
    if len(chosen) >= queries.LEAST:
        other = _new_matter(by.county).id
        _join(by.county, [(case, other) for case in chosen])
    else:
        MatterCase.objects.filter(county=by.county, case__in=chosen).delete()
    return ruling


@transaction.atomic
def dissolve_matter(matter: UUID, *, by: Actor) -> MatterRuling:
    """Say that the cases which one sees of a group have nothing to do with each other: no two of them join again."""
    group, _rows = queries.fetch_matter(by, matter)
    seen = _cases(group)
    ruling = _rule(matter, MatterRuling.What.DISSOLVE, {case: side for side, case in enumerate(seen)}, by=by)
    MatterCase.objects.filter(county=by.county, case__in=seen).delete()
    return ruling


@transaction.atomic
def undo_ruling(ruling: MatterRuling, *, by: Actor) -> None:
    """Take a ruling back: the cases which one sees stand in its group again, and the words decide in the next search.

    Raises Http404 when somebody was faster, or when it is none of this person's cases.
    """
    now = clock.now()
    rows = MatterRuling.objects.filter(county=by.county, id=ruling.id, undone_at=None)
    if not by.can(P.CASE_VIEW) or by.id is None or not rows.update(undone_at=now, undone_by=by.id):
        raise Http404
    if ruling.what != MatterRuling.What.CONFIRM:
        sides = MatterSide.objects.filter(county=by.county, ruling=ruling).values("case")
        seen = visible_to(by).filter(id__in=sides).exclude(state="void").values_list("id", flat=True)
        _join(by.county, [(case, ruling.matter_id) for case in seen])
    audit.record(by=by, action="matter.undo", kind=KIND, subject=ruling.matter_id, label=ruling.get_what_display())


def _rule(matter: UUID, what: MatterRuling.What, sides: dict[UUID, int], *, by: Actor) -> MatterRuling:
    """Keep a ruling. What it contradicts of earlier ones gives way for these cases; what these say of other cases stays."""
    if by.id is None or not by.can(P.CASE_VIEW):
        raise PermissionDenied
    ruling = MatterRuling(county=by.county, matter_id=matter, what=what, account=by.id, at=clock.now())
    ruling.full_clean()
    ruling.save()
    _give_way(by.county, sides)
    MatterSide.objects.bulk_create(
        [MatterSide(county=by.county, ruling=ruling, case_id=case, side=side) for case, side in sides.items()],
        batch_size=BATCH,
    )
    audit.record(
        by=by, action=f"matter.{what.value}", kind=KIND, subject=matter, label=_("%(n)d 件") % {"n": len(sides)}
    )
    return ruling


def _give_way(county: int, sides: dict[UUID, int]) -> None:
    """Take these cases out of every earlier ruling that says otherwise about two of them."""
    earlier: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    rows = MatterSide.objects.filter(county=county, case__in=list(sides), ruling__undone_at=None)
    for ruling, case, side in rows.values_list("ruling", "case", "side"):
        earlier[ruling].append((case, side))
    for ruling, held in earlier.items():
        pairs = [(one, other) for at, one in enumerate(held) for other in held[:at]]
        if any((a[1] == b[1]) != (sides[a[0]] == sides[b[0]]) for a, b in pairs):
            MatterSide.objects.filter(county=county, ruling=ruling, case__in=[case for case, _side in held]).delete()


def _cases(group: queries.Group) -> list[UUID]:
    """The cases that one sees of a group, the oldest first."""
    return [member.case for member in sorted(group.members, key=lambda member: (member.recorded_at, member.case))]
