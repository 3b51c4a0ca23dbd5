"""Public suggestions: the list with search, one suggestion with the way it went, the open data."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.core import limits
from gongyi.core.http import ActorRequest, public
from gongyi.core.paging import address_at
from gongyi.documents import tables
from gongyi.home.forms.suggestions import SuggestionsForm
from gongyi.home.forms.voices import CommentForm, SupportForm
from gongyi.proposals.queries import open_data, voices
from gongyi.proposals.queries import published as queries
from gongyi.publishing.queries import was_shown
from gongyi.publishing.rules import press_named


@public("residents read what others suggested and what came of it")
def suggestions(request: ActorRequest) -> HttpResponse:
    """看建议: newest first, searched by words of the published text, filtered."""
    limits.hold_searches("suggestions", request, SuggestionsForm.base_fields)
    form = SuggestionsForm(request.GET, county=request.actor.county)
    wanted = form.wanted()
    rows, more = queries.search(request.actor.county, wanted)
    context = {
        "title": _("公开的建议"), "form": form, "rows": [queries.line(one) for one in rows], "chips": form.chips(request.GET),
        "searched": any(form.cleaned_data.values()), "first_url": address_at(request) if wanted.after else "",
        "next_url": address_at(request, after=rows[-1].publication.slug) if more else "",
    }  # fmt: skip
    return render(request, "portal/suggestions.html", context)


@public("residents read one public suggestion")
def suggestion(request: ActorRequest, slug: str) -> HttpResponse:
    """One public suggestion; 410 with a sentence for one that was taken down."""
    try:
        text = queries.shown(request.actor.county, slug)
    except Http404:
        if not was_shown(request.actor.county, press_named("proposal"), slug):
            raise
        return render(request, "portal/suggestion_gone.html", {"title": _("这件建议已经撤下")}, status=410)
    proposal = text.publication.proposal
    marks = voices.marks_of(proposal, device=limits.device(request), resident=request.resident)
    context = {
        "title": text.title, "shown": queries.page_of(text), "slug": slug, "support": SupportForm(), "comment": CommentForm(),
        "voices": voices.voices(proposal, marks, request.resident),
    }  # fmt: skip
    return render(request, "portal/suggestion.html", context)


@public("anybody may take the public suggestions as data")
def data(request: ActorRequest) -> HttpResponse:
    """开放数据: what can be taken, and what each column means."""
    context = {"title": _("把公开的建议拿去用"), "columns": open_data.COLUMNS}
    return render(request, "portal/suggestions_data.html", context)


@public("the public suggestions as a file; what anybody may read on the pages, nothing more")
def data_file(request: ActorRequest, ending: str) -> HttpResponseBase:
    """All public suggestions of now, as .csv or .json."""
    limits.hold("open_data", {limits.address(request): limits.SEARCHES}, per=limits.QUARTER)
    limits.count("open_data", limits.address(request), per=limits.QUARTER)
    rows = open_data.rows(request.actor.county, request.build_absolute_uri)
    lines, kind = (_as_json(rows), "application/json") if ending == "json" else (_as_csv(rows), "text/csv")
    answer = StreamingHttpResponse(lines, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="suggestions.{ending}"'
    return answer


def _as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One line for each, headings in the reader's language; opens in Excel with its letters right."""
    cells = ([row[column.name] for column in open_data.COLUMNS] for row in rows)
    return tables.csv_lines([str(column.label) for column in open_data.COLUMNS], cells)


def _as_json(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A list of objects, one a line."""
    begun = b"["
    for row in rows:
        yield begun + b"\n" + json.dumps(row, ensure_ascii=False).encode()
        begun = b","
    yield (b"[" if begun == b"[" else b"\n") + b"]\n"
