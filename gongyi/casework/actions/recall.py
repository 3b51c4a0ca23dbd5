"""What can be taken back within ten minutes: 受理, 派单 before anybody there has signed for it, 签收; and by who wrote it, while it
is the last line, a contact, a note, a file.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import conflicted, move
from gongyi.casework.models import Case, CaseStep
from gongyi.casework.rules import RECALL_MINUTES, TAKES_BACK, TAKES_BACK_OWN, own_line, recallable
from gongyi.casework.workflow import CASE
from gongyi.core import attachments, outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.models import Attachment
from gongyi.core.said import joined
from gongyi.core.workflow import check_seen, holds_at
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


def _own(case: Case, action: str, by: Actor, seen: int | None) -> Any:
    """The line that is taken back; None where the move itself says why it cannot be. Raises Refused `stale` and `too_late`."""
    check_seen(case, seen)
    line, step = own_line(by, case, action), TAKES_BACK_OWN[action]
    if line or case.state not in CASE[action].sources or not holds_at(by, case, CASE[action]):
        return line
    if CaseStep.objects.filter(county=case.county, case=case, action=step, actor=by.key).exists():
        told = {"n": RECALL_MINUTES, "step": CASE[step].label}
        late = _("%(step)s过了 %(n)d 分钟，或之后又有了别的变动，不能撤回。") % told
        raise Refused("too_late", late, _("请再记一笔，写明哪里不对。"))
    return None


def _before(line: Any) -> str | None:
    """The state in which the case was."""
    return line.source if line else None


@transaction.atomic
def uncontact_case(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """记一次联系 by mistake: as before; where it was the first that reached the asker, the contact limit runs again."""
    line, given = _own(case, "uncontact", by, seen), dict[str, Any]()
    if line and case.contacted_at:
        since = CaseStep.objects.filter(county=case.county, case=case, at__gt=case.contacted_at)
        given = {} if since.count() > 1 else {"contacted_at": None}
    return move(case, "uncontact", by=by, seen=seen, changes=given, target=_before(line), quietly=True)


@transaction.atomic
def unlog_work(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """记办理经过 by mistake: in the state before it; its words stay in the timeline, struck out."""
    return move(case, "unlog", by=by, seen=seen, target=_before(_own(case, "unlog", by, seen)), quietly=True)


@transaction.atomic
def unattach(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """加附件 by mistake: the file is gone from the list, and from the disk once that is kept; its name stays in the timeline."""
    line = _own(case, "unattach", by, seen)
    move(case, "unattach", by=by, seen=seen, note=line.note if line else "", quietly=True)
    rows = Attachment.objects.filter(county=case.county, subject=case.id, added_by=by.key)
    if row := rows.order_by("added_at", "id").last():
        row.delete()
        transaction.on_commit(lambda: attachments.remove(row.path))
    return case
