"""What of proposals is up to a person now: each section is the beginning of a list, so that both hold the same proposals."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.timeline import button as _button
from gongyi.core.today import Line, Section
from gongyi.proposals.models import Proposal
from gongyi.proposals.queries.lists import Row, Wanted, list_parts, row, rows_of
from gongyi.proposals.queries.words import AT_ONCE, NEXT
from gongyi.proposals.workflow import PROPOSAL
from gongyi.publishing.queries import waiting_section
from gongyi.publishing.rules import press_named

SHOWN, COUNT_TO = 20, 50
button = partial(_button, PROPOSAL)
_WHY: dict[str, Promise] = {
    "draft": gettext_lazy("还没有提交"), "sent_back": gettext_lazy("请提出人改好再交"), "submitted": gettext_lazy("新提交的，要您审查"),
    "screening": gettext_lazy("正在审查，要您定"), "filed": gettext_lazy("立案了，要您交给承办单位"), "returned": gettext_lazy("被退了回来，要您另交单位"),
    "assigned": gettext_lazy("交给了您的单位，还没有人签收"), "signed": gettext_lazy("您的单位接了手，先和提出人沟通"),
    "talking": gettext_lazy("您的单位主办，还没有答复"), "consulting": gettext_lazy("等您的单位写意见，主办单位才能答复"),
    "drafting": gettext_lazy("您的单位在写答复"), "redo": gettext_lazy("提出人不满意，要您的单位重新办"),
    "reviewing": gettext_lazy("答复写好了，等您签发"), "auditing": gettext_lazy("答复签发了，等督办审核"),
    "extending": gettext_lazy("承办单位想延期，等您批"), "replied": gettext_lazy("答复了，请问提出人满意不满意"),
    "following": gettext_lazy("答应的事还没有办成"),
}  # fmt: skip
_TITLES: dict[str, Promise] = {
    "late": gettext_lazy("提案 · 已超期"), "soon": gettext_lazy("提案 · 三天内到期"), "later": gettext_lazy("提案 · 还有时间"),
}  # fmt: skip


def my_day(by: Actor) -> list[Section]:
    """The sections of Today that hold proposals, the most pressing first."""
    if not by.can(P.PROPOSAL_VIEW):
        return []
    found = []
    for key, title in _TITLES.items():
        rows = list_parts(by, Wanted(waiting="me", due=key)).order_by(F("due").asc(nulls_last=True), "proposal")
        keys = list(dict.fromkeys(rows.values_list("proposal", flat=True)[: COUNT_TO + 1]))
        if keys:
            lines = [_line(one) for one in _named(keys[:SHOWN])]
            query, many = f"waiting=me&due={key}", len(keys) > COUNT_TO
            found.append(
                Section(f"proposals-{key}", title, lines, min(len(keys), COUNT_TO), query, many, "proposals:list")
            )
    texts = waiting_section(by, press_named("proposal"))
    return [*found, texts] if texts.count else found


def _named(keys: Iterable[UUID]) -> list[Row]:
    rows = {row.id: row for row in rows_of(Proposal.objects.filter(id__in=list(keys)))}
    return [rows[key] for key in keys if key in rows]


def _line(one: Row) -> Line:
    action = NEXT[one.state]
    step = button(action, f"/proposals/{one.id}/", at_once=action in AT_ONCE)
    return Line(row(one), str(_WHY[one.state]), step)
