"""Service pledges (服务承诺): what a unit says it always does, and the figure that measures it."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyModel
from gongyi.network.models import unit_column


class Pledge(CountyModel):
    """One pledge, from a day on. There is none without a figure and its threshold: kept or not is counted, nobody types it.

    Its words never change; another wording is a new pledge, and the old one stays seen with what became of it.
    """

    class Sense(models.TextChoices):
        LEAST = "least", _("不少于")
        MOST = "most", _("不多于")

    class Every(models.TextChoices):
        MONTH = "month", _("每月")
        QUARTER = "quarter", _("每季度")
        YEAR = "year", _("每年")

    unit = unit_column(_("哪个单位"))
    text = models.CharField(_("承诺什么"), max_length=120)
    figure = models.CharField(_("用哪个数来量"), max_length=40)
    sense = models.CharField(_("多少算做到"), max_length=5, choices=Sense)
    threshold = models.DecimalField(
        _("数目"), max_digits=7, decimal_places=1, validators=[MinValueValidator(Decimal(0))]
    )
    every = models.CharField(_("多久量一次"), max_length=7, choices=Every)
    since = models.DateField(_("从哪天起"))
    until = models.DateField(_("到哪天为止"), null=True, blank=True)
    end_why = models.CharField(_("为什么不再承诺"), max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(figure=""), name="pledge_figure"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="pledge_days"),
            models.UniqueConstraint(
                fields=["county", "unit", "text"], condition=Q(until=None), name="pledge_once",
                violation_error_message=_("这个单位已经有这句承诺。"),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["county", "unit", "since"], name="pledge_unit")]

    def __str__(self) -> str:
        return self.text
