"""The states of a table that is asked for, and of each unit's answer."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, State, Table

_OWN, _ASKER = ("unit_id",), ("asker_id",)
_ASKED = {
    "draft": State(_("还没有发"), _("还没有发"), "waiting", "pencil-square"),
    "sent": State(_("已发下去"), _("已发下去"), "done", "send"),
    "ended": State(pgettext_lazy("要表", "不再要了"), _("不再要了"), "plain", "check-circle", open=False),
    "dropped": State(_("没有发"), _("没有发"), "plain", "x-lg", open=False),
}  # fmt: skip

ASK = Table(
    kind="reports.ask",
    label=_("要表"),
    states=_ASKED,
    start="draft",
    moves=(
        Move("send", _("发给下面的单位"), ("draft",), "sent", P.FIGURES_VIEW, _OWN, _("算好的账会一起给他们看"), ("minutes",), primary=True),
        Move("edit", _("改一改"), ("draft",), "draft", P.FIGURES_VIEW, _OWN, _("改了以后重新算账"), ("title",)),
        Move("drop", _("不要了"), ("draft",), "dropped", P.FIGURES_VIEW, _OWN, _("没有发出去过，下面的单位不会知道")),
        Move("end", _("以后不再要"), ("sent",), "ended", P.FIGURES_VIEW, _OWN, _("没交的不用再交，交了的数还在"), grave=True),
        Move("follow", _("随单位并入"), tuple(_ASKED), None, P.SYSTEM, (), _("单位并入另一个单位，要的表跟着过去")),
    ),
)  # fmt: skip

ANSWER = Table(
    kind="reports.answer",
    label=_("答表"),
    states={
        "waiting": State(_("等填"), _("等填"), "waiting", "hourglass-split"),
        "filling": State(_("在填"), _("在填"), "waiting", "pencil-square"),
        "sent": State(_("已交"), _("已交"), "done", "check-circle", open=False),
    },
    start="waiting",
    moves=(
        Move("begin", _("开始填"), ("waiting",), "filling", P.FIGURES_VIEW, _OWN, _("从这时起算填表用了多久"), primary=True),
        Move("send", _("交上去"), ("filling",), "sent", P.FIGURES_VIEW, _OWN, _("交了以后还能拿回来改"), ("values",), primary=True),
        Move("amend", _("拿回来改"), ("sent",), "waiting", P.FIGURES_VIEW, _OWN, _("改好再交一次")),
        Move("give_back", _("请再核对"), ("sent",), "waiting", P.FIGURES_VIEW, _ASKER, _("写明哪里要核对"), ("note",)),
        Move("follow", _("随单位并入"), ("waiting", "filling"), "waiting", P.SYSTEM, (), _("单位并入另一个单位，没交的由它来填")),
    ),
)  # fmt: skip
