"""Promises given at a meeting: the one way in, for minutes that are typed here and for the meetings of later apps."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock, gate
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.network.models import Unit
from gongyi.people.actions.settings import pass_gate
from gongyi.promises.actions.ledger import make_promise
from gongyi.promises.models import Promise, Record
from gongyi.promises.rules import Origin

MEETING, LONGEST_NAME = "meeting", 13


@transaction.atomic
def promise_at_meeting(
    *, by: Actor, host: Unit, name: str, held_on: date, what: str, unit: Unit, due: date, key: UUID | None = None
) -> Promise:
    """`unit` promised at a meeting of `host` to do `what` by the end of `due`; whoever keeps promises in `host` writes it down.

    `key` is the meeting's own, where an app keeps meetings; without one the promise stands for itself. The unit is told.
    Raises PermissionDenied for who keeps no promises there, ValidationError by field as `make_promise` does, also for a name
    that is missing, and for a day of the meeting that has not come (`held_on`).
    """
    if host.county != by.county or unit.county != by.county or not by.can(P.PROMISE_KEEP, host.id):
        raise PermissionDenied
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError({"name": _("请写是什么会，不超过 13 个字。")})
    pass_gate(gate.check_name, name, "name")
    if held_on > clock.today():
        raise ValidationError({"held_on": _("这一天还没有到。")})
    record = Record(MEETING, key or new_key(by.county), f"{name} {held_on:%Y-%m-%d}", host, None)
    return make_promise(by=by, record=record, what=what, unit=unit, due=due)


ORIGIN = Origin(
    kind=MEETING, label=gettext_lazy("会议"), address=lambda _by, _key: "", tell=lambda _promise, _action, _by: None
)
