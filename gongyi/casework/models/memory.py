"""What a county's own cases taught, as numbers; rewritten every night, never kept by person."""

from django.db import models

from gongyi.core.county import CountyModel


class TopicMemory(CountyModel):
    """What texts taught about first-level topics: `language.topics.Learned` as text, from how many cases, when."""

    learned_at = models.DateTimeField()
    cases = models.PositiveIntegerField()
    weights = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county"], name="topicmemory_county")]
