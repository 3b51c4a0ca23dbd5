"""Triggers that refuse UPDATE and DELETE on audit and access rows: the product's only triggers (rights.md P13)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("core_auditentry", "core_accessrow")
_FUNCTION = """CREATE OR REPLACE FUNCTION gongyi_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only table'; END $$"""


def install_sql(vendor: str) -> list[str]:
    """The statements that make the triggers on this engine."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'append-only table'); END"
            for table in TABLES
            for verb in ("update", "delete")
        ]
    return [_FUNCTION] + [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {'' if verb == 'truncate' else 'FOR EACH ROW'} "
        "EXECUTE FUNCTION gongyi_append_only()"
        for table in TABLES
        for verb in ("update", "delete", "truncate")
    ]


def remove_sql(vendor: str) -> list[str]:
    """The statements that take them away again."""
    on = "" if vendor == "sqlite" else " ON {table}"
    verbs = ("update", "delete") if vendor == "sqlite" else ("update", "delete", "truncate")
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on.format(table=table)}" for table in TABLES for verb in verbs]


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without the triggers for the block: for the tests' flush alone."""
    with connection.cursor() as cursor:
        for statement in remove_sql(connection.vendor):
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in install_sql(connection.vendor):
                cursor.execute(statement)
