"""`--county CODE`, the same for every command that works on a county."""

import re

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core import audit


class CountyCommand(BaseCommand):
    """A command with `--county CODE`, which may be left out where the database holds one county."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", help="the county's six digits; may be left out where the database holds one")

    def counties(self, code: str | None) -> list[int]:
        """The county with this code, every county without one. Raises CommandError for one that the database does not hold."""
        held = audit.counties()
        if code is None:
            return held
        if county_number(code) not in held:
            known = "、".join(f"{county:06d}" for county in held) or _("没有")
            told = {"code": code, "known": known}
            raise CommandError(_("这个数据库里没有代码是“%(code)s”的县。现有的县：%(known)s。") % told, returncode=2)
        return [county_number(code)]

    def one_county(self, code: str | None) -> int:
        """The county with this code, the only one without. Raises CommandError when there are several, or none."""
        found = self.counties(code)
        if len(found) != 1:
            raise CommandError(_("请用 --county 写明是哪个县，例如 --county 431123。"), returncode=2)
        return found[0]


def county_number(code: str) -> int:
    """The six digits as a number. Raises CommandError for anything else."""
    if not re.fullmatch("[0-9]{6}", code):
        raise CommandError(_("县的代码是六位数字，例如 431123。"), returncode=2)
    return int(code)
