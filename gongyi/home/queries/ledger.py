"""One's own imports as ledgers take them: what came in and how much of it, never what it said."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from gongyi.core import imports
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.lists import Asked, Cell, Filter, Found, Kind, Words, batches, found_in, of_period, still_in, told
from gongyi.core.models import ImportRun
from gongyi.home.queries.imports import runs_of


def _mine(by: Actor) -> QuerySet[ImportRun]:
    """Those of one's own that one may still import of."""
    return runs_of(by).filter(kind__in=[kind.name for kind in imports.kinds_of(by)])


def _rows(by: Actor, asked: Asked) -> Found:
    rows = _mine(by).filter(unit=asked.unit.id, **of_period(asked.period, "asked_at"))
    exact = {name: value for name in ("kind", "state") if (value := asked.where.get(name))}
    return found_in(rows.filter(**exact), "asked_at", asked.most)


def _cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> dict[UUID, dict[str, Cell]]:
    rows = (one for some in batches(keys) for one in _mine(by).filter(id__in=some))
    return {
        one.id: {
            "kind": str(imports.KINDS[one.kind].label), "source": one.source, "state": one.get_state_display(), "batch": one.batch, "rows": one.rows,
            "created": one.created, "recognised": one.recognised, "left_out": one.left_out, "asked_at": told(one.asked_at), "ended_at": told(one.ended_at),
        }
        for one in rows
    }  # fmt: skip


def import_list() -> Kind:
    """导入."""
    columns: dict[str, Words] = {
        "kind": gettext_lazy("导入什么"), "source": gettext_lazy("谁发来的"), "asked_at": gettext_lazy("什么时候"), "state": gettext_lazy("状态"),
        "batch": gettext_lazy("第几批"), "rows": gettext_lazy("表里几行"), "created": gettext_lazy("新记下几条"), "recognised": gettext_lazy("本来就有几条"),
        "left_out": gettext_lazy("没有导入几条"), "ended_at": gettext_lazy("做完的时间"),
    }  # fmt: skip
    return Kind(
        name="import", label=gettext_lazy("我的导入"), permission=P.STAFF, day=gettext_lazy("导入的日期"), page="home:imports",
        columns=lambda: columns, rows=_rows, cells=_cells, still=still_in(_mine), measure=gettext_lazy("次"),
        start=("asked_at", "kind", "source", "rows", "created", "recognised", "left_out", "state"),
        filters={
            "kind": Filter(gettext_lazy("导入什么"), lambda by: [(kind.name, kind.label) for kind in imports.kinds_of(by)]),
            "state": Filter(gettext_lazy("状态"), lambda _by: ImportRun.State.choices),
        },
    )  # fmt: skip
