"""Units are opened, renamed, moved, merged, closed and opened again. Each change checks first (a plan), then writes.

Every change leaves a dated and signed `UnitChange`, from which `queries.tree_on` reads the past, and an audit row.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Greatest, Substr
from django.utils.translation import gettext as _

from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.network import rules
from gongyi.network.actions import checks
from gongyi.network.models import Unit, UnitChange
from gongyi.network.queries import initials, reach_of, units_below

Status = Unit.Status

# Later apps say here, in sentences, what of theirs still hangs on a unit that shall be closed; none hinders it if empty.
# What follows a merged unit into its successor, in the same transaction: (closed unit, successor).
unit_merged: list[Callable[[Unit, Unit], object]] = []
closing_checks: list[Callable[[Unit], list[str]]] = []


@transaction.atomic
def open_unit(
    *,
    by: Actor,
    parent: Unit,
    name: str,
    tier: str,
    code: str = "",
    since: date | None = None,
    reception_days: str = "",
    phone: str = "",
    why: str = "",
) -> Unit:
    """Add a unit under `parent`; planned while `since` lies ahead. Without a code the county's next own one is given."""
    (parent,) = checks.fresh(by, parent)
    since = since or clock.today()
    unit = Unit(county=parent.county, tier=tier, parent=parent, since=since, reception_days=reception_days, phone=phone)
    unit.id, unit.name = new_key(0), name
    unit.path = parent.path + unit.mark
    checks.check_place(unit, parent)
    unit.name = checks.check_name(name, parent)
    unit.initials = initials(unit.name)
    unit.code = checks.checked_code(code, tier, parent)
    unit.status = Status.PLANNED if since > clock.today() else Status.RUNNING
    unit.full_clean()
    unit.save()
    if unit.running:
        _note(by, unit, UnitChange.Kind.OPENED, since, why, new=unit.name, to_unit=parent)
    audit.record(by=by, action="open_unit", kind="unit", subject=unit.id, label=f"{parent.name} · {unit.name}")
    return unit


@transaction.atomic
def start_unit(*, by: Actor, unit: Unit, on: date | None = None, why: str = "") -> Unit:
    """A planned unit begins to work, today or on an earlier day."""
    (unit,) = checks.fresh(by, unit)
    if unit.status != Status.PLANNED:
        raise Refused("not_planned", _("%(unit)s不在筹建中。") % {"unit": unit.name})
    on = checks.check_date(on, unit)
    _change(by, unit, "start_unit", status=Status.RUNNING, since=on)
    _note(by, unit, UnitChange.Kind.OPENED, on, why, new=unit.name, to_unit=unit.parent)
    return unit


@transaction.atomic
def rename_unit(*, by: Actor, unit: Unit, name: str, on: date | None = None, why: str = "") -> Unit:
    """Give a unit another name; past days keep the old one."""
    (unit,) = checks.fresh(by, unit)
    checks.check_working(unit)
    old, name = unit.name, checks.check_name(name, unit.parent, besides=unit)
    if name == old:
        raise checks.stays("same_name", _("名称没有变。"))
    on = checks.check_date(on, unit)
    _change(by, unit, "rename_unit", name=name, initials=initials(name))
    _note(by, unit, UnitChange.Kind.RENAMED, on, why, old=old, new=name)
    return unit


@transaction.atomic
def move_unit(*, by: Actor, unit: Unit, parent: Unit, on: date | None = None, why: str = "") -> Unit:
    """Put a unit, and all below it, under another one. Needs the right over both; past days keep the old place."""
    unit, parent = checks.fresh(by, unit, parent)
    checks.check_not_county(unit)
    checks.check_working(unit)
    checks.check_place(unit, parent)
    if unit.parent_id == parent.id:
        raise checks.stays("same_parent", _("它本来就在%(parent)s下面。") % {"parent": parent.name})
    checks.check_name(unit.name, parent)
    on = checks.check_date(on, unit)
    before = unit.parent
    _place(unit, parent)
    label = f"{unit.name}: {before} → {parent.name}"
    audit.record(
        by=by, action="move_unit", kind="unit", subject=unit.id, label=label, changes={"parent": (before, parent)}
    )
    _note(by, unit, UnitChange.Kind.MOVED, on, why, from_unit=before, to_unit=parent)
    return unit


@transaction.atomic
def merge_unit(
    *,
    by: Actor,
    unit: Unit,
    into: Unit,
    new_names: Mapping[UUID, str] | None = None,
    on: date | None = None,
    why: str = "",
) -> Unit:
    """End a unit in favour of `into`, of the same tier: its units below move there, its posts and duties end.

    `new_names` gives new names to those of its children that would meet a namesake there; a clash without one is refused.
    Old matters follow the successor (`queries.successor_of`); grants in the closed unit lapse at once (P16).
    """
    unit, into = checks.fresh(by, unit, into)
    _check_merger(unit, into)
    on, names = checks.check_date(on, unit), new_names or {}
    children = reach_of(unit).children
    if clashing := [child.name for child in namesakes(unit, into) if not names.get(child.id, "").strip()]:
        raise checks.stays(
            "namesakes",
            _("%(into)s下面已有同名的单位：%(names)s。") % {"into": into.name, "names": _("、").join(clashing)},
            _("请先给它们写好新名称。"),
        )
    for child in children:
        name = names.get(child.id, "").strip()
        _take_over(by, child, into, name, on=on, why=why)
    _end(by, unit, "merge_unit", on, successor=into)
    _note(by, unit, UnitChange.Kind.MERGED, on, why, old=unit.name, new=into.name, to_unit=into)
    for follow in unit_merged:
        follow(unit, into)
    return unit


