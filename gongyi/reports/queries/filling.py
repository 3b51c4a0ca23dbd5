"""Somebody's form with our numbers: what each place asks, what goes in, on what evidence, and why a place stays empty."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
from gongyi.core.figures import Figure, Period, Rate, Scope
from gongyi.documents.blank import Slot, Value
from gongyi.language.asked.ask import Ask, Vocabulary
from gongyi.language.asked.figures import SHARE, is_change
from gongyi.network.models import Unit
from gongyi.network.queries import Tree
from gongyi.reports.queries.counting import scope_of, tree_for
from gongyi.reports.queries.listing import list_values
from gongyi.reports.queries.rates import rates_for
from gongyi.reports.queries.reasons import reason_of
from gongyi.reports.queries.splitting import NONE

RECEIVED = "cases.received"
Where = tuple[tuple[str, Any], ...]
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
        types=tuple((str(key), name) for key, name in types),
        topics=tuple((str(key), name) for key, name in topics),
        channels=tuple((key, str(name)) for key, name in Case.Channel.choices),
        urgencies=tuple((key, str(name)) for key, name in Case.Urgency.choices),
        children=tuple((str(key), tree.units[key].name) for key in tree.below(unit.id)),
        unit=unit.name,
        words=tuple((one.id, one.words) for one in found),
        figures=frozenset(one.id for one in found),
        refused=refused,
    )


def refused(text: str) -> str:
    """The kind of what is never held about a person that a heading asks for, in words; '' if it may be asked."""
    kind = gate.refused_header(text)
    return str(kind.label) if kind else ""


def periods_of(ask: Ask, period: Period) -> tuple[Period, Period | None]:
    """The period that is asked, and for a change the one that it is compared with."""
    year = period.last_year()
    simple = {
        "this": period, "previous": period.before(), "same_last_year": year, "year_to_date": period.to_date(),
        "year_to_date_last_year": year.to_date(),
    }  # fmt: skip
    if ask.period in simple:
        return simple[ask.period], None
    return {
        "change_on_previous": (period, period.before()),
        "change_year_on_year": (period, year),
        "year_to_date_change_year_on_year": (period.to_date(), year.to_date()),
    }[ask.period]


@dataclass
class Counter:
    """Counts for one form: figures of the same period and parts are asked for together, for all units at once."""

    unit: Unit
    period: Period
    asked: dict[tuple[Any, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    found: dict[tuple[Any, ...], dict[Any, dict[str, int]]] = field(default_factory=dict)
    trees: dict[Period, Tree] = field(default_factory=dict)

    def tree(self, period: Period) -> Tree:
        if period not in self.trees:
            self.trees[period] = tree_for(self.unit.county, period)
        return self.trees[period]

    def of(self, keys: Iterable[str], period: Period, ask: Ask, unit: UUID | None) -> dict[str, int]:
        """The base figures of a unit (None: the one that the form is for) in a period, with the ask's parts."""
        one = sorted(keys)
        parts = {dimension: [_stored(dimension, key) for key in held] for dimension, _word, held in ask.by}
        where = tuple((dimension, tuple(values)) for dimension, values in sorted(parts.items()))
        if len(parts) == 1 and (unit is None or None in where[0][1]):
            by = self._by(one, period, where[0][0], unit)
            return {key: sum(by.get(value, {}).get(key, 0) for value in where[0][1]) for key in one}
        if unit is None:
            return self._by(one, period, "", None, where).get(None, dict.fromkeys(one, 0))
        by = self._by(one, period, "unit", None, where)
        members = self.tree(period).counted(unit)
        return {key: sum(by.get(each, {}).get(key, 0) for each in members) for key in one}

    def _by(self, keys: list[str], period: Period, split: str, unit: UUID | None, where: Where = ()) -> dict[Any, dict[str, int]]:  # fmt: skip
        """Counts by a split, by unit of the whole county, or in all (""); kept, for a form asks for one row after the other."""
        place = (period, split, unit, where)
        missing = [key for key in keys if key not in self.asked[place]]
        held = self.found.setdefault(place, {})
        if missing:
            self.asked[place] |= set(missing)
            scope = self._scope(period, unit, where, whole=split == "unit")
            for value, counts in _counted(missing, scope, split).items():
                held.setdefault(value, {}).update(counts)
        return held

    def _scope(self, period: Period, unit: UUID | None, where: Where, *, whole: bool) -> Scope:
        if unit is not None:
            return Scope(self.unit.county, period, self.tree(period).counted(unit), where)
        own = scope_of(self.unit, period, where=where, tree=self.tree(period))
        return Scope(own.county, period, None, where) if whole else own

    def topics(self) -> list[tuple[Any, int]]:
        """(topic of the first level, number received), the largest first; those without a topic left out."""
        by = self._by([RECEIVED], self.period, "topic", None)
        listed = [(topic, counts.get(RECEIVED, 0)) for topic, counts in by.items() if topic is not None]
        return sorted(listed, key=lambda each: (-each[1], str(each[0])))


