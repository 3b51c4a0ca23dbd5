"""Lists of cases, recording a new one, pickers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.casework import actions, queries
from gongyi.casework.actions import AskerFacts
from gongyi.casework.actions.joining import join_case, number_of
from gongyi.casework.forms import DoneForm, IntakeForm, ListForm, LookupForm
from gongyi.casework.forms.fields import staff_hits, topic_hits
from gongyi.casework.forms.listing import beside
from gongyi.casework.forms.proposed import filled, proposed_form
from gongyi.core import paging
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.errors import Refused
from gongyi.core.http import ActorRequest, permission, submit


@permission(P.CASE_VIEW)
def case_list(request: ActorRequest) -> HttpResponse:
    """The cases of one's units, filtered by the address."""
    form = ListForm(request.GET, by=request.actor)
    wanted = form.wanted(request.GET.get("after", ""), request.GET.get("before", ""))
    cases, more = queries.page(request.actor, wanted)
    context = {
        "form": form,
        "rows": [queries.row(case) for case in cases],
        "title": _("办件"),
        "chips": form.chips(request.GET),
    }
    context["may_look_up"] = request.actor.can(P.PEOPLE_LOOKUP)
    whole = not (more or wanted.after or wanted.before)
    context |= paging.how_many(
        request,
        len(cases) if whole else None,
        lambda exact: queries.count(request.actor, form.wanted(), exact=exact),
    )
    marks = [paging.mark_of(row.recorded_at, row.id) for row in cases]
    context |= paging.pages(request, marks, more=more, wanted=wanted) | beside(form, request.actor)
    return render(request, "casework/_rows.html" if request.htmx else "casework/list.html", context)  # type: ignore[attr-defined]


@permission(P.CASE_RECORD)
def new(request: ActorRequest) -> HttpResponse:
    """登记; the phone's 记一件."""
    if "propose" in request.POST and request.POST.get("content", "").strip():
        return _proposed(request)
    sent = filled(request.actor, request.POST) if "later" in request.POST else request.POST
    form = IntakeForm(sent or None, request.FILES or None, by=request.actor)
    same = _same(request) if request.method == "POST" else []
    if done := submit(request, form, lambda: _open(form)):
        for case in same:
            messages.info(
                request, _("这个电话还有在办的事：%(number)s %(title)s") % {"number": case.number, "title": case.title}
            )
        return done
    context = {"form": form, "title": _("记一件"), "rows": [queries.row(case) for case in same]}
    context["may_finish"] = request.actor.can(P.CASE_HANDLE)
    return render(request, "casework/new.html", context)


def _same(request: ActorRequest) -> list[Any]:
    """Open cases of the number that was typed; none once it was asked too often, as recording goes on."""
    try:
        return actions.same_phone(by=request.actor, phone=request.POST.get("asker_phone", ""))
    except Refused:
        return []


def _proposed(request: ActorRequest) -> HttpResponse:
    """The form filled from the words of a note, for somebody to look at; nothing is kept yet."""
    form, found = proposed_form(request.actor, request.POST)
    rows = [queries.row(case) for case in found.similar]
    context = {"form": form, "title": _("记一件"), "similar": rows, "hints": found.hints, "proposed": True}
    context["alike"] = queries.similar(request.actor, found.content)
    return render(request, "casework/new.html", context | {"may_finish": request.actor.can(P.CASE_HANDLE)})


def _open(form: IntakeForm) -> str:
    asker, facts = AskerFacts(**form.asker_facts()), dict(form.cleaned_data)
    file, person = facts.pop("file", None), facts.pop("about_person", None)
    facts["about_account"] = person.id if person else None
    first = number_of(form.by, as_key(form.data.get("follows")))
    if first and facts["type"].hides_asker:
        raise ValidationError({"type": _("举报要单独办，不跟着别的办件。内容都还在，再点一次“登记”就行。")})
    case = actions.open_case(by=form.by, asker=asker, **facts)
    if first:
        join_case(case, by=form.by, first=first)
    if file:
        _attach(case, form, file)
    return queries.lead_on(form.by, case)


def _attach(case: Any, form: IntakeForm, file: Any) -> None:
    """A file that cannot be taken is said at its field; what was typed stays."""
    try:
        actions.attach(case, by=form.by, file=file)
    except Refused as refused:
        raise ValidationError({"file": str(refused)}) from refused


@permission(P.CASE_HANDLE)
def new_done(request: ActorRequest) -> HttpResponse:
    """当场办结: everything in one form and one step."""
    form = DoneForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _done(form)):
        return done
    return render(request, "casework/new.html", {"form": form, "title": _("当场办结"), "done": True})


def _done(form: DoneForm) -> str:
    asker = AskerFacts(**form.asker_facts())
    return actions.record_done(by=form.by, asker=asker, **form.cleaned_data).get_absolute_url()


@permission(P.CASE_RECORD)
def similar(request: ActorRequest) -> HttpResponse:
    """Open cases like what has been typed so far; nothing of it is kept."""
    found = queries.similar(request.actor, request.POST.get("content", "")[:2000])
    return render(request, "casework/_similar.html", {"alike": found})


@permission(P.CASE_RECORD)
def same_asker(request: ActorRequest) -> HttpResponse:
    """Has this asker an open case? Asked by exact phone number, among cases that one may see anyway."""
    cases = actions.same_phone(by=request.actor, phone=request.POST.get("asker_phone", ""))
    return render(request, "casework/_same.html", {"rows": [queries.row(case) for case in cases]})


@permission(P.CASE_VIEW)
def pick_topic(request: ActorRequest) -> HttpResponse:
    """Hits of the topic picker."""
    return render(request, "components/picker_hits.html", {"hits": topic_hits(request.GET.get("q", ""))})


@permission(P.PEOPLE_LOOKUP)
def people(request: ActorRequest) -> HttpResponse:
    """Find the cases of somebody who is there or on the phone; nothing of it stands in an address."""
    form, rows = LookupForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        rows = [queries.row(case) for case in actions.look_up(by=request.actor, **form.cleaned_data)]
    return render(request, "casework/people.html", {"form": form, "rows": rows, "title": _("按姓名找办件")})


@permission(P.CASE_RECORD)
def pick_staff(request: ActorRequest) -> HttpResponse:
    """Hits of the picker of people who work here."""
    return render(request, "components/picker_hits.html", {"hits": staff_hits(request.GET.get("q", ""))})
