"""Keeping a case right: slips, categories, files, visits, reminders, conflicts, void, a look at the asker."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.casework.actions.history import asker_line, asker_values, changed_lines, sealed_changes
from gongyi.casework.actions.intake import AskerFacts, short_title, store_asker
from gongyi.casework.actions.moving import judge_of, move, tell_holders
from gongyi.casework.actions.promising import record_of
from gongyi.casework.models import Asker, Case, CaseConflict, CaseType, Reason, Topic, Visit
from gongyi.casework.rules import JUDGES, can_see_asker, can_see_files
from gongyi.casework.workflow import TURNS
from gongyi.core import attachments, audit, clock, numbering
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments.keeping import keep_files
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.models import Attachment, RegisterLine
from gongyi.core.said import Piece, Said, joined, say
from gongyi.core.secrets import mask_text
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of
from gongyi.people.actions.access_log import look
from gongyi.people.models import Purpose
from gongyi.promises.actions import end_promises
from gongyi.publishing.actions import keep_in_line


@transaction.atomic
def correct_case(
    case: Case, *, by: Actor, content: str, title: str = "", channel: str, may_publish: bool = False,
    asker: AskerFacts | None = None, why: str = "", seen: int | None = None,
) -> Case:  # fmt: skip
    """更正登记: a slip is mended; the timeline says what stood there before. `asker` None leaves the asker alone.

    Of who asked the timeline names the fields only; their old values stay encrypted beside the audit row.
    """
    content = content.strip()
    if not content:
        raise ValidationError({"content": _("请写一句发生了什么。")})
    title = mask_text(title.strip() or short_title(content))
    facts = {"title": title, "channel": channel, "may_publish": may_publish, "content": content}
    lines: list[Piece] = [why.strip(), *changed_lines(case, facts)]
    if asker is not None:
        lines.append(_correct_asker(case, asker, by=by))
    move(case, "correct", by=by, seen=seen, changes=facts, note=joined(lines), quietly=True)
    keep_in_line(case)
    return case


def _correct_asker(case: Case, facts: AskerFacts, *, by: Actor) -> Piece:
    """Replace who asked, by somebody who may see it; returns the line that names what changed, without the values."""
    if not can_see_asker(by, case):
        raise PermissionDenied
    row = queries.asker_of(case) or Asker(id=new_key(case.county), county=case.county, case=case)
    before = asker_values(row)
    store_asker(row, replace(facts, whom=row.whom, theirs=row.theirs))
    changes = sealed_changes(row, before)
    audit.record(
        by=by, action="asker.correct", kind="casework.asker", subject=case.id, label=case.number, changes=changes
    )
    return asker_line(before, asker_values(row))


@transaction.atomic
def recategorise(
    case: Case,
    *,
    by: Actor,
    type: CaseType,  # noqa: A002 - the field's own name
    topic: Topic | None,
    area: Unit | None,
    urgency: str,
    seen: int | None = None,
) -> Case:
    """改类型或分类: number, history and the start of the resident's clock stay; the limits are counted anew from there."""
    facts: dict[str, Any] = {
        "type_id": type.id,
        "topic_id": topic.id if topic else None,
        "area_id": area.id if area else None,
    }
    facts |= {"urgency": urgency, "hides_asker": case.hides_asker or type.hides_asker}
    may_weaken = by.can(P.CASE_ASSIGN, case.desk_id) or not by.can(P.CASE_CORRECT, case.lead_id)  # the rest is a 403
    if type.id != case.type_id and not may_weaken:
        raise Refused(
            "desk_only",
            _("诉求类型由派单单位来改，它决定要不要审核和回访。"),
            _("请和派单单位说一声；分类和地点可以自己改。"),
            status=422,
        )
    if (type.id, urgency) != (case.type_id, case.urgency):
        span = queries.span_for(type, urgency).text
        facts["span"] = span
        facts["resident_due"] = queries.due_at(case.recorded_at, span, calendar_of(None, case.county))
        if case.unit_from and case.unit_due and not case.extensions:
            facts["unit_due"] = queries.due_at(case.unit_from, span, calendar_of(case.lead, case.county))
    told = changed_lines(case, {"type": type, "topic": topic, "area": area, "urgency": urgency})
    move(case, "recategorise", by=by, seen=seen, changes=facts, note=joined(told), quietly=True)
    case.type = type
    keep_in_line(case)
    return case


@transaction.atomic
def write_visit(case: Case, *, by: Actor, kind: str, reason: Reason, note: str = "", seen: int | None = None) -> Case:
    """记多跑一趟 (不跑两次): one line with its reason; "solved in one visit" is computed from these lines."""
    if kind not in Visit.Kind.values:
        raise ValidationError({"kind": _("请选是来了、打了电话还是补了材料。")})
    move(case, "visit", by=by, seen=seen, note=note, reason=_visited(kind, reason), quietly=True)
    Visit(county=case.county, case=case, kind=kind, reason=reason, note=note, at=clock.now()).save()
    return case


