"""What the promise ledger does by itself, every ten minutes."""

from django.utils.translation import gettext_lazy as _

from gongyi.core.county import bind
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant
from gongyi.network.queries import counties
from gongyi.promises.actions import run_clock


@every(minutes=10, name="promises.clock")
def clock() -> Said:
    """Wake promises before and on their day, tell when it is over, send on what nobody is left to check."""
    told = rerouted = 0
    for county in meant(counties()):
        with bind(county):
            done = run_clock(county)
            told, rerouted = told + done["told"], rerouted + done["rerouted"]
    return say(_("提醒了 %(told)s 次，转给上一级 %(rerouted)s 项"), told=str(told), rerouted=str(rerouted))
