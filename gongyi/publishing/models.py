"""Bases of a public text: the one under work, every one that was ever public, the words that are shown nevertheless, the timeline."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyModel
from gongyi.core.secrets import KINDS
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import unit_column

WORKED_ON = ["draft", "proposed", "refused"]
ASKED, WRONG, OLD, RULE = "asked", "wrong", "old", "rule"  # why something was taken down


class PublicationBase(Tracked):
    """What an app makes public of one of its records. Its texts are under work and may hold what the public never sees.

    The public knows it by `slug`, which says nothing of the record. `current` is the number of the text that the public sees
    now, 0 for none: a text that is being corrected stays public until the correction is approved. A model names in `parent` the
    column of its record, and has `down_why` with these four reasons in its own words.
    """

    parent: ClassVar[str]

    slug = models.CharField(max_length=12)
    unit = unit_column(_("主办单位"))
    second = unit_column(_("审核单位"), null=True, blank=True)
    title = models.CharField(_("标题"), max_length=60, blank=True)
    answer = models.TextField(_("答复"), max_length=20000, blank=True)
    why = models.CharField(_("更正了什么"), max_length=200, blank=True)
    current = models.PositiveSmallIntegerField(default=0)
    proposed_by = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.slug

    @property
    def record(self) -> Any:
        """The record of which it tells."""
        return getattr(self, self.parent)

    @property
    def lead_id(self) -> UUID | None:
        """The unit that handles the record now, which writes the text; `unit` is the one that stands in public."""
        lead: UUID | None = self.record.lead_id
        return lead

    @property
    def desk_id(self) -> UUID | None:
        """The unit at whose desk the record lies."""
        desk: UUID | None = self.record.desk_id
        return desk


class PublishedTextBase(CountyModel):
    """One text as the public saw it: who wrote it, who approved it, when, and what was corrected; never edited.

    `live` marks the one that is seen now. `since` is when the first text of this publication came out, by which lists are
    ordered: a correction does not push an old answer to the top.
    """

    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    since = models.DateTimeField()
    live = models.BooleanField(default=True)
    made_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)

    class Meta:
        abstract = True


class ShownWordBase(CountyModel):
    """A word that was found and that the writer wants to be shown nevertheless, with the reason that the approver reads."""

    kind = models.CharField(max_length=12, choices=list(KINDS.items()))
    words = models.CharField(max_length=200)
    reason = models.CharField(_("为什么可以显示"), max_length=200)
    by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class PublicationStepBase(Step):
    """The timeline of a publication."""

    class Meta:
        abstract = True
