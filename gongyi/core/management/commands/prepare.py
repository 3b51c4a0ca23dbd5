"""What `./run manage X …` calls: make the data folder ready, then be `manage.py X …` in the same process."""

import sys

from django.core.management import execute_from_command_line
from django.core.management.base import BaseCommand

from gongyi.core import boot
from gongyi.core.errors import Refused


class Command(BaseCommand):
    help = "Set up and migrate the data folder (never the demo county), then run another command: prepare X …"

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            boot.prepare(demo=False)
        except Refused as no:
            boot.say(str(no))
            sys.exit(2)
        # Everything behind our own name belongs to the other command, its options too.
        execute_from_command_line(["run manage", *(argv[2:] or ["help"])])
