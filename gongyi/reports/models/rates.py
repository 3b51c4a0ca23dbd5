"""What a county decides about its rates: their formulas, by versions, and the cases that two people left out of one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models import Case
from gongyi.core.county import CountyForeignKey, CountyModel


class Formula(CountyModel):
    """A rate as this county counts it from a day on: the figures above and below the line. Never edited, only followed by the next."""

    rate = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    above = models.CharField(_("分子"), max_length=600)
    below = models.CharField(_("分母"), max_length=600)
    since = models.DateField(_("从哪天起用"))
    why = models.CharField(_("依据或原因"), max_length=200)
    by = models.UUIDField(null=True, blank=True)
    by_label = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "rate", "version"], name="formula_version")]


class LeftOut(CountyModel):
    """A case that somebody asked to leave out of a rate, and somebody else's judgement. The raw rate still counts it."""

    rate = models.CharField(max_length=40)
    case = CountyForeignKey(Case, models.CASCADE, related_name="+")
    reason = models.CharField(_("为什么剔除"), max_length=200)
    asked_by = models.UUIDField(null=True, blank=True)
    asked_label = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(null=True, blank=True)
    judged_by = models.UUIDField(null=True, blank=True)
    judged_label = models.CharField(max_length=80, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "rate", "case"], condition=Q(ended_at=None), name="leftout_once"),
            models.CheckConstraint(
                condition=Q(agreed=None, judged_at=None) | Q(agreed__isnull=False, judged_at__isnull=False),
                name="leftout_judged",
            ),
            models.CheckConstraint(
                condition=Q(judged_by=None) | ~Q(judged_by=F("asked_by")), name="leftout_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "case"], name="leftout_case"),
            models.Index(fields=["case"], name="leftout_of"),
        ]
