"""The figures of provinces and of the country, from the stored months of their counties."""

from json import dumps
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core.errors import Refused
from gongyi.core.management.county import CountyCommand, county_number
from gongyi.reports import queries
from gongyi.reports.management.commands.figures import period_of
from gongyi.reports.queries.rollup import Line, as_facts

SHOWN = ["cases.received", "cases.closed", "cases.open", "cases.overdue", "cases.closed_in_time_rate", "cases.response_rate", "cases.resolution_rate", "cases.satisfaction_rate"]  # fmt: skip


class Command(CountyCommand):
    help = "Print the figures of whole months by province and county, from what is stored; with --json all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--from", dest="first", required=True, metavar="DATE", help="the first day of a month, such as 2026-01-01"
        )
        parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day of a month")
        parser.add_argument(
            "--province", metavar="43", help="only the counties whose code begins with these two digits"
        )
        parser.add_argument("--json", action="store_true", help="one JSON value for programs")

    def handle(
        self, *, county: str | None, province: str | None, first: str, last: str, json: bool, **options: Any
    ) -> None:
        if province is not None and not (province.isascii() and province.isdigit() and len(province) == 2):  # noqa: PLR2004 - two digits
            raise CommandError(_("省的代码是两位数字，例如 43。"), returncode=2)
        asked = {"province": int(province) if province else None, "county": county_number(county) if county else None}
        try:
            found = queries.rolled_up(period_of(first, last), **asked)
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from None
        if json:
            self.stdout.write(dumps(as_facts(found), ensure_ascii=False))
            return
        self._print(found)

    def _print(self, found: queries.Rollup) -> None:
        self.stdout.write(found.period.words())
        self.stdout.write(_line(_("合计"), found.whole))
        for province, counties in found.provinces:
            self.stdout.write(_line(_("省 %(code)s") % {"code": province.code}, province))
            for line in counties:
                self.stdout.write("  " + _line(f"{line.code} {line.name}".strip(), line))
        if found.lacking:
            told = ngettext(
                "有 %(n)d 个县还有月份没有数完，标着“缺”。", "有 %(n)d 个县还有月份没有数完，标着“缺”。", found.lacking
            )
            self.stdout.write(told % {"n": found.lacking})


def _line(name: str, line: Line) -> str:
    """A county or province with its main figures, and the months that it lacks."""
    told = _("，").join(f"{value.figure.name} {value.text}" for value in (line.values[key] for key in SHOWN))
    lacking = _("；缺 %(months)s") % {"months": _("、").join(f"{month:%Y-%m}" for month in line.lacking)} if line.lacking else ""  # fmt: skip
    return _("%(name)s：%(told)s") % {"name": name, "told": told + lacking}
