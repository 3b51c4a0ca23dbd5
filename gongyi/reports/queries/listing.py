"""Lists in somebody's form: a row for each matter, as far as the person who fills it in may see."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongyi.casework.models import Asker, Case
from gongyi.casework.queries.exports import nameless
from gongyi.casework.rules import visible_to
from gongyi.casework.workflow import STATES
from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.figures import Period
from gongyi.documents.blank import Slot, Value
from gongyi.language.asked.ask import Ask
from gongyi.network.models import Unit
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.form_words import LISTS

if TYPE_CHECKING:
    from gongyi.reports.queries.filling import Line

RECEIVED = "cases.received"
MOST = 2_000  # rows of one list
_TEXTS = ("title", "content", "answer")
_WITH = ("type", "topic", "area", "unit", "lead")
Place = tuple[int, int]


def list_values(
    slots: Sequence[Slot], asks: Sequence[Ask], *, unit: Unit, period: Period, by: Actor | None
) -> "dict[str, Line]":
    """Place -> line of every cell of a list that is filled, or that cannot be because nobody's access counts."""
    from gongyi.reports.queries.filling import Line

    blocks: dict[Place, dict[int, list[tuple[Slot, Ask]]]] = defaultdict(lambda: defaultdict(list))
    for slot, ask in zip(slots, asks, strict=True):
        if ask.kind == "list":
            blocks[slot.grid, slot.block][slot.place[0]].append((slot, ask))
    if not blocks:
        return {}
    found: dict[str, Line] = {}
    if by is None:
        reason = _("命令行不代表哪个人，逐件的内容不填；请登录后在“填表”页面填。")
        return {slot.at: Line(slot, ask, LISTS()[ask.word], reason=reason) for rows in blocks.values() for cells in rows.values() for slot, ask in cells}  # fmt: skip
    for rows in blocks.values():
        number = min(len(rows), MOST)
        which = _which(rows)
        for (_row, cells), (place, case, texts) in zip(
            sorted(rows.items()), _cases(unit, period, by, number, which), strict=False
        ):
            for slot, ask in cells:
                value = cell(case, texts, ask.word, place)
                shown = _listed(slot, value)
                why = "" if shown not in {None, ""} else _("这一件还没有这一项。")
                found[slot.at] = Line(slot, ask, LISTS()[ask.word], shown if shown != "" else None, (case.get_absolute_url(),), why)  # fmt: skip
    return found


def _which(rows: dict[int, list[tuple[Slot, Ask]]]) -> str:
    """The figure whose matters a table lists."""
    asked = (ask.figures[0] for cells in rows.values() for _slot, ask in cells if ask.figures)
    return next((key for key in asked if key in {one.id for one in figures.base_figures()}), RECEIVED)


def _cases(
    unit: Unit, period: Period, by: Actor, number: int, which: str
) -> Iterator[tuple[int, Case, dict[str, str]]]:
    """(n, case, its texts without names) of what the figure counts and this person may open, the oldest first."""
    keys = keys_of(which, unit, period)
    rows = visible_to(by).filter(id__in=keys).select_related(*_WITH).order_by("recorded_at", "id")[:number]
    cases = list(rows)
    askers = {row.case_id: row for row in Asker.objects.filter(county=by.county, case__in=[case.id for case in cases])}
    for place, case in enumerate(cases, start=1):
        own = [case.title, case.content, case.answer if case.state != "drafted" else ""]
        yield place, case, dict(zip(_TEXTS, nameless(own, askers.get(case.id)), strict=True))


def keys_of(which: str, unit: Unit, period: Period) -> Any:
    """The keys of the cases that a figure counts."""
    one = figures.figure(which)
    place = getattr(one, "source", None) and one.source.record  # type: ignore[union-attr]
    return figures.rows_of(which, scope_of(unit, period)).order_by().values(f"{place}_id" if place else "pk")


def waiting_of(slots: Sequence[Slot], asks: Sequence[Ask], unit: Unit, period: Period, by: Actor) -> int:
    """How many matters that this person may see do not fit into the rows of the form's lists; 0 where it has none."""
    tables: dict[Place, dict[int, list[tuple[Slot, Ask]]]] = defaultdict(lambda: defaultdict(list))
    for slot, ask in zip(slots, asks, strict=True):
        if ask.kind == "list":
            tables[slot.grid, slot.block][slot.place[0]].append((slot, ask))
    seen = visible_to(by)
    return sum(
        max(0, seen.filter(id__in=keys_of(_which(rows), unit, period)).count() - len(rows)) for rows in tables.values()
    )


@translation.override("zh-hans")
def cell(case: Case, texts: dict[str, str], word: str, place: int) -> Value | None:
    """What one column says of a case."""
    if word in _TEXTS:
        return texts[word]
    if word in _MOMENTS:
        moment = getattr(case, _MOMENTS[word])
        return timezone.localtime(moment).date() if moment else None
    return place if word == "serial" else _PLAIN[word](case)


_MOMENTS = {
    "date": "recorded_at", "assigned_date": "assigned_at", "signed_date": "signed_at", "contacted_date": "contacted_at",
    "due_date": "unit_due", "answered_date": "answered_at", "closed_date": "closed_at",
}  # fmt: skip
_PLAIN: dict[str, Callable[[Case], Value | None]] = {
    "number": lambda case: case.number,
    "channel": lambda case: str(case.get_channel_display()),
    "type": lambda case: case.type.name,
    "topic": lambda case: str(case.topic) if case.topic else None,
    "urgency": lambda case: str(case.get_urgency_display()),
    "area": lambda case: str(case.area) if case.area else None,
    "unit": lambda case: str(case.unit),
    "lead_unit": lambda case: str(case.lead) if case.lead else None,
    "result": lambda case: str(case.get_outcome_display()) if case.outcome else str(STATES[case.state].label),
    "state": lambda case: str(STATES[case.state].label),
    "satisfaction": lambda case: str(case.get_rating_display()),
    "in_time": lambda case: {None: None, True: _("是"), False: _("否")}[in_time(case)],
    "late": lambda case: {None: None, True: _("否"), False: _("是")}[in_time(case)],
    "call_result": lambda case: str(case.get_call_result_display()),
    "returns": lambda case: case.returns,
    "redos": lambda case: case.redos,
}


def in_time(case: Case) -> bool | None:
    """Whether it was answered before its day, as the figure of those closed in time counts; None while nobody can say."""
    due, ended = case.unit_due or case.resident_due, case.answered_at or case.closed_at
    if ended is None:
        return False if due < clock.now() else None
    return ended <= due


# How other offices' drop-down lists say what we say otherwise.
_ALIKE = {
    "电话": ("来电", "热线"), "来信": ("信件", "群众来信"), "网络留言": ("网上", "网络"), "自助提交": ("网上", "网络"), "走访": ("联络员上报", "网格员上报"),
    "解决": ("已解决",), "解释": ("解释说明",), "非常满意": ("满意",), "": ("未评价",),
}  # fmt: skip


def _listed(slot: Slot, value: Value | None) -> Value | None:
    """The entry of the cell's drop-down list that says the same; the value itself where there is no list or none fits."""
    if not slot.choices or not isinstance(value, str):
        return value
    return next((choice for choice in (value, *_ALIKE.get(value, ())) if choice in slot.choices), value)
