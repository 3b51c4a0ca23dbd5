"""`./run manage measure_groups --judged FILE --requests FILE --json`: how good find_hot is, beside what people judged."""

import csv
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.casework.management.requests import Request as Row
from gongyi.casework.management.requests import read_requests, read_sheets
from gongyi.core.imports.table import Column, find_layout
from gongyi.core.management.county import WholeCommand
from gongyi.language.matters import Request, find_matters
from gongyi.language.matters.measure import agreement, average_linkage, judged_pairs, told_pairs

Groups = Mapping[str, int | None]
READERS = ("first", "second", "reader2")  # columns: one reader twice, and others who saw nothing of that


class Command(WholeCommand):
    help = "Print precision, recall and F1 of the grouping beside average linkage; stores nothing. Needs scikit-learn for the latter."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--judged", type=Path, required=True, help="a table with 问题ID and 留言编号: one 问题ID is one matter"
        )
        parser.add_argument("--requests", type=Path, required=True, help="the table in which the judged rows stand")
        parser.add_argument("--held-out", default="", help="numbers of matters that tuned nothing, with commas between")
        parser.add_argument(
            "--also", default="", help="NUMBER=MATTER with commas between: rows of a matter that nobody numbered"
        )
        parser.add_argument(
            "--pairs", type=Path, help="a .csv of pairs judged twice: use, file, one, other, first, second"
        )
        parser.add_argument("--of-pairs", type=Path, help="the table in which the pairs of use `sample` stand")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        told = measured(options)
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=None if options["json"] else 2))


def measured(options: Mapping[str, Any]) -> dict[str, Any]:
    """All figures; those of the plain method at the cut that is best for it."""
    rows = read_requests(options["requests"])
    judged = _judged(options["judged"])
    also = dict(one.split("=") for one in options["also"].split(",") if one)
    held_out = set(filter(None, options["held_out"].split(",")))
    began = time.monotonic()
    ours = _ours(rows)
    told: dict[str, Any] = {"requests": len(rows), "judged": len(judged), "seconds": round(time.monotonic() - began, 1)}
    told["groups"] = len(set(ours.values()) - {None})
    told["ours"] = _each(ours, judged, also, held_out)
    plain = _plain(rows)
    best = max(plain, key=lambda far: judged_pairs(plain[far], judged)["f1"])
    told["average_linkage"] = {"cut": best, **_each(plain[best], judged, also, held_out)}
    if options["pairs"] and options["of_pairs"]:
        told["pairs"] = _sample(options["pairs"], read_requests(options["of_pairs"]))
    return told


def _judged(path: Path) -> dict[str, str]:
    """Number of the request -> number of its matter."""
    columns = (Column("matter", "问题ID"), Column("number", "留言编号", ("编号", "工单编号")))
    for sheet in read_sheets(path):
        layout = find_layout(sheet, columns, {})
        at = {name: column for column, name in layout.fields.items()}
        if len(at) == len(columns):
            rows = [row for row in sheet.rows[layout.head + 1 :] if len(row) > max(at.values())]
            return {row[at["number"]].strip(): row[at["matter"]].strip() for row in rows}
    raise CommandError(_("表格里要有“问题ID”和“留言编号”两列。"), returncode=2)


def _ours(rows: Sequence[Row]) -> Groups:
    found = find_matters([Request(row.title, row.content) for row in rows])
    at = {place: group for group, places in enumerate(found) for place in places}
    return {row.number: at.get(place) for place, row in enumerate(rows)}


def _plain(rows: Sequence[Row]) -> dict[float, Groups]:
    try:
        cuts = average_linkage([Request(row.title, row.content) for row in rows])
    except ImportError as error:
        raise CommandError(_("对照的方法要 scikit-learn，它在 requirements-dev.txt 里。"), returncode=2) from error
    return {far: {row.number: group for row, group in zip(rows, groups, strict=True)} for far, groups in cuts.items()}


def _each(groups: Groups, judged: dict[str, str], also: dict[str, str], held_out: set[str]) -> dict[str, Any]:
    """Over all judged rows; with the rows that nobody numbered; over the held-out matters; over all but the largest matter."""
    sizes = [*judged.values()]
    largest = max(set(sizes), key=sizes.count)
    told = {
        "all": judged_pairs(groups, judged),
        "without_largest": judged_pairs(groups, judged, set(sizes) - {largest}),
    }
    if also:
        told["with_unnumbered"] = judged_pairs(groups, judged | also)
    if held_out:
        told["held_out"] = judged_pairs(groups, judged, held_out)
    return told


def _sample(path: Path, rows: Sequence[Row]) -> dict[str, Any]:
    """The sample judged twice by one reader and in part by another (`reader2`): how far they agree, and both methods beside them.

    `consensus` is what most judgements of a pair say; a pair on which they are even is left out.
    """
    with path.open(encoding="utf-8") as file:
        pairs = [pair for pair in csv.DictReader(file) if pair["use"] == "sample"]
    told = [(pair["first"] == "1", pair["second"] == "1") for pair in pairs]
    agreed = [(p["one"], p["other"], a) for p, (a, b) in zip(pairs, told, strict=True) if a == b]
    first = [(p["one"], p["other"], a) for p, (a, _b) in zip(pairs, told, strict=True)]
    judgements = [[pair[name] == "1" for name in READERS if pair.get(name)] for pair in pairs]
    most = [
        (p["one"], p["other"], sum(j) > len(j) / 2)
        for p, j in zip(pairs, judgements, strict=True)
        if 2 * sum(j) != len(j)
    ]
    third = [j for j in judgements if len(j) == len(READERS)]
    plain, ours = _plain(rows), _ours(rows)
    return {
        "pairs": len(pairs), "kappa": agreement(told), "agreed": len(agreed),
        "reader2": {
            "pairs": len(third), "same_as_first": sum(j[0] == j[2] for j in third),
            "kappa_first": agreement([(j[0], j[2]) for j in third]), "kappa_second": agreement([(j[1], j[2]) for j in third]),
        },
        "ours": told_pairs(ours, agreed), "ours_by_first": told_pairs(ours, first), "average_linkage": _best(plain, agreed),
        "consensus": {"ours": told_pairs(ours, most), "average_linkage": _best(plain, most)},
    }  # fmt: skip


def _best(plain: Mapping[float, Groups], pairs: Sequence[tuple[str, str, bool]]) -> dict[str, Any]:
    """The plain method at the cut that is best for it."""
    best = max(plain, key=lambda far: told_pairs(plain[far], pairs)["f1"])
    return {"cut": best, **told_pairs(plain[best], pairs)}
