"""Reads of ledgers: which columns there are, which rows a ledger of a period holds for a person, and how many there are for everybody."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import reduce
from operator import or_
from urllib.parse import parse_qsl
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from gongyi.core import figures, lists
from gongyi.core.access import Actor
from gongyi.core.figures import Figure, Period
from gongyi.core.lists import Asked, Cell, Cells, Found, Kind, Moment, Words, told
from gongyi.network.models import Unit
from gongyi.reports.models import Ledger, LedgerRun, LedgerSheet
from gongyi.reports.queries.behind import openable, record_of
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.splitting import where_of
from gongyi.reports.rules.figures import may_see_figures

MOST = 10_000  # rows of one ledger
AT_ONCE = 200  # more are written by the worker, so that no page waits
FILED_AT_ONCE = 1000  # rows that are frozen already and only have to be put into a file
SHOWN = 20
BLANK = ("blank", "blank2", "blank3")  # to be written in by hand
KNOWN_BY = ("number", "code")  # columns by which a row is the same one later
COUNTED = "error"  # a list that is made of figures, as a ledger of a figure is
Pair = tuple[UUID, Moment]
Line = tuple[str, ...]


def columns(kind: Kind) -> dict[str, Words]:
    """Every column that a ledger of the list may have, with the product's own heading. Names of askers, phones and addresses are none of them."""
    own: dict[str, Words] = {"serial": _("序号"), "at": _("计入的时间")}
    return own | dict(kind.columns()) | dict(zip(BLANK, (_("备注"), _("备注二"), _("备注三")), strict=True))


def first_columns(kind: Kind) -> tuple[str, ...]:
    """Those with which a new ledger of the list begins."""
    return ("serial", *kind.start, BLANK[0])


def figures_listed(kind: Kind) -> list[Figure]:
    """The figures whose rows a ledger of the list may hold: those that count records of its kind."""
    return [one for one in figures.base_figures() if one.source.opens == kind.name and kind.opened]


def conditions_of(figure: str) -> list[str]:
    """What of an address goes with a figure."""
    return [*figures.splits, "alone"] if figure else []


def kinds_for(by: Actor) -> list[Kind]:
    """The lists of which this person may keep ledgers."""
    return [kind for kind in lists.kinds() if by.can(kind.permission)]


def kind_named(by: Actor, name: str) -> Kind:
    """One of them. Raises Http404 for any other."""
    found = next((kind for kind in kinds_for(by) if kind.name == name), None)
    if found is None:
        raise Http404
    return found


def kind_of(ledger: Ledger | LedgerSheet) -> Kind:
    """The list that it holds. Raises Http404 for one that is no more."""
    try:
        return lists.kind(ledger.kind)
    except KeyError:
        raise Http404 from None


def _theirs(by: Actor) -> Q:
    """Ledgers of lists that this person may read in the ledger's unit."""
    return reduce(or_, (Q(kind=kind.name, unit__in=by.units(kind.permission)) for kind in lists.kinds()), Q(pk__in=[]))


def ledgers_of(by: Actor) -> QuerySet[Ledger]:
    """The ledgers of the units where this person may read the list."""
    rows = Ledger.objects.filter(_theirs(by), county=by.county, removed_at=None)
    return rows.select_related("unit").order_by("unit__path", "kind", "name")


def fetch_ledger(by: Actor, key: UUID) -> Ledger:
    """One of them. Raises Http404 for any other, and where it counts what is not the person's to see."""
    found = ledgers_of(by).filter(id=key).first()
    if found is None or not _may_count(by, found):
        raise Http404
    return found


def _may_count(by: Actor, ledger: Ledger) -> bool:
    """A ledger of a figure says how many there are for everybody."""
    return not (ledger.figure or ledger.kind == COUNTED) or may_see_figures(by, ledger.unit)


def fetch_any(by: Actor, key: UUID) -> Ledger:
    """A ledger of one's units, also one that was taken from the list. Raises Http404 for any other."""
    found = Ledger.objects.filter(_theirs(by), county=by.county, id=key).select_related("unit").first()
    if found is None:
        raise Http404
    return found


def sheets_of(ledger: Ledger) -> QuerySet[LedgerSheet]:
    """What was frozen of it, the newest period first."""
    return ledger.sheets.order_by("-last", "-first", "-edition")


def fetch_sheet(by: Actor, key: UUID) -> LedgerSheet:
    """A frozen ledger of a unit where this person may read the list. Raises Http404 for any other."""
    found = (
        LedgerSheet.objects.filter(_theirs(by), county=by.county, id=key).select_related("ledger__unit", "unit").first()
    )
    if found is None:
        raise Http404
    return found


