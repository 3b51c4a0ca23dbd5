"""How much of blank forms is understood rightly, by key files that somebody wrote by hand; each folder apart."""

from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core import figures
from gongyi.core.management.county import WholeCommand
from gongyi.language.asked.ask import Vocabulary
from gongyi.language.asked.trial import Score, measure
from gongyi.reports.queries.filling import names_of_figures, refused


class Command(WholeCommand):
    help = "Measure what share of the places of blank forms is understood rightly: plainly, and once somebody has confirmed each form."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folders", nargs="+", metavar="FOLDER", help="forms with a NAME.key.json beside each")
        parser.add_argument("--json", action="store_true", help="one JSON value for programs, with every place told wrongly")  # fmt: skip

    def handle(self, *, folders: list[str], json: bool, **options: Any) -> None:
        found = figures.figures()
        given = Vocabulary(words=names_of_figures(), figures=frozenset(one.id for one in found), refused=refused)  # fmt: skip
        facts = []
        for folder in folders:
            paths = sorted(Path(folder).glob("*.key.json"))
            if not paths:
                raise CommandError(_("%(folder)s 里没有答案文件（*.key.json）。") % {"folder": folder}, returncode=2)
            scores = [measure(path, given) for path in paths]
            facts.append({"folder": folder, "share": _share(scores), "share_confirmed": _share(scores, confirmed=True), "wrong_numbers": sum(score.false for score in scores), "left_empty": sum(score.empty for score in scores), "forms": [_facts(score) for score in scores]})  # fmt: skip
        if json:
            self.stdout.write(dumps(facts, ensure_ascii=False))
            return
        for line in facts:
            self.stdout.write(
                f"{line['folder']}: {line['share']:.1%} → {line['share_confirmed']:.1%}; wrong numbers {line['wrong_numbers']}, left though asked {line['left_empty']}"
            )


def _share(scores: list[Score], *, confirmed: bool = False) -> float:
    """Of all places of these forms that are no formulas."""
    right = sum(score.confirmed if confirmed else score.right + score.left_right for score in scores)
    return round(right / max(1, sum(score.asked + score.left for score in scores)), 4)


def _facts(score: Score) -> dict[str, Any]:
    return {
        "form": score.form, "asked": score.asked, "asked_right": score.right, "left": score.left, "left_right": score.left_right,
        "formulas": score.formulas, "share": round(score.share, 4), "share_confirmed": round(score.share_confirmed, 4), "wrong_numbers": score.false, "left_empty": score.empty, "wrong": score.wrong,
    }  # fmt: skip
