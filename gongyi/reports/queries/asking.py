"""Reads of tables that are asked for: what is held already, what the rest costs, what waits for whom, what was answered."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from gongyi.casework.queries.exports import contact_headers, headers
from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Period, Rate, Scope, Value
from gongyi.network.models import Unit
from gongyi.network.queries import successor_of, units_below
from gongyi.reports.models import Answer, AnswerCell, Ask, AskColumn
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.rates import rates_for
from gongyi.reports.rules.asking import answers_visible_to, asks_visible_to

STATED = 10  # minutes for a number that is counted by hand, until so many were measured as ENOUGH says
ENOUGH, LOOKED_AT = 5, 200
JUDGES = re.compile(r"排名|名次|排序|得分|打分|评分|分值|目标|任务数|指标|考核分|权重")
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|\s+|[：:、，,。]")
_WHEN = re.compile(r"^(?:本|当|上|今|去)?(?:期|月|季度|半年|年度|年)(?:内|度)?|^(?:累计|共|总计|合计)")


class Held(NamedTuple):
    """What is held of a heading: a `figure`, a column of the list of cases (`listed`), or neither."""

    figure: str = ""
    listed: bool = False


def _plain(text: str) -> str:
    return _ASIDE.sub("", text)


def held(heading: str) -> Held:
    """Whether a heading asks for what is held already: a figure by one of its names, or a column of the list of cases."""
    plain = _plain(heading)
    short = _WHEN.sub("", plain)
    known = figures.figures()
    names = {_plain(word): one.id for one in known[::-1] for word in one.words}
    with translation.override("zh-hans"):
        names |= {_plain(str(one.name)): one.id for one in known}
    for words in (plain, short):
        if words in names:
            return Held(names[words])
    return Held(listed=plain in {_plain(name) for name in (*contact_headers(), *headers())})


def judged(heading: str) -> str:
    """Why a heading is not asked for: it judges a figure of what came in; '' where it may be asked."""
    rest = JUDGES.sub("", _plain(heading))
    found = held(rest).figure if rest != _plain(heading) else ""
    return figures.no_judgement(found) if found else ""


class Round(NamedTuple):
    """One time that the table is due."""

    period: Period
    due: date


def rounds(ask: Ask) -> list[Round]:
    """Every time it is due up to its last day; each as many days after its period as the first."""
    period, wait, found = ask.period, ask.due - ask.last, [Round(ask.period, ask.due)]
    while ask.repeats != Ask.Repeats.ONCE:
        period = _next(period)
        if period.last + wait > ask.until:
            break
        found.append(Round(period, period.last + wait))
    return found


def _next(period: Period) -> Period:
    """The period of as many months that follows."""
    months = len(period.each_month())
    at = period.first.year * 12 + period.first.month - 1 + months
    (year, first), (end, last) = divmod(at, 12), divmod(at + months - 1, 12)
    return Period(date(year, first + 1, 1), Period.month(end, last + 1).last)


def per_cell(county: int) -> tuple[int, int]:
    """Minutes that a number counted by hand takes, and out of how many answers that was measured: (10, 0) while fewer than five are there."""
    by_hand = Count("ask__columns", filter=Q(ask__columns__figure=""))
    rows = Answer.objects.filter(county=county, state="sent", minutes__gt=0).annotate(hand=by_hand).filter(hand__gt=0)
    found = [
        -(-minutes // hand) for minutes, hand in rows.order_by("-sent_at").values_list("minutes", "hand")[:LOOKED_AT]
    ]
    return (max(round(median(found)), 1), len(found)) if len(found) >= ENOUGH else (STATED, 0)


@dataclass(frozen=True)
class Cost:
    """What a table costs the units below: one time, and all the times up to its last day."""

    units: int
    held: int
    by_hand: int
    each: int
    measured: int
    times: int

    @property
    def minutes(self) -> int:
        """Minutes of one time."""
        return self.units * self.by_hand * self.each

    @property
    def hours(self) -> str:
        """Hours of all times, as they are said."""
        return f"{self.minutes * self.times / 60:.1f}".removesuffix(".0")


def cost(ask: Ask) -> Cost:
    """Units × numbers counted by hand × minutes; what is held already costs them nothing."""
    each, measured = per_cell(ask.county)
    columns = list(ask.columns.values_list("figure", flat=True))
    own = sum(bool(key) for key in columns)
    return Cost(len(units_of(ask)), own, len(columns) - own, each, measured, len(rounds(ask)))


def units_to_ask(unit: Unit) -> QuerySet[Unit]:
    """The running units below this one, by code."""
    return units_below(unit).filter(status=Unit.Status.RUNNING).order_by("code")


def units_of(ask: Ask) -> list[Unit]:
    """The units that are asked, as the network stands now, by code: a merged one's successor in its place, once; none that is closed, no
    longer below the unit that asks, or below another one that is asked, whose numbers hold its own.
    """
    rows = Unit.objects.filter(id__in=ask.asked.values("unit")).select_related("successor")
    now = {one.id: one for one in map(successor_of, rows)}
    below = set(units_to_ask(ask.unit).filter(id__in=list(now)).values_list("id", flat=True))
    found = [one for key, one in now.items() if key in below]
    alone = [one for one in found if not any(up != one and one.path.startswith(up.path) for up in found)]
    return sorted(alone, key=lambda one: one.code)


def merged_into(answer: Answer) -> list[Unit]:
    """The units asked at first that went into this one and have no answer of their own for these days: their numbers are in its."""
    rows = Unit.objects.filter(id__in=answer.ask.asked.values("unit"), status=Unit.Status.CLOSED).select_related(
        "successor"
    )
    own = set(answer.ask.answers.filter(first=answer.first).values_list("unit", flat=True))
    return [one for one in rows if one.id not in own and successor_of(one).id == answer.unit_id]


class Twice(NamedTuple):
    """A number that a unit is asked already, in which table."""

    heading: str
    unit: Unit
    ask: Ask


def asked_already(county: int, units: Iterable[Unit], period: Period, headings: Iterable[str]) -> list[Twice]:
    """What these units are asked already for some of these days, now or at a later time, and would have to count by hand a second time."""
    plain, keys = (
        {_plain(heading): heading for heading in headings if not held(heading).figure},
        {one.id for one in units},
    )
    rows = Ask.objects.filter(county=county, state="sent", until__gte=clock.today()) if plain else Ask.objects.none()
    found = dict[str, Twice]()
    for ask in rows.select_related("unit").prefetch_related("columns").order_by("changed_at", "id"):
        same = [
            plain[_plain(one.heading)] for one in ask.columns.all() if not one.figure and _plain(one.heading) in plain
        ]
        meets = any(one.period.first <= period.last and one.period.last >= period.first for one in rounds(ask))
        unit = next((one for one in units_of(ask) if one.id in keys), None) if same and meets else None
        for heading in same if unit else ():
            found.setdefault(heading, Twice(heading, unit, ask))  # type: ignore[arg-type]
    return list(found.values())


def columns_of(ask: Ask) -> list[AskColumn]:
    """What is asked, in order."""
    return list(ask.columns.order_by("position"))


def fetch_ask(by: Actor, key: UUID) -> Ask:
    """A table that one's own unit asks for. Raises Http404 for any other."""
    found = asks_visible_to(by).filter(id=key).select_related("unit").first()
    if found is None:
        raise Http404
    return found


