"""A new county's first tasks, called good by whoever may do them."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from gongyi.core import audit, clock
from gongyi.core.access import Actor
from gongyi.home.models import FirstTask
from gongyi.home.queries import doers_of


@transaction.atomic
def call_done(*, by: Actor, name: str) -> None:
    """Note that a first task is good as it is; a second time changes nothing. Raises PermissionDenied for whoever may not do it."""
    if name not in doers_of(by):
        raise PermissionDenied
    facts = {"at": clock.now(), "by": by.id}
    task, fresh = FirstTask.objects.get_or_create(county=by.county, name=name, defaults=facts)
    if fresh:
        audit.record(by=by, action="first.done", kind="home.firsttask", subject=task.id, label=task.get_name_display())
