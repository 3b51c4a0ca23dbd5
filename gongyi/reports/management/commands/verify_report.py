"""Whether a file is a report that left the house, unchanged."""

import sys
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gongyi.core.management.county import CountyCommand
from gongyi.documents.printed import MOST_BYTES
from gongyi.reports.actions.paper import verify
from gongyi.reports.queries.paper import places_of, words_of

UNCHANGED, CHANGED, NOT_OURS = 0, 1, 2


class Command(CountyCommand):
    help = "Tell whether a file is what was exported: exit 0 unchanged, 1 changed (and where), 2 not one of ours."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON value for programs")

    def handle(self, *, county: str | None, file: Path, json: bool, **options: Any) -> None:
        counties, found = self.counties(county), dict[str, Any](known=False)
        if file.is_file() and file.stat().st_size <= MOST_BYTES:
            found = verify(file.read_bytes(), counties)
        status = NOT_OURS if not found["known"] else UNCHANGED if found["unchanged"] else CHANGED
        if json:
            self.stdout.write(
                dumps(found | {"status": ["unchanged", "changed", "not_ours"][status]}, ensure_ascii=False)
            )
        else:
            self._say(found, status)
        if status:
            sys.exit(status)

    def _say(self, found: dict[str, Any], status: int) -> None:
        for line in words_of(found):
            self.stdout.write(line)
        if status == CHANGED:
            for line in places_of(found):
                self.stdout.write(line)
