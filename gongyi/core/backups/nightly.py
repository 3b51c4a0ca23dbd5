"""Backups by themselves: where they lie, how long they are kept, the monthly trial of restoring, and how all this stands."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.backups import making, vault
from gongyi.core.errors import Refused

KEEP_AT_MOST = timedelta(days=35)  # rights.md D11
KEEP_ALL, WEEK = timedelta(days=7), timedelta(days=7)
LATE = timedelta(hours=36)
DRILL_EVERY, DRILL_LATE = timedelta(days=30), timedelta(days=40)
WHYS: dict[str, Promise] = {
    "backup_unwritten": gettext_lazy("文件写不进去。请看看磁盘满了没有、文件夹能不能写。"),
    "backup_no_key": gettext_lazy("备份密钥读不了。请把保管的密钥放回原处。"),
    "backup_bad_key": gettext_lazy("密钥文件里不是备份密钥。请把保管的密钥放回原处。"),
    "backup_wrong_key": gettext_lazy("密钥换过了，打不开这份备份。请再备份一次，旧密钥也留着。"),
    "backup_cut": gettext_lazy("备份文件不完整。请再备份一次。"),
    "backup_altered": gettext_lazy("备份文件坏了或被改过。请再备份一次，看看磁盘有没有坏。"),
    "restore_failed": gettext_lazy("恢复到一半写不下去了。请看看磁盘够不够：试一次要能放下全部数据。"),
}
UNKNOWN = gettext_lazy("请系统运维在服务器上运行 restore，看它说什么。")
_NAME = re.compile(r"gongyi-(\d{8}T\d{6})Z\.backup")
_COPY = re.compile(r"before-(\d{8}T\d{6})Z\.sqlite3")


class Kept(NamedTuple):
    """One backup in the folder."""

    path: Path
    at: datetime
    size: int

    @property
    def size_in_words(self) -> str:
        """As a person reads it."""
        return size_in_words(self.size)


class Standing(NamedTuple):
    """How the backups stand: trouble with the key as a sentence, what is kept (newest first), how the last tries ended."""

    no_key: str
    folder: Path
    beside_data: bool
    kept: list[Kept]
    tried: dict[str, Any]
    drill: dict[str, Any]

    @property
    def last(self) -> Kept | None:
        """The newest backup."""
        return self.kept[0] if self.kept else None

    @property
    def is_late(self) -> bool:
        """Whether there is none of the last day and a half."""
        return self.last is None or clock.now() - self.last.at > LATE

    @property
    def failed(self) -> bool:
        """Whether the last try went wrong."""
        return bool(self.tried) and not self.tried["ok"]

    @property
    def why(self) -> str | Promise:
        """Why the last backup went wrong, and what to do."""
        return WHYS.get(self.tried.get("code", ""), UNKNOWN)

    @property
    def drill_why(self) -> str | Promise:
        """Why the last trial of restoring went wrong, and what to do."""
        return WHYS.get(self.drill.get("code", ""), UNKNOWN)

    @property
    def drill_failed(self) -> bool:
        """Whether the last trial of restoring went wrong."""
        return bool(self.drill) and not self.drill["ok"]

    @property
    def drill_is_late(self) -> bool:
        """Whether no trial of restoring was made for more than a month."""
        return not self.drill or clock.now() - self.drill["at"] > DRILL_LATE

    @property
    def size(self) -> str:
        """What all of them take on the disk."""
        return size_in_words(sum(one.size for one in self.kept))


def standing() -> Standing:
    """As it is now; never raises for a missing key or folder."""
    try:
        vault.read_key()
        trouble = ""
    except Refused as no:
        trouble = str(no)
    folder, noted = settings.GONGYI_BACKUPS, _notes()
    beside = folder.is_relative_to(settings.GONGYI_DATA)
    return Standing(trouble, folder, beside, _dated(_NAME), noted.get("backup", {}), noted.get("drill", {}))


def new_path() -> Path:
    """The name of the backup that is made now."""
    return Path(settings.GONGYI_BACKUPS) / f"gongyi-{clock.now():%Y%m%dT%H%M%SZ}.backup"


def make_nightly() -> dict[str, Any]:
    """One more backup, then without those that are too many or too old; how it went is noted. Raises Refused."""
    path = new_path()
    try:
        facts = making.make(path)
    except Refused as no:
        _note("backup", ok=False, code=no.code)
        raise
    _note("backup", ok=True, file=path.name, **facts)
    _thin_out()
    return facts


def _dated(pattern: re.Pattern[str], folder: Path | None = None) -> list[Kept]:
    """The files with such a name, newest first; by the name, for a copy of a file is younger than what it holds."""
    found = []
    for path in Path(folder or settings.GONGYI_BACKUPS).glob("*"):
        if match := pattern.fullmatch(path.name):
            at = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            found.append(Kept(path, at, path.stat().st_size))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _thin_out() -> None:
    """Keep all of a week, then one a week, none beyond 35 days; copies from before an upgrade go by the same day."""
    now, last = clock.now(), None
    for one in _dated(_NAME):
        week = (now - one.at) // WEEK
        if now - one.at > KEEP_AT_MOST or (now - one.at > KEEP_ALL and week == last):
            one.path.unlink()
        last = week
    for copy in _dated(_COPY, settings.GONGYI_DATA / "backups"):
        if now - copy.at > KEEP_AT_MOST:
            copy.path.unlink()
    for part in Path(settings.GONGYI_BACKUPS).glob("gongyi-*.backup.part"):  # of a killed one
        part.unlink(missing_ok=True)


# --- the trial of restoring -------------------------------------------------------------------------------------------


def drill_is_due(wanted_at: datetime | None) -> bool:
    """Whether a month has passed since the last one, or somebody asked for one since."""
    drill = _notes().get("drill", {})
    return not drill or clock.now() - drill["at"] > DRILL_EVERY or (wanted_at is not None and wanted_at > drill["at"])


def drill() -> dict[str, Any]:
    """Restore the newest backup into a folder of its own, as one would on an empty machine, and take it away again.

    Returns what is noted: ok, and rows, files and seconds or the code of the refusal. Raises Refused when there is no backup.
    """
    kept = _dated(_NAME)
    if not kept:
        raise Refused("drill_nothing", "no backup")
    scratch = settings.GONGYI_DATA / "backups" / "drill"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, settings.BASE / "manage.py", "restore", kept[0].path, "--no-index", "--json"],
            env=_scratch_environment(scratch), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    lines = done.stdout.strip().splitlines()
    facts = json.loads(lines[-1]) if lines else {"ok": False, "code": "drill_crashed"}
    facts.pop("at", None)
    return _note("drill", file=kept[0].path.name, **facts)


def _scratch_environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "GONGYI_KEYS"}}
    return kept | {"GONGYI_DATA": str(folder), "GONGYI_DEMO": "0", "GONGYI_BACKUP_KEY": settings.GONGYI_BACKUP_KEY}


# --- notes ------------------------------------------------------------------------------------------------------------


def _notes() -> dict[str, Any]:
    """What was noted; it stays with this machine and is in no backup."""
    path = _notes_file()
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for one in found.values():
        one["at"] = parse_datetime(one["at"])
    return found


def _note(what: str, **facts: Any) -> dict[str, Any]:
    path, told = _notes_file(), {"at": clock.now(), **facts}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(_notes() | {what: told}, default=lambda at: at.isoformat()), encoding="utf-8")
    part.replace(path)
    return told


def _notes_file() -> Path:
    return Path(settings.GONGYI_DATA) / "backups" / "standing.json"


def size_in_words(size: int) -> str:
    """1.4 GB."""
    for unit in ("B", "KB", "MB"):
        if size < 1000:  # noqa: PLR2004 - decimal units, as disks are sold
            return f"{size:.0f} {unit}"
        size /= 1000  # type: ignore[assignment]
    return f"{size:.1f} GB"
