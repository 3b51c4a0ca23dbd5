"""Periodic jobs: when they are due, that two workers never run one twice, what a failure or a wrong clock does."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction

from gongyi.core import audit, clock, schedule, supervisor
from gongyi.core.access import system_actor
from gongyi.core.management.commands import worker as worker_command
from gongyi.core.models import ScheduleRun

BASE = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # 12:00 in Shanghai
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alone(settings, tmp_path, monkeypatch):
    """No job but the test's own, locks in a folder of its own."""
    schedule.discover()  # first of all: a job that registers below would be lost to the tests that come after
    settings.GONGYI_DATA = tmp_path
    monkeypatch.setattr(schedule, "_jobs", {})
    monkeypatch.setattr(schedule, "_warned", set())
    monkeypatch.setattr(schedule, "connection", _Kept(schedule.connection))
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)
    schedule._stop.clear()
    yield
    schedule._stop.clear()


class _Kept:
    """The test's connection: it holds the test's transaction, so it is not closed."""

    def __init__(self, connection):
        self.vendor = connection.vendor

    def close(self):
        pass


def counted(name="count", **period):
    calls = []
    wrap = schedule.nightly(**period, name=name) if "hour" in period else schedule.every(**period, name=name)

    @wrap
    def job():
        calls.append(clock.now())

    return calls


def runs_at(*moments):
    """How many jobs ran at each moment."""
    ran = []
    for moment in moments:
        with clock.at(moment):
            ran.append(len(schedule.run_due()))
    return ran


def test_every_runs_at_once_and_then_each_period():
    counted(minutes=10)
    assert runs_at(NOON, NOON, NOON + 9 * MINUTE, NOON + 10 * MINUTE, NOON + 11 * MINUTE) == [1, 0, 0, 1, 0]


def test_nightly_runs_once_after_its_hour_by_the_county_clock():
    counted(hour=2)
    midnight = NOON + timedelta(hours=12)
    assert runs_at(NOON, midnight, midnight + timedelta(hours=1.9)) == [1, 0, 0]
    assert runs_at(midnight + timedelta(hours=2), midnight + timedelta(hours=3), NOON + timedelta(days=1)) == [1, 0, 0]


def test_nightly_runs_later_when_the_machine_was_off_at_night():
    counted(hour=2)
    assert runs_at(NOON, NOON + timedelta(days=3), NOON + timedelta(days=3, minutes=5)) == [1, 1, 0]


def test_result_is_kept_as_note():
    schedule.every(minutes=1, name="talk")(lambda: "3 sent")
    runs_at(NOON)
    row = ScheduleRun.objects.get(name="talk")
    assert (row.last_ok, row.note, row.failures, row.last_run_at) == (True, "3 sent", 0, NOON)


def failing(name="bad", minutes=30):
    @schedule.every(minutes=minutes, name=name)
    def job():
        raise ZeroDivisionError("张三 13800000000")


def test_failure_does_not_stop_the_others_and_is_logged(caplog):
    failing()
    calls = counted("good", minutes=5)
    assert runs_at(NOON) == [2]
    assert calls == [NOON]
    assert "job bad failed" in caplog.text
    assert ScheduleRun.objects.get(name="good").last_ok


def test_failure_note_holds_no_words_of_a_person():
    failing()
    runs_at(NOON)
    assert ScheduleRun.objects.get(name="bad").note == "ZeroDivisionError"


def test_failure_is_retried_after_1_2_4_minutes_and_at_most_an_hour():
    failing(minutes=600)
    assert runs_at(NOON, NOON + MINUTE * 0.9, NOON + MINUTE, NOON + 2.9 * MINUTE, NOON + 3 * MINUTE) == [1, 0, 1, 0, 1]
    ScheduleRun.objects.update(failures=900)
    assert runs_at(NOON + 62 * MINUTE, NOON + 63 * MINUTE) == [0, 1]


