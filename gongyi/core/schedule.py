"""Periodic jobs: every app registers its own in `tasks.py`, the `worker` command runs what is due.

A job runs at least once per period and never twice at a time: within this machine a file lock, which dies with its
process, says that it runs; between machines the row in `ScheduleRun` does, claimed by a conditional update. A job that
was cut off runs again, so a job does its work in transactions and can be repeated.
"""

import fcntl
import logging
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from threading import Event
from zlib import crc32

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from gongyi.core import clock
from gongyi.core.models import ScheduleRun
from gongyi.core.said import Said

RUNNING = "running on "
LEASE = timedelta(minutes=15)  # after this long without an end, another machine's run counts as dead
LONGEST_WAIT = timedelta(hours=1)
SKEW = timedelta(minutes=1)  # clocks of two machines may differ by this much without a word

log = logging.getLogger(__name__)
_jobs: dict[str, "Job"] = {}
_only: ContextVar[int | None] = ContextVar("only_county", default=None)
_stop = Event()
_warned: set[str] = set()


@dataclass(frozen=True)
class Job:
    """One periodic job: every so many minutes, or once a day from a time of the county's wall clock on."""

    name: str
    run: Callable[[], object]
    minutes: float | None = None
    hour: int = 0
    minute: int = 0
    by_hand: bool = True

    def due_at(self, last: ScheduleRun | None) -> datetime | None:
        """The moment from which the job may run; None: at once, it never ran."""
        if last is None:
            return None
        if last.note.startswith(RUNNING) and last.note != RUNNING + here():
            return last.last_run_at + LEASE
        if last.wanted_at and last.wanted_at > last.last_run_at:
            return last.wanted_at
        if not last.last_ok:
            return last.last_run_at + _back_off(last.failures)
        if self.minutes is not None:
            return last.last_run_at + timedelta(minutes=self.minutes)
        ran = timezone.localtime(last.last_run_at)
        at = ran.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return at if at > ran else at + timedelta(days=1)


