"""The page about backups: what a tired manager reads when all is well, when there is no key, when something went wrong."""

import base64
import os
from datetime import timedelta

import pytest

from gongyi.core import clock, schedule, tasks
from gongyi.core.access import Role
from gongyi.core.backups import nightly
from gongyi.core.models import ScheduleRun
from tests.factories import make_actor, make_county, make_unit
from tests.home.test_outgoing import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def guard():
    return make_actor(Role.SECURITY_MANAGER, make_county(), "宋安全")


@pytest.fixture
def key(settings, tmp_path):
    """A key outside the data folder."""
    settings.GONGYI_BACKUP_KEY = str(tmp_path.parent / f"{tmp_path.name}.key")
    with open(settings.GONGYI_BACKUP_KEY, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(base64.b64encode(bytes(32)))
    return settings


def kept(settings, ago: timedelta) -> None:
    settings.GONGYI_BACKUPS.mkdir(exist_ok=True)
    (settings.GONGYI_BACKUPS / f"gongyi-{clock.now() - ago:%Y%m%dT%H%M%SZ}.backup").write_bytes(b"x" * 1_400_000)


def page(guard, path="/system/backups/") -> str:
    return browser_of(guard).get(path).content.decode()


def test_without_a_key_the_page_says_the_three_steps(guard):
    shown = page(guard)
    for words in ("没有设置 GONGYI_BACKUP_KEY", "backup --new-key", "还没有备份", "还没有试过"):
        assert words in shown
    assert "现在备份" not in shown
    assert "没有在备份" in page(guard, "/system/")
    assert str(tasks.back_up()) == "没有备份密钥，没有做备份"


def test_all_is_well(guard, key, tmp_path):
    key.GONGYI_BACKUPS = tmp_path.parent / f"{tmp_path.name}-other"
    kept(key, timedelta(hours=2))
    nightly._note("backup", ok=True)
    nightly._note("drill", ok=True, rows=797, seconds=4.2)
    ScheduleRun.objects.create(name="core.backup", last_run_at=clock.now(), note="备份了 797 行记录")
    shown = page(guard)
    for words in ("1 份，1 MB", "797 行记录都和备份里记的一样", "现在备份", str(key.GONGYI_BACKUPS)):
        assert words in shown
    assert "notice tone" not in shown
    assert "没有在备份" not in page(guard, "/system/")


@pytest.mark.parametrize(
    ("what", "note", "words"),
    [
        ("backup", {"ok": False, "code": "backup_unwritten"}, "文件写不进去"),
        ("backup", {"ok": False, "code": "?"}, "看它说什么"),
        ("drill", {"ok": False, "code": "backup_cut"}, "备份文件不完整"),
    ],
)
def test_what_went_wrong_is_said(guard, key, what, note, words):
    kept(key, timedelta(hours=2))
    nightly._note(what, **note)
    shown = page(guard)
    assert words in shown
    assert "在同一个文件夹里" in shown
    assert "tone-late" in page(guard, "/system/")


def test_an_old_backup_is_late(guard, key):
    kept(key, timedelta(days=2))
    assert "该备份了" in page(guard)


def test_a_wish_is_for_the_worker_and_leads_back_here(guard):
    ScheduleRun.objects.create(name="core.backup", last_run_at=clock.now() - timedelta(hours=1))
    answer = browser_of(guard).post("/system/jobs/core/backup/run/")
    assert answer.url == "/system/backups/"
    assert ScheduleRun.objects.get(name="core.backup").wanted_at


def test_the_trial_waits_a_month_unless_somebody_wishes_it(key, monkeypatch):
    schedule.discover()
    tried = []
    monkeypatch.setattr(tasks.backups, "drill", lambda: tried.append(1) or {"ok": True, "rows": 1, "seconds": 1})
    assert "没有什么可试" in tasks.try_backup()
    kept(key, timedelta(hours=2))
    assert "成功" in tasks.try_backup()
    nightly._note("drill", ok=True)
    assert "每月试一次" in tasks.try_backup()
    ScheduleRun.objects.create(name="core.drill", last_run_at=clock.now(), wanted_at=clock.now() + timedelta(seconds=1))
    assert "成功" in tasks.try_backup()
    monkeypatch.setattr(tasks.backups, "drill", lambda: {"ok": False})
    assert "没有成功" in tasks.try_backup()
    assert len(tried) == 2


@pytest.mark.usefixtures("guard")
def test_a_townships_manager_and_an_officer_do_not_see_it():
    town = make_unit("东湖镇")
    for role in (Role.SECURITY_MANAGER, Role.OFFICER):
        assert browser_of(make_actor(role, town, "李某")).get("/system/backups/").status_code == 403
