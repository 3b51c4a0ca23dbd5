"""What `./run manage X …` calls: make the data folder ready, then be `manage.py X …` in the same process."""

import sys
from argparse import REMAINDER

from django.core.management import execute_from_command_line
from django.core.management.base import CommandParser

from gongyi.core import boot
from gongyi.core.errors import Refused
from gongyi.core.management.county import CountyCommand

OPTION = ("--county", "--unit")
UNPREPARED = {"restore", "doctor"}  # one needs the folder empty, the other looks at it as it is


class Command(CountyCommand):
    help = "Set up and migrate the data folder (never the demo county), then run another command: prepare X …"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("command", nargs=REMAINDER, help="the other command with its own options")

    def run_from_argv(self, argv: list[str]) -> None:
        words = _handed_on(argv[2:]) or ["help"]
        try:
            if words[0] not in UNPREPARED:
                boot.prepare(demo=False)
        except Refused as no:
            boot.say(str(no))
            sys.exit(2)
        execute_from_command_line(["run manage", *words])


def _handed_on(words: list[str]) -> list[str]:
    """Everything behind our own name belongs to the other command; a county named before it becomes its option too."""
    before: list[str] = []
    while words and words[0].partition("=")[0] in OPTION:
        length = 1 if "=" in words[0] else 2
        before, words = before + words[:length], words[length:]
    return [*words[:1], *before, *words[1:]]
