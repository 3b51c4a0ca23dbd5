"""Making the data folder ready to be served: migrated, with its static files, with or without the demo county.

Five files in the data folder say what it holds: `demo` (the finished demo county, with its sign-ins), `demo-loading` (a demo
that was begun), `for-work` (somebody began to set up a real county), `restoring` (a backup is being brought back, or was cut off)
and `static.stamp` (the sources of the static files).
"""

import fcntl
import glob
import hashlib
import ipaddress
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gongyi.core import upgrade
from gongyi.core.errors import Refused
from gongyi.core.models import AuditHead

# What belongs to the folder and not to the data in it.
FRAME = {"backups", "demo-loading", "for-work", "keys", "locks", "prepare.lock", "static", "static.stamp"}
DEMO_COUNTY = 999001  # invented: no county in the list of divisions has this code
RESTORING = "restoring"
LEAST_FREE_BYTES = 64 * 1024 * 1024


def say(*lines: str) -> None:
    """Print lines for the person at the terminal; to stderr, so that a command's own output stays clean."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


def prepare(*, demo: bool) -> None:
    """Bring the data folder to where the product can use it; quick when nothing has to be done.

    With `demo`, a folder that holds nothing yet and is not meant for real work gets the demo county. Two starts at once wait for each other.
    Raises Refused when the database was written by a newer version, does not keep its promises, or holds half a demo
    that cannot be set aside.
    """
    _open()
    with _alone():
        _set_half_demo_aside()
        _recognise_demo()
        _collect_static()
        if demo and not is_for_work() and (not upgrade.applied() or (not holds_demo() and is_empty())):
            with loading_demo():
                upgrade.migrate(say)
                say(_("正在装入演示县（虚构的数据，只装一次）……"))
                call_command("load_demo", stdout=sys.stderr)
        else:
            upgrade.migrate(say)
        if broken := upgrade.broken_promises():
            raise Refused(
                "unsafe_database",
                _("数据库的设置不能保证数据安全：%(names)s。") % {"names": ", ".join(broken)},
                _("请恢复这些设置后再启动。"),
            )


def _open() -> None:
    """The folder is there, only we may read what is written into it, and the database answers. Raises Refused."""
    os.umask(0o077)
    settings.GONGYI_DATA.mkdir(parents=True, exist_ok=True)
    if (settings.GONGYI_DATA / RESTORING).exists():
        raise Refused(
            "half_restore",
            _("数据文件夹 %(path)s 正在从备份恢复，或者恢复到一半断了。") % {"path": settings.GONGYI_DATA},
            _("请等它做完；断了的，再运行一次 ./run manage restore 备份文件，它会先清掉这一半。"),
        )
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise Refused(
            "database_away",
            _("连不上数据库：%(why)s") % {"why": str(error).partition("\n")[0]},
            _("请检查 DATABASE_URL、数据库是否在运行、数据文件夹能否写入，再启动。"),
        ) from error


@contextmanager
def _alone() -> Iterator[None]:
    with (settings.GONGYI_DATA / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- the demo county --------------------------------------------------------------------------------------------------


def holds_demo() -> bool:
    """Whether the data folder holds the finished demo county."""
    return _demo().exists()


def is_for_work() -> bool:
    """Whether somebody began to set up a real county here, even if that was refused: the demo is never loaded then."""
    return _for_work().exists()


def mark_for_work() -> None:
    """Note that a real county is meant to live here; a folder that holds the demo stays what it is."""
    if not holds_demo():
        _for_work().touch()


def mark_demo(sign_ins: str = "") -> None:
    """Note that the demo county is complete; `sign_ins` is what `./run` prints about signing in."""
    part = _demo().with_suffix(".part")
    part.write_text(sign_ins, encoding="utf-8")
    part.replace(_demo())


def demo_sign_ins() -> str:
    """What `mark_demo` was given; empty when the folder holds no demo."""
    return _demo().read_text(encoding="utf-8") if holds_demo() else ""


def _recognise_demo() -> None:
    """Mark the folder again where the database holds the demo: the mark was deleted, or the database came with another folder."""
    if (
        holds_demo()
        or (settings.GONGYI_DATA / "demo-loading").exists()
        or ("core", "0001_initial") not in upgrade.applied()
    ):
        return
    if AuditHead.objects.filter(county=DEMO_COUNTY).exists():
        mark_demo(_("数据库里是演示县。演示账号和密码见 README。"))


@contextmanager
def loading_demo() -> Iterator[None]:
    """Around everything that puts the demo into an empty folder: a block that does not end is set aside at the next start."""
    begun = settings.GONGYI_DATA / "demo-loading"
    begun.touch()
    _demo().unlink(missing_ok=True)  # left behind by somebody who deleted only the database
    yield
    if not holds_demo():
        raise RuntimeError("the demo county was loaded without mark_demo()")
    begun.unlink(missing_ok=True)  # load_demo opens a block of its own, for those who call it by hand


def check_demo_may_be_served(host: str, wish: str) -> None:
    """Refuse to serve the demo county as real work, or to other machines unless asked for by hand.

    `wish` is GONGYI_DEMO: "" (a demo in an empty folder), "0" (never) or "1" (yes, wherever). Raises Refused.
    """
    if wish not in {"", "0", "1"}:
        raise Refused("demo_wish", _("GONGYI_DEMO 只能是 0 或 1。"))
    _open()
    _recognise_demo()
    if holds_demo() and wish == "0":
        raise Refused(
            "holds_demo",
            _("数据文件夹 %(path)s 里是演示县，不能用于正式工作。") % {"path": settings.GONGYI_DATA},
            _("请用 GONGYI_DATA 指定另一个文件夹。"),
        )
    may_load = not is_for_work() and (not upgrade.applied() or is_empty())
    if wish == "" and not is_loopback(host) and (holds_demo() or may_load):
        raise Refused(
            "demo_on_network",
            _("演示县的账号和口令是公开的，默认只在本机打开，不在 %(host)s 上打开。") % {"host": host},
            _("正式使用请设 GONGYI_DEMO=0 并换一个空的数据文件夹；确要给别人看演示，请设 GONGYI_DEMO=1。"),
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host` (a name or an address)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _for_work() -> Path:
    return Path(settings.GONGYI_DATA) / "for-work"


def _demo() -> Path:
    return Path(settings.GONGYI_DATA) / "demo"


def is_empty() -> bool:
    """Whether no table of ours beyond core's holds a row: what a `./run manage …` on a new folder leaves behind."""
    if upgrade.pending():
        return False
    ours = (config for config in apps.get_app_configs() if config.name.startswith("gongyi.") and config.label != "core")
    return not any(QuerySet(model).exists() for config in ours for model in config.get_models())


