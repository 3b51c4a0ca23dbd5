"""How good a grouping is, beside what people judged: over the pairs that touch a judged request (`judged_pairs`), over pairs that
were judged one by one (`told_pairs`), and the plain method to beat (`average_linkage`, needs scikit-learn).
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any

from gongyi.language.matters.seen import Request, plain

TITLE_TIMES = 3  # the title counts as often beside the body in the plain method
FAR = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def judged_pairs(
    groups: Mapping[str, Hashable | None], judged: Mapping[str, str], matters: Collection[str] | None = None
) -> dict[str, Any]:
    """Precision, recall, F1 and numbers of pairs. `groups`: request -> group, None when alone; `judged`: request -> matter.

    A pair counts when one of its two requests is judged (with `matters`: to one of these): together in `groups`, or by the judgement.
    """
    touching = {one for one, matter in judged.items() if matters is None or matter in matters}
    true = _pairs(judged, touching)
    found = _pairs({one: group for one, group in groups.items() if group is not None}, touching)
    return _figures(len(true & found), len(found), len(true))


def told_pairs(groups: Mapping[str, Hashable | None], pairs: Iterable[tuple[str, str, bool]]) -> dict[str, Any]:
    """The same over pairs that were judged one by one: (request, request, whether one matter)."""
    met = [(groups.get(one) is not None and groups.get(one) == groups.get(other), same) for one, other, same in pairs]
    both, found, true = (
        sum(map(bool, values)) for values in ([f and s for f, s in met], [f for f, _ in met], [s for _, s in met])
    )
    return _figures(both, found, true)


def agreement(judgements: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa of two judgements: 1 for always the same, 0 for no more than by chance."""
    number = len(judgements) or 1
    same = sum(one == other for one, other in judgements) / number
    first, second = (sum(pair[at] for pair in judgements) / number for at in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return round((same - chance) / (1 - chance), 3) if chance < 1 else 1.0


def average_linkage(requests: Sequence[Request]) -> dict[float, list[int]]:
    """The plain method: cosine of pairs of characters, average linkage. For each distance of `FAR`, a group for each request."""
    from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped] # for development alone
    from scipy.spatial.distance import squareform  # type: ignore[import-untyped]
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [plain(one.title) * TITLE_TIMES + plain(one.body) for one in requests]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True).fit_transform(texts)
    distances = (1 - (vectors @ vectors.T).toarray()).clip(0)
    tree = linkage(squareform(distances, checks=False), "average")
    return {far: [int(group) for group in fcluster(tree, far, "distance")] for far in FAR}


def _pairs(groups: Mapping[str, Hashable], touching: set[str]) -> set[tuple[str, str]]:
    members = defaultdict[Hashable, list[str]](list)
    for one, group in groups.items():
        members[group].append(one)
    return {
        (one, other)
        for places in members.values()
        for one in places
        for other in places
        if one < other and (one in touching or other in touching)
    }


def _figures(both: int, found: int, true: int) -> dict[str, Any]:
    precision, recall = both / found if found else 1.0, both / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3),
        "true_pairs": true, "found_pairs": found,
    }  # fmt: skip
