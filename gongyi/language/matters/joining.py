"""Groups out of likenesses, without anybody choosing how many: the two likeliest join while they are likely enough on average."""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product

from gongyi.language.matters.likeness import dot, likely
from gongyi.language.matters.seen import Seen

ENOUGH = 0.4  # average likeness from which two groups are one
RARE_PAIRS = 30  # pairs by which a request looks for others
NEXT = 120  # of the many requests that hold one pair the nearest so many are looked at
WORTH = ENOUGH / 3  # likeness from which a pair is kept: less is reckoned anew where two groups meet
SHARED = 2  # pairs that two requests must share to be compared at all
MOST_COMPARED = 60  # pairs of members that are compared when two groups meet

CORE_OF = 4  # from so many members on a group has a core: names that stand in half of them
CORE_NAMES = 3
CORE_COVERED = 0.5  # share of the core that a request must hold to belong
CORE_TROUBLE = 0.18  # likeness of its troubles to the group's: of one place with two troubles it is mostly none at all
CORE_INSIDE = 0.25  # share of the requests with a name that are in the group: a town's name is no core
ROUNDS = 3

Marks = Sequence[
    Mapping[int, int]
]  # of each request: what people ruled, as ruling and side; two sides never stand in one group
Tell = Callable[[int, int], None]


def joined(seen: Sequence[Seen], marks: Marks | None = None, tell: Tell | None = None) -> list[list[int]]:
    """The groups as positions, each position in exactly one. `tell` hears how far it is: (done, all).

    Requests with the same side of a ruling begin as one group; `tell` may raise to stop the work.
    """
    state = _Joining(seen, marks or [{} for _ in seen])
    edges = _edges(seen, tell)
    state.join(edges)
    return _with_cores(seen, state)


def neighbours(seen: Sequence[Seen]) -> Iterator[tuple[int, int]]:
    """The pairs of positions worth a comparison: they share rare pairs of characters."""
    holders = defaultdict[str, list[int]](list)
    for place, one in enumerate(seen):
        before = Counter[int]()
        for pair in islice(one.pairs, RARE_PAIRS):  # the heaviest come first
            before.update(holders[pair][-NEXT:])
            holders[pair].append(place)
        yield from ((other, place) for other, number in before.items() if number >= SHARED)


def _edges(seen: Sequence[Seen], tell: Tell | None) -> dict[tuple[int, int], float]:
    edges, done = {}, 0
    for one, other in neighbours(seen):
        if (reached := likely(seen[one], seen[other])) >= WORTH:
            edges[one, other] = reached
        if tell and other > done + len(seen) // 50:
            done = other
            tell(done, len(seen))
    return edges


class _Joining:
    """Groups that grow: who is in which, what people ruled about them, how likely each pair is."""

    def __init__(self, seen: Sequence[Seen], marks: Marks) -> None:
        self.seen = seen
        self.members: dict[int, list[int]] = {place: [place] for place in range(len(seen))}
        self.sides: dict[int, dict[int, int]] = {place: dict(marks[place]) for place in range(len(seen))}
        self.near: dict[int, dict[int, float]] = defaultdict(dict)
        self.known: dict[tuple[int, int], float] = {}
        self.next = len(seen)
        self.chance = random.Random(7)  # noqa: S311 - which members stand for many; the same in every run
        self._ruled()

    def _ruled(self) -> None:
        first: dict[tuple[int, int], int] = {}
        for place, sides in list(self.sides.items()):
            group = place
            for ruling, side in list(sides.items()):
                other = first.get((ruling, side))
                if other is not None and other != group and other in self.members and self.may(group, other):
                    group = self.unite(group, other)
            for key in self.sides[group].items():
                first[key] = group

    def may(self, one: int, other: int) -> bool:
        """Whether no ruling keeps the two groups apart."""
        mine, theirs = self.sides[one], self.sides[other]
        return all(theirs.get(ruling, side) == side for ruling, side in mine.items())

    def unite(self, one: int, other: int) -> int:
        """Make one group of two; returns its name."""
        group, self.next = self.next, self.next + 1
        self.members[group] = self.members.pop(one) + self.members.pop(other)
        self.sides[group] = self.sides.pop(one) | self.sides.pop(other)
        return group

    def join(self, edges: Mapping[tuple[int, int], float]) -> None:
        """Join along these pairs until no two groups are likely enough."""
        self.known = dict(edges)
        at = {place: group for group, places in self.members.items() for place in places}
        for (one, other), reached in edges.items():
            if at[one] != at[other]:
                self.near[at[one]][at[other]] = self.near[at[other]][at[one]] = reached
        for group in [group for group, places in self.members.items() if len(places) > 1]:
            for other in self.near[group]:
                self.near[group][other] = self.near[other][group] = self.average(group, other)
        heap = [(-p, a, b) for a, near in self.near.items() for b, p in near.items() if a < b and p >= ENOUGH]
        heapq.heapify(heap)
        while heap:
            _reached, one, other = heapq.heappop(heap)
            if one in self.members and other in self.members and self.may(one, other):
                self._grow(one, other, heap)

    def _grow(self, one: int, other: int, heap: list[tuple[float, int, int]]) -> None:
        group = self.unite(one, other)
        around = (self.near.pop(one, {}).keys() | self.near.pop(other, {}).keys()) - {one, other}
        for near in sorted(place for place in around if place in self.members):
            self.near[near].pop(one, None)
            self.near[near].pop(other, None)
            reached = self.average(group, near)
            self.near[group][near] = self.near[near][group] = reached
            if reached >= ENOUGH:
                heapq.heappush(heap, (-reached, group, near))

    def average(self, one: int, other: int) -> float:
        """How likely a member of the one and a member of the other are about one matter, on average."""
        ours, theirs = self.members[one], self.members[other]
        if len(ours) * len(theirs) <= MOST_COMPARED:
            met = list(product(ours, theirs))
        else:
            met = [(self.chance.choice(ours), self.chance.choice(theirs)) for _ in range(MOST_COMPARED)]
        told = [(self._likely(*sorted(pair)), self._placed(*pair)) for pair in met]
        placed = [reached for reached, both in told if both]
        whole = sum(reached for reached, _both in told) / len(told)
        return min(whole, sum(placed) / len(placed)) if placed else whole

    def _placed(self, one: int, other: int) -> bool:
        """Both name a village: one that names none does not bridge two villages."""
        return bool(self.seen[one].villages and self.seen[other].villages)

    def _likely(self, one: int, other: int) -> float:
        if (one, other) not in self.known:
            self.known[one, other] = likely(self.seen[one], self.seen[other])
        return self.known[one, other]