def _visited(kind: str, reason: Reason) -> Said:
    return say(gettext_lazy("%(kind)s：%(reason)s"), kind=Visit.Kind(kind).label, reason=str(reason))


def attach(case: Case, *, by: Actor, file: Any, seen: int | None = None) -> Attachment:
    """Add a cleaned file. Raises Refused with a sentence when it cannot be taken; a failed save leaves no file behind."""

    def moved() -> None:
        move(case, "attach", by=by, seen=seen, note=attachments.clean_name(file.name), quietly=True)

    return keep_files(case.id, [file], by=by, moved=moved)[0]


@transaction.atomic
def set_external(case: Case, *, by: Actor, external_no: str, seen: int | None = None) -> Case:
    """填外部工单号 of an official system."""
    return move(
        case, "external", by=by, seen=seen, changes={"external_no": external_no.strip()}, note=external_no, quietly=True
    )


@transaction.atomic
def remind(case: Case, *, by: Actor, action: str, note: str, seen: int | None = None) -> Case:
    """`action` remind (催办) or supervise (督办): a message to the lead unit; a supervisor's also to the desk."""
    supervises = action == "supervise"
    move(case, action, by=by, seen=seen, note=note, quietly=True)
    wanted = {case.lead_id: P.CASE_HANDLE} | ({case.desk_id: P.CASE_ASSIGN} if supervises else {})
    tell_holders(case, wanted, by=by, event=action, words=gettext_lazy("督办") if supervises else gettext_lazy("催办"))
    return case


@transaction.atomic
def declare_conflict(case: Case, *, by: Actor, note: str, seen: int | None = None) -> Case:
    """我要回避: from now on this person may look, but not act."""
    if by.id is None:
        raise PermissionDenied
    row = CaseConflict(county=case.county, case=case, account=by.id, why=note[:120], at=clock.now())
    move(case, "conflict", by=by, seen=seen, changes=_rerouted(case, by=by), note=note)
    row.save()
    case.__dict__.pop("_concerned", None)
    return case


def _rerouted(case: Case, *, by: Actor) -> dict[str, Any]:
    """Who approves or calls instead, where the person who steps back was the last one there."""
    if case.state not in JUDGES:
        return {}
    try:
        unit = judge_of(case, besides={by.id})
    except Refused:
        return {}
    return {TURNS[case.state][0]: unit.id} if unit else {}


@transaction.atomic
def void_case(case: Case, *, by: Actor, reason: Reason, note: str = "", seen: int | None = None) -> Case:
    """作废 of a case recorded by mistake, also of an ended one; its number stays in the register, nothing of it is public."""
    move(case, "void", by=by, seen=seen, changes={"closed_at": None}, note=note, reason=reason)
    keep_in_line(case)
    end_promises(record_of(case), county=case.county, reason=say(gettext_lazy("办件作废：%(why)s"), why=str(reason)))
    numbering.strike(county=case.county, subject=case.id, fate=RegisterLine.Fate.VOID, why=str(reason))
    return case


@transaction.atomic
def show_asker(case: Case, *, by: Actor, purpose: str) -> Asker | None:
    """The asker's name and contact, unmasked, with one access row in the same transaction (P12).

    Raises PermissionDenied for who may not look, Refused for a purpose off the list; the look fails when its row cannot be written.
    """
    if not can_see_asker(by, case):
        raise PermissionDenied
    if purpose not in Purpose.values:
        raise Refused("no_purpose", _("没有显示：还没有选为什么要看。"), _("请返回选一个用途。"), status=422)
    look(by=by, subject=case.id, kind="casework.asker", label=case.number, fields="contact", purpose=purpose)
    return queries.asker_of(case)


@transaction.atomic
def open_file(case: Case, *, by: Actor, key: UUID) -> Attachment:
    """A file of the case for one download, with its access row (P12). Raises Http404 for a file that this person may not open."""
    row = Attachment.objects.filter(county=case.county, subject=case.id, id=key).first()
    if row is None or not can_see_files(by, case):
        raise Http404
    look(by=by, subject=case.id, kind="casework.case", label=case.number, fields="file", purpose=Purpose.CHECK)
    return row


@transaction.atomic
def show_text(case: Case, *, by: Actor) -> None:
    """The matter's text is about to be shown unmasked, to be corrected: one access row (P12)."""
    look(by=by, subject=case.id, kind="casework.case", label=case.number, fields="text", purpose=Purpose.CORRECT)
