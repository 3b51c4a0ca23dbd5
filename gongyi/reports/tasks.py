"""What reports do by themselves."""

from django.utils.translation import gettext_lazy as _

from gongyi.core.county import bind
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant
from gongyi.network.queries import counties
from gongyi.reports.actions.filling import drop_old


@every(minutes=60, name="reports.forms")
def forms() -> Said:
    """Remove the blank forms of yesterday."""
    gone = 0
    for county in meant(counties()):
        with bind(county):
            gone += drop_old(county)
    return say(_("删除 %(gone)s 份"), gone=gone)