def figure_of(ledger: Ledger) -> Figure | None:
    """The figure whose rows it lists; None for a list by itself. Raises Http404 for one that is no more."""
    if not ledger.figure:
        return None
    try:
        found = figures.figure(ledger.figure)
    except KeyError:
        raise Http404 from None
    if not isinstance(found, Figure):
        raise Http404
    return found


def asked_of(ledger: Ledger, period: Period) -> Asked:
    """What a ledger without a figure asks of its list."""
    kind, query = kind_of(ledger), dict(parse_qsl(ledger.query))
    return Asked(ledger.unit, period, {name: query[name] for name in kind.filters if query.get(name)}, MOST)


def rows_in(by: Actor, ledger: Ledger, period: Period) -> Found:
    """The rows of the ledger in a period: those that the figure, or the list with the same filter, counts."""
    one = figure_of(ledger)
    return _of_figure(by, ledger, one, period) if one else kind_of(ledger).rows(by, asked_of(ledger, period))


def _of_figure(by: Actor, ledger: Ledger, one: Figure, period: Period) -> Found:
    query = dict(parse_qsl(ledger.query))
    where, _words = where_of(ledger.county, one, query)
    scope = scope_of(ledger.unit, period, where=where, alone=bool(query.get("alone")))
    pairs = list(openable(by, one, scope).values_list(record_of(one.source), one.source.at or "recorded_at"))
    return Found(pairs, figures.rows_of(one.id, scope).count())


def words_of(by: Actor, ledger: Ledger) -> str:
    """What it lists, in words."""
    one = figure_of(ledger)
    if one is None:
        return _("、").join([_("%(list)s清单") % {"list": kind_of(ledger).label}, *_filter_words(by, ledger)])
    _where, words = where_of(ledger.county, one, dict(parse_qsl(ledger.query)))
    parts = [str(one.name), *(named for _split, named in words)]
    return _("、").join(parts) + (_("，只算本单位自己的") if "alone=" in ledger.query else "")


def _filter_words(by: Actor, ledger: Ledger) -> list[str]:
    """The conditions of a list."""
    query = dict(parse_qsl(ledger.query))
    asked = [(one, query[name]) for name, one in kind_of(ledger).filters.items() if query.get(name)]
    return [str(dict(one.choices(by)).get(value, _("选定的"))) for one, value in asked]


def lines(by: Actor, ledger: Ledger, period: Period, pairs: Sequence[Pair], *, first: int = 1) -> list[list[Cell]]:
    """The cells of these rows in the ledger's columns, numbered from `first`."""
    known = kind_of(ledger).cells(by, [key for key, _at in pairs], asked_of(ledger, period))
    chosen = [key for key, _heading in ledger.chosen]
    found = []
    for serial, (key, at) in enumerate(pairs, start=first):
        row: Cells = {**known.get(key, {}), "serial": serial, "at": told(at)}
        found.append([row.get(name, "") for name in chosen])
    return found


def all_lines(
    by: Actor,
    ledger: Ledger,
    period: Period,
    pairs: Sequence[Pair],
    told_done: Callable[[int], object] = lambda _done: None,
) -> list[list[Cell]]:
    """The cells of all rows in Chinese, so that whoever compares or verifies them finds the same words; after each lot `told_done`
    hears how many there are.
    """
    found: list[list[Cell]] = []
    with translation.override("zh-hans"):
        for start in range(0, len(pairs), AT_ONCE):
            found += lines(by, ledger, period, pairs[start : start + AT_ONCE], first=start + 1)
            told_done(len(found))
    return found


def told_of(unit: Unit, period: Period, day: str, number: str, state: str) -> str:
    """The line that tells unit, period, day and the file's number."""
    said = {"unit": unit.name, "period": period.words(), "day": day, "number": number, "state": state}
    return _("%(unit)s　%(period)s　制表%(day)s　编号%(number)s（%(state)s）") % said


def foot_words(kind: Kind, number: int, elsewhere: int) -> str:
    """How many, and how many of them stand with other units."""
    said = {"n": number, "measure": kind.measure, "elsewhere": elsewhere}
    rest = _("，其中 %(elsewhere)d %(measure)s在别的单位手里，只计数，不列内容") % said
    return _("合计 %(n)d %(measure)s") % said + (rest if elsewhere else "")


def may_take(by: Actor, sheet: LedgerSheet) -> bool:
    """Whether this person may open every record of a frozen ledger now."""
    return may_open(by, kind_of(sheet), {UUID(line) for line in sheet.records.split()})


