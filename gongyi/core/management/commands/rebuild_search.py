"""Bring the index of words up to date, or build it anew; searching goes on meanwhile."""

from json import dumps
from time import perf_counter

from django.core.management.base import CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from gongyi.core import search
from gongyi.core.county import bind
from gongyi.core.management.county import CountyCommand

STEP = 10_000  # records between two lines of progress


class Command(CountyCommand):
    help = "Compare the index of words with the records and write what differs; may be stopped and run again. --fresh: anew."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--fresh", action="store_true", help="forget the index of every county first")
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, county: str | None, fresh: bool, json: bool, **options: object) -> None:
        began, seen, written = perf_counter(), 0, 0
        counties = self.counties(None if fresh else county)
        if fresh:
            search.without_index()
            search.empty(connection)
        for one in counties:
            found = self._county(one, quiet=json)
            seen, written = seen + found[0], written + found[1]
        search.with_index()
        facts = {"records": seen, "written": written, "seconds": round(perf_counter() - began, 1)}
        words = _("看了 %(records)s 条，写了 %(written)s 条，用了 %(seconds)s 秒。")
        self.stdout.write(dumps(facts) if json else words % facts)

    def _county(self, county: int, *, quiet: bool) -> tuple[int, int]:
        """All kinds of records of one county; returns how many were looked at and how many written."""
        looked_at = changed = 0
        with bind(county):
            for kind in search.KINDS.values():
                seen = written = told = 0
                for seen, written in search.rebuild(kind, county):  # noqa: B007 - the last one counts
                    if not quiet and seen - told >= STEP:
                        told = seen
                        self.stdout.write(_("%(county)06d：看了 %(n)s 条") % {"county": county, "n": seen})
                        self.stdout.flush()
                looked_at, changed = looked_at + seen, changed + written
        return looked_at, changed
