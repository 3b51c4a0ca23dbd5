"""What casework says of the public answers of its cases: what may be public, what they begin with, what is never read."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongyi.casework.actions.moving import conflicted, somebody_else
from gongyi.casework.models import Case, Publication, PublicationStep, PublishedText, ShownWord
from gongyi.casework.queries import fetch
from gongyi.casework.queries.publications import known_of, preview_of
from gongyi.casework.rules import concerned, declared, parts_visible_to, visible_to, why_never_public, why_not_public
from gongyi.casework.workflow import PUBLICATION
from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.network.models import Unit
from gongyi.publishing.rules import Field, Press, Words


def _facts(case: Case) -> dict[str, Any]:
    """What the public reads beside the text."""
    answered = case.answered_at or case.closed_at or clock.now()
    return {
        "unit_id": case.lead_id, "type_id": case.type_id, "topic_id": case.topic_id, "outcome": case.outcome,
        "asked_on": timezone.localdate(case.recorded_at), "answered_on": timezone.localdate(answered),
    }  # fmt: skip


def _begin(case: Case) -> dict[str, str]:
    return {"title": case.title, "matter": case.content, "answer": case.answer}


def _second(case: Case, besides: set[UUID | None]) -> Unit:
    return somebody_else(case, case.lead or case.desk, P.CASE_APPROVE, besides=besides)


PRESS = Press(
    kind="case", space="case_publications", title=_("公开答复"), table=PUBLICATION, publication=Publication, text=PublishedText,
    word=ShownWord, step=PublicationStep, record=Case, view=P.CASE_VIEW, keeps=("outcome",),
    words=Words(
        lead=_("把答复公开，让遇到同样事情的人不用再问一遍。诉求人同意、另一个人审过才公开。"),
        empty=_("打开一件办结的、诉求人同意公开的办件，按“公开答复”。"), find=_("看办结的办件"),
        begin=_("先照原来的标题、诉求和答复拟一份，您来改；程序遮住姓名、电话、证件、车牌和门牌。另一个人审过才公开。"),
        waiting=_("等您审的公开答复"), record=_("看这件办件"), stranger=_("诉求人"),
    ),
    fields=(
        Field("title", _("标题"), _("一句话说是什么事，不写是谁。")),
        Field("matter", _("诉求"), _("去掉认得出是谁的话：家里几口人、在哪里上班、第几家。姓名、电话、证件、门牌程序会遮住。")),
        Field("answer", _("答复"), rows=9),
    ),
    joined=("case__type", "case__topic", "case__lead", "case__desk", "case__about_unit", "unit", "second", "type", "topic"),
    template="casework/publication/_answer.html", public_page="home:answer", find_url="/cases/?state=closed",
    fetch=fetch, visible=visible_to, parts=parts_visible_to, declared=declared, concerned=concerned,
    why_not=why_not_public, why_never=why_never_public, facts=_facts, begin=_begin, known=known_of, second=_second,
    needed=lambda _case: {"title", "matter", "answer"}, renewed=lambda _case: set(), apart=conflicted, preview=preview_of, ledger="publication",
)  # fmt: skip
