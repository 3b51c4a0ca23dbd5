"""What the county publishes of its figures (rights.md D9): whole county, whole quarters, one way at a time, small numbers hidden.

One data set feeds the page, its pictures, their words and the file: whoever compares them finds nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.core import clock, figures
from gongyi.core.figures import Period
from gongyi.core.roughly import HIDDEN, LESS, STEP, rounded
from gongyi.reports.models import MonthlyCount, MonthlyRow
from gongyi.reports.queries.board import ANSWERED, OUTCOMES
from gongyi.reports.queries.monthly import stored, stored_split
from gongyi.reports.queries.splitting import named

BASE = 50  # no percentage of fewer
ENOUGH = 10  # no satisfaction of fewer
WIDE = 5  # so many numbers a hidden one can be, whoever reckons with the rest
QUARTERS = 8
PROMISES = ("promises.due", "promises.kept", "promises.late", "promises.broken")
RATINGS = ("cases.very", "cases.good", "cases.fair", "cases.bad")
SCREENED = ("proposals.filed", "proposals.merged", "proposals.not_filed", "proposals.withdrawn")
PROPOSERS = ("proposals.satisfied", "proposals.fair", "proposals.bad")


@dataclass(frozen=True)
class Cell:
    """A published number: rounded; or hidden, as small (`<10`) or so that a small one beside it cannot be reckoned out."""

    number: int | None
    words: str
    percent: str = ""


@dataclass(frozen=True)
class Table:
    """One table of one quarter: its rows by name, and its total, rounded from the true one."""

    key: str
    title: str
    rows: list[tuple[str, Cell]]
    total: Cell


@dataclass(frozen=True)
class Published:
    """All that is published of a quarter, and when its months were counted."""

    quarter: Period
    tables: list[Table]
    counted: datetime


def quarters(county: int) -> list[Period]:
    """The quarters that may be published, the newest first: over, counted since, with something in them; at most eight."""
    today = clock.today()
    counted = dict(MonthlyCount.objects.filter(county=county).values_list("month", "at"))
    filled = set(MonthlyRow.objects.filter(county=county).values_list("month", flat=True).distinct())
    found: list[Period] = []
    one = Period.quarter(today.year, (today.month + 2) // 3).before()
    while len(found) < QUARTERS and counted and one.last >= min(counted):
        months = [month.first for month in one.each_month()]
        if all(counted.get(month, one.start) >= one.end for month in months) and filled & set(months):
            found.append(one)
        one = one.before()
    return found


def published(county: int, quarter: Period) -> Published:
    """The tables of a quarter, from the stored months alone."""
    keys = ["cases.received", "cases.closed", *OUTCOMES, *RATINGS, *SCREENED, *PROPOSERS, *PROMISES]
    sums = _sums(county, quarter, keys)
    tables = [
        _table("outcome", _("办结的，结果是什么"), [(labels, sums[key]) for key, labels in _outcome_names()]),
        *(_by_split(county, quarter, split, title) for split, title in _splits()),
        _ratings("rating", _("办完以后满不满意"), RATINGS, sums),
        _table("screened", _("提案审查得怎么样"), [(str(figures.figure(key).name), sums[key]) for key in SCREENED]),
        _by_split(county, quarter, "result", _("答复了的提案，属于哪一类"), ANSWERED),
        _ratings("proposers", _("提出人对提案办理结果满不满意"), PROPOSERS, sums),
        _promises(sums),
    ]
    at = MonthlyCount.objects.filter(county=county, month__gte=quarter.first, month__lte=quarter.last)
    newest = max(at.values_list("at", flat=True))
    return Published(quarter, [table for table in tables if table.rows], newest)


def _splits() -> list[tuple[str, str]]:
    return [
        ("type", _("来的是哪一类事")), ("channel", _("从哪里来的")), ("topic", _("说的是什么")),
    ]  # fmt: skip


def _outcome_names() -> list[tuple[str, str]]:
    names = {value: str(label) for value, label in Case.Outcome.choices} | {"": _("没有写结果")}
    return [(key, names[value]) for key, value in OUTCOMES.items()]


def _sums(county: int, quarter: Period, keys: Iterable[str]) -> dict[str, int]:
    keys = list(keys)
    rows: dict[date, dict[str, int]] = stored(county, quarter.first, quarter.last, keys, None)
    return {key: sum(row[key] for row in rows.values()) for key in keys}


def _by_split(county: int, quarter: Period, split: str, title: str, key: str = "cases.received") -> Table:
    numbers = stored_split(county, quarter, key, split, None)
    return _table(split, title, [(part.name, part.number) for part in named(county, split, numbers)])


def _ratings(key: str, title: str, ratings: Iterable[str], sums: dict[str, int]) -> Table:
    """What people said afterwards; nothing where fewer than ten did."""
    rows = [(str(figures.figure(one).name), sums[one]) for one in ratings]
    return _table(key, title, rows if sum(n for _name, n in rows) >= ENOUGH else [])


def _promises(sums: dict[str, int]) -> Table:
    """What was promised for days of this quarter, and what became of it; what is not yet decided fills it up to what fell due."""
    due, *ended = (sums[key] for key in PROMISES)
    names = [_("按时做到"), _("晚了才做到"), _("没有做到"), _("还没有说法")]
    return _table("promise", _("答应的事，做到没有"), list(zip(names, [*ended, due - sum(ended)], strict=True)))


def _table(key: str, title: str, rows: Sequence[tuple[str, int]]) -> Table:
    """The table as it is published; rows of zero are left out, those that are told give nothing away about the small ones."""
    rows = [(name, number) for name, number in rows if number]
    total = sum(number for _name, number in rows)
    shown = suppress([number for _name, number in rows]) if total >= HIDDEN else None
    if shown is None:
        return Table(key, title, [], Cell(None, ""))
    whole = rounded(total)
    cells = [_cell(number, hidden=not tell, total=whole) for (_name, number), tell in zip(rows, shown, strict=True)]
    names = [name for name, _number in rows]
    return Table(key, title, list(zip(names, cells, strict=True)), _cell(total, hidden=False, total=0))


def _cell(number: int, *, hidden: bool, total: int) -> Cell:
    if hidden:
        return Cell(None, LESS if number < HIDDEN else _("不单列"))
    told = rounded(number)
    share = f"{100 * told / total:.0f}%" if total >= BASE else ""
    return Cell(told, str(told), share)


def suppress(numbers: Sequence[int]) -> list[bool] | None:
    """Which of a table's true numbers are told, its rounded total being told too; None: the table may not be told at all.

    The small ones are not, and where there are any the smallest other one is not either: always, so that its hiding says nothing.
    Where somebody could still narrow a small one down to fewer than five numbers, nothing is told. Whether they could depends on
    what would be told alone, so that neither does a told table say more than its numbers.
    """
    tell = [number >= HIDDEN for number in numbers]
    if not all(tell) and any(tell):
        tell[min((number, i) for i, number in enumerate(numbers) if tell[i])[1]] = False
    spans = [possible(numbers, tell, i) for i, number in enumerate(numbers) if number < HIDDEN]
    return None if any(most - least + 1 < WIDE for least, most in spans) else tell


def possible(numbers: Sequence[int], tell: Sequence[bool], place: int) -> tuple[int, int]:
    """The least and the most that a small number at this place can be for somebody who knows these rules and all that is told.

    Told ones are within two of their rounding; the other small ones are 1-9; the one hidden beside them is from ten up to the
    smallest told one; and the total is within two of its rounding.
    """
    half, total = STEP // 2, rounded(sum(numbers))
    highest = min((rounded(n) + half for n, told in zip(numbers, tell, strict=True) if told), default=total + half)
    least_rest = most_rest = 0
    for i, number in enumerate(numbers):
        if i == place:
            continue
        if tell[i]:
            least, most = max(rounded(number) - half, HIDDEN), rounded(number) + half
        elif number < HIDDEN:
            least, most = 1, HIDDEN - 1
        else:
            least, most = HIDDEN, highest
        least_rest, most_rest = least_rest + least, most_rest + most
    return max(1, total - half - most_rest), min(HIDDEN - 1, total + half - least_rest)


def as_rows(found: Published) -> list[list[str]]:
    """The same as rows of a file: table, row, number, percent."""
    rows = []
    for table in found.tables:
        rows += [[table.title, name, cell.words, cell.percent] for name, cell in table.rows]
        rows.append([table.title, _("合计"), table.total.words, ""])
    return rows
