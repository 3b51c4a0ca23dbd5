"""`./run manage load_units --county 431123`: take a county's townships and villages from the packed list."""

import json
import re
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core.access import system_actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.management.county import CountyCommand
from gongyi.network.actions import Loaded, load_units


class Command(CountyCommand):
    help = "Take a county's units (county, townships, villages) from the packed list of divisions; changes nothing that is there."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be added and what differs")
        parser.add_argument("--json", action="store_true", help="print one JSON value")

    def handle(self, *, county: str | None, dry_run: bool, json: bool, **options: Any) -> None:
        # A county that is named may be new here: the packed list says whether there is one, and which may be meant.
        code = county if county is not None else f"{self.one_county(None):06d}"
        number = int(code) if re.fullmatch("[0-9]{6}", code) else 0
        try:
            with bind(number):
                done = load_units(by=system_actor("load_units", number), code=code, dry_run=dry_run)
        except Refused as no:
            raise CommandError(str(no), returncode=2 if no.code == "county_code" else 1) from None
        self.stdout.write(_as_json(done, dry_run=dry_run) if json else _in_words(done, dry_run=dry_run))


def _as_json(done: Loaded, *, dry_run: bool) -> str:
    return json.dumps({**asdict(done), "dry_run": dry_run}, ensure_ascii=False, indent=2)


def _in_words(done: Loaded, *, dry_run: bool) -> str:
    tiers = [(_("县"), "county"), (_("乡镇"), "township"), (_("村"), "village")]
    added = _("、").join(f"{label} {done.added[tier]}" for label, tier in tiers if tier in done.added) or _("没有")
    facts = {"name": done.name, "county": done.county, "added": added, "kept": done.kept}
    first = _("%(name)s（%(county)06d）：将新增 %(added)s；原有 %(kept)d 个不动。（试算，没有写入）")
    if not dry_run:
        first = _("%(name)s（%(county)06d）：新增 %(added)s；原有 %(kept)d 个不动。")
    return "\n".join([first % facts, *done.notes, *done.differs])
