"""A proposal as everybody may read it: the text under work, and every text that was ever public."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyForeignKey
from gongyi.proposals.models.proposal import Proposal
from gongyi.proposals.models.setting import Category, ResultClass, Session
from gongyi.publishing.models import (
    WORKED_ON,
    PublicationBase,
    PublicationStepBase,
    PublishedTextBase,
    ShownWordBase,
)


class Publication(PublicationBase):
    """The public text of a proposal: what is suggested, from the day on which it was filed; the answer once it is out."""

    parent = "proposal"

    class Down(models.TextChoices):
        ASKED = "asked", _("提出人要求撤下")
        WRONG = "wrong", _("内容有错")
        OLD = "old", _("已经过时")
        RULE = "rule", _("不再属于可以公开的事")

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="publications")
    category = CountyForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    session = CountyForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="+")
    analysis = models.TextField(_("情况分析"), max_length=20000, blank=True)
    suggestions = models.TextField(_("具体建议"), max_length=20000, blank=True)
    result = CountyForeignKey(
        ResultClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理结果")
    )
    submitted_on = models.DateField(_("提交时间"))
    answered_on = models.DateField(_("答复时间"), null=True, blank=True)
    down_why = models.CharField(_("撤下的原因"), max_length=8, choices=Down, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "proposal"], name="proposalpublication_one"),
            models.UniqueConstraint(fields=["county", "slug"], name="proposalpublication_slug"),
            models.CheckConstraint(
                condition=Q(state__in=WORKED_ON) | Q(state="published", current__gt=0) | Q(state="down", current=0),
                name="proposalpublication_state",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "second", "state"], name="proposalpublication_second"),
            models.Index(fields=["proposal"], name="proposalpublication_of"),
        ]

    def get_absolute_url(self) -> str:
        return f"/proposals/publications/{self.pk}/"


class PublishedText(PublishedTextBase):
    """One text of a proposal as the public saw it."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="texts")
    analysis = models.TextField()
    suggestions = models.TextField()
    answer = models.TextField(blank=True)
    result = CountyForeignKey(
        ResultClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理结果")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "publication", "number"], name="proposaltext_number"),
            models.UniqueConstraint(
                fields=["county", "publication"], condition=Q(live=True), name="proposaltext_one_live"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("made_by")), name="proposaltext_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "-since", "-publication"], name="proposaltext_list", condition=Q(live=True))
        ]


class ShownWord(ShownWordBase):
    """A found word of a proposal that is shown nevertheless."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="shown_words")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "publication", "kind", "words"], name="proposalword_once")
        ]


class PublicationStep(PublicationStepBase):
    """The timeline of a public proposal."""

    publication = CountyForeignKey(Publication, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "publication", "seq"], name="proposalpublicationstep_seq")
        ]
