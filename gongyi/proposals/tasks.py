"""What proposals do by themselves, every few minutes."""

from django.utils.translation import gettext_lazy as _

from gongyi.core.county import bind
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant
from gongyi.network.queries import counties
from gongyi.proposals.actions import run_due


@every(minutes=10, name="proposals.due")
def due() -> Said:
    """Send on what nobody is left to judge, end the time to rate."""
    done: dict[str, int] = {}
    for county in meant(counties()):
        with bind(county):
            for job, number in run_due(county).items():
                done[job] = done.get(job, 0) + number
    words = _("转给上一级 %(rerouted)s，公开的转给上一级 %(texts)s，到期未评价 %(closed)s")
    return say(words, **{job: str(number) for job, number in done.items()}) if done else say(_("没有要做的"))
