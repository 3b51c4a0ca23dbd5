"""What people keep of their lists: named views, work on many rows at once, exported files."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models.case import Case
from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.network.models import Unit
from gongyi.people.models import Purpose


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


class Export(CountyModel):
    """A file with the rows of a list, for whoever asked for it: one download, gone after a day.

    With contacts (`purpose` is set) no file rests on the disk: it is written when it is taken.
    """

    class Kind(models.TextChoices):
        XLSX = "xlsx", _("Excel 表格（.xlsx）")
        CSV = "csv", _("文本表格（.csv）")

    account = models.UUIDField()
    kind = models.CharField(_("文件格式"), max_length=4, choices=Kind)
    query = models.CharField(max_length=400, blank=True)
    words = models.CharField(max_length=200, blank=True)
    wanted = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose, blank=True)
    reason = models.CharField(_("为什么要带联系方式"), max_length=200, blank=True)
    people = models.PositiveIntegerField(default=0)
    second = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    judged_by = models.UUIDField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=120, blank=True)
    keys_path = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ready_at=None) | ~Q(path="") | Q(gone_at__isnull=False) | ~Q(purpose=""), name="export_file"
            ),
            models.CheckConstraint(
                condition=Q(judged_at=None, judged_by=None) | Q(judged_at__isnull=False, judged_by__isnull=False),
                name="export_judged",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "account", "-asked_at"], name="export_mine"),
            models.Index(fields=["county", "ready_at", "gone_at"], name="export_due"),
        ]

    def get_absolute_url(self) -> str:
        return f"/cases/exports/{self.pk}/"
