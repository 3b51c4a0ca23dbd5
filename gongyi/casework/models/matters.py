"""What belongs together (热点): which cases are about one matter, what officers ruled about it, and the work that finds it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models.case import Case
from gongyi.core.county import CountyForeignKey, CountyModel


class Matter(CountyModel):
    """Several cases about one thing. Holds no words: a label is made of what its reader may see, each time."""

    found_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["county", "found_at"], name="matter_found")]

    def get_absolute_url(self) -> str:
        return f"/cases/hot/{self.pk}/"


class MatterCase(CountyModel):
    """That a case belongs to a matter; a case belongs to one at most."""

    matter = CountyForeignKey(Matter, models.CASCADE, related_name="members")
    case = CountyForeignKey(Case, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "case"], name="mattercase_one")]
        indexes = [
            models.Index(fields=["county", "matter"], name="mattercase_matter"),
            models.Index(fields=["case"], name="mattercase_of"),
        ]


class MatterRuling(CountyModel):
    """What an officer said about a matter: it holds over every later search until it is taken back."""

    class What(models.TextChoices):
        CONFIRM = "confirm", _("确认是一件事")
        SPLIT = "split", _("分成两件事")
        DISSOLVE = "dissolve", _("不是一件事")

    matter = CountyForeignKey(Matter, models.CASCADE, related_name="rulings")
    what = models.CharField(max_length=8, choices=What)
    account = models.UUIDField()
    at = models.DateTimeField()
    undone_by = models.UUIDField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="matterruling_undone",
            )
        ]
        indexes = [models.Index(fields=["county", "matter", "at"], name="matterruling_matter")]


class MatterSide(CountyModel):
    """On which side of a ruling a case stands: one side belongs together, two sides never do."""

    ruling = CountyForeignKey(MatterRuling, models.CASCADE, related_name="sides")
    case = CountyForeignKey(Case, models.CASCADE, related_name="+")
    side = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "ruling", "case"], name="matterside_one")]
        indexes = [
            models.Index(fields=["county", "case"], name="matterside_case"),
            models.Index(fields=["case"], name="matterside_of"),
        ]


class MatterRun(CountyModel):
    """One search through the cases of a period, by night (no account) or because somebody asked."""

    account = models.UUIDField(null=True, blank=True)
    since = models.DateField(_("从"))
    until = models.DateField(_("到"))
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    share = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(share__lte=100), name="matterrun_share")]
        indexes = [models.Index(fields=["county", "ended_at", "asked_at"], name="matterrun_due")]
