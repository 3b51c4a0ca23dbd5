"""What of a promise is found by its words, and by whom: exactly those who have it in their ledger (rights.md P4, D5)."""

from collections.abc import Callable, Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from gongyi.core import search
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.search import Document, Kind, Seldom, Watch
from gongyi.core.secrets import hide_known
from gongyi.promises.models import Promise
from gongyi.promises.queries import JOINED, Wanted, listed, row
from gongyi.promises.rules import origin_of, visible_to

_TEXTS = ("number", "what", "proof", "why", "origin_number")


def documents(keys: Collection[UUID]) -> Iterator[Document]:
    """These promises as they may be found: what their records know of people is gone."""
    for one in Promise.objects.filter(id__in=keys).only(*_TEXTS, "kind", "origin", "made_at"):
        known = origin_of(one.kind).known(one.origin)
        title, *body = (hide_known(text, known) for text in (one.what, one.proof, one.why))
        body.append(one.origin_number)
        yield Document(one.id, timezone.localdate(one.made_at), one.number, title, "\n".join(filter(None, body)))


def records(county: int) -> QuerySet[Promise]:
    """All promises of a county."""
    return Promise.objects.filter(county=county)


def seen(by: Actor, wanted: Wanted | None) -> search.Seen:
    """The index rows of what the ledger shows this person, under the same filter."""
    found = listed(by, wanted or Wanted()).order_by()
    each = Q(Exists(found.filter(Seldom("pk", OuterRef("subject")))))
    return search.Seen(Q(kind="promise", subject__in=found.values("id")), each, found[: search.FEW + 1].count())


def rows(by: Actor, keys: Collection[UUID]) -> list[dict[str, Any]]:
    """The lines of a list for these promises, of which this person may see each."""
    return [row(one) | {"key": one.id} for one in visible_to(by).filter(id__in=keys).select_related(*JOINED)]


def _none(_county: int) -> QuerySet[Any, Any]:
    """Nothing is in the index before it may be seen."""
    return Promise.objects.none().values_list("id", flat=True)


def promise_kind(form: Callable[[Any, Actor], Any]) -> Kind:
    """Promises as a kind of record; `form` makes the list's filter form, which only pages may import."""
    return Kind(
        name="promise", label=gettext_lazy("承诺"), permission=P.PROMISE_VIEW,
        watches=(Watch(Promise, frozenset({*_TEXTS, "made_at"})),), documents=documents, records=records, seen=seen,
        unseen=_none, rows=rows, form=form, later=True,
    )  # fmt: skip
