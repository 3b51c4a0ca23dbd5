"""What feed readers follow: the newest public answers, the newest public suggestions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongyi.casework.queries import publications
from gongyi.core.http import ActorRequest, public
from gongyi.proposals.queries import published

IN_FEED = 30


@dataclass(frozen=True)
class Source:
    """What a feed tells: its title, the pages of the list and of one text, the newest texts, the parts of a text in order."""

    title: Promise
    page: str
    one: str
    newest: Callable[[int, int], list[Any]]
    parts: tuple[str, ...]


class _Texts(Feed):  # type: ignore[type-arg]
    """The newest public texts, a correction with its own moment."""

    feed_type = Atom1Feed

    def __init__(self, source: Source, county: int) -> None:
        super().__init__()
        self.source, self.county = source, county

    def title(self) -> str:
        return str(self.source.title)

    subtitle = title

    def link(self) -> str:
        return reverse(self.source.page)

    def items(self) -> list[Any]:
        return self.source.newest(self.county, IN_FEED)

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return "\n\n".join(filter(None, (getattr(item, name) for name in self.source.parts)))

    def item_link(self, item: Any) -> str:
        return reverse(self.source.one, args=[item.publication.slug])

    def item_author_name(self, item: Any) -> str:
        return str(item.publication.unit.name)

    def item_pubdate(self, item: Any) -> datetime:
        since: datetime = item.since
        return since

    def item_updateddate(self, item: Any) -> datetime:
        at: datetime = item.at
        return at


ANSWERS = Source(_("公开的答复"), "home:answers", "home:answer", publications.recent, ("matter", "answer"))
SUGGESTIONS = Source(
    _("公开的建议"), "home:suggestions", "home:suggestion", published.recent, ("analysis", "suggestions", "answer")
)


@public("feed readers follow the public answers")
def answers(request: ActorRequest) -> Any:
    """Atom."""
    return _Texts(ANSWERS, request.actor.county)(request)


@public("feed readers follow the public suggestions")
def suggestions(request: ActorRequest) -> Any:
    """Atom."""
    return _Texts(SUGGESTIONS, request.actor.county)(request)
