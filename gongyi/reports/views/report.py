"""The period report: begun, edited, checked, signed, corrected, taken as a file; the records behind each number; own templates."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core.access import Permission as P
from gongyi.core.attachments import clean_upload, download
from gongyi.core.county import as_key
from gongyi.core.figures import Period
from gongyi.core.http import ActorRequest, allowed, permission, submit
from gongyi.core.workflow import Move
from gongyi.network.models import Unit
from gongyi.reports.actions import paper as files
from gongyi.reports.actions import report as actions
from gongyi.reports.forms.report import FORMS, TIES, CommentForm, NewReportForm, ReportForm, TemplateForm, VerifyForm
from gongyi.reports.models import Report
from gongyi.reports.queries import copies, paper
from gongyi.reports.queries import report as queries
from gongyi.reports.queries.composing import for_page, text_digest
from gongyi.reports.queries.telling import LEFT_OUT, RULES
from gongyi.reports.rules.report import can_move_report, may_hear_of_report, may_write, report_moves
from gongyi.reports.workflow import REPORT

ACTS: dict[str, Callable[..., Any]] = {
    "edit": actions.edit_report, "ask": actions.ask_for_check, "recall": actions.recall_report, "check": actions.check_report,
    "refuse": actions.refuse_report, "sign": actions.sign_report, "amend": actions.amend_report, "withdraw": actions.withdraw_report,
}  # fmt: skip
READ_FIRST = {"ask", "check", "sign"}  # their page shows the text and what the check of copies found


@permission(P.CASE_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """What waits for my word, and the reports of our units."""
    states = REPORT.states
    context = {
        "title": _("报告"), "waiting": queries.to_judge(request.actor), "judges": request.actor.can(P.CASE_APPROVE),
        "ours": [(one, states[one.state]) for one in queries.ours(request.actor)], "writes": request.actor.can(P.CASE_RECORD),
    }  # fmt: skip
    return render(request, "reports/report_list.html", context)


@permission(P.CASE_RECORD)
def new(request: ActorRequest) -> HttpResponse:
    """Unit, period and kind; then the draft stands there."""
    form = NewReportForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _start(request, form)):
        return done
    context = {"title": _("写一份报告"), "form": form, "rules": RULES.values(), "left_out": LEFT_OUT}
    return render(request, "reports/report_new.html", context)


def _start(request: ActorRequest, form: NewReportForm) -> str:
    said = dict(form.cleaned_data)
    period = Period(said.pop("first"), said.pop("last"))
    return actions.start_report(by=request.actor, period=period, **said).get_absolute_url()


@permission(P.CASE_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """The text with its live numbers, or as it was signed; comments, what changed since, files, history."""
    report = queries.fetch(request.actor, key)
    return render(request, "reports/report_detail.html", _context(request, report))


def _context(request: ActorRequest, report: Report) -> dict[str, Any]:
    steps = [_step(report, move) for move in report_moves(request.actor, report)]
    primary = next((step for step in steps if step["primary"]), steps[0] if steps else None)
    versions = queries.versions_of(report)
    fixed = versions[0] if versions and not REPORT.states[report.state].open else None
    places = queries.places_of(report)
    return {
        "title": report.title, "report": report, "state": REPORT.states[report.state], "fixed": fixed, "versions": versions,
        "blocks": for_page(fixed.blocks() if fixed else queries.blocks_of(report)), "comments": queries.comments_of(report, places),
        "comment_form": CommentForm(places=places), "writes": may_write(request.actor, report.unit), "files": queries.files_of(report),
        "changed": queries.changed_since(versions[0]) if versions else [], "templates": queries.templates_of(report.county),
        "events": _events(report), "primary": primary, "others": [step for step in steps if step is not primary],
        "signer": queries.person(report.county, fixed.signed_by) if fixed else "", "rules": RULES.values(), "left_out": LEFT_OUT,
    }  # fmt: skip


def _step(report: Report, move: Move) -> dict[str, Any]:
    return {
        "label": move.label, "consequence": move.tells, "danger": move.grave, "primary": move.primary, "method": "get",
        "url": f"{report.get_absolute_url()}{move.action}/",
    }  # fmt: skip


def _events(report: Report) -> list[dict[str, Any]]:
    labels = {move.action: move.label for move in REPORT.moves} | {"start": _("起草")}
    return [
        {
            "at": step.at, "who": step.actor_label, "what": labels.get(step.action, step.action), "why": step.reason, "text": step.note,
            "tone": REPORT.states[step.target].tone, "icon": "",
        }
        for step in queries.timeline(report)
    ]  # fmt: skip


@permission(P.CASE_VIEW)
def step(request: ActorRequest, key: UUID, step: str) -> HttpResponse:
    """One move: its form; before a word is given, the text and what the check of copies found."""
    report = queries.fetch(request.actor, key)
    move = allowed(request, report, step, table=REPORT, forms=FORMS, may=can_move_report)
    form = FORMS[step](request.POST or None, report=report, parts=queries.parts_of(report))
    if done := submit(request, form, lambda: _act(request, form, step)):
        messages.success(request, _("%(action)s，已记下。") % {"action": move.label})
        return done
    context = {"title": move.label, "report": report, "move": move, "form": form, "ties": TIES}
    if step in READ_FIRST:
        blocks = queries.blocks_of(report)
        form.initial["shown"] = text_digest(report.title, blocks)
        context |= {"blocks": for_page(blocks), "unsupported": copies.unsupported(report)}
        context["copied"] = copies.copied(request.actor, report)
    return render(request, "reports/report_edit.html" if step == "edit" else "reports/report_step.html", context)


def _act(request: ActorRequest, form: ReportForm, step: str) -> str:
    """Make the move; on to the report, or to the list if it is no longer theirs to see."""
    ACTS[step](form.report, by=request.actor, **form.facts())
    seen = may_hear_of_report(request.actor, form.report.id)
    return form.report.get_absolute_url() if seen else reverse("reports:reports")


@require_POST
@permission(P.CASE_VIEW)
def comment(request: ActorRequest, key: UUID) -> HttpResponse:
    """批注."""
    report = queries.fetch(request.actor, key)
    form = CommentForm(request.POST, places=queries.places_of(report))
    done = submit(request, form, lambda: _commented(request, report, form))
    if done is None:
        messages.error(request, _("批注没有存：请写几个字。"))
    return done or redirect(report)


def _commented(request: ActorRequest, report: Report, form: CommentForm) -> str:
    actions.comment(report, by=request.actor, **form.cleaned_data)
    return f"{report.get_absolute_url()}#comments"


@require_POST
@permission(P.CASE_VIEW)
def comment_done(request: ActorRequest, key: UUID, comment: UUID) -> HttpResponse:
    """处理好了."""
    report = queries.fetch(request.actor, key)
    actions.finish_comment(report, by=request.actor, row=queries.comment_of(report, comment))
    return redirect(f"{report.get_absolute_url()}#comments")


@permission(P.CASE_VIEW)
def evidence(request: ActorRequest, key: UUID) -> HttpResponse:
    """The records behind one number: their own numbers, and a way to those that one may open."""
    report = queries.fetch(request.actor, key)
    found = queries.evidence(request.actor, report, request.GET.get("tie", "")[:140])
    context = {"title": found.name, "report": report, "found": found, "most": queries.ROWS}
    return render(request, "reports/report_evidence.html", context)


@permission(P.CASE_VIEW)
def proof(request: ActorRequest, key: UUID) -> HttpResponse:
    """The frozen figures, each with what it counts now and whether it counts the same records."""
    report = queries.fetch(request.actor, key)
    version = next(iter(queries.versions_of(report)), None)
    if version is None:
        raise Http404
    changed = {one.tie: one for one in queries.changed_since(version, records=True)}
    rows = [(row, changed.get(row.tie)) for row in queries.frozen_of(version)]
    context = {"title": _("签发时的数字"), "report": report, "version": version, "rows": rows, "changed": len(changed)}
    return render(request, "reports/report_proof.html", context)


@permission(P.CASE_VIEW)
def copied(request: ActorRequest, key: UUID) -> HttpResponse:
    """The check against copy and paste, at any time."""
    report = queries.fetch(request.actor, key)
    context = {"title": _("查重复、查佐证"), "report": report, "unsupported": copies.unsupported(report)}
    return render(request, "reports/report_copied.html", context | {"copied": copies.copied(request.actor, report)})


@require_POST
@permission(P.CASE_VIEW)
def take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The report as a file; `version` an earlier signed text, `template` one of the county's own."""
    report = queries.fetch(request.actor, key)
    kind = request.POST.get("kind", "docx")
    if kind not in files.WRITERS:
        raise Http404
    own = queries.template_of(report.county, as_key(chosen)) if (chosen := request.POST.get("template")) else None
    number = queries.version_number(report, request.POST.get("version", ""))
    content, row = files.export_report(
        report, by=request.actor, file="docx" if own else kind, template=own, number=number
    )
    return download(BytesIO(content), f"{report.title}-{row.number}.{row.kind}", row.kind)


