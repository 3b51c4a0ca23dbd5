"""A request and its answer as everybody may read them: the text under work, and every text that was ever public."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.casework.models.case import Case
from gongyi.casework.models.setting import CaseType, Topic
from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.secrets import KINDS
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import Unit

WORKED_ON = ["draft", "proposed", "refused"]


class Publication(Tracked):
    """The public answer of a case. `title`, `matter` and `answer` are under work and may hold what the public never sees.

    The public knows it by `slug`, which says nothing of the case. `current` is the number of the text that the public sees
    now, 0 for none: a text that is being corrected stays public until the correction is approved.
    """

    class Down(models.TextChoices):
        ASKED = "asked", _("诉求人要求撤下")
        WRONG = "wrong", _("内容有错")
        OLD = "old", _("已经过时")
        RULE = "rule", _("不再属于可以公开的事")

    case = CountyForeignKey(Case, models.CASCADE, related_name="publications")
    slug = models.CharField(max_length=12)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("主办单位"))
    second = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, null=True, blank=True, verbose_name=_("审核单位")
    )
    type = CountyForeignKey(CaseType, models.PROTECT, related_name="+")
    topic = CountyForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("标题"), max_length=60, blank=True)
    matter = models.TextField(_("诉求"), max_length=20000, blank=True)
    answer = models.TextField(_("答复"), max_length=20000, blank=True)
    why = models.CharField(_("更正了什么"), max_length=200, blank=True)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Case.Outcome)
    asked_on = models.DateField(pgettext_lazy("状态", "登记"))
    answered_on = models.DateField(_("答复时间"))
    current = models.PositiveSmallIntegerField(default=0)
    proposed_by = models.UUIDField(null=True, blank=True)
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

    def __str__(self) -> str:
        return self.slug

    @property
    def days(self) -> int:
        """How many days the answer took, from the day of recording; 0 for the same day."""
        return (self.answered_on - self.asked_on).days

    @property
    def lead_id(self) -> UUID | None:
        """The unit that handles the case now, which writes the text; `unit` is the one that gave the public answer."""
        lead: UUID | None = self.case.lead_id
        return lead

    def get_absolute_url(self) -> str:
        return f"/cases/publications/{self.pk}/"


class PublishedText(CountyModel):
    """One text as the public saw it: who wrote it, who approved it, when, and what was corrected; never edited.

    `live` marks the one that is seen now. `since` is when the first text of this publication came out, by which lists are
    ordered: a correction does not push an old answer to the top.
    """

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="texts")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    matter = models.TextField()
    answer = models.TextField()
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Case.Outcome)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    since = models.DateTimeField()
    live = models.BooleanField(default=True)
    made_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)

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


class ShownWord(CountyModel):
    """A word that was found and that the writer wants to be shown nevertheless, with the reason that the approver reads."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="shown_words")
    kind = models.CharField(max_length=12, choices=list(KINDS.items()))
    words = models.CharField(max_length=200)
    reason = models.CharField(_("为什么可以显示"), max_length=200)
    by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "publication", "kind", "words"], name="shownword_once")
        ]


class PublicationStep(Step):
    """The timeline of a publication."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "publication", "seq"], name="publicationstep_seq")]
