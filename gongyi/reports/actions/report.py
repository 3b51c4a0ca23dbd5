"""Writes of reports: drafted, edited, checked and signed by others, corrected under a number, sent out under a number."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Topic
from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.figures import Figure, Period
from gongyi.core.numbering import next_number
from gongyi.core.said import joined
from gongyi.core.workflow import check_seen, first_step, perform
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.people.queries import first_with, holders
from gongyi.reports.models import Report, ReportComment, ReportFigure, ReportPart, ReportStep, ReportVersion, whole
from gongyi.reports.queries import annexes, composing
from gongyi.reports.queries import report as queries
from gongyi.reports.queries.drafting import annexed_at_first, default_addressee, draft
from gongyi.reports.queries.ties import Counted, Tie, records_of, unknown
from gongyi.reports.rules.report import can_move_report, may_write, writers_of
from gongyi.reports.workflow import REPORT

SERIES, EVENT = "R", "report"


@transaction.atomic
def start_report(
    *, by: Actor, unit: Unit, period: Period, kind: str, official: str = "none", topic: Topic | None = None
) -> Report:
    """A report with its draft, of one topic of the first level or of all. Raises PermissionDenied for who does not work in the unit."""
    if not may_write(by, unit):
        raise PermissionDenied
    made = draft(by, unit, period, kind, topic=topic)
    key = new_key(unit.county)
    report = Report(
        id=key, county=unit.county, number=next_number(county=unit.county, series=SERIES, subject=key), unit=unit, first=period.first,
        last=period.last, kind=kind, official=official, topic=topic, addressee=default_addressee(unit, official),
        annexed=annexed_at_first(kind), title=made.title[:80], state=REPORT.start, changed_at=clock.now(),
    )  # fmt: skip
    report.full_clean(exclude=["id"])
    report.save()
    ReportPart.objects.bulk_create(
        ReportPart(
            county=unit.county,
            report=report,
            position=place,
            kind=part.kind,
            heading=part.heading,
            body=part.body,
            drawn=part.body,
        )
        for place, part in enumerate(made.parts)
    )
    first_step(report, "start", by=by, step=ReportStep, parent="report")
    return report


def _move(
    report: Report,
    action: str,
    *,
    by: Actor,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    target: str | None = None,
    note: str = "",
    reason: str = "",
    mine: str = "",
) -> Report:
    perform(
        report, REPORT[action], by=by, rule=can_move_report, step=ReportStep, parent="report", seen=seen, changes=changes,
        target=target, note=note, reason=reason, mine=mine or note,
    )  # fmt: skip
    return report


@transaction.atomic
def edit_report(
    report: Report, *, by: Actor, parts: Mapping[int, tuple[str, str]], seen: int | None = None, **facts: Any
) -> Report:
    """改文字: `parts` are (heading, body) by position; `facts` the title and what stands around the text. What was typed stays.

    Raises ValidationError for a tie to a figure that there is not, keyed `body_<position>`, and for an empty title; Refused `stale`
    with both texts where somebody was faster.
    """
    mine = whole(facts.get("title", report.title), parts.values())
    check_seen(report, seen, mine=mine)
    wrong = {
        f"body_{place}": _("没有这个数：%(tie)s") % {"tie": bad[0]}
        for place, (_h, body) in parts.items()
        if (bad := unknown(body, topic=report.topic_id is not None))
    }
    if "title" in facts and not facts["title"].strip():
        wrong["title"] = _("请写标题。")
    if wrong:
        raise ValidationError(wrong)
    changes = {name: said.strip() if isinstance(said, str) else said for name, said in facts.items()}
    _move(report, "edit", by=by, seen=seen, changes=changes, mine=mine)
    for row in queries.parts_of(report):
        heading, body = parts.get(row.position, (row.heading, row.body))
        if (heading, body) != (row.heading, row.body):
            row.heading, row.body = heading.strip(), body.replace("\r\n", "\n").strip()
            row.full_clean(exclude=["report"])
            row.save()
    return report


@transaction.atomic
def ask_for_check(report: Report, *, by: Actor, seen: int | None = None) -> Report:
    """送核对 to somebody who had no hand in the text; one unit up where nobody else is there (P8, P9). Raises Refused `nobody`."""
    besides = writers_of(report) | {by.id}
    second = first_with(chain(report.unit), P.CASE_APPROVE, besides=besides)
    if second is None:
        raise Refused(
            "nobody", _("从%(unit)s到县里都没有别的人可以核对。") % {"unit": report.unit.name},
            _("请账号管理员给另一个人授予“审核”，写的内容还在。"), status=422,
        )  # fmt: skip
    report.second = second
    _move(report, "ask", by=by, seen=seen, changes={"second_id": second.id, "asked_by": by.id, "checked_by": None})
    _tell(
        report, holders(P.CASE_APPROVE, {second.id})[second.id] - besides, by=by, words=gettext_lazy("有报告等您核对")
    )
    return report


@transaction.atomic
def recall_report(report: Report, *, by: Actor, seen: int | None = None) -> Report:
    """拿回来改."""
    return _move(report, "recall", by=by, seen=seen, changes={"second_id": None, "asked_by": None})


@transaction.atomic
def check_report(report: Report, *, by: Actor, seen: int | None = None) -> Report:
    """核对好了, by somebody who did not write it (P8)."""
    _move(report, "check", by=by, seen=seen, changes={"checked_by": by.id})
    _tell(report, {report.asked_by} - {None}, by=by, words=gettext_lazy("报告核对过了，等签发"))
    return report


@transaction.atomic
def refuse_report(report: Report, *, by: Actor, note: str, seen: int | None = None) -> Report:
    """退回修改, with what to change."""
    if not note.strip():
        raise ValidationError({"note": _("请写明改哪里。")})
    told = {report.asked_by} - {None}
    changes = {"second_id": None, "asked_by": None, "checked_by": None}
    _move(report, "refuse", by=by, seen=seen, note=note.strip(), changes=changes)
    _tell(report, told, by=by, words=gettext_lazy("报告被退回修改"))
    return report


@transaction.atomic
def sign_report(report: Report, *, by: Actor, seen: int | None = None, shown: str = "") -> ReportVersion:
    """签发, by somebody who did not write it (P8): text, tables and figures are frozen, each figure with a digest of its records.

    `shown` is the digest of the text that the signer had before them. Raises Refused `numbers_moved` where the records made another
    one of it since.
    """
    counted = queries.counted_of(report)
    blocks = composing.compose(counted, queries.parts_of(report))
    digest = composing.text_digest(report.title, blocks)
    if shown and shown != digest:
        raise _moved()
    number = report.current + 1
    facts = {"written_by": report.asked_by, "checked_by": report.checked_by, "why": report.why}
    target = "corrected" if report.current else None
    _move(report, "sign", by=by, seen=seen, target=target, changes={"current": number, "why": "", "asked_by": None})
    version = ReportVersion(
        county=report.county, report=report, number=number, title=report.title, content=json.dumps(blocks, ensure_ascii=False),
        head=json.dumps(report.head(), ensure_ascii=False), digest=digest, counted_at=clock.now(), signed_at=clock.now(), signed_by=by.id, **facts,
    )  # fmt: skip
    version.save()
    _freeze(version, counted, composing.figure_ties(blocks))
    _tell(report, {facts["written_by"]} - {None}, by=by, words=gettext_lazy("报告已签发"))
    return version


def _freeze(version: ReportVersion, counted: Counted, ties: Sequence[Tie]) -> None:
    behind = records_of(counted, ties)
    for tie, records in behind.items():
        value = counted.value(tie)
        if isinstance(value.figure, Figure) and value.value != records.many:  # they moved while they were counted
            raise _moved()
    with translation.override("zh-hans"):
        ReportFigure.objects.bulk_create(_frozen(version, counted, tie, behind[tie].digest) for tie in ties)


def _moved() -> Refused:
    return Refused(
        "numbers_moved",
        _("没有签发：您看的时候记录变了，文稿里的数和刚才不一样了。"),
        _("请回到报告再看一遍，再签发。"),
    )


def _frozen(version: ReportVersion, counted: Counted, tie: Tie, digest: str) -> ReportFigure:
    one = annexes.described(counted, tie)
    return ReportFigure(
        county=version.county, version=version, figure=tie.figure, tie=str(tie), name=one.name, scope=one.scope[:200], told=one.told[:300],
        formula=one.formula, value=one.value[:60], counted_at=version.counted_at, digest=digest,
    )  # fmt: skip


@transaction.atomic
def amend_report(report: Report, *, by: Actor, why: str, seen: int | None = None) -> Report:
    """更正: the signed text stays; the corrected one gets the next number when it is checked and signed. `why` is printed with it."""
    if not why.strip():
        raise ValidationError({"why": _("请写明更正什么，收到的人会看到这句话。")})
    changes = {"why": why.strip(), "second_id": None, "asked_by": None, "checked_by": None}
    return _move(report, "amend", by=by, seen=seen, reason=why.strip(), changes=changes)


@transaction.atomic
def withdraw_report(report: Report, *, by: Actor, note: str, seen: int | None = None) -> Report:
    """作废, with the reason."""
    if not note.strip():
        raise ValidationError({"note": _("请写明为什么作废。")})
    return _move(
        report,
        "withdraw",
        by=by,
        seen=seen,
        note=note.strip(),
        changes={"second_id": None, "asked_by": None, "checked_by": None},
    )


@transaction.atomic
def comment(report: Report, *, by: Actor, text: str, position: int | None = None) -> ReportComment:
    """批注, by anybody who may see the report."""
    if not text.strip():
        raise ValidationError({"text": _("请写几个字。")})
    row = ReportComment(
        county=report.county,
        report=report,
        position=position,
        text=text.strip(),
        by=by.id,
        by_label=by.name,
        at=clock.now(),
    )
    row.full_clean(exclude=["report"])
    row.save()
    audit.record(by=by, action="report.comment", kind="reports.report", subject=report.id, label=report.number)
    _tell(report, writers_of(report) - {by.id}, by=by, words=gettext_lazy("报告有新的批注"))
    return row


@transaction.atomic
def finish_comment(report: Report, *, by: Actor, row: ReportComment) -> None:
    """The comment was dealt with, says who writes the report or who made it. Raises Refused `no_such_comment` for one that was."""
    if not may_write(by, report.unit) and row.by != by.id:
        raise PermissionDenied
    rows = ReportComment.objects.filter(county=report.county, report=report, id=row.id, done_at=None)
    if not rows.update(done_at=clock.now()):
        raise Refused("no_such_comment", _("这条批注已经处理过了。"), _("请刷新页面再看。"))
    audit.record(by=by, action="report.comment_done", kind="reports.report", subject=report.id, label=report.number)


def _tell(report: Report, accounts: set[Any], *, by: Actor, words: Promise) -> None:
    """One message to each; it names the report by its number alone."""
    text = joined([words, report.number], " ")
    outbox.tell(accounts, by=by, event=EVENT, text=text, path=report.get_absolute_url(), subject=report.id)
