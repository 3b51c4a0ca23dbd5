"""Files that leave the house: each with a number of its own and a digest by which it is known again; and a county's own templates."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx import Document as WordFile

from gongyi.casework.models import Topic
from gongyi.core import attachments, audit, clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.attachments import CleanFile
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.core.numbering import next_number
from gongyi.documents import printed
from gongyi.documents.official import write_docx, write_pdf
from gongyi.documents.templates import fill_template
from gongyi.network.models import Unit
from gongyi.reports.models import Report, ReportFile, ReportTemplate, ReportVersion
from gongyi.reports.queries import annexes, composing, drafting
from gongyi.reports.queries import paper as papers
from gongyi.reports.queries import report as queries
from gongyi.reports.queries.paper import Paper
from gongyi.reports.queries.ties import Counted

SERIES = "W"
WRITERS = {"docx": write_docx, "pdf": write_pdf}


@transaction.atomic
def export_draft(
    *,
    by: Actor,
    unit: Unit,
    period: Period,
    kind: str,
    official: str = "none",
    file: str = "docx",
    topic: Topic | None = None,
) -> tuple[bytes, ReportFile]:
    """A fresh draft as a file, without a report being kept; its number and digest are. Raises Refused `no_chinese_font` for a PDF without fonts."""
    counted = Counted(unit, drafting.counted_period(kind, period), topic)
    made = drafting.draft(by, unit, period, kind, counted=counted)
    blocks = composing.compose(counted, made.parts)
    row = new_file(unit, file, None, 0)
    paper = Paper(
        unit, period, kind, official, made.title, row.number, "草稿", clock.today(),
        addressee=drafting.default_addressee(unit, official), annexed=drafting.annexed_at_first(kind),
    )  # fmt: skip
    return register_file(by, row, WRITERS[file](papers.document(paper, blocks, annexes.of_now(counted, blocks))))


@transaction.atomic
def export_report(
    report: Report, *, by: Actor, file: str = "docx", template: ReportTemplate | None = None, number: int | None = None
) -> tuple[bytes, ReportFile]:
    """The report as a file: the text with this number that was signed, without one what stands under work, or where that is the
    same, the text signed last. Raises Refused `no_chinese_font`, `file_template`.
    """
    version = _version(report, number)
    counted = queries.counted_of(report)
    blocks = version.blocks() if version else composing.compose(counted, queries.parts_of(report))
    row = new_file(report.unit, file, report, version.number if version else 0)
    paper = _paper(report, version, row.number)
    if template is None:
        figures = annexes.of_signed(version) if version else annexes.of_now(counted, blocks)
        return register_file(by, row, WRITERS[file](papers.document(paper, blocks, figures)))
    with attachments.open_stored(template.path) as stored:
        content = stored.read()
    values = _frozen(version) if version else papers.live_values(counted)
    filled = fill_template(content, papers.fields(paper, blocks, values))
    return register_file(by, row, _numbered(filled, paper))


def _version(report: Report, number: int | None) -> ReportVersion | None:
    wanted = (
        number
        if number is not None
        else (report.current if report.state in {"signed", "corrected", "withdrawn"} else 0)
    )
    return next((one for one in queries.versions_of(report) if one.number == wanted), None)


def _paper(report: Report, version: ReportVersion | None, number: str) -> Paper:
    with translation.override("zh-hans"):
        state = "草稿" if version is None else f"更正{version.correction}" if version.correction else "签发稿"
        if version and version.why:
            state += f"（更正：{version.why}）"
        if report.state == "withdrawn":
            state += "，已作废"
    day = timezone.localdate(version.signed_at) if version else clock.today()
    signer = queries.person(report.county, version.signed_by) if version else ""
    head = version.printed_head() if version else report.head()
    return Paper(
        report.unit, report.period, report.kind, title=version.title if version else report.title, number=number, state=state, day=day,
        signer=signer, **head,
    )  # fmt: skip


def _frozen(version: ReportVersion) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"cases": {}, "before": {}}
    for row in version.figures.all():
        key, _at, of = row.tie.partition("@")
        app, _dot, name = key.partition(".")
        if app == "cases" and "|" not in name:
            found["before" if of else "cases"][name] = row.value
    return found


def _numbered(content: bytes, paper: Paper) -> bytes:
    """A filled template carries the number, too: in a last line where it has no field for it."""
    if any(paper.number in line.text for line in printed.read(content)):
        return content
    word = WordFile(BytesIO(content))
    word.add_paragraph(f"（{paper.told}）")
    made = BytesIO()
    word.save(made)
    return made.getvalue()


def new_file(unit: Unit, kind: str, report: Report | None, version: int) -> ReportFile:
    """A file of the unit that is about to be made, with a number of its own; `version` 0 is a draft."""
    key = new_key(unit.county)
    number = f"{unit.county:06d}-{next_number(county=unit.county, series=SERIES, subject=key)}"
    return ReportFile(
        id=key, county=unit.county, number=number, report=report, unit=unit, version=version, kind=kind, at=clock.now()
    )


def register_file(by: Actor, row: ReportFile, content: bytes) -> tuple[bytes, ReportFile]:
    """Keep the digest of what a file says, by which it is known again. Raises Unreadable for a file that cannot be read back."""
    lines = printed.read(content)
    row.digest, row.marks, row.by = printed.digest(lines), "\n".join(line.mark for line in lines), by.id
    row.full_clean(exclude=["id"])
    row.save()
    audit.record(by=by, action="report.export", kind="reports.reportfile", subject=row.id, label=row.number)
    return content, row


def verify(content: bytes, counties: list[int]) -> dict[str, Any]:
    """Whether a file is what left the house: {"known": False}, or {"known": True, "number", "signed", "correction", "unchanged", "where" …}.

    Looked at are text, tables and pictures, not bytes; `where` lists what differs. Of a signed text `later` is the number of the
    correction that stands in its place (0: none), `withdrawn` whether it counts no more.
    """
    try:
        lines = printed.read(content)
    except printed.Unreadable:
        return {"known": False}
    numbers = printed.told_number(content, lines, papers.NUMBER)
    files = ReportFile.objects.filter(county__in=counties, number__in=numbers).select_related("report")
    rows = {row.number: row for row in files}
    row = next((rows[number] for number in numbers if number in rows), None)
    if row is None:
        return {"known": False}
    kind = printed.kind_of(content)
    if kind != row.kind:
        where = [{"what": "format", "place": "file", "line": "", "now": kind}]
    else:
        where = printed.changes(row.marks.split("\n"), lines)
    return {
        "known": True, "number": row.number, "signed": row.version > 0, "correction": max(row.version - 1, 0), "at": row.at.isoformat(),
        "unchanged": not where, "digest": row.digest, "where": where, **_since(row),
    }  # fmt: skip


def _since(row: ReportFile) -> dict[str, Any]:
    """What became of a signed text after this file was taken."""
    one = row.report if row.version else None
    later = one.current - 1 if one and one.current > row.version else 0
    return {"later": later, "withdrawn": bool(one and one.state == "withdrawn")}


# --- a county's own templates -----------------------------------------------------------------------------------------


@transaction.atomic
def add_template(*, by: Actor, unit: Unit, name: str, file: CleanFile) -> ReportTemplate:
    """Keep a .docx with fields once it was filled with a sample. The same name replaces the one before.

    Raises PermissionDenied, Refused `file_template` for another kind of file and for fields that cannot be filled.
    """
    if not by.can(P.SETTINGS_EDIT):
        raise PermissionDenied
    if file.kind != "docx":
        raise Refused(
            "file_template", _("模板要是 .docx 文件。"), _("请在 Word 里另存为 .docx，再传一次。"), status=422
        )
    try:
        fill_template(file.content, papers.sample(unit, Period.month(2026, 1)))
    except Refused as refused:
        raise Refused("file_template", refused.sentence, refused.todo, status=422) from refused
    rows = ReportTemplate.objects.filter(county=by.county, active=True, name=name.strip())
    rows.update(active=False)
    row = ReportTemplate(
        county=by.county,
        name=name.strip(),
        path=attachments.store(file.content),
        sha256=file.sha256,
        added_at=clock.now(),
        added_by=by.id,
    )
    row.full_clean()
    row.save()
    audit.record(by=by, action="template.add", kind="reports.reporttemplate", subject=row.id, label=row.name)
    return row


@transaction.atomic
def end_template(*, by: Actor, key: UUID) -> None:
    """Offer a template no more."""
    if not by.can(P.SETTINGS_EDIT):
        raise PermissionDenied
    row = queries.template_of(by.county, key)
    ReportTemplate.objects.filter(county=by.county, id=row.id).update(active=False)
    audit.record(by=by, action="template.end", kind="reports.reporttemplate", subject=row.id, label=row.name)
