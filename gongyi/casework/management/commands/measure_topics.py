"""`./run manage measure_topics FILE`: macro-F1 of the suggested topics by cross-validation, beside a baseline in the same run."""

import json as jsons
from pathlib import Path
from statistics import mean
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.casework.management.requests import read_requests, read_sheets
from gongyi.core.management.county import WholeCommand
from gongyi.language import trial
from gongyi.language.topics import Lesson, Words

PARTS = 5


class Command(WholeCommand):
    help = "Cross-validate the suggested topics on a file of requests with topics, beside TF-IDF with a linear SVM. Stores nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="requests with a first-level topic")
        parser.add_argument("--more", type=Path, nargs="*", default=[], help="files of requests without one")
        parser.add_argument("--topics", type=Path, help="a file of topics, the first level in the first column")
        parser.add_argument("--seeds", type=int, default=5)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path, more: list[Path], topics: Path | None, seeds: int, **options: Any) -> None:
        rows = [row for row in read_requests(file) if row.topic]
        texts = [Lesson(row.title, row.content, row.topic) for row in rows]
        titles = {"".join(row.title.split()) for row in rows}
        beside = [row for path in more for row in read_requests(path) if "".join(row.title.split()) not in titles]
        unsorted = [Lesson(row.title, row.content) for row in beside]
        true, keys = [row.topic for row in rows], [row.number or row.title for row in rows]
        bare: Words = dict.fromkeys(sorted(set(true)), ())
        words = _words(topics) if topics else bare

        def scores(predict: trial.Predict, repeats: int = seeds) -> dict[str, Any]:
            found = trial.crossed(true, keys, predict, parts=PARTS, seeds=range(repeats))
            return {"mean": round(mean(found), 4), "each": [round(one, 4) for one in found]}

        try:
            baseline = {
                "labels": scores(trial.baseline(texts, {})),
                "labels_and_topic_names": scores(trial.baseline(texts, words)),
            }
        except ImportError:
            raise CommandError(_("这里没有 scikit-learn；它只用来比较，在 requirements-dev.txt 里。")) from None
        own: dict[str, Any] = {
            "no_history": round(trial.macro_f1(true, trial.ours(texts, [], words)([], range(len(texts)))), 4),
            "labels_alone": scores(trial.ours(texts, [], bare)),
            "labels_and_topic_names": scores(trial.ours(texts, [], words)),
        }
        if unsorted:
            own["with_unsorted"] = scores(trial.ours(texts, unsorted, words), repeats=min(seeds, 2))
        told = {
            "rows": len(rows), "unsorted": len(unsorted), "topics": len(words), "parts": PARTS, "baseline": baseline,
            "ours": own,
        }  # fmt: skip
        self.stdout.write(jsons.dumps(told, ensure_ascii=False, indent=None if options["json"] else 1))


def _words(path: Path) -> Words:
    found: dict[str, dict[str, None]] = {}
    for first, *below in (row for row in read_sheets(path)[0].rows[1:] if row):
        found.setdefault(first.strip(), {}).update(dict.fromkeys(name.strip() for name in below))
    return {first: tuple(below) for first, below in found.items()}
