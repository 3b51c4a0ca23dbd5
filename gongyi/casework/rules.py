"""Who may do what to which case. One predicate gives the check on a case and the list of cases (rights.md P3–P5, P8, P9)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.casework.models import (
    Case,
    CaseConflict,
    CasePart,
    CaseStep,
    CaseType,
)
from gongyi.casework.workflow import CASE, TURNS
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.imports.runs import pending
from gongyi.core.search import Seldom
from gongyi.core.workflow import Move, holds_at
from gongyi.network.models import Unit
from gongyi.people.queries import grants_in_force, holders

RECALL_MINUTES = 10
# What takes a fresh step back: the step, and the moment of it that the case keeps.
TAKES_BACK = {
    "unaccept": ("accept", "accepted_at"), "recall": ("assign", "assigned_at"), "unsign": ("sign", "signed_at"),
}  # fmt: skip
# What takes back a line that tells nobody anything: by who wrote it, while it is the last one.
TAKES_BACK_OWN = {"uncontact": "contact", "unlog": "log", "unattach": "attach"}
UNDONE_BY = {step: back for back, (step, _at) in TAKES_BACK.items()} | {
    step: back for back, step in TAKES_BACK_OWN.items()
}
OWN_WORK = {"approve_answer", "send_back"}  # never by who wrote the answer (P8)
OWN_WISH = {"approve_extension", "refuse_extension"}  # never by who asked for it (P8)
OWN_CASE = {"call_back"}  # never by who had a hand in the case, where somebody else has to call
GIVING = {"assign", "transfer"}
HANDLING = {move.action for move in CASE.moves if move.permission == P.CASE_HANDLE} | {"approve_answer"}
JUDGES = {
    "drafted": "approve_answer",
    "extending": "approve_extension",
    "calling": "call_back",
}  # by whom a state waits
AT_DESK = {"recorded", "accepted", "returned"}


def parts_visible_to(by: Actor, *, unit: UUID | None = None) -> QuerySet[CasePart]:
    """The participation rows in the units (or one of them) where this person may view cases, but for cases hidden from them.

    A unit above sees nothing it did not receive, hold, assign or supervise: it has no participation row (P5).
    """
    units = by.units(P.CASE_VIEW) & {unit} if unit else by.units(P.CASE_VIEW)
    return _parts(by.county, by.key, units, frozenset(held.unit for held in by.held)).all()


def parts_held(by: Actor, *, unit: UUID | None = None) -> QuerySet[CasePart]:
    """What `parts_visible_to` begins with, so at least as many: quickly counted, for telling many from few."""
    units = by.units(P.CASE_VIEW) & {unit} if unit else by.units(P.CASE_VIEW)
    return CasePart.objects.filter(county=by.county, unit__in=units, until=None)


@lru_cache(maxsize=512)  # the question alone is kept, put together once for each answer to "who asks, holding what"
def _parts(county: int, account: UUID, units: frozenset[UUID], own: frozenset[UUID]) -> QuerySet[CasePart]:
    hidden = CaseConflict.objects.filter(county=county, account=account, hidden=True)
    about_us = Case.objects.filter(county=county, about_unit__in=own)
    mine = CasePart.objects.filter(county=county, unit__in=units, until=None)
    seen = mine.exclude(case__in=hidden.values("case")).exclude(case__in=about_us.values("id"))
    return seen.exclude(case__in=pending(county))  # an import is seen when its last row is in


def visible_to(by: Actor) -> QuerySet[Case]:
    """The cases that this person may open: those of `parts_visible_to`. For cases named by key; lists go through the parts.

    Asked case by case, because a unit may have 100,000 parts. The county stands in the parts: beside the keys it would lead
    SQLite, which takes the first column of an index for a choosy one, through all cases of the county.
    """
    return Case.objects.filter(Exists(parts_visible_to(by).filter(Seldom("case", OuterRef("pk")))))


def can_move(by: Actor, case: Case, move: Move, *, handled: set[UUID | None] | None = None) -> bool:
    """Whether this person may make this move on a case that they may see, whatever its state.

    Adds to the table: no one approves or calls back their own work (P8), no one acts in a case that concerns them.
    `handled` are the case's `hands` where its timeline was read already.
    """
    if by.system or by.asks is not None:
        return holds_at(by, case, move)
    if move.action == "ask" and not case.code:
        return False  # nobody could read the question
    if concerned(by, case) or not _fits(by, case, move.action):
        return False
    if by.id is not None and by.id in makers(case, move.action, handled=handled):
        return False
    if move.action == "correct" and case.hides_asker and not can_see_asker(by, case):
        return False  # the words as they were typed may tell who said it
    return holds_at(by, case, move) or _handler_calls(by, case, move)


def _fits(by: Actor, case: Case, action: str) -> bool:
    """Whether the case is such that this move makes sense. A tip-off stands alone, it follows no other case."""
    if action in TAKES_BACK:
        return recallable(case, action)
    if action in TAKES_BACK_OWN:
        return own_line(by, case, action) is not None
    merged = case.outcome == Case.Outcome.MERGED
    joining = {
        "leave": bool(case.first_id),
        "unmerge": merged,
        "join": case.first_id is None,
        "merge": case.first_id is None,
    }
    return action not in joining or (joining[action] and not case.hides_asker)


def recallable(case: Case, action: str = "recall") -> bool:
    """Whether a step is so fresh that it can be taken back."""
    at: datetime | None = getattr(case, TAKES_BACK[action][1])
    return at is not None and clock.now() - at < timedelta(minutes=RECALL_MINUTES)


def own_line(by: Actor, case: Case, action: str) -> Any:
    """The line that this person may take back by this move: their own, the last one, and fresh; else None.

    At most one query, kept on the case until it changes; none where its timeline was read.
    """
    since = clock.now() - timedelta(minutes=RECALL_MINUTES)
    if case.changed_at <= since:
        return None
    version, line = case.__dict__.get("_last_line", (0, None))
    if version != case.version:
        line = CaseStep.objects.filter(county=case.county, case=case).order_by("-seq").first()
        case.__dict__["_last_line"] = (case.version, line)
    mine = line and line.action == TAKES_BACK_OWN[action] and line.actor == by.key
    return line if mine and line.at > since else None


def reopenable(case: Case) -> bool:
    """Whether an ended case is still within its limit of 重新办理."""
    return case.reopen_until is not None and clock.now() <= case.reopen_until


def makers(case: Case, action: str, *, handled: set[UUID | None] | None = None) -> set[UUID | None]:
    """The people whose own work this move would judge. `handled` are the case's `handlers` where they were asked already."""
    if action in OWN_WISH:
        return {case.asked_by}
    if action in OWN_CASE and case.type.separate_caller:
        hands = handlers(case.county, [case.id])[case.id] if handled is None else handled
        return {case.answered_by, case.drafted_by} | hands
    return {case.answered_by, case.drafted_by} if action in OWN_WORK else set()


