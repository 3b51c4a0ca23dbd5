"""How likely two requests are about one matter: the same thing by name, and the same kind of trouble.

A street or a village is a place, not a matter: a shared name counts with a shared trouble. Nothing of who asked goes in (D18).
"""

import math
from collections.abc import Mapping
from typing import TypeVar

from gongyi.language.matters.seen import Seen

K = TypeVar("K")

# Learnt by tests/language/fit_matters.py from pairs that people judged; no other figures are in the model.
START = -5.45
WEIGHTS: dict[str, float] = {
    "text": 0.04,
    "rest": 1.41,
    "names": 1.55,
    "trouble": 3.46,
    "named trouble": 1.07,
    "least covered": 1.06,
    "most covered": 1.48,
    "other thing": -0.42,
    "other road": -0.60,
    "other line": -0.91,
    "other county": -2.38,
    "same thing": -0.34,
    "other village": -5.62,
    "village and trouble": 1.46,
}
MOST_NAMES = 16.0  # shared names beyond this weight say no more


def likely(one: Seen, other: Seen) -> float:
    """From 0 to 1."""
    reached = START + sum(WEIGHTS[name] * value for name, value in features(one, other).items())
    return 1 / (1 + math.exp(-reached))


def features(one: Seen, other: Seen) -> dict[str, float]:
    """What the likeness is reckoned from, each about 0 to 1."""
    shared = {pair for pair in one.title_names if pair in other.holds}
    shared |= {pair for pair in other.title_names if pair in one.holds}
    weight = {**one.title_names, **other.title_names}
    names = min(sum(weight[pair] for pair in shared), MOST_NAMES) / 10
    known = covered(one.title_names, other), covered(other.title_names, one)
    rare = covered(one.title_rare, other), covered(other.title_rare, one)
    trouble = dot(one.troubles, other.troubles)
    apart = {
        kind: float(one.named[kind].isdisjoint(other.named[kind])) for kind in one.named.keys() & other.named.keys()
    }
    things = [apart[kind] for kind in ("estate", "school", "firm", "village") if kind in apart]
    return {
        "text": dot(one.pairs, other.pairs),
        "rest": sum(
            value * other.pairs[pair] for pair, value in one.pairs.items() if pair in other.pairs and pair not in shared
        ),
        "names": names,
        "trouble": trouble,
        "named trouble": math.sqrt(known[0] * known[1]) * trouble,
        "least covered": min(rare),
        "most covered": max(rare),
        "other thing": min(2.0, sum(things)),
        "other road": apart.get("road", 0.0),
        "other line": apart.get("line", 0.0),
        "other county": max(apart.get("county", 0.0), apart.get("city", 0.0)),
        "same thing": float(0.0 in [*things, apart.get("road", 1.0)]),
        "other village": float(elsewhere(one, other)),
        "village and trouble": trouble * (not one.villages.isdisjoint(other.villages)),
    }


def elsewhere(one: Seen, other: Seen) -> bool:
    """Whether the two name villages, and none in common; or towns, where a village is not named on both sides."""
    if one.villages and other.villages:
        return one.villages.isdisjoint(other.villages)
    return bool(one.towns and other.towns) and one.towns.isdisjoint(other.towns)


def covered(names: Mapping[str, float], other: Seen) -> float:
    """The share of the names, by weight, that the other request holds; a little for a title without names."""
    whole = sum(names.values())
    return sum(weight for pair, weight in names.items() if pair in other.holds) / whole if whole else 0.3


def dot(one: Mapping[K, float], other: Mapping[K, float]) -> float:
    """The cosine of two vectors of length one."""
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other[key] for key, value in one.items() if key in other)
