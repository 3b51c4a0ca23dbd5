"""What can be taken back within ten minutes: 受理, 派单 before anybody there has signed for it, 签收."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import conflicted, move
from gongyi.casework.models import Case
from gongyi.casework.rules import RECALL_MINUTES, TAKES_BACK, recallable
from gongyi.casework.workflow import CASE
from gongyi.core import outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import joined
from gongyi.people.queries import holders


def _fresh(case: Case, action: str, instead: str) -> None:
    """Raises Refused `too_late` when the step was made too long ago."""
    if case.state in CASE[action].sources and not recallable(case, action):
        told = {"n": RECALL_MINUTES, "step": CASE[TAKES_BACK[action][0]].label}
        raise Refused("too_late", _("%(step)s过了 %(n)d 分钟，不能撤回。") % told, instead)


@transaction.atomic
def unaccept_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """受理 by mistake: as it was recorded, within ten minutes. Raises Refused `too_late` afterwards."""
    _fresh(case, "unaccept", _("不归我们管的，请用不予受理。"))
    return move(case, "unaccept", by=by, seen=seen, changes={"accepted_at": None}, quietly=True)


@transaction.atomic
def unsign_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """签收 by mistake: to be signed for again, within ten minutes. Raises Refused `too_late` afterwards."""
    _fresh(case, "unsign", _("不该本单位办的，请用退单。"))
    return move(case, "unsign", by=by, seen=seen, changes={"signed_at": None}, quietly=True)


@transaction.atomic
def recall_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """Back to the desk as before, within ten minutes of assigning; the unit is told not to wait for it.

    Raises Refused `too_late` afterwards; 409 when it was signed for in between.
    """
    _fresh(case, "recall", _("要换单位请用改派。"))
    lead, helping = case.lead_id, case.co_units
    given = {"lead_id": None, "assigned_at": None, "unit_from": None, "unit_due": None}
    move(case, "recall", by=by, seen=seen, changes=given, co_units=(), quietly=True)
    if lead:
        found = holders(P.CASE_HANDLE, {lead, *helping})
        accounts = set[UUID]().union(*found.values()) - conflicted(case)
        text, path = joined([gettext_lazy("派单已撤回，不用签收"), case.number], " "), reverse("casework:list")
        outbox.tell(accounts, by=by, event="recall", text=text, path=path, subject=case.id)
    return case
