"""A list as a file: ask, wait, take it once."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework import queries
from gongyi.casework.forms import ListForm
from gongyi.casework.forms.bulk import ExportForm
from gongyi.casework.forms.listing import filter_words
from gongyi.casework.queries.exports import headers
from gongyi.core import clock, lists
from gongyi.core.access import Permission as P
from gongyi.core.attachments import download
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.people.actions import exports as actions
from gongyi.people.queries import exports, staff_named


@permission(P.CASE_VIEW)
def new(request: ActorRequest) -> HttpResponse:
    """What will be in the file, and in which format."""
    wanted = ListForm(request.GET, by=request.actor)
    query, form = wanted.kept(), ExportForm(request.POST or None, by=request.actor)
    words, said = filter_words(request.actor, query), filter_words(request.actor, query, typed=False)
    if done := submit(request, form, lambda: _ask(form, query, said)):
        return done
    number = queries.count(request.actor, wanted.wanted())
    context = {"title": _("导出"), "form": form, "words": words, "number": number, "most": queries.COUNT_TO}
    return render(request, "casework/export_new.html", context | {"columns": headers()})


def _ask(form: ExportForm, query: str, words: str) -> str:
    facts = dict(form.cleaned_data)
    if facts.pop("contacts", False):
        return actions.ask_contacts(by=form.by, query=query, words=words, **facts).get_absolute_url()
    export = actions.ask_export(by=form.by, kind=facts["kind"], query=query, words=words)
    return export.get_absolute_url()


@permission(P.CASE_VIEW)
def mine(request: ActorRequest) -> HttpResponse:
    """One's own exports of late, and those of others that wait for one's word."""
    waiting = exports.exports_to_judge(request.actor)[:20] if request.actor.can(P.CASE_APPROVE) else []
    context = {"title": _("我的导出"), "rows": exports.exports_of(request.actor)[:20], "waiting": waiting}
    return render(request, "casework/exports.html", context)


@permission(P.CASE_VIEW)
def progress(request: ActorRequest, key: UUID) -> HttpResponse:
    """How far it is; the page asks again by itself while it waits."""
    export = exports.fetch_export(request.actor, key)
    share = 100 * export.done // export.wanted if export.wanted else 0
    waits = not export.ready_at and not export.gone_at
    until = export.ready_at + actions.KEPT if export.ready_at else None
    context = {"title": _("导出"), "export": export, "share": share, "waits": waits, "until": until}
    return render(request, "casework/export.html", context)


@permission(P.CASE_APPROVE)
def judge(request: ActorRequest, key: UUID) -> HttpResponse:
    """An export with contacts that waits for this person's word."""
    export = exports.fetch_judged(request.actor, key)
    if request.method != "POST":
        asks = staff_named(request.actor.county, export.account)
        context = {"title": _("带联系方式的导出"), "export": export, "asks": asks}
        return render(request, "casework/export_judge.html", context)
    agrees = "agree" in request.POST
    actions.judge_export(export, by=request.actor, agrees=agrees)
    messages.success(request, _("已同意，对方可以下载了。") if agrees else _("没有同意，已告诉对方。"))
    return redirect("home:today")


@require_POST
@permission(P.CASE_VIEW)
def take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The file, once."""
    export = exports.fetch_export(request.actor, key)
    content = actions.take_export(export, by=request.actor)
    facts = {"list": lists.kind(export.listed).label, "day": f"{clock.today():%Y%m%d}", "kind": export.kind}
    name = _("%(list)s-%(day)s.%(kind)s") % facts
    answer: FileResponse = download(content, name, export.kind)
    return answer
