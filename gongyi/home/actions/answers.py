"""Public answers of the demo county: every third that may be public, one corrected, one taken down, one taken back, some waiting."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from gongyi.casework.models import Case, Publication
from gongyi.casework.rules import why_not_public
from gongyi.core.access import Actor, Role, asker_actor
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.publishing import actions as publishing

if TYPE_CHECKING:
    from gongyi.home.actions.stories import Stage

EVERY, CORRECTED, DOWN, TAKEN_BACK, SENT_BACK, WAITING = 3, 2, 4, 6, 8, 12
HOUR = timedelta(hours=1)


def make_public(stage: "Stage", case: Case, clerk: Actor) -> Iterator[timedelta]:
    """Prepare, approve and publish the answer of some closed cases; says how long each step waits for the next."""
    if why_not_public(case):
        return
    stage.may_be_public += 1
    if stage.may_be_public % EVERY:
        return
    number = stage.may_be_public // EVERY
    publication = publishing.start_publication(case, by=clerk)
    yield HOUR
    yield from _approved(stage, publication, clerk, number)
    if publication.state != "published":
        return
    yield HOUR * 30
    if number == CORRECTED:
        publishing.amend_publication(publication, by=clerk, why="补上以后坏了找谁报修")
        answer = publication.answer + "以后再有这样的事，请打 12345。"
        publishing.edit_publication(
            publication, by=clerk, title=publication.title, matter=publication.matter, answer=answer
        )
        yield from _approved(stage, publication, clerk, 0)
    elif number == DOWN:
        publishing.take_down(publication, by=clerk, down_why="old", note="规定改了，旧答复不再适用。")
    elif number == TAKEN_BACK:
        publishing.ask_take_down(case, by=asker_actor("asker", case.county, case.id))


def _approved(stage: "Stage", publication: Publication, clerk: Actor, number: int) -> Iterator[timedelta]:
    """Sent for approval and approved by somebody else, if there is somebody; one is sent back."""
    try:
        publishing.propose_publication(publication, by=clerk)
    except Refused:
        return
    yield HOUR * 5
    second = stage.who(Role.LEAD, Unit.objects.get(id=publication.second_id), besides=clerk)
    if second is None or (number and number % WAITING == 0):
        return
    if number == SENT_BACK:
        publishing.refuse_publication(publication, by=second, note="请把时间写清楚，再说说以后找谁。")
        return
    publishing.approve_publication(publication, by=second)
    yield HOUR
