"""A table asked of the units below: what for, on what basis, until when; and what each unit answered, figure by figure."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.figures import Period
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import Unit

ASK_STATES = ["draft", "sent", "ended", "dropped"]
ANSWER_STATES = ["waiting", "filling", "sent"]


class Ask(Tracked):
    """A table that a unit asks of units below it. `minutes` is what it was said to cost when it was sent, for one time."""

    class Repeats(models.TextChoices):
        ONCE = "once", _("只要这一次")
        MONTH = "month", _("每月一次")
        QUARTER = "quarter", _("每季度一次")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("要表的单位"))
    title = models.CharField(_("表名"), max_length=60)
    purpose = models.CharField(_("做什么用"), max_length=200)
    basis = models.CharField(_("依据"), max_length=200)
    first = models.DateField(_("数从哪天起"))
    last = models.DateField(_("数到哪天止"))
    due = models.DateField(_("哪天前交"))
    repeats = models.CharField(_("要几次"), max_length=8, choices=Repeats, default=Repeats.ONCE)
    until = models.DateField(_("到哪天为止"))
    minutes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ASK_STATES), name="ask_state"),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(purpose=""), name="ask_basis"),
            models.CheckConstraint(condition=Q(due__lte=F("until")) & Q(first__lte=F("last")), name="ask_days"),
        ]
        indexes = [models.Index(fields=["county", "unit", "state"], name="ask_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        """The days of the first time."""
        return Period(self.first, self.last)

    def get_absolute_url(self) -> str:
        return f"/tables/{self.pk}/"


class AskColumn(CountyModel):
    """One number that is asked for. `figure` names the figure that holds it already; '' is counted by hand."""

    ask = CountyForeignKey(Ask, models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=40)
    figure = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "ask", "position"], name="askcolumn_position")]


class AskUnit(CountyModel):
    """A unit of which the table is asked."""

    ask = CountyForeignKey(Ask, models.CASCADE, related_name="asked")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "ask", "unit"], name="askunit_one")]


class Answer(Tracked):
    """What a unit answers for one period. `minutes` is how long the unit was at it, from opening to sending; nobody's own time is kept."""

    ask = CountyForeignKey(Ask, models.CASCADE, related_name="answers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    due = models.DateField()
    opened_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "ask", "unit", "first"], name="answer_once"),
            models.CheckConstraint(condition=Q(state__in=ANSWER_STATES), name="answer_state"),
            models.CheckConstraint(condition=~Q(state="filling") | Q(opened_at__isnull=False), name="answer_opened"),
        ]
        indexes = [models.Index(fields=["county", "unit", "state", "due"], name="answer_due")]

    def __str__(self) -> str:
        return f"{self.ask.title} · {self.unit}"

    @property
    def period(self) -> Period:
        """The days that it is about."""
        return Period(self.first, self.last)

    @property
    def asker_id(self) -> object:
        """The unit that asks."""
        return self.ask.unit_id

    def get_absolute_url(self) -> str:
        return f"/tables/answers/{self.pk}/"


class AnswerCell(CountyModel):
    """One number of an answer. `counted` is what the records say, `value` what was sent; `typed` where a hand wrote it, then with its source."""

    answer = CountyForeignKey(Answer, models.CASCADE, related_name="cells")
    column = CountyForeignKey(AskColumn, models.CASCADE, related_name="+")
    counted = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    above = models.PositiveIntegerField(default=0)
    below = models.PositiveIntegerField(default=0)
    typed = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "answer", "column"], name="answercell_one"),
            models.CheckConstraint(condition=Q(typed=False) | ~Q(source=""), name="answercell_source"),
        ]


class AskStep(Step):
    """The timeline of a table that is asked for."""

    ask = CountyForeignKey(Ask, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "ask", "seq"], name="askstep_seq")]


class AnswerStep(Step):
    """The timeline of an answer."""

    answer = CountyForeignKey(Answer, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "answer", "seq"], name="answerstep_seq")]
