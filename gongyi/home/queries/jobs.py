"""The periodic jobs in plain words: what each does, when it ran, how it went, when it runs next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongyi.core import checks, clock, schedule
from gongyi.core.schedule import Standing

OF_BACKUPS = ("core.backup", "core.drill")  # they have a page of their own
SILENT = timedelta(minutes=5)  # no job for so long: the worker is not there
TITLES: dict[str, Promise] = {
    "proposals.due": gettext_lazy("处理到期的提案：到期未评价的结束，没有人能接的转给上一级"),
    "casework.due": gettext_lazy("处理到期的办件：挂账恢复、自动办结、归档"),
    "casework.exports": gettext_lazy("写导出的文件，删除昨天的"),
    "casework.matters": gettext_lazy("找热点（有人要的）"),
    "casework.matters_nightly": gettext_lazy("每晚找热点"),
    "casework.remind": gettext_lazy("快到期和超期的提醒"),
    "casework.residents": gettext_lazy("删除 24 个月没用过的诉求人账号"),
    "casework.topics": gettext_lazy("从办过的事里学分类"),
    "core.backup": gettext_lazy("每晚的备份"),
    "core.drill": gettext_lazy("每月试着恢复一次备份"),
    "core.search": gettext_lazy("把还没有编进索引的编进去"),
    "home.digest": gettext_lazy("每天早上的小结"),
    "home.imports": gettext_lazy("存入排队的表格，收回没做完的导入"),
    "home.messages": gettext_lazy("把消息送出去：邮件、群机器人、短信"),
    "home.old_messages": gettext_lazy("删除 90 天以前的消息"),
    "people.audit_heads": gettext_lazy("把操作记录链的末端写到数据库之外"),
    "people.seal_access": gettext_lazy("给前一天的查看记录加封"),
    "promises.clock": gettext_lazy("承诺：快到日子和过了日子的提醒"),
    "reports.ledgers": gettext_lazy("做排队的长台账，删除昨天的文件"),
    "reports.forms": gettext_lazy("删除一天以前交来的空白表"),
    "reports.months": gettext_lazy("把变了的月份重新数一遍"),
    "reports.tables": gettext_lazy("到时候的表再发下去，快到期的提醒一次"),
}


@dataclass(frozen=True)
class JobLine:
    """One job as the page shows it."""

    name: str
    title: str | Promise
    period: str
    last_at: datetime | None
    result: str
    tone: str
    next_at: datetime | None
    by_hand: bool

    @property
    def run_url(self) -> str:
        """Where a wish to run it at once is sent."""
        return reverse("home:job_run", args=self.name.split(".", 1))


def jobs() -> list[JobLine]:
    """Every job, those that went badly first."""
    lines = [_line(one) for one in schedule.standings()]
    return sorted(lines, key=lambda line: (line.tone != "late", line.name))


def backup_jobs() -> list[JobLine]:
    """The nightly backup and the monthly trial of restoring."""
    return [_line(one) for one in schedule.standings() if one.job.name in OF_BACKUPS]


def worker_trouble() -> str:
    """Why nothing is being done at all, and what to do about it; '' where the worker runs. A long job is no trouble."""
    found = schedule.standings()
    if any(one.runs for one in found):
        return ""
    began = [one.last.last_run_at for one in found if one.last]
    ahead = sum(moment > clock.now() + schedule.SKEW for moment in began)
    if ahead:
        return ngettext(
            "电脑的钟比上次做事的时间还早，有 %(n)d 个任务要等钟走到那时才做。请系统运维对一对钟；钟是对的，就运行一次 ./run manage worker --clock-is-right。",
            "电脑的钟比上次做事的时间还早，有 %(n)d 个任务要等钟走到那时才做。请系统运维对一对钟；钟是对的，就运行一次 ./run manage worker --clock-is-right。",
            ahead,
        ) % {"n": ahead}
    if not began:
        return _("后台任务还没有开过：消息不会发出去，到期也不会提醒。请系统运维看看 ./run 是不是开着。")
    if max(began) < clock.now() - SILENT:
        return _("后台任务好像没有在运行：五分钟里什么也没做。消息先存着，不会丢。请系统运维看看 ./run 是不是开着。")
    return ""


def _line(one: Standing) -> JobLine:
    result, tone = _result(one)
    last = one.last.last_run_at if one.last else None
    name, due = one.job.name, one.due
    soon = due is None or due <= clock.now()
    return JobLine(
        name, TITLES.get(name) or checks.JOBS.get(name, name), _period(one), last, result, tone,
        None if soon else due, by_hand=one.job.by_hand and last is not None,
    )  # fmt: skip


def _period(one: Standing) -> str:
    job = one.job
    if job.minutes is None:
        return _("每天 %(time)s") % {"time": f"{job.hour:02d}:{job.minute:02d}"}
    if job.minutes < 1:
        return ngettext("每 %(n)d 秒", "每 %(n)d 秒", round(job.minutes * 60)) % {"n": round(job.minutes * 60)}
    return ngettext("每 %(n)d 分钟", "每 %(n)d 分钟", int(job.minutes)) % {"n": int(job.minutes)}


def _result(one: Standing) -> tuple[str, str]:
    """How the last run went, and the tone of it."""
    if one.last is None:
        return _("还没有做过"), "waiting"
    if one.runs:
        return _("正在做"), "waiting"
    if one.began:
        return _("做到一半断了，会接着做"), "soon"
    if one.last.last_ok:
        return one.last.note or _("做完了"), "done"
    if not one.last.failures:
        return _("做到一半停了，下次接着做"), "soon"
    told = {"error": one.last.note, "n": one.last.failures}
    return ngettext(
        "没有做成（%(error)s），接连 %(n)d 次，会自己再试",
        "没有做成（%(error)s），接连 %(n)d 次，会自己再试",
        one.last.failures,
    ) % told, "late"
