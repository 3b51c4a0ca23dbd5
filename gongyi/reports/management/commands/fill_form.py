"""Fill somebody's blank form with a unit's figures of a period."""

from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.management.county import UnitCommand
from gongyi.reports.management.commands.figures import period_of
from gongyi.reports.queries import filled


class Command(UnitCommand):
    help = "Fill somebody's blank .xlsx or .docx form with a unit's figures of a period; a form that was confirmed before is recognised by its shape."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", help="the blank form (.xlsx, .docx, .xls)")
        parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first day, such as 2026-01-01")  # fmt: skip
        parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day, counted too")
        parser.add_argument("--out", required=True, metavar="FILE", help="where the filled form is written")
        parser.add_argument("--json", action="store_true", help="one JSON value for programs")

    def handle(self, *, county: str | None, at: str | None, file: str, first: str, last: str, out: str, json: bool, **options: Any) -> None:  # fmt: skip
        one = self.one_county(county)
        period = period_of(first, last)
        try:
            content = Path(file).read_bytes()
        except OSError:
            raise CommandError(_("读不了文件 %(file)s。") % {"file": file}, returncode=2) from None
        with bind(one):
            try:
                made = filled.fill_file(content, file, unit=self.unit(one, at), period=period, by=None)
            except Refused as no:
                raise CommandError(str(no), returncode=2) from None
        try:
            Path(out).write_bytes(made.content)
        except OSError:
            raise CommandError(_("写不了文件 %(file)s。") % {"file": out}, returncode=2) from None
        self.stdout.write(dumps(made.facts(), ensure_ascii=False) if json else made.words())
