"""Every table's rows as lines of JSON that are the same on every engine, read and written without the models' own fields.

So what is encrypted stays encrypted, and a table of an earlier version is written back by its columns alone. The digest of a table is
the sum of its rows' digests: it knows no order, and two engines with the same rows agree on it.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Context, Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# Made again after a restore (the index of words), or better not carried over: everybody signs in anew.
LEFT_OUT = {"core_searchrow", "django_session", "usersessions_usersession"}
KINDS = {
    **dict.fromkeys(("CharField", "TextField", "SlugField", "GenericIPAddressField"), "text"),
    **dict.fromkeys(("IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField"), "int"),
    **dict.fromkeys(("PositiveSmallIntegerField", "PositiveBigIntegerField"), "int"),
    **dict.fromkeys(("AutoField", "BigAutoField", "SmallAutoField"), "serial"),
    "BooleanField": "bool",
    "UUIDField": "uuid",
    "JSONField": "json",
    "DecimalField": "decimal",
    "DateTimeField": "moment",
    "DateField": "date",
    "TimeField": "time",
}
BATCH = 2000
_NO_FRACTION = ".000000"


class Column(NamedTuple):
    """A column and what it holds, one of the values of KINDS; `places` behind the point of a decimal."""

    name: str
    kind: str
    places: int = 0


class Table(NamedTuple):
    """A table with its columns in the order of their names."""

    name: str
    columns: tuple[Column, ...]


def tables() -> list[Table]:
    """Every table of this version that a backup holds. Raises KeyError for a kind of column that nobody thought of."""
    found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if _kept(model)}
    return [
        Table(name, tuple(sorted(map(_column, model._meta.local_concrete_fields))))
        for name, model in sorted(found.items())
    ]


def _kept(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT


def _column(field: Any) -> Column:
    target = field
    while target.remote_field:
        target = target.target_field
    kind = KINDS[target.get_internal_type()]
    kind = "int" if kind == "serial" and target is not field else kind
    return Column(field.column, kind, getattr(target, "decimal_places", 0) or 0)


class Digest:
    """The number of rows of a table and the sum of their digests."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: str) -> None:
        """Count one row."""
        self.rows += 1
        self._sum += int.from_bytes(sha256(line.encode()).digest(), "big")

    @property
    def hex(self) -> str:
        """64 digits."""
        return f"{self._sum % (1 << 256):064x}"

    def facts(self) -> dict[str, Any]:
        """As the manifest holds it."""
        return {"rows": self.rows, "digest": self.hex}


def checksum(facts: dict[str, dict[str, Any]]) -> str:
    """One digest over all tables that hold rows: equal for equal content, whatever the engine."""
    lines = [f"{name} {one['rows']} {one['digest']}\n" for name, one in sorted(facts.items()) if one["rows"]]
    return sha256("".join(lines).encode()).hexdigest()


# --- reading ----------------------------------------------------------------------------------------------------------

Turn = Callable[[Any], Any]


def read(on: BaseDatabaseWrapper, table: Table) -> Iterator[str]:
    """The table's rows as lines, in no order, a few at a time."""
    turns = [(at, turn) for at, one in enumerate(table.columns) if (turn := _from_database(one, on.vendor))]
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    bare = (
        "+" if on.vendor == "sqlite" else ""
    )  # an expression has no declared type: the stored text itself, not Django's object
    names = ", ".join(bare + on.ops.quote_name(column.name) for column in table.columns)
    with on.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {on.ops.quote_name(table.name)}")  # noqa: S608 - our own names
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                values = list(row)
                for at, turn in turns:
                    if values[at] is not None:
                        values[at] = turn(values[at])
                yield write(values)


def _names(on: BaseDatabaseWrapper, table: Table) -> str:
    return ", ".join(on.ops.quote_name(column.name) for column in table.columns)


def _from_database(column: Column, vendor: str) -> Turn | None:
    """What makes the engine's value the one that is written; None where it is already."""
    if column.kind == "json":
        return lambda text: _canonical(json.loads(text) if isinstance(text, str) else text)
    if column.kind == "decimal":
        return lambda value: f"{_decimal(value):.{column.places}f}"
    return (_FROM_SQLITE if vendor == "sqlite" else _FROM_POSTGRES).get(column.kind)


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _decimal(value: Any) -> Decimal:
    return Context(prec=15).create_decimal_from_float(value) if isinstance(value, float) else Decimal(value)


def _whole_fraction(text: str) -> str:
    return text if "." in text else text + _NO_FRACTION


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


_FROM_SQLITE: dict[str, Turn] = {"bool": bool, "moment": _whole_fraction, "time": _whole_fraction}
_FROM_POSTGRES: dict[str, Turn] = {
    "uuid": lambda value: value.hex,
    "moment": _moment,
    "date": lambda value: value.isoformat(),
    "time": lambda value: value.isoformat("microseconds"),
    "text": str,
}


# --- writing ----------------------------------------------------------------------------------------------------------


def write(on: BaseDatabaseWrapper, table: Table, lines: Iterable[str]) -> None:
    """Insert the rows, in the caller's transaction."""
    rows = map(json.loads, lines)
    name, names = on.ops.quote_name(table.name), _names(on, table)
    if on.vendor == "sqlite":
        turns = [(at, _TO_SQLITE[c.kind]) for at, c in enumerate(table.columns) if c.kind in _TO_SQLITE]
        marks = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        on.connection.executemany(statement, (_turned(row, turns) for row in rows))
        return
    turns = [(at, _TO_POSTGRES[c.kind]) for at, c in enumerate(table.columns) if c.kind in _TO_POSTGRES]
    with on.cursor() as cursor, cursor.cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(_turned(row, turns))


def _turned(row: list[Any], turns: list[tuple[int, Turn]]) -> list[Any]:
    for at, turn in turns:
        if row[at] is not None:
            row[at] = turn(row[at])
    return row


# As Django itself writes them: a moment without a fraction has none, or it would compare as another text.
_TO_SQLITE: dict[str, Turn] = {
    "bool": int,
    "moment": lambda text: text.removesuffix(_NO_FRACTION),
    "time": lambda text: text.removesuffix(_NO_FRACTION),
    "json": lambda text: json.dumps(json.loads(text)),
}
_TO_POSTGRES: dict[str, Turn] = {"moment": lambda text: f"{text}+00"}


def clear(on: BaseDatabaseWrapper, every: Iterable[Table]) -> None:
    """Take out the rows that migrations put into a new database; the backup brings its own."""
    with on.cursor() as cursor:
        for table in every:
            cursor.execute(f"DELETE FROM {on.ops.quote_name(table.name)}")  # noqa: S608 - our own names


def reset_serials(on: BaseDatabaseWrapper, every: Iterable[Table]) -> None:
    """PostgreSQL counts on behind the highest number that was written; SQLite does by itself."""
    if on.vendor != "postgresql":
        return
    with on.cursor() as cursor:
        for table in every:
            for column in table.columns:
                if column.kind == "serial":
                    name, own = on.ops.quote_name(table.name), on.ops.quote_name(column.name)
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{name}', '{column.name}'),"  # noqa: S608 - our own names
                        f" coalesce(max({own}), 1), max({own}) IS NOT NULL) FROM {name}"
                    )


def digests(on: BaseDatabaseWrapper, every: Iterable[Table]) -> dict[str, dict[str, Any]]:
    """Rows and digest of each table as the database holds it now."""
    return {table.name: _digest(read(on, table)) for table in every}


def _digest(lines: Iterable[str]) -> dict[str, Any]:
    digest = Digest()
    for line in lines:
        digest.add(line)
    return digest.facts()
