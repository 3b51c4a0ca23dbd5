"""Cases that wait for somebody who is no longer there."""

from collections import defaultdict
from uuid import UUID

from gongyi.casework.models import Case, CaseConflict
from gongyi.casework.rules import JUDGES, judges, makers
from gongyi.people.queries import grants_in_force, holders


def stranded(county: int) -> list[UUID]:
    """The cases that wait for an approval or a return call in a unit where nobody is left who may give it.

    Asked for all cases together, at most six statements; a case's own text is not read.
    """
    waiting = Case.objects.filter(county=county, state__in=JUDGES)
    needed = ("state", "turn_unit", "about_unit", "answered_by", "drafted_by", "asked_by", "type__separate_caller")
    cases = list(waiting.select_related("type").only(*needed).order_by("id"))
    apart, staff = defaultdict[UUID, set[UUID | None]](set), defaultdict[UUID | None, set[UUID | None]](set)
    if cases:
        conflicts = CaseConflict.objects.filter(county=county, case__in=waiting.values("id"))
        for key, account in conflicts.values_list("case", "account"):
            apart[key].add(account)
    if abouts := {case.about_unit_id for case in cases} - {None}:
        for unit, account in grants_in_force().filter(unit__in=abouts).values_list("unit", "account"):
            staff[unit].add(account)
    units = {case.turn_unit_id for case in cases if case.turn_unit_id}
    may = {permission: holders(permission, units) for permission in {p for case in cases for p in judges(case)}}

    def left(case: Case) -> bool:
        gone = makers(case, JUDGES[case.state]) | apart[case.id] | staff[case.about_unit_id]
        return any(may[permission].get(case.turn_unit_id, set()) - gone for permission in judges(case))

    return [case.id for case in cases if not left(case)]
