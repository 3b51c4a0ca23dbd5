"""The reception register on paper (接待登记表): numbered sheets whose lines are typed back in, each once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models.case import Case
from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.network.models import Unit


class ReceptionSheet(CountyModel):
    """One printed page of a unit for a day; `mark` begins the code of each of its lines."""

    LINES = 15

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("接待单位"))
    day = models.DateField(_("接待日"))
    page = models.PositiveSmallIntegerField()
    mark = models.CharField(max_length=5)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "mark"], name="receptionsheet_mark"),
            models.UniqueConstraint(fields=["county", "unit", "day", "page"], name="receptionsheet_page"),
        ]


class ReceptionRow(CountyModel):
    """A line of a sheet that has become a case; typed again it becomes no second one."""

    sheet = CountyForeignKey(ReceptionSheet, models.PROTECT, related_name="rows")
    line = models.PositiveSmallIntegerField()
    case = CountyForeignKey(Case, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "sheet", "line"], name="receptionrow_line"),
        ]
        indexes = [models.Index(fields=["case"], name="receptionrow_of")]
