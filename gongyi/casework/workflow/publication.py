"""The states of a public answer: written, approved by somebody else, public, taken down."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, State, Table

_STATES = {
    "draft": State(_("拟稿"), _("还没有公开"), "waiting", "pencil-square"),
    "proposed": State(pgettext_lazy("状态", "送审"), _("还没有公开"), "waiting", "hourglass-split"),
    "refused": State(_("退回"), _("还没有公开"), "soon", "arrow-return-left"),
    "published": State(_("已公开"), _("已公开"), "done", "globe2", open=False),
    "down": State(_("已撤下"), _("已撤下"), "plain", "eye-slash", open=False),
}
_LEAD, _SECOND = ("lead_id",), ("second_id",)
_ANY_UP = ("draft", "proposed", "refused", "published")

PUBLICATION = Table(
    kind="casework.publication",
    label=_("公开答复"),
    states=_STATES,
    start="draft",
    moves=(
        Move(
            "edit",
            _("改文字"),
            ("draft", "refused"),
            "draft",
            P.CASE_HANDLE,
            _LEAD,
            _("改成人人看得懂、认不出是谁的话"),
            ("title", "matter", "answer"),
        ),
        Move(
            "show",
            _("恢复显示"),
            ("draft", "refused"),
            None,
            P.CASE_HANDLE,
            _LEAD,
            _("不遮这个词，写明理由，审核的人看得到"),
            ("kind", "words", "reason"),
        ),
        Move("hide", _("重新遮住"), ("draft", "refused"), None, P.CASE_HANDLE, _LEAD, _("还是遮住这个词"), ("word",)),
        Move(
            "propose",
            _("送审"),
            ("draft",),
            "proposed",
            P.CASE_HANDLE,
            _LEAD,
            _("由别的人看过、同意后才公开"),
            primary=True,
        ),
        Move("recall", _("撤回送审"), ("proposed",), "draft", P.CASE_HANDLE, _LEAD, _("拿回来再改")),
        Move(
            "approve",
            _("同意公开"),
            ("proposed",),
            "published",
            P.CASE_APPROVE,
            _SECOND,
            _("马上公开，人人看得到"),
            primary=True,
        ),
        Move(
            "refuse",
            _("退回修改"),
            ("proposed",),
            "refused",
            P.CASE_APPROVE,
            _SECOND,
            _("退给拟稿的人，写明改哪里"),
            ("note",),
        ),
        Move(
            "amend",
            _("更正"),
            ("published",),
            "draft",
            P.CASE_HANDLE,
            _LEAD,
            _("改好、审过以前，公众看到的还是现在这一版"),
            ("why",),
        ),
        Move(
            "take_down",
            _("撤下"),
            _ANY_UP,
            "down",
            P.CASE_CORRECT,
            ("lead_id", "second_id"),
            _("公众马上看不到了；改过的经过仍留着"),
            ("down_why",),
            grave=True,
        ),
        Move("withdraw", _("诉求人要求撤下"), _ANY_UP, "down", P.ASKER, (), _("马上撤下，不用谁同意，也不再公开")),
        Move(
            "reroute",
            _("换单位接着审"),
            ("proposed",),
            None,
            P.SYSTEM,
            (),
            _("审核单位没有人能审了，转给上一级"),
        ),
        Move("rule_out", _("不再可以公开"), _ANY_UP, "down", P.SYSTEM, (), _("同意收回或类型改了，自动撤下")),
        Move("revive", _("重新拟稿"), ("down",), "draft", P.CASE_HANDLE, _LEAD, _("从上一版的文字改起，重新送审")),
    ),
)
