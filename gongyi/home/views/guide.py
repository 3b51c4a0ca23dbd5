"""The help page of `?` and the first hour."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission
from gongyi.home import rules

YEAR = 365 * 24 * 3600


@permission(P.STAFF)
def help_page(request: ActorRequest) -> HttpResponse:
    """Short answers to the questions of one's own work, searched by words."""
    words = request.GET.get("q", "")[:100]
    topics = [
        {"topic": topic, "url": reverse(topic.page) if topic.page else ""}
        for topic in rules.topics_for(request.actor, words)
    ]
    return render(request, "home/help.html", {"title": _("帮助"), "topics": topics, "q": words})


@require_POST
@permission(P.STAFF)
def tour(request: ActorRequest) -> HttpResponse:
    """Go to a step of the first hour, or end it; only this browser knows how far one is."""
    steps, sent = rules.steps_for(request.actor), request.POST.get("step", "")
    number = int(sent) if sent in {str(n) for n in range(1, len(steps) + 1)} else 0
    response = redirect(steps[number - 1].page if number else "home:today")
    response.set_cookie(rules.TOUR, str(number), max_age=YEAR, samesite="Lax", httponly=True)
    return response
