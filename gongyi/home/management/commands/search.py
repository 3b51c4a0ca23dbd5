"""What a person, a unit or the county finds by these words: numbers only, nothing of the texts."""

from json import dumps
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core.access import Actor
from gongyi.core.county import bind
from gongyi.core.management.county import CountyCommand
from gongyi.home.queries.searching import acting_for, found_numbers


class Command(CountyCommand):
    help = "Search the cases by words; prints their numbers, for an account, for a unit, or of the whole county."
    unit = ""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("words", nargs="+", help="words that are all to be found; quote a phrase")
        parser.add_argument("--account", help="a sign-in name: what this person may see")
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Keep the unit, which else names the county alone."""
        self.unit = options.get("unit") or ""
        return super().execute(*args, **options)

    def handle(
        self, *, county: str | None, words: list[str], account: str | None, json: bool, **options: object
    ) -> None:
        one = self.one_county(county)
        with bind(one):
            facts = found_numbers(one, self._by(one, account), " ".join(words))
        self.stdout.write(dumps(facts, ensure_ascii=False) if json else _as_words(facts))

    def _by(self, county: int, account: str | None) -> Actor | None:
        """For whom; None: the whole county. Raises CommandError for an unknown account."""
        if not account and not self.unit:
            return None
        by = acting_for(county, account=account or "", unit=self.unit)
        if by is None:
            raise CommandError(_("没有叫“%(name)s”的登录名。") % {"name": account}, returncode=2)
        return by


def _as_words(facts: dict[str, Any]) -> str:
    return "\n".join([_("找到 %(n)s 件") % {"n": facts["total"]}, *facts["numbers"]])
