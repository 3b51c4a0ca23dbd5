"""Shared by all tests: data in a folder of their own, no county left bound, a flush that knows the triggers."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("GONGYI_DATA", (_FOLDER := tempfile.TemporaryDirectory(prefix="gongyi-test-")).name)

import pytest
from django.core.management.commands import flush
from django.db import connections
from django.utils import translation

from gongyi.core import county as county_keys
from gongyi.core.append_only import lifted

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(autouse=True)
def unbound() -> Iterator[None]:
    """The county that a test binds is forgotten after it."""
    token = county_keys._bound.set(None)
    yield
    county_keys._bound.reset(token)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings) -> None:
    """Keys, uploads and audit files of each test in its own folder."""
    settings.GONGYI_DATA = tmp_path
    settings.GONGYI_KEYS = tmp_path / "keys"
    settings.GONGYI_BACKUPS, settings.GONGYI_BACKUP_KEY = tmp_path / "backups", ""


@pytest.fixture(autouse=True, scope="session")
def flush_lifts_triggers() -> Iterator[None]:
    """A TransactionTestCase empties tables; audit and access rows refuse that, so their triggers step aside."""
    from gongyi.core import search  # models, which are ready only now

    plain = flush.Command.handle

    def handle(self, **options):
        on = connections[options["database"]]
        search.empty(on)  # its pairs stand in a table that the flush does not know
        with lifted(on):
            return plain(self, **options)

    flush.Command.handle = handle
    yield
    flush.Command.handle = plain


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> Iterator[None]:
    """What is made empty for a test is filled from one migrated copy, the tests' own database first."""
    from tests.migrated import start  # migrations, which are ready only now

    end = start()
    yield
    end()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """PostgreSQL drops no database that a session is in: what a killed process left behind is named and ended first."""
    yield
    if connections["default"].vendor == "postgresql":
        with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT pid, state, query, pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            for left in cursor.fetchall():
                print("a session was left behind:", *left)  # noqa: T201 - for whoever looks for its test


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    """A test that looks at English leaves no English behind."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests that need one: playwright starts once per process; skipped with a sentence without it."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("no chromium on this machine: apt install chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's sync API runs a loop in this thread
    with sync.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()
