"""The audit rows as an auditor reads them: when, who, what, about which record; never content."""

from functools import cache
from importlib import import_module
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, seals
from gongyi.core.models import AuditEntry
from gongyi.core.workflow import Table

PAGE = 50
WORDS: dict[str, Promise] = {
    "record": gettext_lazy("登记"),
    "post.fill": gettext_lazy("到岗"),
    "post.leave": gettext_lazy("离岗"),
    "post.renew": gettext_lazy("续任期"),
    "post.verify": gettext_lazy("核实联系方式"),
    "handover.make": gettext_lazy("做交接包"),
    "handover.replace": gettext_lazy("重做交接包"),
    "handover.return": gettext_lazy("退回交接包"),
    "handover.withdraw": gettext_lazy("撤回交接包"),
    "handover.sign": gettext_lazy("签收交接包"),
    "record_done": gettext_lazy("当场办结"),
    "import": gettext_lazy("导入"),
    "import_cancel": gettext_lazy("停下导入"),
    "import_undo": gettext_lazy("撤回导入"),
    "import_take_back": gettext_lazy("收回导入的行"),
    "people.lookup": gettext_lazy("按姓名找办件"),
    "people.same_phone": gettext_lazy("按电话看有没有在办的事"),
    "asker.correct": gettext_lazy("更正诉求人"),
    "open_unit": gettext_lazy("设立单位"),
    "rename_unit": gettext_lazy("单位更名"),
    "move_unit": gettext_lazy("单位改隶属"),
    "merge_unit": gettext_lazy("单位并入"),
    "close_unit": gettext_lazy("停用单位"),
    "reopen_unit": gettext_lazy("恢复单位"),
    "start_unit": gettext_lazy("单位开始运行"),
    "load_units": gettext_lazy("导入区划"),
    "verify_contact": gettext_lazy("核实联系方式"),
    "create_post": gettext_lazy("设岗位"),
    "end_post": gettext_lazy("撤岗位"),
    "add_duty": gettext_lazy("加职责"),
    "assign_duty": gettext_lazy("职责交给岗位"),
    "end_duty": gettext_lazy("结束职责"),
    "network.limits": gettext_lazy("改网络缺口标准"),
    "set_day": gettext_lazy("改工作日历"),
    "clear_day": gettext_lazy("撤销工作日历的改动"),
    "settings.type": gettext_lazy("改诉求类型"),
    "settings.topic": gettext_lazy("改事项分类"),
    "settings.reason": gettext_lazy("改理由"),
    "settings.template": gettext_lazy("改答复模板"),
    "settings.offer": gettext_lazy("停用或恢复一项设置"),
    "settings.order": gettext_lazy("调整次序"),
    "settings.register": gettext_lazy("设登记簿"),
    "settings.register_end": gettext_lazy("停登记簿"),
    "settings.defaults": gettext_lazy("装入默认设置"),
    "first.done": gettext_lazy("确认新县的一项准备"),
    "access.seal": gettext_lazy("封存一天的查看记录"),
    "account.disable": gettext_lazy("停用账号"),
    "account.enable": gettext_lazy("启用账号"),
    "account.first": gettext_lazy("开通本县"),
    "account.grant": gettext_lazy("授予角色"),
    "account.grant_confirm": gettext_lazy("确认角色"),
    "account.grant_end": gettext_lazy("结束角色"),
    "account.invite": gettext_lazy("开通账号"),
    "account.link_used": gettext_lazy("用一次性链接设密码"),
    "account.password": gettext_lazy("换密码"),
    "account.reset": gettext_lazy("当面重置"),
    "account.reset_confirm": gettext_lazy("确认重置"),
    "account.sessions_end": gettext_lazy("退出全部登录"),
    "account.unlock": gettext_lazy("解除锁定"),
    "resident.open": gettext_lazy("诉求人开账号"),
    "resident.change": gettext_lazy("诉求人改自己的账号"),
    "resident.claim": gettext_lazy("诉求人把一件事放进自己的账号"),
    "resident.remove": gettext_lazy("诉求人删除自己的账号"),
    "resident.unused": gettext_lazy("删除很久没用的诉求人账号"),
    "device.ask": gettext_lazy("请求确认设备"),
    "device.confirm": gettext_lazy("确认设备"),
    "device.end": gettext_lazy("结束设备"),
}


class Line(NamedTuple):
    """One audit row: the entry, and what happened in words."""

    entry: AuditEntry
    what: str


def audit_page(county: int, *, action: str = "", subject: UUID | None = None, before: int | None = None) -> list[Line]:
    """At most 51 rows, newest first, below the sequence number `before`; the 51st says that there are more. One query."""
    rows = AuditEntry.objects.filter(county=county)
    if action:
        rows = rows.filter(action=action)
    if subject:
        rows = rows.filter(subject=subject)
    if before:
        rows = rows.filter(seq__lt=before)
    return [Line(row, words_of(row)) for row in rows.order_by("-seq")[: PAGE + 1]]


def words_of(entry: AuditEntry) -> str:
    """What happened, in words; an action that nobody named is shown with its code."""
    moves = _moves()
    if (entry.kind, entry.action) in moves:
        return str(moves[entry.kind, entry.action])
    return str(WORDS[entry.action]) if entry.action in WORDS else _("其他操作（%(code)s）") % {"code": entry.action}


def findings(county: int) -> list[tuple[int, str]]:
    """Every place where the county's chain or a sealed day does not hold: the row's number and what is wrong, in words."""
    found = audit.verify(county) + seals.verify(county)
    return [(finding.seq, finding.words) for finding in found]


def action_choices() -> list[tuple[str, str]]:
    """Every action with its words, for the filter."""
    named = {action: str(label) for (_kind, action), label in _moves().items()}
    return sorted(
        {**named, **{action: str(label) for action, label in WORDS.items()}}.items(), key=lambda pair: pair[1]
    )


@cache
def _moves() -> dict[tuple[str, str], Promise]:
    """The labels of all moves: every app's `workflow.py` is asked, whichever apps there are."""
    found: dict[tuple[str, str], Promise] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("gongyi.") and config.module and module_has_submodule(config.module, "workflow"):
            tables = vars(import_module(f"{config.name}.workflow")).values()
            found |= {(t.kind, m.action): m.label for t in tables if isinstance(t, Table) for m in t.moves}
    return found
