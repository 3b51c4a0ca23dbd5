"""What residents do by themselves: say something, answer a question, add to it, judge the answer, withdraw, ask about their data.

Who opened a case by its number and code acts as its asker (`core.access.asker_actor`) through the table of moves, like staff.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.answers import again
from gongyi.casework.actions.intake import AskerFacts, new_case, store_case
from gongyi.casework.actions.moving import ended, move, tell_holders, tell_turn
from gongyi.casework.actions.promising import record_of
from gongyi.casework.models import Case, CaseType, Topic
from gongyi.casework.queries.portal import RIGHTS
from gongyi.casework.rules import reopenable
from gongyi.casework.workflow import TURNS
from gongyi.core.access import Actor, Permission, asker_actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments.keeping import keep_files
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.core.tracking import code_digest
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.people.queries import desk_for_residents, first_with
from gongyi.promises.actions import end_promises


def asker_of_case(case: Case) -> Actor:
    """The resident who opened this case by its code. Pages make it from what the session holds, and from nothing else."""
    return asker_actor("asker", case.county, case.id)


@transaction.atomic
def submit_case(
    *,
    county: int,
    content: str,
    type: CaseType,  # noqa: A002 - the field's own name
    code: str,
    area: Unit | None = None,
    topic: Topic | None = None,
    asker: AskerFacts | None = None,
    may_publish: bool = False,
    resident: UUID | None = None,
    files: Sequence[Any] = (),
    about_service: bool = False,
) -> Case:
    """A resident's own request. The nearest desk above the village receives it, the county's for a tip-off (P5).

    `about_service`: it complains about an office or its staff, so none of them receives it either; the desk marks whom.

    `code` is what the resident keeps; only its digest is stored. Raises ValidationError by field, Refused `nobody`, or the
    refusal of a file.
    """
    top = Unit.objects.get(county=county, tier=Unit.Tier.COUNTY)
    desk = _desk_of_residents(top if type.hides_asker or about_service or area is None else area)
    by = asker_actor("asker", county, new_key(county))
    case = new_case(
        by=by, unit=desk, type=type, content=content, title="", area=area, topic=topic, channel=Case.Channel.PORTAL,
        may_publish=may_publish and type.is_public, resident=resident,
    )  # fmt: skip
    case.code = code_digest(code)
    note = say(gettext_lazy("诉求人说：反映的是办事的单位或人员。")) if about_service else ""
    store_case(case, asker, by=by, action="record", note=note)
    tell_turn(case, by=by)
    if files:
        by = asker_of_case(case)
        keep_files(
            case.id,
            files,
            by=by,
            moved=lambda: move(case, "add", by=by, reason=say(gettext_lazy("照片")), quietly=True),
        )
    return case


@transaction.atomic
def ask_asker(case: Case, *, by: Actor, question: str, seen: int | None = None) -> Case:
    """问诉求人: the question stands on the asker's page until it is answered; both clocks go on."""
    question = question.strip()
    if not question:
        raise ValidationError({"question": _("请写一个问题。")})
    return move(case, "ask", by=by, seen=seen, changes={"question": question}, note=question, quietly=True)


