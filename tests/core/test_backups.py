"""A backup holds everything as of one moment, comes back whole on either engine or not at all, and opens with its own key alone."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from secrets import token_hex

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from gongyi.core import audit, backups, boot, clock, upgrade
from gongyi.core.access import system_actor
from gongyi.core.attachments import storage
from gongyi.core.backups import making, nightly, restoring, rows, vault
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.models import Attachment, AuditDetail, AuditEntry, AuditHead, ScheduleRun, SearchRow
from gongyi.network.models import Unit
from tests.factories import make_county, refused
from tests.guards.rows import make_row, own_models
from tests.race import _apart, elsewhere

BASE = Path(__file__).resolve().parents[2]
COUNTY = 999001
PHONE = "13899990001"
quiet = lambda *_words: None  # noqa: E731


@contextmanager
def at(folder: Path, key: Path):
    """The settings of an installation whose data lie in this folder."""
    with override_settings(
        GONGYI_DATA=folder, GONGYI_KEYS=folder / "keys", GONGYI_BACKUPS=folder / "backups", GONGYI_BACKUP_KEY=str(key)
    ):
        yield


def inside(folder: Path, key: Path, act):
    """Call `act` as the installation on the SQLite file in this folder."""
    with at(folder, key):
        return elsewhere(folder / "gongyi.sqlite3", act)


def fill() -> None:
    """A row of every model, with an encrypted phone, a file, an audit chain, a decimal."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")  # as the product has it; the run on PostgreSQL opens the file plainly
    county = make_county()
    for model in own_models():
        if model not in {Unit, AuditHead, AuditEntry, AuditDetail} and not model._base_manager.exists():
            make_row(model, COUNTY, unit=county, origin=new_key(COUNTY))
    with transaction.atomic():
        for n in range(3):
            audit.record(
                by=system_actor("t", COUNTY), action="x", kind="x", label=f"第{n}行", changes={"a": ("1", "2")}
            )
        make_row(Attachment, COUNTY, path=storage.store("路灯的照片".encode() * 9), sha256="0" * 64)
        apps.get_model("reports", "AnswerCell")._base_manager.update(value=Decimal("12.50"))
    audit.append_head(COUNTY)


@pytest.fixture(scope="module")
def made(tmp_path_factory, django_db_setup, django_db_blocker):
    """An installation with everything in it, its key and a backup of it."""
    folder = tmp_path_factory.mktemp("source")
    key, out = folder.parent / f"{folder.name}.key", folder.parent / f"{folder.name}.backup"
    with django_db_blocker.unblock():
        with at(folder, key):
            backups.make_key()
        inside(folder, key, fill)
        facts = inside(folder, key, lambda: backups.make(out))
    return folder, key, out, facts


@pytest.fixture
def empty(tmp_path):
    """An empty folder to restore into."""
    (folder := tmp_path / "new").mkdir()
    return folder


def restored(made, folder, **options):
    _source, key, out, _facts = made
    return inside(folder, key, lambda: backups.restore(out, quiet, **options))


def contents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- there and back ---------------------------------------------------------------------------------------------------


def test_everything_comes_back_the_same(made, empty, django_db_blocker):
    source, key, _out, facts = made
    with django_db_blocker.unblock():
        back = restored(made, empty)
        phone, counted = inside(empty, key, lambda: (_phone(), _everything()))
        before = inside(source, key, _everything)
        again = inside(empty, key, lambda: backups.make(empty.parent / "again.backup"))
    assert phone == PHONE  # with the keys that travelled inside
    assert counted == before
    assert back["checksum"] == facts["checksum"] == again["checksum"]
    assert back["rows"] == facts["rows"] > len(own_models())
    assert back["findings"] == 0
    stored = next((source / "files").rglob("??*/*"))
    assert (empty / stored.relative_to(source)).read_bytes() == stored.read_bytes()
    assert (empty / "audit" / f"{COUNTY}.heads").exists()
    assert not (empty / boot.RESTORING).exists()
    assert (empty / "for-work").exists()  # so the next start loads no demo


def _phone() -> str:
    return apps.get_model("casework", "Asker")._base_manager.get().phone


