"""The network: units from county to village, departments and teams, their history; posts and duties; calendar days."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.county import CountyField, CountyModel, SharedModel


class Unit(SharedModel):
    """A county, township, village, department or team. `path` is the chain of marks from the county down to itself."""

    class Tier(models.TextChoices):
        COUNTY = "county", _("县")
        TOWNSHIP = "township", _("乡镇")
        VILLAGE = "village", _("村")
        DEPARTMENT = "department", _("部门")
        TEAM = "team", _("小组")

    class Status(models.TextChoices):
        PLANNED = "planned", _("筹建")
        RUNNING = "running", _("运行")
        CLOSED = "closed", pgettext_lazy("状态", "停用")

    county = CountyField()
    code = models.CharField(_("区划代码"), max_length=20, unique=True)
    name = models.CharField(_("单位名称"), max_length=80)
    initials = models.CharField(max_length=20, blank=True, editable=False)
    tier = models.CharField(_("层级"), max_length=12, choices=Tier)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    path = models.CharField(max_length=120, editable=False)
    status = models.CharField(_("状态"), max_length=8, choices=Status, default=Status.RUNNING)
    since = models.DateField(_("挂牌日期"), null=True, blank=True)
    until = models.DateField(_("停用日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("并入单位")
    )
    reception_days = models.CharField(_("接待日"), max_length=80, blank=True)
    phone = models.CharField(_("办公电话"), max_length=40, blank=True)
    verified_on = models.DateField(_("最近核实"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "path"], name="unit_path"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=models.F("since")), name="unit_dates"
            ),
            models.CheckConstraint(condition=~Q(tier="county") | Q(parent=None), name="unit_county_on_top"),
            models.CheckConstraint(condition=Q(tier="county") | Q(parent__isnull=False), name="unit_has_parent"),
        ]
        indexes = [
            models.Index(fields=["county", "status", "name"], name="unit_list"),
            models.Index(fields=["county", "initials"], name="unit_initials"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """The unit's link in a path: the 48 random bits of its key."""
        key = self.id.hex
        return f"{key[13:16]}{key[17:20]}{key[26:]}/"

    @property
    def running(self) -> bool:
        """Whether the unit works now."""
        return self.status == self.Status.RUNNING


class UnitChange(SharedModel):
    """What became of a unit, dated and signed. Read backwards from today it gives the tree of any past day (P16)."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("设立")
        RENAMED = "renamed", _("更名")
        MOVED = "moved", _("改隶属")
        MERGED = "merged", _("并入")
        CLOSED = "closed", pgettext_lazy("状态", "停用")
        REOPENED = "reopened", _("恢复")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=8, choices=Kind)
    on = models.DateField(_("生效日期"))
    old = models.CharField(max_length=80, blank=True)
    new = models.CharField(max_length=80, blank=True)
    from_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True)
    by_label = models.CharField(max_length=80)
    why = models.CharField(_("依据或原因"), max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "on", "at"], name="unitchange_list")]


class Post(SharedModel):
    """A post in a unit (岗位). Who holds it stands in `people.Holding`; vacant is computed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("单位"))
    name = models.CharField(_("岗位名称"), max_length=60)
    since = models.DateField(_("设立日期"))
    until = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], condition=Q(until=None), name="post_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="post_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} · {self.name}"


class Duty(SharedModel):
    """A duty of a unit (职责), borne by a post for a period; without a post nobody holds it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties", verbose_name=_("单位"))
    post = models.ForeignKey(
        Post, models.SET_NULL, null=True, blank=True, related_name="duties", verbose_name=_("由哪个岗位承担")
    )
    text = models.CharField(_("职责"), max_length=200)
    since = models.DateField(_("开始日期"))
    until = models.DateField(_("结束日期"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="duty_dates")
        ]

    def __str__(self) -> str:
        return self.text


class CalendarDay(CountyModel):
    """A day that differs from the public calendar, for a unit and those below it, or for the whole county (unit empty)."""

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, db_index=False, verbose_name=_("单位"))
    day = models.DateField(_("日期"))
    working = models.BooleanField(_("上班"))
    name = models.CharField(_("说明"), max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "unit", "day"], name="calendarday_unit"),
            models.UniqueConstraint(fields=["county", "day"], condition=Q(unit=None), name="calendarday_county"),
        ]


def unit_column(label: Any, **kwargs: Any) -> "models.ForeignKey[Any, Any]":
    """A unit's part in a record: no index of its own, lists go through the participation rows."""
    return models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=label, **kwargs)


class Participation(CountyModel):
    """Base of an app's participation rows: one per record and unit, with what lists filter and sort by, so that a list is one index range.

    `until` None while the unit takes part; `my_turn` where the next step is the unit's, `turn_unit` whose it is.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(max_length=12)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12)
    due = models.DateTimeField(null=True, blank=True)
    my_turn = models.BooleanField(default=False)
    turn_unit = unit_column(_("等哪个单位"), null=True)

    class Meta:
        abstract = True
