"""Where the network has gaps: what is wrong, since when, and the form that mends it. Computed from dates, never stored.

One reading of the scope (units, posts, holdings, duties, grants: a fixed number of queries) feeds every kind of gap.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor, Role
from gongyi.core.access import Permission as P
from gongyi.network.models import Duty, Post, Unit
from gongyi.network.rules import can_edit_unit
from gongyi.people.models import CoverageLimits, Grant, Holding
from gongyi.people.queries.grants import grants_in_force
from gongyi.people.queries.posts import limits_of
from gongyi.people.rules import can_manage_unit, within

VILLAGE_ROLES = [Role.OFFICER.value, Role.CLERK.value]


class GapKind(models.TextChoices):
    """What may be missing, the gravest first."""

    NO_OFFICER = "no_officer", gettext_lazy("没有联络员的村")
    VACANT = "vacant", gettext_lazy("空缺太久的岗位")
    DUTY_FREE = "duty_free", gettext_lazy("没人担的职责")
    TERM_OVER = "term_over", gettext_lazy("任期已过")
    SPREAD = "spread", gettext_lazy("一人管太多村")
    UNVERIFIED = "unverified", gettext_lazy("联系方式久未核实")
    NO_STAND_IN = "no_stand_in", gettext_lazy("没有AB岗")


@dataclass(frozen=True)
class Gap:
    """One line: where, what is wrong, since which day (None: not known), and the form that mends it ("" for who may not).

    `manager` says that it takes an account manager to mend it, not somebody who staffs the unit.
    """

    kind: GapKind
    unit: Unit
    what: str
    since: date | None
    url: str = ""
    label: str = ""
    manager: bool = False


@dataclass(frozen=True)
class Scope:
    """The units that the reader sees here, with what is needed to judge them.

    `held`: present holdings by post. `left` and `stood_in`: when the last holder and the last stand-in left a post.
    `manned`: units where somebody has a role to take up matters, `unmanned`: when the last such role in a unit ended.
    """

    units: dict[UUID, Unit]
    posts: list[Post]
    duties: list[Duty]
    held: dict[UUID, list[Holding]]
    left: dict[UUID, date]
    stood_in: dict[UUID, date]
    manned: set[UUID]
    unmanned: dict[UUID, date]
    limits: CoverageLimits
    today: date

    @property
    def villages(self) -> list[Unit]:
        """The villages that work now."""
        return [u for u in self.units.values() if u.tier == Unit.Tier.VILLAGE and u.status == Unit.Status.RUNNING]

    def holder(self, post: Post) -> Holding | None:
        """Who holds the post, for good or acting."""
        return next((h for h in self.held[post.id] if h.kind != Holding.Kind.STAND_IN), None)

    def vacant_since(self, post: Post) -> date:
        """The day on which the last holder left, or on which the post was set up."""
        return self.left.get(post.id, post.since)

    def present(self) -> Iterator[Holding]:
        """Present holdings of the posts here, stand-ins too, in the order of the units."""
        return (holding for post in self.posts for holding in self.held[post.id])


# --- reading ----------------------------------------------------------------------------------------------------------


def scope_of(by: Actor, below: Unit | None = None) -> Scope:
    """What the person sees with NETWORK_VIEW: the own units and those below, not the closed ones; only `below` if given.

    Nine queries whatever the size.
    """
    today = clock.today()
    units = _units(by, below)
    lasting = Q(until=None) | Q(until__gte=today), Q(since__lte=today)
    posts: dict[UUID, Post] = {
        p.id: p for p in _in_tree_order(Post.objects.filter(_here(by, below, "unit__"), *lasting), units)
    }
    held, left, stood_in = _holdings(_here(by, below, "post__unit__"), posts)
    manned, unmanned = _manned(_here(by, below, "unit__"))
    return Scope(
        units=units,
        posts=list(posts.values()),
        duties=_in_tree_order(Duty.objects.select_related("post").filter(_here(by, below, "unit__"), *lasting), units),
        held=held,
        left=left,
        stood_in=stood_in,
        manned=manned,
        unmanned=unmanned,
        limits=limits_of(by.county),
        today=today,
    )


def _here(by: Actor, below: Unit | None, lookup: str) -> Q:
    """Rows whose unit (at `lookup`) is in the scope."""
    scope = within(by, P.NETWORK_VIEW, f"{lookup}path")
    return scope & Q(**{f"{lookup}path__startswith": below.path}) if below else scope


def visible_units(by: Actor) -> models.QuerySet[Unit]:
    """The person's units and those below that are not closed."""
    rows = Unit.objects.filter(within(by, P.NETWORK_VIEW), county=by.county).exclude(status=Unit.Status.CLOSED)
    return rows.select_related("parent")


def part_of(by: Actor, value: str) -> Unit | None:
    """The unit with this key if the person sees its network; None otherwise, also for a key that is none."""
    try:
        return visible_units(by).filter(id=UUID(value)).first()
    except ValueError:
        return None


