"""What casework says of the promises that arise from its answers: who may see and act, who asked, whether it is public, who is told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import functional
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import conflicted
from gongyi.casework.models import Case, CaseConflict, Publication
from gongyi.casework.queries.promising import KIND
from gongyi.casework.queries.publications import known_of
from gongyi.casework.rules import declared, may_hear_of_case
from gongyi.core import outbox
from gongyi.core.access import Actor
from gongyi.core.county import county_of
from gongyi.core.said import say
from gongyi.promises.models import Promise, Record
from gongyi.promises.rules import Origin


def record_of(case: Case) -> Record:
    """The case as the ledger names it; its desk's supervisors hear when a promise is late."""
    return Record(KIND, case.id, case.number, case.lead or case.desk, case.desk)


def _hidden_from(by: Actor) -> QuerySet[Any, Any]:
    """Cases hidden from this person, or about a unit in which they work."""
    hidden = CaseConflict.objects.filter(county=by.county, account=by.key, hidden=True)
    about_us = Q(about_unit__in=[held.unit for held in by.held])
    return Case.objects.filter(about_us | Q(id__in=hidden.values("case")), county=by.county).values_list("id")


def _apart_from(by: Actor) -> QuerySet[Any, Any]:
    """Cases about this person, and those in which they declared a conflict."""
    about_me = Q(about_account=by.key)
    return Case.objects.filter(about_me | Q(id__in=declared(by).values("case")), county=by.county).values_list("id")


def _case(key: UUID) -> Case | None:
    return Case.objects.filter(county=county_of(key), id=key).select_related("about_unit").first()


def _apart(key: UUID) -> set[UUID | None]:
    """The accounts that may not act in the case."""
    case = _case(key)
    return conflicted(case) if case else set()


def _address(by: Actor, key: UUID) -> str:
    return f"/cases/{key}/" if may_hear_of_case(by, key) else ""


def _published(county: int) -> QuerySet[Any, Any]:
    """The cases whose answer is public now."""
    rows = Publication.objects.filter(county=county, current__gt=0, type__is_public=True)
    return rows.values_list("case")


def _public_address(county: int, key: UUID) -> str:
    slug = Publication.objects.filter(county=county, case=key, current__gt=0).values_list("slug", flat=True).first()
    return reverse("home:answer", args=[slug]) if slug else ""


def _known(key: UUID) -> Mapping[str, list[str]]:
    """What the public never reads of the case."""
    case = _case(key)
    return known_of(case) if case else {}


_TO_ASKER: dict[str, functional.Promise] = {
    "confirm": gettext_lazy("答应您的事做到了，编号 %(number)s"),
    "move": gettext_lazy("答应您的事改了日子，编号 %(number)s"),
    "admit": gettext_lazy("答应您的事没有做到，编号 %(number)s"),
    "judge": gettext_lazy("答应您的事没有做到，编号 %(number)s"),
    "withdraw": gettext_lazy("答应您的事撤回了，编号 %(number)s"),
    "end": gettext_lazy("答应您的事撤回了，编号 %(number)s"),
}


def _tell(promise: Promise, action: str, by: Actor) -> None:
    """The accounts of who asked, and of the askers whose cases follow this one, each by the number of their own case."""
    rows = Case.objects.filter(Q(id=promise.origin) | Q(first=promise.origin), county=promise.county)
    for key, number, resident in rows.exclude(resident=None).values_list("id", "number", "resident"):
        text = say(_TO_ASKER[action], number=number)
        outbox.tell_resident(resident, by=by, event="resident.promise", text=text, path="/portal/mine/", subject=key)


ORIGIN = Origin(
    kind=KIND, label=gettext_lazy("办件"), address=_address, tell=_tell, hidden_from=_hidden_from, apart_from=_apart_from,
    apart=_apart, published=_published, public_address=_public_address, known=_known,
)  # fmt: skip
