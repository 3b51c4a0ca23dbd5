"""What is searched, and how its index is kept: in the transaction of the text, by whatever writes it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from gongyi.core.access import Actor, Permission
from gongyi.core.county import county_of, new_key
from gongyi.core.models import SearchRow
from gongyi.core.search.engine import first_place, put_in, same_day, take_out, worked_out

FORM = 1  # grows when texts are read otherwise than before; rows of an older form are written anew
LONGEST = 60_000  # characters of a record's text that are indexed
BATCH = 200
FEW = 5000  # rows: so many are quicker gone through than the hits of a common word


# --- what is searched -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """What may be found of one record. `day` puts the newest first."""

    subject: UUID
    day: date
    number: str
    title: str
    body: str


@dataclass(frozen=True)
class Watch:
    """A model in which a record's text stands: its columns, the path to the record's key, and of which rows."""

    model: type[models.Model]
    fields: frozenset[str]
    path: str = "pk"
    when: Callable[[Any], bool] = lambda _row: True


@dataclass(frozen=True)
class Seen:
    """The index rows that somebody may see: as a set, and as a question to each; about how many they are, by `counted`."""

    rows: Q
    each: Q
    number: int

    @property
    def few(self) -> bool:
        """Whether these are quicker gone through than the hits of a common word."""
        return self.number <= FEW


def counted(held: QuerySet[Any], narrowed: QuerySet[Any] | None) -> int:
    """About how many rows somebody may see, up to `FEW` and one: of all that are held, or, where these are more, of the narrowed ones."""
    number = held[: FEW + 1].count()
    return number if number <= FEW or narrowed is None else narrowed[: FEW + 1].count()


@dataclass(frozen=True)
class Kind:
    """One kind of record. `seen` says which index rows the person may see under a filter of the app's own, `unseen` which
    records nobody sees yet.

    `rows` are the lines of a list for these keys, in any order, each with its `key`; `form` makes the list's filter form.
    """

    name: str
    label: Promise
    permission: Permission
    watches: tuple[Watch, ...]
    documents: Callable[[Collection[UUID]], Iterable[Document]]
    records: Callable[[int], QuerySet[Any]]  # all of a county
    seen: Callable[[Actor, Any], Seen]
    unseen: Callable[[int], QuerySet[Any, Any]]  # keys
    rows: Callable[[Actor, Collection[UUID]], list[dict[str, Any]]]
    form: Callable[[Any, Actor], Any]
    later: bool = False  # stands behind the kinds of later apps


KINDS: dict[str, Kind] = {}
_watched: dict[type[models.Model], list[tuple[Kind, Watch]]] = {}
_held: ContextVar[dict[str, set[UUID]] | None] = ContextVar("held", default=None)


def register(kind: Kind) -> None:
    """Make records of this kind findable. Raises ValueError for a name that is taken or a model that cannot tell us."""
    if kind.name in KINDS:
        raise ValueError(f"{kind.name} is registered already")
    for watch in kind.watches:
        if not issubclass(watch.model, SearchedModel):
            raise ValueError(f"{watch.model.__name__} is no SearchedModel")  # noqa: TRY004 - a wrong registration, not a wrong type
        _watched.setdefault(watch.model, []).append((kind, watch))
    KINDS[kind.name] = kind


# --- kept beside the text ---------------------------------------------------------------------------------------------


class SearchedRows(QuerySet[Any]):
    """Whatever writes a row of the model, by `save`, `update`, in bulk or by deleting, writes the index too, in one transaction."""

    def _insert(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic(using=self.db):
            done = super()._insert(objs, *args, **kwargs)  # type: ignore[misc]
            for kind, watch in _watched.get(self.model, ()):
                _touched(kind, {_subject(row, watch.path) for row in objs if watch.when(row)})
        return done

    def _update(self, values: Any) -> Any:
        write = super()._update  # type: ignore[misc]
        return self._tell({field.name for field, _model, _value in values}, lambda: write(values))

    def update(self, **kwargs: Any) -> int:
        write = super().update
        return cast("int", self._tell(set(kwargs), lambda: write(**kwargs)))

    def delete(self) -> tuple[int, dict[str, int]]:
        return cast("tuple[int, dict[str, int]]", self._tell(None, super().delete))

    def _tell(self, fields: set[str] | None, write: Callable[[], Any]) -> Any:
        """Write, and index anew what the columns (None: any) were part of."""
        concerned = [
            (kind, watch) for kind, watch in _watched.get(self.model, ()) if fields is None or watch.fields & fields
        ]
        if not concerned:
            return write()
        with transaction.atomic(using=self.db):
            found = [(kind, set(self.order_by().values_list(watch.path, flat=True))) for kind, watch in concerned]
            done = write()
            for kind, keys in found:
                _touched(kind, keys)
        return done

    _insert.queryset_only = False  # type: ignore[attr-defined]
    _update.queryset_only = False  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class SearchedModel(models.Model):
    """Base of a model in which findable text stands."""

    objects = SearchedRows.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            concerned = [(kind, _subject(self, watch.path)) for kind, watch in _watched.get(type(self), ())]
            done = super().delete(*args, **kwargs)
            for kind, key in concerned:
                _touched(kind, {key})
        return done


def _subject(row: models.Model, path: str) -> UUID:
    return cast("UUID", getattr(row, path))


@contextmanager
def together() -> Iterator[None]:
    """Index what the block writes once, at its end: for rows that are written piece by piece. In a transaction of its own."""
    if _held.get() is not None:
        yield
        return
    token = _held.set({})
    try:
        with transaction.atomic():
            yield
            for name, keys in (_held.get() or {}).items():
                index(KINDS[name], keys)
    finally:
        _held.reset(token)


def _touched(kind: Kind, keys: set[UUID]) -> None:
    held = _held.get()
    if held is None:
        index(kind, keys)
    else:
        held.setdefault(kind.name, set()).update(keys)


def index(kind: Kind, keys: Collection[UUID]) -> int:
    """Bring the index of these records up to date, in the caller's transaction; returns how many were written."""
    ordered, written = sorted(keys), 0
    size = batch_size()
    for start in range(0, len(ordered), size):
        written += _index(kind, ordered[start : start + size])
    return written


