"""热点: which cases are about one matter, as their reader may see them (rights.md P3, P4, D5).

The county's groups are found once for all. Whoever reads them sees of each the cases in their own list, and numbers, words and
days of these alone; a group of which they see fewer than two is not there.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from gongyi.casework.models import Asker, Case, Matter, MatterCase, MatterRuling, MatterRun, MatterSide
from gongyi.casework.queries.lists import Row, Wanted, list_parts, rows_of
from gongyi.casework.queries.topics import own_words, without
from gongyi.casework.rules import declared, visible_to
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.imports.runs import pending
from gongyi.language.matters import Request
from gongyi.language.matters.labels import Label, label
from gongyi.network.models import Unit

LEAST = 2  # cases of a group that one must see
PAGE = 20
AT_ONCE, LONGEST = 500, 1200  # cases read at a time, characters of each
BARS = "▁▂▃▄▅▆▇█"
MOST_WEEKS = 26
RECENT = timedelta(days=7)


class Member(NamedTuple):
    """A case of a group as its reader may see it."""

    case: UUID
    recorded_at: datetime
    asker: str  # the same for two cases only where the reader may know that one person asked both


@dataclass
class Group:
    """What one reader sees of a matter."""

    matter: UUID
    members: list[Member]
    about: Label = field(default_factory=lambda: Label((), (), ()))
    confirmed: bool = False

    @property
    def title(self) -> str:
        """The matter in a few words."""
        about = [words for words in (_("、").join(self.about.names[:2]), _("、").join(self.about.troubles)) if words]
        return _("：").join(about) or _("相近的诉求")

    @property
    def number(self) -> int:
        return len(self.members)

    @property
    def people(self) -> int:
        """Askers, counted once where the reader may know them; the others once a case."""
        return len({member.asker for member in self.members})

    @property
    def first(self) -> datetime:
        return min(member.recorded_at for member in self.members)

    @property
    def last(self) -> datetime:
        return max(member.recorded_at for member in self.members)

    @property
    def weeks(self) -> list[tuple[date, int]]:
        """Monday and number of cases for every week from the first to the last, at most the last half year."""
        counted = Counter(_monday(member.recorded_at) for member in self.members)
        day, end = max(min(counted), max(counted) - timedelta(weeks=MOST_WEEKS - 1)), max(counted)
        return [(day + timedelta(weeks=n), counted[day + timedelta(weeks=n)]) for n in range((end - day).days // 7 + 1)]

    @property
    def bars(self) -> str:
        """The same as one line of bars; '' for a single week."""
        numbers = [number for _day, number in self.weeks]
        top = max(numbers)
        return "".join(BARS[(len(BARS) - 1) * number // top] for number in numbers) if len(numbers) > 1 else ""


def _monday(at: datetime) -> date:
    day = timezone.localdate(at)
    return day - timedelta(days=day.weekday())


def groups(by: Actor, since: date, until: date, place: int = 0) -> tuple[list[Group], bool]:
    """The groups of one page, those with most cases of the period first, and whether more follow."""
    held = held_in(by, Wanted(since=since, until=until))
    last = newest(by.county, held)
    order = sorted(held, key=lambda matter: (-len(held[matter]), -last[matter].timestamp(), matter))
    chosen = order[place : place + PAGE]
    return drawn(by, {matter: held[matter] for matter in chosen}), len(order) > place + PAGE


def held_in(by: Actor, wanted: Wanted) -> dict[UUID, list[UUID]]:
    """The cases of a list by the matter to which they belong, of matters with enough of them."""
    parts = list_parts(by, wanted).order_by()
    rows = MatterCase.objects.filter(county=by.county, case__in=parts.values("case"))
    held = defaultdict[UUID, list[UUID]](list)
    for matter, case in rows.values_list("matter", "case"):
        held[matter].append(case)
    return {matter: cases for matter, cases in held.items() if len(cases) >= LEAST}


def newest(county: int, held: dict[UUID, list[UUID]]) -> dict[UUID, datetime]:
    """The newest case of each."""
    at: dict[UUID, datetime] = {}
    keys = [(case, matter) for matter, cases in held.items() for case in cases]
    for start in range(0, len(keys), AT_ONCE):
        some = dict(keys[start : start + AT_ONCE])
        for case, recorded in Case.objects.filter(county=county, id__in=list(some)).values_list("id", "recorded_at"):
            at[some[case]] = max(at.get(some[case], recorded), recorded)
    return at


def fetch_matter(by: Actor, key: UUID) -> tuple[Group, list[Row]]:
    """One matter with the rows of its cases that this person sees. Raises Http404 where they see fewer than two."""
    inside = MatterCase.objects.filter(county=by.county, matter=key).values("case")
    keys = list(visible_to(by).filter(id__in=inside).values_list("id", flat=True))
    if len(keys) < LEAST:
        raise Http404
    rows = rows_of(Case.objects.filter(county=by.county, id__in=keys).order_by("-recorded_at", "-id"))
    return drawn(by, {key: keys})[0], rows


def seen_of(by: Actor, keys: Collection[UUID]) -> set[UUID]:
    """Those of these matters of which this person sees enough cases."""
    rows = MatterCase.objects.filter(county=by.county, matter__in=list(keys), case__in=visible_to(by).values("id"))
    counted = Counter(rows.values_list("matter", flat=True))
    return {matter for matter, number in counted.items() if number >= LEAST}


def drawn(by: Actor, held: dict[UUID, list[UUID]]) -> list[Group]:
    """Groups with their words and numbers, from these cases alone."""
    keys = [case for cases in held.values() for case in cases]
    texts = {
        row.id: row
        for row in Case.objects.filter(county=by.county, id__in=keys).only("title", "content", "recorded_at")
    }
    who = _askers(by, keys)
    own = own_words(keys)
    confirmed = set(_rulings(by.county, held).filter(what="confirm").values_list("matter", flat=True))
    found = []
    for matter, cases in held.items():
        rows = [texts[case] for case in cases if case in texts]
        said = [Request(*(without(text, own.get(r.id, ())) for text in (r.title, r.content[:LONGEST]))) for r in rows]
        members = [Member(row.id, row.recorded_at, who[row.id]) for row in rows]
        found.append(Group(matter, members, label(said), matter in confirmed))
    return found


def _askers(by: Actor, keys: Sequence[UUID]) -> dict[UUID, str]:
    """By case who asked, as something that two cases share only where this person may see both contacts (P6)."""
    units = by.units(P.CASE_CONTACT)
    own = {declares.case_id for declares in declared(by).filter(case__in=keys)}
    phones = dict(Asker.objects.filter(county=by.county, case__in=keys).values_list("case", "phone_digest"))
    columns = ("id", "unit_id", "lead_id", "desk_id", "caller_id", "hides_asker", "about_account")
    found = {}
    for key, *near, hides, about in Case.objects.filter(county=by.county, id__in=keys).values_list(*columns):
        open_to_me = not hides and about != by.key and key not in own and units & set(near)
        found[key] = (phones.get(key) or str(key)) if open_to_me else str(key)
    return found


def _rulings(county: int, matters: Any) -> QuerySet[MatterRuling]:
    return MatterRuling.objects.filter(county=county, matter__in=list(matters), undone_at=None)


def rulings_of(by: Actor, group: Group) -> list[MatterRuling]:
    """What was ruled about the matter, the newest first, where it touches a case that this person sees."""
    seen = MatterSide.objects.filter(county=by.county, case__in=[member.case for member in group.members])
    rows = MatterRuling.objects.filter(county=by.county, matter=group.matter, id__in=seen.values("ruling"))
    return list(rows.order_by("-at", "-id")[:PAGE])


def own_rulings(by: Actor) -> list[MatterRuling]:
    """What this person ruled of late and can still take back, the newest first."""
    rows = MatterRuling.objects.filter(county=by.county, account=by.key, undone_at=None)
    return list(rows.filter(at__gte=clock.now() - RECENT).order_by("-at", "-id")[:5])


def fetch_ruling(by: Actor, key: UUID) -> MatterRuling:
    """A ruling that still holds and concerns a case that this person sees. Raises Http404 for any other."""
    seen = visible_to(by).filter(id__in=MatterSide.objects.filter(county=by.county, ruling=key).values("case"))
    found = MatterRuling.objects.filter(county=by.county, id=key, undone_at=None).first()
    if found is None or not seen.exists():
        raise Http404
    return found


def latest_run(county: int) -> MatterRun | None:
    """The search that was asked for last."""
    return MatterRun.objects.filter(county=county).order_by("-asked_at", "-id").first()


def searched_at(county: int) -> datetime | None:
    """When a search last came to its end."""
    found: datetime | None = MatterRun.objects.filter(county=county).aggregate(at=Max("ended_at"))["at"]
    return found


# --- what the search reads: all cases of the county, for nobody's eyes -------------------------------------------------


def texts(county: int, since: datetime, until: datetime, most: int) -> tuple[list[UUID], list[Request]]:
    """The newest cases of a period with what was asked, names and numbers of the askers taken out (D5).

    Left out: void ones, wishes about one's own data, and rows of an import that is not finished.
    """
    rows = Case.objects.filter(county=county, recorded_at__gte=since, recorded_at__lt=until, wish_of=None)
    rows = rows.exclude(state="void").exclude(id__in=pending(county)).order_by("-recorded_at")[:most]
    found = rows.values_list("id", "title", "content", "area__name", "area__tier").iterator(AT_ONCE)
    keys, said = [], []
    while batch := list(islice(found, AT_ONCE)):
        own = own_words([key for key, *_rest in batch])
        for key, title, content, area, tier in batch:
            words = own.get(key, ())
            keys.append(key)
            place = area if tier == Unit.Tier.VILLAGE else ""
            said.append(Request(without(title, words), without(content[:LONGEST], words), place))
    return keys, said


def marks(county: int, keys: Sequence[UUID]) -> list[dict[int, int]]:
    """What was ruled about each of these cases: ruling and side, as the grouping asks for it."""
    numbers: dict[UUID, int] = {}
    held: dict[UUID, dict[int, int]] = defaultdict(dict)
    rows = MatterSide.objects.filter(county=county, ruling__undone_at=None).order_by("ruling__at", "id")
    for case, ruling, side in rows.values_list("case", "ruling", "side"):
        held[case][numbers.setdefault(ruling, len(numbers))] = side
    return [held.get(key, {}) for key in keys]


def ruled_since(county: int, at: datetime) -> set[UUID]:
    """The cases about which something was ruled or taken back since."""
    since = Q(ruling__at__gte=at) | Q(ruling__undone_at__gte=at)
    return set(MatterSide.objects.filter(since, county=county).values_list("case", flat=True))


def days(back: int) -> tuple[date, date]:
    """The period of so many days that ends today."""
    today = timezone.localdate(clock.now())
    return today - timedelta(days=back), today


def matters_of(county: int, keys: Sequence[UUID]) -> dict[UUID, UUID]:
    """Case -> matter, of those that belong to one."""
    found: dict[UUID, UUID] = {}
    for start in range(0, len(keys), AT_ONCE):
        some = MatterCase.objects.filter(county=county, case__in=keys[start : start + AT_ONCE])
        found.update(some.values_list("case", "matter"))
    return found


def without_members(county: int) -> QuerySet[Matter]:
    """Matters to which no case belongs and about which nothing is ruled that holds."""
    rows = Matter.objects.filter(county=county).exclude(
        id__in=MatterCase.objects.filter(county=county).values("matter")
    )
    return rows.exclude(id__in=MatterRuling.objects.filter(county=county, undone_at=None).values("matter"))
