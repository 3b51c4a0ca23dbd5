"""The promise ledger (承诺台账): what a unit said it will do, by when, and what became of it; from whatever record it arose."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core import clock
from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.search import SearchedModel
from gongyi.core.secrets import mask_text
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import Unit
from gongyi.network.models import unit_column as _unit

OPEN, ENDED = ["due", "reported"], ["kept", "broken", "withdrawn"]


class Record(NamedTuple):
    """Where promises come from: a kind that an app registered, the record's key and number, the unit that answers for it, and
    the unit whose supervisors hear when a promise is late (None: nobody's).
    """

    kind: str
    key: UUID
    number: str
    unit: Unit
    overseer: Unit | None = None


class Line(NamedTuple):
    """One promise as it is written: what, who keeps it, by when."""

    what: str
    unit: Unit
    due: date


class Promise(SearchedModel, Tracked):
    """One promise. In time or late is no state: it follows from `due` and `reported_on`, the day of the report that was confirmed.

    `kind` and `origin` are a soft reference to the record from which it arose. The public knows it by `slug`, which says
    nothing of that record. `reported_by` is whoever brought the proof, who never confirms it (rights.md P8).
    """

    number = models.CharField(_("承诺编号"), max_length=24)
    slug = models.CharField(max_length=12)
    what = models.CharField(_("答应做什么"), max_length=300)
    unit = _unit(_("由哪个单位来做"))
    due = models.DateField(_("答应的日子"))
    wakes_on = models.DateField()
    moves = models.PositiveSmallIntegerField(_("改期次数"), default=0)

    kind = models.CharField(max_length=12)
    origin = models.UUIDField()
    origin_number = models.CharField(_("出处"), max_length=24)
    origin_unit = _unit(_("作出答复的单位"))
    overseer = _unit(_("督办单位"), null=True, blank=True)
    second = _unit(_("核对的单位"), null=True, blank=True)
    # Where a merger put another unit into `unit`: the one that was there, for which figures of its time count (P16).
    counted_unit = _unit("", null=True, blank=True)
    made_at = models.DateTimeField(_("作出的时间"))
    made_by = models.UUIDField(null=True, blank=True)

    proof = models.TextField(_("做了什么"), max_length=2000, blank=True)
    figure = models.CharField(_("用哪个数字说明"), max_length=40, blank=True)
    figure_value = models.CharField(max_length=20, blank=True)
    figure_first = models.DateField(null=True, blank=True)
    figure_last = models.DateField(null=True, blank=True)
    reported_on = models.DateField(_("报告的日子"), null=True, blank=True)
    reported_by = models.UUIDField(null=True, blank=True)
    confirmed_by = models.UUIDField(null=True, blank=True)
    ended_on = models.DateField(_("结束的日子"), null=True, blank=True)
    why = models.CharField(_("没有兑现或撤回的原因"), max_length=300, blank=True)
    public = models.BooleanField(_("公开"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="promise_number"),
            models.UniqueConstraint(fields=["county", "slug"], name="promise_slug"),
            models.CheckConstraint(condition=Q(state__in=OPEN + ENDED), name="promise_state"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_on=None) | Q(state__in=ENDED, ended_on__isnull=False),
                name="promise_ended_on",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "kept"]) | Q(reported_on__isnull=False), name="promise_reported_on"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("reported_by")), name="promise_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "unit", "due", "id"], name="promise_unit"),
            models.Index(fields=["county", "due", "id"], name="promise_due"),
            models.Index(fields=["county", "state", "wakes_on"], name="promise_wake"),
            models.Index(fields=["county", "kind", "origin"], name="promise_origin"),
            models.Index(fields=["county", "ended_on"], name="promise_ended"),
        ]

    def __str__(self) -> str:
        return self.number

    def latest_text(self) -> str:
        """What the 409 page shows as the other side's text."""
        return mask_text(self.why or self.proof or self.what)

    def get_absolute_url(self) -> str:
        return f"/promises/{self.pk}/"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def late(self) -> bool:
        """Whether the day went by: reported after it, or neither reported nor withdrawn and the day is over."""
        if self.state == "withdrawn":
            return False
        return (self.reported_on or clock.today()) > self.due


class DateChange(CountyModel):
    """A promise was put off, or brought forward: from which day to which, why, by which unit. Stays visible, also to the public."""

    promise = CountyForeignKey(Promise, models.CASCADE, related_name="changes")
    old = models.DateField()
    new = models.DateField()
    reason = models.CharField(_("为什么改期"), max_length=300)
    unit = _unit("", null=True, blank=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "promise", "at"], name="datechange_promise"),
            models.Index(fields=["county", "at"], name="datechange_at"),
        ]


class PromiseStep(Step):
    """The timeline of a promise."""

    promise = CountyForeignKey(Promise, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "promise", "seq"], name="promisestep_seq")]


class PlannedPromise(CountyModel):
    """A promise that stands in a text which has not gone out yet; it becomes one when the text does, and says nothing before."""

    kind = models.CharField(max_length=12)
    origin = models.UUIDField()
    place = models.PositiveSmallIntegerField(default=0)
    what = models.CharField(_("答应做什么"), max_length=300)
    unit = _unit(_("由哪个单位来做"))
    due = models.DateField(_("答应的日子"))
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "kind", "origin", "place"], name="plannedpromise_place")
        ]


class PromiseReminder(CountyModel):
    """Somebody was told that a promise's day is near, here or over: each once for each day that was promised."""

    class Kind(models.TextChoices):
        WAKE = "wake", pgettext_lazy("承诺", "快到日子")
        DUE = "due", pgettext_lazy("承诺", "就在今天")
        LATE = "late", pgettext_lazy("承诺", "过了日子")

    promise = CountyForeignKey(Promise, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=4, choices=Kind)
    due = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "promise", "kind", "due"], name="promisereminder_once")
        ]


class PromiseSetting(CountyModel):
    """What a county sets for its promises; one row, these defaults without one."""

    wake_days = models.PositiveSmallIntegerField(_("提前几个工作日提醒"), default=5, validators=[MaxValueValidator(60)])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county"], name="promisesetting_one")]
