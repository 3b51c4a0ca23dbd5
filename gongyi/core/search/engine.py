"""The index itself, the product's one place with SQL written by hand: pairs of characters in FTS5 on SQLite, a tsvector on PostgreSQL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from secrets import randbelow
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet
from django.db.models.lookups import Exact

from gongyi.core.models import PlaceField, SearchRow
from gongyi.core.search.words import Word, plain, question, tokens

INDEX = "core_searchindex"
_DAYS, _ROWS = 1 << 16, 1 << 20
_FIRST_DAY = date(1990, 1, 1).toordinal()
_POSITIONS = 16_000  # a tsvector counts no further than 16,383


# --- rows -------------------------------------------------------------------------------------------------------------


def newest(county: int, number: int) -> int | None:
    """The place of the so-manieth newest row, where looking at these alone is quicker; None where there are fewer."""
    if connection.vendor != "sqlite":
        return None
    places = SearchRow.objects.filter(county=county).order_by("-place").values_list("place", flat=True)
    return next(iter(places[number : number + 1]), None)


def first_place(county: int, day: date) -> int:
    """The first of a county's places of a day; the county stands in front, so that its places are one range."""
    return (county * _DAYS + min(max(day.toordinal() - _FIRST_DAY, 0), _DAYS - 1)) * _ROWS


def put_in(rows: list[SearchRow], had: dict[UUID, int]) -> None:
    """Write new rows and their pairs; a row keeps the place that it had on the same day."""
    following: dict[int, int] = _last_places(rows)
    for row in rows:
        first, before = row.place, had.get(row.subject)
        if before is not None and before // _ROWS == first // _ROWS:
            row.place = before
        else:
            row.place = following[first] = _next_place(first, following.get(first))
    if connection.vendor == "sqlite":
        SearchRow.objects.bulk_create(rows)
        _many(f"INSERT INTO {INDEX} (rowid, number, title, body) VALUES (%s, %s, %s, %s)", map(_pairs, rows))  # noqa: S608 - our own name
    else:
        names = [field.attname for field in SearchRow._meta.concrete_fields]
        sql = f"COPY {SearchRow._meta.db_table} ({', '.join(names)}, vector) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row([*(getattr(row, name) for name in names), vector(row)])


def _last_places(rows: list[SearchRow]) -> dict[int, int]:
    """The last place that is taken of each of the rows' days, by its first place; asked once for all, as a table has many days."""
    if connection.vendor != "sqlite":
        return {}
    days, found = sorted({row.place for row in rows}), dict[int, int]()
    for start in range(0, len(days), 200):
        some = days[start : start + 200]
        last = f"SELECT max(place) FROM {SearchRow._meta.db_table} WHERE county = first / %s AND place >= first AND place < first + %s"  # noqa: S608 - our own name
        sql = f"WITH days(first) AS (VALUES {', '.join(['(%s)'] * len(some))}) SELECT first, ({last}) FROM days"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [*some, _DAYS * _ROWS, _ROWS])
            found |= {first: place for first, place in cursor.fetchall() if place is not None}
    return found


def _next_place(first: int, last: int | None) -> int:
    """The next free place of a day. On SQLite, where one writes at a time, the place is the key of the pairs; else it only orders."""
    if connection.vendor != "sqlite":
        return first + randbelow(_ROWS)
    return first if last is None else last + 1


def take_out(rows: list[SearchRow]) -> None:
    """Remove rows; FTS5 takes a row's pairs out when it is told them again."""
    if connection.vendor == "sqlite":
        sql = f"INSERT INTO {INDEX} ({INDEX}, rowid, number, title, body) VALUES ('delete', %s, %s, %s, %s)"  # noqa: S608 - our own name
        _many(sql, map(_pairs, rows))
    SearchRow.objects.filter(county__in={row.county for row in rows}, id__in=[row.id for row in rows]).delete()


def _pairs(row: SearchRow) -> list[Any]:
    return [row.place, *map(_said, (row.number, row.title, row.body))]


_worked_out: ContextVar[dict[str, str]] = ContextVar("worked_out", default={})  # noqa: B039 - never changed


def _said(text: str) -> str:
    said = _worked_out.get().get(text)
    return " ".join(tokens(text)) if said is None else said


