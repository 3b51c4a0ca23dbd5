"""Asking units below for a table: what for, on what basis, until when, and what it costs them stand there before it can be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock, gate, outbox
from gongyi.core.access import Actor, system_actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.said import say
from gongyi.core.workflow import first_step, perform
from gongyi.network.models import Unit
from gongyi.people.queries import holders
from gongyi.reports.models import Answer, AnswerCell, AnswerStep, Ask, AskColumn, AskStep, AskUnit
from gongyi.reports.queries import asking as queries
from gongyi.reports.queries.asking import Round
from gongyi.reports.rules.asking import can_move_answer, can_move_ask, may_ask
from gongyi.reports.workflow import ANSWER, ASK

MOST_COLUMNS, LONGEST_HEADING, LONGEST = 30, 40, timedelta(days=366)
MOST_MINUTES = 480  # of one sitting: a form left open over night was not worked at
SOON = timedelta(days=2)
MONTHS = {Ask.Repeats.MONTH: 1, Ask.Repeats.QUARTER: 3}


@dataclass(frozen=True)
class Asking:
    """What an officer writes about a table."""

    title: str
    purpose: str
    basis: str
    columns: list[str]
    units: list[Unit]
    first: date
    last: date
    due: date
    until: date | None
    repeats: str = "once"


@transaction.atomic
def draft_ask(*, by: Actor, unit: Unit, asking: Asking) -> Ask:
    """Write down a table; nobody below hears of it yet.

    Raises PermissionDenied; ValidationError by field: without a basis or a last day, for forbidden columns (by name), columns that
    judge what came in, columns of a list, units that are not below or below one another, days out of order.
    """
    if not may_ask(by, unit):
        raise PermissionDenied
    headings = _checked(unit, asking)
    ask = Ask(county=by.county, unit=unit, state=ASK.start, changed_at=clock.now(), **_facts(asking))
    ask.full_clean()
    ask.save()
    _put_parts(ask, asking, headings)
    first_step(ask, "draft", by=by, step=AskStep, parent="ask")
    return ask


@transaction.atomic
def edit_ask(ask: Ask, *, by: Actor, asking: Asking, seen: int | None = None) -> None:
    """Change what is not sent yet. Raises as `draft_ask` and `perform` do."""
    headings = _checked(ask.unit, asking)
    perform(ask, ASK["edit"], by=by, rule=can_move_ask, step=AskStep, parent="ask", seen=seen, changes=_facts(asking))
    ask.full_clean(exclude=["unit"])
    ask.columns.all().delete()
    ask.asked.all().delete()
    _put_parts(ask, asking, headings)


def _facts(asking: Asking) -> dict[str, Any]:
    named = ("title", "purpose", "basis", "first", "last", "due", "until", "repeats")
    return {name: value.strip() if isinstance(value := getattr(asking, name), str) else value for name in named}


def _put_parts(ask: Ask, asking: Asking, headings: list[str]) -> None:
    for position, heading in enumerate(headings):
        held = queries.held(heading)
        AskColumn.objects.create(county=ask.county, ask=ask, position=position, heading=heading, figure=held.figure)
    for unit in asking.units:
        AskUnit.objects.create(county=ask.county, ask=ask, unit=unit)


def _checked(unit: Unit, asking: Asking) -> list[str]:
    """The headings as they are kept. Raises ValidationError by field."""
    wrong: dict[str, list[str]] = {}
    if not asking.basis.strip():
        wrong["basis"] = [_("请写依据：哪部法律、哪份文件要这张表。没有依据的表不往下发。")]
    if asking.until is None:
        wrong["until"] = [_("请写到哪天为止。没有期限的表不往下发；到期还要，再发一次。")]
    elif days := _wrong_days(asking, asking.until):
        wrong |= days
    headings = list(dict.fromkeys(" ".join(one.split()) for one in asking.columns if one.strip()))
    if columns := _wrong_columns(headings):
        wrong["columns"] = columns
    if units := _wrong_units(unit, asking.units):
        wrong["units"] = [units]
    if wrong:
        raise ValidationError({name: list(words) for name, words in wrong.items()})
    _check_name(asking.title)
    if twice := _asked_twice(asking.units, Period(asking.first, asking.last), headings, unit):
        raise ValidationError({"columns": twice})
    return headings


def _asked_twice(units: list[Unit], period: Period, headings: list[str], asker: Unit) -> list[str]:
    """The grassroots are asked once for the same number of the same days; who asked is said where it is one's own unit."""
    found = []
    for one in queries.asked_already(asker.county, units, period, headings):
        who = one.ask.title if one.ask.unit_id == asker.id else _("别的单位要的表")
        told = {"name": one.heading, "unit": one.unit.name, "table": who}
        found.append(_("“%(name)s”在这段时间里已经向%(unit)s要着（%(table)s），不再要第二次；用那一张的数。") % told)
    return found


