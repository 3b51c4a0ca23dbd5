"""Is what searching finds what stands in the texts, and how fast is it beside reading all of them? Prints figures only."""

from json import dumps

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core.county import bind
from gongyi.core.management.county import CountyCommand
from gongyi.home.queries.searching import acting_for
from gongyi.home.queries.truth import compare


class Command(CountyCommand):
    help = "Compare searching with a look at every text: recall, precision and times, for words drawn by lot."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--words", type=int, default=100, help="how many words of 2-6 characters are drawn")
        parser.add_argument("--account", help="a sign-in name: the times are of this person's page")
        parser.add_argument("--json", action="store_true", help="one JSON line for programs")

    def handle(self, *, county: str | None, words: int, account: str | None, json: bool, **options: object) -> None:
        one = self.one_county(county)
        with bind(one):
            by = acting_for(one, account=account, unit="") if account else None
            if account and by is None:
                raise CommandError(_("没有叫“%(name)s”的登录名。") % {"name": account}, returncode=2)
            facts = compare(one, by, words)
        told = _("%(rows)d 条里找 %(words)d 个词：查全 %(recall)s，查准 %(precision)s；95%% 在 %(search_p95_ms)s 毫秒以内，逐条看要 %(scan_p95_ms)s 毫秒。")  # fmt: skip
        self.stdout.write(dumps(facts) if json else told % facts)