@contextmanager
def worked_out(texts: Iterable[str]) -> Iterator[None]:
    """Work out the pairs of these texts now, and not in the transactions of the block, for which others wait."""
    said = {text: " ".join(tokens(text)) for text in texts} if connection.vendor == "sqlite" else {}
    token = _worked_out.set(said)
    try:
        yield
    finally:
        _worked_out.reset(token)


def _many(sql: str, rows: Iterable[Any]) -> None:
    if listed := list(rows):
        with connection.cursor() as cursor:
            cursor.executemany(sql, listed)


def vector(row: SearchRow) -> str:
    """The pairs as PostgreSQL reads them: number and title of weight A, and the county, so that its rows are found by the index.

    Beyond the last position that it knows, counting begins again: nothing is lost, and hardly ever is too much found.
    """
    places: dict[str, list[str]] = {county_mark(row.county): []}
    place = 0
    for text, mark in ((row.number, "A"), (row.title, "A"), (row.body, "")):
        place += 1  # a phrase ends with its column
        for token in tokens(text):
            place = place % _POSITIONS + 1
            places.setdefault(token, []).append(f"{place}{mark}")
    return " ".join(f"'{token}':{','.join(found)}" if found else f"'{token}'" for token, found in places.items())


def county_mark(county: int) -> str:
    """A word that no text holds."""
    return f"={county:06d}"


# --- making, emptying, erasing ----------------------------------------------------------------------------------------


def install(on: BaseDatabaseWrapper) -> list[str]:
    """The statements that make the index on this engine; core's migration runs them."""
    if on.vendor == "sqlite":
        columns = "number, title, body, content='', tokenize='ascii', prefix='1'"
        return [f"CREATE VIRTUAL TABLE {INDEX} USING fts5({columns})"]
    table = SearchRow._meta.db_table
    return [
        f"ALTER TABLE {table} ADD COLUMN vector tsvector",
        f"CREATE INDEX {INDEX} ON {table} USING gin (vector)",
    ]


def remove(on: BaseDatabaseWrapper) -> list[str]:
    """The statements that take it away."""
    if on.vendor == "sqlite":
        return [f"DROP TABLE {INDEX}"]
    return [f"DROP INDEX {INDEX}", f"ALTER TABLE {SearchRow._meta.db_table} DROP COLUMN vector"]


def purge() -> None:
    """Leave nothing of what was erased in the index's file: FTS5 keeps words of removed rows until it is put together anew.

    Call it after rows were erased. PostgreSQL's autovacuum does this by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('optimize')")  # noqa: S608 - our own name


def empty(on: BaseDatabaseWrapper) -> None:
    """Forget every county's index at once; `rebuild` fills it again."""
    with transaction.atomic(using=on.alias), on.cursor() as cursor:
        if on.vendor == "sqlite":
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('delete-all')")  # noqa: S608 - our own name
            cursor.execute(f"DELETE FROM {SearchRow._meta.db_table}")  # noqa: S608
        else:
            cursor.execute(f"TRUNCATE {SearchRow._meta.db_table}")


def without_index() -> None:
    """PostgreSQL builds its index at once after the rows much faster than row by row; meanwhile searching is slow."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")


def with_index() -> None:
    """Build the index again where it is missing, as after a rebuilding that was cut off; nobody's writing waits for it."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = %s AND schemaname = current_schema()", [INDEX])
        if cursor.fetchone() is None:
            table = SearchRow._meta.db_table
            cursor.execute("SET maintenance_work_mem = '256MB'")  # the pairs of a whole country are sorted in it
            cursor.execute(f"CREATE INDEX CONCURRENTLY {INDEX} ON {table} USING gin (vector)")
            cursor.execute("RESET maintenance_work_mem")