def _counted(keys: list[str], scope: Scope, split: str) -> dict[Any, dict[str, int]]:
    if split:
        return figures.count_by(keys, scope, split)
    return {None: {key: int(value.value or 0) for key, value in figures.count(keys, scope).items()}}


def _stored(dimension: str, key: str) -> Any:
    """A part's key as the rows hold it; the empty one of topics: none."""
    return (as_key(key) if key else None) if dimension in {"type", "topic"} else key


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
                place = (period, dimensions if unit is None else ask.by, unit is None)
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
        if ask.unit.startswith("child "):
            place = int(ask.unit.removeprefix("child ")) - 1
            return (self.below[place], False) if place < len(self.below) else (None, True)
        key = as_key(ask.unit)
        return key, key not in self.below

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
            return Line(slot, ask, words, reason=_("这段时间没有这么多分类有办件。"))
        if "year" in {ask.word, ask.part} and isinstance(value, int) and slot.text[: slot.start].endswith("20"):
            value = f"{value % 100:02d}"  # 20__年
        if ask.word == "quarter" and slot.what != "cell" and isinstance(value, int):
            value = "一二三四"[value - 1]
        return Line(slot, ask, words, _allowed(slot, value))

    @translation.override("zh-hans")
    def _said(self, ask: Ask) -> Value | None:
        last, today = self.period.last, clock.today()
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
        first = self._value(ask, now)
        evidence = self.evidence(ask)
        if first is None:
            return Line(slot, ask, words, evidence=evidence, reason=self._nothing(ask))
        if before is None:
            return Line(slot, ask, words, _shaped(slot, ask, first), evidence, note=self._note(ask))
        second = self._value(ask, before)
        changed = _change(ask, first, second)
        if changed is None:
            return Line(slot, ask, words, evidence=evidence, reason=_("对比的那一期是 0 或没有数，算不出百分比。"))
        if ask.part == "direction":
            return Line(slot, ask, words, _direction(changed), evidence)
        return Line(slot, ask, words, _shaped(slot, ask, abs(changed) if ask.part.startswith("size") else changed), evidence)  # fmt: skip

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

    def _note(self, ask: Ask) -> str:
        """What the officer must know of a number: a day's stock, a small base."""
        found = [self._rate(key, self.period) for key in ask.figures if key != SHARE]
        return str(found[0].scope) if found else ""

    # --- in words -----------------------------------------------------------------------------------------------------

    def words(self, ask: Ask) -> str:
        """What is asked, as the officer reads it."""
        if ask.kind == "figure":
            parts = [self._unit_words(ask), "、".join(word for _dimension, word, _keys in ask.by), figure_words(ask), period_words(ask)]  # fmt: skip
            return " · ".join(part for part in parts if part)
        if ask.kind == "text":
            return " · ".join(filter(None, [TEXTS[ask.word](), self._unit_words(ask) or _rank_words(ask)]))
        return LISTS()[ask.word] if ask.kind == "list" else ""

    def _unit_words(self, ask: Ask) -> str:
        key, strange = self.unit_of(ask)
        if strange:
            return _("第 %(n)s 个下级单位") % {"n": ask.unit.removeprefix("child ")} if "child" in ask.unit else ""
        return self.counter.tree(self.period).units[key].name if key else ""

    def evidence(self, ask: Ask) -> tuple[str, ...]:
        """Where the records behind a number are listed: a page for each figure and part that it is made of."""
        now, _before = periods_of(ask, self.period)
        key, _strange = self.unit_of(ask)
        facts = {"unit": str(key or self.unit.id), "from": now.first.isoformat(), "to": now.last.isoformat()}
        parts = [(dimension, keys) for dimension, _word, keys in ask.by]
        if ask.rank:
            listed = self.counter.topics()
            parts.append(("topic", tuple(str(listed[place - 1][0]) for place in ask.rank if place <= len(listed))))
        choices = product(*([(dimension, each) for each in keys or ("",)] for dimension, keys in parts))
        wheres = [{dimension: each or NONE for dimension, each in chosen} for chosen in choices]
        figures_asked = [one if one != SHARE else RECEIVED for one in ask.figures]
        return tuple(f"{reverse('reports:figure', args=[one])}?{urlencode(facts | where)}" for one in figures_asked for where in wheres)  # fmt: skip


