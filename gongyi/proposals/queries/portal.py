"""What residents see of their own suggestion: found by number and code, its way in plain words, what they can do now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.queries.portal import cases_by_code
from gongyi.core import clock
from gongyi.core.deadlines import remaining
from gongyi.core.models import Attachment
from gongyi.core.secrets import mask_name, mask_phone, mask_text
from gongyi.core.timeline import Told, Way
from gongyi.core.tracking import matching, sent_lately, typed_number
from gongyi.people.queries.looks import looks
from gongyi.promises.queries import lines_for_asker
from gongyi.proposals.models import Author, Proposal, Sketch
from gongyi.proposals.queries.case import JOINED, promises_of, timeline
from gongyi.proposals.rules import answered
from gongyi.proposals.workflow import PROPOSAL, STATES

MOST_OWN = 100  # suggestions of one account on its page


# --- number and code --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a number and its code open: a suggestion of one's own, one that a co-signer is asked about, or one not finished."""

    proposal: UUID | None = None
    author: UUID | None = None
    sketch: UUID | None = None

    def __bool__(self) -> bool:
        return any((self.proposal, self.author, self.sketch))


def find_by_code(county: int, number: str, code: str) -> Found:
    """What this number and code open; nothing for an unknown number as for a wrong code, after the same work (P3)."""
    typed = typed_number(number)
    head, _dash, place = typed.rpartition("-")
    signer = Author.objects.filter(
        county=county, proposal__county=county, proposal__number=head, place=int(place[:4]) if place.isdecimal() else 0, place__gt=0
    )  # fmt: skip
    return Found(
        matching(Proposal.objects.filter(county=county, number=typed), code),
        matching(signer, code),
        matching(Sketch.objects.filter(county=county, number=typed.upper()), code),
    )


def just_sent(county: int, code: str) -> UUID | None:
    """The suggestion that a form sent within the last day made, by the code that goes with the form."""
    return sent_lately(Proposal.objects.filter(county=county), code, "recorded_at")


def just_kept(county: int, code: str) -> UUID | None:
    """The unfinished suggestion that a form kept within the last day."""
    return sent_lately(Sketch.objects.filter(county=county), code, "kept_at")


def followed_proposal(county: int, key: UUID | None) -> Proposal | None:
    """The suggestion that a session opened, with its units; None when it is gone or can no longer be followed."""
    rows = Proposal.objects.filter(county=county, id=key).exclude(code="") if key else Proposal.objects.none()
    return rows.select_related(*JOINED).first()


def followed_signer(county: int, key: UUID | None) -> Author | None:
    """The co-signer whom a session opened by a code of their own, with the suggestion."""
    rows = Author.objects.filter(county=county, id=key, place__gt=0).exclude(code="") if key else Author.objects.none()
    return rows.select_related("proposal").first()


def followed_sketch(county: int, key: UUID | None) -> Sketch | None:
    """The unfinished suggestion that a session opened."""
    return Sketch.objects.filter(county=county, id=key).select_related("call").first() if key else None


def signers_of(proposal: Proposal) -> list[dict[str, Any]]:
    """The co-signers as the proposer sees them: the number under which each confirms, the name they wrote, masked, and what was said."""
    rows = Author.objects.filter(county=proposal.county, proposal=proposal, place__gt=0).order_by("place")
    return [
        {"place": row.place, "number": f"{proposal.number}-{row.place}", "name": mask_name(row.name), "said": row.get_signed_display(),
         "waits": row.signed == Author.Signed.ASKED}
        for row in rows
    ]  # fmt: skip


def to_sign(author: Author) -> dict[str, Any]:
    """What a co-signer sees: the texts, who asks them (masked), what they said, where the suggestion stands."""
    one = author.proposal
    first = Author.objects.filter(county=one.county, proposal=one, place=0).first()
    return {
        "one": one, "author": author, "asked": author.signed == Author.Signed.ASKED, "state": STATES[one.state],
        "analysis": mask_text(one.analysis), "suggestions": mask_text(one.suggestions),
        "first": (first.organisation or mask_name(first.name)) if first else "",
    }  # fmt: skip


# --- of one account ---------------------------------------------------------------------------------------------------