def test_success_after_failures_starts_anew():
    counted("bad", minutes=30)
    ScheduleRun.objects.create(name="bad", last_run_at=NOON, last_ok=False, failures=3)
    assert runs_at(NOON + 4 * MINUTE, NOON + 20 * MINUTE) == [1, 0]
    assert ScheduleRun.objects.get(name="bad").failures == 0


def test_clock_before_the_last_run_runs_nothing_and_says_so_once(caplog):
    calls = counted(minutes=1)
    assert runs_at(NOON, NOON - timedelta(days=400), NOON - timedelta(days=400)) == [1, 0, 0]
    assert caplog.text.count("after now") == 1
    assert len(calls) == 1


def test_clock_is_right_forgives_a_run_in_the_future(capsys):
    calls = counted(minutes=1)
    ScheduleRun.objects.create(name="count", last_run_at=NOON + timedelta(days=4000))
    with clock.at(NOON):
        call_command("worker", once=True, clock_is_right=True)
    assert "count" in capsys.readouterr().err
    assert calls == []
    assert runs_at(NOON + MINUTE) == [1]


def test_a_worker_for_one_county_leaves_the_others_their_runs():
    worked = []

    @schedule.every(minutes=1, name="here")
    def job():
        worked.append(schedule.meant([431123, 999001]))

    for county in (431123, 999001):
        with transaction.atomic():
            audit.record(by=system_actor("test", county), action="x", kind="y")
    with clock.at(NOON):
        call_command("worker", once=True, county="999001")
        call_command("worker", once=True, county="999001")
        call_command("worker", once=True)
    assert worked == [[999001], [431123, 999001]]
    with pytest.raises(CommandError, match="000001"):
        call_command("worker", once=True, county="000001")
    assert len(worked) == 2


def test_two_workers_that_saw_the_same_row_do_not_both_claim():
    counted(minutes=1)
    job = schedule._jobs["count"]
    assert [schedule._claim(job, None), schedule._claim(job, None)] == [True, False]
    seen = ScheduleRun.objects.get(name="count")
    assert [schedule._claim(job, seen), schedule._claim(job, seen)] == [True, False]


def test_job_that_runs_in_another_process_of_this_machine_is_left_alone():
    calls = counted(minutes=1)
    with schedule.only_here("count") as free:
        assert free
        assert runs_at(NOON) == [0]
    assert runs_at(NOON) == [1]
    assert len(calls) == 1


def nested():
    """How often a job runs when another worker looks while it runs, and the clock has passed its period."""
    calls = []

    @schedule.every(minutes=0, name="slow")
    def job():
        calls.append(1)
        if len(calls) < 3:
            runs_at(NOON + 5 * MINUTE * len(calls))

    runs_at(NOON)
    return len(calls)


def test_long_job_is_not_started_twice():
    assert nested() == 1


def test_long_job_is_started_twice_without_the_lock(monkeypatch):
    @contextmanager
    def open_door(_name):
        yield True

    monkeypatch.setattr(schedule, "only_here", open_door)
    assert nested() == 3


@pytest.mark.parametrize(("where", "after", "ran"), [("other", 14, 0), ("other", 15, 1), (None, 0, 1)])
def test_run_without_an_end_is_taken_up(where, after, ran):
    """At once when its process was ours and is gone, after the lease when it ran elsewhere."""
    counted(minutes=600)
    note = schedule.RUNNING + (where or schedule.here())
    ScheduleRun.objects.create(name="count", last_run_at=NOON, last_ok=False, note=note)
    assert runs_at(NOON + after * MINUTE) == [ran]


def test_two_data_folders_on_one_machine_do_not_take_each_other_for_dead(monkeypatch, settings, tmp_path):
    """On a database server they share the rows, but no lock."""
    monkeypatch.setattr(schedule.connection, "vendor", "postgresql")
    mine = schedule.here()
    settings.GONGYI_DATA = tmp_path / "other"
    assert schedule.here() != mine
    assert len(schedule.here()) <= 80
    counted(minutes=600)
    ScheduleRun.objects.create(name="count", last_run_at=NOON, last_ok=False, note=schedule.RUNNING + mine)
    assert runs_at(NOON + MINUTE) == [0]


