"""The background worker: looks every five seconds for periodic jobs that are due."""

import signal
import sys

from django.core.management.base import BaseCommand, CommandParser

from gongyi.core import boot, schedule

PAUSE = 5.0
PATIENCE = 1.5  # seconds a job has to end its transaction once the worker is to stop; then it is rolled back


class Command(BaseCommand):
    help = "Run the periodic jobs until stopped; --once: run what is due now, then end."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")
        parser.add_argument(
            "--clock-is-right",
            action="store_true",
            help="runs noted in the future (the clock was wrong then) count as now",
        )

    def handle(self, *, once: bool, clock_is_right: bool, **options: object) -> None:
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGALRM, _give_up)
        schedule.discover()
        if clock_is_right:
            boot.say(*schedule.forgive_clock())
        ran = schedule.run_due()
        if once:
            boot.say(*ran)
        while not (once or schedule.stopping()):
            schedule.wait(PAUSE)
            schedule.run_due()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _stop(*_: object) -> None:
    schedule.stop()
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)


def _give_up(*_: object) -> None:
    sys.exit(0)
