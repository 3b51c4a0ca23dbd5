"""A figure divided: by kind, channel, topic, outcome, and by the units below; the parts add up to the figure."""

from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.figures import CAUSES
from gongyi.casework.models import Case, CaseType, Topic
from gongyi.core import figures
from gongyi.core.county import as_key
from gongyi.core.figures import Figure, Period, Scope
from gongyi.network.models import Unit
from gongyi.reports.models.report import NUMBERS, TEXT
from gongyi.reports.queries.counting import tree_for

NONE = "none"  # in an address: those that have no value
SPLITS = {
    "type": gettext_lazy("诉求类型"), "channel": gettext_lazy("来源渠道"), "topic": gettext_lazy("事项分类"),
    "outcome": gettext_lazy("办理结果"), "urgency": gettext_lazy("急不急"), "reason": gettext_lazy("原因"),
    "corrected": gettext_lazy("更正了什么"),
}  # fmt: skip
_CHOICES: dict[str, list[tuple[str, Any]]] = {
    "channel": Case.Channel.choices,
    "outcome": Case.Outcome.choices,
    "urgency": Case.Urgency.choices,
    "reason": list(CAUSES.items()),
    "corrected": [(NUMBERS, gettext_lazy("数字不一样了")), (TEXT, gettext_lazy("只改了文字"))],
}
CAUSE_SPLITS = ("reason", "corrected")  # those that say why something went wrong
LONGEST = 200  # characters of a reason in an address
_WITHOUT = {"": gettext_lazy("没有写"), "topic": gettext_lazy("还没有定分类"), "outcome": gettext_lazy("还没有结果")}


class Part(NamedTuple):
    """One part of a figure: its value as an address has it, its name, and how many."""

    value: str
    name: str
    number: int


def names_of(county: int, split: str) -> dict[str, str]:
    """What the values of a split are called, in the order in which they are shown."""
    if split == "type":
        return {str(key): name for key, name in CaseType.objects.filter(county=county).order_by("position", "name").values_list("id", "name")}  # fmt: skip
    if split == "topic":
        rows = Topic.objects.filter(county=county, parent=None).order_by("position", "name")
        return {str(key): name for key, name in rows.values_list("id", "name")}
    return {value: str(label) for value, label in _CHOICES.get(split, [])}


def named(county: int, split: str, numbers: dict[str, int]) -> list[Part]:
    """The parts that are not zero, in the order of their names, those without a value last."""
    names = names_of(county, split)
    if split == "reason":  # the county's own, as they were chosen
        names |= {value: value for value in sorted(numbers) if value and value not in names}
    found = [Part(value, name, numbers[value]) for value, name in names.items() if numbers.get(value)]
    rest = sum(number for value, number in numbers.items() if value not in names)
    return [*found, Part(NONE, str(_WITHOUT.get(split, _WITHOUT[""])), rest)] if rest else found


def parts_by(figure: Figure, scope: Scope, split: str) -> list[Part]:
    """A figure by the values of a split; together they are the figure."""
    counted = figures.count_by([figure.id], scope, split)
    return named(scope.county, split, {str(value or ""): line[figure.id] for value, line in counted.items()})


def parts_by_unit(figure: Figure, unit: Unit, period: Period, where: tuple[tuple[str, Any], ...] = ()) -> list[Part]:
    """A figure by the units directly below, by code, and last what counts for the unit itself; the value is the unit's key."""
    tree = tree_for(unit.county, period)
    counted = figures.count_by([figure.id], Scope(unit.county, period, None, where), "unit")

    def of(units: frozenset[UUID]) -> int:
        return sum(line[figure.id] for key, line in counted.items() if key in units)

    found = [Part(str(key), tree.units[key].name, of(tree.counted(key))) for key in tree.below(unit.id)]
    return [*found, Part("", _("%(unit)s自己") % {"unit": unit.name}, of(tree.counted(unit.id, alone=True)))]


def where_of(county: int, figure: Figure, query: Any) -> tuple[tuple[tuple[str, Any], ...], list[tuple[str, str]]]:
    """The conditions that an address names, and each as (split, words); what makes no sense is no condition."""
    where, words = list[tuple[str, Any]](), list[tuple[str, str]]()
    for split in SPLITS:
        value = query.get(split, "")
        if not value or split not in figure.source.splits:
            continue
        names = names_of(county, split)
        if value == NONE:
            empty = {"topic": None, "type": None}.get(split, "")
            where.append((split, empty))
            words.append((split, str(_WITHOUT.get(split, _WITHOUT[""]))))
        elif value in names:
            where.append((split, as_key(value) if split in {"type", "topic"} else value))
            words.append((split, names[value]))
        elif split == "reason" and len(value) <= LONGEST:
            where.append((split, value))
            words.append((split, value))
    return tuple(where), words
