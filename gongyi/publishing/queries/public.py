"""Public texts as everybody reads them: those that are live now, one by its slug, the texts that it corrected."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from gongyi.publishing.rules import Press, press_of

PAGE = 20


def live(county: int, press: Press) -> QuerySet[Any, Any]:
    """The texts that are public now, newest first."""
    rows = press.text.objects.filter(county=county, live=True)
    ordered: QuerySet[Any, Any] = rows.select_related("publication__unit").order_by("-since", "-publication")
    return ordered


def holding(rows: QuerySet[Any, Any], words: str, fields: Iterable[str]) -> QuerySet[Any, Any]:
    """Those of the texts that hold each of the first five words in one of these columns."""
    for word in words.split()[:5]:
        anywhere = Q(pk__in=[])
        for name in fields:
            anywhere |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(anywhere)
    return rows


def beyond(rows: QuerySet[Any, Any], county: int, press: Press, slug: str) -> QuerySet[Any, Any]:
    """Those of the texts that stand after the one with this slug, as lists are ordered."""
    last = (
        press.text.objects.filter(county=county, publication__slug=slug).order_by("-number").first() if slug else None
    )
    if last is None:
        return rows
    return rows.filter(since__lte=last.since).exclude(since=last.since, publication__gte=last.publication_id)


def shown(rows: QuerySet[Any, Any], slug: str) -> Any:
    """The public text with this slug; Http404 when there never was one or it was taken down."""
    found = rows.filter(publication__slug=slug).first()
    if found is None:
        raise Http404
    return found


def was_shown(county: int, press: Press, slug: str) -> bool:
    """Whether there was a public text with this slug."""
    return bool(press.text.objects.filter(county=county, publication__slug=slug).exists())


def earlier(text: Any) -> list[Any]:
    """The texts that this one corrected, the newest first; not those from before it had been taken down."""
    rows = press_of(text).text.objects.filter(county=text.county, publication=text.publication_id)
    return list(rows.filter(since=text.since, number__lt=text.number).order_by("-number"))


def corrections(text: Any) -> list[Any]:
    """The text and all that it corrected, the newest first; empty where nothing was corrected."""
    before = earlier(text) if text.number > 1 else []
    return [text, *before] if before else []
