"""A county's units are taken from the packed list of divisions. What is there already, and what was changed by hand, stays."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.core.county import new_key
from gongyi.network.models import Unit, UnitChange
from gongyi.network.queries import county_rows, initials
from gongyi.network.queries.divisions import EDITION, is_zone

T = Unit.Tier
_TIERS = {6: T.COUNTY, 9: T.TOWNSHIP, 12: T.VILLAGE}
_VILLAGE_ENDS = ("村民委员会", "村委会")
_TOWN_ENDS = ("居民委员会", "居委会")


@dataclass
class Loaded:
    """What a load did: numbers added by tier and kept, and sentences about what differs from the list or is special."""

    county: int
    name: str
    added: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    differs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def load_units(*, by: Actor, code: str, dry_run: bool = False) -> Loaded:
    """Add the units of a county that are missing; nothing is renamed, moved or closed, what differs is named.

    The actor acts in the county of the code. Raises Refused("county_code") for anything but a county.
    """
    rows = county_rows(code)
    here = {unit.code: unit for unit in Unit.objects.filter(county=int(code)).select_related("parent")}
    done = Loaded(county=int(code), name=rows[0][1])
    if is_zone(code):
        done.notes.append(_("%(name)s在统计名录里有代码，但不是一级行政区。可以照样使用。") % {"name": done.name})
    names = short_names(rows)
    fresh = _missing(rows, names, here, done)
    done.differs += _differences(rows, names, here)
    done.added = dict(Counter(unit.tier for unit in fresh))
    done.kept = len(rows) - len(fresh)
    if fresh and not dry_run:
        _write(by, fresh, done)
    return done


def short_names(rows: list[tuple[str, str]]) -> dict[str, str]:
    """Code -> the name people use: 崔家村委会 -> 崔家村, 林峰社区居委会 -> 林峰社区; the official one where two would be alike."""
    short = {code: short_name(name) for code, name in rows}
    times = Counter((code[:9], name) for code, name in short.items() if len(code) == 12)  # noqa: PLR2004 - villages
    return {code: short[code] if times[code[:9], short[code]] <= 1 else name for code, name in rows}


def short_name(name: str) -> str:
    """A village's official name without its committee; what would become too short to be a name stays whole."""
    for end in _VILLAGE_ENDS:
        if name.endswith(end) and len(base := name.removesuffix(end)) > 1:
            return base if base.endswith(("村", "社区")) else base + "村"
    for end in _TOWN_ENDS:
        if (base := name.removesuffix(end)) != name and base.endswith(("社区", "村")):
            return base
    return name


def _missing(rows: list[tuple[str, str]], names: dict[str, str], here: dict[str, Unit], done: Loaded) -> list[Unit]:
    """The units to add, parents first. A unit of the same name made by hand in the same place stands for the listed one."""
    twins = {(unit.parent_id, unit.name): unit for unit in here.values() if unit.status != Unit.Status.CLOSED}
    known, fresh = dict(here), []
    for code, _official in rows:
        if code in known:
            continue
        parent = known.get(code[:-3]) if len(code) > 6 else None  # noqa: PLR2004 - six digits are the county
        if parent and (twin := twins.get((parent.id, names[code]))):
            known[code] = twin
            done.notes.append(
                _("%(name)s已用代码 %(code)s 手工建过，没有另建。") % {"name": twin.name, "code": twin.code}
            )
        elif parent and parent.status == Unit.Status.CLOSED:
            done.differs.append(_("%(code)s %(name)s：上级已停用，没有新增。") % {"code": code, "name": names[code]})
        elif parent or len(code) == 6:  # noqa: PLR2004
            known[code] = _unit(code, names[code], parent)
            fresh.append(known[code])
    return fresh


def _unit(code: str, name: str, parent: Unit | None) -> Unit:
    unit = Unit(id=new_key(0), county=int(code[:6]), code=code, name=name, tier=_TIERS[len(code)], parent=parent)
    unit.path, unit.initials = (parent.path if parent else "") + unit.mark, initials(name)
    return unit


def _differences(rows: list[tuple[str, str]], names: dict[str, str], here: dict[str, Unit]) -> list[str]:
    """Sentences about units that are in both but not alike, or that have an official code and left the list."""
    found, official = [], dict(rows)
    for code, unit in sorted(here.items()):
        listed = names.get(code)
        shown = {"code": code, "name": unit.name, "listed": listed}
        if listed is None:
            if code.isdigit():
                found.append(_("%(code)s %(name)s：名录里没有，保留。") % shown)
        elif unit.status == Unit.Status.CLOSED:
            found.append(_("%(code)s %(name)s：名录里有，这里已停用，没有恢复。") % shown)
        elif unit.name not in (listed, official[code]):
            found.append(_("%(code)s：名录里叫“%(listed)s”，这里叫“%(name)s”，保留这里的。") % shown)
        elif unit.parent and unit.tier != T.TOWNSHIP and unit.parent.code != code[:-3]:
            found.append(_("%(code)s %(name)s：上级和名录不同，保留这里的。") % shown)
    return found


def _write(by: Actor, fresh: list[Unit], done: Loaded) -> None:
    Unit.objects.bulk_create(fresh)
    now, today, why = clock.now(), clock.today(), _("区划名录（%(edition)d 年版）") % {"edition": EDITION}
    UnitChange.objects.bulk_create(
        UnitChange(
            unit=unit, kind=UnitChange.Kind.OPENED, on=today, new=unit.name, to_unit=unit.parent,
            at=now, by=by.id, by_label=by.name, why=why,
        )
        for unit in fresh
    )  # fmt: skip
    label = _("%(name)s：新增 %(added)d 个单位，原有 %(kept)d 个") % {
        "name": done.name, "added": len(fresh), "kept": done.kept,
    }  # fmt: skip
    changes = {tier: (0, number) for tier, number in done.added.items()}
    audit.record(by=by, action="load_units", kind="unit", label=label, changes=changes)
