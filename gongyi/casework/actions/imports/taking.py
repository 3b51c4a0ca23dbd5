"""Imported cases are stored, counted as touched, and taken back."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.actions.intake import AskerFacts, asker_of, check_new, store_cases
from gongyi.casework.actions.moving import next_turn
from gongyi.casework.actions.settings import save_topic
from gongyi.casework.models import Asker, Case, CaseStep, Publication, Topic
from gongyi.casework.queries.searching import Foreseen
from gongyi.core import audit, numbering, outbox, search
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


def remove_topics(county: int, subjects: Sequence[UUID]) -> set[UUID]:
    """Delete those topics under which nothing stands; returns those that stay."""
    topics = Topic.objects.filter(county=county, id__in=subjects)
    if not topics.exists():
        return set()  # as a rule
    used = Case.objects.filter(county=county, topic__isnull=False).values("topic")
    for level in range(Topic.LEVELS, 0, -1):
        topics.filter(level=level, children=None).exclude(id__in=used).delete()
    return set(topics.values_list("id", flat=True))


@dataclass(frozen=True)
class Built:
    """Rows as cases in memory, checked, with their askers."""

    rows: Sequence[Checked]
    cases: list[Case]
    askers: dict[UUID, Asker]

    def ahead(self) -> AbstractContextManager[None]:
        """How they will be found is worked out before the transaction that the block holds."""
        foreseen = Foreseen(self.cases, self.askers)
        return search.ahead(kind="case", documents=foreseen, texts=foreseen.texts)


def build(context: "Context", rows: Sequence[Checked]) -> Built:
    """The rows as cases. Raises ValidationError for what cannot be stored."""
    cases, askers = [_case(context, row.facts) for row in rows], dict[UUID, Asker]()
    for case, row in zip(cases, rows, strict=True):
        check_new(case)
        if facts := AskerFacts(**{name: row.facts[name] for name in ("name", "phone", "address")}):
            askers[case.id] = asker_of(case, facts)
    return Built(rows, cases, askers)


def store_rows(context: "Context", rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:
    """Store the checked rows as cases, in the caller's transaction."""
    built = context.built if context.built and context.built.rows is rows else build(context, rows)
    cases, askers, context.built = built.cases, list(built.askers.values()), None
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


def told_apart(context: "Context", rows: Mapping[UUID, Checked]) -> set[UUID]:
    """Of cases those with which the rows of their number share neither the moment nor the title nor the words."""
    found = Case.objects.filter(county=context.by.county, id__in=rows)
    columns = "recorded", "title", "content"
    return {
        key
        for key, *held in found.values_list("id", "recorded_at", "title", "content")
        if not any(rows[key].facts[name] in {was, None} for name, was in zip(columns, held, strict=True))
    }


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


def remove_rows(subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
    """Take cases back, and the topics that came with them where nothing else stands under them, else these are returned; the
    numbers stay, struck.
    """
    if not subjects:
        return set()
    county = county_of(subjects[0])
    cases = Case.objects.filter(county=county, id__in=subjects).only("id")
    numbering.strike_all(county=county, subjects=list(subjects), fate=RegisterLine.Fate.VOID, why=_("导入撤回了"))
    number = cases.delete()[1].get("casework.Case", 0)
    stay = remove_topics(county, subjects)
    audit.record(by=by, action="import_take_back", kind="casework.case", label=_("%(n)d 件") % {"n": number})
    return stay
