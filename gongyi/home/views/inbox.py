"""The inbox: what came, read or unread, by matter; the daily digest."""

from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import outbox
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.models import Message
from gongyi.home import queries
from gongyi.home.actions.digest import choose_digest
from gongyi.home.forms import DigestForm

PAGE = 30


@permission(P.STAFF)
def inbox(request: ActorRequest) -> HttpResponse:
    """The inbox; POST marks all as read, and leads to where that can be taken back."""
    me = request.actor
    if request.method == "POST":
        undo = _moment(request.POST.get("undo", ""))
        if undo:
            outbox.mark_unread(me.county, me.key, undo)
            return redirect("home:inbox")
        moment = outbox.mark_read(me.county, me.key)
        return redirect(f"{reverse('home:inbox')}?{urlencode({'undo': moment.isoformat()})}")
    return render(request, "home/inbox.html", _context(request))


def _context(request: ActorRequest) -> dict[str, Any]:
    """What the page shows: at most 30 messages, those of one matter together."""
    me, wanted = request.actor, request.GET
    event, since, unread = wanted.get("event", ""), _day(wanted.get("since", "")), bool(wanted.get("unread"))
    begin = queries.begin_of(since) if since else None
    rows = outbox.inbox(me.county, me.key, unread=unread, event=event[:40], since=begin)
    if after := _moment(wanted.get("after", "")):
        rows = rows.filter(at__lt=after)
    found = list(rows[: PAGE + 1])
    keep = {name: wanted[name] for name in ("event", "since", "unread") if wanted.get(name)}
    more = {**keep, "after": found[PAGE - 1].at.isoformat()} if len(found) > PAGE else None
    return {
        "title": _("消息"), "groups": _groups(found[:PAGE]), "unread": unread, "kind": queries.EVENTS.get(event, ""), "since": since,
        "filtered": bool(keep), "next_url": f"?{urlencode(more)}" if more else "",
        "first_url": f"?{urlencode(keep)}" if after else "", "undo": _moment(wanted.get("undo", "")),
        "digest": DigestForm(initial={"when": outbox.digest_of(me.county, me.key)}),
    }  # fmt: skip


def _groups(rows: list[Message]) -> list[list[Message]]:
    """Messages of one record together, at the place of the newest; each group newest first."""
    order: dict[UUID, int] = {}
    for place, row in enumerate(rows):
        order.setdefault(row.subject or row.id, place)
    together = sorted(rows, key=lambda row: order[row.subject or row.id])  # stable: newest first stays
    return [list(group) for _subject, group in groupby(together, key=lambda row: row.subject or row.id)]


def _day(text: str) -> date | None:
    """A day of the address; None for anything else."""
    try:
        return parse_date(text[:10])
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """A moment of the address with its time zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and 2000 <= found.year < 2100 else None  # noqa: PLR2004 - at the ends no other zone


@permission(P.STAFF)
def message(request: ActorRequest, key: UUID) -> HttpResponse:
    """Open what a message is about; it and the others about the same record count as read."""
    me = request.actor
    found = outbox.inbox(me.county, me.key).filter(id=key).first()
    if found is None:
        raise Http404
    outbox.mark_read(me.county, me.key, found)
    return HttpResponseRedirect(found.path)


@require_POST
@permission(P.STAFF)
def digest(request: ActorRequest) -> HttpResponse:
    """Choose whether a digest comes each morning."""
    form = DigestForm(request.POST)

    def choose() -> str:
        choose_digest(by=request.actor, when=form.cleaned_data["when"])
        return reverse("home:inbox")

    return submit(request, form, choose) or render(request, "home/inbox.html", {**_context(request), "digest": form})