def may_open(by: Actor, kind: Kind, keys: Collection[UUID]) -> bool:
    """Whether this person may open every one of these records now."""
    return kind.still(by, keys) == set(keys)


def changed_since(by: Actor, sheet: LedgerSheet, told_done: Callable[[int], object] = lambda _done: None) -> list[str]:
    """How the records differ from a frozen ledger, in words; one line for each row that would be otherwise today, at most twenty."""
    ledger = sheet.ledger
    found = rows_in(by, ledger, sheet.period)
    frozen_headings, *frozen = sheet.table()
    if [heading for _key, heading in ledger.chosen] != frozen_headings:
        return [_("台账的列改过了，和定下来的不一样。")]
    return differences(ledger, frozen, all_lines(by, ledger, sheet.period, found.pairs[:MOST], told_done))


def differences(ledger: Ledger, frozen: list[list[Cell]], today: list[list[Cell]]) -> list[str]:
    """What differs, the first of each: of a row that is known by its number the cells, else which row is gone and which is new."""
    before, now = _comparable(frozen, ledger), _comparable(today, ledger)
    gone, new = [row for row in before if row not in set(now)], [row for row in now if row not in set(before)]
    heads = [(key, heading) for key, heading in ledger.chosen if key != "serial"]
    at = next((place for place, (key, _heading) in enumerate(heads) if key in KNOWN_BY), None)
    told, pairs = list[str](), _pairs(gone, new, at)
    for old, fresh in pairs:
        cells = [f"{head[1]}：{a or '—'} → {b or '—'}" for head, a, b in zip(heads, old, fresh, strict=True) if a != b]
        told.append(f"{old[at or 0]}　{'；'.join(cells)}"[:200])
    left, added = (
        [row for row in gone if row not in {old for old, _new in pairs}],
        [row for row in new if row not in {one for _old, one in pairs}],
    )
    told = told[:SHOWN] + [_("原来有：%(row)s") % {"row": _short(row)} for row in left[:SHOWN]]
    return told + [_("现在多了：%(row)s") % {"row": _short(row)} for row in added[:SHOWN]]


def _pairs(gone: list[Line], new: list[Line], at: int | None) -> list[tuple[Line, Line]]:
    """The rows of one number before and now, where only one of each bears it."""
    if at is None:
        return []
    old, fresh = Counter(row[at] for row in gone), Counter(row[at] for row in new)
    now = {row[at]: row for row in new if fresh[row[at]] == 1}
    return [(row, now[row[at]]) for row in gone if row[at] and old[row[at]] == 1 and row[at] in now]


def _comparable(rows: list[list[Cell]], ledger: Ledger) -> list[tuple[str, ...]]:
    """Rows without their serial number, which moves with every row before."""
    keep = [at for at, (key, _heading) in enumerate(ledger.chosen) if key != "serial"]
    return [tuple(str(row[at]) for at in keep) for row in rows]


def _short(row: tuple[str, ...]) -> str:
    return " ".join(cell for cell in row if cell)[:60]


def next_edition(ledger: Ledger, period: Period) -> int:
    """1 for the first freezing of a period, n+1 for its correction n."""
    rows = LedgerSheet.objects.filter(Q(first=period.first, last=period.last), county=ledger.county, ledger=ledger)
    return max(rows.values_list("edition", flat=True), default=0) + 1


# --- what the worker makes --------------------------------------------------------------------------------------------


def runs_of(by: Actor) -> QuerySet[LedgerRun]:
    """What this person asked the worker for, the newest first."""
    rows = LedgerRun.objects.filter(county=by.county, account=by.key).select_related(
        "ledger__unit", "sheet__unit", "sheet__ledger"
    )
    return rows.order_by("-asked_at", "-id")


def fetch_run(by: Actor, key: UUID) -> LedgerRun:
    """One of them. Raises Http404 for any other."""
    found = runs_of(by).filter(id=key).first()
    if found is None:
        raise Http404
    return found


def runs_waiting(by: Actor, ledger: Ledger) -> list[LedgerRun]:
    """Those of a ledger that are not made yet, and files that wait to be taken."""
    there = Q(ready_at=None) | Q(what=LedgerRun.What.TAKE)
    return list(runs_of(by).filter(there, ledger=ledger, gone_at=None))


def compared_last(by: Actor, sheet: LedgerSheet) -> LedgerRun | None:
    """The comparison of a frozen ledger that this person asked for last and that is still there."""
    return runs_of(by).filter(sheet=sheet, what=LedgerRun.What.COMPARE, gone_at=None).first()
