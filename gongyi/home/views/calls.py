"""The residents' pages of calls: what units ask everybody now, and what came of what they asked before."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gongyi.core.http import ActorRequest, public
from gongyi.proposals.queries import calls as queries


@public("residents read what offices ask everybody")
def calls(request: ActorRequest) -> HttpResponse:
    """提建议: open calls first; the box for any other suggestion stays open all year."""
    if not request.actor.county:
        return redirect("home:portal")
    ended, more = queries.ended_calls(request.actor.county, request.GET.get("after", ""))
    context = {
        "title": _("提建议"), "ended": [queries.public_line(call) for call in ended],
        "open": [] if request.GET.get("after") else [queries.public_line(call) for call in queries.open_calls(request.actor.county)],
        "next_url": f"?after={ended[-1].slug}" if more else "", "first_url": "?" if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "portal/calls.html", context)


@public("residents read one call")
def call(request: ActorRequest, slug: str) -> HttpResponse:
    """One call: the question, until when, what happens with the results, what came of it."""
    found = queries.shown_call(request.actor.county, slug)
    context = {
        "title": found.title,
        "call": found,
        "stamp": queries.stamp(found, public=True),
        "changes": queries.changes_shown(found),
    }
    return render(request, "portal/call.html", context)
