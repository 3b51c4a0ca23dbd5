"""What a place of a form asks, in the officer's words: figures, periods, columns of lists, texts."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from gongyi.core import figures
from gongyi.language.asked.ask import Ask
from gongyi.language.asked.figures import SHARE
from gongyi.reports.queries.windows import window_words


def figure_words(ask: Ask) -> str:
    """The figure's name, several added up; of a change what of it."""
    names = [_("占受理量的比例") if key == SHARE else str(figures.figure(key).name) for key in ask.figures]
    rank = rank_words(ask)
    return " · ".join(filter(None, [rank, "＋".join(names)]))


def rank_words(ask: Ask) -> str:
    return _("件数第 %(n)s 多的分类") % {"n": "、".join(map(str, ask.rank))} if ask.rank else ""


def period_words(ask: Ask) -> str:
    """The period in the words of offices."""
    part = {"direction": _("增还是减"), "number": _("增减件数"), "size_number": _("增减件数")}.get(ask.part, "")
    window = window_words(ask.window)
    period = "" if window and ask.period == "this" else PERIODS()[ask.period]
    return " · ".join(filter(None, [window, period, part]))


def PERIODS() -> dict[str, str]:  # noqa: N802 - reads as a table in the reader's language
    """Period -> its words."""
    return {
        "this": _("本期"), "previous": _("上期"), "same_last_year": _("去年同期"), "year_to_date": _("年初以来累计"),
        "year_to_date_last_year": _("去年同期累计"), "change_on_previous": _("比上期（环比）"), "change_year_on_year": _("比去年同期（同比）"),
        "year_to_date_change_year_on_year": _("累计比去年同期（同比）"),
    }  # fmt: skip


def LISTS() -> dict[str, str]:  # noqa: N802 - the same
    """Column of a list -> its words."""
    return {
        "serial": _("序号"), "number": _("工单编号"), "date": _("登记日期"), "title": _("标题"), "channel": _("来源渠道"), "type": _("诉求类型"),
        "topic": _("事项分类"), "content": _("诉求内容"), "urgency": _("急不急"), "area": _("所属区划"), "unit": _("登记单位"), "lead_unit": _("主办单位"),
        "assigned_date": _("派单日期"), "signed_date": _("签收日期"), "contacted_date": _("首次联系日期"), "due_date": _("办结时限"),
        "answered_date": _("答复日期"), "closed_date": _("办结日期"), "answer": _("答复内容"), "result": _("办理结果"), "state": _("状态"),
        "satisfaction": _("满意度"), "in_time": _("是否按期"), "late": _("是否超期"), "call_result": _("回访结果"), "returns": _("退单次数"), "redos": _("重办次数"),
        "session": _("届次"), "kind": _("提案形式"), "suggestions": _("具体建议"), "filed_date": _("立案时间"), "co_units": _("会办单位"),
        "reply_no": _("答复文号"), "met": _("面商次数"),
    }  # fmt: skip


TEXTS: dict[str, Callable[[], str]] = {
    "unit_name": lambda: _("单位名称"), "year": lambda: _("统计年份"), "month": lambda: _("统计月份"), "quarter": lambda: _("统计季度"),
    "date": lambda: _("填报日期"), "first_day": lambda: _("统计期的第一天"), "last_day": lambda: _("统计期的最后一天"), "period": lambda: _("统计时段"), "topic_name": lambda: _("事项分类的名称"),
}  # fmt: skip
