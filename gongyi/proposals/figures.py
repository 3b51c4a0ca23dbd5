"""The figures of proposals: what was handed in and screened, what was sent on and answered, what the proposers say, what was promised.

Which unit a proposal counts for: what was handed in and how it was screened for the unit that received it; the rest for the lead,
without one for the unit that received it. An answer counts once, by the first one and its limit then; a rating by the last one.
Formulas follow product.md part 2 (b-3); every county may change its rates.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core import clock, figures
from gongyi.core.figures import (
    Counted,
    Figure,
    Period,
    Rate,
    Source,
    Split,
    register,
    register_counted,
    register_splits,
)
from gongyi.core.imports.runs import pending
from gongyi.promises import figures as promised
from gongyi.proposals.models import Category, Proposal, ProposalStep, ResultClass, Session
from gongyi.proposals.models.proposal import Rating
from gongyi.proposals.queries.case import KIND

SPLITS = {"kind": "kind", "category": "category", "session": "session"}
_RECEIVER, _LEAD = ("counted_unit", "unit"), ("counted_lead", "lead")


def _proposals(county: int, *, units: tuple[str, ...]) -> QuerySet[Any]:
    """The county's proposals but those that were never handed in, each with the unit that it counts for."""
    rows: Any = Proposal.objects.filter(county=county, submitted_at__isnull=False).exclude(id__in=pending(county))
    found: QuerySet[Any] = rows.annotate(counts_for=Coalesce(*units))
    return found


def _sent(county: int) -> QuerySet[Any]:
    """Those that a lead has now: what was given back and waits at the desk was sent to nobody."""
    return _proposals(county, units=_LEAD).filter(lead__isnull=False)


_COUNTED = ("approve_extension", "redo", "rate", "return", "resume")


def _steps(county: int) -> QuerySet[Any]:
    """The lines of the county's timelines that are counted, each with the unit whose proposal it is and the one that wrote it."""
    rows: Any = ProposalStep.objects.filter(county=county, action__in=_COUNTED).exclude(proposal__in=pending(county))
    places = [f"proposal__{place}" for place in (*_LEAD, *_RECEIVER)]
    found: QuerySet[Any] = rows.annotate(
        counts_for=Coalesce(*places), returned_by=Coalesce("unit", *places, output_field=UUIDField())
    )
    return found


def _moment(period: Period) -> datetime:
    return min(period.end, clock.now())


def _late(period: Period) -> Q:
    """Not answered, and the day of the answer is over."""
    return Q(unit_due__lt=_moment(period)) & (Q(first_at=None) | Q(first_at__gte=_moment(period)))


def _ended_by(action: str, state: str) -> Q:
    """It stands in this state, or is archived and ended by this move and was not screened anew since."""
    lines = ProposalStep.objects.filter(county=OuterRef("county"), proposal=OuterRef("pk"), action=action)
    anew = ProposalStep.objects.filter(
        county=OuterRef("county"), proposal=OuterRef("proposal"), seq__gt=OuterRef("seq"), action="rescreen"
    )
    return Q(state=state) | Q(state="archived") & Q(Exists(lines.exclude(Exists(anew))))


_SCREENED, _ANSWERED, _RATED = _("提案：收到和审查"), _("提案：交办和答复"), _("提案：提出人怎么说")
_HELD, _OF_LINES, _PROMISED = _("提案：期末还在手上的"), _("提案：延期、退办和重办"), _("提案：答应的事")
_LED = partial(_proposals, units=(*_LEAD, *_RECEIVER))
_OF_RESULT = SPLITS | {"result": "result"}


def _source(rows: Any, at: str = "", **more: Any) -> Source:
    return Source(rows, "counts_for", at, opens=KIND, **{"splits": SPLITS} | more)


