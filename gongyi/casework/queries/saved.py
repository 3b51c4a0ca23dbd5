"""A person's named views of the list."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, TextField, Value
from django.http import Http404

from gongyi.casework.models import SavedView
from gongyi.casework.queries.choices import types
from gongyi.core.access import Actor


def saved_views(by: Actor) -> QuerySet[SavedView]:
    """The person's views by name; the removed ones are left out."""
    return SavedView.objects.filter(county=by.county, account=by.key, removed_at=None).order_by("name")


def types_and_views(by: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What every list offers: the county's types (key, name) in its order, and the person's own views (name, query). One statement."""
    rows = sorted(_types_and_views(by).all(), key=lambda row: (*row[:2], row[3]))
    offered = [(str(key), name) for view, _place, key, name, _query in rows if not view]
    return offered, [(name, query) for view, _place, key, name, query in rows if view]


@lru_cache(maxsize=256)  # the question alone is kept; the rows are read each time
def _types_and_views(by: Actor) -> QuerySet[Any, Any]:
    own = saved_views(by).order_by().values_list(Value(1), Value(0), "id", "name", "query")
    columns = Value(0), "position", "id", "name", Value("", output_field=TextField())
    return types(by.county).order_by().values_list(*columns).union(own, all=True)


def fetch_view(by: Actor, key: UUID) -> SavedView:
    """One of the person's own views, also a removed one. Raises Http404 for any other."""
    found = SavedView.objects.filter(county=by.county, account=by.key, id=key).first()
    if found is None:
        raise Http404
    return found
