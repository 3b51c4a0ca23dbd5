"""`./run manage learn_topics`: what the nightly job does, now."""

import json as jsons
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gongyi.casework.actions.topics import learn_topics
from gongyi.core.county import bind
from gongyi.core.management.county import CountyCommand


class Command(CountyCommand):
    help = "Learn from the county's own cases which words speak for which topic, on this machine. The worker does it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, county: str | None, json: bool, **options: Any) -> None:
        counties = self.counties(county)
        for one in counties:
            with bind(one):
                told = {"county": f"{one:06d}", "cases": learn_topics(one)}
            self.stdout.write(jsons.dumps(told) if json else _words(told))
        if not counties:
            self.stdout.write(
                jsons.dumps({"county": None, "cases": 0}) if json else _("这里还没有开通县，什么也没有学。")
            )


def _words(told: dict[str, Any]) -> str:
    if not told["cases"]:
        return _("%(county)s：还没有选过事项分类的办件，没有可学的。") % told
    return _("%(county)s：从 %(cases)s 件选好事项分类的办件里学了一遍，登记时照它提示分类。") % told
