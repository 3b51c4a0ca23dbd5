"""What residents see of their own case: found by number and code, its way in plain words, who looked at their data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Case, CaseType, Topic
from gongyi.casework.queries.case import JOINED, asker_of, taken_back, timeline
from gongyi.casework.queries.choices import types
from gongyi.casework.queries.promising import promises_of_case
from gongyi.casework.rules import reopenable
from gongyi.casework.workflow import STATES
from gongyi.core import clock
from gongyi.core.deadlines import remaining
from gongyi.core.models import Attachment
from gongyi.core.secrets import mask_name, mask_phone, mask_text
from gongyi.core.timeline import Told, Way
from gongyi.core.tracking import matching, sent_lately, typed_number
from gongyi.people.queries.looks import looks
from gongyi.promises.queries import lines_for_asker

RIGHTS = "rights"  # the type of wishes about one's own data
MOST_OWN = 100  # cases of one account on its page


# --- number and code --------------------------------------------------------------------------------------------------


def find_by_code(county: int, number: str, code: str) -> UUID | None:
    """The case with this number and code; None for an unknown number as for a wrong code, after the same work (P3)."""
    return matching(Case.objects.filter(county=county, number=typed_number(number)), code)


def just_submitted(county: int, code: str) -> UUID | None:
    """The case that a form sent within the last day made, by the code that goes with the form."""
    return sent_lately(Case.objects.filter(county=county), code, "recorded_at")


def followed_case(county: int, key: UUID | None) -> Case | None:
    """The case that a session opened, with its units; None when it is gone or can no longer be followed."""
    rows = Case.objects.filter(county=county, id=key).exclude(code="") if key else Case.objects.none()
    return rows.select_related(*JOINED).first()


def cases_of_resident(county: int, resident: UUID) -> list[dict[str, Any]]:
    """The cases of one account: key, number, title and where each stands. First what waits for the resident, then the open ones, newest first."""
    rows = Case.objects.filter(county=county, resident=resident).exclude(code="").select_related("turn_unit")
    found = [
        {"key": row.id, "number": row.number, "title": row.title, "way": way_of(row), "open": row.is_open, "yours": waits(row)}
        for row in _newest(rows, MOST_OWN)
    ]  # fmt: skip
    return sorted(found, key=lambda line: (not line["yours"], not line["open"]))


def waits(case: Case) -> bool:
    """Whether it is the asker's turn."""
    return bool(case.question) or case.state == "answered"


def own_case(county: int, resident: UUID, key: UUID) -> UUID | None:
    """The key, if that case is in this account and can be followed; else None."""
    rows = Case.objects.filter(county=county, id=key, resident=resident).exclude(code="")
    return rows.values_list("id", flat=True).first()


def _newest(rows: QuerySet[Case], most: int) -> list[Case]:
    """A few cases found by a key, the newest first: ordered by SQL, SQLite would walk the whole county by time."""
    return sorted(rows, key=lambda row: row.recorded_at, reverse=True)[:most]


def wishes_of(case: Case) -> list[dict[str, Any]]:
    """What the asker asked about their own data in this case, newest first: title, number, state in words, until when, answer."""
    return _wishes(Case.objects.filter(county=case.county, wish_of=case))


def cases_by_code(county: int, code: str) -> list[dict[str, Any]]:
    """The same for what was asked under the code of another kind of record (its stored digest)."""
    return _wishes(Case.objects.filter(county=county, code=code, type__code=RIGHTS)) if code else []


def _wishes(rows: QuerySet[Case]) -> list[dict[str, Any]]:
    return [
        {
            "title": row.title, "number": row.number, "words": STATES[row.state].resident,
            "until": row.resident_due if row.is_open else None, "answer": sent_answer(row),
        }
        for row in _newest(rows, 20)
    ]  # fmt: skip


def sent_answer(case: Case) -> str:
    """The answer as the asker may read it: sent out, not a draft that waits for approval or was taken back."""
    return mask_text(case.answer) if case.answered_at is not None and case.state != "drafted" else ""


def files_of_asker(case: Case) -> list[Attachment]:
    """The files that the asker sent; those of the office stay inside, other people may be in them."""
    rows = Attachment.objects.filter(county=case.county, subject=case.id, added_by=None)
    return list(rows.order_by("added_at"))


def types_for_residents(county: int) -> QuerySet[CaseType]:
    """The types that a resident may choose from; wishes about one's own data come from the page of a case."""
    return types(county).exclude(code=RIGHTS)


def topics_for_residents(county: int) -> QuerySet[Topic]:
    """The topics of the first level in use."""
    return Topic.objects.filter(county=county, active=True, level=1).order_by("position", "name")


# --- whose turn it is -------------------------------------------------------------------------------------------------


def way_of(case: Case, steps: list[Told] | None = None) -> Way:
    """Whose turn it is in the resident's words. `steps`, if read already, give the reason of a pause or of more time."""
    state, unit = STATES[case.state], case.turn_unit.name if case.turn_unit else ""
    words, tone = str(state.resident), state.tone
    if case.question:
        why = _("早一点回答，就能早一点办。答复的时限不因为提问往后推。")
        return Way(_("想问您一句"), _("轮到您回答下面的问题。"), None, why, "soon", "question-circle")
    until: datetime | None = case.resident_due
    whose, why = _("轮到%(unit)s。") % {"unit": unit}, ""
    if case.state == "answered":
        whose, until = _("轮到您看看答复，说一句解决没有。"), case.quiet_until
        why = _("到时没有听到您的意见，这件事就自动结束；结束后还可以要求重新办理。")
    elif case.state == "calling":
        whose, until = _("轮到%(unit)s问您满不满意，您也可以现在就在下面说。") % {"unit": unit}, case.turn_due
    elif not state.open:
        whose, until = "", None
        why = str(case.get_outcome_display())
    elif clock.now() > case.resident_due:
        tone = "late"
        why = _("已经%(late)s，时限没有停。") % {"late": remaining(clock.now(), case.resident_due).words}
    if case.state in {"parked", "extending"} or case.extensions:
        why = " ".join(filter(None, [why, _pause(case, steps or [])]))
    return Way(words, whose, until, why, tone, state.icon)


