"""The ties between a text and its figures: {{cases.closed}}, {{cases.closed@before}}, {{cases.closed@change}}, {{cases.received|type:投诉}}.

`@before` is the same for the period before, `@change` says in words what became of it since. {{case:2026-0001}} names a record
behind a sentence and prints nothing.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gongyi.casework.models import Case, CaseType, Topic
from gongyi.core import figures
from gongyi.core.figures import Figure, Period, Rate, Value
from gongyi.network.models import Unit
from gongyi.reports.queries.counting import scope_of, tree_for
from gongyi.reports.queries.rates import Reviewed, rates_for, reviewed

_TIE = re.compile(
    r"\{\{\s*(?:case:(?P<case>[^{}\s]{1,24})"
    r"|(?P<figure>[a-z_]+\.[a-z_]+)(?:\|(?P<split>[a-z]+):(?P<group>[^{}@|]{1,40}))?(?:@(?P<of>before|change))?)\s*\}\}"
)
BEFORE, CHANGE = "before", "change"
GROUPED = {"type", "topic", "channel", "urgency", "outcome"}  # what `groups` can name
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
        splits = {"unit"} | (set(one.source.splits) & GROUPED if isinstance(one, Figure) else set())
        return not self.split or self.split in splits


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


def unknown(text: str) -> list[str]:
    """What looks like a tie and is none."""
    left = "".join(one for one in pieces(text) if isinstance(one, str))
    wrong = re.findall(r"\{\{[^{}]*\}?\}?|\}\}", left)
    return wrong + ["{{" + str(tie) + "}}" for tie in ties_of(text) if not tie.known]


def groups(county: int, split: str) -> dict[Any, str]:
    """The groups of a split as people call them, by the value of their column."""
    fixed = {"channel": Case.Channel, "urgency": Case.Urgency, "outcome": Case.Outcome}
    if split in fixed:
        return {value: str(label) for value, label in fixed[split].choices}
    model: Any = {"type": CaseType, "topic": Topic}[split]
    rows = model.objects.filter(county=county)
    return dict((rows.filter(parent=None) if split == "topic" else rows).values_list("id", "name"))


@dataclass
class Counted:
    """The figures of a unit in a period and in the one before, counted when they are first asked for, a few queries for all that are told beforehand."""

    unit: Unit
    period: Period
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
        scope = scope_of(self.unit, self._period(before=before))
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
            by_unit = figures.count_by(base, figures.Scope(self.unit.county, period), "unit")
            found = {}
            for name, keys in self.members(before=before).items():
                found[name] = {key: sum(by_unit.get(one, {}).get(key, 0) for one in keys) for key in base}
            return found
        names = groups(self.unit.county, split)
        by_group = figures.count_by(base, scope_of(self.unit, period), split)
        return {names[value]: counted for value, counted in by_group.items() if value in names}

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


def records_digest(counted: Counted, ties: Iterable[Tie]) -> dict[Tie, str]:
    """For each tie one digest of the numbers of the records that it counts (of a rate, of those above and below the line).

    One query for each base figure and period.
    """
    kept: dict[tuple[str, bool], list[tuple[Any, ...]]] = {}
    found = {}
    for tie in ties:
        one = counted.value(tie).figure
        base = [one.id] if isinstance(one, Figure) else [*one.above, *one.below]
        seal = hashlib.sha256()
        for key in base:
            for number in sorted(_numbers(counted, key, tie, kept)):
                seal.update(f"{key} {number}\n".encode())
        found[tie] = seal.hexdigest()
    return found


def _numbers(counted: Counted, key: str, tie: Tie, kept: dict[tuple[str, bool], list[tuple[Any, ...]]]) -> list[str]:
    one, before = figures.figure(key), tie.of == BEFORE
    if not isinstance(one, Figure):
        return []
    names = sorted(one.source.splits)
    if (key, before) not in kept:
        scope = scope_of(counted.unit, counted.period.before() if before else counted.period)
        columns = [one.source.number, one.source.unit, *(one.source.splits[name] for name in names)]
        kept[key, before] = list(figures.rows_of(key, scope).order_by().values_list(*columns))
    rows = kept[key, before]
    if tie.split == "unit":
        members = counted.members(before=before).get(tie.group, frozenset())
        return [row[0] for row in rows if row[1] in members]
    if tie.split:
        wanted = {value for value, name in groups(counted.unit.county, tie.split).items() if name == tie.group}
        place = 2 + names.index(tie.split)
        return [row[0] for row in rows if row[place] in wanted]
    return [row[0] for row in rows]