def proposals_of_resident(county: int, resident: UUID) -> list[dict[str, Any]]:
    """The suggestions in one account: key, number, title and where each stands. First what waits for the resident, then open ones."""
    mine = Author.objects.filter(county=county, resident=resident)
    rows = (
        Proposal.objects.filter(county=county, id__in=mine.values("proposal")).exclude(code="").select_related(*JOINED)
    )
    newest = sorted(rows, key=lambda row: row.recorded_at, reverse=True)[:MOST_OWN]
    found = [
        {"key": row.id, "number": row.number, "title": row.title, "way": way_of(row), "open": row.is_open, "yours": waits(row)}
        for row in newest
    ]  # fmt: skip
    return sorted(found, key=lambda line: (not line["yours"], not line["open"]))


def own_proposal(county: int, resident: UUID, key: UUID) -> UUID | None:
    """The key, if the resident is its proposer and it can be followed; else None."""
    mine = Author.objects.filter(county=county, proposal=key, resident=resident, place=0)
    return mine.exclude(proposal__code="").values_list("proposal", flat=True).first()


def in_account(proposal: Proposal, resident: UUID) -> bool:
    """Whether the suggestion stands in this account."""
    return Author.objects.filter(county=proposal.county, proposal=proposal, place=0, resident=resident).exists()


def waits(proposal: Proposal) -> bool:
    """Whether it is the proposer's turn."""
    return bool(proposal.question) or proposal.state in {"sent_back", "replied"}


# --- whose turn it is -------------------------------------------------------------------------------------------------


def way_of(proposal: Proposal) -> Way:
    """Whose turn it is in the proposer's words."""
    state, unit = STATES[proposal.state], proposal.turn_unit.name if proposal.turn_unit else ""
    words, tone = str(state.resident), state.tone
    if proposal.question:
        why = _("早一点回答，就能早一点办。答复的时限不因为提问往后推。")
        return Way(_("想问您一句"), _("轮到您回答下面的问题。"), None, why, "soon", "question-circle")
    match proposal.state:
        case "sent_back":
            return Way(words, _("轮到您改一改，再交来。"), None, "", tone, state.icon)
        case "replied":
            why = _("到时没有听到您的评价，按“未评价”记下，不算满意。")
            return Way(words, _("轮到您看看答复，评价办理态度和办理结果。"), proposal.rate_due, why, tone, state.icon)
        case "merged":
            first = proposal.first
            why = _("那一件现在：%(state)s") % {"state": STATES[first.state].resident} if first else ""
            return Way(words, "", first.unit_due if first and first.is_open else None, why, tone, state.icon)
    if not state.open:
        return Way(words, "", None, _ended(proposal), tone, state.icon)
    until, why = _until(proposal), ""
    if until and clock.now() > until:
        tone, why = "late", _("已经%(late)s，时限没有停。") % {"late": remaining(clock.now(), until).words}
    if proposal.extensions:
        why = " ".join(filter(None, [why, _("延过期，事先问过您。")]))
    return Way(words, _("轮到%(unit)s。") % {"unit": unit} if unit else "", until, why, tone, state.icon)


def _until(proposal: Proposal) -> datetime | None:
    """By when something is due that the proposer waits for: the screening, then the answer."""
    return proposal.turn_due if proposal.state in {"submitted", "screening"} else proposal.unit_due


def _ended(proposal: Proposal) -> str:
    if not proposal.cause:
        return ""
    where = _("可以找：%(where)s") % {"where": proposal.elsewhere} if proposal.elsewhere else ""
    return " ".join(filter(None, [proposal.cause, where]))


# --- the way of a suggestion ------------------------------------------------------------------------------------------