def fetch_answer(by: Actor, key: UUID) -> Answer:
    """An answer that this person may see. Raises Http404 for any other."""
    found = answers_visible_to(by).filter(id=key).select_related("unit", "ask__unit").first()
    if found is None:
        raise Http404
    return found


def asks_of(by: Actor) -> QuerySet[Ask]:
    """The tables that one's units ask for, the newest first, each with how many answers it awaits and has."""
    rows = asks_visible_to(by).exclude(state="dropped").select_related("unit").order_by("-changed_at", "-id")
    return rows.annotate(all=Count("answers"), here=Count("answers", filter=Q(answers__state="sent")))


def _wanted(by: Actor) -> QuerySet[Answer]:
    """What is asked of one's own units, as long as it is asked for: an ended or expired table is not there."""
    units = by.units(P.FIGURES_VIEW)
    return Answer.objects.filter(county=by.county, unit__in=units, ask__state="sent", ask__until__gte=clock.today())


class Asked(NamedTuple):
    """A table asked of one's unit, and how many minutes the unit took the time before (0: never measured)."""

    answer: Answer
    before: int


def asked_of(by: Actor) -> list[Asked]:
    """Every table asked of one's units: those to fill first, by their day, then those sent, the newest first."""
    rows = _wanted(by).select_related("unit", "ask__unit")
    open_ = list(rows.exclude(state="sent").order_by("due", "id")[:200])
    found = open_ + list(rows.filter(state="sent").order_by("-sent_at")[:50])
    return [Asked(answer, _minutes_before(answer)) for answer in found]


def _minutes_before(answer: Answer) -> int:
    same = Answer.objects.filter(
        Q(ask=answer.ask_id) | Q(ask__title=answer.ask.title), county=answer.county, unit=answer.unit_id, minutes__gt=0
    ).exclude(id=answer.id)
    return same.filter(state="sent").order_by("-sent_at").values_list("minutes", flat=True).first() or 0


def tables_due(by: Actor) -> int:
    """How many tables wait for one's own units."""
    return _wanted(by).exclude(state="sent").count() if by.can(P.FIGURES_VIEW) else 0