def _set_half_demo_aside() -> None:
    begun = settings.GONGYI_DATA / "demo-loading"
    if not begun.exists():
        return
    if not holds_demo():
        if connection.vendor != "sqlite":
            raise Refused(
                "half_demo",
                _("上次装入演示县时中断了，数据库 %(name)s 里只有一半。") % {"name": connection.settings_dict["NAME"]},
                _("请清空这个数据库，删除文件 %(path)s，再启动。") % {"path": begun},
            )
        aside = settings.GONGYI_DATA / "backups" / "half-demo"
        _move_all_but_frame(aside)
        say(_("上次装入演示县时中断了，只装了一半的数据已移到 %(path)s。") % {"path": aside})
    begun.unlink()


def _move_all_but_frame(to: Path) -> None:
    """Moved, not deleted: should somebody have worked on the half demo, nothing is lost."""
    connection.close()
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True, mode=0o700)
    database = Path(connection.settings_dict["NAME"])
    inside = {
        path for path in settings.GONGYI_DATA.iterdir() if path.name not in FRAME and path != settings.GONGYI_KEYS
    }
    for path in inside | set(database.parent.glob(f"{glob.escape(database.name)}*")):
        shutil.move(path, to / path.name)


# --- static files -----------------------------------------------------------------------------------------------------


def _collect_static() -> None:
    stamp, now = settings.GONGYI_DATA / "static.stamp", _static_digest()
    if stamp.exists() and stamp.read_text() == now and (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return
    call_command("collectstatic", interactive=False, verbosity=0, stdout=sys.stderr)
    stamp.write_text(now)


def _static_digest() -> str:
    """One digest over name, size and time of every source file: reading them all would cost every start."""
    seen = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            seen.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()


# --- health -----------------------------------------------------------------------------------------------------------


@cache
def version() -> str:
    """The product's version, as pyproject.toml has it."""
    with (settings.BASE / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def health() -> dict[str, object]:
    """What a monitor wants to know: nothing secret, nothing personal, and never an exception.

    ok (all is well), version, engine, database_ok, migrations_pending (None when the database is away), disk_free_bytes.
    """
    try:
        missing: int | None = len(upgrade.pending())
    except DatabaseError:
        missing = None
    free = shutil.disk_usage(settings.GONGYI_DATA).free
    return {
        "ok": missing == 0 and free >= LEAST_FREE_BYTES,
        "version": version(),
        "engine": connection.vendor,
        "database_ok": missing is not None,
        "migrations_pending": missing,
        "disk_free_bytes": free,
    }
