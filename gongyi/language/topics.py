"""Which first-level topic a request is about: naive Bayes over pairs and triples of Chinese characters, in plain Python.

Three things speak: the cue words of `cues.toml`, the words of the county's own topics, and the texts of its cases with the
topic that an officer chose. The first two count as a few texts read in advance, so a county without history gets a guess and
one with history its own. Texts without a topic help a little: they are read once with the guess about them (one step of
expectation and maximisation). Texts of matters alone are looked at, never whose they are (rights.md D5, D18).
"""

import json
import math
import re
import tomllib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

READ = 400  # characters of a text: what it is about stands at its beginning
TITLE = 2.5  # a title's pair counts like so many of the text
LENGTH = 60.0  # what every text weighs, long or short
CUE, NAME = 20.0, 6.0  # what a cue word, and a name of a topic below, weigh among the texts
WEAK = 0.35  # a cue word that other topics share
SMOOTH = 40000.0  # weight of the general run of words in every topic: a word alone proves little
SPOKEN = 1.5  # how much the whole cue words of a text speak beside its pairs
UNSORTED, SOFT = 0.1, 0.3  # what a text without a topic weighs, and how sharply it is given to the topics
HABIT = 2.0  # how much it matters which topics this county uses
RARE = 0.5  # a topic that was never chosen counts like so many cases
USED = 30  # so many sorted cases show which topics a county uses
SHARP = 0.35  # what makes of the distance between two topics a share that is right as often as it says
FEW = 5  # pairs in fewer texts than this are forgotten: nobody's own words stay
MOST = 20000  # pairs that are kept
HELD = 500_000  # pairs in memory while learning; beyond, the rarest so far are forgotten at once
REASONS = 3  # words that are told
OTHER = frozenset({"其他", "其它"})  # names that say nothing

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
Words = Mapping[str, Sequence[str]]


class Lesson(NamedTuple):
    """A text and the topic that somebody chose for it; '' where nobody did."""

    title: str
    text: str
    topic: str = ""


class Suggestion(NamedTuple):
    """A topic, how sure that is (0 to 1: about so often it is right), and the words that spoke for it, strongest first."""

    topic: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Learned:
    """What texts taught: how often each topic was chosen; by pair its weight in all texts, and in those of each topic."""

    chosen: dict[str, int] = field(default_factory=dict)
    pairs: dict[str, tuple[float, dict[str, float]]] = field(default_factory=dict)

    def dumped(self) -> str:
        """As text to keep: weights in tenths, topics by number."""
        topics = sorted({topic for _all, by in self.pairs.values() for topic in by})
        pairs = {}
        for pair, (all_, by) in self.pairs.items():
            tenths = [(at, round(10 * by.get(topic, 0.0))) for at, topic in enumerate(topics)]
            pairs[pair] = [
                round(10 * all_),
                *(n for at_and_tenths in tenths if at_and_tenths[1] for n in at_and_tenths),
            ]
        kept = {"chosen": self.chosen, "topics": topics, "pairs": pairs}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loaded(cls, text: str) -> "Learned":
        """What `dumped` wrote."""
        kept = json.loads(text)
        topics = kept["topics"]
        pairs = {
            pair: (row[0] / 10, {topics[row[at]]: row[at + 1] / 10 for at in range(1, len(row), 2)})
            for pair, row in kept["pairs"].items()
        }
        return cls(kept["chosen"], pairs)


class _Text(NamedTuple):
    topic: str
    keys: "array[int]"
    weights: "array[float]"


def learn(lessons: Iterable[Lesson], words: Words) -> Learned:
    """Learn from texts with and without a topic. `words`: by first-level topic the names below it.

    Time grows with the length of the texts only; a text is held as numbers, not as words.
    """
    numbers: dict[str, int] = {}
    seen, texts, fresh = Counter[int](), list[_Text](), count()
    for lesson in lessons:
        found = _weighed(lesson.title, lesson.text)
        keys = array(
            "I",
            [
                key if (key := numbers.get(pair)) is not None else numbers.setdefault(pair, next(fresh))
                for pair in found
            ],
        )
        seen.update(keys)
        texts.append(_Text(lesson.topic, keys, array("f", found.values())))
        if len(numbers) > HELD:
            numbers = _without_rarest(numbers, seen)
    names = {key: pair for pair, key in numbers.items()}
    kept = {key: names[key] for key, number in seen.most_common() if number >= FEW and key in names}
    kept = dict(islice(kept.items(), MOST))
    chosen = Counter(text.topic for text in texts if text.topic)
    general = dict.fromkeys(kept.values(), 0.0)
    by_topic: dict[str, dict[str, float]] = {pair: {} for pair in general}
    for text in texts:
        for pair, weight in _held(text, kept):
            general[pair] += weight
            if text.topic:
                by_topic[pair][text.topic] = by_topic[pair].get(text.topic, 0.0) + weight
    learned = Learned(dict(chosen), {pair: (weight, by_topic[pair]) for pair, weight in general.items()})
    guesser, more = Guesser(learned, words), {pair: dict(by) for pair, by in by_topic.items()}
    for text in texts:
        if not text.topic:
            held = dict(_held(text, kept))
            for topic, share in guesser.shares(held, SOFT):
                for pair, weight in held.items():
                    more[pair][topic] = more[pair].get(topic, 0.0) + UNSORTED * share * weight
    return Learned(dict(chosen), {pair: (weight, more[pair]) for pair, weight in general.items()})