def counted(answer: Answer, columns: Iterable[AskColumn]) -> dict[UUID, Value]:
    """What the records say now of the columns that name a figure, by column."""
    named = [column for column in columns if column.figure]
    period = answer.period
    known = {one.id for one in figures.figures()}
    found = figures.count(
        {column.figure for column in named if column.figure in known}, scope_of_answer(answer), rates=rates_for(answer.county, period)
    )  # fmt: skip
    return {column.id: found[column.figure] for column in named if column.figure in found}


def scope_of_answer(answer: Answer) -> Scope:
    """What counts for the unit in these days, with what went into it since."""
    scope = scope_of(answer.unit, answer.period)
    if scope.units is None:
        return scope
    more = [scope_of(one, answer.period).units or frozenset() for one in merged_into(answer)]
    return replace(scope, units=scope.units.union(*more))


def is_rate(column: AskColumn) -> bool:
    """Whether it asks for a rate: figures over figures, which nobody types."""
    return any(one.id == column.figure and isinstance(one, Rate) for one in figures.figures())


def shown(value: Decimal | None, column: AskColumn) -> str:
    """A number of a table as it is printed."""
    if value is None:
        return "—"
    text = f"{value.normalize():f}"
    return f"{text}%" if is_rate(column) else text


def cells_of(answers: Iterable[Answer]) -> dict[UUID, dict[UUID, AnswerCell]]:
    """The cells of each answer by column. One query."""
    found: dict[UUID, dict[UUID, AnswerCell]] = {answer.id: {} for answer in answers}
    for cell in AnswerCell.objects.filter(answer__in=list(found)):
        found[cell.answer_id][cell.column_id] = cell
    return found


class Summed(NamedTuple):
    """The answers of one time: a line for each unit with its cells in order of the columns (None: not sent), and the sums of those sent."""

    round: Round
    lines: list[tuple[Answer, list[AnswerCell | None]]]
    sums: list[str]
    sent: int


def summed(ask: Ask) -> list[Summed]:
    """Every time that was opened, the newest first. A rate is summed as what stands above and below the line."""
    columns = columns_of(ask)
    answers = list(ask.answers.select_related("unit").order_by("-first", "unit__code"))
    sent = [answer for answer in answers if answer.state == "sent"]
    cells = cells_of(sent)
    found = []
    for first in dict.fromkeys(answer.first for answer in answers):
        own = [answer for answer in answers if answer.first == first]
        lines = [(answer, [cells.get(answer.id, {}).get(column.id) for column in columns]) for answer in own]
        sums = [_sum(column, [line[at] for _answer, line in lines]) for at, column in enumerate(columns)]
        there = sum(answer.state == "sent" for answer in own)
        found.append(Summed(Round(own[0].period, own[0].due), lines, sums, there))
    return found


def _sum(column: AskColumn, cells: list[AnswerCell | None]) -> str:
    there = [cell for cell in cells if cell is not None]
    if is_rate(column):
        above, below = sum(cell.above for cell in there), sum(cell.below for cell in there)
        return f"{100 * above / below:.1f}%" if below else "—"
    return shown(sum((cell.value for cell in there if cell.value is not None), Decimal(0)), column) if there else "—"


def waiting_soon(county: int, until: date) -> QuerySet[Answer]:
    """Answers due by this day of which nobody was reminded."""
    rows = Answer.objects.filter(county=county, ask__state="sent", due__lte=until, reminded_at=None)
    return rows.exclude(state="sent").filter(ask__until__gte=clock.today()).select_related("ask", "unit")


def to_open(county: int, day: date) -> list[tuple[Ask, Round]]:
    """The times of tables asked again whose period is over and which no unit was asked yet."""
    there = Answer.objects.filter(ask=OuterRef("pk"), county=OuterRef("county"))
    rows = Ask.objects.filter(Exists(there), county=county, state="sent", until__gte=day).exclude(repeats="once")
    found = []
    for ask in rows.select_related("unit"):
        known = set(ask.answers.values_list("first", flat=True))
        for one in rounds(ask):
            if (
                one.period.last < day and one.period.first not in known
            ):  # one that comes late leaves as many days as any other
                due = max(one.due, min(day + (ask.due - ask.last), ask.until)) if one.due < day else one.due
                found.append((ask, one._replace(due=due)))
    return found


def cost_words(found: Cost) -> str:
    """The sum in words, such as 8 个单位 × 3 个数 × 10 分钟 × 4 次 = 16 小时."""
    told = {
        "units": found.units,
        "cells": found.by_hand,
        "each": found.each,
        "times": found.times,
        "hours": found.hours,
    }
    if not found.by_hand:
        return _("要的数都有，下面的单位不用另外花时间数。")
    return _("%(units)s 个单位 × %(cells)s 个要另外数的数 × %(each)s 分钟 × %(times)s 次 = %(hours)s 小时") % told
