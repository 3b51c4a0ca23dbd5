"""What the ground does by itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gongyi.core import audit, backups, search
from gongyi.core.county import bind
from gongyi.core.models import ScheduleRun
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant, nightly, stopping


@every(minutes=10, name="core.search")
def fill_search() -> str:
    """Index what is not indexed yet, as after an upgrade."""
    written = 0
    for county in meant(audit.counties()):
        with bind(county):
            for kind in search.KINDS.values():
                written += 0 if search.is_whole(kind, county) else _fill(kind, county)
    return str(written)


def _fill(kind: search.Kind, county: int) -> int:
    written = 0
    for _seen, written in search.rebuild(kind, county):  # noqa: B007 - the last one counts
        if stopping():
            break
    return written


@nightly(hour=2, minute=30, name="core.backup")
def back_up() -> Said:
    """One encrypted file with everything, without those that are too old."""
    if not settings.GONGYI_BACKUP_KEY:
        return say(_("没有备份密钥，没有做备份"))
    facts = backups.make_nightly()
    return say(_("备份了 %(rows)s 行记录、%(files)s 个文件"), rows=facts["rows"], files=facts["files"])


@nightly(hour=5, name="core.drill")
def try_backup() -> Said:
    """Once a month, or when somebody wishes it: the newest backup is restored into a folder of its own."""
    run = ScheduleRun.objects.filter(name="core.drill").first()
    if not settings.GONGYI_BACKUP_KEY or not backups.drill_is_due(run.wanted_at if run else None):
        return say(_("还不到时候：每月试一次"))
    if not backups.standing().kept:
        return say(_("还没有备份，没有什么可试"))
    facts = backups.drill()
    if facts["ok"]:
        return say(
            _("试着恢复成功：%(rows)s 行记录，用了 %(seconds)s 秒"), rows=facts["rows"], seconds=str(facts["seconds"])
        )
    return say(_("试着恢复没有成功，请看“备份”"))
