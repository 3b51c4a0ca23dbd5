"""Reads about units: finding them, their place in the tree, what hangs on them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from gongyi.core import clock
from gongyi.core.inputs import MOST_HITS, Hit
from gongyi.network.models import Duty, Post, Unit

LONGEST_INITIALS = 20
_TIER_ORDER = {tier: place for place, tier in enumerate(("county", "department", "team", "township", "village"))}


def initials(text: str) -> str:
    """The lower-case first letters of each character's usual reading, at most 20: 双牌县 -> spx. Latin and digits stay."""
    from pypinyin import Style, lazy_pinyin  # its dictionaries take a while to read, and few requests need them

    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=lambda other: other))
    return "".join(c for c in letters.lower() if c.isascii() and c.isalnum())[:LONGEST_INITIALS]


def home_county() -> int:
    """The county of this installation where only one is held; 0 while none is set up, and the smallest of several."""
    return Unit.objects.filter(tier=Unit.Tier.COUNTY).order_by("county").values_list("county", flat=True).first() or 0


def counties() -> list[int]:
    """The counties that this installation holds."""
    return list(Unit.objects.filter(tier=Unit.Tier.COUNTY).order_by("county").values_list("county", flat=True))


def running_units(county: int) -> QuerySet[Unit]:
    """The units of a county that work now."""
    return Unit.objects.filter(county=county, status=Unit.Status.RUNNING)


def find_units(
    county: int, text: str, *, tiers: Iterable[str] = (), recent: Iterable[UUID] = (), limit: int = MOST_HITS
) -> list[Unit]:
    """At most `limit` running units whose name or pinyin initials hold the text or whose code begins with it; for pickers.

    Those in `recent` come first, then those whose name or initials begin with the text, then by code. One query.
    """
    text, rows = text.strip()[:40], running_units(county).select_related("parent")
    if tiers := tuple(tiers):
        rows = rows.filter(tier__in=tiers)
    begins = Q(name__startswith=text) | Q(initials__startswith=text.lower())
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(initials__contains=text.lower()) | Q(code__startswith=text))
    known = When(id__in=list(recent), then=Value(0))
    rank = Case(known, When(begins, then=Value(1)), default=Value(2), output_field=IntegerField())
    return list(rows.order_by(rank, "code")[:limit])


def unit_hits(county: int, text: str, *, tiers: Iterable[str] = (), recent: Iterable[UUID] = ()) -> list[Hit]:
    """The same as lines of a picker: the unit's name, told from its namesakes by the unit above."""
    units = find_units(county, text, tiers=tiers, recent=recent)
    return [Hit(str(unit.id), unit.name, unit.parent.name if unit.parent else "") for unit in units]


def unit_named(county: int, value: object) -> Unit | None:
    """The county's unit with this key, closed ones too; None for a key that is none or belongs to another county."""
    try:
        key = UUID(str(value))
    except ValueError:
        return None
    return Unit.objects.filter(county=county, id=key).select_related("parent", "successor").first()


def unit_coded(county: int, code: str) -> UUID | None:
    """The key of the county's unit with this division code; None if there is none."""
    return Unit.objects.filter(county=county, code=code.strip()[:20]).values_list("id", flat=True).first()


def chain(unit: Unit) -> list[Unit]:
    """The unit and those above it, nearest first. One query."""
    marks = unit.path.split("/")[:-1]
    paths = ["/".join(marks[: i + 1]) + "/" for i in range(len(marks))]
    return list(Unit.objects.filter(county=unit.county, path__in=paths).order_by("-path"))


def units_below(unit: Unit) -> QuerySet[Unit]:
    """Every unit below this one, at any depth and of any status; not itself."""
    return Unit.objects.filter(county=unit.county, path__startswith=unit.path).exclude(id=unit.id)


def successor_of(unit: Unit) -> Unit:
    """Where the matters of a merged unit are now: the end of its chain of mergers; the unit itself if it never merged."""
    while unit.successor is not None:
        unit = unit.successor
    return unit


@dataclass
class Branch:
    """A unit in the tree page with its units below."""

    unit: Unit
    below: list["Branch"] = field(default_factory=list)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(tier's name, number) of the units below at any depth, in the order of the tree."""
        numbers = Counter(unit.get_tier_display() for unit in self.units())
        return list(numbers.items())

    def units(self) -> Iterator[Unit]:
        """The units below, level by level."""
        yield from (branch.unit for branch in self.below)
        for branch in self.below:
            yield from branch.units()


def tree_of(county: int, *, closed: bool = False) -> Branch | None:
    """The county's units as a tree, departments before townships, then by code; None while no county is set up.

    With `closed` also the units that work no longer. One query, whatever the size.
    """
    rows = Unit.objects.filter(county=county)
    if not closed:
        rows = rows.exclude(status=Unit.Status.CLOSED)
    branches = {unit.id: Branch(unit) for unit in rows}
    top = None
    for branch in sorted(branches.values(), key=lambda b: (_TIER_ORDER[b.unit.tier], b.unit.code)):
        if branch.unit.parent_id is None:
            top = branch
        elif above := branches.get(branch.unit.parent_id):
            above.below.append(branch)
    return top


def open_posts(unit: Unit) -> list[Post]:
    """The posts of the unit that are not abolished, by name."""
    return list(unit.posts.filter(Q(until=None) | Q(until__gte=clock.today())).order_by("name"))


def open_duties(unit: Unit) -> list[Duty]:
    """The duties of the unit that are not over, with the post that bears each; those that nobody bears first."""
    rows = unit.duties.filter(Q(until=None) | Q(until__gte=clock.today())).select_related("post")
    return list(rows.order_by(F("post__name").asc(nulls_first=True), "text"))


@dataclass(frozen=True)
class Reach:
    """How much hangs on a unit: what a merger, move or closing would touch."""

    children: list[Unit]
    below: int
    posts: int
    duties: int


def reach_of(unit: Unit) -> Reach:
    """The unit's working children, the number of working units at any depth, and its open posts and duties. Four queries."""
    working = units_below(unit).exclude(status=Unit.Status.CLOSED)
    return Reach(
        children=list(working.filter(parent=unit).order_by("code")),
        below=working.count(),
        posts=unit.posts.filter(until=None).count(),
        duties=unit.duties.filter(until=None).count(),
    )


def units_by_word(county: int) -> dict[str, Unit | None]:
    """Units by code and by name, alone or behind those above it (东湖镇李家村); None for a name that several have."""
    found: dict[str, Unit | None] = {}
    for unit in Unit.objects.filter(county=county).select_related("parent__parent__parent"):
        name = ""
        for above in _upwards(unit):
            name = bare_name(above.name) + name
            found[name] = None if found.get(name, unit) != unit else unit
        found[unit.code] = unit
    return found


def _upwards(unit: Unit | None) -> Iterator[Unit]:
    while unit:
        yield unit
        unit = unit.parent


def bare_name(text: str) -> str:
    """The name of a unit without gaps, and without what is added to the name of a village."""
    bare = re.sub("村?村(?:民委员会|委会)$", "村", re.sub(r"[\s/\\>·-]", "", text))
    return re.sub("(?:社区)?居(?:民委员会|委会)$", "社区", bare)