def _everything() -> dict:
    """Each table as the product itself reads it."""
    left_out = {"core_searchrow"}
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in own_models()
        if model._meta.db_table not in left_out
    }


def test_a_backup_holds_every_table_but_those_named(made):
    held = {table.name for table in rows.tables()}
    every = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert every - held == rows.LEFT_OUT
    assert "people_grant" in held


def test_the_search_index_is_made_anew(made, empty, django_db_blocker):
    with django_db_blocker.unblock():
        restored(made, empty)
        found = inside(empty, made[1], lambda: SearchRow.objects.filter(kind="case").count())
        cases = inside(empty, made[1], apps.get_model("casework", "Case")._base_manager.count)
    assert found == cases > 0


def test_the_file_tells_nothing_without_the_key(made):
    content = made[2].read_bytes()
    for word in (b"SQLite", b"casework", "阿依古丽".encode(), "路灯的照片".encode(), b"head.json"):
        assert word not in content
    assert made[2].stat().st_mode & 0o077 == 0


def test_the_digest_of_a_table_knows_no_order_but_every_row():
    def of(*lines):
        return rows._digest(lines)["digest"]

    assert of("a", "b") == of("b", "a")
    assert len({of("a", "b"), of("a"), of("a", "a"), of("a", "c"), of()}) == 5


# --- the other engine -------------------------------------------------------------------------------------------------


@contextmanager
def another_database():
    """An empty database beside the tests' own on PostgreSQL, as the default one for the block."""
    name = f"gongyi_{token_hex(6)}"
    mine = connections.settings["default"]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        connections.settings["default"] = {**mine, "NAME": name}
        yield
    finally:
        connections.settings["default"] = mine
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.slow  # migrates PostgreSQL for real
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connections["default"].vendor == "sqlite",
    reason="the way to PostgreSQL and back is walked in the run on PostgreSQL",
)
def test_sqlite_to_postgresql_and_back_keeps_the_checksum(made, empty, tmp_path):
    _source, key, out, facts = made
    (there := tmp_path / "there").mkdir()
    second = tmp_path / "second.backup"

    def on_postgresql():
        there_facts = backups.restore(out, quiet)
        assert _phone() == PHONE
        with transaction.atomic():
            audit.record(by=system_actor("t", COUNTY), action="x", kind="x", label="triggers and serials go on")
            apps.get_model("auth", "Group")._base_manager.create(name="一组")
            transaction.set_rollback(True)
        with pytest.raises(Refused) as no:
            backups.restore(out, quiet)
        return there_facts, backups.make(second), no.value.code

    with another_database(), at(there, key):
        there_facts, second_facts, code = _apart(on_postgresql)
    back = inside(empty, key, lambda: backups.restore(second, quiet))
    assert facts["checksum"] == there_facts["checksum"] == second_facts["checksum"] == back["checksum"]
    assert inside(empty, key, _everything) == inside(made[0], key, _everything)
    assert code == "restore_not_empty"


@pytest.mark.slow  # the same
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connections["default"].vendor == "sqlite", reason="needs a database on a server")
def test_a_restore_that_fails_leaves_the_postgresql_database_empty(made, empty, monkeypatch):
    monkeypatch.setattr(restoring, "_compare", _fails)
    with another_database(), at(empty, made[1]):

        def act():
            with pytest.raises(Refused):
                backups.restore(made[2], quiet)
            return connection.introspection.table_names()

        assert _apart(act) == []
    assert contents(empty) == []


def _fails(*_):
    raise OSError(28, "No space left on device")


# --- as of one moment, and nobody waits -------------------------------------------------------------------------------


@contextmanager
def writer_between(monkeypatch, seen: list):
    """While the first table is read, somebody else stores a row; how that ended goes into `seen`."""
    read = rows.read

    def and_write(on, table):
        if not seen:
            seen.append("began")
            with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0.1)) as other:
                try:
                    other.execute(
                        "INSERT INTO core_schedulerun (name, last_run_at, last_ok, failures, note)"
                        " VALUES ('marker', '2026-01-01 00:00:00', 1, 0, '')"
                    )
                    other.commit()
                    seen.append("stored")
                except sqlite3.OperationalError as error:
                    seen.append(str(error))
        return read(on, table)

    monkeypatch.setattr(rows, "read", and_write)
    yield
    monkeypatch.setattr(rows, "read", read)