def _pause(case: Case, steps: list[Told]) -> str:
    """Why it takes longer, from the last step that asked for it, and the day to which it was put off."""
    last = next((step for step in reversed(steps) if step.action in {"park", "ask_extension"}), None)
    day = case.wakes_on if case.state == "parked" else None
    if last is None:
        return ""
    if day:
        return _("要等到 %(month)d 月 %(day)d 日：%(why)s。") % {"month": day.month, "day": day.day, "why": last.reason}
    return _("需要更久：%(why)s。") % {"why": last.reason}


# --- the way of a case ------------------------------------------------------------------------------------------------

# What a resident reads of each step: the words, and whether its reason and its text are meant for them. Others stay inside.
LINES: dict[str, tuple[Promise, bool, bool]] = {
    "record": (gettext_lazy("收到了"), False, False),
    "accept": (gettext_lazy("开始看"), False, False),
    "decline": (gettext_lazy("没有受理"), True, True),
    "assign": (gettext_lazy("交给承办单位"), True, False),
    "transfer": (gettext_lazy("换一个单位来办"), True, False),
    "return": (gettext_lazy("不归这个单位办，正在换单位"), False, False),
    "sign": (gettext_lazy("接手了"), False, False),
    "contact": (gettext_lazy("联系了您"), True, False),
    "log": (gettext_lazy("办了一步"), False, False),
    "park": (gettext_lazy("要等一等"), True, False),
    "wake": (gettext_lazy("接着办"), False, False),
    "wake_due": (gettext_lazy("接着办"), False, False),
    "answer": (gettext_lazy("答复了"), False, True),
    "approve_answer": (gettext_lazy("答复了"), False, True),
    "call_back": (gettext_lazy("回访了您"), True, False),
    "object": (gettext_lazy("您说没有解决，重新办理"), False, False),
    "redo": (gettext_lazy("要求重新办理"), True, False),
    "reopen": (gettext_lazy("重新办理"), False, False),
    "close_quiet": (gettext_lazy("没有听到您的意见，自动结束"), False, False),
    "void": (gettext_lazy("作废了"), True, False),
    "ask": (gettext_lazy("问您"), False, True),
    "reply": (gettext_lazy("您回答"), False, True),
    "add": (gettext_lazy("您补充"), False, True),
    "settle": (gettext_lazy("您说解决了"), False, True),
    "unsolved": (gettext_lazy("您说没有解决"), False, True),
    "rate": (gettext_lazy("您作了评价"), False, True),
    "withdraw": (gettext_lazy("您撤回了"), False, True),
    "wish": (gettext_lazy("您提了关于自己信息的要求"), True, False),
}


def events_for_asker(steps: list[Told]) -> list[dict[str, Any]]:
    """The steps that concern the asker, with units and never persons; none that was taken back, and an answer only once it was sent out."""
    found, written, gone = [], "", taken_back(steps)
    for at, step in enumerate(steps):
        if step.action == "answer":
            written = step.note
        if at in gone or step.action not in LINES or (step.action == "answer" and step.target == "drafted"):
            continue
        words, with_reason, with_text = LINES[step.action]
        text = written if step.action == "approve_answer" else step.note
        found.append(
            {
                "at": step.at, "what": str(words), "why": step.reason if with_reason else "", "who": step.unit_label or _("您"),
                "text": mask_text(text) if with_text else "", "tone": STATES[step.target].tone, "icon": "",
            }
        )  # fmt: skip
        if not step.unit_label and step.action in {"close_quiet", "wake_due"}:
            found[-1]["who"] = _("系统")
    return found


def followed(case: Case) -> dict[str, Any]:
    """Everything that the asker's page shows of a case."""
    steps, asker = timeline(case), asker_of(case)
    return {
        "case": case, "way": way_of(case, steps), "events": events_for_asker(steps), "content": mask_text(case.content),
        "answer": sent_answer(case), "looks": looks(case.county, case.id), "wishes": wishes_of(case),
        "files": files_of_asker(case), "asker_name": mask_name(asker.name) if asker and asker.name else "",
        "asker_phone": mask_phone(asker.phone) if asker and asker.phone else "", "whom": asker.get_whom_display() if asker else "",
        "may": allowed_acts(case, too_late=not reopenable(case)), "first": _first_of(case),
        "promises": lines_for_asker(promises_of_case(case)) if case.answered_at else [],
    }  # fmt: skip


def _first_of(case: Case) -> dict[str, Any] | None:
    """Where the case stands that this one follows, in the residents' words; nothing of what it says or of who asked."""
    if case.first is None:
        return None
    return {
        "words": STATES[case.first.state].resident,
        "until": case.first.resident_due if case.first.is_open else None,
    }


def allowed_acts(case: Case, *, too_late: bool) -> set[str]:
    """What the asker can do now."""
    return {
        name
        for name, can in {
            "reply": bool(case.question),
            "judge": case.state in {"answered", "calling"},
            "again": case.state in {"closed", "declined"} and not too_late,
            "rate": case.state == "closed"
            and not case.rating
            and case.outcome not in {Case.Outcome.WITHDRAWN, Case.Outcome.MERGED},
            "add": case.is_open,
            "withdraw": case.is_open,
        }.items()
        if can
    }
