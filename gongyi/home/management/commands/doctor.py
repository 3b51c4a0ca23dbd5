"""Looks at the installation as it is and says what is not in order, and what to do."""

import sys
from json import dumps

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gongyi.core.management.county import WholeCommand
from gongyi.home.queries import doctor

SIGNS = {"ok": "✓", "warn": "!", "bad": "✗"}


class Command(WholeCommand):
    help = (
        "Check settings, database, disk, clock, backups, calendar, fonts and the worker; exit 1 where something is bad."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, json: bool, **options: object) -> None:
        lines = doctor.examine()
        bad = sum(line.level == "bad" for line in lines)
        self.stdout.write(_as_json(lines, ok=not bad) if json else _as_words(lines))
        if bad:
            sys.exit(1)


def _as_json(lines: list[doctor.Line], *, ok: bool) -> str:
    checks = [{"name": one.name, "level": one.level, "words": one.words, "todo": one.todo} for one in lines]
    return dumps({"ok": ok, "checks": checks}, ensure_ascii=False)


def _as_words(lines: list[doctor.Line]) -> str:
    told = []
    for line in lines:
        told.append(
            _("%(sign)s %(title)s：%(words)s") % {"sign": SIGNS[line.level], "title": line.title, "words": line.words}
        )
        told += [f"    → {line.todo}"] if line.todo else []
    return "\n".join(told)
