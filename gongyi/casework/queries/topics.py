"""Which first-level topic a text is about, guessed from the county's own list and what its cases taught."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from uuid import UUID

from gongyi.casework.models import Asker, Case, Topic, TopicMemory
from gongyi.casework.models.setting import BETWEEN, DEFAULTS
from gongyi.core.imports.runs import pending
from gongyi.core.secrets import mask_text
from gongyi.language import note
from gongyi.language.topics import Guesser, Learned, Lesson

SORTED, UNSORTED = 10000, 3000  # so many of the latest cases are read at night, with a topic and without
AT_ONCE, LONGEST = 500, 600  # cases at a time, characters of each


def topic_words(full_names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By first-level topic the names of those below it; of no topics, the list that the product ships."""
    found: dict[str, dict[str, None]] = {}
    for full in full_names:
        first, *below = full.split(BETWEEN)
        found.setdefault(first, {}).update(dict.fromkeys(below))
    return {first: tuple(below) for first, below in found.items()} or _shipped()


def county_words(county: int) -> dict[str, tuple[str, ...]]:
    """`topic_words` of the topics that a county has in use."""
    rows = Topic.objects.filter(county=county, active=True).order_by("level", "position", "full_name")
    return topic_words(rows.values_list("full_name", flat=True))


def guesser(county: int, words: Mapping[str, tuple[str, ...]]) -> Guesser:
    """Who guesses for a county; one query."""
    kept = TopicMemory.objects.filter(county=county).values_list("weights", flat=True).first()
    return _guesser(kept or "", tuple(words.items()))


@lru_cache(maxsize=8)
def _guesser(kept: str, words: tuple[tuple[str, tuple[str, ...]], ...]) -> Guesser:
    return Guesser(Learned.loaded(kept) if kept else Learned(), dict(words))


def lessons(county: int) -> Iterator[Lesson]:
    """The texts that a county learns from: its latest cases, the topic's first level where somebody chose one.

    Names and numbers are taken out first. Texts that stand for nothing, void ones and wishes about one's own data, are left out.
    """
    rows = (
        Case.objects.filter(county=county)
        .exclude(state="void")
        .exclude(content="")
        .filter(wish_of=None)
        .exclude(id__in=pending(county))
        .order_by("-recorded_at")
    )
    for some in (rows.exclude(topic=None)[:SORTED], rows.filter(topic=None)[:UNSORTED]):
        found = some.values_list("id", "title", "content", "topic__full_name").iterator(AT_ONCE)
        while batch := list(islice(found, AT_ONCE)):
            own = own_words([key for key, *_rest in batch])
            for key, title, content, full in batch:
                words = own.get(key, ())
                yield Lesson(without(title, words), without(content[:LONGEST], words), (full or "").split(BETWEEN)[0])


def own_words(keys: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    """By case what its asker is called and where they live, to take it out."""
    askers = Asker.objects.filter(case__in=keys).only("case_id", "name", "address", "organisation")
    return {row.case_id: tuple(filter(None, (row.name, row.address, row.organisation))) for row in askers}


def without(text: str, own: tuple[str, ...]) -> str:
    """A text without the asker's own words, without numbers, and without the name that it gives itself."""
    called = note.name(text)
    for word in (*own, *([called.value] if called else [])):
        text = text.replace(word, " ")
    return mask_text(text)


@cache
def _shipped() -> dict[str, tuple[str, ...]]:
    """The topics that a new county begins with."""
    listed = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))["topics"]
    return {
        first: tuple(word for second, third in below.items() for word in (second, *third))
        for first, below in listed.items()
    }
