"""热点: what belongs together, the list behind it, and what an officer says about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework.actions import matters as actions
from gongyi.casework.forms.matters import AwayForm, PeriodForm
from gongyi.casework.queries import matters as queries
from gongyi.casework.queries import row
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.people.queries import staff_named

MOST_PAGES = 500


@permission(P.CASE_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """The groups of a period."""
    form, by = PeriodForm(request.GET or None), request.actor
    since, until = form.period()
    page = _page(request)
    groups, more = queries.groups(by, since, until, (page - 1) * queries.PAGE)
    run = queries.latest_run(by.county)
    context = {
        "title": _("热点"), "form": form, "groups": groups, "since": since, "until": until,
        "run": run, "waits": run is not None and run.ended_at is None, "searched_at": queries.searched_at(by.county),
        "rulings": queries.own_rulings(by), "next_url": _at(request, page + 1) if more else "",
        "previous_url": _at(request, page - 1) if page > 1 else "",
    }  # fmt: skip
    return render(request, "casework/hot.html", context)


def _page(request: ActorRequest) -> int:
    asked = request.GET.get("page", "")
    return min(int(asked), MOST_PAGES) if asked.isascii() and asked.isdigit() and len(asked) < 4 and int(asked) else 1  # noqa: PLR2004 - digits


def _at(request: ActorRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@require_POST
@permission(P.CASE_VIEW)
def search(request: ActorRequest) -> HttpResponse:
    """Ask for a search through a period."""
    form = PeriodForm(request.POST)
    since, until = form.period()
    back = f"{reverse('casework:hot')}?since={since}&until={until}"

    def ask() -> str:
        actions.ask_run(by=request.actor, since=since, until=until)
        return back

    return submit(request, form, ask) or redirect(back)


@permission(P.CASE_VIEW)
def detail(request: ActorRequest, key: UUID) -> HttpResponse:
    """One group with the cases that one sees of it."""
    group, cases = queries.fetch_matter(request.actor, key)
    return _drawn(request, group, cases, AwayForm())


def _drawn(request: ActorRequest, group: queries.Group, cases: list[Any], form: Form) -> HttpResponse:
    county = request.actor.county
    rulings = [(one, staff_named(county, one.account)) for one in queries.rulings_of(request.actor, group)]
    ticked = set(request.POST.getlist("away"))
    rows = [row(case) | {"key": case.id, "ticked": str(case.id) in ticked} for case in cases]
    top = max(number for _day, number in group.weeks)
    context = {"title": group.title, "group": group, "rows": rows, "form": form, "rulings": rulings, "top": top}
    return render(request, "casework/hot_matter.html", context)


@require_POST
@permission(P.CASE_VIEW)
def rule(request: ActorRequest, key: UUID, step: str) -> HttpResponse:
    """Confirm, split or dissolve a group."""
    form: Form = AwayForm(request.POST) if step == "split" else Form(request.POST)
    if done := submit(request, form, lambda: _rule(request, key, step, form)):
        return done
    return _drawn(request, *queries.fetch_matter(request.actor, key), form)


def _rule(request: ActorRequest, key: UUID, step: str, form: Form) -> str:
    """Do it; leads to the group, or to all groups where it is none any more."""
    by = request.actor
    match step:
        case "confirm":
            actions.confirm_matter(key, by=by)
        case "split":
            actions.split_matter(key, by=by, away=[UUID(case) for case in form.cleaned_data["away"]])
        case "dissolve":
            actions.dissolve_matter(key, by=by)
        case _:
            raise Http404
    messages.success(request, _("记下了，以后的查找都照这样。要改主意，可以撤回。"))
    return reverse("casework:hot_matter", args=[key]) if step == "confirm" else reverse("casework:hot")


@require_POST
@permission(P.CASE_VIEW)
def undo(request: ActorRequest, key: UUID) -> HttpResponse:
    """Take a ruling back."""
    ruling = queries.fetch_ruling(request.actor, key)

    def take_back() -> str:
        actions.undo_ruling(ruling, by=request.actor)
        messages.success(request, _("撤回了。"))
        return reverse("casework:hot")

    return submit(request, Form(request.POST), take_back) or redirect("casework:hot")