def test_what_is_stored_meanwhile_waits_for_nobody_and_is_not_in_the_backup(
    made, empty, tmp_path, monkeypatch, django_db_blocker
):
    source, key, _out, facts = made
    out, seen = tmp_path / "during.backup", []
    with django_db_blocker.unblock(), writer_between(monkeypatch, seen):
        try:
            during = inside(source, key, lambda: backups.make(out))
            marker = inside(source, key, lambda: ScheduleRun.objects.filter(name="marker").count())
        finally:
            inside(source, key, lambda: ScheduleRun.objects.filter(name="marker").delete())
    assert seen == ["began", "stored"]
    assert (marker, during["checksum"]) == (1, facts["checksum"])


def test_control_the_products_own_kind_of_transaction_would_stop_every_writer(
    made, tmp_path, monkeypatch, django_db_blocker
):
    seen = []

    @contextmanager
    def immediate():
        with transaction.atomic():
            yield connection

    monkeypatch.setattr(making, "snapshot", immediate)
    with django_db_blocker.unblock(), writer_between(monkeypatch, seen):
        inside(made[0], made[1], lambda: backups.make(tmp_path / "x.backup"))
    assert seen == ["began", "database is locked"]


def test_control_without_one_moment_the_marker_would_be_in(made, tmp_path, monkeypatch, django_db_blocker):
    @contextmanager
    def loose():
        yield connection

    monkeypatch.setattr(making, "snapshot", loose)
    with django_db_blocker.unblock(), writer_between(monkeypatch, []):
        try:
            during = inside(made[0], made[1], lambda: backups.make(tmp_path / "x.backup"))
        finally:
            inside(made[0], made[1], lambda: ScheduleRun.objects.filter(name="marker").delete())
    assert during["checksum"] != made[3]["checksum"]


# --- damaged, or not ours ---------------------------------------------------------------------------------------------


def code_of(made, folder, out) -> str:
    with refused_any() as no:
        inside(folder, made[1], lambda: backups.restore(out, quiet))
    assert contents(folder) == []
    assert no.value.sentence
    return no.value.code


def refused_any():
    return pytest.raises(Refused)


@pytest.fixture
def long(tmp_path):
    """A sealed file of several chunks, with its key and content."""
    key, content, path = os.urandom(32), os.urandom(3 * vault.CHUNK + 17), tmp_path / "long"
    with path.open("wb") as out:
        sealer = vault.Sealer(out, key)
        sealer.write(content)
        sealer.close()
    return path, key, content


def opened(path: Path, key: bytes) -> bytes:
    with path.open("rb") as file:
        return vault.Opener(file, key).read(1 << 30)


def test_a_sealed_file_opens_with_its_key(long):
    path, key, content = long
    assert opened(path, key) == content
    with refused("backup_wrong_key"):
        opened(path, os.urandom(32))


FRAME = vault._FRAME.size + vault.CHUNK + vault.TAG
AT = {
    "the mark": 3, "the salt": 20, "the check": 60, "the last flag": vault.HEADER, "the length": vault.HEADER + 3,
    "the first chunk": vault.HEADER + 500, "a tag": vault.HEADER + FRAME - 1, "the second chunk": vault.HEADER + FRAME + 99, "the end": -1,
}  # fmt: skip


@pytest.mark.parametrize("where", AT)
def test_one_changed_bit_anywhere_is_refused(long, where):
    path, key, _content = long
    data = bytearray(path.read_bytes())
    data[AT[where]] ^= 1
    path.write_bytes(data)
    with refused_any() as no:
        opened(path, key)
    assert no.value.code in {"backup_not_one", "backup_wrong_key", "backup_altered", "backup_cut", "backup_extended"}


@pytest.mark.parametrize(
    "length",
    [0, 5, 50, vault.HEADER, vault.HEADER + 2, vault.HEADER + 1000, vault.HEADER + FRAME, vault.HEADER + 2 * FRAME, -1],
)
def test_a_cut_file_is_refused_wherever_it_was_cut(long, length):
    path, key, _content = long
    data = path.read_bytes()
    path.write_bytes(data[:length])
    with refused("backup_not_one" if 0 <= length < len(vault.MARK) else "backup_cut"):
        opened(path, key)