@transaction.atomic
def reply(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """回答提问: the answer goes to those whose turn it is. Raises Refused `no_question` when nothing is asked any more."""
    if not case.question:
        raise Refused("no_question", _("现在没有要您回答的问题。"), _("想再说一句，请用“补充一句”。"), status=422)
    move(case, "reply", by=by, seen=seen, changes={"question": ""}, note=_written(note), quietly=True)
    _tell_working(case, by=by, event="reply", words=gettext_lazy("诉求人回答了提问"))
    return case


def add_word(case: Case, *, by: Actor, note: str = "", files: Sequence[Any] = (), seen: int | None = None) -> Case:
    """诉求人补充: a word, pictures, or both. Raises the refusal of a file that cannot be taken; then nothing is kept."""
    if not files:
        note = _written(note)

    def moved() -> None:
        move(case, "add", by=by, seen=seen, note=note, quietly=True)
        _tell_working(case, by=by, event="add", words=gettext_lazy("诉求人补充了情况"))

    keep_files(case.id, files, by=by, moved=moved)
    return case


@transaction.atomic
def settle(case: Case, *, by: Actor, rating: str = "", note: str = "", seen: int | None = None) -> Case:
    """解决了, said by the asker: the case closes. It counts as a return call only for a case that was drawn for one."""
    facts = ended(case) | {"rating": _rating(rating)} | _called(case, Case.CallResult.SOLVED)
    move(case, "settle", by=by, seen=seen, changes=facts, note=note.strip(), quietly=True)
    tell_holders(case, {case.lead_id: P.CASE_HANDLE}, by=by, event="settle", words=gettext_lazy("诉求人说解决了"))
    return case


@transaction.atomic
def unsolved(case: Case, *, by: Actor, note: str, rating: str = "", seen: int | None = None) -> Case:
    """没有解决: redone, or reopened within the type's limit; reaches the handling unit and the desk's supervisor.

    A declined case without a lead unit goes back to the desk. Raises Refused `too_late` after the limit.
    """
    over = case.closed_at is not None
    if over and not reopenable(case):
        raise Refused("too_late", _("已过了可以重新办理的期限。"), _("请重新反映一次，并写上原来的编号。"), status=422)
    facts, target = again(case)
    facts |= {"answer": case.answer} if over else _called(case, Case.CallResult.UNSOLVED)
    if rating:
        facts["rating"] = _rating(rating)
    move(case, "unsolved", by=by, seen=seen, changes=facts, target=target, note=_written(note), quietly=True)
    tell_turn(case, by=by)
    if target == "recorded":
        words = gettext_lazy("诉求人不同意不予受理")
        tell_holders(case, {case.desk_id: P.CASE_SUPERVISE}, by=by, event="unsolved", words=words)
    return case


@transaction.atomic
def rate(case: Case, *, by: Actor, rating: str, note: str = "", seen: int | None = None) -> Case:
    """A word on a closed case, once. Raises Refused `rated` for the second."""
    if case.rating:
        raise Refused("rated", _("您已经评价过了。"), _("没有解决的话，可以要求重新办理。"), status=422)
    move(case, "rate", by=by, seen=seen, changes={"rating": _rating(rating)}, note=note.strip(), quietly=True)
    tell_holders(case, {case.lead_id: P.CASE_HANDLE}, by=by, event="rate", words=gettext_lazy("诉求人作了评价"))
    return case


@transaction.atomic
def withdraw(case: Case, *, by: Actor, note: str = "", seen: int | None = None) -> Case:
    """撤回: the case ends as closed with the outcome 诉求人撤回. It was received, so it is not void and stays in every count."""
    facts = ended(case) | {"outcome": Case.Outcome.WITHDRAWN, "wakes_on": None, "asked_due": None}
    place = TURNS.get(case.state, ("", P.CASE_HANDLE))
    told = {getattr(case, place[0], None): place[1]} | {case.lead_id: P.CASE_HANDLE}
    move(case, "withdraw", by=by, seen=seen, changes=facts, note=note.strip(), quietly=True)
    tell_holders(case, told, by=by, event="withdraw", words=gettext_lazy("诉求人撤回了"))
    end_promises(record_of(case), county=case.county, reason=say(gettext_lazy("诉求人撤回了")))
    return case


@transaction.atomic
def wish_about_data(case: Case, *, by: Actor, kind: str, note: str, seen: int | None = None) -> Case:
    """要求更正或删除自己的信息: a case of its own type and limit at the county's desk, linked to this one. Returns the new case.

    Raises Refused `wish_open` while one is under way, `no_rights_type` where the county retired the type.
    """
    if Case.objects.filter(county=case.county, wish_of=case, closed_at=None).exclude(state="void").exists():
        raise Refused("wish_open", _("您上一个要求还在办。"), _("办完以后可以再提。"), status=422)
    note = _written(note)
    move(case, "wish", by=by, seen=seen, reason=kind, quietly=True, mine=note)
    return open_wish(by=by, number=case.number, kind=kind, note=note, resident=case.resident, wish_of=case)


@transaction.atomic
def open_wish(
    *,
    by: Actor,
    number: str,
    kind: str,
    note: str,
    code: str = "",
    resident: UUID | None = None,
    wish_of: Case | None = None,
) -> Case:
    """The case of a wish about the data in the record with this number; `code` is the stored digest by which it is followed.

    Raises Refused `wish_open` while one under this code is under way, `no_rights_type` where the county retired the type.
    """
    type_ = CaseType.objects.filter(county=by.county, code=RIGHTS, active=True).first()
    if type_ is None:
        raise Refused("no_rights_type", _("这里还不能在网上提这个要求。"), _("请打电话或到窗口说明编号。"), status=422)
    if (
        code
        and Case.objects.filter(county=by.county, code=code, type=type_, closed_at=None).exclude(state="void").exists()
    ):
        raise Refused("wish_open", _("您上一个要求还在办。"), _("办完以后可以再提。"), status=422)
    words = _("%(kind)s（编号 %(number)s 的信息）：%(note)s") % {"kind": kind, "number": number, "note": _written(note)}
    desk = _desk_of_residents(Unit.objects.get(county=by.county, tier=Unit.Tier.COUNTY))
    new = new_case(
        by=by, unit=desk, type=type_, content=words, title=kind, channel=Case.Channel.PORTAL, resident=resident,
        wish_of=wish_of,
    )  # fmt: skip
    new.code = code
    store_case(new, None, by=by, action="record")
    tell_turn(new, by=by)
    return new


def _desk_of_residents(start: Unit) -> Unit:
    """The desk that receives what a resident sends. Raises Refused `nobody` in words for somebody outside the office."""
    return desk_for_residents(first_with(chain(start), P.CASE_ASSIGN, besides=set()))


def _written(note: str) -> str:
    if not note.strip():
        raise ValidationError({"note": _("请写一句话。")})
    return note.strip()


def _rating(rating: str) -> str:
    if rating and rating not in Case.Rating.values:
        raise ValidationError({"rating": _("请选一个评价。")})
    return rating


def _called(case: Case, result: Case.CallResult) -> dict[str, Any]:
    """What the asker says by themselves is a return call's result only where the draw asked for one; else it is theirs alone."""
    return {"call_result": result} if case.drawn else {}


def _tell_working(case: Case, *, by: Actor, event: str, words: Promise) -> None:
    """Those whose turn it is, and the handling unit."""
    place, permission = TURNS.get(case.state, ("lead_id", Permission.CASE_HANDLE))
    wanted = {getattr(case, place): permission} | ({case.lead_id: Permission.CASE_HANDLE} if case.lead_id else {})
    tell_holders(case, wanted, by=by, event=event, words=words)