@permission(P.CASE_VIEW)
def verify(request: ActorRequest) -> HttpResponse:
    """Whether a file is one of ours, unchanged; the file is not kept."""
    found, posted = None, request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if posted else VerifyForm()
    if posted and form.is_valid():
        found = files.verify(form.cleaned_data["file"].read(), [request.actor.county])
    context = {"title": _("核对收到的文件"), "form": form, "found": found}
    if found:
        context |= {"said": paper.words_of(found), "places": paper.places_of(found) if found["known"] else []}
    return render(request, "reports/report_verify.html", context)


@permission(P.SETTINGS_EDIT)
def templates(request: ActorRequest) -> HttpResponse:
    """A county's own templates, and the fields that they may name."""
    form = TemplateForm(request.POST or None, request.FILES or None)
    if done := submit(request, form, lambda: _add(request, form)):
        messages.success(request, _("模板试填通过，已存好。"))
        return done
    rows = queries.templates_of(request.actor.county)
    context = {
        "title": _("报告模板"),
        "form": form,
        "rows": rows,
        "texts": paper.TEXT_FIELDS,
        "fields": paper.field_names(),
    }
    return render(request, "reports/report_templates.html", context)


def _add(request: ActorRequest, form: TemplateForm) -> str:
    sent = form.cleaned_data["file"]
    unit = Unit.objects.get(county=request.actor.county, tier=Unit.Tier.COUNTY)
    file = clean_upload(sent.name, sent)
    files.add_template(by=request.actor, unit=unit, name=form.cleaned_data["name"], file=file)
    return reverse("reports:templates")


@require_POST
@permission(P.SETTINGS_EDIT)
def template_end(request: ActorRequest, key: UUID) -> HttpResponse:
    """不再用."""
    files.end_template(by=request.actor, key=key)
    return redirect("reports:templates")
