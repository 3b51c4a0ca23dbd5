"""Every figure of a unit in a period, with the numbers of the records behind each."""

from datetime import date
from json import dumps
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.management.county import UnitCommand
from gongyi.reports import queries


class Command(UnitCommand):
    help = "Print every figure of a unit in a period; with --json also the numbers of the records behind each."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--from", dest="first", required=True, metavar="DATE", help="the first day, such as 2026-01-01"
        )
        parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day, counted too")
        parser.add_argument("--json", action="store_true", help="one JSON value for programs")

    def handle(self, *, county: str | None, at: str | None, first: str, last: str, json: bool, **options: Any) -> None:
        one = self.one_county(county)
        period = period_of(first, last)
        with bind(one):
            unit = self.unit(one, at)
            if json:
                self.stdout.write(dumps(queries.as_facts(unit, period), ensure_ascii=False))
                return
            self.stdout.write(f"{unit.name} {period.words()}")
            for value, beside in queries.values(unit, period):
                self.stdout.write(f"{value.figure.name}：{beside.words if beside else value.text}")


def period_of(first: str, last: str) -> Period:
    """The period of two days as typed. Raises CommandError for what is no day, and where the last comes before the first."""
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise CommandError(_("日期请写成 2026-01-31 这样。"), returncode=2) from None
    except Refused as wrong:
        raise CommandError(str(wrong), returncode=2) from None
