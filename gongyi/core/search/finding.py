"""Finding: which records hold the words, best first, among those that somebody may see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Substr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gongyi.core.access import Actor
from gongyi.core.models import SearchRow
from gongyi.core.search.engine import holding, newest
from gongyi.core.search.kinds import Kind
from gongyi.core.search.words import Piece, Word, excerpt, marked, question, runs, stand_in, weight

COUNT_TO = 1000
READ = 2000  # characters of a text that its rank is read from
LATELY = 8000  # rows: a word that is common among the newest is sought no further back


@dataclass(frozen=True)
class Found:
    """Records that hold the words, best first; `total` exact up to `COUNT_TO`, one more stands for more."""

    total: int
    keys: list[UUID]
    words: tuple[Word, ...]


def find(by: Actor, kind: Kind, text: str, narrowed: Any = None) -> Found:
    """The records of a kind that this person may see and that hold every word.

    Of many the newest `COUNT_TO`. A record whose number was typed comes first, then by weight, then the newest.
    """
    words = question(text)
    hits = _hits(by, kind, text, narrowed) if words else []
    numbers = {"".join(word.runs) for word in words}
    ranked = sorted(hits[:COUNT_TO], key=lambda hit: (_rank(hit, words, numbers), hit[0]), reverse=True)
    return Found(len(hits), [hit[1] for hit in ranked], words)


Hit = tuple[int, UUID, str, str, str]


def _hits(by: Actor, kind: Kind, text: str, narrowed: Any) -> list[Hit]:
    """The newest `COUNT_TO` rows and one more: place, record, number, title, beginning of the text."""
    seen = kind.seen(by, narrowed)
    if isinstance(seen, set):  # a look at each of a few texts is quicker than all places of a common word
        rows = SearchRow.objects.filter(county=by.county, kind=kind.name, subject__in=seen)
        words = question(text)
        hits = list(rows.values_list("place", "subject", "number", "title", "body"))
        return sorted((hit for hit in hits if stand_in(hit[2:], words)), reverse=True)
    lately = newest(by.county, LATELY)
    for since in (lately, 0) if lately else (0,):
        rows = holding(by.county, text, since=since).filter(seen, kind=kind.name).order_by("-place")
        columns = rows.annotate(begins=Substr("body", 1, READ))
        hits = list(columns.values_list("place", "subject", "number", "title", "begins")[: COUNT_TO + 1])
        if len(hits) > COUNT_TO:
            break
    return hits


def _rank(hit: Hit, words: tuple[Word, ...], numbers: set[str]) -> float:
    _place, _key, number, title, begins = hit
    known = {"".join(runs(one)) for one in number.split("\n")}
    return weight(title, begins, words) + (100 if known & numbers else 0)


PAGE, PAGES = 30, 20


def find_all(county: int, by: Actor | None, kind: Kind, text: str) -> list[UUID]:
    """Every record that holds the words, the newest first: of those that this person may see; None: of the county."""
    rows = holding(county, text)
    seen = kind.seen(by, None) if by else Q()
    rows = rows.filter(Q(subject__in=seen) if isinstance(seen, set) else seen)
    return list(rows.filter(kind=kind.name).order_by("-place").values_list("subject", flat=True))


def page(by: Actor, kind: Kind, found: Found, number: int) -> list[dict[str, Any]]:
    """The lines of one page, with the words marked in `title` and a line of the text in `more`."""
    keys = found.keys[(number - 1) * PAGE : number * PAGE]
    rows = {row["key"]: row for row in kind.rows(by, keys)}
    texts = SearchRow.objects.filter(county=by.county, kind=kind.name, subject__in=keys)
    bodies = dict(texts.values_list("subject", "body"))
    return [_shown(rows[key], bodies.get(key, ""), found.words) for key in keys if key in rows]


def _shown(row: dict[str, Any], body: str, words: tuple[Word, ...]) -> dict[str, Any]:
    title = _html(marked(row["title"], words))
    return row | {"title": title, "more": format_html('<p class="excerpt">{}</p>', _html(excerpt(body, words)))}


def _html(pieces: list[Piece]) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if hit else text,) for text, hit in pieces)
    )
