"""Walk the audit chain and say where it does not hold."""

import sys
from json import dumps

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gongyi.core import audit, seals
from gongyi.core.management.county import CountyCommand
from gongyi.core.models import AuditEntry


class Command(CountyCommand):
    help = "Check that nobody edited, removed, swapped or inserted audit rows or sealed access rows; exit 1 if somebody did."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, county: str | None, json: bool, **options: object) -> None:
        counties = self.counties(county)
        found = [finding for one in counties for finding in audit.verify(one) + seals.verify(one)]
        rows = AuditEntry.objects.filter(county__in=counties).count()
        self.stdout.write(_as_json(counties, rows, found) if json else _as_words(rows, found))
        if found:
            sys.exit(1)


def _as_json(counties: list[int], rows: int, found: list[audit.Finding]) -> str:
    findings = [{"county": f.county, "seq": f.seq, "what": f.what} for f in found]
    return dumps({"ok": not found, "counties": counties, "rows": rows, "findings": findings})


def _as_words(rows: int, found: list[audit.Finding]) -> str:
    if not found:
        return _("核对了 %(n)s 行操作记录，没有发现改动。") % {"n": rows}
    lines = [_("核对了 %(n)s 行操作记录，发现 %(m)s 处不对：") % {"n": rows, "m": len(found)}]
    return "\n".join(lines + [f"  {f.county:06d} #{f.seq} {f.words}" for f in found])