def _check_name(title: str) -> None:
    try:
        gate.check_name(title)
    except Refused as refused:
        raise ValidationError({"title": str(refused)}) from refused


def _wrong_days(asking: Asking, until: date) -> dict[str, list[str]]:
    if asking.last < asking.first:
        return {"last": [_("结束日期早于开始日期，请把两个日期对调，或改其中一个。")]}
    if asking.due < clock.today():
        return {"due": [_("交表的日子已经过了，请往后写。")]}
    if until < asking.due:
        return {"until": [_("“到哪天为止”不能早于交表的日子。")]}
    if until - asking.due > LONGEST:
        return {"until": [_("一次最多定一年，到期还要再发一次。")]}
    months = MONTHS.get(Ask.Repeats(asking.repeats))
    period = Period(asking.first, asking.last)
    whole = period.whole_months and len(period.each_month()) == months and (asking.first.month - 1) % (months or 1) == 0
    if months and not whole:
        return {"repeats": [_("每月一次的请选一整个月，每季度一次的请选一整个季度，后面的才接得上。")]}
    return {}


def _wrong_columns(headings: list[str]) -> list[str]:
    if not headings:
        return [_("请写要哪些数，一行一个。")]
    if len(headings) > MOST_COLUMNS or any(len(one) > LONGEST_HEADING for one in headings):
        return [_("最多 %(n)d 个数，每个的名称不超过 40 个字。") % {"n": MOST_COLUMNS}]
    found = []
    for heading in headings:
        if kind := gate.refused_header(heading):
            found.append(
                _("“%(name)s”涉及本平台不收集的信息（%(kind)s），不能要。") % {"name": heading, "kind": kind.label}
            )
        elif why := queries.judged(heading):
            found.append(_("“%(name)s”：%(why)s") % {"name": heading, "why": why})
        elif queries.held(heading).listed:
            found.append(
                _("“%(name)s”是办件清单里的一列，不是一个数，不用让人再抄一遍。要看的，从台账里出。")
                % {"name": heading}
            )
    return found


def _wrong_units(unit: Unit, units: list[Unit]) -> str:
    if not units:
        return _("请至少选一个单位。")
    below = set(queries.units_to_ask(unit).values_list("id", flat=True))
    if strange := next((one for one in units if one.id not in below), None):
        return _("“%(unit)s”不是您下面在办公的单位。") % {"unit": strange.name}
    for one in units:
        if top := next((up for up in units if up != one and one.path.startswith(up.path)), None):
            return _("“%(low)s”在“%(top)s”下面，两个都要，数会重复算；请留一个。") % {"low": one.name, "top": top.name}
    return ""


@transaction.atomic
def send_ask(ask: Ask, *, by: Actor, minutes: int, seen: int | None = None) -> None:
    """Send it to the units, once the officer saw what it costs them: `minutes` as they stood on the page.

    Raises Refused `cost` where the sum is another by now, `days` where its day is over; as `perform` does.
    """
    found = queries.cost(ask)
    if minutes != found.minutes:
        raise Refused("cost", _("下面要花的时间变了，请看一看新算的账再发。"))
    if ask.due < clock.today():
        raise Refused("days", _("交表的日子已经过了。"), _("请先改日子，再发。"))
    units, headings = queries.units_of(ask), [column.heading for column in queries.columns_of(ask)]
    if not units:
        raise Refused("units", _("要的单位都停用或不在您下面了。"), _("请先改向哪些单位要，再发。"))
    if twice := _asked_twice(units, ask.period, headings, ask.unit):
        raise Refused("twice", twice[0], _("请先去掉这个数，再发。"))
    changes = {"minutes": found.minutes}
    perform(ask, ASK["send"], by=by, rule=can_move_ask, step=AskStep, parent="ask", seen=seen, changes=changes)
    _open(ask, queries.rounds(ask)[0], by=by)


