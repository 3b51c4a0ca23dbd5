"""The lists of casework as ledgers take them: cases, public answers, the reception register, 热点."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongyi.casework.models import Asker, Case, CasePart, PublishedText, ReceptionRow, Topic
from gongyi.casework.queries import matters
from gongyi.casework.queries.choices import types
from gongyi.casework.queries.exports import cells_by_key, headers, nameless
from gongyi.casework.queries.lists import Wanted, count, list_keys, row, rows_named, wanted_of
from gongyi.casework.queries.reception import line_code
from gongyi.casework.rules import parts_visible_to, visible_to
from gongyi.casework.workflow import PUBLICATION, STATES
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.lists import (
    Asked,
    Cell,
    Filter,
    Found,
    Kind,
    Opened,
    Words,
    batches,
    found_in,
    of_period,
    still_in,
    told,
)
from gongyi.core.search import Seldom
from gongyi.publishing import rules as publishing
from gongyi.publishing.queries import hide

# The columns of an exported list, in its order.
FIELDS = (
    "number", "external_no", "title", "type", "topic", "area", "channel", "urgency", "state", "turn", "turn_due", "unit", "lead",
    "recorded_at", "assigned_at", "signed_at", "contacted_at", "resident_due", "answered_at", "closed_at", "outcome", "call_result",
    "rating", "returns", "redos", "content", "answer",
)  # fmt: skip
OF_A_LINE = ("number", "channel", "type", "area", "title", "content", "lead", "state", "outcome", "closed_at")
Line = dict[str, Cell]


def _topics(by: Actor) -> list[tuple[str, Words]]:
    rows = Topic.objects.filter(county=by.county, active=True).order_by("full_name")
    return [(str(key), name) for key, name in rows.values_list("id", "full_name")]


def _types(by: Actor) -> list[tuple[str, Words]]:
    return [(str(one.id), one.name) for one in types(by.county)]


# --- cases ------------------------------------------------------------------------------------------------------------


def case_columns() -> dict[str, Words]:
    """The columns of a list of cases; names, phones and addresses are none of them."""
    return dict(zip(FIELDS, headers(), strict=True))


def _cases(by: Actor, asked: Asked) -> Found:
    wanted = replace(
        wanted_of(asked.where), unit=asked.unit.id, since=asked.period.first, until=asked.period.last, text=""
    )
    keys = list_keys(by, wanted, asked.most + 1)[::-1]
    moments = {
        key: at
        for some in batches(keys)
        for key, at in Case.objects.filter(county=by.county, id__in=some).values_list("id", "recorded_at")
    }
    return Found([(key, moments.get(key)) for key in keys], count(by, wanted, exact=True))


def _case_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> dict[UUID, Line]:
    """Names, numbers and houses in texts are hidden as in every export."""
    return {key: dict(zip(FIELDS, cells, strict=True)) for key, cells in cells_by_key(by, list(dict.fromkeys(keys)))}


def _case_lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    return {key: row(found) for key, found in rows_named(keys).items()}


def case_list() -> Kind:
    """办件."""
    return Kind(
        name="case", label=gettext_lazy("办件"), permission=P.CASE_VIEW, day=gettext_lazy("登记的日期"), page="casework:list",
        columns=case_columns, rows=_cases, cells=_case_cells, still=still_in(visible_to),
        start=("number", "title", "type", "unit", "recorded_at", "lead", "state", "closed_at", "outcome"),
        filters={
            "state": Filter(gettext_lazy("状态"), lambda _by: [(name, state.label) for name, state in STATES.items()]),
            "type": Filter(gettext_lazy("诉求类型"), _types),
            "topic": Filter(gettext_lazy("事项分类"), _topics),
        },
        opened=Opened(Case, lambda by, key: Exists(parts_visible_to(by).filter(Seldom("case", OuterRef(key)))), _case_lines),
    )  # fmt: skip


# --- public answers ---------------------------------------------------------------------------------------------------


def _texts_of(by: Actor) -> QuerySet[Any, Any]:
    return publishing.visible_to(by, publishing.press_named("case"))


def _publications(by: Actor, asked: Asked) -> Found:
    here = CasePart.objects.filter(county=by.county, case=OuterRef("case"), unit=asked.unit, until=None)
    rows = _texts_of(by).filter(Q(unit=asked.unit) | Q(second=asked.unit) | Exists(here))
    if state := asked.where.get("state"):
        rows = rows.filter(state=state)
    return found_in(rows.filter(**of_period(asked.period, "answered_on", days=True)), "answered_on", asked.most)


def _publication_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> dict[UUID, Line]:
    return {key: line for some in batches(keys) for key, line in _publication_batch(by, some)}


def _publication_batch(by: Actor, keys: list[UUID]) -> Iterator[tuple[UUID, Line]]:
    rows = _texts_of(by).filter(id__in=keys).select_related("case", "unit", "type", "topic")
    texts = PublishedText.objects.filter(county=by.county, publication__in=keys)
    out = dict(texts.order_by().values_list("publication").annotate(first=Min("since")))
    live = dict(texts.filter(live=True).values_list("publication", "title"))
    found = list(rows)
    askers = {
        one.case_id: one for one in Asker.objects.filter(county=by.county, case__in=[one.case_id for one in found])
    }
    for one in found:
        title = live.get(one.id) or nameless([one.title], askers.get(one.case_id))[0]
        yield one.id, {
            "number": one.case.number, "title": title, "unit": one.unit.name, "type": one.type.name, "topic": str(one.topic or ""),
            "outcome": one.get_outcome_display(), "asked_on": told(one.asked_on), "answered_on": told(one.answered_on),
            "days": one.days, "state": str(PUBLICATION.states[one.state].label), "out_on": told(out.get(one.id)),
            "corrections": max(one.current - 1, 0), "down_why": one.get_down_why_display(),
        }  # fmt: skip


def publication_list() -> Kind:
    """公开答复."""
    columns: dict[str, Words] = {
        "number": gettext_lazy("工单编号"), "title": gettext_lazy("标题"), "unit": gettext_lazy("主办单位"), "type": gettext_lazy("诉求类型"),
        "topic": gettext_lazy("事项分类"), "outcome": gettext_lazy("办理结果"), "asked_on": pgettext_lazy("状态", "登记"),
        "answered_on": gettext_lazy("答复时间"), "days": gettext_lazy("用了几天"), "state": gettext_lazy("状态"),
        "out_on": gettext_lazy("第一次公开的时间"), "corrections": gettext_lazy("更正次数"), "down_why": gettext_lazy("撤下的原因"),
    }  # fmt: skip
    return Kind(
        name="publication", label=gettext_lazy("公开答复"), permission=P.CASE_VIEW, day=gettext_lazy("答复的日期"), page="case_publications:list",
        columns=lambda: columns, rows=_publications, cells=_publication_cells, still=still_in(_texts_of),
        start=("number", "title", "unit", "answered_on", "state", "out_on", "corrections"),
        filters={"state": Filter(gettext_lazy("状态"), lambda _by: PUBLICATION.choices())},
    )  # fmt: skip


# --- the reception register -------------------------------------------------------------------------------------------


def _typed(by: Actor) -> QuerySet[ReceptionRow]:
    """Typed lines of the register whose case this person may open."""
    return ReceptionRow.objects.filter(county=by.county, case__in=visible_to(by).values("id"))


def _register(by: Actor, asked: Asked) -> Found:
    mine = asked.unit.id in by.units(P.CASE_RECORD)
    here = {"sheet__unit": asked.unit, **of_period(asked.period, "sheet__day", days=True)}
    rows = _typed(by).filter(**here).order_by("sheet__day", "sheet__page", "line")
    pairs = list(rows.values_list("id", "sheet__day")[: asked.most + 1]) if mine else []
    return Found(pairs, ReceptionRow.objects.filter(county=by.county, **here).count() if mine else 0)


def _register_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> dict[UUID, Line]:
    found: dict[UUID, Line] = {}
    for some in batches(keys):
        rows = list(_typed(by).filter(id__in=some).select_related("sheet"))
        cases = {
            key: dict(zip(FIELDS, cells, strict=True)) for key, cells in cells_by_key(by, [one.case_id for one in rows])
        }
        for one in rows:
            place: Line = {
                "day": told(one.sheet.day),
                "page": one.sheet.page,
                "code": line_code(one.sheet.mark, one.line),
            }
            found[one.id] = place | {name: cases.get(one.case_id, {}).get(name, "") for name in OF_A_LINE}
    return found


def _register_columns() -> dict[str, Words]:
    own: dict[str, Words] = {
        "day": gettext_lazy("接待日"),
        "page": gettext_lazy("第几页"),
        "code": gettext_lazy("行码"),
    }
    return own | {name: words for name, words in case_columns().items() if name in OF_A_LINE}


def register_list() -> Kind:
    """接待登记表, the lines that were typed back in."""
    return Kind(
        name="register", label=gettext_lazy("接待登记"), permission=P.CASE_RECORD, day=gettext_lazy("接待日"), page="casework:register",
        columns=_register_columns, rows=_register, cells=_register_cells, still=still_in(_typed),
        start=("day", "number", "channel", "title", "lead", "state", "outcome"),
    )  # fmt: skip


# --- 热点 -------------------------------------------------------------------------------------------------------------


def _held(by: Actor, asked: Asked) -> dict[UUID, list[UUID]]:
    return matters.held_in(by, Wanted(unit=asked.unit.id, since=asked.period.first, until=asked.period.last))


def _groups(by: Actor, asked: Asked) -> Found:
    held = _held(by, asked)
    last = matters.newest(by.county, held)
    order = sorted(held, key=lambda matter: (-len(held[matter]), -last[matter].timestamp(), matter))
    return Found([(key, last[key]) for key in order[: asked.most + 1]], len(order))


def _group_cells(by: Actor, keys: Sequence[UUID], asked: Asked) -> dict[UUID, Line]:
    held = _held(by, asked)
    chosen = {key: held[key] for key in dict.fromkeys(keys) if key in held}
    return {
        one.matter: {
            "title": hide(one.title), "cases": one.number, "people": one.people, "first": told(timezone.localdate(one.first)),
            "last": told(timezone.localdate(one.last)), "confirmed": _("核对过") if one.confirmed else "",
        }
        for one in matters.drawn(by, chosen)
    }  # fmt: skip


def matter_list() -> Kind:
    """热点, each with the cases that the reader sees of it."""
    columns: dict[str, Words] = {
        "title": gettext_lazy("说的什么事"), "cases": gettext_lazy("件数"), "people": gettext_lazy("多少人反映"), "first": gettext_lazy("最早一件"),
        "last": gettext_lazy("最近一件"), "confirmed": gettext_lazy("是不是核对过"),
    }  # fmt: skip
    return Kind(
        name="matter", label=gettext_lazy("热点"), permission=P.CASE_VIEW, day=gettext_lazy("登记的日期"), page="casework:hot",
        columns=lambda: columns, start=tuple(columns), rows=_groups, cells=_group_cells, still=matters.seen_of, measure=gettext_lazy("组"),
    )  # fmt: skip