def every(*, minutes: float, name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register the function as a job that runs every `minutes`; its return value is kept as the run's note.

    Raises ValueError for a name that is taken or is more than 80 of the characters a-z 0-9 _ . -
    """
    return lambda run: _register(Job(name, run, minutes=minutes))


def nightly(
    *, hour: int, minute: int = 0, name: str, by_hand: bool = True
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a job that runs once a day from `hour`:`minute` (Asia/Shanghai) on; a machine that was off then, runs it later.

    One that is not `by_hand` runs by its time alone: once more on the same day would do harm.
    """
    return lambda run: _register(Job(name, run, hour=hour, minute=minute, by_hand=by_hand))


def _register(job: Job) -> Callable[[], object]:
    if not re.fullmatch(r"[a-z0-9_.-]{1,80}", job.name) or job.name in _jobs:
        raise ValueError(f"job name {job.name!r} is taken or not a plain name")
    _jobs[job.name] = job
    return job.run


def discover() -> list[str]:
    """Import every app's `tasks.py`; returns the names of all jobs."""
    for config in apps.get_app_configs():
        if config.name.startswith("gongyi.") and config.module and module_has_submodule(config.module, "tasks"):
            import_module(f"{config.name}.tasks")
    return sorted(_jobs)


@dataclass(frozen=True)
class Standing:
    """How one job stands: its last run (None: never ran), and when it is due."""

    job: Job
    last: ScheduleRun | None

    @property
    def began(self) -> bool:
        """Whether its last run has no end: it runs, or was cut off."""
        return self.last is not None and self.last.note.startswith(RUNNING)

    @property
    def runs(self) -> bool:
        """Whether it runs at this moment: here somebody holds its lock; of another machine one can only tell by the time."""
        if self.last is None or not self.began:
            return False
        if self.last.note != RUNNING + here():
            return clock.now() < self.last.last_run_at + LEASE
        with only_here(self.job.name) as free:
            return not free

    @property
    def due(self) -> datetime | None:
        """When it runs next; None: at once."""
        return self.job.due_at(self.last)


def standings() -> list[Standing]:
    """Every job of the installation by its name."""
    names, rows = discover(), {row.name: row for row in ScheduleRun.objects.all()}
    return [Standing(_jobs[name], rows.get(name)) for name in names]


def want(name: str) -> bool:
    """Let a job run as soon as the worker looks; False for one that is unknown, never ran or runs by its time alone."""
    discover()
    job = _jobs.get(name)
    if job is None or not job.by_hand:
        return False
    return bool(ScheduleRun.objects.filter(name=name).update(wanted_at=clock.now()))


def stop() -> None:
    """Ask `run_due` and the job that runs now to end soon."""
    _stop.set()


def stopping() -> bool:
    """Whether the worker is to end: a long job asks this between two transactions and returns."""
    return _stop.is_set()


def wait(seconds: float) -> None:
    """Sleep, but not beyond `stop()`."""
    _stop.wait(seconds)


def meant(counties: Iterable[int]) -> list[int]:
    """Those of the counties that the job which runs now is to work on: all, or the one of `run_due`."""
    only = _only.get()
    return [county for county in counties if only in {None, county}]


def run_due(only: int | None = None) -> list[str]:
    """Run every job whose time has come, one after the other; returns the names of those that ran, well or badly.

    With `only`, for that county alone: it has runs of its own (`job.431123`), so that the other counties miss nothing.
    """
    jobs = [replace(job, name=f"{job.name}.{only:06d}") if only else job for job in _jobs.values()]
    token = _only.set(only)
    try:
        return _run_all(jobs)
    finally:
        _only.reset(token)


def _run_all(jobs: list[Job]) -> list[str]:
    ran = []
    for job in jobs:
        if stopping():
            break
        close_old_connections()
        try:
            if _run_if_due(job):
                ran.append(job.name)
        except DatabaseError:
            log.exception("job %s: the database is away", job.name)
            connection.close()
    return ran


def forgive_clock() -> list[str]:
    """Set runs that lie in the future to now, once somebody has made sure the clock is right; returns their names."""
    rows = ScheduleRun.objects.filter(last_run_at__gt=clock.now())
    names = sorted(rows.values_list("name", flat=True))
    rows.update(last_run_at=clock.now())
    return names


def _run_if_due(job: Job) -> bool:
    last = ScheduleRun.objects.filter(name=job.name).first()
    now, due = clock.now(), job.due_at(last)
    if last and now < last.last_run_at - SKEW and job.name not in _warned:
        _warned.add(job.name)
        log.error(
            "job %s last ran at %s, which is after now (%s): not run until the clock has passed it. "
            "If the clock is right: ./run manage worker --clock-is-right",
            job.name, last.last_run_at, now,
        )  # fmt: skip
    if due and now < due:
        return False
    with only_here(job.name) as free:
        if not free or not _claim(job, last):
            return False
        _run(job)
    return True


def _run(job: Job) -> None:
    try:
        result = job.run()
    except Exception as error:
        log.exception("job %s failed", job.name)
        connection.close()  # whatever state it was left in
        row = ScheduleRun.objects.get(name=job.name)
        # The class only: a message may hold what a person wrote.
        _note(job, last_ok=False, failures=min(row.failures + 1, 1000), note=type(error).__name__)
    except BaseException:  # the worker is being stopped: the work was rolled back and is due at the next start
        _note(job, last_ok=False, note="stopped")
        raise
    else:
        _note(job, last_ok=True, failures=0, note=_told(result))


def _told(result: object) -> str:
    """What a job says it did; `Said` stays what it is, so that each reader gets it in their own language."""
    return result if isinstance(result, Said) else "" if result is None else str(result)


def _claim(job: Job, last: ScheduleRun | None) -> bool:
    """Make the run ours; False when another worker was faster. A run that died is counted as one more failure."""
    died = last is not None and last.note.startswith(RUNNING)
    taken = {"last_run_at": clock.now(), "last_ok": False, "note": RUNNING + here()}
    if last is None:
        try:
            with transaction.atomic():
                ScheduleRun.objects.create(name=job.name, failures=0, **taken)
        except IntegrityError:
            return False
        return True
    same = ScheduleRun.objects.filter(
        name=job.name, last_run_at=last.last_run_at, failures=last.failures, note=last.note
    )
    return bool(same.update(failures=last.failures + died, **taken))


def _note(job: Job, **facts: object) -> None:
    ScheduleRun.objects.filter(name=job.name).update(**facts)


def _back_off(failures: int) -> timedelta:
    """1, 2, 4, 8 … minutes, at most an hour; none for a run that was only cut off."""
    return min(timedelta(minutes=2 ** min(failures - 1, 10)), LONGEST_WAIT) if failures else timedelta(0)


def here() -> str:
    """Who shares the file locks: everybody on an SQLite file, one machine's workers on a database server."""
    if connection.vendor == "sqlite":
        return "this file"
    return f"{socket.gethostname()[:60]} {crc32(str(settings.GONGYI_DATA).encode()):08x}"  # two folders on one machine share no lock


@contextmanager
def only_here(name: str) -> Iterator[bool]:
    """Hold the file lock of this name for the block, if nobody here holds it; yields whether."""
    folder = settings.GONGYI_DATA / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
