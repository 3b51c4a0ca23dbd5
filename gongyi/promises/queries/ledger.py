"""承诺台账 as ledgers take it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.lists import (
    Asked,
    Cell,
    Filter,
    Found,
    Kind,
    Words,
    batches,
    found_in,
    of_period,
    opening,
    still_in,
    told,
)
from gongyi.core.secrets import mask_text
from gongyi.promises.models import Promise
from gongyi.promises.queries import JOINED, how_late, late_now, row
from gongyi.promises.rules import origin_of, visible_to
from gongyi.promises.workflow import PROMISE, STATES


def _columns() -> dict[str, Words]:
    return {
        "number": gettext_lazy("承诺编号"), "what": gettext_lazy("答应做什么"), "unit": gettext_lazy("由哪个单位来做"), "due": gettext_lazy("答应的日子"),
        "moves": gettext_lazy("改期次数"), "state": gettext_lazy("状态"), "late": gettext_lazy("按时还是晚了"), "origin": gettext_lazy("从哪里来"),
        "origin_number": gettext_lazy("出处"), "origin_unit": gettext_lazy("作出答复的单位"), "overseer": gettext_lazy("督办单位"),
        "made_at": gettext_lazy("作出的时间"), "proof": gettext_lazy("做了什么"), "reported_on": gettext_lazy("报告的日子"),
        "ended_on": gettext_lazy("结束的日子"), "why": gettext_lazy("没有兑现或撤回的原因"), "public": gettext_lazy("公开"),
    }  # fmt: skip


def _rows(by: Actor, asked: Asked) -> Found:
    near = Q(unit=asked.unit) | Q(origin_unit=asked.unit) | Q(overseer=asked.unit) | Q(second=asked.unit)
    rows = visible_to(by).filter(near, **of_period(asked.period, "due", days=True))
    if state := asked.where.get("state"):
        rows = rows.filter(state=state)
    if asked.where.get("late"):
        rows = rows.filter(late_now())
    return found_in(rows, "due", asked.most)


def _line(one: Promise) -> dict[str, Cell]:
    late = how_late(one) if one.reported_on or one.late else ""
    return {
        "number": one.number, "what": mask_text(one.what), "unit": one.unit.name, "due": told(one.due), "moves": one.moves,
        "state": str(STATES[one.state].label), "late": late if one.state != "withdrawn" else "", "origin": str(origin_of(one.kind).label),
        "origin_number": one.origin_number, "origin_unit": one.origin_unit.name, "overseer": one.overseer.name if one.overseer else "",
        "made_at": told(one.made_at), "proof": mask_text(one.proof), "reported_on": told(one.reported_on),
        "ended_on": told(one.ended_on), "why": mask_text(one.why), "public": _("公开") if one.public else "",
    }  # fmt: skip


def _cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> dict[UUID, dict[str, Cell]]:
    rows = (one for some in batches(keys) for one in visible_to(by).filter(id__in=some).select_related(*JOINED))
    return {one.id: _line(one) for one in rows}


def _lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    return {one.id: row(one) for one in Promise.objects.filter(id__in=keys).select_related(*JOINED)}


def promise_list() -> Kind:
    """承诺."""
    return Kind(
        name="promise", label=gettext_lazy("承诺"), permission=P.PROMISE_VIEW, day=gettext_lazy("答应的日子"), page="promises:list",
        columns=_columns, rows=_rows, cells=_cells, still=still_in(visible_to), measure=pgettext_lazy("承诺", "项"),
        start=("number", "what", "unit", "due", "state", "late", "ended_on", "origin_number"),
        filters={
            "state": Filter(gettext_lazy("状态"), lambda _by: PROMISE.choices()),
            "late": Filter(gettext_lazy("晚没晚"), lambda _by: [("on", gettext_lazy("只要晚了的"))]),
        },
        opened=opening(Promise, visible_to, _lines),
    )  # fmt: skip
