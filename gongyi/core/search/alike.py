"""Which records are about the same thing as a text: found by its rare pairs of characters, weighed by what they share."""

from collections import Counter
from dataclasses import dataclass
from math import log
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Substr
from rapidfuzz.fuzz import partial_ratio

from gongyi.core import clock
from gongyi.core.models import SearchRow
from gongyi.core.search.engine import Asked, newest
from gongyi.core.search.kinds import Kind
from gongyi.core.search.words import Word, pairs, plain, runs

SAMPLE = 400  # of the newest rows, by which one knows which pairs are common here
FRESH = 600  # seconds that this knowledge is kept
RAREST, CANDIDATES, RANKED = 24, 150, 12
LATELY = 20_000  # rows: what is older is hardly ever the same matter
READ = 400  # characters of each text that are compared
_known: dict[tuple[int, str], tuple[float, int, Counter[str]]] = {}


@dataclass(frozen=True)
class Alike:
    """A record that shares words with the text: how much, from 0 to 1, and the words themselves, the rarest first."""

    subject: UUID
    score: float
    words: tuple[str, ...]


def alike(kind: Kind, county: int, text: str, narrowed: Q) -> list[Alike]:
    """The records under a condition that are most like the text, best first; at most `RANKED`."""
    size, common = _common_pairs(kind, county)
    said = {pair for run in runs(text[: 2 * READ]) for pair in pairs(run) if len(pair) > 1 and not pair.isdecimal()}
    if not said:
        return []
    weights = {pair: log((size + 2) / (common[pair] + 1)) for pair in said}
    rarest = sorted(said, key=lambda pair: (-weights[pair], pair))[:RAREST]
    asked = Asked(county, tuple(Word((pair,)) for pair in rarest), since=newest(county, LATELY) or 0, any_of=True)
    rows = SearchRow.objects.filter(narrowed, county=county, kind=kind.name, place__holds=asked).order_by("-place")
    found = rows.annotate(begins=Substr("body", 1, READ)).values_list("subject", "title", "begins")[:CANDIDATES]
    ranked = sorted((_weighed(weights, row) for row in found), key=lambda one: one[0], reverse=True)[:RANKED]
    closer = [(0.75 * share + 0.25 * _ratio(text, other), key, other) for share, key, other in ranked]
    best = sorted(closer, key=lambda one: (one[0], one[1]), reverse=True)
    return [Alike(key, score, _shared(text, other, weights)) for score, key, other in best]


def _common_pairs(kind: Kind, county: int) -> tuple[int, Counter[str]]:
    """In how many of the newest texts each pair stands, and how many these are."""
    now = clock.now().timestamp()
    kept = _known.get((county, kind.name))
    if kept and 0 <= now - kept[0] < FRESH:
        return kept[1:]
    rows = SearchRow.objects.filter(county=county, kind=kind.name).order_by("-place")
    found = Counter[str]()
    number = 0
    for title, begins in rows.annotate(begins=Substr("body", 1, READ)).values_list("title", "begins")[:SAMPLE]:
        found.update({pair for run in runs(f"{title} {begins}") for pair in pairs(run)})
        number += 1
    if len(_known) > 50:  # noqa: PLR2004 - counties in one process
        _known.clear()
    _known[county, kind.name] = (now, number, found)
    return number, found


def _weighed(weights: dict[str, float], row: tuple[UUID, str, str]) -> tuple[float, UUID, str]:
    """How much of what was said, by weight, stands in the row too; the more of both texts it is, the better."""
    key, title, begins = row
    other = f"{title} {begins}"
    theirs = {pair for run in runs(other) for pair in pairs(run) if len(pair) > 1}
    shared = sum(weight for pair, weight in weights.items() if pair in theirs)
    beside = sum(weights.get(pair, 3.0) for pair in theirs)
    mine = sum(weights.values())
    return shared / (mine * beside) ** 0.5, key, other


def _ratio(text: str, other: str) -> float:
    return partial_ratio(plain(text[:READ]), plain(other)) / 100


def _shared(text: str, other: str, weights: dict[str, float]) -> tuple[str, ...]:
    """The longest pieces that stand in both texts, those that say most first."""
    theirs, pieces = plain(other), dict[str, float]()
    for run in runs(text[: 2 * READ]):
        start = 0
        while start < len(run) - 1:
            end = start + 2
            if run[start:end] not in theirs:
                start += 1
                continue
            while end < len(run) and run[start : end + 1] in theirs:
                end += 1
            pieces[run[start:end]] = sum(weights.get(pair, 0) for pair in pairs(run[start:end]))
            start = end - 1
    return tuple(sorted(pieces, key=lambda piece: -pieces[piece])[:3])
