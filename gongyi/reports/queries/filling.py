"""Somebody's form with our numbers: what each place asks, what goes in, on what evidence, and why a place stays empty."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from gongyi.casework.models import Case, CaseType, Topic
from gongyi.core import clock, figures, gate
from gongyi.core.access import Actor
from gongyi.core.county import as_key
from gongyi.core.figures import Figure, Period, Rate
from gongyi.documents.blank import Slot, Value
from gongyi.language.asked.ask import OWN, Ask, Vocabulary
from gongyi.language.asked.figures import SHARE, is_change
from gongyi.network.models import Unit
from gongyi.reports.queries.counting import tree_for
from gongyi.reports.queries.form_counts import RECEIVED, Counter
from gongyi.reports.queries.form_words import LISTS, TEXTS, figure_words, period_words, rank_words
from gongyi.reports.queries.listing import list_values
from gongyi.reports.queries.rates import rates_for
from gongyi.reports.queries.reasons import reason_of
from gongyi.reports.queries.splitting import NONE
from gongyi.reports.queries.telling import day_words
from gongyi.reports.queries.windows import days_of, window_words

KINDS = {1: "month", 3: "quarter", 6: "half", 12: "year"}


@dataclass(frozen=True)
class Line:
    """One place of a form: what it asks, in words; what goes in and the figure's evidence; or the reason why nothing does."""

    slot: Slot
    ask: Ask
    words: str = ""
    value: Value | None = None
    evidence: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


def kind_of(period: Period) -> str:
    """month, quarter, half, year, or days."""
    if not period.whole_months or period.first.year != period.last.year:
        return "days"
    return KINDS.get(period.last.month - period.first.month + 1, "days")


@translation.override("zh-hans")  # the words of forms, whatever the reader's language
def vocabulary_of(unit: Unit, period: Period) -> Vocabulary:
    """What the county calls its types, channels, urgencies and first-level topics, the units below this one, and all figures."""
    tree = tree_for(unit.county, period)
    types = CaseType.objects.filter(county=unit.county).order_by("position", "name").values_list("id", "name")
    topics = Topic.objects.filter(county=unit.county, level=1).order_by("position", "name").values_list("id", "name")
    found = figures.figures()
    return Vocabulary(
        kind=kind_of(period),
        year=period.last.year,
        types=tuple((str(key), name) for key, name in types),
        topics=tuple((str(key), name) for key, name in topics),
        channels=tuple((key, str(name)) for key, name in Case.Channel.choices),
        urgencies=tuple((key, str(name)) for key, name in Case.Urgency.choices),
        children=tuple((str(key), tree.units[key].name) for key in tree.below(unit.id)),
        own=str(unit.id),
        unit=unit.name,
        words=names_of_figures(),
        figures=frozenset(one.id for one in found),
        refused=refused,
    )


@translation.override("zh-hans")
def names_of_figures() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each figure's id with its name and whatever else offices call it."""
    return tuple((one.id, (str(one.name), *one.words)) for one in figures.figures())


def refused(text: str) -> str:
    """The kind of what is never held about a person that a heading asks for, in words; '' if it may be asked."""
    kind = gate.refused_header(text)
    return str(kind.label) if kind else ""


def periods_of(ask: Ask, period: Period) -> tuple[Period | None, Period | None]:
    """The period that is asked, and for a change the one that it is compared with; None for months that are not there yet."""
    found = days_of(ask.window, period, clock.today())
    if found is None:
        return None, None
    now, whole = found
    year = now.last_year()
    simple = {
        "this": now, "previous": whole.before(), "same_last_year": year, "year_to_date": now.to_date(),
        "year_to_date_last_year": year.to_date(),
    }  # fmt: skip
    if ask.period in simple:
        return simple[ask.period], None
    return {
        "change_on_previous": (now, whole.before()),
        "change_year_on_year": (now, year),
        "year_to_date_change_year_on_year": (now.to_date(), year.to_date()),
    }[ask.period]


def fill(slots: Sequence[Slot], asks: Sequence[Ask], *, unit: Unit, period: Period, by: Actor | None) -> list[Line]:  # fmt: skip
    """Every place of a form with its value or its reason. `by`: whose access counts for lists of matters; without, they stay empty."""
    filler = Filler(unit, period, asks)
    listed = list_values(slots, asks, unit=unit, period=period, by=by)
    return [
        listed[slot.at] if slot.at in listed else filler.line(slot, ask) for slot, ask in zip(slots, asks, strict=True)
    ]  # fmt: skip


