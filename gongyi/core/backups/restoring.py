"""Putting a backup into an empty folder and an empty database: all of it, or nothing at all.

A mark in the folder says that a restore is under way; while it stands nothing else starts there, and what a killed restore left
behind is known by it and cleared by the next one.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from gongyi.core import audit, boot, seals, upgrade
from gongyi.core.backups import rows, vault
from gongyi.core.backups.making import FORM, HEAD, MANIFEST, totals
from gongyi.core.errors import Refused
from gongyi.core.secrets.keys import sync_folder

ALLOWED = {"lost+found"}  # of an empty disk


def restore(path: Path, say: Callable[..., None], *, index: bool = True) -> dict[str, Any]:
    """Bring everything back from the backup; `say` is told how far it is. Returns rows, files, checksum, findings, seconds.

    Raises Refused with everything empty as before: wrong key, damaged backup, newer program, a folder or database that holds something.
    """
    began, key = perf_counter(), vault.read_key()
    with _file(path) as file, _alone():
        head = _look_through(file, key)
        _clear_half()
        _refuse_unless_empty()
        _mark()
        try:
            with _sentences():
                manifest = _bring_back(file, key, head, say)
                findings = _finish(say)
        except BaseException:
            _clear()
            raise
        (settings.GONGYI_DATA / boot.RESTORING).unlink()
        sync_folder(settings.GONGYI_DATA)
    if index:
        say(_("正在重建搜索用的索引……"))
        call_command("rebuild_search", fresh=True, json=True, stdout=StringIO())
    told = {"at": head["at"], "findings": findings, "seconds": round(perf_counter() - began, 1)}
    return totals(manifest) | told


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        told = {"path": path, "why": error.strerror}
        raise Refused("backup_unread", _("备份文件 %(path)s 打不开（%(why)s）。") % told) from error
    with file:
        yield file


@contextmanager
def _alone() -> Iterator[None]:
    """The folder exists, and only one restore works on it; locked is the folder itself, which stays empty."""
    os.umask(0o077)
    settings.GONGYI_DATA.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.GONGYI_DATA, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Refused("restore_runs", _("另一个恢复正在这个数据文件夹里进行。"), _("请等它做完。")) from None
    finally:
        os.close(handle)


@contextmanager
def _sentences() -> Iterator[None]:
    """What went wrong on the way, for the person at the terminal."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise Refused(
            "restore_failed",
            _("没有恢复成：%(why)s。什么也没有留下。") % {"why": why},
            _("请看看磁盘满了没有、数据库还在不在，再试一次。"),
        ) from error


# --- before anything is touched ---------------------------------------------------------------------------------------


def _look_through(file: BinaryIO, key: bytes) -> dict[str, Any]:
    """The whole file is what was written, and this version can use it: asked before anything is made. Returns the head."""
    vault.Opener(file, key).check()
    for name, content in _members(file, key):
        head: dict[str, Any] = json.loads(content.read()) if name == HEAD else {}
        break
    known = upgrade.on_disk()
    labels = {app for app, _name in known}
    newer = [f"{app}.{name}" for app, name in head.get("migrations", []) if app in labels and (app, name) not in known]
    if head.get("form") != FORM or newer:
        raise Refused(
            "backup_newer",
            _("这个备份是更新的版本（%(version)s）做的，本版本不能用。") % {"version": head.get("version", "?")},
            _("请先把程序换成更新的版本，再恢复。"),
        )
    return head


def _members(file: BinaryIO, key: bytes) -> Iterator[tuple[str, Any]]:
    """What the backup holds, in its order: name and a file to read."""
    file.seek(0)
    with tarfile.open(fileobj=vault.Opener(file, key), mode="r|") as tar:  # type: ignore[call-overload]
        for info in tar:
            yield info.name, tar.extractfile(info)
            tar.members = []  # tarfile remembers every one


def _refuse_unless_empty() -> None:
    """Raises Refused where the folder, the database or a folder of keys elsewhere holds anything."""
    with _sentences():
        held = connection.introspection.table_names()
        connection.close()
    for path in [] if held else _database_files():
        path.unlink()  # without a table: left by a command that found nothing
    if held or any(path.name not in ALLOWED for path in settings.GONGYI_DATA.iterdir()):
        inside = connection.settings_dict["NAME"] if held else settings.GONGYI_DATA
        raise Refused(
            "restore_not_empty",
            _("%(path)s 里已经有东西，没有动它：恢复只往空的地方放。") % {"path": inside},
            _("请用 GONGYI_DATA 指定一个空文件夹；用 PostgreSQL 的，请换一个空库。"),
        )


def _database_files() -> list[Path]:
    """The SQLite file with what stands beside it."""
    if connection.vendor != "sqlite":
        return []
    name = Path(connection.settings_dict["NAME"])
    return [
        path for path in (name, name.with_name(f"{name.name}-wal"), name.with_name(f"{name.name}-shm")) if path.exists()
    ]


# --- the mark, and clearing -------------------------------------------------------------------------------------------


def _place() -> str:
    """Which database this is, without its password."""
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:{named['NAME']}"
    return f"{connection.vendor}://{named['HOST']}:{named['PORT']}/{named['NAME']}"


