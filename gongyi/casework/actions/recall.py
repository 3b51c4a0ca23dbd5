"""撤回派单: a case that was sent to the wrong unit comes back before anybody there has signed for it."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import conflicted, move
from gongyi.casework.models import Case
from gongyi.casework.rules import RECALL_MINUTES, recallable
from gongyi.core import outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import joined
from gongyi.people.queries import holders


@transaction.atomic
def recall_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """Back to the desk as before, within ten minutes of assigning; the unit is told not to wait for it.

    Raises Refused `too_late` afterwards; 409 when it was signed for in between.
    """
    if case.state == "assigned" and not recallable(case):
        told = {"n": RECALL_MINUTES}
        raise Refused("too_late", _("派单过了 %(n)d 分钟，不能撤回。") % told, _("要换单位请用改派。"))
    lead, helping = case.lead_id, case.co_units
    given = {"lead_id": None, "assigned_at": None, "unit_from": None, "unit_due": None}
    move(case, "recall", by=by, seen=seen, changes=given, co_units=(), quietly=True)
    if lead:
        found = holders(P.CASE_HANDLE, {lead, *helping})
        accounts = set[UUID]().union(*found.values()) - conflicted(case)
        text, path = joined([gettext_lazy("派单已撤回，不用签收"), case.number], " "), reverse("casework:list")
        outbox.tell(accounts, by=by, event="recall", text=text, path=path, subject=case.id)
    return case
