"""The ties between a text and its figures: {{cases.closed}}, {{cases.closed@before}}, {{cases.closed@change}}, {{cases.received|type:投诉}}.

`@before` is the same for the period before, `@change` says in words what became of it since. {{case:2026-0001}} names a record
behind a sentence and prints nothing.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from gongyi.casework.models import Topic
from gongyi.core import figures
from gongyi.core.county import as_key
from gongyi.core.figures import Figure, Period, Rate, Value
from gongyi.network.models import Unit
from gongyi.reports.queries.counting import scope_of, tree_for
from gongyi.reports.queries.rates import Reviewed, rates_for, reviewed

_TIE = re.compile(
    r"\{\{\s*(?:case:(?P<case>[^{}\s]{1,24})"
    r"|(?P<figure>[a-z_]+\.[a-z_]+)(?:\|(?P<split>[a-z]+):(?P<group>[^{}@|]{1,80}))?(?:@(?P<of>before|change))?)\s*\}\}"
)
BEFORE, CHANGE = "before", "change"
OWN = "本级"  # the row of a table for what counts for the unit alone


@dataclass(frozen=True)
class Tie:
    """A figure, of a group of a split or of all, of this period, the one before, or the change since; or the number of a case."""

    figure: str = ""
    split: str = ""
    group: str = ""
    of: str = ""
    case: str = ""

    def __str__(self) -> str:
        group = f"|{self.split}:{self.group}" if self.split else ""
        return f"case:{self.case}" if self.case else f"{self.figure}{group}{f'@{self.of}' if self.of else ''}"

    @property
    def known(self) -> bool:
        """Whether there is such a figure with such a split."""
        if self.case:
            return True
        try:
            one = figures.figure(self.figure)
        except KeyError:
            return False
        named = {name for name, split in figures.splits.items() if not split.free}  # what `groups` can name
        splits = {"unit"} | (set(one.source.splits) & named if isinstance(one, Figure) else set())
        return not self.split or self.split in splits

    @property
    def by_topic(self) -> bool:
        """Whether it can be counted for one topic alone."""
        one = figures.figure(self.figure)
        base = [one] if isinstance(one, Figure) else [figures.figure(key) for key in (*one.above, *one.below)]
        return all(isinstance(each, Figure) and "topic" in each.source.splits for each in base)


def pieces(text: str) -> Iterator[str | Tie]:
    """The text cut at its ties."""
    end = 0
    for found in _TIE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        yield Tie(**{name: (value or "").strip() for name, value in found.groupdict().items()})
        end = found.end()
    if end < len(text):
        yield text[end:]


def ties_of(text: str) -> list[Tie]:
    """The ties of a text, in order."""
    return [one for one in pieces(text) if isinstance(one, Tie)]


def unknown(text: str, *, topic: bool = False) -> list[str]:
    """What looks like a tie and is none; in a text about one topic also what cannot be counted by topics."""
    left = "".join(one for one in pieces(text) if isinstance(one, str))
    wrong = re.findall(r"\{\{[^{}]*\}?\}?|\}\}", left)
    bad = [tie for tie in ties_of(text) if not tie.known or (topic and not tie.case and not tie.by_topic)]
    return wrong + ["{{" + str(tie) + "}}" for tie in bad]


def groups(county: int, split: str) -> dict[Any, str]:
    """The groups of a split as people call them, by the value of their column."""
    one = figures.splits[split]
    return {as_key(value) if one.keyed else value: str(name) for value, name in one.values(county).items()}


@dataclass
class Counted:
    """The figures of a unit in a period and in the one before, counted when they are first asked for, a few queries for all that are told beforehand."""

    unit: Unit
    period: Period
    topic: Topic | None = None
    found: dict[tuple[str, str, str, bool], Value] = field(default_factory=dict)
    formulas: dict[bool, Mapping[str, Rate]] = field(default_factory=dict)
    without: dict[tuple[str, bool], Reviewed] = field(default_factory=dict)

    def count(self, ties: Iterable[Tie]) -> "Counted":
        """Count what these need and what was not counted yet: one query for each source, period and split."""
        wanted = defaultdict[tuple[str, bool], set[str]](set)
        for tie in ties:
            if tie.case or not tie.known:
                continue
            for before in {tie.of == BEFORE, tie.of != ""}:
                if (tie.figure, tie.split, tie.group, before) not in self.found:
                    wanted[tie.split, before].add(tie.figure)
        for (split, before), keys in wanted.items():
            self._count(split, sorted(keys), before=before)
        return self

    def _count(self, split: str, keys: list[str], *, before: bool) -> None:
        scope = self.scope(before=before)
        rates = self.rates(before=before)
        if not split:
            raw = figures.count(keys, scope, rates=rates)
            self.found |= {(key, "", "", before): value for key, value in raw.items()}
            self.without |= {
                (key, before): one
                for key, one in reviewed(scope, {key: rates[key] for key in keys if key in rates}, raw).items()
            }
            return
        asked = [rates.get(key) or figures.figure(key) for key in keys]
        base = [key for one in asked for key in ([one.id] if isinstance(one, Figure) else [*one.above, *one.below])]
        for group, counted in self._by(split, base, before=before).items():
            for one in asked:
                self.found[one.id, split, group, before] = figures.value_of(one, counted)

    def _by(self, split: str, base: list[str], *, before: bool) -> dict[str, dict[str, int]]:
        period = self._period(before=before)
        if split == "unit":
            by_unit = figures.count_by(base, figures.Scope(self.unit.county, period, None, self.where), "unit")
            found = {}
            for name, keys in self.members(before=before).items():
                found[name] = {key: sum(by_unit.get(one, {}).get(key, 0) for one in keys) for key in base}
            return found
        names = groups(self.unit.county, split)
        by_group = figures.count_by(base, self.scope(before=before), split)
        return {names[value]: counted for value, counted in by_group.items() if value in names}

    @property
    def where(self) -> tuple[tuple[str, Any], ...]:
        """The topic of the first level that alone is counted."""
        return (("topic", self.topic.pk),) if self.topic else ()

    def scope(self, *, before: bool = False) -> figures.Scope:
        """What is counted."""
        return scope_of(self.unit, self._period(before=before), where=self.where)

    def members(self, *, before: bool = False) -> dict[str, frozenset[UUID]]:
        """The rows of a table by unit: those directly below, then what counts for the unit alone, each with its keys."""
        tree = tree_for(self.unit.county, self._period(before=before))
        rows = {tree.units[key].name: tree.counted(key) for key in tree.below(self.unit.id)}
        return rows | {OWN: tree.counted(self.unit.id, alone=True)}

    def rates(self, *, before: bool = False) -> Mapping[str, Rate]:
        """The county's formulas of the time."""
        if before not in self.formulas:
            self.formulas[before] = rates_for(self.unit.county, self._period(before=before))
        return self.formulas[before]

    def _period(self, *, before: bool) -> Period:
        return self.period.before() if before else self.period

    def value(self, tie: Tie, *, before: bool = False) -> Value:
        """What the tie counts; of a group that has no rows, nothing."""
        key = (tie.figure, tie.split, tie.group, before or tie.of == BEFORE)
        if key not in self.found:
            self.count([tie])
        one = figures.figure(tie.figure)
        return self.found.get(key) or Value(one, None if isinstance(one, Rate) else 0)

    def text(self, tie: Tie) -> str:
        """As it is printed; of a case nothing."""
        if tie.case:
            return ""
        if tie.of == CHANGE:
            return change_words(self.value(tie), self.value(tie, before=True))
        # The raw rate and the reviewed one always stand side by side.
        again = None if tie.split else self.without.get((tie.figure, tie.of == BEFORE))
        return again.words if again else self.value(tie).text


