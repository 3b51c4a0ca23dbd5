"""Public answers: the list with search, one answer."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongyi.casework.queries import publications as queries
from gongyi.core import limits
from gongyi.core.http import ActorRequest, public
from gongyi.core.paging import address_at
from gongyi.home.forms.answers import AnswersForm
from gongyi.publishing.queries import was_shown
from gongyi.publishing.rules import press_named


@public("residents read what others asked and how it was answered")
def answers(request: ActorRequest) -> HttpResponse:
    """看答复: newest first, searched by words of the published text, filtered."""
    limits.hold_searches("answers", request, AnswersForm.base_fields)
    form = AnswersForm(request.GET, county=request.actor.county)
    wanted = form.wanted()
    rows, more = queries.search(request.actor.county, wanted)
    context = {
        "title": _("公开的答复"), "form": form, "rows": rows, "chips": form.chips(request.GET), "searched": any(form.cleaned_data.values()),
        "next_url": address_at(request, after=rows[-1].publication.slug) if more else "",
        "first_url": address_at(request) if wanted.after else "",
    }  # fmt: skip
    return render(request, "portal/answers.html", context)


@public("residents read one public answer")
def answer(request: ActorRequest, slug: str) -> HttpResponse:
    """One public answer; 410 with a sentence for one that was taken down."""
    try:
        text = queries.shown(request.actor.county, slug)
    except Http404:
        if not was_shown(request.actor.county, press_named("case"), slug):
            raise
        return render(request, "portal/answer_gone.html", {"title": _("这份答复已经撤下")}, status=410)
    return render(request, "portal/answer.html", {"title": text.title, "shown": queries.page_of(text)})
