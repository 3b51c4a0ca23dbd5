"""What of a case is found by its words, and by whom: exactly those who have it in their list (rights.md P4, D5)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Asker, Case, CaseStep
from gongyi.casework.queries.lists import row, rows_of, seen
from gongyi.casework.rules import visible_to
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import county_of
from gongyi.core.imports.runs import pending
from gongyi.core.said import Said
from gongyi.core.search import Document, Kind, Watch
from gongyi.core.secrets import hide_known

# Lines of the timeline that are about the matter. What was said with or about a person stays out (D5).
ABOUT_THE_MATTER = frozenset({"log", "assist", "add", "reply"})
_TEXTS = ("number", "external_no", "title", "content", "answer", "recorded_at")
_OWN = ("name", "phone", "address", "organisation")


def documents(keys: Collection[UUID]) -> Iterator[Document]:
    """These cases as they may be found: own names, phones and addresses of the asker and numbers of people are gone."""
    counties = {county_of(key) for key in keys}
    askers = {asker.case_id: asker for asker in Asker.objects.filter(county__in=counties, case__in=keys)}
    notes = defaultdict[UUID, list[str]](list)
    steps = CaseStep.objects.filter(county__in=counties, case__in=keys, action__in=ABOUT_THE_MATTER | {"unlog"})
    for case, action, note in steps.order_by("case", "seq").values_list("case_id", "action", "note"):
        if action == "unlog":
            notes[case].pop()  # of the line before, which it took back
        elif note and not isinstance(note, Said):
            notes[case].append(note)
    for case in Case.objects.filter(id__in=keys).only(*_TEXTS):
        yield _document(case, *_to_be_found(case, askers.get(case.id), notes[case.id]))


def _to_be_found(case: Case, asker: Asker | None, notes: Iterable[str]) -> tuple[str, str]:
    """Title and body."""
    known = {name: [getattr(asker, name)] for name in _OWN} if asker else {}
    title, *body = (hide_known(text, known) for text in (case.title, case.content, case.answer, *notes))
    return title, "\n".join(filter(None, body))


def _document(case: Case, title: str, body: str) -> Document:
    number = "\n".join(filter(None, (case.number, case.external_no)))
    return Document(case.id, timezone.localdate(case.recorded_at), number, title, body)


class Foreseen:
    """How new cases without a timeline will be found, worked out before they are stored; their numbers come later."""

    def __init__(self, cases: Iterable[Case], askers: Mapping[UUID, Asker]) -> None:
        self._cases = {case.id: (case, *_to_be_found(case, askers.get(case.id), ())) for case in cases}

    @property
    def texts(self) -> list[str]:
        """Titles and bodies."""
        return [text for _case, *both in self._cases.values() for text in both]

    def __call__(self, keys: Collection[UUID]) -> Iterator[Document]:
        """The same as `documents`."""
        return (_document(*self._cases[key]) for key in keys)


def records(county: int) -> QuerySet[Case]:
    """All cases of a county."""
    return Case.objects.filter(county=county)


def rows(by: Actor, keys: Collection[UUID]) -> list[dict[str, Any]]:
    """The lines of a list for these cases, of which this person may see each."""
    found = rows_of(visible_to(by).filter(id__in=keys))
    return [row(case) | {"key": case.id} for case in found]


def numbers_of(county: int, keys: list[UUID]) -> tuple[list[str], list[str]]:
    """The numbers of these cases in the same order, and the numbers that some of them have elsewhere."""
    numbers: dict[UUID, tuple[str, str]] = {}
    for start in range(0, len(keys), 500):
        rows = Case.objects.filter(county=county, id__in=keys[start : start + 500])
        numbers |= {
            key: (number, elsewhere) for key, number, elsewhere in rows.values_list("id", "number", "external_no")
        }
    found = [numbers[key] for key in keys if key in numbers]
    return [number for number, _elsewhere in found], [elsewhere for _number, elsewhere in found if elsewhere]


def scanned(county: int, word: str) -> int:
    """How many cases hold the word, by reading through all of them: what searching is compared with."""
    stands = Q(title__contains=word) | Q(content__contains=word) | Q(answer__contains=word)
    return Case.objects.filter(stands, county=county).count()


def case_kind(form: Callable[[Any, Actor], Any]) -> Kind:
    """Cases as a kind of record; `form` makes the list's filter form, which only pages may import."""
    return Kind(
        name="case",
        label=gettext_lazy("办件"),
        permission=P.CASE_VIEW,
        watches=(
            Watch(Case, frozenset(_TEXTS)),
            Watch(Asker, frozenset({*_OWN, "case"}), "case_id"),
            Watch(
                CaseStep, frozenset({"note", "action"}), "case_id", when=lambda step: step.action in ABOUT_THE_MATTER
            ),
        ),
        documents=documents,
        records=records,
        seen=seen,
        unseen=pending,
        rows=rows,
        form=form,
    )
