"""Bringing the database to this version: what is missing, a copy before the upgrade, and whether it keeps its promises."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.errors import Refused

KEPT_BACKUPS = 3
# What durability rests on, read back at every start: an option in the wrong place is silently ignored.
SQLITE_PROMISES: dict[str, set[object]] = {
    "journal_mode": {"wal"},
    "synchronous": {2, 3},
    "foreign_keys": {1},
    "secure_delete": {1},
}
POSTGRES_PROMISES = ("fsync", "synchronous_commit", "full_page_writes")

Migration = tuple[str, str]


@cache
def on_disk() -> frozenset[Migration]:
    """The migrations (app, name) that this version has."""
    return frozenset(MigrationLoader(None).disk_migrations)


def applied() -> set[Migration]:
    """The migrations (app, name) that the database has; empty for a new one. Raises DatabaseError when it is away."""
    return set(MigrationRecorder(connection).applied_migrations())


def pending() -> set[Migration]:
    """The migrations (app, name) that this version has and the database does not. Raises DatabaseError when it is away."""
    return set(on_disk()) - applied()


def migrate(say: Callable[..., None]) -> None:
    """Bring the database to this version, after a copy if it holds anything; `say` is told. Raises Refused: newer data."""
    has, known = applied(), on_disk()
    labels = {app for app, _name in known}
    if newer := sorted(f"{app}.{name}" for app, name in has - known if app in labels):
        raise Refused(
            "newer_data",
            _("这些数据由更新的版本写成（%(names)s），本版本不能使用。") % {"names": ", ".join(newer[:3])},
            _("请换回更新的版本，或用 GONGYI_DATA 指定另一个数据文件夹。"),
        )
    if known <= has:
        return
    if has:
        backup = back_up_database()
        say(_("正在升级数据库……"), *([_("升级前的副本：%(path)s") % {"path": backup}] if backup else []))
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)


def back_up_database() -> Path | None:
    """Copy the SQLite file to `backups/before-<UTC time>.sqlite3` (0600), keep the newest three, return the copy's path.

    Consistent while others write. None on another engine, whose administrators have their own copies.
    """
    if connection.vendor != "sqlite":
        return None
    folder = settings.GONGYI_DATA / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"before-{clock.now():%Y%m%dT%H%M%SZ}.sqlite3"
    part = copy.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    part.replace(copy)
    for old in sorted(folder.glob("before-*.sqlite3"))[:-KEPT_BACKUPS]:
        old.unlink()
    return copy


def broken_promises() -> list[str]:
    """The database settings that durability and erasure rest on and that do not hold, as "name=value"."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in SQLITE_PROMISES}
            return [f"{name}={found[name]}" for name, good in SQLITE_PROMISES.items() if found[name] not in good]
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(POSTGRES_PROMISES)]
        )
        return [f"{name}={value}" for name, value in cursor.fetchall()]


def patience() -> int | None:
    """How many milliseconds a writer waits for another one; None on PostgreSQL, where rows are locked and not the file."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