def _without_rarest(numbers: dict[str, int], seen: Counter[int]) -> dict[str, int]:
    """At most half as many pairs, those seen most often; what is forgotten is counted anew when it comes again."""
    least = 1
    while sum(number > least for number in seen.values()) > HELD // 2:
        least += 1
    for key in [key for key, number in seen.items() if number <= least]:
        del seen[key]
    return {pair: key for pair, key in numbers.items() if key in seen}


def _held(text: _Text, kept: Mapping[int, str]) -> Iterator[tuple[str, float]]:
    return ((kept[key], weight) for key, weight in zip(text.keys, text.weights, strict=True) if key in kept)


class Guesser:
    """Suggests a first-level topic of the county; `words`: by such topic the names below it.

    Fields of work that the county has no topic for are known too, so that their texts teach nothing wrong; never suggested.
    """

    def __init__(self, learned: Learned, words: Words) -> None:
        self._learned, self._offered = learned, tuple(words)
        self._cues = _cues(self._offered, frozenset(learned.chosen))
        self._before = _before(self._cues, words)
        self._topics = tuple(dict.fromkeys([*words, *self._cues]))
        pairs = learned.pairs
        vocabulary = len(pairs.keys() | self._before.keys())
        all_ = sum(weight for weight, _by in pairs.values())
        self._each = SMOOTH / (all_ + vocabulary / 2) if pairs else SMOOTH / max(1, vocabulary)
        total = Counter[str]()
        for by in (*self._before.values(), *(by for _all, by in pairs.values())):
            total.update(by)
        self._total = {topic: math.log(total[topic] + SMOOTH) for topic in self._topics}
        number = sum(learned.chosen.values())
        strength = HABIT * min(1.0, number / USED)
        self._habit = {
            topic: strength * math.log((learned.chosen.get(topic, 0) + RARE) / (number + RARE * len(self._topics)))
            for topic in self._topics
        }

    def suggest(self, title: str, text: str) -> Suggestion | None:
        """The likeliest topic of a text; None where no word of it says anything."""
        weighed, spoken = _weighed(title, text), self._spoken(title, text)
        known = {
            pair: weight for pair, weight in weighed.items() if pair in self._learned.pairs or pair in self._before
        }
        if not known or not self._offered:
            return None
        scores = self._scores(known)
        for topic, heard in spoken.items():
            scores[topic] += SPOKEN * math.log1p(sum(heard.values()))
        best = max(self._offered, key=scores.__getitem__)
        share = 1 / sum(math.exp(max(-700.0, SHARP * (scores[topic] - scores[best]))) for topic in self._offered)
        return Suggestion(best, share, self._reasons(best, known, spoken.get(best, {})))

    def shares(self, weighed: Mapping[str, float], sharp: float) -> list[tuple[str, float]]:
        """How much of a text belongs to each field of work, those below a hundredth left out."""
        scores = self._scores(weighed)
        best = max(scores.values())
        parts = {topic: math.exp(sharp * (score - best)) for topic, score in scores.items()}
        all_ = sum(parts.values())
        return [(topic, part / all_) for topic, part in parts.items() if part > all_ / 100]

    def _scores(self, weighed: Mapping[str, float]) -> dict[str, float]:
        length = LENGTH / (sum(weighed.values()) or 1.0)
        scores = {topic: self._habit[topic] - LENGTH * self._total[topic] for topic in self._topics}
        for pair, weight in weighed.items():
            general, by, before = self._parts(pair)
            plain = length * weight * math.log(general)
            for topic in self._topics:
                own = by.get(topic, 0.0) + before.get(topic, 0.0)
                scores[topic] += length * weight * math.log(general + own) if own else plain
        return scores

    def _parts(self, pair: str) -> tuple[float, Mapping[str, float], Mapping[str, float]]:
        all_, by = self._learned.pairs.get(pair, (0.5 if self._learned.pairs else 1.0, {}))
        return all_ * self._each, by, self._before.get(pair, {})

    def _spoken(self, title: str, text: str) -> dict[str, dict[str, float]]:
        """By topic the cue words that stand in the text, and how much each says."""
        title, text = _plain(title), _plain(text)[:READ]
        found = {}
        for topic, cues in self._cues.items():
            heard = {
                word: weight * (TITLE * (word in title) + math.log1p(text.count(word)))
                for word, weight in cues.items()
                if word in title or word in text
            }
            if heard:
                found[topic] = heard
        return found

    def _reasons(self, topic: str, weighed: Mapping[str, float], spoken: Mapping[str, float]) -> tuple[str, ...]:
        """The words that spoke for a topic: whole cue words before pairs, no word inside another."""
        others = [other for other in self._offered if other != topic]
        said: dict[str, float] = {}
        for pair, weight in weighed.items():
            general, by, before = self._parts(pair)
            own = math.log(1 + (by.get(topic, 0.0) + before.get(topic, 0.0)) / general) - (
                self._total[topic] - math.log(SMOOTH)
            )
            rest = [math.log(1 + (by.get(other, 0.0) + before.get(other, 0.0)) / general) for other in others]
            if (more := own - (sum(rest) / len(rest) if rest else 0.0)) > 0:
                said[pair] = weight * more
        for word, weight in spoken.items():
            said[word] = 2 * weight + sum(said.get(pair, 0.0) for pair in set(_pairs(word)))
        words: list[str] = []
        for word in sorted(said, key=lambda one: (one not in spoken, -said[one])):
            if not any(word in longer or longer in word for longer in words):
                words.append(word)
            if len(words) == REASONS:
                break
        return tuple(words)


