"""What residents do by themselves: suggest, co-sign, answer a question, add to it, change it, judge the answer, take it back.

Who opened a suggestion by its number and code acts as its proposer (`core.access.asker_actor`) through the table of moves; a
co-signer, by a code of their own, only says yes or no.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.portal import open_wish
from gongyi.core import audit, clock
from gongyi.core.access import Actor, asker_actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments.keeping import keep_files
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.core.tracking import ALPHABET, code_digest
from gongyi.core.workflow import check_seen
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.people.models import Resident
from gongyi.people.queries import desk_for_residents, first_with
from gongyi.promises.actions import end_promises
from gongyi.proposals.actions.answers import rate
from gongyi.proposals.actions.intake import AuthorFacts, changed, check_kind, clean_texts, store
from gongyi.proposals.actions.moving import move, tell, tell_turn
from gongyi.proposals.actions.promising import record_of
from gongyi.proposals.actions.voices import let_go_voices
from gongyi.proposals.models import Author, Call, Proposal, Sketch
from gongyi.proposals.workflow import TURNS

KEPT, MOST_AT_ONCE = timedelta(days=30), 500  # an unfinished suggestion that nobody touches; removed in one run
MARK, LETTERS = "N-", 6  # how the number of an unfinished one begins, and goes on


def asker_of_proposal(proposal: Proposal) -> Actor:
    """The resident who opened this suggestion by its code. Pages make it from what the session holds, and from nothing else."""
    return asker_actor("asker", proposal.county, proposal.id)


def signer_of(author: Author) -> Actor:
    """The co-signer who opened this one place by its own code."""
    return asker_actor("co-signer", author.county, author.id)


@transaction.atomic
def send_suggestion(
    *, county: int, title: str, analysis: str, suggestions: str, code: str, authors: Sequence[AuthorFacts] = (),
    kind: str = Proposal.Kind.SINGLE, call: Call | None = None, area: Unit | None = None, may_publish: bool = False,
    files: Sequence[Any] = (), sketch: Sketch | None = None,
) -> Proposal:  # fmt: skip
    """A resident's own suggestion, free or to a call; it goes at once to the desk that screens: the call's, else the nearest one.

    `code` is what the resident keeps; only its digest is stored. `authors` begin with the proposer. `sketch` is the unfinished one
    that this was, which goes. Raises ValidationError by field, Refused `nobody`, `call_over`, or the refusal of a file.
    """
    if call is not None and call.phase != "open":
        raise Refused(
            "call_over", _("这个征集现在不收建议了。"), _("您写的还在。可以不选征集，当作平时的建议送出。"), status=422
        )
    if len(authors) > 1 and not authors[0].name:
        raise ValidationError({"name": _("和别人联名的，请写您的姓名。")})
    check_kind(kind, authors)
    start = call.unit if call else area or Unit.objects.get(county=county, tier=Unit.Tier.COUNTY)
    desk = desk_for_residents(first_with(chain(start), P.PROPOSAL_SCREEN, besides=set()))
    by, now = asker_actor("asker", county, new_key(county)), clock.now()
    proposal = Proposal(
        id=new_key(county), county=county, state="submitted", changed_at=now, recorded_at=now, submitted_at=now, unit=desk, desk=desk,
        kind=kind, call=call, may_publish=may_publish, code=code_digest(code), **clean_texts(title, analysis, suggestions, whole=True),
    )  # fmt: skip
    store(proposal, authors, by=by, action="send")
    tell_turn(proposal, by=by)
    if sketch is not None:
        Sketch.objects.filter(county=county, id=sketch.id).delete()
    if files:
        add_to_suggestion(proposal, by=asker_of_proposal(proposal), files=files)
    return proposal


# --- not finished yet -------------------------------------------------------------------------------------------------


def keep_sketch(*, county: int, code: str, sketch: Sketch | None = None, **facts: Any) -> Sketch:
    """Keep what was written so far, as it is; a sketch that was opened by its code keeps its number and code."""
    kept = sketch or Sketch(county=county, number=_sketch_number(), code=code_digest(code))
    for name, value in facts.items():
        setattr(kept, name, value)
    kept.kept_at = clock.now()
    with transaction.atomic():
        kept.save()
        audit.record(
            by=asker_actor("asker", county, kept.id), action="sketch.keep", kind="proposals.sketch", subject=kept.id
        )
    return kept


def _sketch_number() -> str:
    return MARK + "".join(secrets.choice(ALPHABET) for _n in range(LETTERS))


def drop_old_sketches(county: int) -> int:
    """Delete what nobody touched for a month; returns how many."""
    old = Sketch.objects.filter(county=county, kept_at__lt=clock.now() - KEPT).order_by("kept_at")
    keys = list(old.values_list("id", flat=True)[:MOST_AT_ONCE])
    Sketch.objects.filter(county=county, id__in=keys).delete()
    return len(keys)


# --- one's own suggestion ---------------------------------------------------------------------------------------------


@transaction.atomic
def reply(proposal: Proposal, *, by: Actor, note: str, seen: int | None = None) -> Proposal:
    """回答提问. Raises Refused `no_question` when nothing is asked any more."""
    if not proposal.question:
        raise Refused("no_question", _("现在没有要您回答的问题。"), _("想再说一句，请用“补充一句”。"), status=422)
    move(proposal, "reply", by=by, seen=seen, changes={"question": ""}, note=_written(note), quietly=True)
    _tell_working(proposal, by=by, words=gettext_lazy("提出人回答了提问"))
    return proposal


def add_to_suggestion(
    proposal: Proposal, *, by: Actor, note: str = "", files: Sequence[Any] = (), seen: int | None = None
) -> Proposal:
    """提出人补充: a word, files, or both. Raises the refusal of a file that cannot be taken; then nothing is kept."""
    if not files:
        note = _written(note)

    def moved() -> None:
        move(proposal, "add", by=by, seen=seen, note=note.strip(), quietly=True)
        if note.strip():
            _tell_working(proposal, by=by, words=gettext_lazy("提出人补充了情况"))

    keep_files(proposal.id, files, by=by, moved=moved)
    return proposal


@transaction.atomic
def revise(
    proposal: Proposal, *, by: Actor, title: str, analysis: str, suggestions: str, seen: int | None = None
) -> Proposal:
    """改好再交: what stood there before stays in the timeline of the office."""
    check_seen(proposal, seen, mine=suggestions)
    texts = clean_texts(title, analysis, suggestions, whole=True)
    facts = texts | {"submitted_at": clock.now()}
    return move(proposal, "revise", by=by, seen=seen, changes=facts, note=changed(proposal, texts))


def judge(
    proposal: Proposal, *, by: Actor, manner: str, rating: str, note: str = "", seen: int | None = None
) -> Proposal:
    """评价: manner and result apart; not satisfied leads to another answer, so many times as the county set."""
    rate(proposal, by=by, manner=manner, rating=rating, note=note.strip(), action="judge", seen=seen)
    _tell_working(proposal, by=by, words=gettext_lazy("提出人作了评价"))
    return proposal


@transaction.atomic
def take_back(proposal: Proposal, *, by: Actor, note: str = "", seen: int | None = None) -> Proposal:
    """撤回: it ends here; who works on it is told, and what its answers promised ends with it."""
    _tell_working(proposal, by=by, words=gettext_lazy("提案撤回了，不用再办"))
    move(proposal, "take_back", by=by, seen=seen, note=note.strip(), quietly=True)
    end_promises(record_of(proposal), county=proposal.county, reason=say(gettext_lazy("提案撤回了")))
    return proposal


@transaction.atomic
def wish_about_data(proposal: Proposal, *, by: Actor, kind: str, note: str, seen: int | None = None) -> Any:
    """要求更正或删除自己的信息: a case of its own at the county's desk, followed by its own number and the code of the suggestion."""
    move(proposal, "wish", by=by, seen=seen, reason=kind, quietly=True, mine=note)
    return open_wish(by=by, number=proposal.number, kind=kind, note=note, code=proposal.code)


