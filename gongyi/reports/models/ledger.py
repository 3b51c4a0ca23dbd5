"""Ledgers (台账): a list with chosen columns under a name, and the ledgers of a period as they were frozen."""

import json

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.figures import Period
from gongyi.network.models import Unit


class Ledger(CountyModel):
    """Which rows, which columns in which order, under which headings. `kind` names the list, `figure` what is counted of it; '' is the list by itself.

    `query` holds the conditions as an address has them, never typed words: those could name somebody.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("单位"))
    name = models.CharField(_("台账名称"), max_length=40)
    kind = models.CharField(_("哪一种清单"), max_length=12, default="case")
    figure = models.CharField(_("记哪些"), max_length=60, blank=True)
    query = models.CharField(max_length=400, blank=True)
    columns = models.TextField()
    made_by = models.UUIDField(null=True, blank=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "unit", "name"], condition=Q(removed_at=None), name="ledger_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """(column, heading) in order."""
        return [(key, heading) for key, heading in json.loads(self.columns)]

    def get_absolute_url(self) -> str:
        return f"/ledgers/{self.pk}/"


class LedgerSheet(CountyModel):
    """A ledger of a period as it was frozen; never edited. `edition` 1 is the first, n+1 the correction n. `elsewhere`: rows of others, counted only."""

    ledger = CountyForeignKey(Ledger, models.PROTECT, related_name="sheets")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, default="case")
    number = models.CharField(max_length=32)
    edition = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=80)
    first = models.DateField()
    last = models.DateField()
    content = models.TextField()
    records = models.TextField(blank=True)
    rows = models.PositiveIntegerField()
    elsewhere = models.PositiveIntegerField(default=0)
    why = models.CharField(_("更正了什么"), max_length=200, blank=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.UUIDField(null=True, blank=True)
    frozen_label = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="ledgersheet_number"),
            models.UniqueConstraint(
                fields=["county", "ledger", "first", "last", "edition"], name="ledgersheet_edition"
            ),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="ledgersheet_days"),
            models.CheckConstraint(condition=Q(edition=1) | ~Q(why=""), name="ledgersheet_why"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def period(self) -> Period:
        """The days that it is about."""
        return Period(self.first, self.last)

    @property
    def correction(self) -> int:
        """Which correction this is; 0 for the first."""
        return self.edition - 1

    def table(self) -> list[list[str | int]]:
        """The headings and the rows as they were frozen."""
        found: list[list[str | int]] = json.loads(self.content)
        return found

    def get_absolute_url(self) -> str:
        return f"/ledgers/sheets/{self.pk}/"


class LedgerRun(CountyModel):
    """A long ledger that the worker makes for somebody: a file to be taken once (of a frozen one where `sheet` is set), a frozen ledger, or what
    changed since. What came of it lies at `path` for a day, the keys of its records beside it.
    """

    class What(models.TextChoices):
        TAKE = "take", _("做成文件")
        FREEZE = "freeze", _("定下这一期")
        COMPARE = "compare", _("和今天的记录比")

    class Trouble(models.TextChoices):
        EMPTY = "empty", _("这段时间没有可以列出的。")
        RIGHT = "right", _("岗位变了，现在看不到这张清单。")
        FROZEN = "frozen", _("这一期已经被别人定下来了。")

    ledger = CountyForeignKey(Ledger, models.PROTECT, related_name="runs")
    sheet = CountyForeignKey(LedgerSheet, models.PROTECT, related_name="+", null=True, blank=True)
    account = models.UUIDField()
    what = models.CharField(max_length=8, choices=What)
    first = models.DateField()
    last = models.DateField()
    why = models.CharField(max_length=200, blank=True)
    wanted = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=8, choices=Trouble, blank=True)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=120, blank=True)
    keys_path = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "account", "-asked_at"], name="ledgerrun_mine"),
            models.Index(fields=["county", "ready_at", "gone_at"], name="ledgerrun_due"),
        ]

    @property
    def period(self) -> Period:
        """The days that it is about."""
        return Period(self.first, self.last)

    @property
    def waits(self) -> bool:
        """Whether it is not made yet."""
        return self.ready_at is None and self.gone_at is None

    @property
    def share(self) -> int:
        """How far it is, in percent."""
        return 100 * self.done // self.wanted if self.wanted else 0

    def get_absolute_url(self) -> str:
        return f"/ledgers/runs/{self.pk}/"
