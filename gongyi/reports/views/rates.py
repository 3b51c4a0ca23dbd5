"""How rates are counted: each formula with its versions, and the cases that two people left out of one."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.casework.rules import visible_to
from gongyi.core import clock
from gongyi.core.access import Permission as P
from gongyi.core.figures import Period, Rate
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.reports.actions import rates as actions
from gongyi.reports.forms.rates import FormulaForm, JudgeForm, LeaveOutForm
from gongyi.reports.models import LeftOut
from gongyi.reports.queries import rates as queries
from gongyi.reports.rules.rates import can_edit_formulas, can_end_left_out, can_judge_left_out


def _today(request: ActorRequest) -> dict[str, Rate]:
    today = clock.today()
    return queries.rates_for(request.actor.county, Period(today, today))


def _rate(request: ActorRequest, key: str) -> Rate:
    """The rate as it is counted today, else 404."""
    try:
        return _today(request)[key]
    except KeyError:
        raise Http404 from None


@permission(P.CASE_VIEW, P.SETTINGS_EDIT)
def index(request: ActorRequest) -> HttpResponse:
    """Every rate with the formula of today."""
    context = {"title": _("比率怎么算"), "rates": _today(request).values(), "editor": can_edit_formulas(request.actor)}
    return render(request, "reports/rates.html", context)


@permission(P.CASE_VIEW, P.SETTINGS_EDIT)
def detail(request: ActorRequest, key: str) -> HttpResponse:
    """One rate: formula, versions, and of the cases that one may see those left out and those waiting for a judgement."""
    rate, form = _rate(request, key), LeaveOutForm(request.POST or None)
    if done := submit(request, form, partial(_asked, request, key, form)):
        messages.success(request, _("已提出，等另一个人判断；在那以前照算。"))
        return done
    rows = [
        {"row": row, "judges": row.agreed is None and can_judge_left_out(request.actor, row), "ends": can_end_left_out(request.actor, row)}
        for row in queries.left_out_rows(request.actor, key)
    ]  # fmt: skip
    context = {
        "title": rate.name, "rate": rate, "form": form, "rows": rows, "asks": request.actor.can(P.CASE_HANDLE) or request.actor.can(P.CASE_ASSIGN),
        "versions": [(row, queries.as_rate(row)) for row in queries.versions(request.actor.county, key)], "editor": can_edit_formulas(request.actor),
    }  # fmt: skip
    return render(request, "reports/rate.html", context)


def _asked(request: ActorRequest, key: str, form: LeaveOutForm) -> str:
    found = visible_to(request.actor).filter(number=form.cleaned_data["number"].strip()).first()
    if found is None:
        words = _("没有编号是“%(number)s”的办件。请核对编号，只能是您看得到的。")
        raise ValidationError({"number": words % {"number": form.cleaned_data["number"]}})
    actions.ask_left_out(by=request.actor, rate=key, case=found, reason=form.cleaned_data["reason"])
    return reverse("reports:rate", args=[key])


@permission(P.CASE_SUPERVISE, P.CASE_APPROVE)
def judge(request: ActorRequest, row: UUID) -> HttpResponse:
    """Agree to leave a case out, or not."""
    asked, form = queries.left_out_row(request.actor, row), JudgeForm(request.POST or None)
    if not can_judge_left_out(request.actor, asked):
        raise PermissionDenied
    if done := submit(request, form, partial(_judged, request, asked, form)):
        messages.success(request, _("已记下您的判断。"))
        return done
    context = {"title": _("剔除这一件吗？"), "form": form, "asked": asked, "rate": _rate(request, asked.rate)}
    return render(request, "reports/judge.html", context)


def _judged(request: ActorRequest, asked: LeftOut, form: JudgeForm) -> str:
    agreed = form.cleaned_data["agreed"] == "yes"
    actions.judge_left_out(asked, by=request.actor, agreed=agreed, note=form.cleaned_data["note"])
    return reverse("reports:rate", args=[asked.rate])


@require_POST
@permission(P.CASE_VIEW)
def end(request: ActorRequest, row: UUID) -> HttpResponse:
    """Take back: the case counts in both lines again."""
    asked = queries.left_out_row(request.actor, row)
    actions.end_left_out(asked, by=request.actor)
    messages.success(request, _("已撤回，这一件照算。"))
    return redirect("reports:rate", asked.rate)


@permission(P.SETTINGS_EDIT)
def formula(request: ActorRequest, key: str) -> HttpResponse:
    """The next version of a formula."""
    rate = _rate(request, key)
    if not can_edit_formulas(request.actor):
        raise PermissionDenied
    form = FormulaForm(request.POST or None, rate=rate)
    if done := submit(request, form, partial(_set, request, key, form)):
        messages.success(request, _("已保存，从写明的那天起用新的算法。"))
        return done
    return render(
        request,
        "reports/formula.html",
        {"title": _("改%(name)s的算法") % {"name": rate.name}, "form": form, "rate": rate},
    )


def _set(request: ActorRequest, key: str, form: FormulaForm) -> str:
    actions.set_formula(by=request.actor, rate=key, **form.cleaned_data)
    return reverse("reports:rate", args=[key])
