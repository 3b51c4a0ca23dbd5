"""Pages for residents: say something, follow it, read answers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.core.http import ActorRequest, public


@public("the residents' first page")
def portal(request: ActorRequest) -> HttpResponse:
    return render(request, "home/portal.html", {"ready": request.actor.county, "title": _("共议")})
