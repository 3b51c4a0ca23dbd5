"""The figures of casework: what came in, what was sent on, what ended and how, what went back.

Which unit a case counts for: what came in for the unit that recorded it; what was sent on for the lead; the rest for the lead, without one
for the unit that recorded it.
Formulas follow product.md part 2 (b-2); every county may change its rates.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)
from django.db.models import Case as Choice
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.casework.models import (
    COUNTED_ACTIONS,
    Asker,
    Case,
    CaseStep,
    CaseType,
    PublicationStep,
    ReceptionRow,
    Topic,
    Visit,
)
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
from gongyi.core.imports.runs import not_yet, pending

SPLITS = {"type": "type", "channel": "channel", "urgency": "urgency", "topic": "top_topic", "outcome": "outcome"}
_RECORDER, _LEAD = ("counted_unit", "unit"), ("counted_lead", "lead")


def _cases(county: int, *, units: tuple[str, ...]) -> QuerySet[Any]:
    """The county's cases but the void ones, each with the unit it counts for and its topic of the first level."""
    rows: Any = Case.objects.filter(county=county).exclude(state="void").exclude(id__in=pending(county))
    top = Coalesce("topic__parent__parent", "topic__parent", "topic")
    found: QuerySet[Any] = rows.annotate(
        counts_for=Coalesce(*units), top_topic=top, ended_at=Coalesce("answered_at", "closed_at")
    )
    return found


def _sent(county: int) -> QuerySet[Any]:
    """Those that a lead has now: what was given back and waits at the desk was sent to nobody, least of all to who recorded it."""
    return _cases(county, units=_LEAD).filter(lead__isnull=False)


# Written out: SQLite takes a partial index only for a condition whose values it can read.
_COUNTED = Func(
    F("action"),
    template="%(expressions)s IN (" + ", ".join(f"'{name}'" for name in COUNTED_ACTIONS) + ")",
    output_field=BooleanField(),
)


_CALL, _MISSED = Q(action="call_back"), Q(target__in=["answered", "calling"])
# Why a line is there, where nobody chose a reason from the list: what was done says it.
CAUSES = {
    "object": _("诉求人有异议"), "unsolved": _("诉求人说没有解决"), "reopen": _("办结后重新开启"), "redo": _("被要求重办"),
    "call_missed": _("没有联系上"), "call_closed": _("回访以后办结"), "call_redone": _("回访时没有解决"),
}  # fmt: skip
_CAUSE = Choice(
    When(_CALL & _MISSED, then=Value("call_missed")),
    When(_CALL & Q(target="closed"), then=Value("call_closed")),
    When(_CALL, then=Value("call_redone")),
    When(reason="", action__in=list(CAUSES), then=F("action")),
    default=F("reason"),
    output_field=CharField(),
)


def _steps(county: int) -> QuerySet[Any]:
    """The lines of the county's timelines that are counted, those of void cases left out."""
    rows: Any = CaseStep.objects.filter(_COUNTED, county=county)
    rows = rows.exclude(case__state="void").exclude(case__in=pending(county))
    places = [f"case__{place}" for place in (*_LEAD, *_RECORDER)]
    top = Coalesce("case__topic__parent__parent", "case__topic__parent", "case__topic")
    found: QuerySet[Any] = rows.annotate(
        counts_for=Coalesce(*places),
        returned_by=Coalesce("unit", *places, output_field=UUIDField()),
        top_topic=top,
        cause=_CAUSE,
    )
    return found


def _amendments(county: int) -> QuerySet[Any]:
    """The corrections of public answers, each counted for the unit that answers for the case now."""
    places = [f"publication__case__{place}" for place in (*_LEAD, *_RECORDER)]
    top = Coalesce(
        "publication__case__topic__parent__parent", "publication__case__topic__parent", "publication__case__topic"
    )
    rows: Any = PublicationStep.objects.filter(county=county, action="amend").exclude(publication__case__state="void")
    found: QuerySet[Any] = rows.annotate(counts_for=Coalesce(*places), top_topic=top)
    return found


def _late(period: Period) -> Q:
    """Not answered, and the day that the asker was told is over."""
    moment = min(period.end, clock.now())
    return Q(resident_due__lt=moment) & (Q(answered_at=None) | Q(answered_at__gte=moment))


