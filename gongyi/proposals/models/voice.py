"""What others add to a public suggestion: their support, their comments."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import Unit
from gongyi.proposals.models.proposal import Proposal


class Support(CountyModel):
    """One more who supports it. `who` is a digest that differs from suggestion to suggestion: what one person supports is nowhere together.

    `resident` is the account of whoever asked to hear of the answer, and of nobody else.
    """

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="+")
    who = models.CharField(max_length=64)
    resident = models.UUIDField(null=True, blank=True)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "proposal", "who"], name="proposalsupport_one")]
        indexes = [
            models.Index(fields=["county", "resident"], name="proposalsupport_own", condition=Q(resident__isnull=False))
        ]


class Comment(Tracked):
    """What somebody says to a public suggestion. It is read by a moderator before it is shown; its author is told what became of it."""

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="+")
    text = models.TextField(_("评论"), max_length=1000)
    resident = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    desk = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("审看单位"))
    second = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, null=True, blank=True, verbose_name=_("复看单位")
    )
    reason = models.CharField(_("不显示的理由"), max_length=120, blank=True)
    doubted_by = models.UUIDField(null=True, blank=True)
    removed_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "shown", "declined", "doubted", "removed", "withdrawn"]), name="proposalcomment_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="removed") | Q(removed_by__isnull=False, doubted_by__isnull=False) & ~Q(removed_by=F("doubted_by")),
                name="proposalcomment_two_people",
            ),
            models.CheckConstraint(condition=~Q(state__in=["declined", "doubted", "removed"]) | ~Q(reason=""), name="proposalcomment_reason"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["county", "proposal", "state", "at"], name="proposalcomment_shown"),
            models.Index(fields=["county", "desk", "state", "at"], name="proposalcomment_desk"),
            models.Index(fields=["county", "second", "state", "at"], name="proposalcomment_second"),
            models.Index(fields=["county", "resident", "at"], name="proposalcomment_own"),
        ]

    def __str__(self) -> str:
        return str(self.proposal.number)

    def get_absolute_url(self) -> str:
        return f"/proposals/comments/{self.pk}/"


class CommentStep(Step):
    """The timeline of a comment."""

    comment = CountyForeignKey(Comment, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "comment", "seq"], name="proposalcommentstep_seq")]