def _units(by: Actor, below: Unit | None) -> dict[UUID, Unit]:
    """The units as the tree shows them: each below its parent, brothers by code."""
    rows = visible_units(by).filter(path__startswith=below.path if below else "")
    codes = {unit.path: unit.code for unit in rows}

    def chain(unit: Unit) -> list[str]:
        marks = unit.path.split("/")[:-1]
        return [codes.get("/".join(marks[: i + 1]) + "/", "") for i in range(len(marks))]

    return {unit.id: unit for unit in sorted(rows, key=chain)}


def _in_tree_order(rows: models.QuerySet, units: dict[UUID, Unit]) -> list:  # type: ignore[type-arg]
    """Posts or duties of these units in the order of the units, each with its unit at hand."""
    by_unit = defaultdict(list)
    for row in rows.filter(unit__county__in={unit.county for unit in units.values()}).order_by("since", "id"):
        by_unit[row.unit_id].append(row)
    for key, unit in units.items():
        for row in by_unit[key]:
            row.unit = unit
    return [row for key in units for row in by_unit[key]]


def _holdings(here: Q, posts: dict[UUID, Post]) -> tuple[dict[UUID, list[Holding]], dict[UUID, date], dict[UUID, date]]:
    """Present holdings by post; when each post's last holder left; when its last stand-in did."""
    held: dict[UUID, list[Holding]] = defaultdict(list)
    for holding in Holding.objects.filter(here, ended_on=None).select_related("account").order_by("since", "id"):
        if holding.post_id in posts:
            holding.post = posts[holding.post_id]
            held[holding.post_id].append(holding)
    left: dict[UUID, date] = {}
    stood_in: dict[UUID, date] = {}
    ended = Holding.objects.filter(here, ended_on__isnull=False).values_list("post", "kind")
    for post, kind, last in ended.annotate(last=Max("ended_on")):
        days = stood_in if kind == Holding.Kind.STAND_IN else left
        days[post] = max(last, days.get(post, last))
    return held, left, stood_in


def _manned(here: Q) -> tuple[set[UUID], dict[UUID, date]]:
    """The units where somebody may take up matters now; elsewhere the day when the last such role ended."""
    manned = set(grants_in_force().filter(here, role__in=VILLAGE_ROLES).values_list("unit", flat=True))
    unmanned: dict[UUID, date] = {}
    ends = ("ended_at", "account__disabled_at", "until")
    past = Grant.objects.filter(here, role__in=VILLAGE_ROLES).exclude(unit__in=manned).values_list("unit", *ends)
    for unit, ended, disabled, until in past:
        days = [timezone.localdate(moment) for moment in (ended, disabled) if moment] + ([until] if until else [])
        if over := [day for day in days if day <= clock.today()]:
            unmanned[unit] = max(min(over), unmanned.get(unit, date.min))
    return manned, unmanned


# --- judging ----------------------------------------------------------------------------------------------------------


def gaps(by: Actor, scope: Scope) -> list[Gap]:
    """Every gap of the scope, kind by kind, oldest first inside a kind. No queries.

    `by` decides only which lines bear a button: those that the person may mend.
    """
    found: list[Gap] = []
    for find in FINDERS.values():
        found += sorted(find(scope), key=lambda gap: gap.since or date.min)
    return [gap if _may_mend(by, gap) else replace(gap, url="", label="") for gap in found]


def _may_mend(by: Actor, gap: Gap) -> bool:
    return can_manage_unit(by, gap.unit) if gap.manager else can_edit_unit(by, gap.unit)


def _link(gap: GapKind, name: str, key: UUID, **prefilled: str) -> str:
    """A form with what is known filled in; it leads back to this kind's list."""
    return f"{reverse(name, args=[key])}?{urlencode({**prefilled, 'gap': gap.value})}"


def _no_officer(scope: Scope) -> Iterator[Gap]:
    """A village where no post is filled, or where nobody has a role to take up matters."""
    by_unit = defaultdict(list)
    for post in scope.posts:
        by_unit[post.unit_id].append(post)
    for unit in scope.villages:
        posts = by_unit[unit.id]
        if not posts:
            url, label = _link(GapKind.NO_OFFICER, "network:add_post", unit.id), _("设岗位")
            yield Gap(GapKind.NO_OFFICER, unit, _("还没有设岗位"), unit.since, url, label)
        elif not (holders := [held for post in posts if (held := scope.holder(post))]):
            url = _link(GapKind.NO_OFFICER, "people:fill_post", posts[0].id, role=Role.OFFICER.value)
            since = max(scope.vacant_since(post) for post in posts)
            yield Gap(GapKind.NO_OFFICER, unit, _("岗位都空着"), since, url, _("安排人"))
        elif unit.id not in scope.manned:
            what = _("有人在岗，但谁都没有联络员或经办的角色，派来的事没人能办")
            url = _link(GapKind.NO_OFFICER, "people:give_role", holders[0].id)
            since = scope.unmanned.get(unit.id, holders[0].since)
            yield Gap(GapKind.NO_OFFICER, unit, what, since, url, _("授予角色"), manager=True)


