"""Lists in somebody's form: a row for each matter, as far as the person who fills it in may see."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongyi.casework.models import Asker, Case
from gongyi.casework.queries.exports import nameless
from gongyi.casework.rules import visible_to
from gongyi.casework.workflow import STATES
from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.figures import Figure, Period
from gongyi.documents.blank import Slot, Value
from gongyi.language.asked.ask import Ask
from gongyi.network.models import Unit
from gongyi.proposals import rules as proposal_rules
from gongyi.proposals import workflow as proposal_workflow
from gongyi.proposals.models import Proposal
from gongyi.proposals.queries.case import JOINED
from gongyi.proposals.queries.ledger import cells as proposal_cells
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.form_words import LISTS

if TYPE_CHECKING:
    from gongyi.reports.queries.filling import Line

RECEIVED = "cases.received"
MOST = 2_000  # rows of one list
Place = tuple[int, int]
Texts = dict[str, str]


@dataclass(frozen=True)
class Listed:
    """A kind of record that forms list: which of them somebody may see, what is read with them, their texts without names, the columns."""

    seen: Callable[[Actor], QuerySet[Any]]
    joined: tuple[str, ...]
    texts: Callable[[Actor, list[Any]], list[Texts]]
    moments: dict[str, str]
    plain: dict[str, Callable[[Any], Value | None]]


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
        records = _records(unit, period, by, min(len(rows), MOST), _which(rows))
        for (_row, cells), record in zip(sorted(rows.items()), records, strict=False):
            found |= {slot.at: _line_of(slot, ask, *record) for slot, ask in cells}
    return found


def _line_of(slot: Slot, ask: Ask, place: int, one: Any, texts: Texts) -> "Line":
    """What stands in one cell of a record's row."""
    from gongyi.reports.queries.filling import Line

    shown = _listed(slot, cell(one, texts, ask.word, place))
    why = "" if shown not in {None, ""} else _("这一件还没有这一项。")
    note = _("按答复的日子算，和“按期办结”的口径一样。") if ask.word in {"in_time", "late"} else ""
    return Line(slot, ask, LISTS()[ask.word], shown if shown != "" else None, (one.get_absolute_url(),), why, note)


def _which(rows: dict[int, list[tuple[Slot, Ask]]]) -> str:
    """The figure whose matters a table lists."""
    asked = (ask.figures[0] for cells in rows.values() for _slot, ask in cells if ask.figures)
    return next((key for key in asked if key in {one.id for one in figures.base_figures()} and _kind(key)), RECEIVED)


def _kind(which: str) -> Listed | None:
    """The kind of record that a figure counts; None for one that no form lists."""
    one = figures.figure(which)
    return LISTED.get(one.source.opens) if isinstance(one, Figure) else None


def _records(unit: Unit, period: Period, by: Actor, number: int, which: str) -> Iterator[tuple[int, Any, Texts]]:
    """(n, record, its texts without names) of what the figure counts and this person may open, the oldest first."""
    kind = _kind(which) or LISTED["case"]
    rows = kind.seen(by).filter(id__in=keys_of(which, unit, period)).select_related(*kind.joined)
    found = list(rows.order_by("recorded_at", "id")[:number])
    for place, (one, texts) in enumerate(zip(found, kind.texts(by, found), strict=True), start=1):
        yield place, one, texts


def _case_texts(by: Actor, cases: list[Case]) -> list[Texts]:
    askers = {row.case_id: row for row in Asker.objects.filter(county=by.county, case__in=[case.id for case in cases])}
    found = []
    for case in cases:
        own = [case.title, case.content, case.answer if case.state != "drafted" else ""]
        found.append(dict(zip(("title", "content", "answer"), nameless(own, askers.get(case.id)), strict=True)))
    return found


def _proposal_texts(by: Actor, proposals: list[Proposal]) -> list[Texts]:
    """As the list of proposals has them, where names are hidden."""
    lines = proposal_cells(by, [one.id for one in proposals])
    told = {"title": "title", "content": "analysis", "suggestions": "suggestions", "answer": "answer"}
    return [{word: str(lines.get(one.id, {}).get(name, "")) for word, name in told.items()} for one in proposals]


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
    return sum(max(0, _seen(which := _which(rows), by).filter(id__in=keys_of(which, unit, period)).count() - len(rows)) for rows in tables.values())  # fmt: skip


def _seen(which: str, by: Actor) -> QuerySet[Any]:
    return (_kind(which) or LISTED["case"]).seen(by)


@translation.override("zh-hans")
def cell(one: Any, texts: Texts, word: str, place: int) -> Value | None:
    """What one column says of a record; None for what its kind does not have."""
    kind = LISTED["proposal" if isinstance(one, Proposal) else "case"]
    if word in texts:
        return texts[word]
    if word in kind.moments:
        moment = getattr(one, kind.moments[word])
        return timezone.localtime(moment).date() if moment else None
    if word == "serial":
        return place
    return kind.plain[word](one) if word in kind.plain else None


_YES_NO: dict[bool | None, Callable[[], str | None]] = {
    None: lambda: None,
    True: lambda: _("是"),
    False: lambda: _("否"),
}
_NO_YES = {None: _YES_NO[None], True: _YES_NO[False], False: _YES_NO[True]}
_OF_CASE: dict[str, Callable[[Case], Value | None]] = {
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
    "in_time": lambda case: _YES_NO[in_time(case)](),
    "late": lambda case: _NO_YES[in_time(case)](),
    "call_result": lambda case: str(case.get_call_result_display()),
    "returns": lambda case: case.returns,
    "redos": lambda case: case.redos,
}


_OF_PROPOSAL: dict[str, Callable[[Proposal], Value | None]] = {
    "number": lambda one: one.number,
    "kind": lambda one: str(one.get_kind_display()),
    "type": lambda one: str(one.category) if one.category else None,
    "topic": lambda one: str(one.category) if one.category else None,
    "session": lambda one: str(one.session) if one.session else None,
    "unit": lambda one: str(one.unit),
    "lead_unit": lambda one: str(one.lead) if one.lead else None,
    "co_units": lambda one: _("、").join(taking.unit.name for taking in one.helpers) or None,
    "result": lambda one: str(one.result) if one.result else None,
    "state": lambda one: str(proposal_workflow.STATES[one.state].label),
    "satisfaction": lambda one: str(one.get_rating_display()),
    "in_time": lambda one: _YES_NO[proposal_in_time(one)](),
    "late": lambda one: _NO_YES[proposal_in_time(one)](),
    "reply_no": lambda one: one.reply_no,
    "met": lambda one: one.met,
    "returns": lambda one: one.returns,
    "redos": lambda one: one.redos,
}
_MOMENTS = {"date": "recorded_at", "assigned_date": "assigned_at", "signed_date": "signed_at", "due_date": "unit_due", "closed_date": "closed_at"}  # fmt: skip
LISTED = {
    "case": Listed(visible_to, ("type", "topic", "area", "unit", "lead"), _case_texts, _MOMENTS | {"contacted_date": "contacted_at", "answered_date": "answered_at"}, _OF_CASE),
    "proposal": Listed(proposal_rules.visible_to, JOINED, _proposal_texts, _MOMENTS | {"filed_date": "filed_at", "answered_date": "replied_at"}, _OF_PROPOSAL),
}  # fmt: skip


def proposal_in_time(one: Proposal) -> bool | None:
    """Whether it was first answered by its day, as the figure counts; None while nobody can say."""
    if one.first_at is None:
        return False if one.unit_due and one.unit_due < clock.now() else None
    return one.first_due is not None and one.first_at <= one.first_due


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
