"""Figures as they were counted, one row for each unit and month: what pages of many months, provinces and the country read.

The unit is the one that the records count for by themselves (the `unit` of a figure's source); which units make up another one is
asked of the tree of the time, so that a unit that moves changes no row.
"""

from django.db import models

from gongyi.core.county import CountyModel
from gongyi.network.models import Unit


def _number() -> "models.IntegerField[int, int]":
    return models.IntegerField(default=0)


def column(key: str) -> str:
    """The column of a figure."""
    return key.replace(".", "_")


class MonthlyRow(CountyModel):
    """What a unit's own records of a month count, a column for each base figure; of a stock what was there when the month ended.

    No row is zeros. A stock is never added up over months.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    cases_received = _number()
    cases_assigned = _number()
    cases_signed = _number()
    cases_signed_in_time = _number()
    cases_contacted = _number()
    cases_contacted_in_time = _number()
    cases_closed = _number()
    cases_closed_in_time = _number()
    cases_answered_in_time = _number()
    cases_solved = _number()
    cases_partly = _number()
    cases_explained = _number()
    cases_declined = _number()
    cases_withdrawn = _number()
    cases_merged = _number()
    cases_other_end = _number()
    cases_one_visit = _number()
    cases_one_visit_known = _number()
    cases_very = _number()
    cases_good = _number()
    cases_fair = _number()
    cases_bad = _number()
    cases_rated = _number()
    cases_unrated = _number()
    cases_closed_called = _number()
    cases_called = _number()
    cases_reached = _number()
    cases_unreached = _number()
    cases_call_solved = _number()
    cases_reopened = _number()
    cases_parked = _number()
    cases_extended = _number()
    cases_returned = _number()
    cases_amended = _number()
    cases_reception_days = _number()
    cases_open = _number()
    cases_overdue = _number()
    cases_parked_there = _number()
    reports_corrected = _number()
    promises_due = _number()
    promises_kept = _number()
    promises_late = _number()
    promises_broken = _number()
    promises_withdrawn = _number()
    promises_moved = _number()
    proposals_received = _number()
    proposals_filed = _number()
    proposals_not_filed = _number()
    proposals_passed_on = _number()
    proposals_merged = _number()
    proposals_withdrawn = _number()
    proposals_assigned = _number()
    proposals_assigned_answered = _number()
    proposals_answered = _number()
    proposals_answered_in_time = _number()
    proposals_met = _number()
    proposals_unrated = _number()
    proposals_rated = _number()
    proposals_satisfied = _number()
    proposals_fair = _number()
    proposals_bad = _number()
    proposals_manner_good = _number()
    proposals_open = _number()
    proposals_overdue = _number()
    proposals_following = _number()
    proposals_followed_up = _number()
    proposals_extended = _number()
    proposals_redone = _number()
    proposals_returned = _number()
    proposals_promises_due = _number()
    proposals_promises_kept = _number()
    proposals_promises_late = _number()
    proposals_promises_broken = _number()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "month", "unit"], name="monthlyrow_one")]


class MonthlySplit(CountyModel):
    """The same of one figure for each value of a split, such as what came in by telephone; the value is '' where there is none."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    figure = models.CharField(max_length=40)
    split = models.CharField(max_length=12)
    value = models.CharField(max_length=36, blank=True)
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "month", "figure", "split", "unit", "value"], name="monthlysplit_one"
            )
        ]


class MonthlyCount(CountyModel):
    """When a county's month was last counted."""

    month = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "month"], name="monthlycount_one")]


class MonthlyChange(CountyModel):
    """A figure of a month that was over came out otherwise when it was counted again: a record came late or was changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    figure = models.CharField(max_length=40)
    old = models.IntegerField()
    new = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["county", "-at", "-id"], name="monthlychange_list")]
