"""A call for suggestions: what a unit asks everybody, from when to when, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongyi.core import clock
from gongyi.core.county import CountyForeignKey
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import Unit

STATES_OF_CALL = ["draft", "open", "closed", "told", "dropped"]


class Call(Tracked):
    """A question to everybody. The public knows it by `slug`. `comments` and `supports` say what readers may add to its suggestions."""

    slug = models.CharField(max_length=12)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("哪个单位征集"))
    title = models.CharField(_("征集什么"), max_length=60)
    question = models.TextField(_("想请大家说什么"), max_length=4000)
    invited = models.CharField(_("请谁来说"), max_length=200)
    since = models.DateField(_("从哪天起"))
    until = models.DateField(_("到哪天为止"))
    use = models.TextField(_("结果怎么用"), max_length=1000)
    comments = models.BooleanField(_("公开的建议可以评论"), default=False)
    supports = models.BooleanField(_("公开的建议可以支持"), default=False)
    outcome = models.TextField(_("有什么结果"), max_length=4000, blank=True)
    made_by = models.UUIDField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "slug"], name="proposalcall_slug"),
            models.CheckConstraint(condition=Q(state__in=STATES_OF_CALL), name="proposalcall_state"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="proposalcall_days"),
            models.CheckConstraint(condition=~Q(state="told") | Q(told_at__isnull=False), name="proposalcall_told"),
        ]
        indexes = [
            models.Index(fields=["county", "unit", "state"], name="proposalcall_unit"),
            models.Index(fields=["county", "state", "-until"], name="proposalcall_public"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/proposals/calls/{self.pk}/"

    @property
    def phase(self) -> str:
        """Where it stands today: its state, and of an open one whether it has begun and whether it is over."""
        if self.state != "open":
            return self.state
        today = clock.today()
        return "soon" if today < self.since else "over" if today > self.until else "open"


class CallStep(Step):
    """The timeline of a call."""

    call = CountyForeignKey(Call, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "call", "seq"], name="proposalcallstep_seq")]
