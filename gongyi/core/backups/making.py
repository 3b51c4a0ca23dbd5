"""Making a backup: every table as of one moment, the files and the keys, in one encrypted file; nobody's writing waits for it."""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from gongyi.core import boot, clock
from gongyi.core.backups import rows, vault
from gongyi.core.errors import Refused
from gongyi.core.secrets.keys import sync_folder

FORM = 1  # of what stands inside; a later one may not be understood by this version
HEAD, MANIFEST = "head.json", "manifest.json"
PART = 4 << 20  # of a table's lines that are kept in memory at a time
FOLDERS = ("files",)
EARLY = (
    "audit",
    "demo",
    "for-work",
)  # read before the moment of the backup: what they say must not be newer than the tables


def make(path: Path) -> dict[str, Any]:
    """Write a backup to `path` by way of `path.part`; returns rows, files, bytes, seconds and the checksum. Raises Refused.

    An existing file is replaced only if it is a backup.
    """
    key = vault.read_key()
    _may_write(path)
    part = path.with_name(f"{path.name}.part")
    began = perf_counter()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            manifest = _write(vault.Sealer(out, key))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        told = {"path": path, "why": error.strerror or error}
        raise Refused(
            "backup_unwritten",
            _("备份没有写成：%(path)s（%(why)s）。") % told,
            _("请看看磁盘满了没有、文件夹能不能写。"),
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return totals(manifest) | {"bytes": path.stat().st_size, "seconds": round(perf_counter() - began, 1)}


def totals(manifest: dict[str, Any]) -> dict[str, Any]:
    """What a person wants to know of a manifest."""
    return {
        "rows": sum(one["rows"] for one in manifest["tables"].values()),
        "files": len(manifest["files"]),
        "checksum": rows.checksum(manifest["tables"]),
    }


def _may_write(path: Path) -> None:
    if path.is_dir():
        raise Refused("backup_is_folder", _("%(path)s 是文件夹，请写明文件名。") % {"path": path})
    if path.exists():
        with path.open("rb") as file:
            if not file.read(len(vault.MARK)).startswith(vault.MARK):
                raise Refused(
                    "backup_other_file", _("%(path)s 是别的文件，没有动它。") % {"path": path}, _("请换一个文件名。")
                )


def _write(sealed: vault.Sealer) -> dict[str, Any]:
    early = [(f"{name}", file.read_bytes()) for name, file in _listed(settings.GONGYI_DATA, EARLY)]
    with snapshot() as on, tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        every = rows.tables()
        head = {
            "form": FORM,
            "version": boot.version(),
            "at": clock.now().isoformat(),
            "engine": on.vendor,
            "migrations": sorted(MigrationRecorder(on).applied_migrations()),
            "tables": every,
        }
        _add(tar, HEAD, _json(head))
        manifest: dict[str, Any] = {"tables": {}, "files": {}}
        _add_files(tar, manifest["files"], early)
        for table in every:
            manifest["tables"][table.name] = _add_table(tar, table, rows.read(on, table))
        kept = [("keys/" + file.name, file) for _name, file in _listed(settings.GONGYI_KEYS, ("",))]
        for name, file in (*kept, *_listed(settings.GONGYI_DATA, FOLDERS)):
            with suppress(FileNotFoundError):  # erased meanwhile, and rightly not in the backup
                manifest["files"][name] = _add_file(tar, name, file)
        _add(tar, MANIFEST, _json(manifest))
    sealed.close()
    return manifest


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own that sees the database as of one moment; it holds no lock that a writer waits for."""
    on = connections.create_connection("default")
    try:
        if on.vendor == "sqlite":
            with on.cursor() as cursor:
                cursor.execute(
                    "BEGIN DEFERRED"
                )  # the product's own transactions are IMMEDIATE and would stop every writer
        else:
            on.set_autocommit(False)
            with on.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield on
    finally:
        on.close()


def _listed(folder: Path, names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The files at these names or below them, by their path inside the folder; those with a dot before are drafts."""
    for name in names:
        start = Path(folder) / name
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        for file in found:
            if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                yield file.relative_to(folder).as_posix(), file


def _add_files(tar: tarfile.TarFile, facts: dict[str, Any], found: Iterable[tuple[str, bytes]]) -> None:
    for name, content in found:
        _add(tar, name, content)
        facts[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _add_table(tar: tarfile.TarFile, table: rows.Table, lines: Iterator[str]) -> dict[str, Any]:
    """The rows in parts that fit into memory, each of them compressed."""
    digest, part, size, number = rows.Digest(), list[bytes](), 0, 0
    for line in lines:
        digest.add(line)
        part.append(line.encode())
        size += len(part[-1])
        if size > PART:
            number, size = number + 1, 0
            _add(tar, f"tables/{table.name}/{number:06d}", zlib.compress(b"\n".join(part), 1))
            part.clear()
    if part:
        _add(tar, f"tables/{table.name}/{number + 1:06d}", zlib.compress(b"\n".join(part), 1))
    return digest.facts()


class _Hashed:
    """A file being read; a shorter one than was said ends with an error, as tarfile wants it."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file, self.seen = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.seen.update(data)
        return data


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(file.fileno()).st_size
        hashed = _Hashed(file)
        tar.addfile(info, hashed)
    _forget(tar)
    return {"size": info.size, "sha256": hashed.seen.hexdigest()}


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
    _forget(tar)


def _forget(tar: tarfile.TarFile) -> None:
    """What is written already need not be remembered: memory stays flat however many files there are."""
    tar.members = []  # type: ignore[attr-defined]


def _json(facts: Any) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode()
