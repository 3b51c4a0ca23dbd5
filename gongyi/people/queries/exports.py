"""Exported lists: which rows are in a file, in which columns, and the files that somebody asked for or has to agree to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock, lists
from gongyi.core.access import Actor, Permission
from gongyi.core.figures import Period
from gongyi.core.lists import Asked, Cell, Kind, batches
from gongyi.people.models import Export
from gongyi.people.rules import exports_judged_by

Keys = Callable[[Actor, Mapping[str, str], int], list[UUID]]


@dataclass(frozen=True)
class Contacts:
    """Names, phones and addresses that may be taken out of a list for a purpose: who may (`needs`), the columns, and a row's as far as
    somebody may see them; `people` are the records among these whose contact they may see, as (key, number), of the kind `subject`.
    """

    needs: Permission
    columns: Callable[[], list[str]]
    cells: Callable[[Actor, list[UUID]], Mapping[UUID, list[Cell]]]
    people: Callable[[Actor, list[UUID]], list[tuple[UUID, str]]]
    subject: str


@dataclass(frozen=True)
class Exported:
    """A list that may be taken as a file: at most so many keys of what an address asks for, in the order of the list."""

    keys: Keys
    contacts: Contacts | None = None


_exported: dict[str, Exported] = {}
ways: dict[str, Keys] = {}  # other ways to rows of these lists, by the word that stands for them in the query


def format_field() -> forms.ChoiceField:
    """In which format a list is taken."""
    kinds = Export.Kind
    return forms.ChoiceField(label=_("文件格式"), choices=kinds.choices, initial=kinds.XLSX, widget=forms.RadioSelect)


def register(name: str, found: Exported) -> None:
    """Add a list of `core.lists` that may be taken as a file."""
    _exported[name] = found


def exported(name: str) -> Exported:
    """The list of this name. Raises KeyError for one that is not exported."""
    return _exported[name]


def is_exported(name: str) -> bool:
    """Whether the list may be taken as a file."""
    return name in _exported


def keys_of(by: Actor, name: str, query: str, most: int) -> list[UUID]:
    """The rows of the list that a query asks for, as this person may see them now."""
    facts = dict(parse_qsl(query))
    keys = ways.get(facts.get("list", ""), exported(name).keys)
    return keys(by, facts, most)


def headers(name: str, *, contacts: bool = False) -> list[str]:
    """The columns, in order; contacts first."""
    who = exported(name).contacts if contacts else None
    return [*(who.columns() if who else []), *map(str, lists.kind(name).columns().values())]


def cells(by: Actor, name: str, keys: list[UUID], *, contacts: bool = False) -> Iterator[list[Cell]]:
    """A row for each key, in their order; what this person no longer may see is left out, contacts as far as they may."""
    kind, today = lists.kind(name), clock.today()
    who, names = exported(name).contacts if contacts else None, list(kind.columns())
    asked = Asked(None, Period(today, today))
    for start in range(0, len(keys), lists.BATCH):
        batch = keys[start : start + lists.BATCH]
        found, known = kind.cells(by, batch, asked), who.cells(by, batch) if who else {}
        blank: list[Cell] = [""] * len(who.columns()) if who else []
        for key in batch:
            if line := found.get(key):
                yield [*known.get(key, blank), *(line[column] for column in names)]


def still_visible(by: Actor, name: str, keys: list[UUID]) -> bool:
    """Whether this person may see every one of these rows now."""
    kind: Kind = lists.kind(name)
    return all(set(some) <= kind.still(by, some) for some in batches(keys))


def exports_of(by: Actor) -> QuerySet[Export]:
    """The person's exports, the newest first."""
    return Export.objects.filter(county=by.county, account=by.key).order_by("-asked_at", "-id")


def fetch_export(by: Actor, key: UUID) -> Export:
    """One of the person's own exports. Raises Http404 for any other."""
    return _one(exports_of(by), key)


def exports_to_judge(by: Actor) -> QuerySet[Export]:
    """The exports with contacts that wait for this person's word, the longest waiting first."""
    return exports_judged_by(by).select_related("second").order_by("asked_at", "id")


def fetch_judged(by: Actor, key: UUID) -> Export:
    """One that waits for this person's word. Raises Http404 for any other."""
    return _one(exports_to_judge(by), key)


def _one(rows: QuerySet[Any], key: UUID) -> Export:
    found: Export | None = rows.filter(id=key).first()
    if found is None:
        raise Http404
    return found
