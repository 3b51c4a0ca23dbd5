"""What casework does by itself, every few minutes."""

from gongyi.casework.actions import exports, matters, run_due
from gongyi.casework.actions.residents import remove_unused
from gongyi.casework.actions.topics import learn_topics
from gongyi.core.county import bind
from gongyi.core.schedule import every, meant, nightly
from gongyi.network.queries import counties


@every(minutes=10, name="casework.due")
def due() -> str:
    """Send on what nobody is left to judge, wake parked cases, close answered ones that nobody objected to, file closed ones."""
    done: dict[str, int] = {}
    for county in meant(counties()):
        with bind(county):
            for job, number in run_due(county).items():
                done[job] = done.get(job, 0) + number
    return ", ".join(f"{job} {number}" for job, number in done.items())


@every(minutes=0.25, name="casework.exports")
def write_exports() -> str:
    """Write the long exports that wait, remove the files of yesterday."""
    made = gone = 0
    for county in meant(counties()):
        with bind(county):
            made += exports.make_waiting(county)
            gone += exports.drop_old(county)
    return f"made {made}, gone {gone}"


@nightly(hour=2, name="casework.residents")
def unused_residents() -> str:
    """Remove the residents' accounts that nobody used for 24 months."""
    gone = 0
    for county in meant(counties()):
        with bind(county):
            gone += remove_unused(county)
    return str(gone)


@nightly(hour=3, name="casework.topics")
def topics() -> str:
    """Learn from the topics that officers chose and corrected."""
    read = 0
    for county in meant(counties()):
        with bind(county):
            read += learn_topics(county)
    return str(read)


@every(minutes=0.25, name="casework.matters")
def search_matters() -> str:
    """Do the searches for what belongs together that somebody asked for."""
    done = 0
    for county in meant(counties()):
        with bind(county):
            done += matters.search_waiting(county)
    return str(done)


@nightly(hour=4, name="casework.matters_nightly")
def search_matters_by_night() -> str:
    """Find what belongs together among the cases of the last half year."""
    found = 0
    for county in meant(counties()):
        with bind(county):
            found += matters.search_by_night(county)
    return str(found)
