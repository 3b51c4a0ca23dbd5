"""Service pledges: published and ended in the office; read by everybody with what became of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, public, submit
from gongyi.reports.actions import pledges as actions
from gongyi.reports.forms.pledges import EndForm, PledgeForm
from gongyi.reports.models import Pledge
from gongyi.reports.queries import pledges as queries
from gongyi.reports.rules.pledges import pledging_units


@permission(P.PROMISE_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """服务承诺 of one's units, each with what the records say."""
    by = request.actor
    units = [
        {"unit": unit, "lines": queries.lines(unit), "ends": unit.id in pledging_units(by)}
        for unit in queries.my_units(by)
    ]
    context = {"title": _("服务承诺"), "units": units, "publishes": bool(pledging_units(by))}
    return render(request, "reports/pledges.html", context)


@permission(P.PROMISE_CONFIRM)
def new(request: ActorRequest) -> HttpResponse:
    """发布一句服务承诺, with the figure that measures it."""
    form = PledgeForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _publish(request, form)):
        messages.success(request, _("已公开。做到没有，程序会从记录里数。"))
        return done
    return render(request, "reports/pledge_form.html", {"title": _("发布服务承诺"), "form": form})


def _publish(request: ActorRequest, form: PledgeForm) -> str:
    actions.publish_pledge(by=request.actor, **form.cleaned_data)
    return reverse("reports:pledges")


@permission(P.PROMISE_CONFIRM)
def end(request: ActorRequest, key: UUID) -> HttpResponse:
    """不再承诺, with a reason."""
    pledge = queries.fetch(request.actor, pledging_units(request.actor), key)
    form = EndForm(request.POST or None)
    if done := submit(request, form, lambda: _ended(request, form, pledge)):
        return done
    context = {"title": _("不再承诺"), "form": form, "pledge": pledge, "measure": queries.measure_words(pledge)}
    return render(request, "reports/pledge_form.html", context)


def _ended(request: ActorRequest, form: EndForm, pledge: Pledge) -> str:
    actions.end_pledge(pledge, by=request.actor, **form.cleaned_data)
    return reverse("reports:pledges")


@public("residents read which units pledge something")
def everybody(request: ActorRequest) -> HttpResponse:
    """The units that pledge something now."""
    context = {"title": _("服务承诺"), "units": queries.pledging(request.actor.county)}
    return render(request, "portal/pledges.html", context)


@public("residents read what a unit pledges and whether it is kept")
def of_unit(request: ActorRequest, key: UUID) -> HttpResponse:
    """One unit's pledges: kept or not in each period; the numbers themselves stay in the office (rights.md D9)."""
    unit = queries.unit_of(request.actor.county, key)
    return render(request, "portal/pledges_unit.html", {"title": unit.name, "unit": unit, "lines": queries.lines(unit)})
