"""A list as a file: ask, wait, take it once."""

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework import queries
from gongyi.casework.actions import exports as actions
from gongyi.casework.forms import ListForm
from gongyi.casework.forms.bulk import ExportForm
from gongyi.casework.forms.listing import filter_words
from gongyi.casework.queries import exports
from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.core.attachments import download
from gongyi.core.http import ActorRequest, permission, submit


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
    return render(request, "casework/export_new.html", context | {"columns": exports.headers()})


def _ask(form: ExportForm, query: str, words: str) -> str:
    export = actions.ask_export(by=form.by, kind=form.cleaned_data["kind"], query=query, words=words)
    return export.get_absolute_url()


@permission(P.CASE_VIEW)
def mine(request: ActorRequest) -> HttpResponse:
    """One's own exports of late."""
    return render(
        request, "casework/exports.html", {"title": _("我的导出"), "rows": exports.exports_of(request.actor)[:20]}
    )


@permission(P.CASE_VIEW)
def progress(request: ActorRequest, key: UUID) -> HttpResponse:
    """How far it is; the page asks again by itself while it waits."""
    export = exports.fetch_export(request.actor, key)
    share = 100 * export.done // export.wanted if export.wanted else 0
    waits = not export.ready_at and not export.gone_at
    until = export.ready_at + actions.KEPT if export.ready_at else None
    context = {"title": _("导出"), "export": export, "share": share, "waits": waits, "until": until}
    return render(request, "casework/export.html", context)


@require_POST
@permission(P.CASE_VIEW)
def take(request: ActorRequest, key: UUID) -> HttpResponseBase:
    """The file, once."""
    export = exports.fetch_export(request.actor, key)
    content = actions.take_export(export, by=request.actor)
    name = _("办件-%(day)s.%(kind)s") % {"day": f"{clock.today():%Y%m%d}", "kind": export.kind}
    answer: FileResponse = download(content, name, export.kind)
    return answer
