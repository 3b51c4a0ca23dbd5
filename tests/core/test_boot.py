"""Making the data folder ready: migrating with a copy first, the demo county's markers, static files, health.

What changes a whole database runs in a process of its own, on an SQLite file of its own.
"""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import textwrap
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from gongyi.core import boot, upgrade
from gongyi.core.errors import Refused
from tests import migrated

BASE = Path(__file__).resolve().parents[2]

PRELUDE = """
import json
from django.conf import settings
from django.db import connection
from gongyi.core import boot, upgrade
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
loaded, made = [], boot.call_command
def call(name, *args, **kwargs):
    if name != "load_demo":
        return made(name, *args, **kwargs)
    loaded.append(name)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE demo_was_here (x int)")
    demo()
def demo():
    boot.mark_demo("demo / 口令")
boot.call_command = call
def has_demo():
    return "demo_was_here" in connection.introspection.table_names()
"""


# It has loaded the product once. Each run is a process forked from it, which reads its settings anew for its own folder.
NURSERY = """
import importlib, json, os, sys, tempfile, traceback
import django
django.setup()
from django.conf import Settings, settings
from django.db import connections
from gongyi.core import boot, upgrade
def live(data, code):
    os.environ["GONGYI_DATA"] = data
    settings._wrapped = Settings(importlib.reload(sys.modules["gongyi.settings"]).__name__)
    connections["default"].settings_dict.update(settings.DATABASES["default"])
    try:
        exec(code, {"__name__": "__main__"})
        ending = 0
    except BaseException:
        traceback.print_exc()
        ending = 1
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ending)
for line in sys.stdin:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            live(*json.loads(line))
        _, ending = os.waitpid(child, 0)
        said = [file.seek(0) or file.read() for file in (out, err)]
    print(json.dumps([ending, *said]), flush=True)
"""


@cache
def nursery() -> subprocess.Popen:
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "GONGYI_KEYS"}}
    env |= {"PYTHONPATH": str(BASE), "DJANGO_SETTINGS_MODULE": "gongyi.settings"}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", NURSERY], env=env, stdin=pipe, stdout=pipe, text=True)


@pytest.fixture(autouse=True, scope="module")
def nursery_ends():
    yield
    if nursery.cache_info().currsize:
        nursery().communicate()
        nursery.cache_clear()


def run(data, code, *, copied=False):
    """What the code gave to `out`, run after the prelude in its own process on the folder `data`.

    `copied`: a new database is filled from the migrated copy, where migrating is not what the test is about.
    """
    code = (
        ("from tests import migrated\nmigrated.start()\n" if copied else "")
        + PRELUDE
        + textwrap.dedent(code)
        + "\nprint('OUT' + json.dumps(out))"
    )
    print(json.dumps([str(data), code]), file=nursery().stdin, flush=True)
    ending, out, err = json.loads(nursery().stdout.readline())
    assert ending == 0, err
    before, _, out = out.rpartition("OUT")
    assert before == ""  # a command's own output stays clean
    return json.loads(out)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder prepared once, from scratch."""
    folder = tmp_path_factory.mktemp("prepared")
    assert run(folder, "boot.prepare(demo=False); out = loaded") == []  # nobody asked for the demo
    return folder


@pytest.fixture
def used(prepared, tmp_path):
    """A copy of the prepared folder: what a first command leaves behind."""
    return shutil.copytree(prepared, tmp_path / "data")


@pytest.fixture
def data(used):
    """A folder without a database; the static files are there already, for they take the longest."""
    for path in used.glob("gongyi.sqlite3*"):
        path.unlink()
    return used


# A database that some earlier version left: the last migration of casework is not there yet.
OLDER = """
from django.db.migrations.recorder import MigrationRecorder
boot.prepare(demo=False)
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE precious AS SELECT 'kept' AS word")
MigrationRecorder(connection).migration_qs.filter(app="sessions").delete()
with connection.cursor() as cursor:
    cursor.execute("DROP TABLE django_session")
out = len(upgrade.pending())
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_prepare_makes_a_private_migrated_folder(prepared):
    assert run(prepared, "out = [len(upgrade.pending()), upgrade.broken_promises(), boot.holds_demo()]") == [
        0,
        [],
        False,
    ]
    assert mode(prepared / "gongyi.sqlite3") == 0o600
    assert (prepared / "static" / "staticfiles.json").exists()
    assert not (prepared / "backups").exists()  # there was nothing to copy


