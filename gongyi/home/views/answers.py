"""Public answers: the list with search, one answer, the feed."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from gongyi.casework.models import PublishedText
from gongyi.casework.queries import publications as queries
from gongyi.core import limits
from gongyi.core.errors import Refused
from gongyi.core.http import ActorRequest, public
from gongyi.home.forms.answers import AnswersForm

SEARCHES, QUARTER = 120, timedelta(minutes=15)  # from one address, which a whole office may share
IN_FEED = 30


@public("residents read what others asked and how it was answered")
def answers(request: ActorRequest) -> HttpResponse:
    """看答复: newest first, searched by words of the published text, filtered."""
    _hold_searcher(request)
    form = AnswersForm(request.GET, county=request.actor.county)
    wanted = form.wanted()
    rows, more = queries.search(request.actor.county, wanted)
    context = {
        "title": _("公开的答复"), "form": form, "rows": rows, "chips": form.chips(request.GET), "searched": any(form.cleaned_data.values()),
        "next_url": _with(request, after=rows[-1].publication.slug) if more else "",
        "first_url": _with(request, after="") if wanted.after else "",
    }  # fmt: skip
    return render(request, "portal/answers.html", context)


def _with(request: HttpRequest, *, after: str) -> str:
    query = request.GET.copy()
    query["after"] = after
    return f"?{query.urlencode()}"


def _hold_searcher(request: ActorRequest) -> None:
    """Raise Refused when too many searches came from this address; looking without searching is not counted."""
    if not any(request.GET.get(name) for name in AnswersForm.base_fields):
        return
    here = limits.address(request)
    if limits.used("answers", here, per=QUARTER) >= SEARCHES:
        raise Refused("too_many", _("从这里搜得太多了。"), _("请过一刻钟再搜；不搜也能往下翻着看。"), status=429)
    limits.count("answers", here, per=QUARTER)


@public("residents read one public answer")
def answer(request: ActorRequest, slug: str) -> HttpResponse:
    """One public answer; 410 with a sentence for one that was taken down."""
    try:
        text = queries.shown(request.actor.county, slug)
    except Http404:
        if not queries.was_shown(request.actor.county, slug):
            raise
        return render(request, "portal/answer_gone.html", {"title": _("这份答复已经撤下")}, status=410)
    return render(request, "portal/answer.html", {"title": text.title, "shown": queries.page_of(text)})


class _Answers(Feed):  # type: ignore[type-arg]
    """The newest public answers, for feed readers."""

    feed_type = Atom1Feed

    def __init__(self, county: int) -> None:
        super().__init__()
        self.county = county

    def title(self) -> str:
        return _("公开的答复")

    subtitle = title

    def link(self) -> str:
        return reverse("home:answers")

    def items(self) -> list[PublishedText]:
        return queries.recent(self.county, IN_FEED)

    def item_title(self, item: PublishedText) -> str:
        return item.title

    def item_description(self, item: PublishedText) -> str:
        return f"{item.matter}\n\n{item.answer}"

    def item_link(self, item: PublishedText) -> str:
        return reverse("home:answer", args=[item.publication.slug])

    def item_author_name(self, item: PublishedText) -> str:
        return str(item.publication.unit.name)

    def item_pubdate(self, item: PublishedText) -> datetime:
        return item.since

    def item_updateddate(self, item: PublishedText) -> datetime:
        return item.at


@public("feed readers follow the public answers")
def feed(request: ActorRequest) -> Any:
    """Atom."""
    return _Answers(request.actor.county)(request)