def _index(kind: Kind, keys: list[UUID]) -> int:
    rows = SearchRow.objects.filter(
        county__in={county_of(key) for key in keys}, kind=kind.name, subject__in=keys
    ).order_by()
    ahead = _ahead.get()
    old = {row.subject: row for row in _read(rows, ahead)}
    documents = ahead.documents if ahead and ahead.documents and ahead.kind in {"", kind.name} else kind.documents
    new = {doc.subject: _row(kind, doc) for doc in documents(keys)}
    same = {key for key, row in new.items() if key in old and _same(row, old[key])}
    gone = [row for key, row in old.items() if key not in same]
    fresh = [row for key, row in new.items() if key not in same]
    if gone or fresh:
        with transaction.atomic():
            take_out(gone)
            put_in(fresh, {row.subject: row.place for row in gone})
    return len(fresh)


def _read(rows: QuerySet[SearchRow], ahead: "_Ahead | None") -> Iterable[SearchRow]:
    """The index rows; those that were read before the transaction need not be read again, as a changed row has another key."""
    if ahead is None:
        return rows
    keys = list(rows.values_list("pk", flat=True))
    return [ahead.rows[key] for key in keys] if all(key in ahead.rows for key in keys) else rows


@dataclass(frozen=True)
class _Ahead:
    rows: dict[UUID, SearchRow]
    kind: str
    documents: "Callable[[Collection[UUID]], Iterable[Document]] | None"


_ahead: ContextVar[_Ahead | None] = ContextVar("ahead", default=None)


@contextmanager
def ahead(
    keys: Collection[UUID] = (),
    *,
    kind: str = "",
    documents: Callable[[Collection[UUID]], Iterable[Document]] | None = None,
    texts: Collection[str] = (),
) -> Iterator[None]:
    """Do before the transaction of the block what indexing these records takes, so that others wait less for it.

    `keys` are records that will change or go. Of records of a kind (or any) that the block itself makes, `documents` says how they are
    found, as the kind's own would read it out of the database, and `texts` are their titles and bodies.
    """
    rows = SearchRow.objects.filter(county__in={county_of(key) for key in keys}, subject__in=keys)
    read = {row.pk: row for row in rows.order_by()} if keys else {}
    token = _ahead.set(_Ahead(read, kind, documents))
    try:
        with worked_out([*texts, *(text for row in read.values() for text in (row.number, row.title, row.body))]):
            yield
    finally:
        _ahead.reset(token)


def _row(kind: Kind, doc: Document) -> SearchRow:
    county = county_of(doc.subject)
    return SearchRow(
        id=new_key(county), county=county, kind=kind.name, subject=doc.subject, form=FORM, number=doc.number[:200],
        title=doc.title[:200], body=doc.body[:LONGEST], place=first_place(county, doc.day),
    )  # fmt: skip


def _same(one: SearchRow, other: SearchRow) -> bool:
    """Whether two rows of one record say the same; of its place only the day counts."""
    alike = all(getattr(one, name) == getattr(other, name) for name in ("form", "number", "title", "body"))
    return alike and same_day(one, other)


def batch_size() -> int:
    """Records that are indexed in one go: few where one writes at a time."""
    return BATCH if connection.vendor == "sqlite" else 5 * BATCH


def rebuild(kind: Kind, county: int) -> Iterator[tuple[int, int]]:
    """Compare every record of a county with its row and write what differs, one short transaction for each batch.

    Yields (records looked at, rows written) after each. Cut off and begun again, it passes over what is right already.
    """
    rows, batch = SearchRow.objects.filter(county=county, kind=kind.name), batch_size()
    seen = written = 0
    for keys in _in_turn(kind.records(county), "pk", batch):
        written += index(kind, keys)
        seen += len(keys)
        yield seen, written
    for keys in _in_turn(rows, "subject", batch):
        index(kind, set(keys) - set(kind.records(county).filter(pk__in=keys).values_list("pk", flat=True)))
    yield seen, written


def _in_turn(rows: QuerySet[Any], column: str, number: int) -> Iterator[list[UUID]]:
    """The keys in this column, so many at a time, each time from behind the last one."""
    keys = list(rows.order_by(column).values_list(column, flat=True)[:number])
    while keys:
        yield keys
        behind = rows.filter(**{f"{column}__gt": keys[-1]})
        keys = list(behind.order_by(column).values_list(column, flat=True)[:number])


def is_whole(kind: Kind, county: int) -> bool:
    """Whether as many records are indexed as there are, in the form of today: false after an upgrade or a copy from elsewhere."""
    rows = SearchRow.objects.filter(county=county, kind=kind.name, form=FORM)
    return rows.count() == kind.records(county).count()
