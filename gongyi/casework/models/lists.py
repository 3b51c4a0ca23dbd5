"""What people keep of their lists: named views, work on many rows at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models.case import Case
from gongyi.core.county import CountyForeignKey, CountyModel


class SavedView(CountyModel):
    """A filter of the list under a name, for one person. Never holds typed search words: those could name somebody."""

    account = models.UUIDField()
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(max_length=400)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "account", "name"], name="savedview_name")]

    def __str__(self) -> str:
        return self.name


class BulkRun(CountyModel):
    """One piece of work done on many cases at once, by whom and when."""

    class What(models.TextChoices):
        ASSIGN = "assign", _("派单")
        REMIND = "remind", _("催办")

    account = models.UUIDField()
    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["county", "at"], name="bulkrun_at")]


class BulkLine(CountyModel):
    """What became of one case in it: done, or why not."""

    run = CountyForeignKey(BulkRun, models.CASCADE, related_name="lines")
    case = CountyForeignKey(Case, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    done = models.BooleanField(default=False)
    words = models.CharField(max_length=200)
    undone = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "run", "position"], name="bulkline_place")]
        indexes = [models.Index(fields=["case"], name="bulkline_of")]
