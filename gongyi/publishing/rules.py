"""Who may make what public. One predicate gives the check on a text and the list of texts (rights.md P3-P5, P8, P9).

The app knows no later app: each kind of record that is made public is registered by its own app as a `Press`, which names its
models and says of a record what may be public, by whom, and what the public never reads.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, Table, holds_at
from gongyi.network.models import Unit

MAKING = {"start", "edit", "show", "hide", "propose", "amend", "revive"}
OWN_TEXT = {"approve", "refuse"}  # never by who had a hand in the text (P8)
WRITERS = ("answered_by", "drafted_by")  # the columns of a record with who wrote its answer


class Field(NamedTuple):
    """A text that the public reads, as the form asks for it."""

    name: str
    label: Promise
    hint: Promise | str = ""
    rows: int = 6


class Words(NamedTuple):
    """How the office pages of one kind of record speak."""

    lead: Promise  # above the list
    empty: Promise  # where nothing is public yet
    find: Promise  # the link to records that may be made public
    begin: Promise  # before the first draft
    waiting: Promise  # the section of Today
    record: Promise  # the link to the record
    stranger: Promise  # who stands behind it, beside what they did without an account


@dataclass(frozen=True)
class Press:
    """What the app of a record says of its public texts.

    `parts` are the participation rows that a person may see, `declared` the conflicts that keep them out. `why_not` says why
    nothing of a record may be made public now, `why_never` why not ever (None: it may). `facts` are the columns beside the text,
    `keeps` those of them that a published text keeps; `begin` the record's own texts, `needed` the fields that may not be empty,
    `renewed` those that a correction takes from the record again. `known` are names and numbers that the public never reads.
    `second` finds the unit where somebody else may approve; `apart` are the accounts that may not act for the record.
    """

    kind: str
    space: str  # the namespace of its addresses
    title: Promise
    words: Words
    table: Table
    publication: type[Any]
    text: type[Any]
    word: type[Any]
    step: type[Any]
    record: type[Any]
    view: P
    fields: tuple[Field, ...]
    keeps: tuple[str, ...]
    joined: tuple[str, ...]
    template: str
    public_page: str
    find_url: str
    fetch: Callable[[Actor, UUID], Any]
    visible: Callable[[Actor], QuerySet[Any, Any]]
    parts: Callable[[Actor], QuerySet[Any, Any]]
    declared: Callable[[Actor, Any], QuerySet[Any, Any]]
    concerned: Callable[[Actor, Any], bool]
    why_not: Callable[[Any], Promise | None]
    why_never: Callable[[Any], Promise | None]
    facts: Callable[[Any], dict[str, Any]]
    begin: Callable[[Any], dict[str, str]]
    needed: Callable[[Any], AbstractSet[str]]
    renewed: Callable[[Any], AbstractSet[str]]
    known: Callable[[Any], Mapping[str, list[str]]]
    second: Callable[[Any, set[UUID | None]], Unit]
    apart: Callable[[Any], AbstractSet[UUID | None]]
    preview: Callable[[Any, dict[str, str]], dict[str, Any]]
    ledger: str = ""  # the list under which ledgers know them

    @property
    def parent(self) -> str:
        """The column of a publication that leads to its record."""
        parent: str = self.publication.parent
        return parent

    @property
    def names(self) -> tuple[str, ...]:
        """The texts that the public reads."""
        return tuple(field.name for field in self.fields)


_presses: dict[str, Press] = {}
_by_model: dict[type[Any], Press] = {}


def register_press(press: Press) -> None:
    """Add a kind of record that is made public. Raises ValueError for a kind that is taken by another."""
    if _presses.get(press.kind, press) is not press:
        raise ValueError(press.kind)
    _presses[press.kind] = press
    _by_model.update({press.publication: press, press.record: press, press.text: press})


def presses() -> list[Press]:
    """All kinds, in the order in which they were registered."""
    return list(_presses.values())


def press_named(kind: str) -> Press:
    """The kind of this name. Raises KeyError for an unknown one."""
    return _presses[kind]


def press_of(row: Any) -> Press:
    """The kind to which a publication, a published text or a record belongs."""
    return _by_model[type(row)]


def may_start(by: Actor, record: Any) -> bool:
    """Whether this person may prepare the public text of a record that they may see."""
    press = press_of(record)
    return holds_at(by, record, press.table["edit"]) and not press.concerned(by, record)


def visible_to(by: Actor, press: Press) -> QuerySet[Any, Any]:
    """The publications of the records that one may open, and those that one's unit has to approve: these without the record (P5)."""
    record = OuterRef(press.parent)
    second = Q(second__in=by.units(press.table["approve"].permission)) & ~Q(Exists(press.declared(by, record)))
    seen = Q(Exists(press.parts(by).filter(**{press.parent: record})))
    rows: QuerySet[Any, Any] = press.publication.objects.filter(second | seen, county=by.county)
    return rows


def can_move(by: Actor, publication: Any, move: Move) -> bool:
    """Whether this person may make this move on a publication that they may see, whatever its state.

    Adds to the table: no one approves a text in which they had a hand, or an answer that they wrote (P8); an asker acts on
    the publication of their own record alone.
    """
    press = press_of(publication)
    if by.asks is not None:
        return move.permission == P.ASKER and by.asks == publication.record.pk
    if not by.system and press.concerned(by, publication.record):
        return False
    if move.action in OWN_TEXT and by.id in makers_of(publication):
        return False
    return holds_at(by, publication, move)


def judged_by(by: Actor, press: Press) -> QuerySet[Any, Any]:
    """The texts that wait for an approval which this person may give: the same as `can_move` says of approving."""
    approve = press.table["approve"].permission
    rows = visible_to(by, press).filter(state="proposed", second__in=by.units(approve))
    own = press.step.objects.filter(county=by.county, actor=by.key, action__in=MAKING, publication=OuterRef("pk"))
    for column in WRITERS:
        rows = rows.exclude(**{f"{press.parent}__{column}": by.key})
    return rows.exclude(Exists(own)).exclude(Exists(press.declared(by, OuterRef(press.parent))))


def makers_of(publication: Any) -> set[UUID | None]:
    """Everybody who had a hand in the text, ever, and who wrote the answer."""
    steps = press_of(publication).step.objects.filter(county=publication.county, publication=publication)
    hands = steps.filter(action__in=MAKING).values_list("actor", flat=True)
    return {*hands, *(getattr(publication.record, column) for column in WRITERS)} - {None}


def moves_for(by: Actor, publication: Any) -> list[Move]:
    """The moves that this person may make now, in table order."""
    table = press_of(publication).table
    return [move for move in table.leaving(publication.state) if can_move(by, publication, move)]


def may_hear_of(by: Actor, key: UUID) -> bool:
    """Whether the reader of a message may still open the publication."""
    return any(visible_to(by, press).filter(id=key).exists() for press in presses())
