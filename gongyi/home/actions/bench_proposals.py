"""The proposals of the bench's county: as old as its requests, in every state; some with a whole timeline, most of the filed ones public."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongyi.core import clock, numbering
from gongyi.core.access import system_actor
from gongyi.core.county import new_key
from gongyi.core.models import NumberSeries
from gongyi.network.models import Unit
from gongyi.proposals.actions.intake import SERIES, AuthorFacts, author_of
from gongyi.proposals.actions.moving import first_parts, next_turn
from gongyi.proposals.actions.settings import fill_defaults
from gongyi.proposals.models import Author, Category, Proposal, ProposalStep, Publication, PublishedText, ResultClass

BATCH = 1000
# How a proposal ends up by its age in days: (up to this age, state, how many of a hundred).
AGES: list[tuple[int, dict[str, int]]] = [
    (90, {"submitted": 10, "filed": 10, "assigned": 15, "talking": 25, "drafting": 10, "replied": 10, "closed": 15, "not_filed": 5}),
    (10_000, {"talking": 2, "following": 5, "closed": 33, "archived": 55, "not_filed": 5}),
]  # fmt: skip
MATTERS = [
    "在村口修一座桥",
    "把公交线延长到村里",
    "给老人食堂补贴",
    "学校门口加一盏红绿灯",
    "河边的垃圾及时清",
    "灌溉渠修一修",
]
ANSWERED = ("replied", "following", "closed", "archived")
WAY = [
    ("record", "", "draft"), ("submit", "draft", "submitted"), ("file", "submitted", "filed"), ("assign", "filed", "assigned"),
    ("sign", "assigned", "signed"), ("talk", "signed", "talking"), ("log", "talking", "talking"), ("answer", "talking", "reviewing"),
    ("approve", "reviewing", "replied"), ("rate", "replied", "closed"),
]  # fmt: skip
REST = "下雨天孩子上学要绕行五里，老人出门也不方便。请有关单位来看一看，说说能不能办、什么时候办。"


def fill_proposals(county: Unit, towns: Sequence[Unit], *, number: int, span: timedelta, told: int) -> None:
    """So many proposals over the time before now; the last `told` ones of the first township are closed, with all that happened."""
    fill_defaults(by=system_actor("bench", county.county))
    stories = _stories(county, towns, number, span, told)
    while batch := list(islice(stories, BATCH)):
        _store(batch)
    NumberSeries(county=county.county, series=SERIES, year=clock.today().year, last=number).save()


def _stories(county: Unit, towns: Sequence[Unit], number: int, span: timedelta, told: int) -> Iterator[Proposal]:
    rng, end = random.Random(county.county), clock.now()  # noqa: S311 - repeatable figures, no secret
    categories = list(Category.objects.filter(county=county.county))
    classes = list(ResultClass.objects.filter(county=county.county))
    for i in range(number):
        moment = end - span * (1 - i / number) - timedelta(minutes=rng.uniform(1, 60))
        whole = i >= number - told
        with clock.at(moment):
            shares = next(shares for limit, shares in AGES if (end - moment).days < limit)
            state = "closed" if whole else rng.choices(list(shares), list(shares.values()))[0]
            one = _proposal(county, state, f"{rng.randint(1, 200):03d}号村{rng.choice(MATTERS)}")
            one.number, one.category = numbering.show(SERIES, moment.year, i + 1), rng.choice(categories)
            one.lead_id = (
                None if state in {"submitted", "filed", "not_filed"} else (towns[0] if whole else rng.choice(towns)).id
            )
            _date(one, rng.choice(classes))
            one.version = len(WAY) if whole else 1
        yield one


def _proposal(county: Unit, state: str, title: str) -> Proposal:
    now = clock.now()
    return Proposal(
        id=new_key(county.county), county=county.county, state=state, changed_at=now, recorded_at=now, submitted_at=now, unit_id=county.id,
        desk_id=county.id, title=title, analysis=f"{title}。{REST}", suggestions=REST, may_publish=True, cause="没有具体内容" if state == "not_filed" else "",
    )  # fmt: skip


def _date(one: Proposal, result: ResultClass) -> None:
    """What goes with the state: limits, an answer, a rating, an end, whose turn it is."""
    now = clock.now()
    if one.state != "submitted":
        one.filed_at = now + timedelta(days=5) if one.state != "not_filed" else None
    if one.lead_id:
        one.assigned_at = one.unit_from = now + timedelta(days=8)
        one.span, one.unit_due = "3m", now + timedelta(days=98)
    if one.state in ANSWERED:
        one.replied_at = one.first_at = now + timedelta(days=40)
        one.first_due, one.answer, one.result, one.met = one.unit_due, "已经到现场看过，列入今年的计划。", result, 1
        one.rate_due = now + timedelta(days=70)
    if one.state in {"closed", "archived"}:
        one.manner = one.rating = "good"
        one.rated_at = now + timedelta(days=45)
    if not one.is_open:
        one.closed_at = now + timedelta(days=50)
    for name, value in next_turn(one, set()).items():
        setattr(one, name, value)


@transaction.atomic
def _store(batch: list[Proposal]) -> None:
    told = [one for one in batch if one.version > 1]
    Proposal.objects.bulk_create(batch)
    first_parts(batch, [{}] * len(batch))
    ProposalStep.objects.bulk_create(step for one in told for step in _steps(one))
    Author.objects.bulk_create(author_of(one, AuthorFacts("王小明", "19900000000"), 0) for one in told)
    public = [_publication(one) for one in batch if one.filed_at]
    Publication.objects.bulk_create(public)
    PublishedText.objects.bulk_create(map(_text, public))


def _steps(one: Proposal) -> Iterator[ProposalStep]:
    for seq, (action, source, target) in enumerate(WAY, start=1):
        at = one.recorded_at + timedelta(days=4 * seq)
        yield ProposalStep(
            county=one.county, proposal=one, seq=seq, at=at, action=action, source=source, target=target, actor_label="王经办",
            unit=one.lead_id, note=REST if action in {"talk", "log"} else "",
        )  # fmt: skip


def _publication(one: Proposal) -> Publication:
    day = timezone.localdate
    facts: dict[str, Any] = {"title": one.title, "analysis": one.analysis, "suggestions": one.suggestions, "answer": one.answer, "result": one.result}  # fmt: skip
    return Publication(
        id=new_key(one.county), county=one.county, proposal=one, slug=one.id.hex[-12:], state="published", current=1, unit_id=one.lead_id or one.desk_id,
        category=one.category, submitted_on=day(one.recorded_at), answered_on=day(one.replied_at) if one.replied_at else None,
        changed_at=one.recorded_at, **facts,
    )  # fmt: skip


def _text(public: Publication) -> PublishedText:
    at = public.proposal.filed_at
    return PublishedText(
        county=public.county, publication=public, number=1, at=at, since=at, title=public.title, analysis=public.analysis,
        suggestions=public.suggestions, answer=public.answer, result=public.result,
    )  # fmt: skip
