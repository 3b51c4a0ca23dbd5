"""The coverage page: where the network has gaps, and what the county calls one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.network.models import Unit
from gongyi.people.actions import posts as actions
from gongyi.people.forms.posts import LimitsForm
from gongyi.people.queries import coverage as queries
from gongyi.people.queries.posts import limits_of, may_set_limits

PER_PAGE, PREVIEW = 50, 5


@permission(P.NETWORK_VIEW)
def coverage(request: ActorRequest) -> HttpResponse:
    me, wanted = request.actor, request.GET.get("unit", "")
    below = queries.part_of(me, wanted) if wanted else None
    if wanted and below is None:
        raise Http404
    form = LimitsForm(request.POST or None, instance=limits_of(me.county))
    done = submit(
        request, form, lambda: (actions.set_limits(by=me, **form.cleaned_data), reverse("people:coverage"))[1]
    )
    if done:
        return done
    context = {"form": form if may_set_limits(me) else None, "below": below, **_lists(request, below)}
    return render(request, "people/coverage/coverage.html", context)


def _lists(request: ActorRequest, below: Unit | None) -> dict[str, Any]:
    """Each kind with its number and first lines; one kind alone with all its lines, page by page."""
    scope = queries.scope_of(request.actor, below)
    found = queries.gaps(request.actor, scope)
    groups = [{"kind": kind, "gaps": [gap for gap in found if gap.kind is kind]} for kind in queries.GapKind]
    chosen = next((g for g in groups if g["kind"] == request.GET.get("kind")), None)
    page = Paginator(chosen["gaps"], PER_PAGE).get_page(request.GET.get("page")) if chosen else None
    return {
        "scope": scope,
        "total": len(found),
        "mends": any(gap.url for gap in found),
        "groups": groups,
        "chosen": chosen,
        "page": page,
        "preview": PREVIEW,
        "where": below.name if below else next((unit.name for unit in scope.units.values()), ""),
        "parts": [unit for unit in scope.units.values() if unit.tier == Unit.Tier.TOWNSHIP],
    }