received = _source(partial(_proposals, units=_RECEIVER), "recorded_at", group=_SCREENED)
filed = _source(partial(_proposals, units=_RECEIVER), "filed_at", group=_SCREENED)
ended = _source(partial(_proposals, units=_RECEIVER), "closed_at", group=_SCREENED, splits=SPLITS | {"reason": "cause"})
assigned = _source(_sent, "assigned_at", group=_ANSWERED)
answered = _source(_LED, "first_at", group=_ANSWERED, splits=_OF_RESULT)
rated = _source(_LED, "rated_at", group=_RATED, splits=_OF_RESULT | {"rating": "rating", "manner": "manner"})
there = _source(_LED, within=figures.there, group=_HELD)
_THROUGH = {name: f"proposal__{column}" for name, column in SPLITS.items()} | {"reason": "reason"}
lines = _source(_steps, "at", record="proposal", number="proposal__number", group=_OF_LINES, splits=_THROUGH)
returns = Source(
    _steps, "returned_by", "at", record="proposal", number="proposal__number", opens=KIND, group=_OF_LINES, splits=_THROUGH
)  # fmt: skip
due = Source(promised.promises, "counts_for", "due", opens="promise", group=_PROMISED)

_TIMES, _ITEMS = _("次"), pgettext_lazy("承诺", "项")
_OURS, _KEPT = Q(kind=KIND), Q(state="kept")
_REDONE = Q(action="redo") | Q(action="rate", target__in=["redo", "returned"])


