"""Counting the months: what changed since the last time, what was never counted, and in turn the month that was counted longest ago."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from gongyi.core import clock, figures, schedule
from gongyi.core.figures import Counted, Period, Scope, counted_kinds
from gongyi.core.models import AuditDetail, ImportRun
from gongyi.promises.models import DateChange, Promise, PromiseStep
from gongyi.reports.models import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, ReportVersion, column
from gongyi.reports.queries.monthly import is_stock, stored_figures

OVERLAP = timedelta(
    minutes=10
)  # so long may a transaction have been open whose rows are older than when they could be seen
BATCH = 1000


def count_months(county: int) -> int:
    """Count the months in which something changed since the last time, those never counted, and the one counted longest ago.

    One transaction for each month, the newest last: a run that is cut off begins where it was. Returns how many were counted.
    """
    began = clock.now()
    this, counted = _month(clock.today()), _counted(county)
    wanted = _wanted(county, this, counted)
    done = 0
    for month in sorted(wanted):
        if schedule.stopping():
            break
        count_month(county, month, at=began)
        done += 1
    return done


def _wanted(county: int, this: date, counted: dict[date, datetime]) -> set[date]:
    """The months to count; always this one, and those that were going on when they were last counted.

    The newest is counted last, so that its moment is that of the last run which came to its end.
    """
    every = set(_months(_first(county, this), this)) | counted.keys()
    if not counted:
        return every
    since = counted[max(counted)] - OVERLAP
    if ImportRun.objects.filter(county=county, ended_at__gte=since).exists():
        return every  # rows that came or went together, of whatever time
    going_on = {month for month, at in counted.items() if at < Period.month(month.year, month.month).end}
    longest_ago = min(counted, key=lambda month: (counted[month], month))
    return {this, longest_ago} | going_on | (every - counted.keys()) | (_changed(county, since) & every)


def _counted(county: int) -> dict[date, datetime]:
    return dict(MonthlyCount.objects.filter(county=county).values_list("month", "at"))


def _first(county: int, this: date) -> date:
    corrected = ReportVersion.objects.filter(county=county, number__gt=1).aggregate(first=Min("signed_at"))["first"]
    rows = (kind.record.objects.filter(county=county).aggregate(first=Min(kind.moments[0])) for kind in counted_kinds)
    return min((_month_of(at) for at in (corrected, *(row["first"] for row in rows)) if at), default=this)


def _month(day: date) -> date:
    return day.replace(day=1)


def _month_of(at: datetime) -> date:
    return _month(timezone.localtime(at).date())


def _months(first: date, last: date) -> list[date]:
    return [month.first for month in Period(first, last).each_month()]


def _changed(county: int, since: datetime) -> set[date]:
    """The months that hold a moment of a record that was made or changed since, or held one, or of what counts by it; and those at
    whose end it was there.
    """
    found = _left(county, since) | _changed_promises(county, since)
    for kind in counted_kinds:
        touched = [*_touched(kind, county, since)]
        for start in range(0, len(touched), BATCH):
            found |= _months_around(kind, county, touched[start : start + BATCH])
    return found


def _months_around(kind: Counted, county: int, keys: list[UUID]) -> set[date]:
    found, today = set[date](), clock.today()
    rows = kind.record.objects.filter(county=county, id__in=keys)
    for moment in kind.moments:
        found |= _months_of(rows, moment)
    spans = {(_month_of(at), _month_of(until) if until else _month(today)) for at, until in rows.values_list(kind.moments[0], "closed_at")}  # fmt: skip
    for first, last in spans:
        found |= set(_months(first, last)) if first <= last else set()
    lines = kind.lines[0].objects.filter(county=county, **{f"{kind.parent}__in": keys})
    for more, moment in [(lines, "at"), *kind.beside(county, keys)]:
        found |= _months_of(more, moment)
    return found


def _changed_promises(county: int, since: datetime) -> set[date]:
    """The months in which a promise that was made or changed since falls due or ended, or in which its day was changed."""
    steps = PromiseStep.objects.filter(county=county, id__gte=_first_key(since)).values("promise")
    rows = Promise.objects.filter(county=county, id__in=steps)
    found = {_month(day) for pair in rows.values_list("due", "ended_on") for day in pair if day}
    changes = DateChange.objects.filter(county=county, promise__in=steps)
    return found | {_month(day) for day in changes.values_list("old", flat=True)} | _months_of(changes, "at")


def _touched(kind: Counted, county: int, since: datetime) -> set[UUID]:
    """The records of a kind that got a line of their timeline, or were made, since."""
    key = _first_key(since)
    found = set(kind.record.objects.filter(county=county, id__gte=key).values_list("id", flat=True))
    for line in kind.lines:
        found |= set(line.objects.filter(county=county, id__gte=key).values_list(kind.parent, flat=True))
    return found


def _left(county: int, since: datetime) -> set[date]:
    """The months from which a record went since, and those after: it is there again when they end. The old value of a moment stands
    beside the audit row of its change.
    """
    moments = {name for kind in counted_kinds for name in kind.moments}
    details = AuditDetail.objects.filter(county=county, id__gte=_first_key(since), field__in=moments)
    olds = details.exclude(old="None").values_list("old", flat=True)
    firsts = {_month_of(datetime.fromisoformat(old)) for old in olds if old}
    return set(_months(min(firsts), max(*firsts, _month(clock.today())))) if firsts else set()


def _first_key(since: datetime) -> UUID:
    """Below every key made since: a key begins with the moment at which it was made."""
    return UUID(int=int(since.timestamp() * 1000) << 80)


def _months_of(rows: QuerySet[Any], moment: str) -> set[date]:
    days = rows.exclude(**{moment: None}).annotate(counted_in=TruncMonth(moment)).order_by()
    return {date(at.year, at.month, 1) for at in days.values_list("counted_in", flat=True).distinct()}


@transaction.atomic
def count_month(county: int, month: date, *, at: datetime) -> None:
    """Count one month of a county and keep what came out; what differs in a month that was counted after its end is noted."""
    scope = Scope(county, Period.month(month.year, month.month))
    last = MonthlyCount.objects.filter(county=county, month=month).first()
    changes = _keep_rows(scope, at)
    _keep_splits(scope)
    if last is None:
        MonthlyCount(county=county, month=month, at=at).save()
        return
    if last.at >= scope.period.end:
        MonthlyChange.objects.bulk_create(_worth_noting(changes), BATCH)
    MonthlyCount.objects.filter(county=county, id=last.id).update(at=at)


def _worth_noting(changes: list[MonthlyChange]) -> list[MonthlyChange]:
    """Of what is in hand only what came or went: that it was given to another unit since is no change of the month."""
    moved = Counter[str]()
    for one in changes:
        moved[one.figure] += one.new - one.old
    return [one for one in changes if moved[one.figure] or not is_stock(one.figure)]


def _keep_rows(scope: Scope, at: datetime) -> list[MonthlyChange]:
    """Replace the rows of units whose figures differ; returns each difference."""
    county, month = scope.county, scope.period.first
    keys = [one.id for one in stored_figures()]
    live = {unit: numbers for unit, numbers in figures.count_by(keys, scope, "unit").items() if any(numbers.values())}
    old = {row.unit_id: row for row in MonthlyRow.objects.filter(county=county, month=month)}
    none = dict.fromkeys(keys, 0)
    changes, fresh, gone = [], [], []
    for unit in live.keys() | old.keys():
        now = live.get(unit, none)
        was = {key: getattr(old[unit], column(key)) for key in keys} if unit in old else none
        differs = [key for key in keys if now[key] != was[key]]
        changes += [
            MonthlyChange(county=county, unit_id=unit, month=month, figure=key, old=was[key], new=now[key], at=at)
            for key in differs
        ]
        if differs and unit in old:
            gone.append(old[unit].id)
        if differs and unit in live:
            numbers = {column(key): number for key, number in now.items()}
            fresh.append(MonthlyRow(county=county, unit_id=unit, month=month, **numbers))
    MonthlyRow.objects.filter(county=county, id__in=gone).delete()
    MonthlyRow.objects.bulk_create(fresh, BATCH)
    return changes


def _keep_splits(scope: Scope) -> None:
    """Replace the month's splits that differ."""
    county, month = scope.county, scope.period.first
    live: dict[tuple[str, str, UUID, str], int] = {}
    for one in stored_figures():
        for split in one.kept:
            rows_of = figures.rows_of(one.id, scope).order_by()
            columns = (one.source.unit, one.source.splits[split])
            for unit, value, number in rows_of.values_list(*columns).annotate(n=Count("pk")):
                live[one.id, split, unit, "" if value is None else str(value)] = number
    rows = MonthlySplit.objects.filter(county=county, month=month)
    old = {(row.figure, row.split, row.unit_id, row.value): row for row in rows}
    gone = [row.id for key, row in old.items() if live.get(key) != row.number]
    MonthlySplit.objects.filter(county=county, id__in=gone).delete()
    fresh = [key for key, number in live.items() if key not in old or old[key].number != number]
    MonthlySplit.objects.bulk_create(
        [
            MonthlySplit(county=county, month=month, figure=figure, split=split, unit_id=unit, value=value, number=live[figure, split, unit, value])
            for figure, split, unit, value in fresh
        ],
        BATCH,
    )  # fmt: skip
