"""The states of a report: figures drawn, written, checked by somebody else, signed; then corrected under a number, or withdrawn."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, State, Table

_STATES = {
    "drawn": State(_("取好数"), _("还没有发出"), "waiting", "file-earmark-text"),
    "draft": State(_("草稿"), _("还没有发出"), "waiting", "pencil-square"),
    "asked": State(_("等核对"), _("还没有发出"), "waiting", "hourglass-split"),
    "checked": State(_("核对过"), _("还没有发出"), "waiting", "check-circle"),
    "signed": State(_("已签发"), _("已发出"), "done", "file-earmark-text", open=False),
    "corrected": State(_("已更正"), _("已发出"), "done", "arrow-repeat", open=False),
    "withdrawn": State(pgettext_lazy("状态", "作废"), _("已撤回"), "plain", "eye-slash", open=False),
}
_OWN, _SECOND = ("unit_id",), ("second_id",)

REPORT = Table(
    kind="reports.report",
    label=_("报告"),
    states=_STATES,
    start="drawn",
    moves=(
        Move("edit", _("改文字"), ("drawn", "draft"), "draft", P.CASE_RECORD, _OWN, _("一节一节改，数字跟着记录走"), ("parts",)),
        Move("ask", _("送核对"), ("drawn", "draft"), "asked", P.CASE_RECORD, _OWN, _("请没有写过这份的人核对"), primary=True),
        Move("recall", _("拿回来改"), ("asked",), "draft", P.CASE_RECORD, _OWN, _("拿回来再改")),
        Move("check", _("核对好了"), ("asked",), "checked", P.CASE_APPROVE, _SECOND, _("文字和数字都看过，可以签发"), primary=True),
        Move("refuse", _("退回修改"), ("asked", "checked"), "draft", P.CASE_APPROVE, _SECOND, _("退给写的人，写明改哪里"), ("note",)),
        Move("sign", _("签发"), ("checked",), "signed", P.CASE_APPROVE, _SECOND, _("数字就此定住，以后只能编号更正"), primary=True),
        Move("amend", _("更正"), ("signed", "corrected"), "draft", P.CASE_RECORD, _OWN, _("签发过的一版留着；改好后照样核对、签发"), ("why",)),
        Move("withdraw", _("作废"), ("drawn", "draft", "signed", "corrected"), "withdrawn", P.CASE_APPROVE, _OWN, _("不再算数，经过都留着"), ("note",), grave=True),
    ),
)  # fmt: skip