def _with_cores(seen: Sequence[Seen], state: _Joining) -> list[list[int]]:
    """Groups of many know what they are about: what holds their names and has their trouble belongs to them, however it is worded."""
    everywhere = Counter[str]()
    holding = defaultdict[str, set[int]](set)
    for place, one in enumerate(seen):
        everywhere.update(one.names)
        for pair in one.names:
            holding[pair].add(place)
    for group in sorted(state.members, key=lambda name: (-len(state.members[name]), name)):
        name = group
        while_grows = ROUNDS if len(state.members.get(group, ())) >= CORE_OF else 0
        for _round in range(while_grows):
            more = _belonging(seen, state, name, everywhere, holding)
            if not more:
                break
            for other in more:
                if state.may(name, other):
                    name = state.unite(name, other)
    return list(state.members.values())


def _belonging(
    seen: Sequence[Seen], state: _Joining, group: int, everywhere: Mapping[str, int], holding: Mapping[str, set[int]]
) -> list[int]:
    """The smaller groups of whose members half or more hold the core of this one."""
    places = state.members[group]
    core, troubles = _core(seen, places, everywhere)
    whole = sum(core.values())
    if len(core) < CORE_NAMES:
        return []
    inside = set(places)
    home = _home(seen, places)
    around = {place for pair in core for place in holding[pair]} - inside
    fits = {
        place
        for place in around
        if sum(weight for pair, weight in core.items() if pair in seen[place].names) >= CORE_COVERED * whole
        and dot(troubles, seen[place].troubles) >= CORE_TROUBLE
        and not (home and seen[place].villages and home.isdisjoint(seen[place].villages))
    }
    at = {place: name for name, members in state.members.items() for place in members if place in fits}
    found = Counter(at.values())
    return sorted(
        name
        for name, number in found.items()
        if len(state.members[name]) <= len(places) and 2 * number >= len(state.members[name])
    )


def _home(seen: Sequence[Seen], places: Sequence[int]) -> set[str]:
    """The villages that half of those members name which name one."""
    named = [seen[place].villages for place in places if seen[place].villages]
    held = Counter(village for villages in named for village in villages)
    return {village for village, number in held.items() if 2 * number >= len(named)}


def _core(
    seen: Sequence[Seen], places: Sequence[int], everywhere: Mapping[str, int]
) -> tuple[dict[str, float], dict[int, float]]:
    """The names that stand in half of a group and seldom elsewhere, and its troubles."""
    held, troubles = Counter[str](), Counter[int]()
    for place in places:
        held.update(seen[place].names)
        for kind, weight in seen[place].troubles.items():
            troubles[kind] += weight  # type: ignore[assignment]
    many = len(places)
    core = {
        pair: number / many
        for pair, number in held.items()
        if 2 * number >= many and number >= CORE_INSIDE * everywhere[pair]
    }
    length = sum(weight * weight for weight in troubles.values()) ** 0.5 or 1.0
    return core, {kind: weight / length for kind, weight in troubles.items()}
