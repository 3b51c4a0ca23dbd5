"""Reads about posts: who holds which, who held it when, who may be put there. Vacant is computed, never stored."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock
from gongyi.core.access import GUARDED, Actor
from gongyi.core.access import Permission as P
from gongyi.network.models import Duty, Post, Unit
from gongyi.people.models import Account, CoverageLimits, Grant, HandOver, Holding
from gongyi.people.queries.grants import grants_in_force
from gongyi.people.rules import is_command, within

MOST_HITS = 8  # as many lines as a picker shows


def visible_posts(by: Actor) -> QuerySet[Post]:
    """The posts of the person's units and of those below, with their unit."""
    return Post.objects.filter(within(by, P.NETWORK_VIEW, "unit__path")).select_related("unit")


def visible_holdings(by: Actor) -> QuerySet[Holding]:
    """Present holdings of those posts, and the person's own ones wherever they are."""
    mine = Q(account=by.id) if by.id else Q(pk__in=[])
    rows = Holding.objects.filter(within(by, P.NETWORK_VIEW, "post__unit__path") | mine, ended_on=None)
    return rows.select_related("account", "post__unit")


def may_hear_of_post(by: Actor, key: UUID) -> bool:
    """Whether the person holds the post, or stands in for its holder."""
    return Holding.objects.filter(account=by.id, post=key, ended_on=None).exists()


def history(post: Post) -> list[Holding]:
    """Everybody who held the post or stood in for its holder: present ones first, then the latest. One query."""
    rows = post.holdings.select_related("account")
    return list(rows.order_by(F("ended_on").desc(nulls_first=True), "-since", "kind"))


def present_holder(post: Post) -> Holding | None:
    """Who holds the post now, for good or acting; None while it is vacant."""
    rows = post.holdings.filter(ended_on=None).exclude(kind=Holding.Kind.STAND_IN)
    return rows.select_related("account").first()


def last_holder(post: Post) -> Holding | None:
    """The present holder, or the one who left last; None when nobody ever held the post."""
    rows = post.holdings.exclude(kind=Holding.Kind.STAND_IN).select_related("account")
    return rows.order_by(F("ended_on").desc(nulls_first=True), "-since").first()


def state_of(post: Post, holdings: list[Holding]) -> dict[str, object]:
    """The post's state as a stamp {words, tone, icon}, computed from its dates and its present holdings."""
    today, kinds = clock.today(), {h.kind for h in holdings if h.ended_on is None}
    if post.until and post.until < today:
        return {"words": _("已撤销"), "tone": "plain", "icon": "archive"}
    if Holding.Kind.HOLDER in kinds:
        return {"words": _("有人在岗"), "tone": "done"}
    if Holding.Kind.ACTING in kinds:
        return {"words": _("有人暂代"), "tone": "soon", "icon": "person"}
    if post.since > today:
        return {"words": _("拟设"), "tone": "plain"}
    return {"words": _("空缺"), "tone": "late"}


def duties_of(post: Post) -> list[Duty]:
    """The duties that the post bears now."""
    today = clock.today()
    return list(post.duties.filter(Q(until=None) | Q(until__gte=today), since__lte=today).order_by("text"))


def open_pack(post: Post, county: int) -> HandOver | None:
    """The hand-over pack of this post that waits for a signature."""
    rows = HandOver.objects.filter(county=county, post=post, signed_at=None, returned_at=None)
    return rows.select_related("taker").first()


def candidates(by: Actor) -> QuerySet[Account]:
    """Accounts that the person may put in a post: working in the units that the person staffs, or nowhere yet.

    People of a sibling unit are not offered (P5); whoever staffs the unit above both can move them.
    """
    accounts = Account.objects.filter(is_active=True, home=by.county)
    if is_command(by):
        return accounts
    grants = grants_in_force().filter(account=OuterRef("pk"))
    holdings = Holding.objects.filter(account=OuterRef("pk"), ended_on=None)
    here = Exists(grants.filter(within(by, P.NETWORK_EDIT, "unit__path"))) | Exists(
        holdings.filter(within(by, P.NETWORK_EDIT, "post__unit__path"))
    )
    return accounts.filter(here | ~Exists(grants) & ~Exists(holdings))


def find_candidates(by: Actor, text: str) -> list[Account]:
    """At most eight of `candidates` whose name holds or whose sign-in name begins with the text, with their present posts.

    Two queries whatever the number of hits; an empty text finds the newest accounts.
    """
    text = text.strip()[:40]
    rows = candidates(by)
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(username__istartswith=text))
    present = Holding.objects.filter(ended_on=None).select_related("post__unit")
    return list(rows.prefetch_related(Prefetch("holdings", present)).order_by("-created_at", "id")[:MOST_HITS])


def candidate(by: Actor, value: str) -> Account | None:
    """The candidate with this key, None for a key that is none or may not be chosen."""
    try:
        return candidates(by).filter(id=UUID(value)).first()
    except ValueError:
        return None


def limits_of(county: int) -> CoverageLimits:
    """The county's limits of the coverage page; the defaults, unsaved, while it has set none."""
    return CoverageLimits.objects.filter(county=county).first() or CoverageLimits(county=county)


def may_set_limits(by: Actor) -> bool:
    """Whether the person sets the county's limits: SETTINGS_EDIT at the county's own unit, whose path is a single key."""
    return any(P.SETTINGS_EDIT in h.role.permissions and h.path.count("/") == 1 for h in by.held)


def movable_grants(account: Account, unit: Unit) -> list[Grant]:
    """The roles in force of this person at this unit that go with a post: all but those that need a second manager (P8)."""
    rows = grants_in_force().filter(account=account, unit=unit).exclude(role__in=[role.value for role in GUARDED])
    return list(rows.select_related("account", "unit").order_by("role"))