def test_more_behind_the_end_other_order_and_a_chunk_left_out_are_refused(long):
    path, key, _content = long
    data = path.read_bytes()
    head, chunks = (
        data[: vault.HEADER],
        [data[vault.HEADER + n * FRAME : vault.HEADER + (n + 1) * FRAME] for n in range(4)],
    )
    for order, code in (
        ([0, 1, 2, 3, 3], "backup_extended"), ([1, 0, 2, 3], "backup_altered"), ([0, 2, 3], "backup_altered"), ([0, 1, 3], "backup_altered"),
    ):  # fmt: skip
        path.write_bytes(head + b"".join(chunks[n] for n in order))
        with refused(code):
            opened(path, key)
    path.write_bytes(head + b"".join(chunks))
    assert opened(path, key)  # control: put together as it was


def test_a_damaged_backup_a_wrong_key_and_another_file_leave_the_folder_empty(made, empty, tmp_path, django_db_blocker):
    out = made[2]
    data, bad = out.read_bytes(), tmp_path / "bad.backup"
    with django_db_blocker.unblock():
        for content, code in (
            (data[:-5], "backup_cut"), (data + b"x", "backup_extended"), (data[:-40] + b"12345" + data[-35:], "backup_altered"),
            (b"PK" + data, "backup_not_one"),
        ):  # fmt: skip
            bad.write_bytes(content)
            assert code_of(made, empty, bad) == code
        (other := tmp_path / "other.key").write_bytes(b"A" * 43 + b"=")
        assert code_of((None, other), empty, out) == "backup_wrong_key"
        assert code_of(made, empty, tmp_path / "not there") == "backup_unread"


def test_a_backup_of_a_newer_program_is_refused(made, empty, monkeypatch, django_db_blocker):
    fewer = upgrade.on_disk() - {max(one for one in upgrade.on_disk() if one[0] == "reports")}
    monkeypatch.setattr(upgrade, "on_disk", lambda: fewer)
    with django_db_blocker.unblock():
        assert code_of(made, empty, made[2]) == "backup_newer"


# --- all or nothing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["notes.txt", "gongyi.sqlite3", "keys"])
def test_a_folder_that_holds_something_is_not_touched(made, empty, name, django_db_blocker):
    if name == "gongyi.sqlite3":
        with closing(sqlite3.connect(empty / name)) as held:
            held.execute("CREATE TABLE precious (x int)")
    else:
        (empty / name).mkdir() if name == "keys" else (empty / name).write_text("x")
    before = contents(empty)
    with django_db_blocker.unblock(), refused("restore_not_empty"):
        restored(made, empty)
    assert contents(empty) == before


@pytest.mark.parametrize("step", ["_make_schema", "_put", "_compare", "_finish"])
def test_a_restore_that_fails_leaves_the_folder_empty(made, empty, monkeypatch, step, django_db_blocker):
    monkeypatch.setattr(restoring, step, _fails)
    with django_db_blocker.unblock(), refused("restore_failed"):
        restored(made, empty)
    assert contents(empty) == []


def test_what_was_put_back_is_compared_with_what_was_noted(made, empty, monkeypatch, django_db_blocker):
    def forgets_one(on, table, lines):
        plain(on, table, lines if table.name != "people_grant" else [])

    plain = rows.write
    monkeypatch.setattr(rows, "write", forgets_one)
    with django_db_blocker.unblock(), refused("restore_differs"):
        restored(made, empty)
    assert contents(empty) == []


KILLED = """
import os, signal, sys, django
sys.argv = ["manage.py", "restore"]
django.setup()
from pathlib import Path
from tests.migrated import start
start()
from gongyi.core import backups
from gongyi.core.backups import restoring
restoring.{step} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
backups.restore(Path({out!r}), print)
"""


