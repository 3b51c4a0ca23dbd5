"""What of proposals is up to a person now: each section is the beginning of a list, so that both hold the same proposals."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.timeline import button as _button
from gongyi.core.today import Line, Section
from gongyi.proposals.models import Proposal, ProposalPart
from gongyi.proposals.queries.calls import call_rows, calls_to_tell
from gongyi.proposals.queries.lists import WAITING, Row, Wanted, list_parts, row, rows_of, when
from gongyi.proposals.queries.voices import comment_row, comments_to_read
from gongyi.proposals.queries.words import AT_ONCE, NEXT
from gongyi.proposals.workflow import CALL, PROPOSAL
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
    mine = dict(_mine(by)[: COUNT_TO + 1])
    shown = _named(list(mine)[:SHOWN])
    found = []
    for key, title in _TITLES.items():
        keys = [proposal for proposal, due in list(mine.items())[:COUNT_TO] if when(due) == key]
        lines = [_line(shown[proposal]) for proposal in keys if proposal in shown]
        more = len(mine) > COUNT_TO and bool(keys) and keys[-1] == list(mine)[COUNT_TO - 1]
        found.append(
            Section(f"proposals-{key}", title, lines, len(keys), f"waiting=me&due={key}", more, "proposals:list")
        )
    found = [section for section in [*found, waiting_section(by, press_named("proposal"))] if section.count]
    return found + _comments(by) + _calls(by)


def _comments(by: Actor) -> list[Section]:
    """Comments that nobody has read yet, and those of which another moderator wants the second word."""
    found = comments_to_read(by)
    lines = [Line(comment_row(one), str(_SECOND if one.state == "doubted" else _UNREAD), None) for one in found[:SHOWN]]
    if not lines:
        return []
    return [
        Section("comments", gettext_lazy("建议下的评论 · 等我看"), lines, len(found), "", page="proposals:comments")
    ]


_UNREAD, _SECOND = gettext_lazy("看过才显示，写的人在等"), gettext_lazy("有人要撤下它，另一个人也同意才撤")


def _calls(by: Actor) -> list[Section]:
    """Calls that are over: everybody waits to hear what came of them."""
    calls = calls_to_tell(by)
    lines = [
        Line(line, str(_OVER), _button(CALL, "tell", call.get_absolute_url(), at_once=False))
        for call, line in zip(calls[:SHOWN], call_rows(by, calls[:SHOWN]), strict=True)
    ]
    if not lines:
        return []
    return [Section("calls", gettext_lazy("征集 · 要公布结果"), lines, len(calls), "", page="proposals:calls")]


_OVER = gettext_lazy("到期了，提过建议的人等着听结果")


@lru_cache(maxsize=256)
def _mine(by: Actor) -> "QuerySet[ProposalPart, tuple[UUID, datetime | None]]":
    """What waits for this person, by due time. The question alone is kept, for what they hold now; the rows are read each time."""
    rows = list_parts(by, Wanted(waiting="me")).filter(state__in=WAITING)
    return rows.order_by(F("due").asc(nulls_last=True), "proposal").values_list("proposal", "due")


def _named(keys: Iterable[UUID]) -> dict[UUID, Row]:
    return {row.id: row for row in rows_of(Proposal.objects.filter(id__in=list(keys)))}


def _line(one: Row) -> Line:
    action = NEXT[one.state]
    step = button(action, f"/proposals/{one.id}/", at_once=action in AT_ONCE)
    return Line(row(one), str(_WHY[one.state]), step)
