"""Imports a long table of invented requests, undoes it, kills it half way, and measures how long others wait meanwhile."""

import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection, connections
from django.utils.translation import gettext as _

from gongyi.casework.management.requests import read_requests
from gongyi.core.management.county import InventedCommand
from gongyi.home.actions.bench import COUNTY
from gongyi.home.actions.measuring import (
    fill_import_county,
    imported,
    take_import_back,
    undo_import,
    write_beside,
    write_table,
)
from gongyi.home.management.commands.bench import OWN_SETTINGS, scratch_database

MARK = "measure-import"  # the file that makes a data folder the measurement's own
PAUSES = (0.02, 0.08)  # seconds between two writes of the other one
TABLE = "table.xlsx"
_fork = multiprocessing.get_context("fork")


class Command(InventedCommand):
    help = "Import so many invented rows in a scratch database and measure seconds, memory, and how long other writers wait."
    invented = COUNTY

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--rows", type=int, default=10_000)
        parser.add_argument("--kills", type=int, default=3, help="how often the import is killed half way")
        parser.add_argument("--seed", type=int, default=20260301)
        parser.add_argument(
            "--texts", type=Path, help="a table whose titles, texts and answers the rows have, again and again"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, rows: int, kills: int, seed: int, texts: Path | None, json: bool, **options: Any) -> None:
        if rows < 1 or kills < 0:
            raise CommandError(_("至少要 1 行。"), returncode=2)
        if (settings.GONGYI_DATA / MARK).exists():
            found = measure(rows, kills, seed, texts)
            self.stdout.write(_as_json(found) if json else _as_words(found))
            return
        words = ["--rows", str(rows), "--kills", str(kills), "--seed", str(seed), *(["--json"] if json else [])]
        words += ["--texts", str(texts.absolute())] if texts else []
        with tempfile.TemporaryDirectory(prefix="gongyi-import-") as name, scratch_database() as database:
            (Path(name) / MARK).touch()
            done = subprocess.run(  # noqa: S603 - our own words
                [sys.executable, str(settings.BASE / "manage.py"), "measure_import", *words],
                env=_surroundings(name, database), stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        self.stdout.write(done.stdout, ending="")
        if done.returncode:
            raise CommandError(_("没有测完，原因见上面几行。"))


def _surroundings(folder: str, database: str) -> dict[str, str]:
    """Settings that know nothing but the scratch folder and database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_SETTINGS)}
    return kept | {"GONGYI_DATA": folder} | ({"DATABASE_URL": database} if database else {})


def _as_json(found: dict[str, Any]) -> str:
    return json.dumps(found)


def _as_words(found: dict[str, Any]) -> str:
    words = _(
        "导入 %(rows)d 行：%(seconds).1f 秒，内存最多 %(peak_mb)d MB；这时别人存一次，中位 %(write_p50_ms).0f 毫秒，95%% 在 %(write_p95_ms).0f 以内，最久 %(write_max_ms).0f（平时中位 %(alone_p50_ms).0f）。"
        "撤回 %(undo_seconds).1f 秒，别人最久 %(undo_max_ms).0f 毫秒。中途断掉 %(kills)d 次，留下 %(left)d 行，收回时别人最久 %(kills_max_ms).0f 毫秒。"
    )
    return words % found


def measure(rows: int, kills: int, seed: int, texts: Path | None = None) -> dict[str, Any]:
    """The table is imported by the command as from a shell, then undone; then it is killed at moments drawn by lot, and taken back."""
    call_command("migrate", verbosity=0)
    fill_import_county()
    file, rng = settings.GONGYI_DATA / TABLE, random.Random(seed)  # noqa: S311 - repeatable, no secret
    told = [(row.title, row.content, row.answer) for row in read_requests(texts)] if texts else []
    write_table(file, rows, rng, told)
    alone = sorted(_wrote() for _turn in range(50))
    began = time.monotonic()
    beside = _waits(_command(file).poll)
    seconds, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if imported() != rows:
        raise CommandError(_("没有测完，原因见上面几行。"))
    began = time.monotonic()
    undone = _waits(_forked(undo_import))
    undo_seconds, undo_used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    after_kills = [wait for _turn in range(kills) for wait in _killed(file, rng.uniform(0.1, 0.9) * seconds)]
    return {
        "rows": rows, "engine": connection.vendor, "seconds": round(seconds, 1), "cpu_seconds": _cpu(used), "peak_mb": used.ru_maxrss // 1024, "alone_p50_ms": _ms(alone, 0.5),
        "write_p50_ms": _ms(beside, 0.5), "write_p95_ms": _ms(beside, 0.95), "write_max_ms": _ms(beside, 1), "writes": len(beside),
        "undo_seconds": round(undo_seconds, 1), "undo_cpu_seconds": round(_cpu(undo_used) - _cpu(used), 1),
        "undo_p95_ms": _ms(undone, 0.95), "undo_max_ms": _ms(undone, 1),
        "kills": kills, "kills_max_ms": _ms(after_kills, 1), "left": imported(),
    }  # fmt: skip


def _command(file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(settings.BASE / "manage.py"), "import_cases", str(file), "--unit", str(COUNTY)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own words


def _forked(act: Callable[[], Any]) -> Callable[[], int | None]:
    """Do it in a process of its own; returns what tells its exit status, None while it runs."""
    connections.close_all()
    process = _fork.Process(target=act)
    process.start()
    return lambda: process.exitcode


def _waits(status: Callable[[], int | None]) -> list[float]:
    """Write again and again until the other process ends; returns how many seconds each took, in order of size."""
    waits = [_wrote()]
    while status() is None:
        waits.append(_wrote())
        time.sleep(random.uniform(*PAUSES))  # noqa: S311 - no secret
    if status():
        raise CommandError(_("没有测完，原因见上面几行。"))
    return sorted(waits)


def _wrote() -> float:
    began = time.monotonic()
    write_beside()
    return time.monotonic() - began


def _killed(file: Path, seconds: float) -> list[float]:
    """Kill the import so long after its start and take back what it left; returns how long others took meanwhile."""
    process = _command(file)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return _waits(_forked(take_import_back))


def _cpu(used: resource.struct_rusage) -> float:
    return round(used.ru_utime + used.ru_stime, 1)


def _ms(waits: list[float], share: float) -> float:
    ordered = sorted(waits)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else 0.0
