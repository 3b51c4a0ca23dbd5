"""Walk the audit chain and say where it does not hold."""

import sys
from json import dumps

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from gongyi.core import audit, seals
from gongyi.core.models import AuditEntry, AuditHead


class Command(BaseCommand):
    help = "Check that nobody edited, removed, swapped or inserted audit rows or sealed access rows; exit 1 if somebody did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", type=int, help="one county only (six digits)")
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, county: int | None, json: bool, **options: object) -> None:
        counties = [county] if county is not None else _counties()
        found = [finding for one in counties for finding in audit.verify(one) + seals.verify(one)]
        rows = AuditEntry.objects.filter(county__in=counties).count()
        self.stdout.write(_as_json(counties, rows, found) if json else _as_words(rows, found))
        if found:
            sys.exit(1)


def _counties() -> list[int]:
    """Every county with a head, and those of which only the file outside the database is left."""
    kept = {int(file.stem) for file in (settings.GONGYI_DATA / "audit").glob("*.heads")}
    return sorted(kept | set(AuditHead.objects.values_list("county", flat=True)))


def _as_json(counties: list[int], rows: int, found: list[audit.Finding]) -> str:
    findings = [{"county": f.county, "seq": f.seq, "what": f.what} for f in found]
    return dumps({"ok": not found, "counties": counties, "rows": rows, "findings": findings})


def _as_words(rows: int, found: list[audit.Finding]) -> str:
    if not found:
        return _("核对了 %(n)s 行操作记录，没有发现改动。") % {"n": rows}
    lines = [_("核对了 %(n)s 行操作记录，发现 %(m)s 处不对：") % {"n": rows, "m": len(found)}]
    return "\n".join(lines + [f"  {f.county:06d} #{f.seq} {f.what}" for f in found])