_BASE = (
    Figure("proposals.received", pgettext_lazy("数字", "收到提案"), _("期间内登记、提交了的提案，按登记的日期；草稿不算，分出来的各算一件"), received, intake=True, kept=("category",),
           words=("提案数", "提案件数", "收到提案数", "提案总数", "建议数", "建议件数", "收到建议", "提案建议数", "征集提案数", "提交提案")),
    Figure("proposals.filed", pgettext_lazy("数字", "立案"), _("期间内立案的提案，按最近一次立案的日期"), filed, words=("立案数", "立案件数", "立案提案", "提案立案数")),
    Figure("proposals.not_filed", pgettext_lazy("数字", "没有立案"), _("期间内审查后没有立案的提案，包括转为意见的"), ended, ~Q(cause=""), words=("不立案", "不立案数", "未立案", "未立案数")),
    Figure("proposals.passed_on", pgettext_lazy("数字", "转为意见"), _("期间内没有立案、转给有关单位参考的提案"), ended, ~Q(cause="") & _ended_by("pass_on", "passed_on"), words=("转为意见数", "转意见")),
    Figure("proposals.merged", pgettext_lazy("数字", "并案"), _("期间内并入另一件一起办的提案"), ended, Q(first__isnull=False), words=("并案数", "合并提案", "提案并案数")),
    Figure("proposals.withdrawn", pgettext_lazy("数字", "撤案"), _("期间内由提出人撤回的提案"), ended, Q(cause="") & _ended_by("withdraw", "withdrawn"), words=("撤案数", "撤回提案")),
    Figure("proposals.assigned", pgettext_lazy("数字", "交办提案"), _("期间内交给主办单位的提案，按最近一次交办的日期；退办后还没有再交办的不算"), assigned, intake=True,
           words=("交办提案数", "提案交办数", "承办提案数", "承办提案", "主办提案", "应办提案")),
    Figure("proposals.assigned_answered", pgettext_lazy("数字", "交办后答复了的"), _("期间内交办的提案里，到现在答复过的"), assigned, Q(first_at__isnull=False), words=("已办复", "已办复数")),
    Figure("proposals.answered", pgettext_lazy("数字", "办复"), _("期间内第一次答复提出人的提案，按那次答复的日期；重办、再次答复不重复算"), answered, kept=("result",),
           words=("办复数", "办复件数", "答复提案", "提案答复数", "提案办结数", "办结提案")),
    Figure("proposals.answered_in_time", pgettext_lazy("数字", "按时办复"), _("期间内第一次答复的提案里，在当时的办结期限之前答复的"), answered, Q(first_at__lte=F("first_due")), words=("按时办复数", "按期办复", "限时办复")),
    Figure("proposals.met", pgettext_lazy("数字", "面商过"), _("期间内第一次答复的提案里，和提出人面商、走访或座谈过的；只打过电话的不算"), answered, Q(met__gt=0), words=("面商数", "面商件数", "当面沟通")),
    Figure("proposals.unrated", pgettext_lazy("数字", "提案还没有评价"), _("期间内第一次答复的提案里，提出人还没有评价的；不算满意"), answered, Q(rated_at=None), words=("提案未评价",)),
    Figure("proposals.rated", pgettext_lazy("数字", "提案评价了的"), _("期间内提出人评价了的提案，按最近一次答复以后的评价"), rated, words=("提案评价数",)),
    Figure("proposals.satisfied", pgettext_lazy("数字", "提案满意"), _("期间内对办理结果评价“满意”的提案；不含基本满意"), rated, Q(rating=Rating.GOOD), words=("提案满意数", "委员满意", "代表满意")),
    Figure("proposals.fair", pgettext_lazy("数字", "提案基本满意"), _("期间内对办理结果评价“基本满意”的提案"), rated, Q(rating=Rating.FAIR), words=("提案基本满意数",)),
    Figure("proposals.bad", pgettext_lazy("数字", "提案不满意"), _("期间内对办理结果评价“不满意”的提案"), rated, Q(rating=Rating.BAD), words=("提案不满意数",)),
    Figure("proposals.manner_good", pgettext_lazy("数字", "办理态度满意"), _("期间内对办理态度评价“满意”的提案；态度和结果分开评"), rated, Q(manner=Rating.GOOD), words=("态度满意", "态度满意数")),
    Figure("proposals.open", pgettext_lazy("数字", "提案在办"), _("期末还没有结束的提案"), there, words=("在办提案", "在办提案数", "未办结提案")),
    Figure("proposals.overdue", pgettext_lazy("数字", "提案超期未答复"), _("期末还没有结束、过了办结期限还没有答复过的提案"), there, _late, words=("超期提案", "逾期提案")),
    Figure("proposals.following", pgettext_lazy("数字", "跟踪办理"), _("期末答复过、答应的事还在落实的提案"), there, figures.left_in(ProposalStep, "proposal", "following"), words=("跟踪办理数", "跟踪提案")),
    Figure("proposals.followed_up", pgettext_lazy("数字", "跟踪后再答复"), _("期间内答应的事有了结果、动手再答复一次的次数"), lines, Q(action="resume"), _TIMES, words=("再次答复", "二次答复")),
    Figure("proposals.extended", pgettext_lazy("数字", "提案延期"), _("期间内批准提案延期的次数"), lines, Q(action="approve_extension"), _TIMES, words=("提案延期数", "提案延期办理")),
    Figure("proposals.redone", pgettext_lazy("数字", "提案重办"), _("期间内提案重新办理的次数：提出人不满意，或交办单位要求的"), lines, _REDONE, _TIMES, words=("提案重办数",), error=True),
    Figure("proposals.returned", pgettext_lazy("数字", "提案退办"), _("期间内承办单位退办的次数，算在退办的单位"), returns, Q(action="return"), _TIMES, words=("退办", "退办数", "提案退办数"), error=True),
    Figure("proposals.promises_due", pgettext_lazy("数字", "提案里到期的承诺"), _("提案答复里答应的事，答应的日子在期间内的，按现在答应的日子；撤回的不算"), due, _OURS & ~Q(state="withdrawn"), _ITEMS, words=("提案承诺数", "提案承诺事项")),
    Figure("proposals.promises_kept", pgettext_lazy("数字", "提案承诺按时兑现"), _("期间内到期的提案承诺里，在答应的日子以前报告、别人核对过做到了的"), due, _OURS & _KEPT & Q(reported_on__lte=F("due")), _ITEMS, words=("提案承诺兑现",)),
    Figure("proposals.promises_late", pgettext_lazy("数字", "提案承诺晚了才兑现"), _("期间内到期的提案承诺里，过了答应的日子才做到的"), due, _OURS & _KEPT & Q(reported_on__gt=F("due")), _ITEMS),
    Figure("proposals.promises_broken", pgettext_lazy("数字", "提案承诺没有兑现"), _("期间内到期的提案承诺里，说明了或认定了没有做到的"), due, _OURS & Q(state="broken"), _ITEMS),
)  # fmt: skip
_RATES = (
    Rate("proposals.answered_rate", pgettext_lazy("数字", "办复率"), _("交办后答复了的 ÷ 交办提案"), ("proposals.assigned_answered",), ("proposals.assigned",), words=("提案办复率", "建议办复率", "提案办结率", "答复率")),
    Rate("proposals.answered_in_time_rate", pgettext_lazy("数字", "按时办复率"), _("按时办复 ÷ 办复"), ("proposals.answered_in_time",), ("proposals.answered",), words=("按期办复率", "限时办复率", "提案按期办结率")),
    Rate("proposals.met_rate", pgettext_lazy("数字", "面商率"), _("面商过 ÷ 办复"), ("proposals.met",), ("proposals.answered",), words=("提案面商率", "沟通率", "见面率")),
    Rate("proposals.satisfied_rate", pgettext_lazy("数字", "提案满意率"), _("提案满意 ÷ 提案评价了的；基本满意不算在内"), ("proposals.satisfied",), ("proposals.rated",), words=("委员满意率", "代表满意率")),
    Rate("proposals.not_bad_rate", pgettext_lazy("数字", "提案满意和基本满意率"), _("（提案满意＋提案基本满意）÷ 提案评价了的"), ("proposals.satisfied", "proposals.fair"), ("proposals.rated",), words=("提案满意和基本满意率",)),
    Rate("proposals.filed_rate", pgettext_lazy("数字", "立案率"), _("立案 ÷ 收到提案；两个数的提案不一定是同一批"), ("proposals.filed",), ("proposals.received",), words=("提案立案率",)),
    Rate("proposals.promises_kept_rate", pgettext_lazy("数字", "提案承诺按时兑现率"), _("提案承诺按时兑现 ÷ 提案里到期的承诺"), ("proposals.promises_kept",), ("proposals.promises_due",), words=("提案承诺兑现率",)),
)  # fmt: skip


