"""Figures: each number is defined once, counted from records, and opens the records behind it.

An app's `figures.py` registers what it contributes. Page, report, form, export and command read the same definition, so they cannot
disagree. A base figure is a count of rows: it adds up over units and, but for a stock, over days. A rate is figures over figures;
nobody types one. What only counts what came in (`intake`) never takes a target, weight, colour or rank: `no_judgement`.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID

from django.db.models import Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, IsNull, LessThan
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.errors import Refused
from gongyi.core.search import Few, Unsought

SMALL = 10  # below so many a rate says little: pages print a warning beside it
Words = str | Promise
NOTHING_WRITTEN = gettext_lazy("没有写")
CORRECTED = gettext_lazy("发出去以后更正的")  # the group of figures of several apps


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both counted, as the wall calendar in Asia/Shanghai has them."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Refused("period", _("结束日期早于开始日期。"), _("请把两个日期对调，或改其中一个。"), status=422)

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """A calendar month."""
        return cls.months(year, month, month)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Self:
        """One of the four quarters, 1–4."""
        return cls.months(year, 3 * quarter - 2, 3 * quarter)

    @classmethod
    def year(cls, year: int) -> Self:
        """A calendar year."""
        return cls.months(year, 1, 12)

    @classmethod
    def months(cls, year: int, first: int, last: int) -> Self:
        """Whole months of one year."""
        return cls(date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    @property
    def start(self) -> datetime:
        """The moment at which the first day begins."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment at which the last day is over; not counted itself."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def whole_months(self) -> bool:
        """Whether it begins and ends with a month."""
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1

    def before(self) -> Self:
        """The period just before, as long: months for months, else days for days."""
        last = self.first - timedelta(days=1)
        if not self.whole_months:
            return type(self)(last - (self.last - self.first), last)
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        year, month = divmod(last.year * 12 + last.month - 1 - months, 12)
        return type(self)(date(year, month + 1, 1), last)

    def last_year(self) -> Self:
        """The same days a year earlier; the 29th of February becomes the 28th, the end of a month stays its end."""
        last = _year_earlier(self.last)
        if self.whole_months:
            last = last.replace(day=monthrange(last.year, last.month)[1])
        return type(self)(_year_earlier(self.first), last)

    def to_date(self) -> Self:
        """From the first of January of the last day's year to that day."""
        return type(self)(date(self.last.year, 1, 1), self.last)

    def each_month(self) -> list[Self]:
        """Its calendar months, the first and the last cut to its days."""
        found, first = [], self.first
        while first <= self.last:
            end = first.replace(day=monthrange(first.year, first.month)[1])
            found.append(type(self)(first, min(end, self.last)))
            first = end + timedelta(days=1)
        return found

    def words(self) -> str:
        """As people say it: 2026年, 2026年上半年, 2026年第三季度, 2026年5月, or the two days."""
        first, last = self.first, self.last
        if self.whole_months and first.year == last.year:
            match (first.month, last.month):
                case (1, 12):
                    return _("%(year)s年") % {"year": first.year}
                case (1, 6):
                    return _("%(year)s年上半年") % {"year": first.year}
                case (7, 12):
                    return _("%(year)s年下半年") % {"year": first.year}
                case (a, b) if (a % 3, b - a) == (1, 2):
                    names = [_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度")]
                    return _("%(year)s年%(quarter)s") % {"year": first.year, "quarter": names[a // 3]}
                case (a, b) if a == b:
                    return _("%(year)s年%(month)s月") % {"year": first.year, "month": a}
        return _("%(first)s至%(last)s") % {"first": _day(first), "last": _day(last)}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _day(day: date) -> str:
    return _("%(year)s年%(month)s月%(day)s日") % {"year": day.year, "month": day.month, "day": day.day}


@dataclass(frozen=True)
class Scope:
    """What is asked for: a county, a period, the units counted (None: all), conditions by the names of splits, records left out."""

    county: int
    period: Period
    units: frozenset[UUID] | None = None
    where: tuple[tuple[str, Any], ...] = ()
    without: frozenset[UUID] = frozenset()


Condition = Q | Callable[[Period], Q]
ALL, CASES = Q(), gettext_lazy("件")


@dataclass(frozen=True, eq=False)
class Source:
    """The rows that figures count: a county's, with `unit` as the column of the unit they count for and `at` as their moment.

    `record` leads from a row to the record that opens ('' where it is the row), `opens` says of what kind that is. `splits` names
    what rows can be told apart by, each with its column.
    A stock has no moment: it counts what is there when the period ends, by `within`. `group` heads its figures on the page of all.
    """

    rows: Callable[[int], QuerySet[Any]]
    unit: str
    at: str = ""
    within: Callable[[Period], Q] | None = None
    record: str = ""
    number: str = "number"
    opens: str = "case"
    group: Words = ""
    splits: Mapping[str, str] = field(default_factory=dict)

    def of(self, scope: Scope) -> QuerySet[Any]:
        """The rows in the scope. Raises KeyError for a split that these rows do not have."""
        period = scope.period
        inside = (
            self.within(period) if self.within else Q(**{f"{self.at}__gte": period.start, f"{self.at}__lt": period.end})
        )
        rows = self.rows(scope.county).filter(inside)
        if scope.units is not None:
            rows = rows.filter(**{f"{self.unit}__in": scope.units})
        for name, value in scope.where:
            rows = rows.filter(**{f"{self.splits[name]}__in" if isinstance(value, tuple) else self.splits[name]: value})
        return rows.exclude(**{f"{self.record or 'pk'}__in": scope.without}) if scope.without else rows


@dataclass(frozen=True)
class Figure:
    """A count of rows. `scope` says in words what is counted, `measure` in what, `law` which rule it follows, `words` what offices else call it.

    `error` marks what went wrong and was put right: counted openly with its causes, without a target. `kept` are the splits by which
    its months are stored too.
    """

    id: str
    name: Words
    scope: Words
    source: Source
    condition: Condition = ALL
    measure: Words = CASES
    intake: bool = False
    law: Words = ""
    words: tuple[str, ...] = ()
    error: bool = False
    kept: tuple[str, ...] = ()

    @property
    def stock(self) -> bool:
        """Whether it counts what is there on the last day; such a figure does not add up over days."""
        return self.source.within is not None

    def holds(self, period: Period) -> Q:
        """The condition in this period."""
        return self.condition if isinstance(self.condition, Q) else self.condition(period)


@dataclass(frozen=True)
class Rate:
    """Figures over figures, in percent. What counts above and below is the county's to change, by versions; this is what it starts with."""

    id: str
    name: Words
    scope: Words
    above: tuple[str, ...]
    below: tuple[str, ...]
    measure: Words = "%"
    law: Words = ""
    words: tuple[str, ...] = ()
    intake: bool = False
    version: int = 0


@dataclass(frozen=True)
class Value:
    """A figure in a scope: a whole number, or of a rate percent with one decimal, None where nothing stands below the line."""

    figure: Figure | Rate
    value: float | None
    above: int = 0
    below: int = 0

    @property
    def small(self) -> bool:
        """Whether the rate stands on so few that it says little."""
        return isinstance(self.figure, Rate) and self.below < SMALL

    @property
    def text(self) -> str:
        """As it is printed: 12, 98.5%, or — where there is nothing to divide by."""
        if self.value is None:
            return "—"
        return f"{self.value:.1f}%" if isinstance(self.figure, Rate) else f"{self.value:.0f}"


@dataclass(frozen=True)
class Split:
    """A way of dividing rows: what its values are called in a county, in the order in which they are shown.

    `keyed`: a value is the key of a row. `free`: besides, what was chosen or written stands for itself. `without` names those that
    have no value.
    """

    name: str
    title: Words
    values: Callable[[int], Mapping[str, Words]]
    without: Words = NOTHING_WRITTEN
    keyed: bool = False
    free: bool = False


@dataclass(frozen=True, eq=False)
class Counted:
    """A kind of record that figures count: which months have to be counted again when one of them changed.

    `moments` are the columns by which it counts; it is there from the first of them until `closed_at`. `lines` are the models that
    point to it by `parent`, its timeline first. `beside` names what else counts by it: rows and the column with their moment.
    """

    record: type[Any]
    lines: tuple[type[Any], ...]
    parent: str
    moments: tuple[str, ...]
    beside: Callable[[int, list[UUID]], list[tuple[QuerySet[Any], str]]] = lambda _county, _keys: []


_figures: dict[str, Figure | Rate] = {}
splits: dict[str, Split] = {}  # by name, in the order in which pages show them
counted_kinds: list[Counted] = []
LONG_AGO = timedelta(days=180)


def register_splits(*found: Split) -> None:
    """Add an app's ways of dividing. Raises ValueError for a name that is taken by another."""
    for one in found:
        if splits.setdefault(one.name, one) is not one:
            raise ValueError(one.name)


def register_counted(found: Counted) -> None:
    """Add a kind of record whose changes make months be counted again."""
    counted_kinds.append(found)


def there(period: Period) -> Q:
    """Recorded by then and not ended by then; a record that was reopened since counts as never ended.

    Of late, those that have not ended are few: two ranges of the index by end. Of long ago, those recorded before are fewer.
    Of a period that has not begun nobody knows.
    """
    if period.first > clock.today():
        return Q(pk__in=[])
    if clock.today() - period.last > LONG_AGO:
        return Q(recorded_at__lt=period.end) & (Q(closed_at=None) | Q(closed_at__gte=period.end))
    ends = Q(Few(IsNull(F("closed_at"), True))) | Q(Few(GreaterThanOrEqual(F("closed_at"), period.end)))
    return Q(LessThan(Unsought("recorded_at", DateTimeField()), period.end)) & ends


def left_in(step: type[Any], parent: str, state: str) -> Callable[[Period], Q]:
    """Whether the last line of a record's timeline before the period ended left it in this state."""

    def left(period: Period) -> Q:
        known = step.objects.filter(county=OuterRef("county"), at__lt=period.end)
        later = known.filter(**{parent: OuterRef(parent)}, seq__gt=OuterRef("seq")).exclude(target=state)
        return Q(Exists(known.filter(**{parent: OuterRef("pk")}, target=state).exclude(Exists(later))))

    return left


def register(*found: Figure | Rate) -> None:
    """Add an app's figures. Raises ValueError for an id that is taken by another and for a rate over figures that are not there."""
    for one in found:
        if _figures.get(one.id, one) is not one:
            raise ValueError(one.id)
        if isinstance(one, Rate) and (gone := {*one.above, *one.below} - _figures.keys()):
            raise ValueError(f"{one.id}: {sorted(gone)}")
        _figures[one.id] = one


def figures() -> list[Figure | Rate]:
    """All figures in the order in which they were registered."""
    return list(_figures.values())


def figure(key: str) -> Figure | Rate:
    """The figure with this id. Raises KeyError for an unknown one."""
    return _figures[key]


def base_figures() -> list[Figure]:
    """Those that are counted, not divided."""
    return [one for one in _figures.values() if isinstance(one, Figure)]


def no_judgement(key: str) -> str:
    """Why this figure takes no target, weight, colour or rank, up or down; '' for a figure that may.

    Fewer complaints recorded is not a success (rights.md D18, product.md part 2: targets on intake push people away).
    """
    if not figure(key).intake:
        return ""
    return _("来了多少件不是成绩，不能定目标、算分或排名；只填件数本身。")


def count(keys: Iterable[str], scope: Scope, *, rates: Mapping[str, Rate] | None = None) -> dict[str, Value]:
    """Each figure's value in the scope; one query for each source. `rates` are the county's own versions, by id."""
    asked = {key: (rates or {}).get(key) or figure(key) for key in keys}
    base = _base(asked.values())
    found: dict[str, int] = {}
    for source, group in _by_source(base).items():
        columns = {_column(one.id): Count("pk", filter=one.holds(scope.period)) for one in group}
        row = source.of(scope).aggregate(**columns)
        found |= {one.id: row[_column(one.id)] for one in group}
    return {key: value_of(one, found) for key, one in asked.items()}


def count_by(keys: Iterable[str], scope: Scope, split: str, *, beside: str = "") -> dict[Any, dict[str, int]]:
    """Base figures for each value of a split, or of `unit`: {value: {id: count}}; with a second one `beside`: {(value, value): …}. One query for each source.

    Raises KeyError for a split that the rows of a figure do not have.
    """
    found: dict[Any, dict[str, int]] = {}
    base = _base([figure(key) for key in keys])
    for source, group in _by_source(base).items():
        columns = [source.unit if each == "unit" else source.splits[each] for each in (split, beside) if each]
        counts = {_column(one.id): Count("pk", filter=one.holds(scope.period)) for one in group}
        for row in source.of(scope).order_by().values(*columns).annotate(**counts):
            values = tuple(row[column] for column in columns)
            line = found.setdefault(values if beside else values[0], dict.fromkeys((one.id for one in base), 0))
            line |= {one.id: row[_column(one.id)] for one in group}
    return found


def rows_of(key: str, scope: Scope) -> QuerySet[Any]:
    """The rows that a base figure counts: as many as it says. Who may open which is the caller's question.

    Raises KeyError for an unknown id, and for a rate, which has the rows of the figures that it is made of.
    """
    one = figure(key)
    if isinstance(one, Rate):
        raise KeyError(key)
    return one.source.of(scope).filter(one.holds(scope.period))


def begins(key: str, county: int) -> date | None:
    """The first day of which the county holds anything that figures of this subject count; None where it holds nothing."""
    subject = key.partition(".")[0]
    dated = (one.source for one in base_figures() if one.id.startswith(f"{subject}.") and one.source.at)
    source = next(dated)
    rows = source.rows(county).filter(**{f"{source.at}__isnull": False}).order_by(source.at)
    first: datetime | date | None = rows.values_list(source.at, flat=True).first()
    return timezone.localtime(first).date() if isinstance(first, datetime) else first


def value_of(one: Figure | Rate, counted: Mapping[str, int]) -> Value:
    """A figure out of counted base figures."""
    if isinstance(one, Figure):
        return Value(one, counted[one.id])
    above, below = sum(counted[key] for key in one.above), sum(counted[key] for key in one.below)
    # Half up, as people and their spreadsheets round: 1 of 16 is 6.3, where floating point says 6.2.
    return Value(one, (2000 * above + below) // (2 * below) / 10 if below else None, above, below)


def _base(asked: Iterable[Figure | Rate]) -> list[Figure]:
    """The base figures that these need, each once."""
    keys = [key for one in asked for key in ([one.id] if isinstance(one, Figure) else [*one.above, *one.below])]
    found = [figure(key) for key in dict.fromkeys(keys)]
    return [one for one in found if isinstance(one, Figure)]


def _by_source(group: Iterable[Figure]) -> dict[Source, list[Figure]]:
    found: dict[Source, list[Figure]] = {}
    for one in group:
        found.setdefault(one.source, []).append(one)
    return found


def _column(key: str) -> str:
    return key.replace(".", "_")