received = Source(partial(_cases, units=_RECORDER), "counts_for", "recorded_at", group=_("来了多少"), splits=SPLITS)
assigned = Source(_sent, "counts_for", "assigned_at", group=_("派出去以后：签收、联系"), splits=SPLITS)
closed = Source(
    partial(_cases, units=(*_LEAD, *_RECORDER)), "counts_for", "closed_at", group=_("办结的：怎么结的，群众怎么说"), splits=SPLITS
)  # fmt: skip
there = Source(
    partial(_cases, units=(*_LEAD, *_RECORDER)), "counts_for", within=figures.there, group=_("期末还在手上的"), splits=SPLITS
)  # fmt: skip


def _through(way: str, **more: str) -> dict[str, str]:
    """The splits of a case for rows that lead to it."""
    return {name: column if column == "top_topic" else f"{way}__{column}" for name, column in SPLITS.items()} | more


_OF_LINES = _("回访、退单和重办")
lines = Source(
    _steps, "counts_for", "at", record="case", number="case__number", group=_OF_LINES, splits=_through("case", reason="cause")
)  # fmt: skip
returns = Source(
    _steps, "returned_by", "at", record="case", number="case__number", group=_OF_LINES, splits=_through("case", reason="cause")
)  # fmt: skip
amendments = Source(
    _amendments, "counts_for", "at", record="publication__case", number="publication__case__number", group=figures.CORRECTED,
    splits=_through("publication__case"),
)  # fmt: skip

_OF_DAY = ReceptionRow.objects.filter(
    county=OuterRef("county"), sheet__unit=OuterRef("sheet__unit"), sheet__day=OuterRef("sheet__day"), pk__lt=OuterRef("pk")
)  # fmt: skip


def _receptions(county: int) -> QuerySet[Any]:
    """The first case of each day of reception, each counted for the unit that received."""
    rows: Any = ReceptionRow.objects.filter(~Exists(_OF_DAY), county=county)
    found: QuerySet[Any] = rows.annotate(counts_for=F("sheet__unit"))
    return found


receptions = Source(
    _receptions, "counts_for", "sheet__day", record="case", number="case__number", group=_("来了多少")
)  # fmt: skip

_PHONE = Asker.objects.filter(county=OuterRef("county"), case=OuterRef("pk")).exclude(phone_digest="")
_ITS = Asker.objects.filter(county=OuterRef(OuterRef("county")), case=OuterRef(OuterRef("pk"))).exclude(phone_digest="")
# Asked by the phone first: few share one, while a month has thousands of cases.
_AGAIN = Asker.objects.filter(
    county=OuterRef("county"), phone_digest__in=_ITS.values("phone_digest"), case__topic=OuterRef("topic"),
    case__recorded_at__gt=OuterRef("recorded_at"), case__recorded_at__lte=OuterRef("reopen_until"),
).exclude(case__state="void").exclude(not_yet("case_id"))  # fmt: skip
_EXTRA = Visit.objects.filter(county=OuterRef("county"), case=OuterRef("pk"))
_CALLS = CaseStep.objects.filter(county=OuterRef("county"), case=OuterRef("pk"), action="call_back")
_SOLVED, _RATED = Q(outcome=Case.Outcome.SOLVED), ~Q(rating="")
_KNOWABLE = _SOLVED & Q(topic__isnull=False, reopen_until__isnull=False) & Q(Exists(_PHONE))
_ANSWERED = Q(outcome__in=[name for name, _label in Case.Outcome.of_answers()])
_TIMES = _("次")


