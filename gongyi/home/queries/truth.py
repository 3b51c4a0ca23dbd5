"""Whether searching finds exactly what stands in the texts, and how long it takes beside reading through all of them."""

import random
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

from gongyi.casework.queries.searching import scanned
from gongyi.core import search
from gongyi.core.access import Actor
from gongyi.core.models import SearchRow
from gongyi.core.search.words import plain, runs

SHORTEST, LONGEST = 2, 6
_BATCH = 2000
Times = tuple[float, float]  # on the clock, of the processor


def compare(county: int, by: Actor | None, number: int, *, seed: int = 1) -> dict[str, Any]:
    """So many words of 2-6 characters out of the texts: recall and precision against a look at every text, times and, for a busy machine,
    processor times in milliseconds.

    With a person the times are of finding and reading the first page; without one of finding all in the county.
    """
    kind = search.KINDS["case"]
    words = _words(county, kind, number, random.Random(seed))  # noqa: S311 - repeatable, no secret
    truth, rows = _truth(county, kind, words)
    right = found = wanted = 0
    took, scan = list[Times](), list[Times]()
    for word in words:
        keys = set(search.find_all(county, None, kind, word))
        right, found, wanted = right + len(keys & truth[word]), found + len(keys), wanted + len(truth[word])
        took.append(
            _timed(partial(_look, by, kind, word) if by else partial(search.find_all, county, None, kind, word))
        )
        scan.append(_timed(partial(scanned, county, word)))
    return {
        "rows": rows, "words": len(words), "hits": wanted, "recall": _share(right, wanted), "precision": _share(right, found),
        **_times("search", took), **_times("scan", scan),
    }  # fmt: skip


def _words(county: int, kind: search.Kind, number: int, rng: random.Random) -> list[str]:
    """Pieces of texts, each of a record drawn by lot."""
    places = list(SearchRow.objects.filter(county=county, kind=kind.name).values_list("place", flat=True))
    drawn = rng.sample(places, min(number, len(places)))
    found = dict[str, None]()
    for title, body in SearchRow.objects.filter(county=county, place__in=drawn).values_list("title", "body"):
        pieces = [run for run in runs(f"{title} {body}") if len(run) >= SHORTEST]
        if pieces:
            run = rng.choice(pieces)
            length = rng.randint(SHORTEST, min(LONGEST, len(run)))
            start = rng.randint(0, len(run) - length)
            found[run[start : start + length]] = None
    return list(found)


def _truth(county: int, kind: search.Kind, words: list[str]) -> tuple[dict[str, set[UUID]], int]:
    """The records in whose text each word stands, read from every text; and how many texts these were."""
    truth: dict[str, set[UUID]] = {word: set() for word in words}
    rows = SearchRow.objects.filter(county=county, kind=kind.name).values_list("subject", "number", "title", "body")
    number = 0
    for subject, *texts in rows.iterator(_BATCH):
        number += 1
        text = plain("\n".join(texts))
        for word in words:
            if word in text:
                truth[word].add(subject)
    return truth, number


def _look(by: Actor, kind: search.Kind, word: str) -> None:
    search.page(by, kind, search.find(by, kind, word), 1)


def _timed(ask: Callable[[], object]) -> Times:
    began, used = perf_counter(), process_time()
    ask()
    return (perf_counter() - began) * 1000, (process_time() - used) * 1000


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _times(name: str, took: list[Times]) -> dict[str, float]:
    found = {}
    for kind, column in (("", [wall for wall, _cpu in took]), ("cpu_", [cpu for _wall, cpu in took])):
        ordered = sorted(column) or [0.0]
        found[f"{name}_{kind}p50_ms"] = round(median(ordered), 1)
        found[f"{name}_{kind}p95_ms"] = round(ordered[int(len(ordered) * 0.95)], 1)
    return found
