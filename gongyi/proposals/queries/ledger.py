"""The list of proposals as ledgers take it: no proposer, no contact; names in the texts are hidden."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.lists import Asked, Cell, Filter, Found, Kind, Opened, Words, batches, still_in, told
from gongyi.core.search import Seldom
from gongyi.core.secrets import find_in_all, hide_private, mask_text
from gongyi.proposals.models import Author, Proposal
from gongyi.proposals.queries.choices import categories, sessions
from gongyi.proposals.queries.lists import Wanted, list_parts, row, rows_of
from gongyi.proposals.rules import parts_visible_to, visible_to
from gongyi.proposals.workflow import PROPOSAL, STATES

JOINED = ("category", "session", "unit", "lead", "supervisor", "result", "turn_unit")
_KNOWN = {"name": "name", "phone": "phone", "address": "address"}


def columns() -> dict[str, Words]:
    """The columns of a list of proposals; who proposed, a phone or an address is none of them."""
    return {
        "number": gettext_lazy("案号"), "external_no": gettext_lazy("原案号"), "title": gettext_lazy("案由"), "category": gettext_lazy("类别"), "session": gettext_lazy("届次"),
        "kind": gettext_lazy("提案形式"), "key": gettext_lazy("重点提案"), "unit": gettext_lazy("登记单位"), "recorded_at": gettext_lazy("登记时间"),
        "filed_at": gettext_lazy("立案时间"), "lead": gettext_lazy("主办单位"), "supervisor": gettext_lazy("督办单位"),
        "assigned_at": gettext_lazy("交办时间"), "unit_due": gettext_lazy("办结期限"), "state": gettext_lazy("状态"), "turn": gettext_lazy("轮到谁"),
        "met": gettext_lazy("面商次数"), "replied_at": gettext_lazy("答复时间"), "reply_no": gettext_lazy("答复文号"), "result": gettext_lazy("办理结果"),
        "manner": gettext_lazy("办理态度"), "rating": gettext_lazy("对办理结果满意吗"), "closed_at": gettext_lazy("结束时间"),
        "extensions": gettext_lazy("延期次数"), "returns": gettext_lazy("退办次数"), "redos": gettext_lazy("重办次数"),
        "cause": gettext_lazy("没有立案的理由"), "analysis": gettext_lazy("情况分析"), "suggestions": gettext_lazy("具体建议"), "answer": gettext_lazy("答复内容"),
    }  # fmt: skip


def _rows(by: Actor, asked: Asked) -> Found:
    keys: dict[str, Any] = {name: UUID(asked.where[name]) for name in ("category", "session") if asked.where.get(name)}
    wanted = Wanted(
        unit=asked.unit.id,
        state=asked.where.get("state", ""),
        since=asked.period.first,
        until=asked.period.last,
        **keys,
    )
    parts = list_parts(by, wanted).order_by("recorded_at", "proposal")
    pairs = list(parts.values_list("proposal", "recorded_at")[: asked.most + 1])
    return Found(pairs, len(pairs))


def cells(by: Actor, keys: Sequence[UUID], _asked: Asked | None = None) -> dict[UUID, dict[str, Cell]]:
    """The cells of these proposals by column, of those that this person may open."""
    return {key: line for some in batches(keys) for key, line in _batch(by, some)}


def _batch(by: Actor, keys: list[UUID]) -> Iterator[tuple[UUID, dict[str, Cell]]]:
    own = defaultdict[UUID, dict[str, list[str]]](lambda: {kind: [] for kind in _KNOWN})
    for author in Author.objects.filter(county=by.county, proposal__in=keys):
        for kind, field in _KNOWN.items():
            own[author.proposal_id][kind].append(getattr(author, field))
    for one in visible_to(by).filter(id__in=keys).select_related(*JOINED):
        yield one.id, _line(one, own[one.id])


def _line(one: Proposal, own: dict[str, list[str]]) -> dict[str, Cell]:
    sent = one.answer if one.replied_at else ""
    texts = [one.title, one.analysis, one.suggestions, sent]
    hidden = [hide_private(text, found) for text, found in zip(texts, find_in_all(texts, own), strict=True)]
    moments = ("recorded_at", "filed_at", "assigned_at", "unit_due", "replied_at", "closed_at")
    named = {
        name: str(getattr(one, name) or "") for name in ("category", "session", "unit", "lead", "supervisor", "result")
    }
    return {
        **dict(zip(("title", "analysis", "suggestions", "answer"), hidden, strict=True)), **named,
        **{name: told(getattr(one, name)) for name in moments}, "number": one.number, "external_no": mask_text(one.external_no), "kind": one.get_kind_display(),
        "key": _("重点") if one.key else "", "state": str(STATES[one.state].label), "turn": str(one.turn_unit or ""),
        "reply_no": one.reply_no, "manner": one.get_manner_display(), "rating": one.get_rating_display(), "cause": one.cause,
        **{name: getattr(one, name) for name in ("met", "extensions", "returns", "redos")},
    }  # fmt: skip


def _lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    return {found.id: row(found) for found in rows_of(Proposal.objects.filter(id__in=keys))}


def proposal_list() -> Kind:
    """提案."""
    return Kind(
        name="proposal", label=gettext_lazy("提案"), permission=P.PROPOSAL_VIEW, day=gettext_lazy("登记的日期"), page="proposals:list",
        columns=columns, rows=_rows, cells=cells, still=still_in(visible_to),
        start=("number", "title", "category", "lead", "assigned_at", "unit_due", "state", "replied_at", "result", "rating"),
        filters={
            "state": Filter(gettext_lazy("状态"), lambda _by: PROPOSAL.choices()),
            "category": Filter(gettext_lazy("类别"), lambda by: [(str(one.id), one.name) for one in categories(by.county)]),
            "session": Filter(gettext_lazy("届次"), lambda by: [(str(one.id), one.name) for one in sessions(by.county)]),
        },
        opened=Opened(Proposal, lambda by, key: Exists(parts_visible_to(by).filter(Seldom("proposal", OuterRef(key)))), _lines),
    )  # fmt: skip
