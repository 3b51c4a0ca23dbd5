"""A request and its answer as everybody may read them: the text under work, and every text that was ever public."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.casework.models.case import Case
from gongyi.casework.models.setting import CaseType, Topic
from gongyi.core.county import CountyForeignKey
from gongyi.publishing.models import (
    WORKED_ON,
    PublicationBase,
    PublicationStepBase,
    PublishedTextBase,
    ShownWordBase,
)


class Publication(PublicationBase):
    """The public answer of a case."""

    parent = "case"

    class Down(models.TextChoices):
        ASKED = "asked", _("诉求人要求撤下")
        WRONG = "wrong", _("内容有错")
        OLD = "old", _("已经过时")
        RULE = "rule", _("不再属于可以公开的事")

    case = CountyForeignKey(Case, models.CASCADE, related_name="publications")
    type = CountyForeignKey(CaseType, models.PROTECT, related_name="+")
    topic = CountyForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+")
    matter = models.TextField(_("诉求"), max_length=20000, blank=True)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Case.Outcome)
    asked_on = models.DateField(pgettext_lazy("状态", "登记"))
    answered_on = models.DateField(_("答复时间"))
    down_why = models.CharField(_("撤下的原因"), max_length=8, choices=Down, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "case"], name="publication_case"),
            models.UniqueConstraint(fields=["county", "slug"], name="publication_slug"),
            models.CheckConstraint(
                condition=Q(state__in=WORKED_ON) | Q(state="published", current__gt=0) | Q(state="down", current=0),
                name="publication_state",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "second", "state"], name="publication_second"),
            models.Index(fields=["case"], name="publication_of"),
        ]

    @property
    def days(self) -> int:
        """How many days the answer took, from the day of recording; 0 for the same day."""
        return (self.answered_on - self.asked_on).days

    def get_absolute_url(self) -> str:
        return f"/cases/publications/{self.pk}/"


class PublishedText(PublishedTextBase):
    """One text of a case as the public saw it."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="texts")
    matter = models.TextField()
    answer = models.TextField()
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Case.Outcome)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "publication", "number"], name="publishedtext_number"),
            models.UniqueConstraint(
                fields=["county", "publication"], condition=Q(live=True), name="publishedtext_one_live"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("made_by")), name="publishedtext_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "-since", "-publication"], name="publishedtext_list", condition=Q(live=True))
        ]


class ShownWord(ShownWordBase):
    """A found word of a case that is shown nevertheless."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="shown_words")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "publication", "kind", "words"], name="shownword_once")
        ]


class PublicationStep(PublicationStepBase):
    """The timeline of a publication."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "publication", "seq"], name="publicationstep_seq")]
