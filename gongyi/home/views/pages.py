"""The first pages: where to go, health."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gongyi.core import boot
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, public

LOOKS = {"theme": {"light", "dark"}, "size": {"large"}}  # what a browser remembers about how the pages look


@public("leads strangers to the portal and staff to Today")
def start(request: HttpRequest) -> HttpResponse:
    return redirect("home:today" if request.user.is_authenticated else "home:portal")


@public("a monitor asks whether the service is well; it says nothing about people")
def healthz(_request: HttpRequest) -> JsonResponse:
    health = boot.health()
    return JsonResponse(health, status=200 if health["ok"] else 503)


def _ours(request: HttpRequest, path: str) -> bool:
    """Whether this is a path of this site; a bare word would be taken for the name of a view."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, {request.get_host()})


@require_POST
@public("anybody may choose light or dark and large print")
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark, and large print, in cookies; auto follows the device."""
    back = request.POST.get("next", "")
    response = redirect(back if _ours(request, back) else "home:start")
    for name, known in LOOKS.items():
        chosen = request.POST.get(name)
        if chosen in known:
            response.set_cookie(name, chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
        elif chosen is not None:
            response.delete_cookie(name, samesite="Lax")
    return response


@require_POST
@permission(P.STAFF)
def choose_unit(request: ActorRequest) -> HttpResponse:
    """Act for another unit in which one holds a post."""
    wanted = request.POST.get("unit", "")
    if any(str(held.unit) == wanted for held in request.actor.held):
        request.session["unit"] = wanted
    back = request.POST.get("next", "")
    return redirect(back if _ours(request, back) else "home:today")


@public("an address that no browser makes by itself")
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return render(request, "404.html", status=400)