def _listed(model: Any, county: int) -> dict[str, str]:
    rows = model.objects.filter(county=county).order_by("position", "name").values_list("id", "name")
    return {str(key): name for key, name in rows}


def class_names(county: int) -> dict[str, str]:
    """The county's result classes, each by its own words; of several with one code the older say until when they were used."""
    rows = ResultClass.objects.filter(county=county).order_by("position", "code", "since")
    ended = {row.id: _("%(words)s（用到%(day)s）") % {"words": row, "day": row.until} for row in rows if row.until}
    return {str(row.id): ended.get(row.id) or str(row) for row in rows}


_SPLITS = (
    Split("kind", _("提案形式"), lambda _county: dict(Proposal.Kind.choices)),
    Split("category", _("类别"), partial(_listed, Category), keyed=True),
    Split("session", _("届次"), partial(_listed, Session), keyed=True),
    Split("result", _("答复属于哪一类"), class_names, _("还在重办，没有结果"), keyed=True),
    Split("rating", _("对办理结果"), lambda _county: dict(Rating.choices)),
    Split("manner", _("对办理态度"), lambda _county: dict(Rating.choices)),
)  # fmt: skip


def register_figures() -> None:
    """Add the figures of proposals, in the order in which pages and lists show them."""
    register_splits(*_SPLITS)
    register(*_BASE, *_RATES)
    moments = ("recorded_at", "filed_at", "assigned_at", "first_at", "rated_at", "closed_at")
    register_counted(Counted(Proposal, (ProposalStep,), "proposal", moments))
