"""The draft of a period report as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.casework.models import Topic
from gongyi.casework.queries.choices import first_topics
from gongyi.core.access import system_actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.management.county import UnitCommand
from gongyi.reports.actions.paper import export_draft
from gongyi.reports.management.commands.figures import period_of
from gongyi.reports.models import Report


class Command(UnitCommand):
    help = "Write the draft of a period report as .docx or .pdf; its number and digest are kept, see verify_report."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--from", dest="first", required=True, metavar="DATE", help="the first day, such as 2026-01-01"
        )
        parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day, counted too")
        parser.add_argument("--kind", choices=Report.Kind.values, default=Report.Kind.SUMMARY.value)
        parser.add_argument(
            "--official", choices=Report.Official.values, default="none", help="with red head and all elements"
        )
        parser.add_argument(
            "--topic", metavar="NAME", help="of a topic report: the one topic of the first level to write about"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.docx or FILE.pdf")

    def handle(self, *, county: str | None, at: str | None, first: str, last: str, out: Path, **options: Any) -> None:
        kind = out.suffix.lstrip(".").lower()
        if kind not in {"docx", "pdf"}:
            raise CommandError(_("--out 请写成 .docx 或 .pdf 结尾的文件名。"), returncode=2)
        one, period = self.one_county(county), period_of(first, last)
        with bind(one):
            facts: dict[str, Any] = {"kind": options["kind"], "official": options["official"], "file": kind}
            facts["topic"] = self._topic(one, options["kind"], options["topic"])
            try:
                content, row = export_draft(
                    by=system_actor("period_report", one), unit=self.unit(one, at), period=period, **facts
                )
            except Refused as refused:
                raise CommandError(str(refused), returncode=2) from None
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(
                _("写不进 %(path)s：%(why)s") % {"path": out, "why": error.strerror}, returncode=2
            ) from None
        self.stdout.write(_("写好了 %(path)s，文稿编号 %(number)s。") % {"path": out, "number": row.number})

    def _topic(self, county: int, kind: str, name: str | None) -> Topic | None:
        if not name:
            return None
        found = first_topics(county).filter(name=name).first()
        if found is None or kind != Report.Kind.TOPIC:
            raise CommandError(_("没有叫“%(name)s”的一级分类，或者写的不是专报。") % {"name": name}, returncode=2)
        return found