def change_words(now: Value, before: Value) -> str:
    """What became of a figure: 增加3件, 下降1.2个百分点, 持平. Of what came in only 多 or 少, which praises nobody."""
    if now.value is None or before.value is None:
        return _("没有可比的数")
    by = now.value - before.value
    rate = isinstance(now.figure, Rate)
    if round(by, 1) == 0:
        return _("持平")
    if rate:
        said = _("提高%(by).1f个百分点") if by > 0 else _("下降%(by).1f个百分点")
        return said % {"by": abs(by)}
    if now.figure.intake:
        said = _("多%(by)d%(measure)s") if by > 0 else _("少%(by)d%(measure)s")
    else:
        said = _("增加%(by)d%(measure)s") if by > 0 else _("减少%(by)d%(measure)s")
    return said % {"by": abs(by), "measure": now.figure.measure}


class Records(NamedTuple):
    """The records behind a figure: one digest of their numbers, and how many they are."""

    digest: str
    many: int


def records_of(counted: Counted, ties: Iterable[Tie]) -> dict[Tie, Records]:
    """For each tie the records that it counts (of a rate, those above and below the line). One query for each base figure and period."""
    ties = list(ties)
    rows = _Rows(counted, ties)
    found = {}
    for tie in ties:
        seal, many = hashlib.sha256(), 0
        for key in _base_of(counted, tie):
            numbers = rows.numbers(key, tie)
            seal.update("".join(f"{key} {number}\n" for number in numbers).encode())
            many += len(numbers)
        found[tie] = Records(seal.hexdigest(), many)
    return found


