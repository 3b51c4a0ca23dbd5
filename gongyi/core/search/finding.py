"""Finding: which records hold the words, best first, among those that somebody may see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gongyi.core.access import Actor
from gongyi.core.models import SearchRow
from gongyi.core.search.engine import few_holding, holding, more_hits, newest_holding, read_holding
from gongyi.core.search.kinds import Kind, Seen
from gongyi.core.search.words import Piece, Word, excerpt, marked, plain, question, runs, weight

COUNT_TO = 1000
READ = 500  # rows: so many are quicker read than sought in the index


@dataclass(frozen=True)
class Found:
    """Records that hold the words, best first; `total` exact up to `COUNT_TO`, one more stands for more."""

    total: int
    hits: list[str]
    words: tuple[Word, ...]

    @property
    def keys(self) -> list[UUID]:
        """The records' keys, best first; at most `COUNT_TO`."""
        return [UUID(hit) for hit in self.hits]


def find(by: Actor, kind: Kind, text: str, narrowed: Any = None) -> Found:
    """The records of a kind that this person may see and that hold every word.

    Of many the newest `COUNT_TO`. A record whose number was typed comes first, then by the words in its title, then the newest.
    """
    words = question(text)
    hits = _hits(by, kind, text, narrowed) if words else []
    return Found(len(hits), _ranked(hits[:COUNT_TO], words), words)


Hit = tuple[str, str, str]


def _hits(by: Actor, kind: Kind, text: str, narrowed: Any) -> list[Hit]:
    """The newest `COUNT_TO` rows and one more: record, number, title. Keys stay as they are stored: most are never used."""
    rows = newest(by.county, text, kind.seen(by, narrowed)).filter(kind=kind.name)
    return list(rows.annotate(key=Cast("subject", CharField())).values_list("key", "number", "title")[: COUNT_TO + 1])


def newest(
    county: int, text: str, seen: Seen, *, titles: bool = False, until: int | None = None
) -> QuerySet[SearchRow]:
    """The index rows that hold every word and may be seen, the newest first, at or before a place.

    A hit is asked whether it may be seen; where fewer may be seen than hold the words, these are asked for the words: so an office
    with a hundred records waits for these, and not for all that others have.
    """
    if seen.few and more_hits(county, text, seen.number, titles=titles):
        asked = read_holding if seen.number <= READ else few_holding
        return asked(county, text, seen.rows, titles=titles)
    return newest_holding(county, text, titles=titles, until=until).filter(seen.each)


def _ranked(hits: list[Hit], words: tuple[Word, ...]) -> list[str]:
    """Their keys, best first; `hits` come newest first, and so they stay where nothing else tells them apart."""
    said = {"".join(word.runs) for word in words}
    numbers = {
        word for word in said if not word.isalpha() or word.isascii()
    }  # no number is written in characters alone
    ranked = [(weight(plain(title), words) + _named(number, numbers), key) for key, number, title in hits]
    return [key for _rank, key in sorted(ranked, key=lambda one: -one[0])]


def _named(number: str, sought: set[str]) -> int:
    """What it counts that one of the record's numbers was typed: more than any title."""
    return 100 if sought and sought & {"".join(runs(one)) for one in number.split("\n")} else 0


PAGE, PAGES = 30, 20


def find_all(county: int, by: Actor | None, kind: Kind, text: str) -> list[UUID]:
    """Every record that holds the words, the newest first: of those that this person may see; None: of those that a list of the
    county shows, so none of an import that is not in yet.
    """
    rows = holding(county, text).filter(kind=kind.name)
    rows = rows.filter(kind.seen(by, None).each) if by else rows.exclude(subject__in=kind.unseen(county))
    return list(rows.order_by("-place").values_list("subject", flat=True))


def page(by: Actor, kind: Kind, found: Found, number: int) -> list[dict[str, Any]]:
    """The lines of one page, with the words marked in `title` and a line of the text in `more`."""
    keys = [UUID(hit) for hit in found.hits[(number - 1) * PAGE : number * PAGE]]
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
