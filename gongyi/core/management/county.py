"""`--county CODE` and `--unit CODE`, the same for every command of the product."""

import re
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from gongyi.core import audit


class CountyCommand(BaseCommand):
    """A command with `--county CODE` or `--unit CODE`, which may be left out where the database holds one county.

    `--unit` names the county in which the unit is; `handle` is given `county` alone.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", help="the county's six digits; may be left out where the database holds one")
        parser.add_argument("--unit", help="the code of a unit in the county, instead of --county")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run with the county of the unit. Raises CommandError for an unknown unit and for one of another county."""
        unit, county = options.pop("unit", None), options.pop("county", None)
        return super().execute(*args, **options, county=county if unit is None else county_of_unit(unit, county))

    def counties(self, code: str | None) -> list[int]:
        """The county with this code, every county without one. Raises CommandError for one that the database does not hold."""
        held = _held()
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


class UnitCommand(CountyCommand):
    """A command that works in one unit: `handle` is given its code as `at` too, None where only the county was named."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run with the code that was given."""
        return super().execute(*args, **options, at=options.get("unit"))

    def unit(self, county: int, code: str | None) -> Any:
        """The unit with this code, else the county's own. Raises CommandError where the county has no units yet."""
        units = apps.get_model("network", "Unit")._base_manager.filter(county=county)
        found = units.filter(code=code) if code else units.filter(tier="county")
        if unit := found.first():
            return unit
        raise CommandError(_("这个县还没有单位，请先运行 load_units 或 setup_county。"), returncode=2)


class WholeCommand(CountyCommand):
    """A command about the whole installation: a county changes nothing but that an unknown one is refused."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run if the county is here."""
        if options.get("unit") is None and options.get("county") is not None:
            self.counties(options["county"])
        return super().execute(*args, **options)


class InventedCommand(CountyCommand):
    """A command that makes up a county of its own, `invented`, and knows no other."""

    invented = 0

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run unless another county is meant."""
        code = options.get("county") or (options.get("unit") or "")[:6]
        if code and county_number(code) != self.invented:
            told = {"invented": f"{self.invented:06d}"}
            raise CommandError(_("这条命令只用虚构的县 %(invented)s，别的县不能用。") % told, returncode=2)
        return super().execute(*args, **{**options, "unit": None})


def county_of_unit(unit: str, county: str | None) -> str:
    """The six digits of the county in which the unit with this code is; `county` is what else was said of it."""
    model = apps.get_model("network", "Unit")  # units belong to an app above, which the commands of core may not import
    try:
        found = model._base_manager.filter(code=unit).values_list("county", flat=True).first()
    except DatabaseError:
        found = None
    if found is None:
        raise CommandError(_("这个数据库里没有代码是“%(code)s”的单位。") % {"code": unit}, returncode=2)
    if county is not None and county_number(county) != found:
        told = {"unit": unit, "found": f"{found:06d}", "county": county}
        raise CommandError(_("单位 %(unit)s 在县 %(found)s，不在 %(county)s。") % told, returncode=2)
    return f"{found:06d}"


def _held() -> list[int]:
    try:
        return audit.counties()
    except DatabaseError:  # a folder that was never set up
        return []


def county_number(code: str) -> int:
    """The six digits as a number. Raises CommandError for anything else."""
    if not re.fullmatch("[0-9]{6}", code):
        raise CommandError(_("县的代码是六位数字，例如 431123。"), returncode=2)
    return int(code)