def handlers(county: int, cases: "Iterable[UUID] | QuerySet[Any, Any]") -> dict[UUID, set[UUID | None]]:
    """Who handled each of these cases, or approved its answer, since it was last given to a unit. One query."""
    told = defaultdict[UUID, list[tuple[str, UUID | None]]](list)
    steps = CaseStep.objects.filter(county=county, case__in=cases, action__in=HANDLING | GIVING).order_by("case", "seq")
    for case, action, actor in steps.values_list("case_id", "action", "actor"):
        told[case].append((action, actor))
    return defaultdict(set, {case: hands(lines) for case, lines in told.items()})


def hands(lines: Iterable[tuple[str, UUID | None]]) -> set[UUID | None]:
    """The same of one case whose timeline was read already: (action, who), oldest first."""
    found = set[UUID | None]()
    for action, actor in lines:
        if action in GIVING:
            found.clear()
        elif action in HANDLING:
            found.add(actor)
    return found


def judges(case: Case) -> set[P]:
    """The permissions of which one is needed to approve or call back in the case's state."""
    own = case.state == "calling" and not case.type.separate_caller  # as in `_handler_calls`
    return {TURNS[case.state][1]} | ({P.CASE_HANDLE} if own else set())


def _handler_calls(by: Actor, case: Case, move: Move) -> bool:
    """Where the county does not ask for somebody else, the handling unit may call back itself."""
    return move.action == "call_back" and not case.type.separate_caller and by.can(P.CASE_HANDLE, case.caller_id)


