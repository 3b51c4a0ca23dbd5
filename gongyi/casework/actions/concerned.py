"""A complaint turns out to be about somebody's service: from then on the person and the unit neither see nor handle it."""

import copy
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.intake import desk_for, keep_away
from gongyi.casework.actions.moving import conflicted, judge_of, move, tell_turn
from gongyi.casework.models import Case
from gongyi.casework.rules import AT_DESK, JUDGES, concerned_people
from gongyi.casework.workflow import TURNS
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import Said, joined, say
from gongyi.core.workflow import check_seen
from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.people.queries import holders
from gongyi.publishing.actions import keep_in_line

_PLACES = ("lead_id", "second_id", "caller_id")
_AS_THEY_ARE = {*AT_DESK, "answered", "calling"}  # states that need no lead unit to go on
_WITHOUT_LEAD = {
    "lead_id": None, "second_id": None, "signed_at": None, "unit_due": None, "asked_due": None, "asked_by": None, "wakes_on": None,
}  # fmt: skip


@transaction.atomic
def mark_about(
    case: Case,
    *,
    by: Actor,
    about_unit: Unit | None,
    about_person: Account | None,
    note: str = "",
    seen: int | None = None,
) -> Case:
    """注明反映谁的服务, also that it is about nobody's. Who is concerned loses sight of it, and it goes to somebody who is not.

    Number, history and the resident's clock stay. Raises Refused 422 `same_about` where nothing changes, `nobody` where
    nobody else could go on with it.
    """
    check_seen(case, seen, mine=note)
    person = about_person.id if about_person else None
    if (about_unit and about_unit.id, person) == (case.about_unit_id, case.about_account):
        raise Refused(
            "same_about", _("和现在注明的一样，没有改动。"), _("请选单位或人员；都清空就是不反映谁的服务。"), status=422
        )
    after = copy.copy(case)
    after.about_unit, after.about_account = about_unit, person
    facts: dict[str, Any] = {"about_unit_id": about_unit.id if about_unit else None, "about_account": person}
    facts |= {"desk_id": desk_for(case.desk, about=about_unit, besides=concerned_people(about_unit, person)).id}
    facts |= _passed_on(after)
    text = joined([_told(about_unit, about_person), note])
    target = "returned" if facts.get("lead_id", case.lead_id) is None and case.state not in _AS_THEY_ARE else None
    before = case.turn_unit_id
    move(case, "about", by=by, seen=seen, changes=facts, target=target, note=text, quietly=True)
    keep_away(case)
    if case.turn_unit_id != before:
        tell_turn(case, by=by)
    keep_in_line(case)
    return case


def _passed_on(after: Case) -> dict[str, UUID | None]:
    """What the case lets go of: the places of the unit concerned, its lead where nobody is left there, who judges it now."""
    ours = after.about_unit_id
    gone: dict[str, UUID | None] = {place: None for place in _PLACES if ours and getattr(after, place) == ours}
    if after.lead and not holders(P.CASE_HANDLE, {after.lead.id})[after.lead.id] - conflicted(after):
        gone["lead_id"] = None
    if "lead_id" in gone and after.state not in _AS_THEY_ARE:
        return gone | _WITHOUT_LEAD
    for place in gone:
        setattr(after, place, None)
    unit = judge_of(after, besides=set()) if after.state in JUDGES else None
    return gone | ({TURNS[after.state][0]: unit.id} if unit else {})


def _told(unit: Unit | None, person: Account | None) -> Said:
    whom = joined([one.name for one in (unit, person) if one], gettext_lazy("、"))
    if not whom:
        return say(gettext_lazy("不是反映服务的：原来的注明去掉了。"))
    return say(gettext_lazy("反映的是%(whom)s的服务。"), whom=whom)
