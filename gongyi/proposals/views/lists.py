"""The list of proposals, and writing one down."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.core import paging
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.proposals import actions, queries
from gongyi.proposals.forms import ListForm, ProposalForm


@permission(P.PROPOSAL_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """The proposals of one's units, filtered by the address."""
    by, form = request.actor, ListForm(request.GET, by=request.actor)
    wanted = form.wanted(request.GET.get("after", ""), request.GET.get("before", ""))
    rows, more = queries.page(by, wanted)
    whole = not (more or wanted.after or wanted.before)
    context = {
        "form": form, "rows": [queries.row(row) for row in rows], "title": _("提案"), "chips": form.chips(request.GET),
        "may_record": by.can(P.PROPOSAL_RECORD),
    }  # fmt: skip
    context |= paging.how_many(
        request, len(rows) if whole else None, lambda exact: queries.count(by, form.wanted(), exact=exact)
    )
    context |= paging.pages(
        request, [paging.mark_of(row.recorded_at, row.id) for row in rows], more=more, wanted=wanted
    )
    return render(request, "proposals/_rows.html" if request.htmx else "proposals/list.html", context)  # type: ignore[attr-defined]


@permission(P.PROPOSAL_RECORD)
def new(request: ActorRequest) -> HttpResponse:
    """登记提案, to be screened at once or kept as a draft."""
    form = ProposalForm(request.POST or None, by=request.actor)
    if done := submit(request, form, lambda: _open(form)):
        messages.success(request, _("已存成草稿。") if "later" in request.POST else _("已提交，等审查。"))
        return done
    return render(request, "proposals/new.html", {"form": form, "title": _("登记提案")})


def _open(form: ProposalForm) -> str:
    return actions.open_proposal(by=form.by, **form.facts()).get_absolute_url()
