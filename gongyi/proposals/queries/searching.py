"""What of a proposal is found by its words, and by whom: exactly those who have it in their list (rights.md P4, D5)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import county_of
from gongyi.core.imports.runs import pending
from gongyi.core.search import Document, Kind, Watch
from gongyi.core.secrets import hide_known
from gongyi.proposals.models import Author, Proposal
from gongyi.proposals.queries.lists import row, rows_of, seen
from gongyi.proposals.rules import visible_to

_TEXTS = ("number", "title", "analysis", "suggestions", "answer", "recorded_at")
_OWN = ("name", "phone", "organisation")


def documents(keys: Collection[UUID]) -> Iterator[Document]:
    """These proposals as they may be found: the authors' own names and phones and numbers of people are gone."""
    counties = {county_of(key) for key in keys}
    known = defaultdict[UUID, dict[str, list[str]]](lambda: {name: [] for name in _OWN})
    for author in Author.objects.filter(county__in=counties, proposal__in=keys):
        for name in _OWN:
            known[author.proposal_id][name].append(getattr(author, name))
    for one in Proposal.objects.filter(id__in=keys).only(*_TEXTS):
        texts = (one.title, one.analysis, one.suggestions, one.answer)
        title, *body = (hide_known(text, known.get(one.id, {})) for text in texts)
        yield Document(one.id, timezone.localdate(one.recorded_at), one.number, title, "\n".join(filter(None, body)))


def records(county: int) -> QuerySet[Proposal]:
    """All proposals of a county."""
    return Proposal.objects.filter(county=county)


def rows(by: Actor, keys: Collection[UUID]) -> list[dict[str, Any]]:
    """The lines of a list for these proposals, of which this person may see each."""
    return [row(one) | {"key": one.id} for one in rows_of(visible_to(by).filter(id__in=keys))]


def proposal_kind(form: Callable[[Any, Actor], Any]) -> Kind:
    """Proposals as a kind of record; `form` makes the list's filter form, which only pages may import."""
    return Kind(
        name="proposal",
        label=gettext_lazy("提案"),
        permission=P.PROPOSAL_VIEW,
        watches=(Watch(Proposal, frozenset(_TEXTS)), Watch(Author, frozenset({*_OWN, "proposal"}), "proposal_id")),
        documents=documents,
        records=records,
        seen=seen,
        unseen=pending,
        rows=rows,
        form=form,
    )
