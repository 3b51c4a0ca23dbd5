"""The reception register: print it, type it back in."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.casework import queries
from gongyi.casework.actions import reception as actions
from gongyi.casework.forms.reception import GridForm, SheetsForm
from gongyi.casework.models import Case
from gongyi.casework.queries import reception
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.http import ActorRequest, permission, submit


@permission(P.CASE_RECORD)
def register(request: ActorRequest) -> HttpResponse:
    """Make sheets to print, or go on to typing them in."""
    form = SheetsForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _make(form)):
        return done
    return render(request, "casework/register.html", {"title": _("接待登记表"), "form": form})


def _make(form: SheetsForm) -> str:
    sheet = actions.make_sheets(by=form.by, **form.cleaned_data)[0]
    return reverse("casework:register_print") + f"?unit={sheet.unit_id}&day={sheet.day.isoformat()}"


@permission(P.CASE_RECORD)
def sheets(request: ActorRequest) -> HttpResponse:
    """The pages of a unit and day, for A4."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    unit, found = as_key(request.GET.get("unit", "")), []
    if unit and day:
        found = list(reception.sheets(request.actor).filter(unit=unit, day=day).order_by("page"))
    if not found:
        raise Http404
    pages = [(sheet, [code for _s, _l, code in reception.lines_of_sheets([sheet])]) for sheet in found]
    context: dict[str, Any] = {
        "title": _("接待登记表"),
        "pages": pages,
        "channels": list(Case.Channel),
        "first": pages[0][1][0],
    }
    context |= {"types": queries.types(request.actor.county), "places": reception.places(found[0].unit)}
    return render(request, "casework/register_sheets.html", context)


@permission(P.CASE_RECORD)
def type_in(request: ActorRequest) -> HttpResponse:
    """The grid of the sheet on which this code stands, with its day's other pages."""
    code = request.GET.get("code", "")
    sheet = reception.sheet_of(request.actor, code) if code else None
    if sheet is None:
        return render(request, "casework/register_code.html", {"title": _("录入登记表"), "code": code})
    pages = reception.sheets_of_day(request.actor, sheet.unit, sheet.day)
    form = GridForm(request.POST or None, by=request.actor, sheets=pages)
    if done := submit(request, cast("forms.BaseForm", form), lambda: _type_in(request, form)):
        return done
    context: dict[str, Any] = {"title": _("录入登记表"), "form": form, "sheet": sheet, "typed": form.typed.values()}
    return render(request, "casework/register_grid.html", context)


def _type_in(request: ActorRequest, form: GridForm) -> str:
    made = actions.type_in(form.filled(), by=form.by)
    messages.success(request, ngettext("录入了 %(n)d 件。", "录入了 %(n)d 件。", made) % {"n": made})
    return request.get_full_path()
