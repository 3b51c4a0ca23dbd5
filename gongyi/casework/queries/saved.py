"""A person's named views of the list."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from gongyi.casework.models import SavedView
from gongyi.core.access import Actor


def saved_views(by: Actor) -> QuerySet[SavedView]:
    """The person's views by name; the removed ones are left out."""
    return SavedView.objects.filter(county=by.county, account=by.key, removed_at=None).order_by("name")


def fetch_view(by: Actor, key: UUID) -> SavedView:
    """One of the person's own views, also a removed one. Raises Http404 for any other."""
    found = SavedView.objects.filter(county=by.county, account=by.key, id=key).first()
    if found is None:
        raise Http404
    return found
