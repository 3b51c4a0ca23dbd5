"""The residents' pages of promises: what was promised, by when, kept or not."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.core.http import ActorRequest, public
from gongyi.core.paging import address_at
from gongyi.core.roughly import LESS
from gongyi.home.forms.promises import PromisesForm
from gongyi.promises.queries import public as queries
from gongyi.reports.queries import public as numbers


@public("residents read what offices promised and whether it was kept")
def promises(request: ActorRequest) -> HttpResponse:
    """承诺: the latest day first."""
    county = request.actor.county
    form = PromisesForm(request.GET, county=county)
    rows, more = queries.search(county, form.wanted())
    context = {
        "title": _("答应的事"), "form": form, "rows": [queries.line(one) for one in rows], "searched": any(form.cleaned_data.values()),
        "next_url": address_at(request, after=rows[-1].slug) if more else "", "first_url": address_at(request) if request.GET.get("after") else "",
        "counts": _counts(county),
    }  # fmt: skip
    return render(request, "portal/promises.html", context)


def _counts(county: int) -> dict[str, Any]:
    """The table of the newest quarter in which enough was promised to tell; the same data as the page of statistics."""
    for quarter in numbers.quarters(county):
        found = numbers.published(county, quarter)
        table = next((table for table in found.tables if table.key == "promise"), None)
        if table:
            return {"words": quarter.words(), "table": table, "hidden": LESS}
    return {}


@public("residents read one public promise")
def promise(request: ActorRequest, slug: str) -> HttpResponse:
    """One public promise with each day that was promised for it."""
    shown = queries.page_of(queries.shown(request.actor.county, slug))
    return render(request, "portal/promise.html", {"title": shown["what"], "shown": shown})
