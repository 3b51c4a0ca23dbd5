"""Units from a table: departments, townships, villages and teams that the county's list of divisions does not have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.imports import Checked, Column, Kind
from gongyi.documents.reading import clean_line, moment
from gongyi.network import rules
from gongyi.network.actions import checks
from gongyi.network.actions.tree import open_unit
from gongyi.network.models import Unit, UnitChange

T = Unit.Tier
# What may stand under what, where the table does not say it.
_USUAL = {T.TOWNSHIP: T.VILLAGE, T.VILLAGE: T.TEAM, T.DEPARTMENT: T.TEAM}
LONGEST = {"name": 80, "code": 20, "reception_days": 80, "phone": 40}


@dataclass
class Tree:
    """The county's units by name and code; those of the table join as they are checked, by the row that names them."""

    by: Actor
    top: Unit
    units: dict[str, list[Unit]]
    taken: set[tuple[UUID, str]]
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    made: dict[str, Unit] = field(default_factory=dict)


class UnitKind(Kind):
    """单位."""

    name, label = "units", gettext_lazy("单位")
    told_by = gettext_lazy("单位名称")
    hint = gettext_lazy("名录里没有的部门、小组，或新设的乡镇、村。上级单位写名称或代码，可以写在同一张表的前面几行。")
    columns = (
        Column("name", gettext_lazy("单位名称"), ("名称", "机构名称", "部门名称", "单位"), required=True),
        Column("parent", gettext_lazy("上级单位"), ("上级", "主管单位", "所属单位", "上级部门")),
        Column("tier", gettext_lazy("层级"), ("类型", "单位类型", "级别")),
        Column("code", gettext_lazy("区划代码"), ("代码", "单位代码", "编码")),
        Column("since", gettext_lazy("挂牌日期"), ("成立日期", "设立日期")),
        Column("reception_days", gettext_lazy("接待日"), ()),
        Column("phone", gettext_lazy("办公电话"), ("电话", "联系电话", "值班电话")),
    )
    dictionary = True

    def may(self, by: Actor, unit: UUID | None) -> bool:  # noqa: ARG002 - each row says where it belongs
        """Who may change units somewhere."""
        return by.system or by.can(P.NETWORK_EDIT)

    def prepare(self, by: Actor, unit: UUID, given: frozenset[str]) -> Tree:  # noqa: ARG002
        """The county's units."""
        units: dict[str, list[Unit]] = {}
        rows = list(Unit.objects.filter(county=by.county).exclude(status=Unit.Status.CLOSED))
        for row in rows:
            for word in (row.name, row.code):
                units.setdefault(word, []).append(row)
        taken = {(row.parent_id, row.name) for row in rows if row.parent_id}
        return Tree(by, next(row for row in rows if row.tier == T.COUNTY), units, taken)

    def check(self, context: Tree, cells: Mapping[str, str]) -> Checked:
        """A unit under one that the county has, or that stands in a row above."""
        texts = {column.name: clean_line(cells.get(column.name, "")) for column in self.columns}
        row = Checked(key=f"unit:{texts['parent']}/{texts['name']}/{texts['code']}", shown=texts)
        since = moment(texts["since"]) if texts["since"] else None
        row.facts = {**texts, "since": since.date() if since else None}
        row.problems = [
            (name, _("太长，最多 %(n)d 个字。") % {"n": n}) for name, n in LONGEST.items() if len(texts[name]) > n
        ]
        if not texts["name"]:
            row.problems.append(("name", _("请写单位名称。")))
        if texts["since"] and not since:
            row.problems.append(("since", _("看不出是哪一天。请写成 2026-03-05 14:30 这样。")))
        _place(context, row)
        return row

    def store(self, context: Tree, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:  # noqa: ARG002
        """The units, those above first, as the table has them. Raises Refused as `open_unit`."""
        keys = []
        for row in rows:
            facts = row.facts
            parent = facts["above"] or context.made.get(facts["parent"])
            if parent is None:
                raise Refused("unit_row", _("第 %(row)d 行：它的上级单位没有导入。") % {"row": row.row})
            given = {name: facts[name] for name in ("name", "tier", "code", "since", "reception_days", "phone")}
            try:
                unit = open_unit(by=by, parent=parent, **given)
            except (Refused, ValidationError) as no:
                words = " ".join(no.messages) if isinstance(no, ValidationError) else str(no)
                raise Refused("unit_row", _("第 %(row)d 行：%(words)s") % {"row": row.row, "words": words}) from no
            context.made.setdefault(unit.name, unit)
            keys.append(unit.id)
        return keys

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:  # noqa: ARG002 - keys of units are of all counties
        """Units on which something hangs that did not come with them."""
        found: set[UUID] = set()
        for relation in _pointing_here():
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": subjects})
            if relation.related_model is Unit:
                rows = rows.exclude(id__in=subjects)
            if relation.related_model is UnitChange:
                rows = rows.exclude(kind=UnitChange.Kind.OPENED)
            found.update(rows.values_list(relation.field.attname, flat=True))
        return found

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
        """The units are gone with the line that they were opened."""
        units = Unit.objects.filter(county=by.county, id__in=subjects)
        UnitChange.objects.filter(unit__in=units).delete()
        for unit in units.order_by("-path"):
            if not unit.children.exists():
                unit.delete()
        audit.record(by=by, action="import_take_back", kind="unit", label=str(len(subjects)))
        return set()

    def url(self, created: int) -> str:  # noqa: ARG002
        """The tree."""
        return "/network/"


def _pointing_here() -> list[Any]:
    """Every foreign key to a unit, also those without a way back."""
    return [one for one in Unit._meta.get_fields(include_hidden=True) if one.one_to_many and one.auto_created]


def _place(context: Tree, row: Checked) -> None:
    """Under which unit, of which tier; and whether it is there already."""
    facts, parents = row.facts, context.units.get(row.facts["parent"], [])
    if not facts["parent"]:
        parents = [context.top]
    facts["above"] = parents[0] if len(parents) == 1 else None
    coming = context.rows.get(facts["parent"]) if not parents else None
    if len(parents) > 1:
        row.problems.append(("parent", _("有几个单位叫这个名称，请写代码。")))
    elif not parents and not coming:
        row.problems.append(("parent", _("没有这个单位，前面几行里也没有。")))
    above = str(facts["above"].tier) if facts["above"] else coming[1] if coming else ""
    facts["tier"] = tier = _tiers().get(facts["tier"]) or ("" if facts["tier"] else str(_USUAL.get(T(above), "")) if above else "")  # fmt: skip
    if above and (not tier or above not in checks.ABOVE[T(tier)]):
        row.problems.append(("tier", _("请写层级：乡镇、村、部门或小组，而且要能放在这个上级下面。")))
    _known(context, row)
    context.rows.setdefault(facts["name"], (facts["parent"], tier))


def _known(context: Tree, row: Checked) -> None:
    above, facts = row.facts["above"], row.facts
    if coded := context.units.get(facts["code"]) if facts["code"] else None:
        row.known = coded[0].name == facts["name"]
        if not row.known:
            row.problems.append(("code", _("这个代码已经是%(name)s的。") % {"name": coded[0].name}))
    if above and (above.id, facts["name"]) in context.taken:
        row.known = True
    if above and not rules.can_edit_unit(context.by, above):
        row.problems.append(("parent", _("这个单位不在您的范围内。")))
    if facts["since"] and facts["since"] > clock.today():
        row.shown["since"] = _("%(day)s（筹建）") % {"day": facts["since"]}


def _tiers() -> dict[str, str]:
    """The tiers by their names in either language."""
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {str(label): value for value, label in T.choices}
    return found
