"""What reports do by themselves: the months are counted and kept, yesterday's blank forms go, long ledgers are made."""

from django.utils.translation import gettext_lazy as _

from gongyi.core.county import bind
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant
from gongyi.network.queries import counties
from gongyi.reports.actions import ledger_runs
from gongyi.reports.actions.asking import open_rounds, remind
from gongyi.reports.actions.filling import drop_old
from gongyi.reports.actions.monthly import count_months


@every(minutes=60, name="reports.months")
def months() -> Said:
    """Count the months in which something changed, and in turn the one that was counted longest ago."""
    done = 0
    for county in meant(counties()):
        with bind(county):
            done += count_months(county)
    return say(_("数了 %(done)s 个月"), done=done)


@every(minutes=120, name="reports.tables")
def tables() -> Said:
    """Ask again for the tables whose next period is over; tell the units whose table is due soon."""
    opened = told = 0
    for county in meant(counties()):
        with bind(county):
            opened += open_rounds(county)
            told += remind(county)
    return say(_("又到时候的表 %(opened)s 张，提醒了 %(told)s 张"), opened=opened, told=told)


@every(minutes=0.25, name="reports.ledgers")
def ledgers() -> Said:
    """Make the long ledgers that wait, remove the files of yesterday."""
    made = gone = 0
    for county in meant(counties()):
        with bind(county):
            made += ledger_runs.make_waiting(county)
            gone += ledger_runs.drop_old(county)
    return say(_("做好 %(made)s 份，删除 %(gone)s 份"), made=made, gone=gone)


@every(minutes=60, name="reports.forms")
def forms() -> Said:
    """Remove the blank forms of yesterday."""
    gone = 0
    for county in meant(counties()):
        with bind(county):
            gone += drop_old(county)
    return say(_("删除 %(gone)s 份"), gone=gone)
