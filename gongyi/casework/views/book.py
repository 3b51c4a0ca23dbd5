"""The register of numbers: by office and year, on the screen and on paper."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.casework.queries import book as queries
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission

DIGITS = 9


@permission(P.CASE_ASSIGN, P.CASE_SUPERVISE, P.AUDIT_READ)
def book(request: ActorRequest) -> HttpResponse:
    """One page of a series and year, the newest number first."""
    books, asked = list(queries.books(request.actor)), request.GET.get("book", "")
    chosen = next((one for one in books if not asked or f"{one.series}:{one.year}" == asked), None)
    below = request.GET.get("below", "0")
    if chosen is None or not (below.isascii() and below.isdigit() and len(below) <= DIGITS):
        raise Http404
    rows = queries.entries(chosen, below=int(below), most=queries.PRINTED if request.GET.get("print") else queries.PAGE)
    lacking, first = queries.missing(chosen)
    context: dict[str, Any] = {"title": _("编号登记簿"), "books": books}
    context |= {"chosen": chosen, "rows": rows, "lacking": lacking, "first": "、".join(first)}
    return render(request, "casework/book.html", context | {"next_url": _next(request, chosen, rows)})


def _next(request: ActorRequest, chosen: Any, rows: list[queries.Entry]) -> str:
    """The page of the older numbers; '' on the last."""
    if not rows or rows[-1].place <= 1:
        return ""
    more = "&print=1" if request.GET.get("print") else ""
    return f"{reverse('casework:book')}?book={chosen.series}:{chosen.year}&below={rows[-1].place}{more}"
