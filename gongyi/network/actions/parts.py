"""Who takes part in a record: its participation rows, brought up to what the record says."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from gongyi.core import clock
from gongyi.network.models import Participation


def sync(
    rows: QuerySet[Any],
    kept: Mapping[UUID, Participation],
    wanted: Mapping[UUID, str],
    *,
    make: Callable[[UUID, str], Participation],
    copied: Mapping[str, Any],
    turns: Collection[UUID | None],
) -> None:
    """Who takes part from now, who no longer, and the columns that each row copies from its record.

    `rows` are the record's, `kept` the same by unit as read before; `wanted` says which part each unit takes; `turns` are the
    units whose turn it is. One row per record and unit: a unit that comes back has its old row again.
    """
    now = clock.now()
    rows.model._base_manager.bulk_create(make(unit, part) for unit, part in wanted.items() if unit not in kept)
    if kept:
        mine = [unit for unit in turns if unit]
        yes, no = Value(value=True), Value(value=False)
        rows.update(**copied, my_turn=Case(When(unit__in=mine, then=yes), default=no) if mine else no)
    for unit, row in kept.items():
        part = wanted.get(unit, row.part)
        until = None if unit in wanted else row.until or now
        if (part, until) != (row.part, row.until):
            rows.filter(id=row.id).update(part=part, until=until)