def _mark(keys: list[str] | None = None) -> None:
    """Note what is being made, and durably, before it is made."""
    path = settings.GONGYI_DATA / boot.RESTORING
    part = path.with_suffix(".part")
    with part.open("w") as file:
        json.dump({"database": _place(), "keys": keys or []}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(settings.GONGYI_DATA)


def _clear_half() -> None:
    """Take away what a restore that was cut off left; nothing without its mark."""
    path = settings.GONGYI_DATA / boot.RESTORING
    path.with_suffix(".part").unlink(missing_ok=True)
    if not path.exists():
        return
    begun = json.loads(path.read_text())
    if begun["database"] != _place():
        raise Refused(
            "restore_elsewhere",
            _("上次恢复到一半的数据库是 %(place)s，不是现在这个。") % {"place": begun["database"]},
            _("请用那时的 DATABASE_URL 再运行一次，或者清空那个库和数据文件夹。"),
        )
    _clear()


def _clear() -> None:
    """Empty the database and the folder again; the mark goes last, so that a clearing that is cut off is done again."""
    mark = settings.GONGYI_DATA / boot.RESTORING
    with suppress(DatabaseError):  # the next restore does it: the mark stays
        if connection.vendor != "sqlite":
            _empty_database()
        connection.close()
        for path in _database_files():
            path.unlink()
        _clear_files(json.loads(mark.read_text())["keys"])
        mark.unlink()


def _clear_files(keys: list[str]) -> None:
    for path in settings.GONGYI_DATA.iterdir():
        if path.name not in ALLOWED | {boot.RESTORING}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in keys:
        (settings.GONGYI_KEYS / name).unlink(missing_ok=True)


def _empty_database() -> None:
    connection.close()  # whatever state it was left in
    names = connection.introspection.table_names()
    with transaction.atomic(), connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")
        cursor.execute("DROP FUNCTION IF EXISTS gongyi_append_only()")


# --- bringing back ----------------------------------------------------------------------------------------------------


def _bring_back(file: BinaryIO, key: bytes, head: dict[str, Any], say: Callable[..., None]) -> dict[str, Any]:
    """Schema, rows and files, compared with the manifest. Raises Refused where anything differs."""
    say(_("正在建表……"))
    _make_schema({(app, name) for app, name in head["migrations"]})
    tables = {name: rows.Table(name, tuple(rows.Column(*one) for one in columns)) for name, columns in head["tables"]}
    say(_("正在放回记录和文件……"))
    found: dict[str, Any] = {}
    connection.disable_constraint_checking()  # SQLite would look for parents row by row; all are looked for at the end
    try:
        with transaction.atomic():
            rows.clear(connection, tables.values())
            for name, content in _members(file, key):
                first, _slash, rest = name.partition("/")
                if first == "tables":
                    lines = zlib.decompress(content.read()).decode().split("\n")
                    rows.write(connection, tables[rest.partition("/")[0]], lines)
                elif name == MANIFEST:
                    manifest: dict[str, Any] = json.loads(content.read())
                elif name != HEAD:
                    found[name] = _put(name, content)
            connection.check_constraints()
            rows.reset_serials(connection, tables.values())
            _compare(manifest, {"tables": rows.digests(connection, tables.values()), "files": found})
    finally:
        connection.enable_constraint_checking()
    return manifest


def _make_schema(recorded: set[upgrade.Migration]) -> None:
    """The tables as they were when the backup was made."""
    if upgrade.on_disk() <= recorded:
        call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
        return
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    ours = {node for node in recorded if node in graph.nodes}
    ends = [node for node in sorted(ours) if not any(child.key in ours for child in graph.node_map[node].children)]
    executor.migrate(ends)


def _put(name: str, content: Any) -> dict[str, Any]:
    """Write one file of the backup to its place, readable by nobody else."""
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/"):
        raise Refused("backup_altered", _("这个备份里有不该有的文件名，没有使用它。"))
    if parts[0] == "keys":
        return _put_key(parts[-1], content.read())
    path = Path(settings.GONGYI_DATA, *parts)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while data := content.read(1 << 20):
            file.write(data)
            seen.update(data)
            size += len(data)
    return {"size": size, "sha256": seen.hexdigest()}


def _put_key(name: str, content: bytes) -> dict[str, Any]:
    """A key may be there already, kept apart from the data: then it has to be the same."""
    path = settings.GONGYI_KEYS / name
    if not path.exists():
        mark = settings.GONGYI_DATA / boot.RESTORING
        _mark([*json.loads(mark.read_text())["keys"], name])
        settings.GONGYI_KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            os.fsync(file.fileno())
        sync_folder(settings.GONGYI_KEYS)
    elif path.read_bytes() != content:
        raise Refused(
            "restore_other_key",
            _("密钥文件 %(path)s 和备份里的不一样，没有恢复：两套密钥不能混在一起。") % {"path": path},
            _("请把它移到别处，或用 GONGYI_KEYS 指定另一个文件夹，再恢复。"),
        )
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _compare(manifest: dict[str, Any], found: dict[str, Any]) -> None:
    differ = [
        name
        for what, facts in manifest.items()
        for name in facts | found[what]
        if facts.get(name) != found[what].get(name)
    ]
    if differ:
        raise Refused(
            "restore_differs",
            _("放回去的和备份里记的不一样（%(names)s），没有恢复，什么也没有留下。") % {"names": "、".join(differ[:3])},
            _("请换一份备份再试，并把这句话告诉维护的人。"),
        )


def _finish(say: Callable[..., None]) -> int:
    """Bring the tables to this version and walk the chains; returns in how many places these do not hold.

    A chain that was broken when the backup was made is no reason to withhold the data: the operator is told.
    """
    ContentType.objects.clear_cache()
    if upgrade.pending():
        say(_("正在升级数据库……"))
        call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    boot.mark_for_work()
    say(_("正在核对操作记录……"))
    return sum(len(audit.verify(county)) + len(seals.verify(county)) for county in audit.counties())