# What a proposer reads of each step: the words, and whether its reason and its text are meant for them. Others stay inside.
LINES: dict[str, tuple[Promise, bool, bool]] = {
    "send": (gettext_lazy("收到了"), False, False),
    "record": (gettext_lazy("收到了"), False, False),
    "screen": (gettext_lazy("开始看"), False, False),
    "file": (gettext_lazy("立案了"), False, False),
    "ask_change": (gettext_lazy("请您改一改"), False, True),
    "refuse": (gettext_lazy("没有立案"), True, True),
    "pass_on": (gettext_lazy("作为意见转给了有关单位"), True, False),
    "merge": (gettext_lazy("和说同一件事的另一件一起办"), False, False),
    "unmerge": (gettext_lazy("不再并案，单独来看"), False, False),
    "split": (gettext_lazy("分出来一件，另外办"), False, False),
    "withdraw": (gettext_lazy("撤案"), False, True),
    "rescreen": (gettext_lazy("重新看"), False, False),
    "assign": (gettext_lazy("交给承办单位"), True, False),
    "transfer": (gettext_lazy("换一个单位来办"), True, False),
    "return": (gettext_lazy("不归这个单位办，正在换单位"), False, False),
    "sign": (gettext_lazy("接手了"), False, False),
    "talk": (gettext_lazy("和您商量"), True, False),
    "log": (gettext_lazy("办了一步"), False, False),
    "consult": (gettext_lazy("请别的单位写意见"), False, False),
    "approve_extension": (gettext_lazy("需要更久"), False, False),
    "approve": (gettext_lazy("答复了"), False, True),
    "audit": (gettext_lazy("答复了"), False, True),
    "rate": (gettext_lazy("记下了您的评价"), True, False),
    "close_quiet": (gettext_lazy("没有听到您的评价，到期结束"), False, False),
    "redo": (gettext_lazy("重新办理"), True, False),
    "resume": (gettext_lazy("答应的事有了结果，再写一个答复"), False, False),
    "cosign": (gettext_lazy("加了一位联名人"), False, False),
    "countersign": (gettext_lazy("联名人答复"), True, False),
    "ask": (gettext_lazy("问您"), False, True),
    "reply": (gettext_lazy("您回答"), False, True),
    "add": (gettext_lazy("您补充"), False, True),
    "revise": (gettext_lazy("您改好再交"), False, False),
    "judge": (gettext_lazy("您作了评价"), True, True),
    "take_back": (gettext_lazy("您撤回了"), False, True),
    "wish": (gettext_lazy("您提了关于自己信息的要求"), True, False),
}


def events_for_proposer(steps: list[Told]) -> list[dict[str, Any]]:
    """The steps that concern the proposer, with units and never persons; an answer only once it went out."""
    found, written = [], ""
    for step in steps:
        if step.action == "answer":
            written = step.note
        if step.action not in LINES or (step.action in {"approve", "audit"} and step.target != "replied"):
            continue
        words, with_reason, with_text = LINES[step.action]
        text = written if step.action in {"approve", "audit"} else step.note
        who = step.unit_label or (
            _("联名人") if step.action == "countersign" else _("系统") if step.action == "close_quiet" else _("您")
        )
        found.append({
            "at": step.at, "what": str(words), "why": step.reason if with_reason else "", "who": who,
            "text": mask_text(text) if with_text else "", "tone": STATES[step.target].tone, "icon": "",
        })  # fmt: skip
    return found


def sent_answer(proposal: Proposal) -> str:
    """The answer as the proposer may read it: one that went out, of a merged proposal that of the main one."""
    one = proposal.first if proposal.state == "merged" and proposal.first else proposal
    return mask_text(one.answer) if answered(one) else ""


def files_of_authors(proposal: Proposal) -> list[Attachment]:
    """The files that residents sent with it; those of the office stay inside."""
    rows = Attachment.objects.filter(county=proposal.county, subject=proposal.id, added_by=None)
    return list(rows.order_by("added_at"))


def allowed_acts(proposal: Proposal) -> set[str]:
    """What the proposer can do now."""
    leaving = {move.action for move in PROPOSAL.leaving(proposal.state)}
    may = {
        "reply": bool(proposal.question), "revise": True, "add": True, "take_back": True,
        "judge": proposal.replied_at is not None and (proposal.state == "replied" or not proposal.rating),
    }  # fmt: skip
    return {name for name, can in may.items() if can and name in leaving}


def followed(proposal: Proposal) -> dict[str, Any]:
    """Everything that the proposer's page shows of a suggestion."""
    first = Author.objects.filter(county=proposal.county, proposal=proposal, place=0).first()
    return {
        "one": proposal, "way": way_of(proposal), "events": events_for_proposer(timeline(proposal)),
        "analysis": mask_text(proposal.analysis), "suggestions": mask_text(proposal.suggestions), "answer": sent_answer(proposal),
        "looks": looks(proposal.county, proposal.id), "wishes": cases_by_code(proposal.county, proposal.code),
        "files": files_of_authors(proposal), "signers": signers_of(proposal),
        "name": mask_name(first.name) if first and first.name else "", "phone": mask_phone(first.phone) if first and first.phone else "",
        "may": allowed_acts(proposal), "promises": lines_for_asker(promises_of(proposal)) if proposal.replied_at else [],
    }  # fmt: skip
