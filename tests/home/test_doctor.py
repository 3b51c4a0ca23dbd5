"""`doctor` looks at each thing by itself: well, it says so; broken, it says what to do and ends with 1."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from gongyi.core import audit, backups, boot, clock, search, upgrade
from gongyi.core.access import system_actor
from gongyi.core.backups import nightly
from gongyi.core.models import ScheduleRun
from gongyi.core.secrets import seal
from gongyi.home.queries import doctor
from tests.factories import make_county

pytestmark = pytest.mark.django_db


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def well(settings, tmp_path, monkeypatch):
    """An installation where nothing is wrong."""
    make_county()
    monkeypatch.setattr(
        upgrade, "broken_promises", list
    )  # a database in memory promises nothing; test_boot.py looks at a real one
    audit.record(by=system_actor("t", 999001), action="x", kind="x")
    seal("x", "x:1")
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    settings.GONGYI_BACKUPS = tmp_path / "other" / "backups"
    settings.GONGYI_DATA = tmp_path / "data"
    settings.GONGYI_DATA.mkdir()
    settings.GONGYI_BACKUP_KEY = str(tmp_path / "safe" / "key")
    backups.make_key()
    settings.GONGYI_BACKUPS.mkdir(parents=True)
    backups.new_path().touch()
    nightly._note("drill", ok=True, seconds=3)
    ScheduleRun.objects.create(name="core.backup", last_run_at=clock.now(), note="")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(100 * 10**9, 20 * 10**9, 80 * 10**9))
    return settings


def levels() -> dict[str, str]:
    return {line.name: line.level for line in doctor.examine()}


def run(*words) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *words, stdout=out)
    except SystemExit as end:
        return int(end.code), out.getvalue()
    return 0, out.getvalue()


def test_all_is_well(well):
    found = levels()
    found.pop("calendar")  # by the month of the year
    if found["fonts"] == "warn":
        found["fonts"] = "ok"  # a machine without fonts is in order but for this
    assert set(found.values()) == {"ok"}
    code, told = run()
    assert code == 0
    assert "✓ 数据库" in told
    assert "✗" not in told
    code, told = run("--json")
    assert (code, json.loads(told)["ok"]) == (0, True)


def debug(settings, _patch):
    settings.DEBUG = True


def any_host(settings, _patch):
    settings.ALLOWED_HOSTS = ["*"]


def plain_http(settings, _patch):
    settings.ALLOWED_HOSTS = ["10.0.0.5"]


def unsafe(_settings, patch):
    patch.setattr(upgrade, "broken_promises", lambda: ["synchronous=1"])


def impatient(_settings, patch):
    patch.setattr(upgrade, "patience", lambda: 100)


def behind(_settings, patch):
    patch.setattr(upgrade, "pending", lambda: {("x", "y")})


def full(_settings, patch):
    patch.setattr(shutil, "disk_usage", lambda _path: Disk(100, 99, boot.LEAST_FREE_BYTES - 1))


def nearly_full(_settings, patch):
    patch.setattr(shutil, "disk_usage", lambda _path: Disk(100 * 10**9, 90 * 10**9, 10 * 10**9))


def early(_settings, patch):
    patch.setattr(doctor.clock, "now", lambda: datetime(2020, 1, 1, tzinfo=UTC))


def keyless(settings, _patch):
    settings.GONGYI_BACKUP_KEY = ""


def open_key(settings, _patch):
    Path(settings.GONGYI_BACKUP_KEY).chmod(0o644)


def key_inside(settings, _patch):
    shutil.move(settings.GONGYI_BACKUP_KEY, settings.GONGYI_DATA / "key")
    settings.GONGYI_BACKUP_KEY = str(settings.GONGYI_DATA / "key")


def no_backup(settings, _patch):
    shutil.rmtree(settings.GONGYI_BACKUPS)


def old_backup(settings, _patch):
    backups.standing().last.path.rename(settings.GONGYI_BACKUPS / "gongyi-20200101T000000Z.backup")


def backup_inside(settings, _patch):
    settings.GONGYI_BACKUPS = settings.GONGYI_DATA / "backups"
    backups.new_path().touch()


def failed_drill(_settings, _patch):
    nightly._note("drill", ok=False, code="backup_cut")


def no_drill(settings, _patch):
    (settings.GONGYI_DATA / "backups" / "standing.json").unlink()


def old_drill(_settings, _patch):
    with clock.at(clock.now() - timedelta(days=50)):
        nightly._note("drill", ok=True)


def december(_settings, patch):
    patch.setattr(doctor.clock, "today", lambda: datetime(2090, 12, 1).date())  # noqa: DTZ001 - a day


def fontless(_settings, patch):
    patch.setattr(doctor.fonts, "others", lambda _families: [])


def not_indexed(_settings, patch):
    patch.setattr(search, "is_whole", lambda _kind, _county: False)


def no_worker(_settings, _patch):
    ScheduleRun.objects.all().delete()


def lost_keys(settings, _patch):
    shutil.rmtree(settings.GONGYI_KEYS)


@pytest.mark.parametrize(
    ("break_it", "name", "level"),
    [
        (debug, "settings", "bad"), (any_host, "settings", "bad"), (plain_http, "settings", "warn"), (unsafe, "database", "bad"),
        (impatient, "database", "bad"),
        (behind, "database", "warn"), (lost_keys, "keys", "bad"), (full, "disk", "bad"), (nearly_full, "disk", "warn"), (early, "clock", "bad"),
        (keyless, "backup_key", "bad"), (open_key, "backup_key", "warn"), (key_inside, "backup_key", "warn"), (no_backup, "backup", "bad"),
        (old_backup, "backup", "bad"), (backup_inside, "backup", "warn"), (failed_drill, "drill", "bad"), (no_drill, "drill", "warn"),
        (old_drill, "drill", "warn"), (december, "calendar", "warn"), (fontless, "fonts", "warn"), (not_indexed, "search", "warn"),
        (no_worker, "worker", "bad"),
    ],
)  # fmt: skip
def test_each_thing_that_is_not_in_order_is_told_with_what_to_do(well, monkeypatch, break_it, name, level):
    before = levels()
    break_it(well, monkeypatch)
    after = {line.name: line for line in doctor.examine()}
    assert (
        (after[name].level, before[name]) == (level, "ok")
        if name not in {"calendar", "fonts"}
        else after[name].level == level
    )
    assert after[name].words
    assert after[name].todo or name in {"worker", "keys", "backup_key"}  # whose sentence says it
    assert run()[0] == (1 if "bad" in {line.level for line in after.values()} else 0)


def test_a_database_that_is_away_is_bad_and_nothing_raises(well, monkeypatch):
    def away(*_):
        raise DatabaseError("secret text")

    monkeypatch.setattr(upgrade, "applied", away)
    code, told = run()
    assert (code, "数据库没有回答" in told, "secret" in told) == (1, True, False)


def test_a_folder_without_data_is_asked_only_what_can_be_asked(well, monkeypatch):
    monkeypatch.setattr(upgrade, "applied", set)
    found = levels()
    assert found["database"] == "warn"
    assert not doctor.OF_DATA & set(found)


def test_no_secret_is_printed(well):
    told = run()[1] + run("--json")[1]
    assert Path(well.GONGYI_BACKUP_KEY).read_text().strip() not in told
    for path in Path(well.GONGYI_KEYS).iterdir():
        assert path.read_text().split()[-1] not in told
