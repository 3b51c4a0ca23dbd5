"""Who may change a formula, ask to leave a case out of a rate, and judge that (rights.md P8: never who asked)."""

from gongyi.casework.models import Case
from gongyi.casework.rules import concerned, visible_to
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit
from gongyi.reports.models import LeftOut


def can_edit_formulas(by: Actor) -> bool:
    """Formulas count for the whole county, so the permission must be held at the county's own unit."""
    return any(
        by.can(P.SETTINGS_EDIT, unit)
        for unit in Unit.objects.filter(county=by.county, tier=Unit.Tier.COUNTY).values_list("id", flat=True)
    )


def can_ask_left_out(by: Actor, case: Case) -> bool:
    """Who handles the case or sends it on, if they may see it and it does not concern them."""
    works = by.can(P.CASE_HANDLE, case.lead_id or case.unit_id) or by.can(P.CASE_ASSIGN, case.desk_id)
    return works and _sees(by, case)


def can_judge_left_out(by: Actor, row: LeftOut) -> bool:
    """Who supervises or approves, sees the case and did not ask themselves."""
    places = {row.case.desk_id, row.case.lead_id, row.case.unit_id} - {None}
    judges = any(by.can(permission, unit) for permission in (P.CASE_SUPERVISE, P.CASE_APPROVE) for unit in places)
    return judges and by.id is not None and by.id != row.asked_by and _sees(by, row.case)


def can_end_left_out(by: Actor, row: LeftOut) -> bool:
    """Who asked takes it back while nobody has judged; who may judge ends it at any time."""
    return (row.agreed is None and by.id is not None and by.id == row.asked_by) or can_judge_left_out(by, row)


def _sees(by: Actor, case: Case) -> bool:
    return visible_to(by).filter(id=case.id).exists() and not concerned(by, case)
