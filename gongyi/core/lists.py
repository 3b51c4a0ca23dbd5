"""The lists of the product, each registered once by its app: what it is called, its columns, the rows that somebody may see.

Ledgers take their rows and words from here, and a figure opens its rows by the list of the same kind of record. No column holds a
person's name as an asker, a phone or an address.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from gongyi.core.access import Actor, Permission
from gongyi.core.figures import CASES, Period

BATCH = 500
Words = str | Promise
Cell = str | int
Moment = datetime | date | None
Cells = Mapping[str, Cell]


@dataclass(frozen=True)
class Asked:
    """What a ledger asks of a list: a unit (its row), days, conditions by the names of the list's filters, at most so many rows."""

    unit: Any
    period: Period
    where: Mapping[str, str] = field(default_factory=dict)
    most: int = 1


@dataclass(frozen=True)
class Found:
    """Rows that somebody may see, each with the moment for which it stands there, the oldest first; `number` counts them for everybody."""

    pairs: Sequence[tuple[UUID, Moment]]
    number: int

    @property
    def elsewhere(self) -> int:
        """Rows that stand with other units: counted, not shown (rights.md P5)."""
        return self.number - len(self.pairs)


@dataclass(frozen=True)
class Filter:
    """One condition of a list and what may be chosen for it."""

    label: Words
    choices: Callable[[Actor], Iterable[tuple[str, Words]]]


@dataclass(frozen=True)
class Opened:
    """How the records behind a figure are opened: which of them somebody may see, and the lines in which a page lists them."""

    model: Any
    seen: Callable[[Actor, str], Exists]  # of rows whose column has the record's key
    lines: Callable[[list[UUID]], dict[UUID, dict[str, Any]]]


@dataclass(frozen=True)
class Kind:
    """One list. Who holds `permission` in a unit reads it there and keeps its ledgers.

    `day` says by which day a row stands in a period. `columns` in their order, `start` are those of a new ledger. `rows` finds
    what one person may see, `cells` writes the columns of such rows (a row that is gone or not theirs is left out), `still` says
    which of them they may open now. `page` is the address of the list by name.
    """

    name: str
    label: Words
    permission: Permission
    day: Words
    columns: Callable[[], Mapping[str, Words]]
    start: tuple[str, ...]
    rows: Callable[[Actor, Asked], Found]
    cells: Callable[[Actor, Sequence[UUID], Asked], Mapping[UUID, Cells]]
    still: Callable[[Actor, Collection[UUID]], set[UUID]]
    page: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    measure: Words = CASES
    opened: Opened | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a list. Raises ValueError for a name that is taken by another."""
    if _kinds.get(kind.name, kind) is not kind:
        raise ValueError(kind.name)
    _kinds[kind.name] = kind


def kinds() -> list[Kind]:
    """All lists, in the order in which they were registered."""
    return list(_kinds.values())


def kind(name: str) -> Kind:
    """The list of this name. Raises KeyError for an unknown one."""
    return _kinds[name]


def opened(name: str) -> Opened:
    """How the records of this kind are opened. Raises KeyError for a kind whose records no figure opens."""
    found = _kinds[name].opened
    if found is None:
        raise KeyError(name)
    return found


# --- what most lists need ---------------------------------------------------------------------------------------------


def opening(
    model: Any, visible: Callable[[Actor], QuerySet[Any]], lines: Callable[[list[UUID]], dict[UUID, dict[str, Any]]]
) -> Opened:
    """Records that somebody opens as far as `visible` has them."""
    return Opened(model, lambda by, key: Exists(visible(by).filter(id=OuterRef(key))), lines)


def still_in(visible: Callable[[Actor], QuerySet[Any]]) -> Callable[[Actor, Collection[UUID]], set[UUID]]:
    """The `still` of records that somebody opens as far as `visible` has them."""

    def still(by: Actor, keys: Collection[UUID]) -> set[UUID]:
        return {key for some in batches(keys) for key in visible(by).filter(id__in=some).values_list("id", flat=True)}

    return still


def found_in(rows: QuerySet[Any], at: str, most: int) -> Found:
    """The first rows by a moment, one more than `most` where there are more."""
    pairs = list(rows.order_by(at, "pk").values_list("pk", at)[: most + 1])
    return Found(pairs, len(pairs))


def batches(keys: Collection[UUID]) -> Iterable[list[UUID]]:
    """The keys, each once, so many at a time."""
    found = list(dict.fromkeys(keys))
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))


def of_period(period: Period, at: str, *, days: bool = False) -> dict[str, Any]:
    """The condition that a moment (or with `days` a day) lies in the period."""
    if days:
        return {f"{at}__gte": period.first, f"{at}__lte": period.last}
    return {f"{at}__gte": period.start, f"{at}__lt": period.end}


def told(at: Moment) -> str:
    """A moment or a day as a cell has it."""
    if isinstance(at, datetime):
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return at.isoformat() if at else ""