# --- asking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What the index is asked: every word, in number and title alone if `titles`, from the place `since` on.

    `any_of`: one of them is enough. `asked_last`: of rows that are found by something else, which is choosier. `read`: PostgreSQL
    reads the texts, see `_are_read`.
    """

    county: int
    words: tuple[Word, ...]
    titles: bool = False
    since: int = 0
    any_of: bool = False
    asked_last: bool = False
    read: bool = False

    def fts5(self) -> str:
        """The question as FTS5 reads it."""
        words = (" OR " if self.any_of else " AND ").join(
            f'"{" ".join(word.tokens)}"' + ("*" if word.open_ended else "") for word in self.words
        )
        return f"{{number title}} : ({words})" if self.titles else words

    def tsquery(self) -> str:
        """The question as PostgreSQL reads it."""
        words = (" | " if self.any_of else " & ").join(self._phrase(word) for word in self.words)
        return f"'{county_mark(self.county)}' & ({words})"

    def like(self, table: str) -> tuple[str, tuple[str, ...]]:
        """The question to the texts themselves; its words are letters only, so there is nothing to escape."""
        columns = ("number", "title") if self.titles else ("number", "title", "body")
        one = " OR ".join(f"{table}.{column} LIKE %s" for column in columns)
        patterns = [f"%{word.runs[0]}%" for word in self.words for _column in columns]
        return f"({' AND '.join([f'({one})'] * len(self.words))})", tuple(patterns)

    def _phrase(self, word: Word) -> str:
        mark = "A" if self.titles else ""
        marks = [mark] * (len(word.tokens) - 1) + [f"{mark}*" if word.open_ended else mark]
        pieces = (f"'{token}'" + (f":{mark}" if mark else "") for token, mark in zip(word.tokens, marks, strict=True))
        return f"({' <-> '.join(pieces)})"


if TYPE_CHECKING:
    _Lookup = models.Lookup[Any]
else:
    _Lookup = models.Lookup


@PlaceField.register_lookup
class Holds(_Lookup):
    """`place__holds=Asked(...)`: the rows whose text holds the words."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, on: Any) -> tuple[str, tuple[Any, ...]]:
        asked = cast("Asked", self.rhs)
        place, params = compiler.compile(self.lhs)
        if on.vendor != "sqlite":
            table = compiler.quote_name_unless_alias(cast("Any", self.lhs).alias)
            if asked.read:
                return asked.like(table)
            return f"{table}.vector @@ %s::tsquery", (asked.tsquery(),)
        first, last = _places(asked.county)
        places = [max(first, asked.since), last]
        place = f"+{place}" if asked.asked_last else place  # "+" keeps SQLite from going through all places
        sql = f"{place} IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s AND rowid BETWEEN %s AND %s)"  # noqa: S608 - our own name
        return sql, (*params, asked.fts5(), *places)


class _Told(models.Func):
    """An expression with a word to SQLite's planner, which knows nothing of how many rows there are. PostgreSQL knows."""

    told = "{}"

    def as_sql(self, compiler: Any, connection: Any, *_way: Any, **_context: Any) -> tuple[str, Any]:  # noqa: ARG002 - Django's signature
        return cast("tuple[str, Any]", compiler.compile(self.source_expressions[0]))

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, Any]:  # noqa: ARG002 - Django's signature
        sql, params = compiler.compile(self.source_expressions[0])
        return self.told.format(sql), params


class Seldom(_Told):
    """An equation that hardly any row fulfils. SQLite takes the first column of an index, the county, for as choosy as a key, and
    would walk through all that a unit has for each row; this tells it better.
    """

    told = "likelihood({}, 0.000001)"

    def __init__(self, column: str, value: Any) -> None:
        super().__init__(Exact(models.F(column), value), output_field=models.BooleanField())


class Few(_Told):
    """A condition that few rows fulfil: then each of two that are joined by OR is its own range of an index."""

    told = "likelihood({}, 0.001)"

    def __init__(self, lookup: Any) -> None:
        super().__init__(lookup, output_field=models.BooleanField())


