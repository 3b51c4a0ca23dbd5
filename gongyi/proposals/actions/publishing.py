"""What proposals say of their public texts: from when on, what they begin with, what is never read."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit
from gongyi.proposals.actions.moving import somebody_else
from gongyi.proposals.models import Proposal, Publication, PublicationStep, PublishedText, ShownWord
from gongyi.proposals.queries.case import fetch
from gongyi.proposals.queries.published import known_of, preview_of, unread_answer
from gongyi.proposals.rules import (
    answered,
    concerned,
    conflicted,
    declared,
    parts_visible_to,
    visible_to,
    why_never_public,
    why_not_public,
)
from gongyi.proposals.workflow import PUBLICATION
from gongyi.publishing.rules import Field, Press, Words


def _facts(proposal: Proposal) -> dict[str, Any]:
    """What the public reads beside the text."""
    out = answered(proposal)
    return {
        "unit_id": proposal.lead_id or proposal.desk_id, "category_id": proposal.category_id, "session_id": proposal.session_id,
        "result_id": proposal.result_id if out else None,
        "submitted_on": timezone.localdate(proposal.submitted_at or proposal.recorded_at or clock.now()),
        "answered_on": timezone.localdate(proposal.replied_at) if out and proposal.replied_at else None,
    }  # fmt: skip


def _begin(proposal: Proposal) -> dict[str, str]:
    return {
        "title": proposal.title, "analysis": proposal.analysis, "suggestions": proposal.suggestions,
        "answer": proposal.answer if answered(proposal) else "",
    }  # fmt: skip


def _needed(proposal: Proposal) -> set[str]:
    """Until there is an answer the public reads what is suggested."""
    return {"title", "analysis", "suggestions"} | ({"answer"} if answered(proposal) else set())


def _second(proposal: Proposal, besides: set[UUID | None]) -> Unit:
    return somebody_else(proposal, proposal.lead or proposal.desk, P.PROPOSAL_APPROVE, besides=besides)


PRESS = Press(
    kind="proposal", space="proposal_publications", title=_("公开提案"), table=PUBLICATION, publication=Publication, text=PublishedText,
    word=ShownWord, step=PublicationStep, record=Proposal, view=P.PROPOSAL_VIEW, keeps=("result_id",),
    words=Words(
        lead=_("立案以后就能公开：大家看得到建议了什么、办到哪一步、怎么答的。提出人同意、另一个人审过才公开。"),
        empty=_("打开一件立案的、提出人同意公开的提案，按“公开提案”。"), find=_("看提案"),
        begin=_("先照案由、情况分析、具体建议和发出的答复拟一份，您来改；程序遮住姓名、电话、证件、车牌和门牌。另一个人审过才公开。"),
        waiting=_("等您审的公开提案"), record=_("看这件提案"), stranger=_("提出人"),
    ),
    fields=(
        Field("title", _("案由"), _("一句话说建议什么，不写是谁。")),
        Field("analysis", _("情况分析"), _("去掉认得出是谁的话。姓名、电话、证件、门牌程序会遮住。")),
        Field("suggestions", _("具体建议")),
        Field("answer", _("答复"), _("答复发出以前空着；发出以后按“更正”补上。"), rows=9),
    ),
    joined=("proposal__category", "proposal__session", "proposal__result", "proposal__lead", "proposal__desk", "unit", "second", "category", "session", "result"),
    template="proposals/_public.html", public_page="home:suggestion", find_url="/proposals/",
    fetch=fetch, visible=visible_to, parts=parts_visible_to, declared=declared, concerned=concerned,
    why_not=why_not_public, why_never=why_never_public, facts=_facts, begin=_begin, known=known_of, second=_second,
    needed=_needed, renewed=lambda proposal: {"answer"} if unread_answer(proposal) else set(), apart=conflicted, preview=preview_of,
)  # fmt: skip
