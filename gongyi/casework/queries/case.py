"""One case: fetched only by who may see it, and everything that hangs on it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.casework.models import TAKING, Asker, Case, CasePart, CaseStep, Taking, Topic
from gongyi.casework.rules import UNDONE_BY, declared, is_about, parts_visible_to, visible_to
from gongyi.core.access import Actor
from gongyi.core.imports.runs import pending
from gongyi.core.models import Attachment
from gongyi.core.timeline import Told, lines_of
from gongyi.network.models import Unit
from gongyi.people.queries import staff_named
from gongyi.promises.models import Promise

PLACES = ("unit", "desk", "lead", "second", "caller", "turn_unit")
JOINED = ("type", "topic", "area", "about_unit", *PLACES)
_FOLLOWERS = Case.objects.filter(county=OuterRef("county"), first=OuterRef("pk"))
_PROMISES = Promise.objects.filter(county=OuterRef("county"), kind="case", origin=OuterRef("pk"))
_WHOLE = Case.objects.select_related("type").annotate(
    topic_parent=F("topic__parent"), topic_name=F("topic__full_name"), area_name=F("area__name"),
    has_followers=Exists(_FOLLOWERS), has_promises=Exists(_PROMISES),
)  # fmt: skip


def fetch(by: Actor, key: UUID) -> Case:
    """The case with its units and type, if this person may see it; otherwise Http404, as if it had never existed (P3)."""
    parts = list(_parts_with(by).filter(case=key))
    if not any(seen for seen, *_part in parts):
        raise Http404
    case: Any = get_object_or_404(_WHOLE, id=key)
    if case.topic_id:
        case.topic = Topic.known(id=case.topic_id, parent_id=case.topic_parent, full_name=case.topic_name)
    if case.area_id:
        case.area = Unit.known(id=case.area_id, name=case.area_name)
    case.taking_part = [Taking.of(*row) for _seen, _declared, *row in parts]
    case._concerned = {by.id: parts[0][1] or is_about(by, case)}  # noqa: SLF001 - kept for `rules.concerned`
    units = {part.unit.id: part.unit for part in case.taking_part}
    for place in PLACES:  # read once for all places: six joins cost more than the case
        if unit := units.get(getattr(case, f"{place}_id")):
            setattr(case, place, unit)
    return cast("Case", case)


@lru_cache(maxsize=256)  # the question alone is kept, for what this person holds now; the rows are read each time
def _parts_with(by: Actor) -> QuerySet[Any, Any]:
    """Who takes part in a case; of each row first whether it shows this person the case, and whether they declared a conflict."""
    seen = Exists(parts_visible_to(by).filter(pk=OuterRef("pk")))
    own = Exists(declared(by, OuterRef("case")))
    rows = CasePart.objects.filter(county=by.county).order_by("since", "id")
    return rows.values_list(seen, own, *TAKING)


def lead_on(by: Actor, case: Case) -> str:
    """Where to go on after a change: the case's page, or the list if it is no longer theirs to see."""
    return case.get_absolute_url() if visible_to(by).filter(id=case.id).exists() else reverse("casework:list")


_TOLD = lines_of(CaseStep)


def timeline(case: Case) -> list[Told]:
    """Everything that happened to a case, oldest first."""
    steps = [Told(*row) for row in _TOLD.filter(county=case.county, case=case)]
    case.__dict__["_last_line"] = (case.version, steps[-1] if steps else None)  # for `rules.own_line`
    return steps


def taken_back(steps: Sequence[Told]) -> set[int]:
    """The places of the lines that a later one took back."""
    backs, gone = {back: step for step, back in UNDONE_BY.items()}, set[int]()
    for at, step in enumerate(steps):
        if wanted := backs.get(step.action):
            gone |= {next((n for n in range(at - 1, -1, -1) if steps[n].action == wanted and n not in gone), at)} - {at}
    return gone


def last_return(case: Case) -> CaseStep | None:
    """The latest 退单 of a case: who gave it back and why."""
    return CaseStep.objects.filter(county=case.county, case=case, action="return").order_by("seq").last()


def roles_of(case: Case) -> list[dict[str, Any]]:
    """Which unit does what in a case: by the case's own columns, and its co-handling units."""
    by_column = [(label, getattr(case, name)) for name, label in _ROLES.items()]
    by_part = [(CasePart.Part.CO.label, unit) for unit in case.co_handlers]
    return [{"label": label, "unit": unit} for label, unit in by_column + by_part if unit]


_ROLES = {
    "unit": CasePart.Part.RECEIVED.label, "desk": CasePart.Part.DESK.label, "lead": CasePart.Part.LEAD.label,
    "second": CasePart.Part.SECOND.label, "caller": CasePart.Part.CALLER.label,
}  # fmt: skip


def about_of(case: Case) -> str:
    """Whose service a case complains about, unit and person; '' for no complaint about a service. A query for each of the two."""
    person = staff_named(case.county, case.about_account) if case.about_account else None
    gone = _("已不在这里的人") if case.about_account else ""
    names = [case.about_unit.name if case.about_unit else "", person.name if person else gone]
    return _("、").join(filter(None, names))


def asker_of(case: Case) -> Asker | None:
    """Who asked, with the contact still encrypted until it is read."""
    return next(iter(Asker.objects.filter(county=case.county, case=case)[:1]), None)


def attachments_of(case: Case) -> list[Attachment]:
    """The case's files, oldest first."""
    return list(Attachment.objects.filter(county=case.county, subject=case.id).order_by("added_at"))


def one_visit(case: Case, asker: Asker | None, *, visited: bool) -> bool | None:
    """解决且没有多跑: solved, never redone, no line of an extra visit, no new request of the same asker on the same matter within N days.

    None where nobody can tell whether they came again: no topic, or no phone. Computed, never ticked: N is the type's 重新办理 limit. The asker and the visits are what the page has read already.
    """
    if case.outcome != Case.Outcome.SOLVED or case.closed_at is None or visited or case.redos:
        return False
    if asker is None or not asker.phone_digest or case.topic_id is None or case.reopen_until is None:
        return None
    same = Asker.objects.filter(county=case.county, phone_digest=asker.phone_digest).values("case")
    later = Case.objects.filter(id__in=same, topic=case.topic_id, recorded_at__gt=case.recorded_at)
    later = later.exclude(id__in=pending(case.county))
    return not later.filter(recorded_at__lte=case.reopen_until).exclude(id=case.id).exclude(state="void").exists()
