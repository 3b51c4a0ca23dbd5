"""Named views: kept, renamed, removed and brought back by their own person."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.casework.models import SavedView
from gongyi.core import clock, gate
from gongyi.core.access import Actor
from gongyi.core.errors import Refused

MOST_VIEWS = 20


@transaction.atomic
def save_view(*, by: Actor, name: str, query: str) -> SavedView:
    """Keep a filter under a name; a removed view of that name makes room.

    Raises ValidationError for a name that is taken or that sorts people, and for more than twenty views.
    """
    if by.id is None:
        raise PermissionDenied
    mine = SavedView.objects.filter(county=by.county, account=by.id)
    name = _checked(name)
    mine.filter(name=name).exclude(removed_at=None).delete()
    if mine.filter(name=name).exists():
        raise ValidationError({"name": _("已经有叫“%(name)s”的列表。") % {"name": name}})
    if mine.filter(removed_at=None).count() >= MOST_VIEWS:
        raise ValidationError({"name": _("最多存 %(n)d 个，请先删掉不用的。") % {"n": MOST_VIEWS}})
    view = SavedView(county=by.county, account=by.id, name=name, query=query[:400], at=clock.now())
    view.save()
    return view


@transaction.atomic
def rename_view(view: SavedView, *, by: Actor, name: str) -> None:
    """Give one's view another name. Raises ValidationError as `save_view` does."""
    _own(view, by)
    name = _checked(name)
    others = SavedView.objects.filter(county=by.county, account=view.account, name=name).exclude(id=view.id)
    others.exclude(removed_at=None).delete()
    if others.exists():
        raise ValidationError({"name": _("已经有叫“%(name)s”的列表。") % {"name": name}})
    SavedView.objects.filter(county=by.county, id=view.id).update(name=name)


@transaction.atomic
def remove_view(view: SavedView, *, by: Actor) -> None:
    """Take a view away; it can be brought back until another one takes its name."""
    _own(view, by)
    SavedView.objects.filter(county=by.county, id=view.id).update(removed_at=clock.now())


@transaction.atomic
def restore_view(view: SavedView, *, by: Actor) -> None:
    """Bring a removed view back."""
    _own(view, by)
    SavedView.objects.filter(county=by.county, id=view.id).update(removed_at=None)


def _own(view: SavedView, by: Actor) -> None:
    if by.id is None or view.account != by.id:
        raise PermissionDenied


def _checked(name: str) -> str:
    """The name, if the gate lets it pass; a refusal stands at its field."""
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("请给这个列表起个名字。")})
    try:
        gate.check_name(name)
    except Refused as refused:
        raise ValidationError({"name": str(refused)}) from refused
    return name
