"""What forms offer: types, reasons, templates, topics."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongyi.casework.models import AnswerTemplate, Case, CaseType, Reason, Topic
from gongyi.core import clock


def types(county: int) -> QuerySet[CaseType]:
    """The types in use, in the county's order."""
    return CaseType.objects.filter(county=county, active=True).order_by("position", "name")


def reasons(county: int, kind: str) -> QuerySet[Reason]:
    """The reasons to choose from."""
    return Reason.objects.filter(county=county, kind=kind, active=True).order_by("position", "text")


def templates_for(case: Case) -> list[AnswerTemplate]:
    """The answer templates for this case's type, in bundles: those of its topic first, then of the topics above, then the general ones."""
    bundles = [*_upwards(case.topic), None]
    topics = [topic.id for topic in bundles if topic]
    rows = AnswerTemplate.objects.filter(Q(type=None) | Q(type=case.type), county=case.county, active=True)
    rows = rows.filter(Q(topic=None) | Q(topic__in=topics)).select_related("topic")
    return sorted(rows.order_by("position", "title"), key=lambda row: bundles.index(row.topic))


def _upwards(topic: Topic | None) -> list[Topic]:
    """A topic and those above it."""
    return [topic, *_upwards(topic.parent)] if topic else []


def filled(text: str, case: Case) -> str:
    """A template's text with {编号}, {主办单位}, {登记日期} and {日期} of this case put in; other words in {} stay."""
    recorded = f"{timezone.localtime(case.recorded_at):%Y-%m-%d}"
    facts = {
        "编号": case.number,
        "主办单位": str(case.lead or ""),
        "登记日期": recorded,
        "日期": clock.today().isoformat(),
    }
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text


def find_topics(county: int, text: str, *, limit: int = 8) -> list[Topic]:
    """At most `limit` topics whose name or pinyin initials hold the text; for the picker."""
    rows = Topic.objects.filter(county=county, active=True)
    if text := text.strip()[:40]:
        rows = rows.filter(full_name__contains=text) | rows.filter(initials__startswith=text.lower())
    return list(rows.order_by("-level" if text else "level", "position", "full_name")[:limit])


def first_topics(county: int) -> QuerySet[Topic]:
    """The topics of the first level that are in use."""
    return Topic.objects.filter(county=county, active=True, level=1).order_by("position", "full_name")


def topic_named(county: int, key: UUID | None) -> Topic | None:
    """A topic in use by its key."""
    return Topic.objects.filter(county=county, id=key, active=True).first() if key else None