class Filler:
    """Values for one form: a unit, a period, and the county's formulas of that time."""

    def __init__(self, unit: Unit, period: Period, asks: Sequence[Ask]) -> None:
        self.unit, self.period = unit, period
        self.counter = Counter(unit, period)
        self.below = self.counter.tree(period).below(unit.id)
        self.rates: dict[Period, dict[str, Rate]] = {}
        self.begins: dict[str, date | None] = {}
        self.topic_names = {topic.id: topic.name for topic in Topic.objects.filter(county=unit.county, level=1)}
        self._prefetch(asks)

    def _prefetch(self, asks: Sequence[Ask]) -> None:
        """Ask for all figures of the same period and parts at once, before the first is told."""
        groups: dict[tuple[Any, ...], tuple[set[str], Ask, UUID | None]] = {}
        for ask in asks:
            if ask.kind != "figure" or ask.rank or SHARE in ask.figures:
                continue
            unit, strange = self.unit_of(ask)
            if strange:
                continue
            for period in filter(None, periods_of(ask, self.period)):
                dimensions = tuple(dimension for dimension, _word, _keys in ask.by)
                place = (period, dimensions if unit is None or len(dimensions) == 1 else ask.by, unit is None)
                keys = groups.setdefault(place, (set(), ask, unit))[0]
                keys.update(self._base(ask, period))
        for (period, *_rest), (keys, ask, unit) in groups.items():
            self.counter.of(keys, period, ask, unit)

    def _rate(self, key: str, period: Period) -> Figure | Rate:
        if period not in self.rates:
            self.rates[period] = rates_for(self.unit.county, period)
        return self.rates[period].get(key) or figures.figure(key)

    def _base(self, ask: Ask, period: Period) -> set[str]:
        found = [self._rate(key, period) for key in ask.figures]
        return {key for one in found for key in ((*one.above, *one.below) if isinstance(one, Rate) else (one.id,))}

    def unit_of(self, ask: Ask) -> tuple[UUID | None, bool]:
        """(the unit whose figure is asked, None for the form's own; whether there is none such)."""
        if not ask.unit:
            return None, False
        if ask.unit == OWN:
            return self.unit.id, False
        if ask.unit.startswith("child "):
            place = int(ask.unit.removeprefix("child ")) - 1
            return (self.below[place], False) if place < len(self.below) else (None, True)
        key = as_key(ask.unit)
        return (None, False) if key == self.unit.id else (key, key not in self.below)

    def line(self, slot: Slot, ask: Ask) -> Line:
        """One place."""
        words = self.words(ask)
        if ask.kind == "leave":
            return Line(slot, ask, words, reason=reason_of(ask))
        if self.unit_of(ask)[1]:
            return Line(slot, ask, words, reason=_("下面没有这么多单位，这一行空着。"))
        if ask.kind == "text":
            return self._text(slot, ask, words)
        if ask.kind == "list":
            return Line(slot, ask, words, reason=_("没有更多的办件了，这一行空着。"))
        return self._figure(slot, ask, words)

    # --- texts --------------------------------------------------------------------------------------------------------

    def _text(self, slot: Slot, ask: Ask, words: str) -> Line:
        value = self._said(ask)
        if value is None:
            many = _("这段时间没有这么多分类有办件。")
            return Line(slot, ask, words, reason=many if ask.rank else _("这段时间还没有到，或不在统计期里，空着。"))
        if "year" in {ask.word, ask.part} and isinstance(value, int) and slot.text[: slot.start].endswith("20"):
            value = f"{value % 100:02d}"  # 20__年
        if ask.word == "quarter" and slot.what != "cell" and isinstance(value, int):
            value = "一二三四"[value - 1]
        return Line(slot, ask, words, _allowed(slot, value))

    @translation.override("zh-hans")
    def _said(self, ask: Ask) -> Value | None:
        found = days_of(ask.window, self.period, clock.today())
        if found is None:
            return None
        last, today = found[0].last, clock.today()
        if ask.word == "unit_name":
            key, _none = self.unit_of(ask)
            name = self.counter.tree(self.period).units[key].name if key else self.unit.name
            return name.rstrip("乡镇村县街道社区") if ask.part == "stem" else name
        if ask.word == "topic_name":
            listed = self.counter.topics()
            place = ask.rank[0] - 1
            return self.topic_names.get(listed[place][0], "") if place < len(listed) else None
        day = {"date": today, "first_day": self.period.first}.get(ask.word, last)
        if ask.part:
            return {"year": day.year, "month": day.month, "day": day.day}[ask.part]
        said: dict[str, Value] = {
            "year": last.year, "month": last.month, "quarter": (last.month + 2) // 3, "period": self.period.words(), "date": today,
            "last_day": last, "first_day": self.period.first,
        }  # fmt: skip
        return said[ask.word]

    # --- figures ------------------------------------------------------------------------------------------------------

    def _figure(self, slot: Slot, ask: Ask, words: str) -> Line:
        now, before = periods_of(ask, self.period)
        if now is None:
            return Line(slot, ask, words, reason=_("这段时间还没有到，或不在统计期里，空着。"))
        first = self._value(ask, now)
        evidence = self.evidence(ask)
        second = self._value(ask, before) if before else None
        lacking = self._not_begun(ask, now, first) or (self._not_begun(ask, before, second) if before else "")
        if lacking or first is None:
            return Line(slot, ask, words, evidence=evidence, reason=lacking or self._nothing(ask))
        if before is None:
            return Line(slot, ask, words, _shaped(slot, ask, first), evidence, note=self._note(ask, now))
        return _compared(Line(slot, ask, words, evidence=evidence), _change(ask, first, second))

    def _not_begun(self, ask: Ask, period: Period, value: float | None) -> str:
        """Why nothing in a time before the first record is not the same as none: what nobody wrote down here is not known."""
        begins = self._begins(ask)
        if value or (begins and begins <= period.last):
            return ""
        return (
            _("本平台从%(day)s起才有记录，以前有多少不知道，空着。") % {"day": day_words(begins)}
            if begins
            else _("本平台还没有这方面的记录，空着。")
        )

    def _begins(self, ask: Ask) -> date | None:
        subject = ask.figures[0].partition(".")[0]
        if subject not in self.begins:
            self.begins[subject] = figures.begins(ask.figures[0], self.unit.county)
        return self.begins[subject]

    def _nothing(self, ask: Ask) -> str:
        if ask.rank:
            return _("这段时间没有这么多分类有办件。")
        return _("分母是 0，这个比率没有数。")

    def _value(self, ask: Ask, period: Period) -> float | None:
        """The number in a period; None where a rate has nothing below the line, or a topic of that rank is not there."""
        if ask.rank or SHARE in ask.figures:
            return self._ranked(ask, period)
        unit, _strange = self.unit_of(ask)
        counts = self.counter.of(self._base(ask, period), period, ask, unit)
        values = [figures.value_of(self._rate(key, period), counts).value for key in ask.figures]
        return None if None in values else sum(value for value in values if value is not None)

    def _ranked(self, ask: Ask, period: Period) -> float | None:
        """What came in of the n-th largest topics of the form's period, or their share; or the share of a part."""
        listed = self.counter.topics()
        if any(place > len(listed) for place in ask.rank):
            return None
        by = Ask("figure", by=(("topic", "", tuple(str(listed[place - 1][0]) for place in ask.rank)),)) if ask.rank else ask  # fmt: skip
        part = self.counter.of([RECEIVED], period, by, None)[RECEIVED]
        if SHARE not in ask.figures:
            return part
        whole = self.counter.of([RECEIVED], period, Ask("figure"), None)[RECEIVED]
        return round(100 * part / whole, 1) if whole else None

    def _note(self, ask: Ask, period: Period) -> str:
        """What the officer must know of a number: what it counts, and that records begin only within its time."""
        found = [self._rate(key, self.period) for key in ask.figures if key != SHARE]
        scope, begins = str(found[0].scope) if found else "", self._begins(ask)
        if begins is None or begins <= period.first:
            return scope
        partly = _("本平台从%(day)s起才有记录，更早的没有算进来。") % {"day": day_words(begins)}
        return f"{scope} {partly}".strip()

    # --- in words -----------------------------------------------------------------------------------------------------

    def words(self, ask: Ask) -> str:
        """What is asked, as the officer reads it."""
        if ask.kind == "figure":
            parts = [self._unit_words(ask), "、".join(word for _dimension, word, _keys in ask.by), figure_words(ask), period_words(ask)]  # fmt: skip
            return " · ".join(part for part in parts if part)
        if ask.kind == "text":
            return " · ".join(filter(None, [TEXTS[ask.word](), window_words(ask.window), self._unit_words(ask) or rank_words(ask)]))  # fmt: skip
        return LISTS()[ask.word] if ask.kind == "list" else ""

    def _unit_words(self, ask: Ask) -> str:
        key, strange = self.unit_of(ask)
        if strange:
            return _("第 %(n)s 个下级单位") % {"n": ask.unit.removeprefix("child ")} if "child" in ask.unit else ""
        name = self.counter.tree(self.period).units[key].name if key else ""
        return _("%(unit)s自己") % {"unit": name} if ask.unit == OWN else name

    def evidence(self, ask: Ask) -> tuple[str, ...]:
        """Where the records behind a number are listed: a page for each figure and part that it is made of."""
        now = periods_of(ask, self.period)[0] or self.period
        key, _strange = self.unit_of(ask)
        facts = {"unit": str(key or self.unit.id), "from": now.first.isoformat(), "to": now.last.isoformat(), **({"alone": "on"} if ask.unit == OWN else {})}  # fmt: skip
        parts = [(dimension, keys) for dimension, _word, keys in ask.by]
        if ask.rank:
            listed = self.counter.topics()
            parts.append(("topic", tuple(str(listed[place - 1][0]) for place in ask.rank if place <= len(listed))))
        choices = product(*([(dimension, each) for each in keys or ("",)] for dimension, keys in parts))
        wheres = [{dimension: each or NONE for dimension, each in chosen} for chosen in choices]
        figures_asked = [one if one != SHARE else RECEIVED for one in ask.figures]
        return tuple(f"{reverse('reports:figure', args=[one])}?{urlencode(facts | where)}" for one in figures_asked for where in wheres)  # fmt: skip


