"""The calendar: days that differ, setting and clearing them, and how a date comes about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core import clock, deadlines
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.network import actions, queries, rules
from gongyi.network.forms import calendar as forms
from gongyi.network.models import CalendarDay, Unit

YEARS = range(2000, 2100)


def _can_edit(request: ActorRequest, unit: Unit | None, county_unit: Unit | None) -> bool:
    whole = unit or county_unit
    return whole is not None and rules.can_edit_unit(request.actor, whole)


def _county_unit(request: ActorRequest) -> Unit | None:
    return Unit.objects.filter(county=request.actor.county, tier=Unit.Tier.COUNTY).first()


@permission(P.NETWORK_VIEW)
def calendar(request: ActorRequest, year: int = 0) -> HttpResponse:
    year = min(max(year or clock.today().year, YEARS[0]), YEARS[-1])
    county, top = request.actor.county, _county_unit(request)
    days = [(day, _can_edit(request, day.unit, top)) for day in queries.calendar_days(county, year)]
    context = {
        "title": _("工作日历"),
        "year": year,
        "days": days,
        "provisional": queries.calendar_of(None, county).provisional(year),
        "can_add": request.actor.can(P.NETWORK_EDIT),
    }
    return render(request, "network/calendar.html", context)


@permission(P.NETWORK_EDIT)
def set_day(request: ActorRequest) -> HttpResponse:
    form = forms.DayForm(request.POST or None, by=request.actor)
    done = submit(request, form, lambda: _set(request, form))
    context = {"title": _("定一天上不上班"), "form": form, "back": reverse("network:calendar"), "button": _("就这样定")}
    context["lead"] = _("和国家放假安排不一样的日子才要定。没到期的办件会按新的日历重算期限。")
    return done or render(request, "network/form.html", context)


def _set(request: ActorRequest, form: Form) -> str:
    row, moved = actions.set_day(by=request.actor, **form.cleaned_data)
    _tell(request, moved)
    return reverse("network:calendar_year", args=[row.day.year])


@permission(P.NETWORK_EDIT)
def clear_day(request: ActorRequest, key: UUID) -> HttpResponse:
    row = get_object_or_404(CalendarDay.objects.select_related("unit"), county=request.actor.county, id=key)
    if not _can_edit(request, row.unit, _county_unit(request)):
        raise PermissionDenied
    back = reverse("network:calendar_year", args=[row.day.year])
    form = Form(request.POST or None)
    done = submit(request, form, lambda: _clear(request, row, back))
    context = {"title": _("去掉这一天"), "form": form, "row": row, "back": back, "button": _("去掉"), "danger": True}
    context["lead"] = _("这一天又按国家放假安排算，没到期的办件会重算期限。")
    return done or render(request, "network/form.html", context)


def _clear(request: ActorRequest, row: CalendarDay, back: str) -> str:
    _tell(request, actions.clear_day(by=request.actor, row=row))
    return back


def _tell(request: ActorRequest, moved: int) -> None:
    words = _("已保存，改了 %(n)d 个没到期的期限。") if moved else _("已保存，没有期限要改。")
    messages.success(request, words % {"n": moved})


@permission(P.NETWORK_VIEW)
def explain(request: ActorRequest) -> HttpResponse:
    form = forms.ExplainForm(request.GET or None, by=request.actor)
    context: dict[str, Any] = {"title": _("为什么是这一天"), "form": form}
    if form.is_valid():
        try:
            context |= _explained(request, form)
        except ValueError as error:
            form.add_error("amount", str(error))
    return render(request, "network/explain.html", context)


def _explained(request: ActorRequest, form: Form) -> dict[str, Any]:
    """The due moment and its days. Raises ValueError with a sentence for a date beyond the calendar."""
    facts = form.cleaned_data
    start = datetime.combine(facts["start"], facts["at"], deadlines.ZONE)
    span = deadlines.Span(facts["amount"], deadlines.SpanUnit(facts["counted"]))
    own = queries.calendar_of(facts["unit"], request.actor.county)
    lines = deadlines.explain(start, span, own)
    return {
        "due": deadlines.due(start, span, own),
        "lines": lines,
        "provisional": any(line.provisional for line in lines),
    }
