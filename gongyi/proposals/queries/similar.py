"""Public suggestions that may be about the same as what a resident is about to send; what is not public is never hinted at."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from gongyi.core import search
from gongyi.core.search.alike import alike
from gongyi.proposals.models import PublishedText
from gongyi.proposals.queries.published import line, published
from gongyi.proposals.queries.voices import may_support
from gongyi.proposals.workflow import OPEN

SHOWN, MOST, SHORTEST = 0.18, 3, 6  # how much must be shared: below, most are about something else


def similar_public(county: int, text: str) -> list[dict[str, Any]]:
    """Lines of open public suggestions like this text, the most alike first, each with whether it can be supported."""
    if sum(char.isalnum() for char in text) < SHORTEST:
        return []
    live = PublishedText.objects.filter(county=county, live=True, publication__proposal=OuterRef("subject"))
    narrowed = Q(Exists(live.filter(publication__proposal__state__in=OPEN)))
    near = [
        one.subject
        for one in alike(search.KINDS["proposal"], county, text, narrowed)
        if one.score >= SHOWN and one.words
    ]
    texts = {
        text.publication.proposal_id: text for text in published(county).filter(publication__proposal__in=near[:MOST])
    }
    return [
        line(texts[key]) | {"may_support": may_support(texts[key].publication.proposal)}
        for key in near[:MOST]
        if key in texts
    ]
