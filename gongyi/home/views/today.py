"""Today: what to do now, and why; what happened while one was away."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework.queries import my_day
from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.home import actions
from gongyi.home.forms.first import FirstTaskForm
from gongyi.home.queries import (
    asked_tables,
    first_tasks,
    in_others_hands,
    meanwhile,
    only_mine,
    system_tasks,
)
from gongyi.promises.queries import my_section
from gongyi.proposals.queries import my_day as proposals_of

AWAY = "away"  # a cookie: when this person last saw this page in this browser; the server keeps no such thing
ABSENT, SHOWN, KEPT = timedelta(days=1), timedelta(hours=12), timedelta(days=90)


@permission(P.STAFF)
def today(request: ActorRequest) -> HttpResponse:
    by, away = request.actor, _away(request)
    sections = my_day(by) + proposals_of(by) + my_section(by)
    tasks = only_mine(by) + system_tasks(by)
    context: dict[str, Any] = {"title": _("今日"), "sections": sections, "tasks": tasks, "since": away[1]}
    context["first_tasks"], context["tables"] = first_tasks(by), asked_tables(by)
    context["changes"] = meanwhile(by, away[1]) if away[1] else []
    if not sections and not tasks:
        context["others"] = in_others_hands(by)
    response = render(request, "home/today.html", context)
    _remember(request, response, away)
    return response


Away = tuple[datetime, datetime | None, datetime | None]


def _away(request: ActorRequest) -> Away:
    """Now, since when the person was away (None: was not), and when that was first shown: it stays for half a day."""
    now = clock.now()
    text = request.get_signed_cookie(AWAY, default="", salt=str(request.actor.key), max_age=KEPT) or ""
    seen, since, noticed = ([_moment(part) for part in text.split(".")] + [None] * 3)[:3]
    if seen and now - seen >= ABSENT:
        return now, seen, now
    return (now, since, noticed) if noticed and now - noticed < SHOWN else (now, None, None)


def _moment(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() and int(seconds) else None


def _remember(request: ActorRequest, response: HttpResponse, away: Away) -> None:
    """Keep these three moments in this browser, signed for this person alone."""
    value = ".".join(str(int(moment.timestamp())) if moment else "0" for moment in away)
    response.set_signed_cookie(
        AWAY, value, salt=str(request.actor.key), max_age=KEPT, httponly=True, samesite="Lax",
        secure=request.is_secure(),
    )  # fmt: skip


@require_POST
@permission(P.ACCOUNT_MANAGE, P.NETWORK_EDIT, P.SETTINGS_EDIT)
def first_task(request: ActorRequest) -> HttpResponse:
    """One of a new county's first tasks is good as it is."""
    form, back = FirstTaskForm(request.POST), reverse("home:today")
    done = submit(request, form, lambda: (actions.call_done(by=request.actor, name=form.cleaned_data["name"]), back)[1])
    return done or redirect(back)
