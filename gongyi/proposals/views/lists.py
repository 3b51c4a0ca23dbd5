"""The list of proposals, and writing one down."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.core import paging
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.people.actions.exports import ask_export
from gongyi.people.queries import exports
from gongyi.proposals import actions, queries
from gongyi.proposals.forms import ExportForm, ListForm, ProposalForm


@permission(P.PROPOSAL_VIEW)
def index(request: ActorRequest) -> HttpResponse:
    """The proposals of one's units, filtered by the address."""
    by, form = request.actor, ListForm(request.GET, by=request.actor)
    wanted = form.wanted(request.GET.get("after", ""), request.GET.get("before", ""))
    rows, more = queries.page(by, wanted)
    whole = not (more or wanted.after or wanted.before)
    context = {
        "form": form, "rows": [queries.row(row) for row in rows], "title": _("提案"), "chips": form.chips(request.GET),
        "may_record": by.can(P.PROPOSAL_RECORD), "may_moderate": by.can(P.PROPOSAL_SCREEN), "on": request.GET.urlencode(),
    }  # fmt: skip
    context |= paging.how_many(
        request, len(rows) if whole else None, lambda exact: queries.count(by, form.wanted(), exact=exact)
    )
    context |= paging.pages(
        request, [paging.mark_of(row.recorded_at, row.id) for row in rows], more=more, wanted=wanted
    )
    return render(request, "proposals/_rows.html" if request.htmx else "proposals/list.html", context)  # type: ignore[attr-defined]


@permission(P.PROPOSAL_VIEW)
def export(request: ActorRequest) -> HttpResponse:
    """The list under this filter as a file: in which format, with which columns."""
    by, wanted, form = request.actor, ListForm(request.GET, by=request.actor), ExportForm(request.POST or None)
    query = wanted.kept()
    words = _("、").join(
        chip["words"] for chip in wanted.chips(request.GET) if chip["name"] != "q"
    )  # typed words could name somebody
    if done := submit(request, form, lambda: _ask(by, form.cleaned_data["kind"], query, words)):
        return done
    context = {
        "title": _("导出"),
        "form": form,
        "words": words,
        "number": queries.count(by, wanted.wanted()),
        "most": paging.COUNT_TO,
    }
    return render(request, "proposals/export.html", context | {"columns": exports.headers("proposal")})


def _ask(by: Actor, kind: str, query: str, words: str) -> str:
    return ask_export(by=by, listed="proposal", kind=kind, query=query, words=words).get_absolute_url()


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