class Unsought(_Told):
    """A column by which one shall not seek, because another one leads to fewer rows."""

    told = "+{}"

    def __init__(self, column: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(models.F(column), output_field=field)


def holding(county: int, text: str, *, titles: bool = False, since: int = 0) -> QuerySet[SearchRow]:
    """The county's index rows that hold every word of the question, none where it has no word; only from a place on."""
    words = question(text)
    asked = Asked(county, words, titles, since, read=_are_read(county, words, titles=titles))
    return SearchRow.objects.filter(county=county, place__holds=asked) if words else SearchRow.objects.none()


def newest_holding(county: int, text: str, *, titles: bool = False, until: int | None = None) -> QuerySet[SearchRow]:
    """The same rows, the newest first, at or before a place: for whoever takes only the first so many.

    FTS5 hands its rows out one by one in this order, so that the words of all texts cost no more than those of a few.
    """
    words, last = question(text), _places(county)[1] if until is None else until
    rows = SearchRow.objects.filter(county=county)
    if not words:
        return rows.none()
    asked = Asked(county, words, titles, read=_are_read(county, words, titles=titles))
    if connection.vendor != "sqlite":
        return rows.filter(place__holds=asked, place__lte=last).order_by("-place")
    table = SearchRow._meta.db_table
    where = [  # "+", or else SQLite walks through the range of places for each row
        f"{INDEX} MATCH %s", f"{INDEX}.rowid BETWEEN %s AND %s", f"{table}.place = +{INDEX}.rowid",
    ]  # fmt: skip
    params = [asked.fts5(), _places(county)[0], last]
    return rows.extra(tables=[INDEX], where=where, params=params, order_by=[f"-{INDEX}.rowid"])  # noqa: S610 - our own names


def few_holding(county: int, text: str, few: Q, *, titles: bool = False) -> QuerySet[SearchRow]:
    """The same rows of a few that are named, each of which is asked; the newest first."""
    rows, words = SearchRow.objects.filter(few, county=county), question(text)
    asked = Asked(county, words, titles, asked_last=True, read=_are_read(county, words, titles=titles))
    return _by_no_index(rows.filter(place__holds=asked) if words else rows.none())


def read_holding(county: int, text: str, few: Q, *, titles: bool = False) -> QuerySet[SearchRow]:
    """The same rows of very few, whose texts are read; the newest first."""
    rows, words = SearchRow.objects.filter(few, county=county), question(text)
    columns = ("number", "title") if titles else ("number", "title", "body")
    found = []
    for key, *texts in rows.order_by().values_list("pk", *columns) if words else ():
        read = [plain(one) for one in texts]
        if all(any(map(word.stands_in, read)) for word in words):
            found.append(key)
    return _by_no_index(SearchRow.objects.filter(pk__in=found))  # by the keys alone, or SQLite goes through the county


def _by_no_index(rows: QuerySet[SearchRow]) -> QuerySet[SearchRow]:
    """The newest first, but by no index, in whose order SQLite would go through all."""
    return rows.order_by((models.F("place") + 0).desc())


def more_hits(county: int, text: str, number: int, *, titles: bool = False) -> bool:
    """Whether more rows hold the words than so many. PostgreSQL cannot tell without finding them all, so there it is taken for true."""
    words = question(text)
    if connection.vendor != "sqlite" or not words:
        return True
    sql = f"SELECT 1 FROM {INDEX} WHERE {INDEX} MATCH %s AND rowid BETWEEN %s AND %s LIMIT 1 OFFSET %s"  # noqa: S608 - our own name
    with connection.cursor() as cursor:
        cursor.execute(sql, [Asked(county, words, titles).fts5(), *_places(county), number])
        return cursor.fetchone() is not None


# A word that so many of so many of the newest rows hold is quicker read for than found by the index.
COMMON, SAMPLE = 200, 400


def _are_read(county: int, words: tuple[Word, ...], *, titles: bool) -> bool:
    """Whether PostgreSQL is quicker by reading the texts: its index must look at every row that it finds once more, and at a large
    vector each time; so the words must be common, and written in one way only, or reading would miss some.
    """
    if connection.vendor == "sqlite" or not words or not all(word.is_one_way for word in words):
        return False
    newest = SearchRow.objects.filter(county=county).order_by("-place").values("pk")[:SAMPLE]
    asked = Asked(county, words, titles, read=True)
    return SearchRow.objects.filter(county=county, pk__in=newest, place__holds=asked).count() >= COMMON


def _places(county: int) -> tuple[int, int]:
    """The first and the last place of a county."""
    first = first_place(county, date.min)
    return first, first + _DAYS * _ROWS - 1


def last_place(county: int, day: date) -> int:
    """The last of a county's places of a day."""
    return first_place(county, day) + _ROWS - 1


def first_place_of_day(place: int) -> int:
    """The first place of the day of this one."""
    return place - place % _ROWS


def same_day(one: SearchRow, other: SearchRow) -> bool:
    """Whether two rows of one record are of the same day."""
    return bool(one.place // _ROWS == other.place // _ROWS)
