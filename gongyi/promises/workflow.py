"""The states of a promise and every move between them; buttons, docs and tests are drawn from this table."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, State, Table

STATES = {
    "due": State(pgettext_lazy("承诺", "等兑现"), _("说好了，正在做"), "waiting", "hourglass-split"),
    "reported": State(pgettext_lazy("承诺", "等核对"), _("说做好了，正在核对"), "waiting", "clipboard-check"),
    "kept": State(pgettext_lazy("承诺", "已兑现"), _("做到了"), "done", "check-circle", open=False),
    "broken": State(pgettext_lazy("承诺", "没有兑现"), _("没有做到"), "late", "x-circle", open=False),
    "withdrawn": State(pgettext_lazy("承诺", "已撤回"), _("撤回了"), "plain", "arrow-return-left", open=False),
}

_UNIT, _SECOND, _OVERSEER = ("unit_id",), ("second_id",), ("overseer_id",)
_BOTH = ("unit_id", "origin_unit_id")

PROMISE = Table(
    kind="promises.promise",
    label=_("承诺"),
    states=STATES,
    start="due",
    moves=(
        Move(
            "report",
            _("报告做到了"),
            ("due", "broken"),
            "reported",
            P.PROMISE_KEEP,
            _UNIT,
            _("写明做了什么，由别的人核对后才算兑现"),
            ("proof",),
            primary=True,
        ),
        Move(
            "confirm",
            _("核对过，算兑现"),
            ("reported",),
            "kept",
            P.PROMISE_CONFIRM,
            _SECOND,
            _("告诉问过这件事的人；公开的承诺，公众看得到做了什么"),
            primary=True,
        ),
        Move(
            "send_back",
            _("退回再做"),
            ("reported",),
            "due",
            P.PROMISE_CONFIRM,
            _SECOND,
            _("写明还差什么；答应的日子不变"),
            ("reason",),
        ),
        Move(
            "move",
            _("改日子"),
            ("due",),
            None,
            P.PROMISE_KEEP,
            _UNIT,
            _("写明原因；原来的日子和原因一直看得到，问过的人会知道"),
            ("until", "reason"),
        ),
        Move(
            "admit",
            _("说明没有做到"),
            ("due",),
            "broken",
            P.PROMISE_KEEP,
            _UNIT,
            _("写明原因，告诉问过这件事的人；以后做到了还可以报告"),
            ("reason",),
        ),
        Move(
            "judge",
            _("认定没有兑现"),
            ("due",),
            "broken",
            P.PROMISE_SUPERVISE,
            _OVERSEER,
            _("过了日子还没有做到；写明原因，告诉问过这件事的人"),
            ("reason",),
        ),
        Move(
            "withdraw",
            _("撤回承诺"),
            ("due",),
            "withdrawn",
            P.PROMISE_KEEP,
            _UNIT,
            _("不做了；写明原因，告诉问过这件事的人，不能恢复"),
            ("reason",),
            grave=True,
        ),
        Move(
            "publish",
            _("公开这项承诺"),
            ("due", "reported", "kept", "broken", "withdrawn"),
            None,
            P.PROMISE_CONFIRM,
            _BOTH,
            _("人人看得到答应了什么、做到没有；由没有写它的人来定"),
        ),
        Move(
            "unpublish",
            _("不再公开"),
            ("due", "reported", "kept", "broken", "withdrawn"),
            None,
            P.PROMISE_CONFIRM,
            _BOTH,
            _("公众看不到了；随公开答复一起公开的仍看得到"),
        ),
        Move(
            "hand_on",
            _("随出处换单位"),
            ("due", "reported"),
            None,
            P.SYSTEM,
            (),
            _("那件事改由另一个单位办，承诺跟着过去，日子不变"),
        ),
        Move("follow", _("随单位并入"), tuple(STATES), None, P.SYSTEM, (), _("单位并入另一个单位，承诺跟着过去")),
        Move("reroute", _("换单位核对"), ("reported",), None, P.SYSTEM, (), _("核对的单位没有人能核对了，转给上一级")),
        Move("recompute", _("重算提醒的日子"), ("due", "reported"), None, P.SYSTEM, (), _("日历或设置改了")),
        Move("end", _("随出处撤回"), ("due", "reported"), "withdrawn", P.SYSTEM, (), _("答应它的那件事作废或撤回了")),
    ),
)

# Moves after which everybody who was interested is told.
NEWS = {"confirm", "move", "admit", "judge", "withdraw", "end"}
