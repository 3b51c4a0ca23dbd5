"""Imported cases are stored, counted as touched, and taken back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.actions.intake import AskerFacts, store_cases
from gongyi.casework.actions.moving import next_turn
from gongyi.casework.actions.settings import save_topic
from gongyi.casework.models import Case, CaseStep, Publication, Topic
from gongyi.core import audit, numbering, outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import county_of, new_key
from gongyi.core.imports import Checked
from gongyi.core.models import RegisterLine
from gongyi.core.said import say
from gongyi.people.queries import holders

if TYPE_CHECKING:
    from gongyi.casework.actions.imports.cases import Context

# What the system does by itself with a case is no work of anybody's.
TOPICS = 8  # that are added in one transaction
BY_ITSELF = ("import", "file_due", "close_quiet", "recompute", "follow", "reroute")


def topics_of(county: int) -> dict[tuple[str, ...], Topic]:
    """The county's topics by their way down."""
    rows = Topic.objects.filter(county=county).select_related("parent__parent")
    return {tuple(row.full_name.split(" / ")): row for row in rows}


def add_topics(context: "Context", *, by: Actor) -> list[UUID]:
    """Add some of the topics that the rows name and the county lacks, from the top down; returns their keys, none at the end."""
    wanted = sorted(context.fresh_topics, key=len) if context.may_add else []
    lacking = dict.fromkeys(path[:depth] for path in wanted for depth in range(1, len(path) + 1))
    some = [path for path in lacking if path not in context.topics][:TOPICS]
    return [key for path in some if (key := add_topic(context.topics, path, by=by))]


def add_topic(known: dict[tuple[str, ...], Topic], path: tuple[str, ...], *, by: Actor) -> UUID | None:
    """Add one topic below one that is known; returns its key, None where it is known already."""
    if path in known:
        return None
    known[path] = topic = save_topic(by=by, name=path[-1], parent=known.get(path[:-1]))
    key: UUID = topic.id
    return key


def remove_topics(county: int, subjects: Sequence[UUID]) -> int:
    """Delete those topics under which nothing stands; returns how many."""
    if not Topic.objects.filter(county=county, id__in=subjects).exists():
        return 0  # as a rule
    used = Case.objects.filter(county=county, topic__isnull=False).values("topic")
    number = 0
    for level in range(Topic.LEVELS, 0, -1):
        topics = Topic.objects.filter(county=county, id__in=subjects, level=level, children=None)
        number += topics.exclude(id__in=used).delete()[1].get("casework.Topic", 0)
    return number


def store_rows(context: "Context", rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:
    """Store the checked rows as cases, in the caller's transaction."""
    cases = [_case(context, row.facts) for row in rows]
    askers = [AskerFacts(**{name: row.facts[name] for name in ("name", "phone", "address")}) for row in rows]
    notes = [say(gettext_lazy("从“%(source)s”的表格导入，原编号：%(number)s"), source=source, number=row.facts["number"] or "—") for row in rows]  # fmt: skip
    store_cases(cases, askers, notes, by=by, action="import")
    context.waiting += sum(case.state == "recorded" for case in cases)
    void = [case.id for case in cases if case.state == "void"]
    if void:
        numbering.strike_all(county=by.county, subjects=void, fate=RegisterLine.Fate.VOID, why=_("导入时已经作废"))
    return [case.id for case in cases]


def _case(context: "Context", facts: dict[str, Any]) -> Case:
    """A case in memory, as it stands today, with the resident's clock started when it was recorded."""
    at, kind = facts["recorded"], facts["type"]
    topic = context.topics.get(facts["topic"])
    case = Case(
        id=new_key(context.by.county), county=context.by.county, state=facts["state"], changed_at=context.now, recorded_at=at,
        recorded_by=context.by.id, unit=context.unit, desk=context.desk, type=kind, topic=topic, title=facts["title"],
        content=facts["content"], area=facts["area"], channel=facts["channel"] or Case.Channel.OTHER,
        urgency=facts["urgency"] or Case.Urgency.NORMAL, external_no=facts["external"] or facts["number"],
        hides_asker=kind.hides_asker, returns=facts["returns"], redos=facts["redos"],
    )  # fmt: skip
    case.span = queries.span_for(kind, case.urgency).text
    case.resident_due = queries.due_at(at, case.span, context.calendar)
    if case.state == "recorded":
        case.draft = facts["answer"]
    else:
        _end(context, case, facts)
    for name, value in next_turn(case).items():
        setattr(case, name, value)
    return case


def _end(context: "Context", case: Case, facts: dict[str, Any]) -> None:
    """What an ended case holds: who answered and when, how it ended. Nobody is called about it any more."""
    case.answer = facts["answer"]
    case.outcome, case.rating, case.call_result = (facts[name] or "" for name in ("outcome", "rating", "call_result"))
    case.lead = facts["lead"] or (context.unit if case.state in {"closed", "filed"} else None)
    case.assigned_at, case.signed_at, case.contacted_at = facts["assigned"], facts["signed"], facts["contacted"]
    case.answered_at, case.drawn = facts["answered"], False
    if case.state != "void":
        case.closed_at = facts["closed"] or facts["answered"] or case.recorded_at
        case.reopen_until = queries.due_at(case.closed_at, case.type.reopen_span, context.calendar)
    if case.state == "declined":
        case.outcome = Case.Outcome.DECLINED
    if case.assigned_at:
        case.unit_due = queries.due_at(case.assigned_at, case.span, context.calendar)
        case.sign_due = queries.due_at(case.assigned_at, case.type.sign_span, context.calendar)
        case.contact_due = queries.due_at(case.assigned_at, case.type.contact_span, context.calendar)


def tell_desk(context: "Context", *, by: Actor) -> None:
    """One message to those who assign: it leads to the list, and names no case."""
    text = say(gettext_lazy("导入了 %(n)d 件来事，等您派单"), n=context.waiting)
    context.waiting = 0
    told = holders(P.CASE_ASSIGN, {context.desk.id})[context.desk.id]
    outbox.tell(told, by=by, event="import", text=text, path="/cases/?state=recorded")


def touched(county: int, subjects: Sequence[UUID]) -> set[UUID]:
    """Cases with which a person did something, or from which an answer was published."""
    found: set[UUID] = set()
    for start in range(0, len(subjects), 400):
        some = subjects[start : start + 400]
        by_people = ~Q(actor=None) | ~Q(action__in=BY_ITSELF)
        steps = CaseStep.objects.filter(by_people, county=county, case__in=some, seq__gt=1)
        found.update(steps.values_list("case", flat=True))
        found.update(Publication.objects.filter(county=county, case__in=some).values_list("case", flat=True))
    return found


def remove_rows(subjects: Sequence[UUID], *, by: Actor) -> None:
    """Take cases back, and the topics that came with them where nothing else stands under them; the numbers stay, struck."""
    if not subjects:
        return
    county = county_of(subjects[0])
    cases = Case.objects.filter(county=county, id__in=subjects)
    numbering.strike_all(county=county, subjects=list(subjects), fate=RegisterLine.Fate.VOID, why=_("导入撤回了"))
    number = cases.delete()[1].get("casework.Case", 0)
    remove_topics(county, subjects)
    audit.record(by=by, action="import_take_back", kind="casework.case", label=_("%(n)d 件") % {"n": number})