def test_job_that_kills_its_worker_again_and_again_is_put_off():
    counted(minutes=600)
    note = schedule.RUNNING + schedule.here()
    ScheduleRun.objects.create(name="count", last_run_at=NOON, last_ok=False, note=note, failures=3)
    assert runs_at(NOON + 3 * MINUTE, NOON + 4 * MINUTE) == [0, 1]


def test_stop_ends_between_jobs_and_is_seen_inside():
    seen = []

    @schedule.every(minutes=1, name="a")
    def first():
        schedule.stop()
        seen.append(schedule.stopping())

    calls = counted("b", minutes=1)
    assert runs_at(NOON) == [1]
    assert (seen, calls) == ([True], [])


def test_database_away_is_logged_and_survived(monkeypatch, caplog):
    counted(minutes=1)

    def away(_job):
        raise OperationalError("gone")

    monkeypatch.setattr(schedule, "_run_if_due", away)
    assert runs_at(NOON) == [0]
    assert "the database is away" in caplog.text


@pytest.mark.parametrize("name", ["", "a/b", "../x", "A", "x" * 81, "taken"])
def test_bad_or_taken_name_is_refused(name):
    counted("taken", minutes=1)
    with pytest.raises(ValueError, match="plain name"):
        counted(name, minutes=1)


def test_discover_imports_each_apps_tasks(monkeypatch):
    asked = []
    monkeypatch.setattr(schedule, "module_has_submodule", lambda module, _name: asked.append(module.__name__))
    schedule.discover()
    assert asked
    assert all(name.startswith("gongyi.") for name in asked)


WORKER = """
import os, sys, time, django
django.setup()
from django.core.management import call_command
from django.db import transaction
from gongyi.core import schedule
from gongyi.core.management.commands import worker
from gongyi.core.management.commands import worker
from gongyi.core.models import ScheduleRun
from tests.migrated import migrate

@schedule.every(minutes=600, name="work")
def work():
    with transaction.atomic():
        ScheduleRun.objects.create(name="half", last_run_at="2026-01-01T00:00Z")
        print("begun", flush=True)
        time.sleep(float(os.environ["JOB_SECONDS"]))
    print("done", flush=True)

migrate()
worker.PATIENCE = float(os.environ["PATIENCE"])
call_command("worker")
"""


@pytest.fixture
def worker(tmp_path):
    """Starts a real worker on an SQLite file of its own; returns the process once its job has begun."""
    started = []

    def start(seconds, *, patience):
        env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        env |= {
            "GONGYI_DATA": str(tmp_path / "data"),
            "JOB_SECONDS": str(seconds),
            "PATIENCE": str(patience),
            "PYTHONPATH": str(BASE),
        }
        process = subprocess.Popen([sys.executable, "-c", WORKER], env=env, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ended(process, number):
    """What the worker said and its exit status, once it was told to end; a job of ten minutes would outlast this."""
    process.send_signal(number)
    out, _ = process.communicate(timeout=120)
    return out, process.returncode


def test_worker_gives_a_job_less_time_to_end_than_the_start_script_gives_the_worker():
    assert worker_command.PATIENCE < supervisor.PATIENCE


@pytest.mark.slow(minutes=0.5)
def test_worker_lets_a_short_job_finish(worker):
    assert ended(worker(0.2, patience=60), signal.SIGTERM) == ("done\n", 0)


@pytest.mark.slow(minutes=0.5)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_worker_rolls_back_a_long_job_and_takes_it_up_at_once(worker, number):
    assert ended(worker(600, patience=0.2), number) == ("", 0 if number == signal.SIGTERM else -9)
    # The row "half" would be there twice, had the first run left it.
    assert ended(worker(0.2, patience=60), signal.SIGTERM) == ("done\n", 0)
