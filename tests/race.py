"""Threads with database connections of their own: many at once on one database, or one on another SQLite file."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from threading import Barrier
from typing import Any

from django.conf import settings
from django.db import connection, connections


def elsewhere(path: Path, act: Callable[[], Any]) -> Any:
    """Call `act` where the default database is the SQLite file `path`."""
    mine = connections.settings["default"]
    connections.settings["default"] = {**mine, **_sqlite(path)}
    try:
        return _apart(act)
    finally:
        connections.settings["default"] = mine


def _sqlite(path: Path) -> dict[str, Any]:
    plain = (
        settings.DATABASES["default"]["OPTIONS"] if connection.vendor == "sqlite" else {"transaction_mode": "IMMEDIATE"}
    )
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": plain, "CONN_HEALTH_CHECKS": False}


def race(folder: Path, act: Callable[[int], Any], after: Callable[[], Any], runners: int = 8) -> tuple[list[Any], Any]:
    """Call `act(0)`, `act(1)` … at the same moment: (what each returned or raised, what `after` says then).

    Needs a test without a transaction around it. An SQLite database in memory is copied to a file first, because only
    there do connections wait for one another as they do in the field; the rows are then seen by `act` and `after` alone.
    """
    if connection.vendor != "sqlite":
        return _all_at_once(act, runners), after()
    path = folder / "race.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return elsewhere(path, lambda: (_all_at_once(act, runners), after()))


def _all_at_once(act: Callable[[int], Any], runners: int) -> list[Any]:
    connection.ensure_connection()  # the first one sets the file's journal mode, for which others would not wait
    start = Barrier(runners)

    def run(number: int) -> Any:
        start.wait(20)
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 - how it ended is the result
            return error
        finally:
            connections.close_all()

    contexts = [copy_context() for _ in range(runners)]
    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(lambda number: contexts[number].run(run, number), range(runners)))


def _apart(act: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, run).result()