def count_without_officer(county: int) -> int:
    """How many villages of the county are a gap of the kind NO_OFFICER. One query."""
    today = clock.today()
    filled = Holding.objects.filter(post__unit=OuterRef("pk"), ended_on=None, post__since__lte=today).filter(
        Q(post__until=None) | Q(post__until__gte=today)
    )
    manned = grants_in_force().filter(unit=OuterRef("pk"), role__in=VILLAGE_ROLES)
    villages = Unit.objects.filter(county=county, tier=Unit.Tier.VILLAGE, status=Unit.Status.RUNNING)
    return villages.filter(~Exists(filled.exclude(kind=Holding.Kind.STAND_IN)) | ~Exists(manned)).count()


def _vacant(scope: Scope) -> Iterator[Gap]:
    for post in scope.posts:
        since = scope.vacant_since(post)
        if scope.holder(post) is None and (scope.today - since).days > scope.limits.vacant_days:
            yield Gap(
                GapKind.VACANT,
                post.unit,
                post.name,
                since,
                _link(GapKind.VACANT, "people:fill_post", post.id),
                _("安排人"),
            )


def _duty_free(scope: Scope) -> Iterator[Gap]:
    """A duty without a post, or whose post is abolished or vacant; a post outside the scope is not judged."""
    posts = {post.id: post for post in scope.posts}
    for duty in scope.duties:
        post = duty.post
        if post is None or (post.until or scope.today) < scope.today:
            what = _("%(duty)s：没有定由哪个岗位承担") % {"duty": duty.text}
            since = max(duty.since, (post and post.until) or duty.since)
            url = _link(GapKind.DUTY_FREE, "network:edit_duty", duty.id)
            yield Gap(GapKind.DUTY_FREE, duty.unit, what, since, url, _("定岗位"))
        elif post.id in posts and scope.holder(post) is None:
            what = _("%(duty)s：承担它的岗位“%(post)s”空着") % {"duty": duty.text, "post": post.name}
            since = max(duty.since, scope.vacant_since(post))
            url = _link(GapKind.DUTY_FREE, "people:fill_post", post.id)
            yield Gap(GapKind.DUTY_FREE, duty.unit, what, since, url, _("安排人"))


def _term_over(scope: Scope) -> Iterator[Gap]:
    for held in scope.present():
        if held.until and held.until < scope.today:
            what = _("%(post)s：%(name)s") % {"post": held.post.name, "name": held.account.name}
            url = _link(GapKind.TERM_OVER, "people:renew_term", held.id)
            yield Gap(GapKind.TERM_OVER, held.post.unit, what, held.until + timedelta(days=1), url, _("续任或换人"))


def _spread(scope: Scope) -> Iterator[Gap]:
    """Somebody who holds posts in more villages than the limit, one line each; since the day of the village too many."""
    villages: dict[UUID, dict[UUID, Holding]] = defaultdict(dict)
    for held in sorted(scope.present(), key=lambda h: h.since):
        if held.kind != Holding.Kind.STAND_IN and held.post.unit.tier == Unit.Tier.VILLAGE:
            villages[held.account_id].setdefault(held.post.unit_id, held)
    for by_village in villages.values():
        mine = list(by_village.values())
        if len(mine) <= scope.limits.max_villages:
            continue
        names = _("、").join(h.post.unit.name for h in mine)
        what = _("%(name)s 管着 %(n)s 个村：%(villages)s") % {
            "name": mine[0].account.name,
            "n": len(mine),
            "villages": names,
        }
        extra = mine[scope.limits.max_villages]
        url = _link(GapKind.SPREAD, "people:make_pack", mine[-1].post_id)
        yield Gap(GapKind.SPREAD, mine[-1].post.unit, what, extra.since, url, _("交出一个村"))


def _unverified(scope: Scope) -> Iterator[Gap]:
    for held in scope.present():
        since = held.verified_on or held.since
        if (scope.today - since).days > scope.limits.unverified_days:
            what = _("%(post)s：%(name)s") % {"post": held.post.name, "name": held.account.name}
            url = _link(GapKind.UNVERIFIED, "people:verify_contact", held.id)
            yield Gap(GapKind.UNVERIFIED, held.post.unit, what, since, url, _("核实"))


def _no_stand_in(scope: Scope) -> Iterator[Gap]:
    """A filled post that nobody stands in for; a vacant one stands under its own heading."""
    for post in scope.posts:
        holder = scope.holder(post)
        if holder and len(scope.held[post.id]) == 1:
            what = _("%(post)s：%(name)s 不在时没人顶") % {"post": post.name, "name": holder.account.name}
            url = _link(GapKind.NO_STAND_IN, "people:fill_post", post.id, kind=Holding.Kind.STAND_IN.value)
            since = max(holder.since, scope.stood_in.get(post.id, holder.since))
            yield Gap(GapKind.NO_STAND_IN, post.unit, what, since, url, _("定AB岗"))


FINDERS: dict[GapKind, Callable[[Scope], Iterator[Gap]]] = {
    GapKind.NO_OFFICER: _no_officer,
    GapKind.VACANT: _vacant,
    GapKind.DUTY_FREE: _duty_free,
    GapKind.TERM_OVER: _term_over,
    GapKind.SPREAD: _spread,
    GapKind.UNVERIFIED: _unverified,
    GapKind.NO_STAND_IN: _no_stand_in,
}
