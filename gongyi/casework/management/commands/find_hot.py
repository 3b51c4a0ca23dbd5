"""`./run manage find_hot FILE --json`: which requests of a table are about one matter."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.casework.management.requests import read_requests
from gongyi.core.management.county import WholeCommand
from gongyi.language.matters import Request, find_matters


class Command(WholeCommand):
    help = "Print the requests of a table with the group of each; nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="the table: .xlsx, .xls, .ods, .csv or .tsv")
        parser.add_argument(
            "--json",
            action="store_true",
            help='a list of {number, group} in the order of the rows; group null when alone, number "" where a row has none',
        )

    def handle(self, *, file: Path, **options: Any) -> None:
        rows = read_requests(file)
        if rows and not any(row.number for row in rows):
            raise CommandError(_("表格里没有编号这一列，或没有带编号的行。"), returncode=2)
        groups = find_matters([Request(row.title, row.content) for row in rows])
        at = {place: group for group, places in enumerate(groups, start=1) for place in places}
        if options["json"]:
            told = [{"number": row.number, "group": at.get(place)} for place, row in enumerate(rows)]
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for group, places in enumerate(groups, start=1):
            self.stdout.write(f"{group}\t{len(places)}\t{' '.join(rows[place].number for place in places)}")
