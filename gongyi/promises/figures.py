"""The figures of the promise ledger: what fell due, what was kept in time or late, what was broken, withdrawn or put off.

A promise counts for the unit that keeps it, in the period in which its promised day lies; one that was withdrawn falls due no more.
What is late or in time is read from the two days, the promised one and that of the confirmed report.
"""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.figures import Figure, Rate, Source, register
from gongyi.promises.models import DateChange, Promise

_MEASURE, _TIMES = pgettext_lazy("承诺", "项"), _("次")


def promises(county: int) -> QuerySet[Any]:
    """The county's promises, each with the unit that it counts for."""
    rows: Any = Promise.objects.filter(county=county)
    found: QuerySet[Any] = rows.annotate(counts_for=Coalesce("counted_unit", "unit"))
    return found


def _changes(county: int) -> QuerySet[Any]:
    rows: Any = DateChange.objects.filter(county=county)
    found: QuerySet[Any] = rows.annotate(counts_for=Coalesce("promise__counted_unit", "promise__unit"))
    return found


_GROUP = _("答应的事")
due = Source(promises, "counts_for", "due", opens="promise", group=_GROUP)
ended = Source(promises, "counts_for", "ended_on", opens="promise", group=_GROUP)
moved = Source(_changes, "counts_for", "at", record="promise", number="promise__number", opens="promise", group=_GROUP)
_KEPT = Q(state="kept")


def register_figures() -> None:
    """Add the figures of the ledger, in the order in which pages and lists show them."""
    register(
        Figure("promises.due", _("到期的承诺"), _("答应的日子在期间内的承诺，按现在答应的日子；撤回的不算"), due, ~Q(state="withdrawn"), _MEASURE,
               words=("承诺数", "承诺事项", "应兑现承诺", "承诺件数", "公开承诺", "公开承诺事项", "到期承诺", "到期承诺事项", "应兑现")),
        Figure("promises.kept", _("按时兑现"), _("期间内到期的承诺里，在答应的日子以前报告、别人核对过做到了的"), due,
               _KEPT & Q(reported_on__lte=F("due")), _MEASURE, words=("按时兑现数", "按期兑现", "承诺按期完成")),
        Figure("promises.late", _("晚了才兑现"), _("期间内到期的承诺里，过了答应的日子才做到的"), due,
               _KEPT & Q(reported_on__gt=F("due")), _MEASURE, words=("逾期兑现", "超期兑现")),
        Figure("promises.broken", _("没有兑现的承诺"), _("期间内到期的承诺里，说明了或认定了没有做到的；还没有说法的不在这里"), due,
               Q(state="broken"), _MEASURE, words=("未兑现", "未兑现承诺", "承诺未落实"), error=True),
        Figure("promises.withdrawn", _("撤回的承诺"), _("期间内撤回的承诺"), ended, Q(state="withdrawn"), _MEASURE, words=("撤回承诺",)),
        Figure("promises.moved", _("承诺改期"), _("期间内改过答应的日子的次数"), moved, measure=_TIMES, words=("承诺延期", "改期次数")),
        Rate("promises.kept_rate", _("按时兑现率"), _("按时兑现 ÷ 到期的承诺"), ("promises.kept",), ("promises.due",), words=("承诺兑现率", "兑现率")),
    )  # fmt: skip
