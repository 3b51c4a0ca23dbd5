"""How the figures of gongyi/language/matters/likeness.py were learnt; run by hand where the data lies, needs scikit-learn.

    python -m tests.language.fit_matters FOLDER

FOLDER holds requests.xlsx, requests-answered.xlsx and same-issue.xlsx. Pairs: those of judged_pairs.csv marked `tune`, judged by
reading; those of the tuning half of same-issue.xlsx; and unlike ones drawn by a fixed seed. Prints START and WEIGHTS.
"""

import csv
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

from python_calamine import CalamineWorkbook
from sklearn.linear_model import LogisticRegression

from gongyi.language.matters.joining import neighbours
from gongyi.language.matters.likeness import dot, features
from gongyi.language.matters.seen import Request, Seen, look

HERE = Path(__file__).parent
VILLAGE = "(?:柳湾|石岭|大塘|坝上|莲花)村"
SEEN_FIRST = "2"  # the number that was read before the groups were halved
SAME_TOO = (
    "199190",
    "204960",
    "209506",
    "220534",
    "250514",
    "280774",
)  # the same matter by reading, though nobody numbered them


def table(path: Path) -> list[list[str]]:
    """The rows below the heading, as texts."""
    return [
        [str(cell) for cell in row] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    ]


def halves(judged: dict[str, str]) -> tuple[set[str], set[str]]:
    """The numbers of matters that tune and those that are held out, dealt once by a fixed seed: pairs and single rows apart."""
    rows = defaultdict(list)
    for number, matter in judged.items():
        rows[matter].append(number)
    chance = random.Random(20260717)
    twos = sorted(matter for matter, numbers in rows.items() if len(numbers) == 2)
    ones = sorted(matter for matter, numbers in rows.items() if len(numbers) == 1)
    chance.shuffle(twos)
    chance.shuffle(ones)
    tune = {SEEN_FIRST, *twos[: len(twos) // 2], *ones[: len(ones) // 2]}
    return tune, set(rows) - tune


def seen_of(path: Path) -> tuple[list[Seen], dict[str, int]]:
    """The requests of a file as the grouping sees them, and where each number stands."""
    rows = table(path)
    return look([Request(row[2], row[4]) for row in rows]), {row[0]: at for at, row in enumerate(rows)}


def fit(folder: Path) -> tuple[float, dict[str, float]]:
    """Learn START and WEIGHTS."""
    chance = random.Random(1)
    files = {"requests": seen_of(folder / "requests.xlsx"), "answered": seen_of(folder / "requests-answered.xlsx")}
    judged = {row[1]: row[0] for row in table(folder / "same-issue.xlsx")}
    tune, held_out = halves(judged)
    rows: list[tuple[dict[str, float], int, float]] = []
    with (HERE / "judged_pairs.csv").open(encoding="utf-8") as file:
        for pair in csv.DictReader(file):
            if pair["use"] == "tune":
                seen, at = files[pair["file"]]
                rows.append((features(seen[at[pair["one"]]], seen[at[pair["other"]]]), int(pair["first"]), 1.0))
    seen, at = files["requests"]
    hidden = {at[number] for number, matter in judged.items() if matter in held_out}
    groups = defaultdict(list)
    for number, matter in judged.items():
        if matter in tune:
            groups[matter].append(at[number])
    groups[SEEN_FIRST] += [at[number] for number in SAME_TOO]
    same = {tuple(sorted((a, b))) for places in groups.values() for a in places for b in places if a != b}
    many = [pair for pair in sorted(same) if pair[0] in groups[SEEN_FIRST]]
    rows += [(features(seen[a], seen[b]), 1, 0.1) for a, b in chance.sample(many, 300)]
    rows += [(features(seen[a], seen[b]), 1, 1.0) for a, b in sorted(same - set(many))]
    touched = {place for places in groups.values() for place in places}
    near = sorted(pair for pair in neighbours(seen) if not hidden & set(pair) and pair not in same)
    rows += [(features(seen[a], seen[b]), 0, 0.4) for a, b in near if {a, b} & touched]
    rows += [(features(seen[a], seen[b]), 0, 0.4) for a, b in _middling(chance, seen, near, 300, slice(6000))]
    seen, at = files["answered"]
    rows += [
        (features(seen[a], seen[b]), 0, 0.4)
        for a, b in _middling(chance, seen, sorted(neighbours(seen)), 150, slice(600, 4000))
    ]
    rows += county_pairs()
    names = list(rows[0][0])
    model = LogisticRegression(C=3, max_iter=5000)
    model.fit(
        [[one[name] for name in names] for one, _same, _weight in rows], [r[1] for r in rows], [r[2] for r in rows]
    )
    return float(model.intercept_[0]), dict(zip(names, map(float, model.coef_[0]), strict=True))


def county_pairs() -> list[tuple[dict[str, float], int, float]]:
    """What the invented small county teaches: its matters; unlike pairs that share words or a village; the same words of another village."""
    with (HERE / "invented_county.csv").open(encoding="utf-8") as file:
        told = [row for row in csv.DictReader(file) if row["use"] == "tune"]
    said = [Request(row["title"], row["body"]) for row in told]
    seen = look(said)
    same = {
        (a, b)
        for b in range(len(told))
        for a in range(b)
        if told[a]["matter"] and told[a]["matter"] == told[b]["matter"]
    }
    near = same | set(neighbours(seen))
    rows = [(features(seen[a], seen[b]), int((a, b) in same), 1.0) for a, b in sorted(near)]
    moved = [Request(*(_elsewhere(text) for text in one)) for one in said]
    unnamed = [
        [Request(*(re.sub(VILLAGE, "", text) for text in one[:2]), place) for one in said]
        for place in ("大塘村", "莲花村")
    ]
    for ones, others in ((said, moved), unnamed):
        both = look(ones + others)
        pairs = [(both[at], both[at + len(said)]) for at in range(len(said)) if ones[at] != others[at]]
        rows += [(features(one, other), 0, 0.5) for one, other in pairs]
    return rows


def _elsewhere(text: str) -> str:
    """The same words about another village."""
    villages = ("柳湾", "石岭", "大塘", "坝上", "莲花")
    return re.sub("|".join(villages), lambda hit: villages[villages.index(hit[0]) - 1], text)


def _middling(
    chance: random.Random, seen: list[Seen], pairs: list[tuple[int, int]], number: int, part: slice
) -> list[tuple[int, int]]:
    """Some pairs of those that stand so far down the order by likeness of text."""
    ordered = sorted(pairs, key=lambda pair: -dot(seen[pair[0]].pairs, seen[pair[1]].pairs))
    return chance.sample(ordered[part], number)


if __name__ == "__main__":
    start, weights = fit(Path(sys.argv[1]))
    sys.stdout.write(f"START = {start:.2f}\nWEIGHTS = {{\n")
    sys.stdout.writelines(f'    "{name}": {value:.2f},\n' for name, value in weights.items())
    sys.stdout.write("}\n")
