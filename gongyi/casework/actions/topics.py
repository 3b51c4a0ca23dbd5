"""The nightly lesson: what a county's own cases teach about topics."""

from django.db import transaction

from gongyi.casework.models import TopicMemory
from gongyi.casework.queries.topics import county_words, lessons
from gongyi.core import clock
from gongyi.language.topics import Learned, learn


def learn_topics(county: int) -> int:
    """Learn anew from the county's cases with the topics that officers chose or corrected; returns from how many.

    Everything is computed before the one row is written, so that no other writer waits. The row tells of no case and no
    person, and the next night replaces it: it is not audited.
    """
    learned = learn(lessons(county), county_words(county))
    keep_topics(county, learned)
    return sum(learned.chosen.values())


@transaction.atomic
def keep_topics(county: int, learned: Learned) -> None:
    """Replace what was learnt before."""
    facts = {"learned_at": clock.now(), "cases": sum(learned.chosen.values()), "weights": learned.dumped()}
    TopicMemory.objects.update_or_create(county=county, defaults=facts)