def made_of(path):
    """The tables with their columns and triggers, the migrations, and how many rows each table holds."""
    with closing(sqlite3.connect(path)) as database:
        shape = set(database.execute("SELECT type, name, sql FROM sqlite_master"))
        names = [name for kind, name, _sql in shape if kind == "table"]
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
        return shape, set(database.execute("SELECT app, name FROM django_migrations")), rows


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the tests' own database is no SQLite file")
def test_what_tests_copy_is_what_the_migrations_make(django_db_setup, prepared, used):
    """Here they run from the first to the last; elsewhere a copy of their result is taken."""
    assert made_of(migrated.copy()) == made_of(prepared / "gongyi.sqlite3")

    with closing(sqlite3.connect(used / "gongyi.sqlite3")) as database, database:
        database.execute("DELETE FROM django_migrations WHERE app = 'home'")  # negative control: one from before
    assert made_of(migrated.copy()) != made_of(used / "gongyi.sqlite3")


def test_prepare_twice_changes_nothing(used):
    before = {path: path.stat().st_mtime_ns for path in used.rglob("*") if path.is_file()}
    run(used, "boot.prepare(demo=False); out = None")
    after = {path: path.stat().st_mtime_ns for path in used.rglob("*") if path.is_file()}
    changed = {path.name for path, when in (before.items() ^ after.items())}
    assert changed <= {"prepare.lock", "gongyi.sqlite3", "gongyi.sqlite3-wal", "gongyi.sqlite3-shm"}


def test_upgrade_copies_the_database_first(used):
    assert run(used, OLDER) == 1
    assert run(used, "boot.prepare(demo=False); out = len(upgrade.pending())") == 0
    (copy,) = (used / "backups").iterdir()
    assert mode(copy) == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT word FROM precious").fetchall() == [("kept",)]
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    assert "django_session" not in names  # the state before


def test_copies_are_kept_to_the_newest_three(used):
    code = """
    from datetime import UTC, datetime
    from gongyi.core import clock
    for day in range(1, 6):
        with clock.at(datetime(2026, 1, day, tzinfo=UTC)):
            upgrade.back_up_database()
    out = None
    """
    run(used, code)
    names = sorted(path.name for path in (used / "backups").iterdir())
    assert names == [f"before-2026010{day}T000000Z.sqlite3" for day in (3, 4, 5)]


def test_data_of_a_newer_version_is_refused(used):
    code = """
    from django.db.migrations.recorder import MigrationRecorder
    MigrationRecorder(connection).record_applied("casework", "0999_later")
    try:
        boot.prepare(demo=False)
    except Refused as no:
        out = [no.code, str(no)]
    """
    code, sentence = run(used, code)
    assert code == "newer_data"
    assert "casework.0999_later" in sentence


def test_weaker_durability_is_refused(used):
    """What durability rests on is read from the database, not from the settings."""
    code = """
    connection.cursor().execute("PRAGMA synchronous=NORMAL")
    try:
        boot.prepare(demo=False)
    except Refused as no:
        out = [no.code, str(no)]
    """
    code, sentence = run(used, code)
    assert code == "unsafe_database"
    assert "synchronous=1" in sentence


@pytest.mark.django_db
def test_broken_promise_is_seen_on_this_engine():
    weaker, seen = {
        "sqlite": ("PRAGMA secure_delete = OFF", "secure_delete=0"),
        "postgresql": ("SET LOCAL synchronous_commit = off", "synchronous_commit=off"),
    }[connection.vendor]
    assert seen not in upgrade.broken_promises()
    with connection.cursor() as cursor:
        cursor.execute(weaker)
        assert seen in upgrade.broken_promises()
        cursor.execute(weaker.replace("OFF", "ON").replace("= off", "= on"))


# --- the demo county --------------------------------------------------------------------------------------------------

# Killed while the demo is being loaded; `out` comes from the killed process itself.
KILLED = """
import os
def demo():
    print("OUTnull", flush=True)
    os._exit(0)
boot.prepare(demo=True)
"""


def test_demo_is_loaded_once_into_an_empty_folder(data):
    loaded = run(data, "boot.prepare(demo=True); out = [loaded, boot.demo_sign_ins()]", copied=True)
    assert loaded == [["load_demo"], "demo / 口令"]
    assert mode(data / "demo") == 0o600
    assert not (data / "demo-loading").exists()
    assert run(data, "boot.prepare(demo=True); out = [loaded, boot.holds_demo()]") == [[], True]


HOLDS_THE_DEMO = """
from gongyi.core import audit
from gongyi.core.access import system_actor
from django.db import transaction
boot.prepare(demo=False)
with transaction.atomic():
    audit.record(by=system_actor("demo", {county}), action="x", kind="y")
out = boot.holds_demo()
"""
SERVED = """
try:
    boot.check_demo_may_be_served({host!r}, {wish!r})
    out = None
except Refused as no:
    out = no.code
"""


