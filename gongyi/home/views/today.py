"""Today: what to do now, and why."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.casework import queries
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission
from gongyi.people.queries.handover import pending_packs


@permission(P.STAFF)
def today(request: ActorRequest) -> HttpResponse:
    cases = queries.my_turn(request.actor) if request.actor.can(P.CASE_VIEW) else []
    rows = [queries.row(case) for case in cases]
    late = sum(row["turn"].tone == "late" for row in rows)
    context = {"title": _("今日"), "rows": rows, "late": late, "packs": pending_packs(request.actor)}
    return render(request, "home/today.html", context)
