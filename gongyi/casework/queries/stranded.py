"""Cases that wait for somebody who is no longer there."""

from collections import defaultdict
from uuid import UUID

from gongyi.casework.models import Case, CaseConflict
from gongyi.casework.rules import AT_DESK, JUDGES, asker_units, handlers, judges, makers
from gongyi.core.imports import pending
from gongyi.people.queries import grants_in_force, holders

_NEEDED = (
    "county", "state", "turn_unit", "about_unit", "answered_by", "drafted_by", "asked_by", "unit", "lead", "desk", "caller", "hides_asker",
    "type__separate_caller",
)  # fmt: skip


def stranded(county: int) -> list[UUID]:
    """The cases that wait to be assigned, for an approval or a return call in a unit where nobody is left who may do it.

    Asked for all cases together, at most eight statements; a case's own text is not read.
    """
    waiting = Case.objects.filter(county=county, state__in={*JUDGES, *AT_DESK}).exclude(id__in=pending(county))
    cases = list(waiting.select_related("type").only(*_NEEDED).order_by("id"))
    apart, staff = defaultdict[UUID, set[UUID | None]](set), defaultdict[UUID | None, set[UUID | None]](set)
    if cases:
        conflicts = CaseConflict.objects.filter(county=county, case__in=waiting.values("id"))
        for key, account in conflicts.values_list("case", "account"):
            apart[key].add(account)
    if abouts := {case.about_unit_id for case in cases} - {None}:
        for unit, account in grants_in_force().filter(unit__in=abouts).values_list("unit", "account"):
            staff[unit].add(account)
    called = any(case.state == "calling" and case.type.separate_caller for case in cases)
    hands = handlers(county, waiting.filter(state="calling").values("id")) if called else {}
    units = {case.turn_unit_id for case in cases if case.turn_unit_id}
    may = {permission: holders(permission, units) for permission in {p for case in cases for p in judges(case)}}

    def left(case: Case) -> bool:
        if case.state == "calling" and case.turn_unit_id not in asker_units(case):
            return False  # whoever is there could not see the number
        gone = (
            makers(case, JUDGES.get(case.state, ""), handled=hands.get(case.id, set()))
            | apart[case.id]
            | staff[case.about_unit_id]
        )
        return any(may[permission].get(case.turn_unit_id, set()) - gone for permission in judges(case))

    return [case.id for case in cases if not left(case)]
