"""Whether this installation is in order, line by line: ok, warn or bad, and what to do. No secrets, nothing of anybody's records."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, backups, boot, clock, search, upgrade
from gongyi.core.county import bind
from gongyi.core.models import AuditEntry
from gongyi.core.secrets.keys import key_named
from gongyi.documents.official import fonts
from gongyi.home.queries.jobs import worker_trouble
from gongyi.network.queries import calendar_of

FULL, ROOM = 0.85, 1_000_000_000  # a share of the disk; bytes that one should have left
PATIENCE_MS = 5000
PUBLISHED = 12  # the month by which next year's swapped days are announced


@dataclass(frozen=True)
class Line:
    """One thing that was looked at; `level` is ok, warn or bad."""

    name: str
    title: str | Promise
    level: str
    words: str
    todo: str = ""


Found = tuple[str, str, str]
OK = "ok"
OF_DATA = {"keys", "clock", "backup", "drill", "calendar", "search", "worker"}


def examine() -> list[Line]:
    """Everything, in order; a check that cannot be made is bad itself. Where there are no data yet, only what can be asked then."""
    try:
        empty = not upgrade.applied()
    except DatabaseError:
        empty = False
    asked = {name: one for name, one in CHECKS.items() if not (empty and name in OF_DATA)}
    return [Line(name, title, *_looked(check)) for name, (title, check) in asked.items()]


def _looked(check: Callable[[], Found]) -> Found:
    try:
        return check()
    except DatabaseError as error:
        words = _("数据库没有回答：%(why)s") % {"why": type(error).__name__}
        return "bad", words, _("请看看数据库在不在运行，DATABASE_URL 对不对。")
    except OSError as error:
        return "bad", _("读不了 %(path)s：%(why)s") % {"path": error.filename, "why": error.strerror}, ""


def _first(found: Iterator[Found], well: str) -> Found:
    """The worst of what was found; else that all is well."""
    return next(iter(sorted(found, key=lambda one: one[0])), (OK, well, ""))  # "bad" stands before "warn"


def _settings() -> Found:
    return _first(_of_settings(), _("没有开调试，域名写明了"))


def _of_settings() -> Iterator[Found]:
    if settings.DEBUG:
        yield "bad", _("DEBUG 开着：出错页会露出内部信息。"), _("请去掉环境变量 DEBUG，再启动。")
    if "*" in settings.ALLOWED_HOSTS:
        yield "bad", _("ALLOWED_HOSTS 里有 *：别人可以冒用网址。"), _("请写明域名或地址，用逗号分开。")
    if not settings.GONGYI_HTTPS and not all(boot.is_loopback(host.strip("[]")) for host in settings.ALLOWED_HOSTS):
        yield (
            "warn",
            _("网页可以从别的机器打开，却没有用 HTTPS：密码在网上是明文。"),
            _("请在前面放一个 HTTPS 代理，再设 GONGYI_HTTPS=1。"),
        )


def _database() -> Found:
    return _first(_of_database(), _("设置保证了停电不丢数据，表都是最新的"))


def _of_database() -> Iterator[Found]:
    if not upgrade.applied():
        yield "warn", _("数据文件夹里还没有数据。"), _("请用 setup_county 开通一个县，或用 restore 恢复备份。")
        return
    if missing := len(upgrade.pending()):
        yield "warn", _("数据库还差 %(n)s 步升级。") % {"n": missing}, _("启动时会自动升级。")
    if broken := upgrade.broken_promises():
        yield (
            "bad",
            _("数据库的设置不能保证数据安全：%(names)s。") % {"names": ", ".join(broken)},
            _("请恢复这些设置后再启动。"),
        )
    waits = upgrade.patience()
    if waits is not None and waits < PATIENCE_MS:
        words = _("busy_timeout 只有 %(n)s 毫秒，人一多就会说“数据库被占用”。") % {"n": waits}
        yield "bad", words, _("请恢复自带的设置。")


def _keys() -> Found:
    try:
        key_named("")
    except ImproperlyConfigured as no:
        return "bad", str(no), ""
    return OK, _("读得了，只有自己能读"), ""


def _disk() -> Found:
    disk = shutil.disk_usage(settings.GONGYI_DATA)
    told = {"free": backups.size_in_words(disk.free), "used": round(100 * disk.used / disk.total)}
    words = _("还剩 %(free)s，用了 %(used)s%%") % told
    if disk.free < boot.LEAST_FREE_BYTES:
        return "bad", words, _("快写不进去了，请马上腾出地方。")
    if disk.free < ROOM or disk.used > FULL * disk.total:
        return "warn", words, _("请腾出地方，或换一块大的磁盘。")
    return OK, words, ""


def _clock() -> Found:
    last = AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()
    if last and last > clock.now() + timedelta(minutes=1):
        words = _("电脑的钟比最后一行操作记录还早：%(at)s。") % {"at": f"{last:%Y-%m-%d %H:%M} UTC"}
        return "bad", words, _("请对钟；钟不对，期限和到期删除都会算错。")
    return OK, _("没有早于最后一行操作记录"), ""


def _backup_key() -> Found:
    now = backups.standing()
    if now.no_key:
        return "bad", now.no_key, ""
    if backups.is_open_to_others():
        return "warn", _("备份密钥别的用户也能读。"), _("请运行：chmod go= %(path)s") % {"path": backups.key_path()}
    if backups.key_path().resolve().is_relative_to(settings.GONGYI_DATA):
        return "warn", _("备份密钥放在数据文件夹里：数据丢了，密钥也丢了。"), _("请另存一份到别处。")
    return OK, _("读得了，只有自己能读"), ""


def _backup() -> Found:
    now = backups.standing()
    if now.last is None:
        return "bad", _("还没有备份。"), _("运行 ./run manage backup，或等今晚的后台任务。")
    told = {"at": f"{now.last.at:%Y-%m-%d %H:%M} UTC", "size": backups.size_in_words(now.last.size)}
    words = _("最新的一份：%(at)s，%(size)s") % told
    if now.is_late:
        return "bad", words, _("一天半没有新的备份了。请看看后台任务和磁盘。")
    if now.beside_data:
        return "warn", words, _("备份和数据在一起，磁盘坏了一起丢。请用 GONGYI_BACKUPS 指定另一块磁盘上的文件夹。")
    return OK, words, ""


def _drill() -> Found:
    now = backups.standing()
    if not now.drill:
        return "warn", _("还没有试着恢复过。"), _("每月自动试一次；现在就试，可以在“系统”的“备份”里按一下。")
    told = {"at": f"{now.drill['at']:%Y-%m-%d}", "seconds": now.drill.get("seconds", "?")}
    if not now.drill["ok"]:
        return "bad", _("%(at)s 试着恢复没有成功。") % told, _("请马上另做一份备份，运行 restore 试试，看它说什么。")
    words = _("%(at)s 试过，用了 %(seconds)s 秒") % told
    return ("warn", words, _("一个多月没有试过了，请看看后台任务。")) if now.drill_is_late else (OK, words, "")


def _calendar() -> Found:
    year, month = clock.today().year + 1, clock.today().month
    open_in = [county for county in audit.counties() if calendar_of(None, county).provisional(year)]
    if not open_in:
        return OK, _("%(year)s 年的放假和调休都有了") % {"year": year}, ""
    words = _("%(year)s 年的调休还没有，现在按预估算") % {"year": year}
    if month < PUBLISHED:
        return OK, words, ""
    return "warn", words, _("国务院公布以后，请升级程序，或在“工作日历”里自己填。")


def _fonts() -> Found:
    families = fonts.installed().families()
    if fonts.others(families):
        return OK, _("有中文字体，印得出 PDF"), ""
    return "warn", _("没有中文字体，印不出 PDF。"), _("请运行：apt install %(package)s") % {"package": fonts.PACKAGE}


def _search() -> Found:
    for county in audit.counties():
        with bind(county):
            if not all(search.is_whole(kind, county) for kind in search.KINDS.values()):
                return (
                    "warn",
                    _("有的记录还没有编进索引，搜不到。"),
                    _("后台任务会补上；急用就运行 ./run manage rebuild_search。"),
                )
    return OK, _("都编进去了"), ""


def _worker() -> Found:
    trouble = worker_trouble()
    return ("bad", trouble, "") if trouble else (OK, _("在做"), "")


def _program() -> Found:
    return OK, f"{boot.version()}, {connection.vendor}, {os.cpu_count()} CPU", ""


CHECKS: dict[str, tuple[str | Promise, Callable[[], Found]]] = {
    "program": (gettext_lazy("程序"), _program),
    "settings": (gettext_lazy("设置"), _settings),
    "database": (gettext_lazy("数据库"), _database),
    "keys": (gettext_lazy("加密密钥"), _keys),
    "disk": (gettext_lazy("磁盘"), _disk),
    "clock": (gettext_lazy("钟"), _clock),
    "backup_key": (gettext_lazy("备份密钥"), _backup_key),
    "backup": (gettext_lazy("备份"), _backup),
    "drill": (gettext_lazy("试着恢复"), _drill),
    "calendar": (gettext_lazy("工作日历"), _calendar),
    "fonts": (gettext_lazy("中文字体"), _fonts),
    "search": (gettext_lazy("搜索的索引"), _search),
    "worker": (gettext_lazy("后台任务"), _worker),
}
