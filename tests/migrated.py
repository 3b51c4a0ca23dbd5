"""An SQLite database with all migrations, made once per state of the migrations and copied ever after.

Migrating from nothing takes about fifteen seconds of a processor; a run of the tests would do it ten times over. The product's own
start still does it for real in test_boot.py, which also compares the two.
"""

import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.core.management.commands import migrate as command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

BASE = Path(__file__).resolve().parents[1]
FOLDER = BASE / ".pytest_cache" / "migrated"
KEPT = 3
_imported = re.compile(r"^\s*(?:from (gongyi[\w.]*) import (\w+)|import (gongyi[\w.]*))", re.MULTILINE)


def sources() -> list[Path]:
    """The migrations of all apps, and what those of the product import from it."""
    files = {Path(sys.modules[type(one).__module__].__file__) for one in MigrationLoader(None).disk_migrations.values()}
    return sorted(files.union(*(_imports(file) for file in files)))


def _imports(file: Path) -> Iterator[Path]:
    for module, name, whole in _imported.findall(file.read_text(encoding="utf-8")):
        path = BASE / (module or whole).replace(".", "/")
        for found in (path / name, path) if name else (path,):
            if found.with_suffix(".py").exists():
                yield found.with_suffix(".py")
                break
            if found.is_dir():
                yield from found.glob("*.py")
                break


@cache
def copy() -> Path:
    """Where the copy for this state of the migrations lies, or will lie."""
    digest = sha256(repr((django.VERSION, sqlite3.sqlite_version, sys.version_info[:2])).encode())
    for file in sources():
        digest.update(file.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:32]}.sqlite3"


def _fill(on: Any) -> None:
    with closing(sqlite3.connect(f"{copy().as_uri()}?mode=ro", uri=True)) as source:
        source.backup(on.connection)


def _keep(on: Any) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = copy().with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(part)) as target:
        on.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one in memory knows no other file beside it
    part.replace(copy())
    for old in sorted(FOLDER.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)


def start() -> Callable[[], None]:
    """From now on the command `migrate` fills an empty SQLite database from the copy, then does what is left; returns what ends it."""
    plain = command.Command.handle

    def handle(self: Any, *args: Any, **options: Any) -> None:
        on = connections[options["database"]]
        empty = on.vendor == "sqlite" and not options["app_label"] and not on.introspection.table_names()
        if empty and copy().exists():
            _fill(on)
        plain(self, *args, **options)
        if empty and not copy().exists():
            _keep(on)

    command.Command.handle = handle
    return lambda: setattr(command.Command, "handle", plain)


def migrate() -> None:
    """For a script on a database of its own: what `call_command("migrate")` does, from the copy."""
    start()
    call_command("migrate", verbosity=0)