def concerned(by: Actor, case: Case) -> bool:
    """Whether the case is about this person, or they declared a conflict. One query, kept on the case for this person."""
    kept: dict[UUID | None, bool] = case.__dict__.setdefault("_concerned", {})
    if by.id not in kept:
        kept[by.id] = is_about(by, case) or declared(by, case.id).exists()
    return kept[by.id]


def is_about(by: Actor, case: Case) -> bool:
    """Whether the case complains about this person or a unit in which they work now."""
    return by.id == case.about_account or case.about_unit_id in {held.unit for held in by.held}


def concerned_people(unit: Unit | None, person: UUID | None) -> set[UUID]:
    """Whom a complaint about the service concerns: the person, and whoever works in the unit, in whatever other role."""
    people = {person} if person else set()
    if unit is not None:
        people |= set(grants_in_force().filter(unit=unit).values_list("account", flat=True))
    return people


def declared(by: Actor, case: UUID | OuterRef | None = None) -> QuerySet[CaseConflict]:
    """What keeps this person from acting in the case, or in any."""
    rows = CaseConflict.objects.filter(county=by.county, account=by.key)
    return rows.filter(case=case) if case else rows


def moves_for(by: Actor, case: Case, *, handled: set[UUID | None] | None = None) -> list[Move]:
    """The moves that this person may make now, in table order. `handled`: the case's `hands` where its timeline was read."""
    early = {"file"} if reopenable(case) else set()
    return [
        move
        for move in CASE.leaving(case.state)
        if move.action not in early and can_move(by, case, move, handled=handled)
    ]


def next_by(by: Actor) -> Q:
    """Participation rows whose next step (`TURNS`) this person may make; parked cases wake by themselves.

    With `~Q(case__in=declared(by))` the same as `can_move` says of these steps, for rows of `parts_visible_to` with `my_turn`.
    """
    units, theirs = by.units(P.CASE_VIEW), Q()
    steps = [(state, by.units(needed)) for state, (_place, needed) in TURNS.items() if state != "parked"]
    for where in {units_there for _state, units_there in steps if units_there}:
        place = Q() if where == units else Q(unit__in=where)  # as short as can be: it is put together for every page
        theirs |= place & Q(state__in=[state for state, there in steps if there == where])
    if not theirs:
        return Q(pk__in=[])
    if by.can(P.CASE_HANDLE) and by.units(P.CASE_HANDLE) != by.units(P.CASE_CALL):
        theirs |= Q(state="calling", unit__in=by.units(P.CASE_HANDLE), type__in=_WITHOUT_CALLER)
    return theirs & ~_own_work(by) if by.can(P.CASE_APPROVE) or by.can(P.CASE_CALL) else theirs


def only_by(by: Actor) -> Q:
    """Of the rows of `next_by` the approvals and return calls for which nobody else in the unit holds the role."""
    alone = {
        permission: {unit for unit, found in holders(permission, set(by.units(permission))).items() if found == {by.id}}
        for permission in (P.CASE_APPROVE, P.CASE_CALL)
        if by.can(permission)
    }
    approvals = Q(state__in=["drafted", "extending"], unit__in=alone.get(P.CASE_APPROVE, ()))
    calls = Q(state="calling", unit__in=alone.get(P.CASE_CALL, ())) & ~Q(type__in=_WITHOUT_CALLER)
    return next_by(by) & (approvals | calls)


_WITHOUT_CALLER = CaseType.objects.filter(separate_caller=False).values("id")