@transaction.atomic
def close_unit(*, by: Actor, unit: Unit, on: date | None = None, why: str = "") -> Unit:
    """End a unit without a successor; refused while units work below it or other parts of the product still need it."""
    (unit,) = checks.fresh(by, unit)
    if hindrances := closing_hindrances(unit):
        raise Refused("still_needed", " ".join([_("%(unit)s还不能停用。") % {"unit": unit.name}, *hindrances]))
    on = checks.check_date(on, unit)
    _end(by, unit, "close_unit", on)
    _note(by, unit, UnitChange.Kind.CLOSED, on, why, old=unit.name, from_unit=unit.parent)
    return unit


@transaction.atomic
def reopen_unit(*, by: Actor, unit: Unit, on: date | None = None, why: str = "") -> Unit:
    """A closed unit works again, in its old place; its posts and duties stay ended, grants that have not run out count again."""
    (unit,) = checks.fresh(by, unit)
    if unit.status != Status.CLOSED:
        raise Refused("not_closed", _("%(unit)s没有停用，不用恢复。") % {"unit": unit.name})
    parent = unit.parent
    if parent is None:
        raise Refused("county_stays", _("%(unit)s是最上面的一级。") % {"unit": unit.name})
    checks.check_place(unit, parent)
    checks.check_name(unit.name, parent, besides=unit)
    on = checks.check_date(on, unit)
    _change(by, unit, "reopen_unit", status=Status.RUNNING, until=None, successor=None)
    _note(by, unit, UnitChange.Kind.REOPENED, on, why, new=unit.name, to_unit=parent)
    return unit


@transaction.atomic
def verify_contact(*, by: Actor, unit: Unit, phone: str, reception_days: str) -> Unit:
    """Note that the unit can be reached like this, as of today; those who work there may do it themselves."""
    unit = Unit.objects.get(id=unit.id)
    if not rules.can_verify_contact(by, unit):
        raise Refused("not_yours", _("只有%(unit)s的人和管它的人能核实。") % {"unit": unit.name}, status=403)
    checks.check_working(unit)
    _change(by, unit, "verify_contact", phone=phone, reception_days=reception_days, verified_on=clock.today())
    return unit


def namesakes(unit: Unit, into: Unit) -> list[Unit]:
    """The working children of `unit` whose names are taken under `into`: a merger must rename them."""
    taken = {child.name for child in reach_of(into).children if child.id != unit.id}
    return [child for child in reach_of(unit).children if child.name in taken]


def closing_hindrances(unit: Unit) -> list[str]:
    """Why the unit cannot be closed now, in sentences; empty if it can."""
    found = []
    if unit.parent_id is None:
        found.append(_("它是最上面的一级。"))
    if unit.status == Status.CLOSED:
        found.append(_("它已经停用了。"))
    if children := reach_of(unit).children:
        words = {"n": len(children), "first": children[0].name}
        found.append(_("下面还有 %(n)d 个单位（如%(first)s），请先停用、并入或改到别处。") % words)
    return found + [sentence for check in closing_checks for sentence in check(unit)]


def _check_merger(unit: Unit, into: Unit) -> None:
    checks.check_not_county(unit)
    checks.check_working(unit)
    checks.check_working(into)
    if into.path.startswith(unit.path):
        raise checks.stays("circle", _("不能并入它自己或它下面的单位。"), _("请选另一个单位。"))
    if into.tier != unit.tier:
        shown = {"unit": unit.name, "into": into.name, "tier": unit.get_tier_display()}
        raise checks.stays(
            "wrong_tier", _("%(unit)s是%(tier)s，%(into)s不是，不能并。") % shown, _("请选同一层级的单位。")
        )


def _take_over(by: Actor, child: Unit, into: Unit, name: str, *, on: date, why: str) -> None:
    """One child of a merged unit goes under the successor, with a new name where that is needed."""
    old, new = child.name, checks.check_name(name or child.name, into)
    if new != old:
        _change(by, child, "rename_unit", name=new, initials=initials(new))
        _note(by, child, UnitChange.Kind.RENAMED, on, why, old=old, new=new)
    checks.check_date(on, child)
    before = child.parent
    _place(child, into)
    audit.record(
        by=by, action="move_unit", kind="unit", subject=child.id, label=f"{child.name}: {before} → {into.name}"
    )
    _note(by, child, UnitChange.Kind.MOVED, on, why, from_unit=before, to_unit=into)


def _place(unit: Unit, parent: Unit) -> None:
    """Write the unit's parent, and the paths of it and of all below it (closed ones too) in one statement."""
    old, new = unit.path, parent.path + unit.mark
    below = units_below(unit)
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    unit.parent, unit.path = parent, new
    unit.full_clean()
    unit.save(update_fields=["parent", "path"])


def _end(by: Actor, unit: Unit, action: str, on: date, **facts: Any) -> None:
    """Close the unit, and its posts and duties with it."""
    for rows in (unit.posts, unit.duties):
        rows.filter(until=None).update(until=Greatest(F("since"), Value(on)))
    _change(by, unit, action, status=Status.CLOSED, until=on, **facts)


def _change(by: Actor, unit: Unit, action: str, **facts: Any) -> None:
    changes = {name: (getattr(unit, name), new) for name, new in facts.items() if getattr(unit, name) != new}
    for name, new in facts.items():
        setattr(unit, name, new)
    unit.full_clean()
    unit.save(update_fields=list(facts))
    audit.record(by=by, action=action, kind="unit", subject=unit.id, label=unit.name, changes=changes)


def _note(by: Actor, unit: Unit, kind: UnitChange.Kind, on: date, why: str, **facts: Any) -> None:
    """The signed line of the unit's history."""
    change = UnitChange(unit=unit, kind=kind, on=on, at=clock.now(), by=by.id, by_label=by.name, why=why, **facts)
    change.full_clean()
    change.save()