def _open(ask: Ask, one: Round, *, by: Actor) -> None:
    units = queries.units_of(ask)
    people = holders(P.FIGURES_VIEW, {unit.id for unit in units})
    for unit in units:
        answer = Answer(
            county=ask.county, ask=ask, unit=unit, state=ANSWER.start, first=one.period.first, last=one.period.last,
            due=one.due, changed_at=clock.now(),
        )  # fmt: skip
        answer.save()
        first_step(answer, "ask", by=by, step=AnswerStep, parent="answer")
        text = say(gettext_lazy("%(unit)s要一张表，%(day)s前交"), unit=ask.unit.name, day=one.due.isoformat())
        outbox.tell(
            people[unit.id], by=by, event="asking", text=text, path=answer.get_absolute_url(), subject=answer.id
        )


def drop_ask(ask: Ask, *, by: Actor, seen: int | None = None) -> None:
    """Give up a table that was never sent. Raises as `perform` does."""
    perform(ask, ASK["drop"], by=by, rule=can_move_ask, step=AskStep, parent="ask", seen=seen)


@transaction.atomic
def end_ask(ask: Ask, *, by: Actor, seen: int | None = None) -> None:
    """Ask no more; what came in stays, and who was still at it hears of it. Raises as `perform` does."""
    perform(ask, ASK["end"], by=by, rule=can_move_ask, step=AskStep, parent="ask", seen=seen)
    rows = list(ask.answers.exclude(state="sent").select_related("unit"))
    people = holders(P.FIGURES_VIEW, {answer.unit_id for answer in rows}) if rows else {}
    text = say(gettext_lazy("%(unit)s说一张表不用再填"), unit=ask.unit.name)
    for answer in rows:
        outbox.tell(
            people[answer.unit_id], by=by, event="asking", text=text, path=answer.get_absolute_url(), subject=answer.id
        )


# --- answering --------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_answer(answer: Answer, *, by: Actor, seen: int | None = None) -> None:
    """Open the form: what is held is counted and stands there, and the time runs. Raises as `perform` does."""
    _move(answer, "begin", by=by, seen=seen, changes={"opened_at": clock.now()})
    columns = queries.columns_of(answer.ask)
    known, values = queries.cells_of([answer])[answer.id], queries.counted(answer, columns)
    for column in columns:
        cell = known.get(column.id) or AnswerCell(county=answer.county, answer=answer, column=column)
        value = values.get(column.id)
        number = None if value is None or value.value is None else Decimal(str(value.value))
        if not cell.typed and column.figure:
            cell.value = number
        cell.counted = number
        cell.save()