@pytest.mark.parametrize(
    ("county", "code"),
    [(999001, ["holds_demo", "demo_on_network"]), (431123, [None, None])],  # control: an office's own county
)
def test_demo_is_known_from_the_database_where_its_mark_is_gone(used, county, code):
    assert run(used, HOLDS_THE_DEMO.format(county=county)) is False
    assert run(used, SERVED.format(host="127.0.0.1", wish="0")) == code[0]
    (used / "demo").unlink(missing_ok=True)
    (used / "for-work").touch()
    assert run(used, SERVED.format(host="0.0.0.0", wish="")) == code[1]
    (used / "demo").unlink(missing_ok=True)
    assert run(used, "boot.prepare(demo=False); out = boot.holds_demo()") is (county == 999001)


def test_demo_may_open_its_own_block(used):
    """So does load_demo, for those who call it by hand."""
    code = """
    def demo():
        with boot.loading_demo():
            boot.mark_demo()
    boot.prepare(demo=True)
    out = [boot.holds_demo(), (settings.GONGYI_DATA / "demo-loading").exists()]
    """
    assert run(used, code) == [True, False]


def test_demo_is_never_loaded_unasked(prepared, used):
    assert run(prepared, "out = boot.holds_demo()") is False  # its folder was empty at the first start
    assert run(used, "boot.prepare(demo=False); out = [loaded, boot.holds_demo()]") == [[], False]


def test_demo_is_loaded_where_only_a_command_ran_before(used):
    assert run(used, "boot.prepare(demo=True); out = loaded") == ["load_demo"]


def test_demo_is_not_loaded_beside_somebodys_rows(used):
    row = 'Unit.objects.create(county=1, code="1", name="县", tier="county", path="x/")\n'
    assert run(used, row + "boot.prepare(demo=True); out = loaded") == []


COMMAND = """
import contextlib, sys
from django.core.management import execute_from_command_line
boot.prepare(demo=False)
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    execute_from_command_line(["run manage", *{words}])
boot.prepare(demo=True)
out = [loaded, boot.is_for_work()]
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--county", "431123", "--manager", "王管", "--lead", "李审", "--password-file", "/none"],
        ["--county", "4311"],
        ["--leader", "李审"],
    ],
)
def test_demo_is_not_loaded_where_setting_up_a_county_was_refused(used, words):
    assert run(used, COMMAND.format(words=["setup_county", *words])) == [[], True]


@pytest.mark.parametrize("words", [["setup_county", "--help"], ["help", "setup_county"], ["check"]])
def test_demo_is_loaded_after_a_command_that_means_no_real_county(used, words):
    assert run(used, COMMAND.format(words=words)) == [["load_demo"], False]


def test_a_demo_stays_a_demo_when_a_county_is_set_up_in_its_folder(used):
    run(used, "boot.prepare(demo=True); out = 0")
    assert run(used, COMMAND.format(words=["setup_county", "--county", "431123"])) == [[], False]


def test_half_a_demo_is_set_aside_and_loaded_again(used):
    run(used, KILLED)
    assert (used / "demo-loading").exists()
    (used / "files").mkdir()
    again = "boot.prepare(demo=True); out = [loaded, has_demo(), boot.holds_demo()]"
    assert run(used, again, copied=True) == [["load_demo"], True, True]
    assert not (used / "demo-loading").exists()
    assert {path.name for path in (used / "backups" / "half-demo").iterdir()} >= {
        "files",
        "gongyi.sqlite3",
    }  # not deleted
    assert not (used / "files").exists()
    assert (used / "keys" / "django.key").exists()


def test_half_a_demo_is_set_aside_by_a_command_too(used):
    run(used, KILLED)
    again = "boot.prepare(demo=False); out = [loaded, has_demo(), len(upgrade.pending())]"
    assert run(used, again, copied=True) == [[], False, 0]


def test_half_a_demo_would_stay_without_the_marker(used):
    """Negative control: the marker is what tells half a demo from somebody's data."""
    run(used, KILLED)
    (used / "demo-loading").unlink()
    assert run(used, "boot.prepare(demo=False); out = has_demo()") is True


def test_demo_killed_after_it_was_complete_is_kept(used):
    run(used, "boot.prepare(demo=True); out = None")
    (used / "demo-loading").touch()
    assert run(used, "boot.prepare(demo=True); out = [loaded, has_demo()]") == [[], True]
    assert not (used / "demo-loading").exists()


def test_demo_without_its_mark_is_an_error(used):
    code = """
    def demo():
        pass
    try:
        boot.prepare(demo=True)
    except RuntimeError as error:
        out = str(error)
    """
    assert "mark_demo" in run(used, code)