@translation.override("zh-hans")
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


def figure_words(ask: Ask) -> str:
    """The figure's name, several added up; of a change what of it."""
    names = [_("占受理量的比例") if key == SHARE else str(figures.figure(key).name) for key in ask.figures]
    rank = _rank_words(ask)
    return " · ".join(filter(None, [rank, "＋".join(names)]))


def _rank_words(ask: Ask) -> str:
    return _("件数第 %(n)s 多的分类") % {"n": "、".join(map(str, ask.rank))} if ask.rank else ""


def period_words(ask: Ask) -> str:
    """The period in the words of offices."""
    part = {"direction": _("增还是减"), "number": _("增减件数"), "size_number": _("增减件数")}.get(ask.part, "")
    return " · ".join(filter(None, [PERIODS()[ask.period], part]))


def PERIODS() -> dict[str, str]:  # noqa: N802 - reads as a table in the reader's language
    """Period -> its words."""
    return {
        "this": _("本期"), "previous": _("上期"), "same_last_year": _("去年同期"), "year_to_date": _("年初以来累计"),
        "year_to_date_last_year": _("去年同期累计"), "change_on_previous": _("比上期（环比）"), "change_year_on_year": _("比去年同期（同比）"),
        "year_to_date_change_year_on_year": _("累计比去年同期（同比）"),
    }  # fmt: skip


def LISTS() -> dict[str, str]:  # noqa: N802 - the same
    """Column of a list -> its words."""
    return {
        "serial": _("序号"), "number": _("工单编号"), "date": _("登记日期"), "title": _("标题"), "channel": _("来源渠道"), "type": _("诉求类型"),
        "topic": _("事项分类"), "content": _("诉求内容"), "urgency": _("急不急"), "area": _("所属区划"), "unit": _("登记单位"), "lead_unit": _("主办单位"),
        "assigned_date": _("派单日期"), "signed_date": _("签收日期"), "contacted_date": _("首次联系日期"), "due_date": _("办结时限"),
        "answered_date": _("答复日期"), "closed_date": _("办结日期"), "answer": _("答复内容"), "result": _("办理结果"), "state": _("状态"),
        "satisfaction": _("满意度"), "call_result": _("回访结果"), "returns": _("退单次数"), "redos": _("重办次数"),
    }  # fmt: skip


TEXTS: dict[str, Callable[[], str]] = {
    "unit_name": lambda: _("单位名称"), "year": lambda: _("统计年份"), "month": lambda: _("统计月份"), "quarter": lambda: _("统计季度"),
    "date": lambda: _("填报日期"), "first_day": lambda: _("统计期的第一天"), "last_day": lambda: _("统计期的最后一天"), "period": lambda: _("统计时段"), "topic_name": lambda: _("事项分类的名称"),
}  # fmt: skip


def values_of(lines: Iterable[Line]) -> list[tuple[Slot, Value]]:
    """What is written into the file."""
    return [(line.slot, line.value) for line in lines if line.value is not None]


def as_facts(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Every place for a program: filled ones with figure, value and evidence, empty ones with the reason."""
    for line in lines:
        facts: dict[str, Any] = {"cell": line.slot.at, "asks": line.words, "figure": "+".join(line.ask.figures) or None}
        if line.value is None:
            yield facts | {"value": None, "reason": line.reason}
        else:
            value = line.value if isinstance(line.value, int | float | str) else line.value.isoformat()
            yield facts | {"value": value, "evidence": next(iter(line.evidence), None), "more_evidence": list(line.evidence[1:])}  # fmt: skip