def _own_work(by: Actor) -> Q:
    """Rows whose next step would judge the person's own work (P8): asked case by case, for few rows wait for a judgement."""
    case = Case.objects.filter(pk=OuterRef("case"))
    written = Q(Exists(case.filter(Q(answered_by=by.key) | Q(drafted_by=by.key))))
    wished = Q(state="extending") & Q(Exists(case.filter(asked_by=by.key)))
    handled = Q(state="calling") & ~Q(type__in=_WITHOUT_CALLER) & (written | _handled(by))
    return Q(state="drafted") & written | handled | wished


def _handled(by: Actor) -> Q:
    """Rows of cases of which this person is one of the `handlers`."""
    steps = CaseStep.objects.filter(county=by.county)
    given = steps.filter(case=OuterRef(OuterRef("case")), action__in=GIVING).order_by("-seq").values("seq")[:1]
    own = steps.filter(case=OuterRef("case"), actor=by.key, action__in=HANDLING, seq__gt=Coalesce(Subquery(given), 0))
    return Q(Exists(own))


def can_see_asker(by: Actor, case: Case) -> bool:
    """Who may look at the asker's name and contact: who works on the case; for a tip-off only receiver and handler."""
    if concerned(by, case):
        return False
    return bool(by.units(P.CASE_CONTACT) & asker_units(case))


def can_see_files(by: Actor, case: Case) -> bool:
    """Who may open the files of a case that they see: of a tip-off only who may know the asker, for a file may tell who said it."""
    return not case.hides_asker or (not concerned(by, case) and bool(by.units(P.CASE_VIEW) & asker_units(case)))


def asker_units(case: Case) -> set[UUID | None]:
    """The units that may know who asked: of a tip-off only those that received it and handle it."""
    near = {case.unit_id, case.lead_id}
    return near if case.hides_asker else near | {case.desk_id, case.caller_id}


def allowed_units(case: Case) -> Q:
    """Units to which a case may be given: never the one whose service it complains about."""
    return ~Q(id=case.about_unit_id) if case.about_unit_id else Q()


# --- public answers ---------------------------------------------------------------------------------------------------

ANSWERED = ("answered", "closed", "filed")


def why_not_public(case: Case) -> Promise | None:
    """Why the answer of this case may not be made public now, in a sentence; None where it may."""
    if case.state not in ANSWERED or not case.answer or case.outcome == Case.Outcome.DECLINED:
        return gettext_lazy("答复还没有定下来。答复发出、不用再等回访结果以后才能公开。")
    return why_never_public(case)


def why_never_public(case: Case) -> Promise | None:
    """Why nothing of this case may be public, whatever becomes of it, in a sentence; None where it may."""
    if case.state == "void":
        return gettext_lazy("这件事已经作废。")
    if case.hides_asker or case.type.hides_asker:
        return gettext_lazy("举报不公开，免得看出是谁说的。")
    if case.about_unit_id or case.about_account:
        return gettext_lazy("反映工作人员或单位服务的事不公开：去掉了名字也认得出是谁。")
    if not case.type.is_public:
        return gettext_lazy("县里设置这一类诉求的答复不公开。")
    if not case.may_publish:
        return gettext_lazy("诉求人没有同意公开答复。")
    return None


# --- messages that leave the house: asked once more when they are sent -------------------------------------------------


def may_hear_of_case(by: Actor, key: UUID) -> bool:
    """Whether the reader may still open the case."""
    return visible_to(by).filter(id=key).exists()


def may_hear_of_recall(by: Actor, key: UUID) -> bool:
    """Whether the case stood with a unit where the reader still handles cases: taken back, it can be opened there no more."""
    return CasePart.objects.filter(county=by.county, case=key, unit__in=by.units(P.CASE_HANDLE)).exists()


def may_hear_of_own_case(by: Actor, key: UUID) -> bool:
    """Whether the case stands in the resident's account now."""
    return by.asks is not None and Case.objects.filter(county=by.county, id=key, resident=by.asks).exists()