@translation.override("zh-hans")
def _compared(line: Line, changed: float | None) -> Line:
    """The line with what a number has changed by, in the part of it that the place asks for."""
    if changed is None:
        return replace(line, reason=_("对比的那一期是 0 或没有数，算不出百分比。"))
    if line.ask.part == "direction":
        return replace(line, value=_direction(changed))
    size = abs(changed) if line.ask.part.startswith("size") else changed
    return replace(line, value=_shaped(line.slot, line.ask, size))


def _direction(changed: float) -> str:
    return _("增加") if changed > 0 else _("减少") if changed < 0 else _("持平")


def _change(ask: Ask, now: float, before: float | None) -> float | None:
    """A difference for rates and where a count of cases is asked, else per cent of what was before."""
    if before is None:
        return None
    if "number" in ask.part or ask.figures[0].endswith(("_rate", "share")):
        return round(now - before, 1)
    if ask.part == "direction":
        return now - before
    return round(100 * (now - before) / before, 1) if before else None


def _shaped(slot: Slot, ask: Ask, value: float) -> Value:
    """A number as the cell shows it: a fraction where its format makes per cent of it, whole cases as whole numbers."""
    percent = ask.figures[0].endswith(("_rate", "share")) or (is_change(ask.period) and "number" not in ask.part)
    if percent and "%" in slot.shape:
        return round(value / 100, 6)
    return value if percent else int(value)


def _allowed(slot: Slot, value: Value) -> Value:
    """The entry of the cell's drop-down list that says the same: 3月 for 3."""
    digits = "".join(filter(str.isdigit, str(value)))
    for choice in slot.choices:
        if choice == str(value) or (isinstance(value, int) and "".join(filter(str.isdigit, choice)) == digits):
            return value if choice == str(value) else choice
    return value


def values_of(lines: Iterable[Line]) -> list[tuple[Slot, Value]]:
    """What is written into the file."""
    return [(line.slot, line.value) for line in lines if line.value is not None]


def as_facts(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Every place for a program: filled ones with figure, value and evidence, empty ones with the reason."""
    for line in lines:
        facts: dict[str, Any] = {
            "cell": line.slot.at,
            "asks": line.words,
            "figure": "+".join(line.ask.figures) or None,
            "note": line.note,
        }
        if line.value is None:
            yield facts | {"value": None, "reason": line.reason}
        else:
            value = line.value if isinstance(line.value, int | float | str) else line.value.isoformat()
            yield facts | {"value": value, "evidence": next(iter(line.evidence), None), "more_evidence": list(line.evidence[1:])}  # fmt: skip