def _weighed(title: str, text: str) -> dict[str, float]:
    """The pairs and triples of a request, each with what it weighs; together LENGTH."""
    found = {pair: math.log1p(number) for pair, number in Counter(_pairs(_plain(text)[:READ])).items()}
    for pair in set(_pairs(_plain(title))):
        found[pair] = found.get(pair, 0.0) + TITLE
    length = LENGTH / (sum(found.values()) or 1.0)
    return {pair: weight * length for pair, weight in found.items()}


def _plain(text: str) -> str:
    return "".join(text.split())


def _pairs(text: str) -> Iterator[str]:
    """The overlapping pairs and triples of Chinese characters."""
    for run in _CHINESE.findall(text):
        for size in (2, 3):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))


# --- what is known before any case --------------------------------------------------------------------------------------


@cache
def _listed() -> tuple[tuple[tuple[str, ...], dict[str, float]], ...]:
    """`cues.toml`: the names of topics, and what each word weighs for them."""
    rows = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))["cue"]
    return tuple(
        (tuple(row["topics"]), dict.fromkeys(row.get("also", ()), WEAK) | dict.fromkeys(row["words"], 1.0))
        for row in rows
    )


@lru_cache(maxsize=64)
def _cues(offered: tuple[str, ...], used: frozenset[str]) -> dict[str, dict[str, float]]:
    """By topic its cue words: of the county's topics those with a fitting name, before others those that it uses."""
    found: dict[str, dict[str, float]] = {}
    for names, words in _listed():
        fitting = list(dict.fromkeys(topic for name in names for topic in offered if topic == name or name in topic))
        fitting = [topic for topic in fitting if topic in used] or fitting or [names[0]]
        for at, topic in enumerate(fitting):
            own = found.setdefault(topic, {})
            for word, weight in words.items():
                own[word] = max(own.get(word, 0.0), weight * (WEAK if at else 1.0))
    return found


def _before(cues: Mapping[str, Mapping[str, float]], words: Words) -> dict[str, dict[str, float]]:
    """By pair what cue words and the names of the county's topics weigh for each topic, as if read in texts before."""
    found: dict[str, dict[str, float]] = {}
    heard = [(topic, word, CUE * weight) for topic, own in cues.items() for word, weight in own.items()]
    heard += [(topic, name, NAME) for topic, names in words.items() for name in {topic, *names} - OTHER]
    for topic, word, weight in heard:
        pairs = list(_pairs(word))
        for pair in pairs:
            by = found.setdefault(pair, {})
            by[topic] = by.get(topic, 0.0) + weight / len(pairs)
    return found