@transaction.atomic
def countersign(author: Author, *, by: Actor, agreed: bool) -> Author:
    """联名人答复, once, by the co-signer's own code. Raises Refused `signed` for a second answer."""
    if author.signed != Author.Signed.ASKED:
        raise Refused("signed", _("您已经答复过了。"), _("想改，请打电话给收件的单位。"), status=422)
    proposal = author.proposal
    said = Author.Signed.YES if agreed else Author.Signed.NO
    reason = say(gettext_lazy("本人确认了") if agreed else gettext_lazy("本人不联名"))
    move(proposal, "countersign", by=by, reason=reason, quietly=True)
    Author.objects.filter(county=author.county, id=author.id, signed=Author.Signed.ASKED).update(
        signed=said, at=clock.now()
    )
    author.signed = said
    return author


# --- accounts ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def claim_proposal(key: UUID, *, by: Actor, resident: Resident) -> None:
    """Put a suggestion into the account of whoever opened it by its code; it stands in one account."""
    rows = Author.objects.filter(county=resident.county, proposal=key, place=0)
    if not rows.update(resident=resident.id):
        Author(
            county=resident.county,
            proposal_id=key,
            place=0,
            signed=Author.Signed.YES,
            at=clock.now(),
            resident=resident.id,
        ).save()
    audit.record(by=by, action="resident.claim", kind="proposals.proposal")


def let_go(resident: Resident) -> None:
    """The account ends: its suggestions go on, follow their codes and no longer tell that they belong together."""
    Author.objects.filter(county=resident.county, resident=resident.id).update(resident=None)
    let_go_voices(resident)


def _written(note: str) -> str:
    if not note.strip():
        raise ValidationError({"note": _("请写一句话。")})
    return note.strip()


def _tell_working(proposal: Proposal, *, by: Actor, words: Promise) -> None:
    """Those whose turn it is, and the unit that handles it."""
    place, permission = TURNS.get(proposal.state, ("desk_id", P.PROPOSAL_ASSIGN))
    wanted = {proposal.desk_id if place == "helping" else getattr(proposal, place): permission}
    if proposal.lead_id:
        wanted |= {proposal.lead_id: P.PROPOSAL_HANDLE}
    tell(proposal, wanted, by=by, event="proposal.word", words=words)