@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    """A data folder in this process; says whether it is to look empty."""
    settings.GONGYI_DATA = tmp_path
    monkeypatch.setattr(boot.os, "umask", lambda _mask: 0)

    def make(*, demo, empty=False, for_work=False):
        if demo:
            boot.mark_demo()
        if for_work:
            boot.mark_for_work()
        monkeypatch.setattr(boot, "is_empty", lambda: empty)

    return make


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("demo", "empty", "host", "wish", "code"),
    [
        (True, False, "127.0.0.1", "", None),
        (True, False, "127.0.0.1", "1", None),
        (True, False, "127.0.0.1", "0", "holds_demo"),
        (True, False, "0.0.0.0", "", "demo_on_network"),
        (True, False, "0.0.0.0", "0", "holds_demo"),
        (True, False, "0.0.0.0", "1", None),
        (False, True, "0.0.0.0", "", "demo_on_network"),  # it would be loaded
        (False, True, "0.0.0.0", "0", None),
        (False, True, "0.0.0.0", "1", None),
        (False, True, "localhost", "", None),
        (False, False, "0.0.0.0", "", None),  # an office's own data
        (False, False, "127.0.0.1", "ja", "demo_wish"),
    ],
)
def test_demo_may_be_served(folder, demo, empty, host, wish, code):  # noqa: PLR0917 - one table
    folder(demo=demo, empty=empty)
    if code is None:
        boot.check_demo_may_be_served(host, wish)
        return
    with pytest.raises(Refused) as no:
        boot.check_demo_may_be_served(host, wish)
    assert no.value.code == code


@pytest.mark.django_db
def test_folder_meant_for_work_may_be_served_to_others_before_its_county_is_there(folder):
    folder(demo=False, empty=True, for_work=True)
    boot.check_demo_may_be_served("0.0.0.0", "")  # where a demo would be refused


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("example.org", False),
        ("localhost.evil", False),
    ],
)
def test_is_loopback(host, ours):
    assert boot.is_loopback(host) is ours


# --- static files, health ---------------------------------------------------------------------------------------------


def test_static_files_are_made_again_when_a_source_changes(settings, tmp_path, monkeypatch):
    source, calls = tmp_path / "source", []
    source.mkdir()
    (source / "a.css").write_text("a")
    settings.GONGYI_DATA = settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = [source]
    monkeypatch.setattr(boot, "call_command", lambda name, **_: calls.append(name))
    boot._collect_static()
    (tmp_path / "staticfiles.json").touch()
    boot._collect_static()
    assert calls == ["collectstatic"]
    (source / "a.css").write_text("ab")
    boot._collect_static()
    boot._collect_static()
    assert calls == ["collectstatic"] * 2
    (tmp_path / "staticfiles.json").unlink()
    boot._collect_static()
    assert calls == ["collectstatic"] * 3


@pytest.mark.django_db
def test_health_when_all_is_well(settings, tmp_path):
    settings.GONGYI_DATA = tmp_path
    health = boot.health()
    assert health.pop("disk_free_bytes") > 0
    assert health == {
        "ok": True,
        "version": boot.version(),
        "engine": connection.vendor,
        "database_ok": True,
        "migrations_pending": 0,
    }


@pytest.mark.django_db
def test_health_sees_a_pending_migration(monkeypatch, settings, tmp_path):
    settings.GONGYI_DATA = tmp_path
    monkeypatch.setattr(upgrade, "on_disk", lambda: frozenset({("casework", "0999_later")}))
    assert [boot.health()[key] for key in ("ok", "migrations_pending")] == [False, 1]


def test_health_survives_a_database_that_is_away(monkeypatch, settings, tmp_path):
    settings.GONGYI_DATA = tmp_path

    def away():
        raise DatabaseError("gone")

    monkeypatch.setattr(upgrade, "applied", away)
    assert [boot.health()[key] for key in ("ok", "database_ok", "migrations_pending")] == [False, False, None]


@pytest.mark.django_db
def test_health_sees_a_full_disk(monkeypatch, settings, tmp_path):
    settings.GONGYI_DATA = tmp_path
    monkeypatch.setattr(boot, "LEAST_FREE_BYTES", 2**62)
    assert boot.health()["ok"] is False


def test_prepare_says_when_the_database_is_away(monkeypatch, settings, tmp_path):
    settings.GONGYI_DATA = tmp_path

    def away():
        raise DatabaseError("could not connect\nmore")

    monkeypatch.setattr(boot.os, "umask", lambda _mask: 0)
    monkeypatch.setattr(boot.connection, "ensure_connection", away)
    with pytest.raises(Refused, match="could not connect") as no:
        boot.prepare(demo=False)
    assert no.value.code == "database_away"