@transaction.atomic
def send_answer(
    answer: Answer, *, by: Actor, values: Mapping[UUID, tuple[Decimal | None, str]], seen: int | None = None
) -> None:
    """Send the numbers up, by column: (number, where it comes from). A number that was not touched is counted once more.

    Raises ValidationError by `value_<position>` or `source_<position>`: a missing number, a number typed by hand without its source;
    as `perform` does.
    """
    now, took = clock.now(), answer.opened_at
    minutes = min(max(-(-int((now - took).total_seconds()) // 60), 1), MOST_MINUTES) if took else 0
    _move(answer, "send", by=by, seen=seen, changes={"sent_at": now, "minutes": answer.minutes + minutes})
    columns, known = queries.columns_of(answer.ask), queries.cells_of([answer])[answer.id]
    fresh, wrong = queries.counted(answer, columns), dict[str, str]()
    for column in columns:
        cell = known[column.id]
        wrong |= _fill(cell, column, fresh.get(column.id), values.get(column.id, (None, "")))
        if not wrong:
            cell.full_clean(exclude=["answer", "column"])
            cell.save()
    if wrong:
        raise ValidationError(wrong)
    text = say(gettext_lazy("%(unit)s交了要的表"), unit=answer.unit.name)
    people = holders(P.FIGURES_VIEW, {answer.ask.unit_id})[answer.ask.unit_id]
    outbox.tell(people, by=by, event="asking", text=text, path=answer.get_absolute_url(), subject=answer.id)


def _fill(cell: AnswerCell, column: AskColumn, fresh: Any, sent: tuple[Decimal | None, str]) -> dict[str, str]:
    """Put what was sent into the cell; what is wrong with it, by field."""
    number, source = sent[0], sent[1].strip()
    shown_before, counted = cell.counted, None
    if fresh is not None:
        counted = None if fresh.value is None else Decimal(str(fresh.value))
        cell.counted, cell.above, cell.below = counted, fresh.above, fresh.below
        if queries.is_rate(column) or number in {counted, shown_before}:
            cell.value, cell.typed, cell.source = counted, False, ""
            return {}
    if number is not None and number < 0:
        return {f"value_{column.position}": _("“%(name)s”不能是负数。") % {"name": column.heading}}
    if number is None:
        return {f"value_{column.position}": _("请填“%(name)s”；没有就填 0。") % {"name": column.heading}}
    if not source:
        words = (
            _("您改了数，请写为什么和记录不一样。")
            if column.figure
            else _("请写这个数从哪里来，例如哪本台账、谁数的。")
        )
        return {f"source_{column.position}": words}
    cell.value, cell.typed, cell.source = number, True, source
    return {}


def amend_answer(answer: Answer, *, by: Actor, seen: int | None = None) -> None:
    """Take an answer back to change it. Raises as `perform` does."""
    _move(answer, "amend", by=by, seen=seen)


@transaction.atomic
def give_back(answer: Answer, *, by: Actor, note: str, seen: int | None = None) -> None:
    """Ask the unit to look again, and at what. Raises ValidationError without a word; as `perform` does."""
    if not note.strip():
        raise ValidationError({"note": _("请写哪里要核对。")})
    _move(answer, "give_back", by=by, seen=seen, note=note.strip())
    text = say(gettext_lazy("%(unit)s请您再核对一张表"), unit=answer.ask.unit.name)
    people = holders(P.FIGURES_VIEW, {answer.unit_id})[answer.unit_id]
    outbox.tell(people, by=by, event="asking", text=text, path=answer.get_absolute_url(), subject=answer.id)


def _move(answer: Answer, action: str, *, by: Actor, seen: int | None, **kwargs: Any) -> None:
    perform(answer, ANSWER[action], by=by, rule=can_move_answer, step=AnswerStep, parent="answer", seen=seen, **kwargs)


# --- by itself --------------------------------------------------------------------------------------------------------


def open_rounds(county: int) -> int:
    """Ask again for the periods that are over. Returns how many times were opened."""
    by, found = system_actor("reports.asking", county), queries.to_open(county, clock.today())
    for ask, one in found:
        with transaction.atomic():
            _open(ask, one, by=by)
            audit.record(by=by, action="ask", kind="reports.ask", subject=ask.id, label=ask.title)
    return len(found)


def remind(county: int) -> int:
    """Tell the units whose table is due within two days, once. Returns how many."""
    by, rows = system_actor("reports.asking", county), list(queries.waiting_soon(county, clock.today() + SOON))
    people = holders(P.FIGURES_VIEW, {answer.unit_id for answer in rows}) if rows else {}
    for answer in rows:
        with transaction.atomic():
            Answer.objects.filter(county=county, id=answer.id).update(reminded_at=clock.now())
            text = say(gettext_lazy("有一张表快到期了，%(day)s前交"), day=answer.due.isoformat())
            path = answer.get_absolute_url()
            outbox.tell(people[answer.unit_id], by=by, event="asking", text=text, path=path, subject=answer.id)
    return len(rows)


@transaction.atomic
def follow_successor(unit: Unit, into: Unit) -> int:
    """A unit went into another (P16): what it still had to answer is the successor's, which begins anew; where that was asked itself, its
    answer holds both. What was sent stays as it was. Tables that it asked for are the successor's. Returns how many answers moved.
    """
    by, moved = system_actor(_("单位并入"), unit.county), 0
    rows = (
        Answer.objects.filter(county=unit.county, unit=unit)
        .exclude(state="sent")
        .select_related("ask", "unit")
        .order_by("id")
    )
    for answer in rows:
        if answer.ask.answers.filter(unit=into, first=answer.first).exists():
            answer.delete()
            continue
        answer.cells.all().delete()
        changes = {"unit_id": into.id, "opened_at": None}
        _move(answer, "follow", by=by, seen=None, changes=changes, reason=f"{unit.name} → {into.name}")
        moved += 1
    for ask in Ask.objects.filter(county=unit.county, unit=unit).order_by("id"):
        perform(
            ask,
            ASK["follow"],
            by=by,
            rule=can_move_ask,
            step=AskStep,
            parent="ask",
            changes={"unit_id": into.id},
            reason=f"{unit.name} → {into.name}",
        )
    return moved
