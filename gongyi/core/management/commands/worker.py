"""The background worker: looks every five seconds for periodic jobs that are due."""

import signal
import sys

from django.core.management.base import CommandParser

from gongyi.core import boot, schedule
from gongyi.core.management.county import CountyCommand

PAUSE = 5.0
PATIENCE = 1.5  # seconds a job has to end its transaction once the worker is to stop; then it is rolled back


class Command(CountyCommand):
    help = "Run the periodic jobs until stopped; --once: run what is due now, then end."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")
        parser.add_argument(
            "--clock-is-right",
            action="store_true",
            help="runs noted in the future (the clock was wrong then) count as now",
        )

    def handle(self, *, county: str | None, once: bool, clock_is_right: bool, **options: object) -> None:
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGALRM, _give_up)
        schedule.discover()
        only = self.one_county(county) if county else None
        if clock_is_right:
            boot.say(*schedule.forgive_clock())
        ran = schedule.run_due(only)
        if once:
            boot.say(*ran)
        while not (once or schedule.stopping()):
            schedule.wait(PAUSE)
            schedule.run_due(only)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _stop(*_: object) -> None:
    schedule.stop()
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)


def _give_up(*_: object) -> None:
    sys.exit(0)
