"""The states of a public text: written, approved by somebody else, public, taken down. One table for each kind of record."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.access import Permission
from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, State, Table

STATES = {
    "draft": State(_("拟稿"), _("还没有公开"), "waiting", "pencil-square"),
    "proposed": State(pgettext_lazy("状态", "送审"), _("还没有公开"), "waiting", "hourglass-split"),
    "refused": State(_("退回"), _("还没有公开"), "soon", "arrow-return-left"),
    "published": State(_("已公开"), _("已公开"), "done", "globe2", open=False),
    "down": State(_("已撤下"), _("已撤下"), "plain", "eye-slash", open=False),
}
_SECOND = ("second_id",)
_ANY_UP = ("draft", "proposed", "refused", "published")
_WRITTEN = ("draft", "refused")


def publication_table(
    kind: str,
    label: Promise,
    *,
    write: Permission,
    writers: tuple[str, ...],
    approve: Permission,
    take_down: Permission,
    fields: tuple[str, ...],
    withdraw: Promise,
) -> Table:
    """The moves of the public texts of one kind of record: who writes them, where, and who approves and takes down.

    `withdraw` says in the words of the kind that the person behind the record does not want it public.
    """
    return Table(
        kind=kind,
        label=label,
        states=STATES,
        start="draft",
        moves=(
            Move("edit", _("改文字"), _WRITTEN, "draft", write, writers, _("改成人人看得懂、认不出是谁的话"), fields),
            Move("show", _("恢复显示"), _WRITTEN, None, write, writers, _("不遮这个词，写明理由，审核的人看得到"), ("kind", "words", "reason")),
            Move("hide", _("重新遮住"), _WRITTEN, None, write, writers, _("还是遮住这个词"), ("word",)),
            Move("propose", _("送审"), ("draft",), "proposed", write, writers, _("由别的人看过、同意后才公开"), primary=True),
            Move("recall", _("撤回送审"), ("proposed",), "draft", write, writers, _("拿回来再改")),
            Move("approve", _("同意公开"), ("proposed",), "published", approve, _SECOND, _("马上公开，人人看得到"), primary=True),
            Move("refuse", _("退回修改"), ("proposed",), "refused", approve, _SECOND, _("退给拟稿的人，写明改哪里"), ("note",)),
            Move("amend", _("更正"), ("published",), "draft", write, writers, _("改好、审过以前，公众看到的还是现在这一版"), ("why",)),
            Move("take_down", _("撤下"), _ANY_UP, "down", take_down, (*writers, *_SECOND), _("公众马上看不到了；改过的经过仍留着"), ("down_why",), grave=True),
            Move("withdraw", withdraw, _ANY_UP, "down", P.ASKER, (), _("马上撤下，不用谁同意，也不再公开")),
            Move("reroute", _("换单位接着审"), ("proposed",), None, P.SYSTEM, (), _("审核单位没有人能审了，转给上一级")),
            Move("rule_out", _("不再可以公开"), _ANY_UP, "down", P.SYSTEM, (), _("同意收回了，或者不再属于可以公开的事，自动撤下")),
            Move("revive", _("重新拟稿"), ("down",), "draft", write, writers, _("从上一版的文字改起，重新送审")),
        ),
    )  # fmt: skip
