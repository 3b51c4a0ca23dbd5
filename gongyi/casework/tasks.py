"""What casework does by itself, every few minutes."""

from django.utils.translation import gettext_lazy as _

from gongyi.casework.actions import matters, run_due
from gongyi.casework.actions.reminders import send_reminders
from gongyi.casework.actions.topics import learn_topics
from gongyi.core.county import bind
from gongyi.core.said import Said, say
from gongyi.core.schedule import every, meant, nightly
from gongyi.network.queries import counties
from gongyi.people.actions import exports
from gongyi.people.actions.residents import remove_unused


@every(minutes=10, name="casework.due")
def due() -> Said:
    """Send on what nobody is left to judge, wake parked cases, close answered ones that nobody objected to, file closed ones."""
    done: dict[str, int] = {}
    for county in meant(counties()):
        with bind(county):
            for job, number in run_due(county).items():
                done[job] = done.get(job, 0) + number
    words = _(
        "转给上一级 %(rerouted)s，公开答复转审 %(texts_rerouted)s，挂账恢复 %(woken)s，自动办结 %(closed)s，归档 %(filed)s"
    )
    return say(words, **{job: str(number) for job, number in done.items()}) if done else say(_("没有要做的"))


@every(minutes=0.25, name="casework.exports")
def write_exports() -> Said:
    """Write the long exports that wait, remove the files of yesterday."""
    made = gone = 0
    for county in meant(counties()):
        with bind(county):
            made += exports.make_waiting(county)
            gone += exports.drop_old(county)
    return say(_("写好 %(made)s 份，删除 %(gone)s 份"), made=made, gone=gone)


@nightly(hour=2, name="casework.residents", by_hand=False)  # a hundred a night, no more
def unused_residents() -> Said:
    """Remove the residents' accounts that nobody used for 24 months."""
    gone = 0
    for county in meant(counties()):
        with bind(county):
            gone += remove_unused(county)
    return say(_("删除 %(gone)s 个"), gone=gone)


@nightly(hour=3, name="casework.topics")
def topics() -> Said:
    """Learn from the topics that officers chose and corrected."""
    read = 0
    for county in meant(counties()):
        with bind(county):
            read += learn_topics(county)
    return say(_("读了 %(read)s 件"), read=read)


@every(minutes=10, name="casework.remind")
def remind() -> Said:
    """Remind of what is due soon, and of what is late."""
    told = 0
    for county in meant(counties()):
        with bind(county):
            told += send_reminders(county)
    return say(_("提醒了 %(told)s 件"), told=told)


@every(minutes=0.25, name="casework.matters")
def search_matters() -> Said:
    """Do the searches for what belongs together that somebody asked for."""
    done = 0
    for county in meant(counties()):
        with bind(county):
            done += matters.search_waiting(county)
    return say(_("找了 %(done)s 遍"), done=done)


@nightly(hour=4, name="casework.matters_nightly")
def search_matters_by_night() -> Said:
    """Find what belongs together among the cases of the last half year."""
    found = 0
    for county in meant(counties()):
        with bind(county):
            found += matters.search_by_night(county)
    return say(_("找到 %(found)s 组"), found=found)