def _base_of(counted: Counted, tie: Tie) -> list[str]:
    one = counted.value(tie).figure
    return [one.id] if isinstance(one, Figure) else [*one.above, *one.below]


class _Rows:
    """The numbers of the records behind figures, read once for each base figure and period, put into the groups of a split once."""

    def __init__(self, counted: Counted, ties: Iterable[Tie]) -> None:
        self.counted = counted
        self.splits = defaultdict[tuple[str, bool], set[str]](set)  # what the rows of a figure are told apart by
        for tie in ties:
            for key in _base_of(counted, tie):
                self.splits[key, tie.of == BEFORE].add(tie.split)
        self.kept: dict[tuple[str, bool], list[tuple[Any, ...]]] = {}
        self.grouped: dict[tuple[str, bool, str], dict[str, list[str]]] = {}

    def numbers(self, key: str, tie: Tie) -> list[str]:
        """Those of one tie, sorted."""
        one, before = figures.figure(key), tie.of == BEFORE
        if not isinstance(one, Figure):
            return []
        if not tie.split:
            return [row[0] for row in self._rows(one, before=before)]
        place = (key, before, tie.split)
        if place not in self.grouped:
            self.grouped[place] = self._group(one, tie.split, before=before)
        return self.grouped[place].get(tie.group, [])

    def _columns(self, one: Figure, *, before: bool) -> list[str]:
        return sorted(self.splits[one.id, before] & one.source.splits.keys())

    def _rows(self, one: Figure, *, before: bool) -> list[tuple[Any, ...]]:
        place = (one.id, before)
        if place not in self.kept:
            names = self._columns(one, before=before)
            columns = [one.source.number, one.source.unit, *(one.source.splits[name] for name in names)]
            rows = figures.rows_of(one.id, self.counted.scope(before=before)).order_by().values_list(*columns)
            self.kept[place] = sorted(rows, key=itemgetter(0))
        return self.kept[place]

    def _group(self, one: Figure, split: str, *, before: bool) -> dict[str, list[str]]:
        found = defaultdict[str, list[str]](list)
        if split == "unit":
            members = self.counted.members(before=before)
            name_of: dict[Any, str] = {unit: name for name, units in members.items() for unit in units}
            place = 1
        else:
            name_of = groups(self.counted.unit.county, split)
            place = 2 + self._columns(one, before=before).index(split)
        for row in self._rows(one, before=before):
            if (name := name_of.get(row[place])) is not None:
                found[name].append(row[0])
        return found
