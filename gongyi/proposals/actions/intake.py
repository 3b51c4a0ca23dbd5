"""A proposal comes in: written, with its authors; sent to be screened; corrected until it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, numbering, search
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.said import Piece, Said, joined, say
from gongyi.core.secrets import mask_text
from gongyi.core.tracking import code_digest
from gongyi.core.workflow import check_seen, first_step
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.people.queries import first_with
from gongyi.proposals.actions.moving import move, next_turn, sync_parts
from gongyi.proposals.models import Author, Call, Category, Proposal, ProposalStep, Session

SERIES = "提"
MOST_AUTHORS = 60


@dataclass(frozen=True)
class AuthorFacts:
    """Who proposes or co-signs, as far as known."""

    name: str = ""
    phone: str = ""
    organisation: str = ""
    signed: str = Author.Signed.ASKED
    code: str = ""  # by which a co-signer confirms; only its digest is stored
    resident: UUID | None = None

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.organisation or self.resident)


@transaction.atomic
def open_proposal(
    *,
    by: Actor,
    unit: Unit,
    title: str,
    analysis: str,
    suggestions: str,
    authors: Sequence[AuthorFacts],
    kind: str = Proposal.Kind.SINGLE,
    category: Category | None = None,
    session: Session | None = None,
    call: Call | None = None,
    may_publish: bool = False,
    submit: bool = True,
) -> Proposal:
    """Record a proposal in `unit`; unless it stays a draft it goes at once to the nearest desk that screens.

    Raises PermissionDenied when the person may not record there, ValidationError by field, Refused `nobody` when no unit up to
    the county screens proposals.
    """
    if unit.county != by.county or not by.can(P.PROPOSAL_RECORD, unit.id):
        raise PermissionDenied
    proposal = Proposal(
        id=new_key(by.county), county=by.county, state="draft", changed_at=clock.now(), recorded_at=clock.now(), recorded_by=by.id,
        unit=unit, desk=desk_for(unit), kind=kind, category=category, session=session, call=call, may_publish=may_publish,
        **clean_texts(title, analysis, suggestions, whole=submit),
    )  # fmt: skip
    check_kind(kind, authors)
    store(proposal, authors, by=by, action="record")
    return submit_proposal(proposal, by=by) if submit else proposal


def check_kind(kind: str, authors: Sequence[AuthorFacts]) -> None:
    """A joint proposal has co-signers, a collective one the name of who stands behind it."""
    known = [author for author in authors if author]
    if kind == Proposal.Kind.JOINT and len(known) <= 1:
        raise ValidationError({"cosigners": _("联名提案要写上联名人，一行一个。")})
    if kind == Proposal.Kind.COLLECTIVE and not (known and known[0].organisation):
        raise ValidationError({"organisation": _("集体提案要写是哪个单位或团体提的。")})
    if len(known) > MOST_AUTHORS:
        raise ValidationError({"cosigners": _("联名人最多写 59 个。")})


def clean_texts(title: str, analysis: str, suggestions: str, *, whole: bool) -> dict[str, str]:
    """The three texts; a draft may lack its suggestions, what is sent may not."""
    texts = {"title": mask_text(title.strip()), "analysis": analysis.strip(), "suggestions": suggestions.strip()}
    wanted = {
        "title": _("请写一句案由。"),
        "analysis": _("请写现在是什么情况、难在哪里。"),
        "suggestions": _("请写具体建议怎么做。"),
    }
    missing = {name: words for name, words in wanted.items() if not texts[name] and (whole or name != "suggestions")}
    if missing:
        raise ValidationError(missing)
    return texts


def store(proposal: Proposal, authors: Sequence[AuthorFacts], *, by: Actor, action: str, note: str = "") -> None:
    """Number a new proposal in its register, save it with its authors, timeline and parts."""
    proposal.number = numbering.next_number(county=proposal.county, series=SERIES, subject=proposal.id)
    for name, value in next_turn(proposal, set()).items():
        setattr(proposal, name, value)
    proposal.clean_fields(
        exclude=["id", "unit", "desk", "lead", "turn_unit", "category", "session", "call", "first", "parent"]
    )
    with search.together():
        proposal.save()
        for place, facts in enumerate(filter(None, authors)):
            add_author(proposal, facts, place)
    first_step(proposal, action, by=by, step=ProposalStep, parent="proposal", note=note)
    sync_parts(proposal, set())


def author_of(proposal: Proposal, facts: AuthorFacts, place: int) -> Author:
    """One author of a proposal at this place, not saved; the proposer stands at 0 and needs no confirmation."""
    signed = Author.Signed.YES if place == 0 else Author.Signed(facts.signed)
    author = Author(
        id=new_key(proposal.county), county=proposal.county, proposal=proposal, place=place, signed=signed, at=clock.now(), resident=facts.resident,
        code=code_digest(facts.code) if facts.code else "",
    )  # fmt: skip
    author.set_identity(name=facts.name, phone=facts.phone, address="", organisation=facts.organisation)
    return author


def add_author(proposal: Proposal, facts: AuthorFacts, place: int) -> Author:
    """The same, saved."""
    author = author_of(proposal, facts, place)
    author.save()
    return author


def desk_for(unit: Unit) -> Unit:
    """The nearest unit from here upwards that screens proposals. Raises Refused `nobody` where there is none."""
    if found := first_with(chain(unit), P.PROPOSAL_SCREEN, besides=set()):
        return found
    raise Refused(
        "nobody", _("从%(unit)s到县里都还没有人审查提案。") % {"unit": unit.name}, _("请账号管理员先授予派单员角色。"), status=422,
    )  # fmt: skip


@transaction.atomic
def submit_proposal(proposal: Proposal, *, by: Actor, seen: int | None = None) -> Proposal:
    """提交: to be screened; the limit of the screening starts now. Raises ValidationError while a text is missing."""
    clean_texts(proposal.title, proposal.analysis, proposal.suggestions, whole=True)
    return move(proposal, "submit", by=by, seen=seen, changes={"submitted_at": clock.now()})


@transaction.atomic
def resubmit(
    proposal: Proposal, *, by: Actor, title: str, analysis: str, suggestions: str, seen: int | None = None
) -> Proposal:
    """改好再提交: with the texts that the proposer changed; the timeline says what stood there before."""
    check_seen(proposal, seen, mine=suggestions)
    texts = clean_texts(title, analysis, suggestions, whole=True)
    note = changed(proposal, texts)
    return move(proposal, "resubmit", by=by, seen=seen, changes=texts | {"submitted_at": clock.now()}, note=note)


@transaction.atomic
def correct(
    proposal: Proposal, *, by: Actor, title: str, analysis: str, suggestions: str, may_publish: bool,
    category: Category | None = None, session: Session | None = None, seen: int | None = None,
) -> Proposal:  # fmt: skip
    """改文字: a slip is mended before the proposal is handed on; the timeline says what stood there before."""
    check_seen(proposal, seen, mine=suggestions)
    texts: dict[str, Any] = clean_texts(title, analysis, suggestions, whole=proposal.state != "draft")
    note = changed(proposal, texts)
    facts = texts | {
        "may_publish": may_publish, "category_id": category.id if category else None, "session_id": session.id if session else None,
    }  # fmt: skip
    return move(proposal, "correct", by=by, seen=seen, changes=facts, note=note, quietly=True)


_LABELS = {
    "title": gettext_lazy("案由原来是：%(old)s"),
    "analysis": gettext_lazy("情况分析原来是：%(old)s"),
    "suggestions": gettext_lazy("具体建议原来是：%(old)s"),
}


def changed(proposal: Proposal, texts: dict[str, Any]) -> Said:
    """What stood in the texts that change."""
    lines: list[Piece] = [
        say(words, old=getattr(proposal, name))
        for name, words in _LABELS.items()
        if texts[name] != getattr(proposal, name)
    ]
    return joined(lines)


@transaction.atomic
def cosign(
    proposal: Proposal, *, by: Actor, name: str, phone: str = "", organisation: str = "", signed: bool = False,
    seen: int | None = None,
) -> Proposal:  # fmt: skip
    """加联名人: `signed` when the paper with the signature is there; until then it counts as asked. Its name stays out of the timeline."""
    if not name.strip():
        raise ValidationError({"name": _("请写联名人的姓名。")})
    rows = Author.objects.filter(county=proposal.county, proposal=proposal)
    last = rows.order_by("-place").values_list("place", flat=True).first()
    if last is not None and last + 1 >= MOST_AUTHORS:
        raise ValidationError({"name": _("联名人最多写 59 个。")})
    kind = Proposal.Kind.JOINT if proposal.kind == Proposal.Kind.SINGLE and last is not None else proposal.kind
    move(proposal, "cosign", by=by, seen=seen, changes={"kind": kind}, quietly=True)
    facts = AuthorFacts(name, phone, organisation, Author.Signed.YES if signed else Author.Signed.ASKED)
    add_author(proposal, facts, 0 if last is None else last + 1)
    return proposal


@transaction.atomic
def confirm(proposal: Proposal, *, by: Actor, author: UUID, agreed: bool, seen: int | None = None) -> Proposal:
    """记联名人答复: the co-signer confirmed, or does not sign; the row stays either way."""
    row = Author.objects.filter(county=proposal.county, proposal=proposal, id=author, place__gt=0).first()
    if row is None:
        raise ValidationError({"author": _("这个人不在联名人里。")})
    reason = say(gettext_lazy("本人确认了") if agreed else gettext_lazy("本人不联名"))
    move(proposal, "confirm", by=by, seen=seen, reason=reason, quietly=True)
    Author.objects.filter(county=proposal.county, id=row.id).update(
        signed=Author.Signed.YES if agreed else Author.Signed.NO, at=clock.now()
    )
    return proposal
