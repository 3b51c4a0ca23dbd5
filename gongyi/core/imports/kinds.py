"""What can be imported: each app registers its kinds, and the rest (wizard, command, undo) is the same for all."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.imports.table import Column, Layout, Sheet


@dataclass
class Checked:
    """A row as it would be stored: its facts, the same in words for the preview, and what is wrong with it.

    `key` tells the row from every other one of its sender ('' : the content does). `problems` are (field, reason); a row with
    problems is not stored. `known` says that the county has it already, however it came.
    """

    row: int = 0
    key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    known: bool = False


class Kind:
    """A kind of row. A subclass says its columns, checks a row, stores a batch in one transaction, and takes rows back."""

    name: ClassVar[str]
    label: ClassVar[Promise]
    told_by: ClassVar[Promise] = gettext_lazy("编号")  # what tells one row from another
    hint: ClassVar[Promise]
    columns: ClassVar[tuple[Column, ...]]
    per_unit: ClassVar[bool] = False  # rows belong to the unit that takes them in, which the person chooses
    dictionary: ClassVar[bool] = False  # names of units, places, topics: by the value rule only (rights.md D2)
    batch: ClassVar[int] = 10  # rows of the first transaction; the next ones follow the time that it takes

    def may(self, by: Actor, unit: UUID | None) -> bool:
        """Whether this person may import into that unit; without one, into any."""
        raise NotImplementedError

    def prepare(self, by: Actor, unit: UUID, given: frozenset[str]) -> Any:
        """What checking a row needs, read once; `given` are the fields for which the file has a column."""
        raise NotImplementedError

    def stamp(self, context: Any) -> str:  # noqa: ARG002 - most tables are checked quickly
        """What checking a row depends on besides the row, in one line; '' where a check is never kept."""
        return ""

    def check(self, context: Any, cells: Mapping[str, str]) -> Checked:
        """A row by its fields."""
        raise NotImplementedError

    def note(self, context: Any, row: Checked) -> None:
        """Remember of a row that is to be stored what `notes` tells."""

    def notes(self, context: Any) -> list[str]:  # noqa: ARG002 - most have none
        """What the preview says beside the rows to be stored: new topics, where open cases go."""
        return []

    def settle(self, sheet: Sheet, layout: Layout) -> None:
        """Change what a column was taken for where its cells say otherwise."""

    def told_apart(self, context: Any, rows: Mapping[UUID, Checked]) -> Collection[UUID]:  # noqa: ARG002 - most rows are told by their names
        """Of rows by what came in under their key before those that are about something else."""
        return ()

    def check_headings(self, headings: Sequence[str]) -> None:
        """Raise Refused for a heading that this kind must never take in, beyond what the gate refuses."""

    def begin(self, context: Any, *, by: Actor) -> list[UUID]:  # noqa: ARG002 - most need nothing
        """Make some of what has to be there before the first row, a few at a time, each time in a transaction; returns their keys, none at the end."""
        return []

    def ahead(self, context: Any, rows: Sequence[Checked], *, by: Actor) -> AbstractContextManager[None]:  # noqa: ARG002 - most need nothing
        """Do what storing these rows takes and what needs no transaction, as others wait while one lasts."""
        return nullcontext()

    def store(self, context: Any, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:
        """Store the rows in the caller's transaction, with their audit row; returns their keys in the same order, behind them the
        keys of what else came with them.
        """
        raise NotImplementedError

    def finish(self, context: Any, *, by: Actor, created: int) -> None:
        """What follows once all rows of a batch are in, in the transaction that makes them visible."""

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:
        """Those rows that somebody worked with since: they cannot be taken back."""
        raise NotImplementedError

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> Collection[UUID]:
        """Take rows back in the caller's transaction; returns those that stay as something else stands upon them."""
        raise NotImplementedError

    def url(self, created: int) -> str:
        """Where the stored rows are seen."""
        raise NotImplementedError


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind importable; called from `AppConfig.ready`. Raises ValueError for a name that is taken."""
    if kind.name in KINDS:
        raise ValueError(f"kind {kind.name!r} is taken")
    KINDS[kind.name] = kind


def kinds_of(by: Actor) -> list[Kind]:
    """The kinds that this person may import somewhere."""
    return [kind for kind in KINDS.values() if kind.may(by, None)]
