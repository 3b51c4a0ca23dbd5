"""`./run manage suggest_topic FILE`: the first-level topic of each request in a file. Nothing is stored."""

import json as jsons
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gongyi.casework.management.requests import read_requests
from gongyi.casework.queries.topics import county_words, guesser, topic_words
from gongyi.core.county import bind
from gongyi.core.management.county import CountyCommand
from gongyi.language.topics import Guesser, Learned


class Command(CountyCommand):
    help = "Print number, first-level topic and confidence of each request in a table file, as the county's intake would propose them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true")

    def _guesser(self, county: str | None) -> Guesser:
        """The county's; where the database holds none yet, one that knows the product's own words alone."""
        if county is None and not self.counties(None):
            return Guesser(Learned(), topic_words(()))
        one = self.one_county(county)
        with bind(one):
            return guesser(one, county_words(one))

    def handle(self, *, county: str | None, file: Path, json: bool, **options: Any) -> None:
        guess, rows = self._guesser(county), read_requests(file)
        found = [(row.number, guess.suggest(row.title, row.content)) for row in rows]
        listed = [
            {
                "number": number,
                "topic": said.topic if said else None,
                "confidence": round(said.confidence, 3) if said else 0.0,
            }
            for number, said in found
        ]
        if json:
            self.stdout.write(jsons.dumps(listed, ensure_ascii=False))
            return
        for line in listed:
            self.stdout.write(f"{line['number']}\t{line['topic'] or ''}\t{line['confidence']}")
