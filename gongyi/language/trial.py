"""How often a suggested topic is right: cross-validation that never teaches what it asks, beside a plain baseline."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import mean

from gongyi.language.topics import Guesser, Learned, Lesson, Words, learn

Folds = Iterator[tuple[list[int], list[int]]]
Predict = Callable[[Sequence[int], Sequence[int]], list[str]]


def folds(keys: Sequence[str], *, parts: int, seed: int) -> Folds:
    """Positions to learn from and to ask, part by part; what shares a key stands in one part."""
    names = sorted(set(keys))
    random.Random(seed).shuffle(names)  # noqa: S311 - a trial that can be repeated
    part = {name: at % parts for at, name in enumerate(names)}
    for asked in range(parts):
        yield (
            [at for at, key in enumerate(keys) if part[key] != asked],
            [at for at, key in enumerate(keys) if part[key] == asked],
        )


def macro_f1(true: Sequence[str], said: Sequence[str]) -> float:
    """The mean, over the topics that truly occur, of the harmonic mean of precision and recall."""
    right = Counter(a for a, b in zip(true, said, strict=True) if a == b)
    held, named = Counter(true), Counter(said)
    return mean(2 * right[topic] / (held[topic] + named[topic]) for topic in held)


def crossed(
    true: Sequence[str], keys: Sequence[str], predict: Predict, *, parts: int, seeds: Iterable[int]
) -> list[float]:
    """Macro-F1 for each seed, every row asked once."""
    scores = []
    for seed in seeds:
        said = [""] * len(true)
        for taught, asked in folds(keys, parts=parts, seed=seed):
            for at, topic in zip(asked, predict(taught, asked), strict=True):
                said[at] = topic
        scores.append(macro_f1(true, said))
    return scores


def ours(rows: Sequence[Lesson], more: Sequence[Lesson], words: Words) -> Predict:
    """The product's own way, with texts without a topic beside."""

    def predict(taught: Sequence[int], asked: Sequence[int]) -> list[str]:
        learned = learn([*(rows[at] for at in taught), *more], words) if taught else Learned()
        guess = Guesser(learned, words)
        found = [guess.suggest(rows[at].title, rows[at].text) for at in asked]
        return [said.topic if said else "" for said in found]

    return predict


def baseline(rows: Sequence[Lesson], words: Words) -> Predict:
    """Characters weighed by rarity and a linear support vector machine; `words` are taught beside as texts of their topic.

    Raises ImportError where scikit-learn is not installed: it serves this measurement only.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    def predict(taught: Sequence[int], asked: Sequence[int]) -> list[str]:
        texts = [rows[at].title + "\n" + rows[at].text for at in range(len(rows))]
        known = [(texts[at], rows[at].topic) for at in taught]
        known += [(word, topic) for topic, names in words.items() for word in names]
        weigh = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
        machine = LinearSVC().fit(
            weigh.fit_transform(text for text, _topic in known), [topic for _text, topic in known]
        )
        return [str(topic) for topic in machine.predict(weigh.transform([texts[at] for at in asked]))]

    return predict
