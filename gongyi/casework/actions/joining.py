"""Two cases about the same matter: one follows the other, or is merged into it; both can be undone."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.actions.moving import ended, move, tell_holders
from gongyi.casework.models import Case
from gongyi.casework.rules import visible_to
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import joined, say


@transaction.atomic
def join_case(case: Case, *, by: Actor, first: str, note: str = "", seen: int | None = None) -> Case:
    """跟着另一件办: the case goes on by itself, its asker sees where the first one stands. `first` is its number.

    Raises Refused `no_first` with what is wrong with it.
    """
    other = _first(case, by=by, number=first)
    return move(case, "join", by=by, seen=seen, changes={"first": other}, note=_said(other, note), quietly=True)


@transaction.atomic
def leave_case(case: Case, *, by: Actor, note: str = "", seen: int | None = None) -> Case:
    """不再跟着: each goes its own way again."""
    other = case.first
    return move(case, "leave", by=by, seen=seen, changes={"first": None}, note=_said(other, note), quietly=True)


@transaction.atomic
def merge_case(case: Case, *, by: Actor, first: str, note: str = "", seen: int | None = None) -> Case:
    """并入另一件: the case ends here, its asker follows the first one. Raises Refused as `join_case`."""
    other = _first(case, by=by, number=first)
    facts = ended(case) | {"first": other, "outcome": Case.Outcome.MERGED}
    move(case, "merge", by=by, seen=seen, changes=facts, note=_said(other, note), quietly=True)
    words = gettext_lazy("又有人反映同一件事，已并入")
    tell_holders(other, {other.lead_id or other.desk_id: P.CASE_HANDLE}, by=by, event="add", words=words)
    return case


@transaction.atomic
def unmerge_case(case: Case, *, by: Actor, note: str = "", seen: int | None = None) -> Case:
    """撤销并入: the case is open again, at the desk."""
    other, facts = case.first, {"first": None, "outcome": "", "closed_at": None, "reopen_until": None}
    return move(case, "unmerge", by=by, seen=seen, changes=facts, note=_said(other, note))


def _said(other: Case | None, note: str) -> str:
    return joined([say(gettext_lazy("和%(number)s是同一件事"), number=other.number) if other else "", note.strip()])


def _first(case: Case, *, by: Actor, number: str) -> Case:
    """The open case with this number that this person may see; one that follows another leads to that one, if they see it."""
    rows = visible_to(by).filter(hides_asker=False).exclude(id=case.id)
    other = rows.filter(number=number.strip()[:24]).first()
    if other and other.first_id:
        other = rows.filter(id=other.first_id).first()
    if other is None or not other.is_open:
        raise _refused(_("没有编号是“%(number)s”的在办件。") % {"number": number})
    if Case.objects.filter(county=case.county, first=case).exists():
        raise _refused(_("有别的办件跟着这一件，不能再让它跟着别的。"))
    return other


def _refused(why: str) -> Refused:
    return Refused("no_first", why, _("请核对编号，只能是您看得到的、还在办的另一件。"), status=422)


def followers_of(by: Actor, case: Case) -> list[queries.Row]:
    """The cases that follow this one or were merged into it, of those that this person may see."""
    return queries.rows_of(visible_to(by).filter(first=case.id))


def number_of(by: Actor, key: UUID | None) -> str:
    """The number of a case that this person may see; '' for any other."""
    return visible_to(by).filter(id=key).values_list("number", flat=True).first() or "" if key else ""
