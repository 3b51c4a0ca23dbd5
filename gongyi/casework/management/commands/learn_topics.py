"""`./run manage learn_topics`: what the nightly job does, now."""

import json as jsons
from typing import Any

from django.core.management.base import CommandParser

from gongyi.casework.actions.topics import learn_topics
from gongyi.core.county import bind
from gongyi.core.management.county import CountyCommand


class Command(CountyCommand):
    help = "Learn from the county's own cases which words speak for which topic, on this machine. The worker does it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, county: str | None, json: bool, **options: Any) -> None:
        for one in self.counties(county):
            with bind(one):
                read = learn_topics(one)
            self.stdout.write(jsons.dumps({"county": f"{one:06d}", "cases": read}) if json else f"{one:06d}: {read}")
