"""The dashboard: pictures of a unit's months, with their numbers beside them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core import clock, figures
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Period, Value
from gongyi.core.http import ActorRequest, permission
from gongyi.documents import charts
from gongyi.network.models import Unit
from gongyi.reports import queries
from gongyi.reports.forms.period import YEARS, as_query, list_url

RECEIVED, CLOSED = queries.LINES


@permission(P.FIGURES_VIEW)
def dashboard(request: ActorRequest) -> HttpResponse:
    """看板: thirteen months, and one of them divided."""
    unit = queries.fetch_unit(request.actor, request.GET.get("unit", ""))
    board = queries.dashboard(unit, _month(request.GET.get("month", "")))
    context = {
        "title": _("看板"), "unit": unit, "board": board, "now": clock.now(), "months": _months(unit, board), "cards": _cards(unit, board, board.values), "proposals": _cards(unit, board, board.proposals),
        "above": [{"name": one.name, "url": _url(one, board.month)} for one in queries.above(request.actor, unit)],
        "line": _line(board), "blocks": _blocks(unit, board, small=queries.works_in(request.actor, unit)), "going_on": board.month.last >= clock.today(),
        "figures_url": f"{reverse('reports:figures')}?{urlencode({'unit': unit.id, **as_query(board.month)})}",
    }  # fmt: skip
    return render(request, "reports/dashboard.html", context)


def _month(sent: str) -> Period | None:
    """The month that an address asks for, as 2026-05; None for none, and for what makes no sense."""
    try:
        day = date.fromisoformat(f"{sent}-01")
    except ValueError:
        return None
    return Period.month(day.year, day.month) if YEARS[0] < day.year <= YEARS[1] and day <= clock.today() else None


def _url(unit: Unit, month: Period) -> str:
    return f"{reverse('reports:dashboard')}?{urlencode({'unit': unit.id, 'month': f'{month.first:%Y-%m}'})}"


def _months(unit: Unit, board: queries.Board) -> list[dict[str, Any]]:
    """The months of the line as rows of its table, the newest first."""
    return [
        {
            "words": month.words(), "url": _url(unit, month), "current": month == board.month, "live": month.first in board.live, "until": board.until if month.last >= clock.today() else None,
            "received": numbers[RECEIVED], "received_url": list_url(RECEIVED, unit, month),
            "closed": numbers[CLOSED], "closed_url": list_url(CLOSED, unit, month),
        }
        for month, numbers in reversed(board.months)
    ]  # fmt: skip


def _cards(unit: Unit, board: queries.Board, values: list[Value]) -> list[dict[str, Any]]:
    """These figures of the month."""
    return [
        {
            "label": value.figure.name, "number": value.text, "unit": value.figure.measure if isinstance(value.figure, Figure) else "",
            "url": list_url(value.figure.id, unit, board.month), "scope": value.figure.scope,
            "why": _("件数太少，这个率说明不了什么") if value.small and value.value is not None else "",
        }
        for value in values
    ]  # fmt: skip


def _line(board: queries.Board) -> str:
    """The picture of thirteen months."""
    places = [_("%(month)s月") % {"month": month.first.month} for month, _numbers in board.months]
    drawn = [
        charts.Line(str(figures.figure(key).name), [numbers[key] for _month, numbers in board.months])
        for key in queries.LINES
    ]
    return charts.lines("months", _("近十三个月"), places, drawn)


def _blocks(unit: Unit, board: queries.Board, *, small: bool) -> list[dict[str, Any]]:
    """The month divided: a picture and its table for each way. Without `small` what a matter was about is not told of few (D9)."""
    month = board.month
    found = [
        _block(f"by-{split}", _("受理量，按%(what)s") % {"what": figures.splits[split].title}, [(part.name, part.number, list_url(RECEIVED, unit, month, **{split: part.value}), words) for part, words in queries.told(parts, small=lambda _part: small)])
        for split, parts in board.splits.items()
    ]  # fmt: skip
    shares = queries.told(board.results, small=lambda _part: small)
    found.append(_block("by-result", _("提案办复，按%(what)s") % {"what": figures.splits["result"].title}, [(part.name, part.number, list_url(queries.ANSWERED, unit, month, result=part.value), words) for part, words in shares]))  # fmt: skip
    ends = [(part.name, part.number, list_url(key, unit, month), str(part.number)) for key, part in board.outcomes]
    found.append(_block("by-outcome", _("办结量，按办理结果"), ends))
    for place, (key, words) in enumerate(((RECEIVED, _("受理量，按下面各单位")), (CLOSED, _("办结量，按下面各单位")))):
        parts = [pair[place] for pair in board.units]
        rows = [(part.name, part.number, _unit_url(key, unit, month, part.value), str(part.number)) for part in parts]
        found.append(_block(f"by-unit-{place}", words, rows))
    return [block for block in found if block["total"]]


def _unit_url(key: str, unit: Unit, month: Period, value: str) -> str:
    """The list of a unit below, or of the unit itself."""
    query = {"unit": value, **as_query(month)} if value else {"unit": unit.id, **as_query(month), "alone": "on"}
    return f"{reverse('reports:figure', args=[key])}?{urlencode(query)}"


def _block(key: str, title: str, rows: list[tuple[str, int, str, str]]) -> dict[str, Any]:
    """A number that is not told draws no bar."""
    picture = charts.bars(
        key, title, [(name, number if words.isdigit() else 0, words) for name, number, _url, words in rows]
    )
    return {"key": key, "title": title, "rows": [(name, words, url) for name, _number, url, words in rows], "picture": picture, "total": sum(row[1] for row in rows)}  # fmt: skip