@pytest.mark.parametrize("step", ["_compare", "_finish"])
def test_a_killed_restore_serves_nothing_and_the_next_one_clears_it(made, empty, step, django_db_blocker):
    _source, key, out, facts = made
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {
        "GONGYI_DATA": str(empty),
        "GONGYI_BACKUP_KEY": str(key),
        "PYTHONPATH": str(BASE),
        "DJANGO_SETTINGS_MODULE": "gongyi.settings",
    }
    code = textwrap.dedent(KILLED).format(step=step, out=str(out))
    ended = subprocess.run([sys.executable, "-c", code], env=env, check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (empty / boot.RESTORING).exists()
    assert (empty / "gongyi.sqlite3").exists()
    with django_db_blocker.unblock():
        with at(empty, key), refused("half_restore"):
            boot._open()
        assert restored(made, empty, index=False)["checksum"] == facts["checksum"]
    assert not (empty / boot.RESTORING).exists()


def test_a_half_restore_into_another_database_is_not_taken_for_this_one(made, empty, django_db_blocker):
    (empty / boot.RESTORING).write_text(json.dumps({"database": "postgresql://h:1/x", "keys": []}))
    with django_db_blocker.unblock(), refused("restore_elsewhere"):
        restored(made, empty)
    assert contents(empty) == [boot.RESTORING]


def test_keys_that_are_kept_apart_have_to_be_the_same(made, empty, tmp_path, django_db_blocker):
    (keys := tmp_path / "kept").mkdir(mode=0o700)
    (keys / "fields.key").write_bytes((made[0] / "keys" / "fields.key").read_bytes())

    def act():
        return backups.restore(made[2], quiet, index=False)

    with django_db_blocker.unblock(), at(empty, made[1]), override_settings(GONGYI_KEYS=keys):
        elsewhere(empty / "gongyi.sqlite3", act)
        assert contents(keys) == ["digests.key", "fields.key"]
        (other := tmp_path / "second").mkdir()
        (keys / "digests.key").unlink()
        (keys / "fields.key").write_text("other")
        with override_settings(GONGYI_DATA=other), refused("restore_other_key"):
            elsewhere(other / "gongyi.sqlite3", act)
        assert (contents(other), contents(keys)) == ([], ["fields.key"])
        assert (keys / "fields.key").read_text() == "other"


@pytest.mark.slow  # migrates for real, in two steps
def test_a_backup_of_an_earlier_version_is_brought_to_this_one(made, empty, tmp_path, monkeypatch, django_db_blocker):
    """A version without the last migration of sessions made it."""
    left = max(name for app, name in MigrationLoader(None).disk_migrations if app == "sessions")
    heads = making._json

    def older(facts):
        if "migrations" in facts:
            facts["migrations"] = [one for one in facts["migrations"] if tuple(one) != ("sessions", left)]
        return heads(facts)

    monkeypatch.setattr(making, "_json", older)
    with django_db_blocker.unblock():
        inside(made[0], made[1], lambda: backups.make(tmp_path / "older.backup"))
        inside(empty, made[1], lambda: backups.restore(tmp_path / "older.backup", quiet, index=False))
        assert inside(empty, made[1], lambda: (upgrade.pending(), _phone())) == (set(), PHONE)


# --- the key and the file ---------------------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_alone(tmp_path, settings):
    with refused("backup_no_key"):
        backups.make_key()
    settings.GONGYI_BACKUP_KEY = str(tmp_path / "safe" / "key")
    with refused("backup_no_key"):
        backups.read_key()
    made = backups.make_key()
    path = tmp_path / "safe" / "key"
    assert (path.stat().st_mode & 0o777, path.read_text().strip(), len(backups.read_key())) == (0o600, made, 32)
    with refused("backup_key_exists"):
        backups.make_key()
    assert path.read_text().strip() == made
    assert not backups.is_open_to_others()
    path.chmod(0o644)
    assert backups.is_open_to_others()
    for wrong in ("", "zu kurz", "QUJD", made[:-4]):
        path.write_text(wrong)
        with refused("backup_bad_key"):
            backups.read_key()


def test_only_a_backup_is_written_over(made, tmp_path, django_db_blocker):
    source, key, out, _facts = made
    (other := tmp_path / "precious").write_text("x")
    with django_db_blocker.unblock():
        for path, code in (
            (other, "backup_other_file"),
            (tmp_path, "backup_is_folder"),
            (other / "x", "backup_unwritten"),
        ):
            with refused(code):
                inside(source, key, lambda path=path: backups.make(path))
        (mine := tmp_path / "mine").write_bytes(out.read_bytes())
        inside(source, key, lambda: backups.make(mine))
    assert other.read_text() == "x"
    assert contents(tmp_path) == ["mine", "precious"]  # and no .part is left


def test_a_backup_that_fails_leaves_no_part(made, tmp_path, monkeypatch, django_db_blocker):
    monkeypatch.setattr(making, "_add_table", _fails)
    with django_db_blocker.unblock(), refused("backup_unwritten"):
        inside(made[0], made[1], lambda: backups.make(tmp_path / "x"))
    assert contents(tmp_path) == []


# --- by themselves ----------------------------------------------------------------------------------------------------

NIGHT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


def test_of_the_backups_a_week_is_kept_then_one_a_week_and_none_beyond_35_days(settings, tmp_path):
    settings.GONGYI_BACKUPS.mkdir()
    for days in range(60):
        (settings.GONGYI_BACKUPS / f"gongyi-{NIGHT - timedelta(days=days):%Y%m%dT%H%M%SZ}.backup").touch()
    (settings.GONGYI_BACKUPS / "mine.backup").touch()
    for days in (3, 40):
        (tmp_path / "backups" / f"before-{NIGHT - timedelta(days=days):%Y%m%dT%H%M%SZ}.sqlite3").touch()
    with clock.at(NIGHT + timedelta(minutes=1)):
        nightly._thin_out()
        left = [(NIGHT - one.at).days for one in backups.standing().kept]
    assert left[:7] == list(range(7))
    assert max(left) <= 35
    assert 10 <= len(left) <= 12
    assert (settings.GONGYI_BACKUPS / "mine.backup").exists()
    assert len(list((tmp_path / "backups").glob("before-*"))) == 1


def test_the_nightly_backup_notes_how_it_went(made, django_db_blocker):
    source, key, _out, _facts = made
    with django_db_blocker.unblock():
        inside(source, key, backups.make_nightly)
        with at(source, key):
            now = backups.standing()
            assert (now.no_key, now.is_late, now.failed) == ("", False, False)
            assert now.kept
            assert now.tried["rows"] > 0
            assert now.drill_is_late
            (source / "backups" / "x").touch()
            with override_settings(GONGYI_BACKUPS=source / "backups" / "x"), refused("backup_unwritten"):
                inside_same(source, backups.make_nightly)
            assert backups.standing().failed
            with clock.at(clock.now() + timedelta(days=2)):
                assert backups.standing().is_late
        with at(source, source / "no key"):
            assert "no key" in backups.standing().no_key


def inside_same(folder, act):
    return elsewhere(folder / "gongyi.sqlite3", act)


def test_a_trial_of_restoring_leaves_nothing_but_its_result(made, monkeypatch, django_db_blocker):
    source, key, _out, _facts = made
    plain = subprocess.run

    def quicker(command, **options):
        code = f"import sys; sys.argv = {[*map(str, command[1:])]!r}; from tests.migrated import start; import django; django.setup(); start(); from django.core.management import execute_from_command_line as go; go(sys.argv)"
        return plain([sys.executable, "-c", code], **options, cwd=BASE)

    monkeypatch.setattr(nightly.subprocess, "run", quicker)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "gongyi.settings")
    with django_db_blocker.unblock():
        inside(source, key, backups.make_nightly)
        with at(source, key):
            facts = inside_same(source, backups.drill)
            assert (facts["ok"], facts["rows"] > 0, facts["findings"]) == (True, True, 0)
            assert not (source / "backups" / "drill").exists()
            assert backups.standing().drill["ok"]
            assert not backups.drill_is_due(None)
            assert backups.drill_is_due(clock.now() + timedelta(minutes=1))
            newest = backups.standing().last.path
            newest.write_bytes(newest.read_bytes()[:-9])
            assert inside_same(source, backups.drill)["code"] == "backup_cut"  # control: a bad one is seen
            assert not backups.standing().drill["ok"]
            assert not (source / "backups" / "drill").exists()
