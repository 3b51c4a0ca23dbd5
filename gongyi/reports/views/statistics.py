"""The residents' page of statistics, and the same as a file."""

import io

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core.attachments import download
from gongyi.core.figures import Period
from gongyi.core.http import ActorRequest, public
from gongyi.core.roughly import LESS
from gongyi.documents import charts, tables
from gongyi.reports.queries import public as queries


@public("residents read how many matters came in and how they ended")
def statistics(request: ActorRequest) -> HttpResponse:
    """统计: one quarter of the whole county."""
    quarters = queries.quarters(request.actor.county)
    quarter = _asked(request, quarters)
    found = queries.published(request.actor.county, quarter) if quarter else None
    blocks = [{"table": table, "picture": _picture(table)} for table in found.tables] if found else []
    context = {
        "title": _("办了多少事"), "found": found, "blocks": blocks, "hidden": LESS, "base": queries.BASE,
        "quarters": [{"words": one.words(), "url": f"?quarter={_name(one)}", "current": one == quarter} for one in quarters],
        "file_url": f"{reverse('reports:statistics_file')}?quarter={_name(quarter)}" if quarter else "",
    }  # fmt: skip
    return render(request, "portal/statistics.html", context)


@public("residents take the same numbers as a file")
def statistics_file(request: ActorRequest) -> HttpResponseBase:
    """The page's numbers as CSV: the same data, nothing more."""
    quarter, content = _asked(request, queries.quarters(request.actor.county)), io.BytesIO()
    rows = queries.as_rows(queries.published(request.actor.county, quarter)) if quarter else []
    tables.write_csv(content, [_("表"), _("项目"), _("件数"), _("占比")], rows)
    content.seek(0)
    name = _("统计-%(quarter)s.csv") % {"quarter": quarter.words() if quarter else ""}
    answer: FileResponse = download(content, name, "csv")
    return answer


def _name(quarter: Period) -> str:
    """As an address has it: 2026-3."""
    return f"{quarter.first.year}-{quarter.last.month // 3}"


def _asked(request: ActorRequest, quarters: list[Period]) -> Period | None:
    """The quarter of the address among those that are published, by default the newest. Raises Http404 for any other."""
    sent = request.GET.get("quarter", "")
    if not sent:
        return quarters[0] if quarters else None
    found = next((one for one in quarters if _name(one) == sent), None)
    if found is None:
        raise Http404
    return found


def _picture(table: queries.Table) -> str:
    """The told numbers of a table as bars."""
    rows = [(name, cell.number or 0, cell.words) for name, cell in table.rows]
    return charts.bars(f"table-{table.key}", table.title, rows)