_INTAKE = (
    Figure("cases.received", pgettext_lazy("数字", "受理量"), _("期间内登记的办件，按诉求提出的日期；作废的不算"), received, intake=True, kept=("type", "channel", "topic"),
           words=("受理数", "受理件数", "收件数", "收到诉求", "诉求量", "来件数", "登记数", "受理总量", "诉求总数", "接收数", "办件总量")),
)  # fmt: skip
_SENT = (
    Figure("cases.assigned", pgettext_lazy("数字", "派单量"), _("期间内派给主办单位的办件，按最近一次派单的日期；退单后还没有再派的不算"), assigned, intake=True,
           words=("派单数", "转办数", "交办数", "转派数", "交办件数", "转办件数")),
    Figure("cases.signed", pgettext_lazy("数字", "已签收"), _("期间内派单的办件里，主办单位签收了的"), assigned, Q(signed_at__isnull=False),
           words=("签收数", "接收数")),
    Figure("cases.signed_in_time", pgettext_lazy("数字", "按期签收"), _("期间内派单的办件里，在签收时限之前签收的"), assigned, Q(signed_at__lte=F("sign_due")),
           words=("按时签收", "及时签收", "按期签收数", "及时接收")),
    Figure("cases.contacted", pgettext_lazy("数字", "已联系"), _("期间内派单的办件里，联系上诉求人的"), assigned, Q(contacted_at__isnull=False),
           words=("联系数", "已联系诉求人", "响应数")),
    Figure("cases.contacted_in_time", pgettext_lazy("数字", "按时联系"), _("期间内派单的办件里，在首次联系时限之前联系上诉求人的"), assigned, Q(contacted_at__lte=F("contact_due")),
           words=("及时联系", "按时联系数", "及时响应", "按期联系")),
)  # fmt: skip
_ENDED = (
    Figure("cases.closed", pgettext_lazy("数字", "办结量"), _("期间内结束的办件，按最近一次办结的日期；以后又重办的，办结前不再算"), closed,
           words=("办结数", "办结件数", "已办结", "结案数", "办理完毕", "完成数")),
    Figure("cases.closed_in_time", pgettext_lazy("数字", "按期办结"), _("期间内结束的办件里，在办结时限之前答复的；没有派单的看答复期限"), closed,
           Q(ended_at__lte=Coalesce("unit_due", "resident_due")), words=("按期办结数", "按时办结", "及时办结", "限时办结")),
    Figure("cases.answered_in_time", pgettext_lazy("数字", "按群众时限答复"), _("期间内结束的办件里，在告诉诉求人的日期之前答复的；这个时限从登记起算，不停"), closed,
           Q(ended_at__lte=F("resident_due")), words=("按时答复", "及时答复", "按期答复")),
    Figure("cases.solved", pgettext_lazy("数字", "解决"), _("期间内结束、结果是“解决”的办件"), closed, _SOLVED, words=("解决数", "已解决", "解决件数", "办成")),
    Figure("cases.partly", pgettext_lazy("数字", "部分解决"), _("期间内结束、结果是“部分解决”的办件"), closed, Q(outcome=Case.Outcome.PARTLY), words=("部分解决数", "基本解决")),
    Figure("cases.explained", pgettext_lazy("数字", "解释"), _("期间内结束、结果是“解释”的办件"), closed, Q(outcome=Case.Outcome.EXPLAINED), words=("解释说明", "解释数", "政策解释", "答疑")),
    Figure("cases.declined", pgettext_lazy("数字", "不予受理"), _("期间内结束、决定不予受理的办件"), closed, Q(outcome=Case.Outcome.DECLINED), words=("不受理", "不予受理数", "未受理")),
    Figure("cases.withdrawn", pgettext_lazy("数字", "诉求人撤回"), _("期间内由诉求人撤回的办件"), closed, Q(outcome=Case.Outcome.WITHDRAWN), words=("撤回", "撤诉", "撤单")),
    Figure("cases.merged", pgettext_lazy("数字", "并入另一件"), _("期间内因为说的是同一件事而并入另一件的办件"), closed, Q(outcome=Case.Outcome.MERGED), words=("合并", "并案")),
    Figure("cases.other_end", pgettext_lazy("数字", "没有写结果"), _("期间内结束、没有写办理结果的办件，多是导入的旧件"), closed, Q(outcome="")),
    Figure("cases.one_visit", pgettext_lazy("数字", "一次办好"), _("期间内解决的办件里，没有重办过、没有多跑一趟、期限内本人没有为同一类事再来的"), closed, _KNOWABLE & Q(redos=0) & ~Q(Exists(_EXTRA)) & ~Q(Exists(_AGAIN)),
           words=("一次办结", "一次性办结", "一次性解决", "一次解决", "最多跑一次")),
    Figure("cases.one_visit_known", pgettext_lazy("数字", "能判断是不是一次办好"), _("期间内解决的办件里，留了电话、定了分类，能判断本人有没有再来的"), closed, _KNOWABLE),
    Figure("cases.very", pgettext_lazy("数字", "非常满意"), _("期间内结束、评价“非常满意”的办件"), closed, Q(rating=Case.Rating.VERY), words=("非常满意数", "很满意")),
    Figure("cases.good", pgettext_lazy("数字", "满意"), _("期间内结束、评价“满意”的办件；不含非常满意和基本满意"), closed, Q(rating=Case.Rating.GOOD)),
    Figure("cases.fair", pgettext_lazy("数字", "基本满意"), _("期间内结束、评价“基本满意”的办件"), closed, Q(rating=Case.Rating.FAIR), words=("基本满意数", "一般")),
    Figure("cases.bad", pgettext_lazy("数字", "不满意"), _("期间内结束、评价“不满意”的办件"), closed, Q(rating=Case.Rating.BAD), words=("不满意数", "不满意件数")),
    Figure("cases.rated", pgettext_lazy("数字", "已评价"), _("期间内结束、有评价的办件"), closed, _RATED, words=("评价数", "参评数", "测评数", "参与评价")),
    Figure("cases.closed_called", pgettext_lazy("数字", "回访过的办结件"), _("期间内结束的办件里，打过回访电话的；打了几次都算一件"), closed, Q(Exists(_CALLS)), words=("已回访件数", "回访办结件")),
    Figure("cases.unrated", pgettext_lazy("数字", "未评价"), _("期间内结束、答复过而没有评价的办件；不算满意"), closed, _ANSWERED & Q(rating=""), words=("未评价数", "未参评")),
)  # fmt: skip
_THERE = (
    Figure("cases.open", pgettext_lazy("数字", "在办"), _("期末还没有结束的办件"), there, words=("在办数", "未办结", "正在办理", "办理中", "在办件数", "未结")),
    Figure("cases.overdue", pgettext_lazy("数字", "超期未答复"), _("期末还没有结束、过了答复期限还没有答复的办件"), there, _late, words=("超期", "逾期", "超期未办结", "超时", "逾期未办", "超期数")),
    Figure("cases.parked_there", pgettext_lazy("数字", "期末挂账"), _("期末还没有结束、正等着约定日子的办件"), there, figures.left_in(CaseStep, "case", "parked"), words=("挂账未销", "挂账未销号", "挂账存量")),
)  # fmt: skip
# A call that did not solve it sends it back to the lead, or to the desk where nobody is there any more.
_REDONE = Q(action__in=["object", "redo", "reopen", "unsolved"]) | (_CALL & ~_MISSED & ~Q(target="closed"))
_REDONE_SINCE = CaseStep.objects.filter(
    county=OuterRef("county"), case=OuterRef("case"), seq__gt=OuterRef("seq"), action__in=["reopen", "unsolved"]
)
_LINES = (
    Figure("cases.called", pgettext_lazy("数字", "回访"), _("期间内打的回访电话"), lines, _CALL, _TIMES, words=("回访数", "回访量", "回访次数", "回访件数")),
    Figure("cases.reached", pgettext_lazy("数字", "回访到"), _("期间内打通、问到结果的回访"), lines, _CALL & ~_MISSED, _TIMES, words=("回访到", "回访核实", "成功回访", "接通")),
    Figure("cases.unreached", pgettext_lazy("数字", "没有回访到"), _("期间内没有联系上诉求人的回访；不算满意，也不算解决"), lines, _CALL & _MISSED, _TIMES, words=("未回访到", "未接通", "联系不上", "无法接通")),
    Figure("cases.call_solved", pgettext_lazy("数字", "回访说解决了"), _("期间内的回访里，诉求人说解决了的；以后又重办的不算"), lines, _CALL & Q(target="closed", case__call_result=Case.CallResult.SOLVED) & ~Q(Exists(_REDONE_SINCE)), _TIMES, words=("回访解决", "核实解决")),
    Figure("cases.reopened", pgettext_lazy("数字", "重办"), _("期间内重新办理的次数：有异议、回访没有解决、办结后重新开启、被要求重办"), lines, _REDONE, _TIMES, words=("重办数", "重办件数", "返工", "重新办理", "二次办理"), error=True),
    Figure("cases.parked", pgettext_lazy("数字", "挂账"), _("期间内约定到某日再办的次数"), lines, Q(action="park"), _TIMES, words=("挂账数", "挂账件")),
    Figure("cases.extended", pgettext_lazy("数字", "延期"), _("期间内批准延期的次数"), lines, Q(action="approve_extension"), _TIMES, words=("延期数", "延期件", "延期办理", "申请延期")),
    Figure("cases.returned", pgettext_lazy("数字", "退单"), _("期间内承办单位退回的次数，算在退回的单位"), returns, Q(action="return"), _TIMES, words=("退单数", "退回", "回退", "退件", "退回数", "回退数"), error=True),
)  # fmt: skip
# Named there; no national formula is known, so the formulas are the county's to change.
_THREE = _("三个率的名称见《北京市接诉即办工作条例》；算法各地不同，县里可以改")
_RATES = (
    Rate("cases.response_rate", pgettext_lazy("数字", "响应率"), _("按时联系 ÷ 派单量"), ("cases.contacted_in_time",), ("cases.assigned",), law=_THREE, words=("及时响应率", "按时联系率", "联系率")),
    Rate("cases.resolution_rate", pgettext_lazy("数字", "解决率"), _("回访说解决了 ÷ 回访到"), ("cases.call_solved",), ("cases.reached",), law=_THREE, words=("问题解决率", "诉求解决率")),
    Rate("cases.satisfaction_rate", pgettext_lazy("数字", "满意率"), _("（非常满意＋满意＋基本满意）÷ 已评价"), ("cases.very", "cases.good", "cases.fair"), ("cases.rated",), law=_THREE, words=("群众满意率", "满意度", "群众满意度")),
    Rate("cases.signed_in_time_rate", pgettext_lazy("数字", "按期签收率"), _("按期签收 ÷ 派单量"), ("cases.signed_in_time",), ("cases.assigned",), words=("按时签收率", "及时签收率", "签收及时率", "及时接收率")),
    Rate("cases.closed_in_time_rate", pgettext_lazy("数字", "按期办结率"), _("按期办结 ÷ 办结量"), ("cases.closed_in_time",), ("cases.closed",), words=("按时办结率", "及时办结率", "限时办结率")),
    Rate("cases.one_visit_rate", pgettext_lazy("数字", "一次办好率"), _("一次办好 ÷ 能判断是不是一次办好"), ("cases.one_visit",), ("cases.one_visit_known",), words=("一次办结率", "一次性办结率", "一次解决率")),
    Rate("cases.reopened_rate", pgettext_lazy("数字", "重办率"), _("重办次数 ÷ 办结量"), ("cases.reopened",), ("cases.closed",), words=("返工率",)),
    Rate("cases.returned_rate", pgettext_lazy("数字", "退单率"), _("退单次数 ÷ 派单量"), ("cases.returned",), ("cases.assigned",), words=("回退率", "退回率")),
    Rate("cases.called_rate", pgettext_lazy("数字", "回访率"), _("回访过的办结件 ÷ 办结量"), ("cases.closed_called",), ("cases.closed",), words=("回访覆盖率", "电话回访率", "回访完成率")),
    Rate("cases.closed_rate", pgettext_lazy("数字", "办结率"), _("办结量 ÷ 受理量；两个数的办件不一定是同一批"), ("cases.closed",), ("cases.received",), words=("办理率", "结案率")),
)  # fmt: skip


