"""The lists of the network as ledgers take them: units, and the posts of one's own unit with who holds them. No phone is among the columns."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Period
from gongyi.core.lists import Asked, Cell, Filter, Found, Kind, Words, batches, still_in, told
from gongyi.network.models import Post, Unit
from gongyi.network.rules import can_view_units
from gongyi.people.models import Holding
from gongyi.people.queries.posts import state_of, visible_holdings, visible_posts

_Lines = dict[UUID, dict[str, Cell]]


def _there(period: Period) -> Q:
    """What was there on a day of the period."""
    begun, lasts = Q(since=None) | Q(since__lte=period.last), Q(until=None) | Q(until__gte=period.first)
    return begun & lasts


def _found(rows: QuerySet[Unit] | QuerySet[Post], order: Sequence[str], most: int) -> Found:
    pairs = list(rows.order_by(*order).values_list("id", "since")[: most + 1])
    return Found(pairs, len(pairs))


# --- units ------------------------------------------------------------------------------------------------------------


def _units(by: Actor) -> QuerySet[Unit]:
    """The county's units, which everybody who works there may look at."""
    rows = Unit.objects.filter(county=by.county)
    return rows if can_view_units(by, by.county) else rows.none()


def _unit_rows(by: Actor, asked: Asked) -> Found:
    exact = {name: value for name in ("tier", "status") if (value := asked.where.get(name))}
    rows = _units(by).filter(_there(asked.period), path__startswith=asked.unit.path, **exact)
    return _found(rows, ("path",), asked.most)


def _unit_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> _Lines:
    rows = (
        one for some in batches(keys) for one in _units(by).filter(id__in=some).select_related("parent", "successor")
    )
    return {
        one.id: {
            "code": one.code, "name": one.name, "tier": one.get_tier_display(), "parent": str(one.parent or ""), "state": one.get_status_display(),
            "since": told(one.since), "until": told(one.until), "successor": str(one.successor or ""), "reception": one.reception_days,
            "verified": told(one.verified_on),
        }
        for one in rows
    }  # fmt: skip


def unit_list() -> Kind:
    """单位: the unit and those below it that were there in the period."""
    columns: dict[str, Words] = {
        "code": gettext_lazy("区划代码"), "name": gettext_lazy("单位名称"), "tier": gettext_lazy("层级"), "parent": gettext_lazy("上级单位"),
        "state": gettext_lazy("状态"), "since": gettext_lazy("挂牌日期"), "until": gettext_lazy("停用日期"), "successor": gettext_lazy("并入单位"),
        "reception": gettext_lazy("接待日"), "verified": gettext_lazy("最近核实"),
    }  # fmt: skip
    return Kind(
        name="unit", label=gettext_lazy("单位"), permission=P.NETWORK_VIEW, day=gettext_lazy("这段时间里在不在"), page="network:tree",
        columns=lambda: columns, rows=_unit_rows, cells=_unit_cells, still=still_in(_units), measure=gettext_lazy("个"),
        start=("code", "name", "tier", "parent", "state", "since", "reception"),
        filters={
            "tier": Filter(gettext_lazy("层级"), lambda _by: Unit.Tier.choices),
            "status": Filter(gettext_lazy("状态"), lambda _by: Unit.Status.choices),
        },
    )  # fmt: skip


# --- posts ------------------------------------------------------------------------------------------------------------


def _post_rows(by: Actor, asked: Asked) -> Found:
    return _found(_own_posts(by).filter(_there(asked.period), unit=asked.unit), ("name", "since", "id"), asked.most)


def _own_posts(by: Actor) -> QuerySet[Post]:
    """The posts of the units where the person works: those of units below are numbers to them here."""
    return visible_posts(by).filter(unit__in=by.units(P.NETWORK_VIEW))


def _post_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> _Lines:
    held = defaultdict[UUID, list[Holding]](list)
    for holding in visible_holdings(by).filter(post__in=list(keys)).order_by(F("since"), "id"):
        held[holding.post_id].append(holding)
    found: _Lines = {}
    for one in _own_posts(by).filter(id__in=list(keys)):
        holder = next((h for h in held[one.id] if h.kind != Holding.Kind.STAND_IN), None)
        beside = next((h for h in held[one.id] if h.kind == Holding.Kind.STAND_IN), None)
        found[one.id] = {
            "unit": one.unit.name, "post": one.name, "state": str(state_of(one, held[one.id])["words"]), "holder": holder.account.name if holder else "",
            "way": holder.get_kind_display() if holder else "", "from": told(holder.since if holder else None), "to": told(holder.until if holder else None),
            "stand_in": beside.account.name if beside else "", "verified": told(holder.verified_on if holder else None),
            "since": told(one.since), "until": told(one.until),
        }  # fmt: skip
    return found


def _still_posts(by: Actor, keys: Collection[UUID]) -> set[UUID]:
    return set(_own_posts(by).filter(id__in=list(keys)).values_list("id", flat=True))


def post_list() -> Kind:
    """岗位 of one's own unit and who holds them now."""
    columns: dict[str, Words] = {
        "unit": gettext_lazy("单位"), "post": gettext_lazy("岗位名称"), "state": gettext_lazy("状态"), "holder": gettext_lazy("谁在岗"),
        "way": gettext_lazy("方式"), "from": gettext_lazy("任期开始"), "to": gettext_lazy("任期结束"), "stand_in": gettext_lazy("AB岗"),
        "verified": gettext_lazy("最近核实"), "since": gettext_lazy("设立日期"), "until": gettext_lazy("撤销日期"),
    }  # fmt: skip
    return Kind(
        name="post", label=pgettext_lazy("清单", "岗位和联络员"), permission=P.NETWORK_VIEW, day=gettext_lazy("这段时间里在不在"), page="people:coverage",
        columns=lambda: columns, rows=_post_rows, cells=_post_cells, still=_still_posts, measure=gettext_lazy("个"),
        start=("unit", "post", "state", "holder", "way", "from", "to", "stand_in"),
    )  # fmt: skip
