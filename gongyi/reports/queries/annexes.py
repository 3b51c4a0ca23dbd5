"""How the numbers of a report are counted: what is frozen with it, and the annex that says it to whoever reads it."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils import translation

from gongyi.core.figures import Rate
from gongyi.documents.official.elements import Annex, Paragraph, Table
from gongyi.reports.models import ReportVersion
from gongyi.reports.queries.composing import Block, figure_ties
from gongyi.reports.queries.ties import BEFORE, Counted, Tie

TITLE = "数字怎么数"
LEAD = "文中的数从办件记录里数出来，照下面的说法。没有写上一时段的，文中没有用到。"


class Described(NamedTuple):
    """A figure of a text: what it is called, counts and says, over what, by which version of its formula."""

    tie: str
    name: str
    scope: str
    told: str
    value: str
    formula: int = 0


def described(counted: Counted, tie: Tie) -> Described:
    """The figure as it is now."""
    one = counted.value(tie).figure
    period = counted.period.before() if tie.of == BEFORE else counted.period
    topic = counted.topic.name if counted.topic else ""
    scope = "，".join(part for part in (counted.unit.name, period.words(), topic, tie.group, str(one.scope)) if part)
    formula = one.version if isinstance(one, Rate) else 0
    told = f"{one.scope}（公式第{formula}版）" if formula else str(one.scope)
    return Described(str(tie), str(one.name), scope, told, counted.text(tie), formula)


def of_now(counted: Counted, blocks: Iterable[Block]) -> list[Described]:
    """The figures of a text under work."""
    with translation.override("zh-hans"):
        return [described(counted, tie) for tie in figure_ties(blocks)]


def of_signed(version: ReportVersion) -> list[Described]:
    """The figures of a signed text, as they were frozen, in the order in which they stand in it."""
    place = {str(tie): at for at, tie in enumerate(figure_ties(version.blocks()))}
    rows = sorted(version.figures.all(), key=lambda row: place.get(row.tie, len(place)))
    return [Described(row.tie, row.name, row.scope, row.told or row.scope, row.value, row.formula) for row in rows]


def annex(figures: Iterable[Described]) -> Annex | None:
    """A row for each figure: its value, the one of the period before where the text names it, how it is counted. None without a figure."""
    rows: dict[str, list[str]] = {}
    for one in figures:
        key, _at, of = one.tie.partition("@")
        if "|" in key:
            continue
        line = rows.setdefault(key, [one.name, "", "", one.told])
        line[2 if of else 1] = one.value
    if not rows:
        return None
    head = [["数字", "这一时段", "上一时段", "怎么数的"]]
    told = [[cell or "—" for cell in row] for row in rows.values()]
    return Annex(TITLE, [Paragraph(LEAD), Table(head, told, widths=(0.2, 0.14, 0.14, 0.52))])