_AMENDED = Figure(
    "cases.amended",
    pgettext_lazy("数字", "更正公开答复"),
    _("期间内更正已公开的答复的次数"),
    amendments,
    measure=_TIMES,
    words=("答复更正", "更正答复"),
    error=True,
)

_RECEPTION_DAYS = Figure(
    "cases.reception_days", pgettext_lazy("数字", "接待天数"), _("期间内办过接待的日子：接待登记表录入了来访的，一个单位一天算一次；点开是那天的头一件"),
    receptions, measure=_("天"), words=("接待天数", "接待日数", "接待日"),
)  # fmt: skip


def _types(county: int) -> dict[str, str]:
    rows = CaseType.objects.filter(county=county).order_by("position", "name").values_list("id", "name")
    return {str(key): name for key, name in rows}


def _topics(county: int) -> dict[str, str]:
    rows = Topic.objects.filter(county=county, parent=None).order_by("position", "name").values_list("id", "name")
    return {str(key): name for key, name in rows}


def _beside(county: int, keys: list[UUID]) -> list[tuple[QuerySet[Any], str]]:
    """What else changes with these cases: the earlier ones of the same asker, corrections of their public answers, days of reception."""
    phones = Asker.objects.filter(county=county, case__in=keys).exclude(phone_digest="").values("phone_digest")
    same = Asker.objects.filter(county=county, phone_digest__in=phones).values("case")
    texts = PublicationStep.objects.filter(county=county, publication__case__in=keys, action="amend")
    received = ReceptionRow.objects.filter(county=county, case__in=keys)
    return [(Case.objects.filter(county=county, id__in=same), "closed_at"), (texts, "at"), (received, "sheet__day")]


_SPLITS = (
    Split("type", _("诉求类型"), _types, keyed=True),
    Split("channel", _("来源渠道"), lambda _county: dict(Case.Channel.choices)),
    Split("topic", _("事项分类"), _topics, _("还没有定分类"), keyed=True),
    Split("outcome", _("办理结果"), lambda _county: dict(Case.Outcome.choices), _("还没有结果")),
    Split("urgency", _("急不急"), lambda _county: dict(Case.Urgency.choices)),
    Split("reason", _("原因"), lambda _county: CAUSES, free=True),
)


def register_figures() -> None:
    """Add the figures of casework, in the order in which pages and lists show them."""
    register_splits(*_SPLITS)
    register(*_INTAKE, *_SENT, *_ENDED, *_THERE, *_LINES, _RECEPTION_DAYS, _AMENDED, *_RATES)
    moments = ("recorded_at", "assigned_at", "closed_at")
    register_counted(Counted(Case, (CaseStep, Visit), "case", moments, _beside))
