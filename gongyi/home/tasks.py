"""What home does by itself: the morning's digest, and what leaves the house."""

from django.utils.translation import gettext_lazy as _

from gongyi.core.county import bind
from gongyi.core.outbox import drop_old
from gongyi.core.outbox.sending import send_due
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant, nightly
from gongyi.home.actions.digest import send_digests
from gongyi.home.actions.imports import carry_waiting
from gongyi.network.queries import counties


@nightly(hour=7, minute=30, name="home.digest")
def digest() -> Said:
    """One message for everybody who wants it."""
    sent = 0
    for county in meant(counties()):
        with bind(county):
            sent += send_digests(county)
    return say(_("发了 %(sent)s 条"), sent=sent)


@every(minutes=0.1, name="home.messages")
def send_messages() -> Said:
    """Send what is due by mail, messenger and text message."""
    sent = failed = dropped = 0
    for county in meant(counties()):
        with bind(county):
            run = send_due(county)
        sent, failed, dropped = sent + run.sent, failed + run.failed, dropped + run.dropped
    return say(
        _("送出 %(sent)s 条，没送到 %(failed)s 条，不用送了 %(dropped)s 条"), sent=sent, failed=failed, dropped=dropped
    )


@nightly(hour=4, name="home.old_messages")
def old_messages() -> Said:
    """Delete the messages of more than 90 days ago."""
    gone = 0
    for county in meant(counties()):
        with bind(county):
            gone += drop_old(county)
    return say(_("删除 %(gone)s 条"), gone=gone)


@every(minutes=0.1, name="home.imports")
def run_imports() -> Said:
    """Store the tables that wait, take back what an import that was cut off left."""
    stored = failed = 0
    for county in meant(counties()):
        with bind(county):
            done = carry_waiting(county)
        stored, failed = stored + done["stored"], failed + done["failed"]
    return say(_("导入 %(stored)s 个表格，没导入 %(failed)s 个"), stored=stored, failed=failed)
