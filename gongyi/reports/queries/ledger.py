"""Reads of ledgers: which columns there are, which rows a ledger of a period holds for a person, and how many there are for everybody."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import parse_qsl
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.casework.models import Case
from gongyi.casework.queries import count, list_keys
from gongyi.casework.queries.exports import cells, headers, still_visible
from gongyi.casework.queries.lists import Wanted, wanted_of
from gongyi.casework.workflow import STATES
from gongyi.core import figures
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Period
from gongyi.network.models import Unit
from gongyi.reports.models import Ledger, LedgerSheet
from gongyi.reports.queries.behind import openable, record_of
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.splitting import names_of, where_of
from gongyi.reports.rules.figures import may_see_figures

MOST = 3000  # rows of one ledger
SHOWN = 20
Cell = str | int
# The columns of an exported list, in its order.
FIELDS = (
    "number", "external_no", "title", "type", "topic", "area", "channel", "urgency", "state", "turn", "turn_due", "unit", "lead",
    "recorded_at", "assigned_at", "signed_at", "contacted_at", "resident_due", "answered_at", "closed_at", "outcome", "call_result",
    "rating", "returns", "redos", "content", "answer",
)  # fmt: skip
OF_LISTS = ("state", "type", "topic", "unit")
BLANK = ("blank", "blank2", "blank3")  # to be written in by hand
FIRST = ("serial", "number", "title", "type", "unit", "recorded_at", "lead", "state", "closed_at", "outcome", "blank")


def columns() -> dict[str, str]:
    """Every column that a ledger may have, with the product's own heading. Names, phones and addresses are none of them."""
    own = {"serial": _("序号"), "at": _("计入的时间")} | dict(zip(FIELDS, headers(), strict=True))
    return own | dict(zip(BLANK, (_("备注"), _("备注二"), _("备注三")), strict=True))


def figures_listed() -> list[Figure]:
    """The figures whose rows a ledger may list: those of cases."""
    return [one for one in figures.base_figures() if one.source.opens == "case"]


def ledgers_of(by: Actor) -> QuerySet[Ledger]:
    """The ledgers of the units where this person may view cases."""
    rows = Ledger.objects.filter(county=by.county, unit__in=by.units(P.CASE_VIEW), removed_at=None)
    return rows.select_related("unit").order_by("unit__path", "name")


def fetch_ledger(by: Actor, key: UUID) -> Ledger:
    """One of them. Raises Http404 for any other, and where the unit's figures are not the person's to see."""
    found = ledgers_of(by).filter(id=key).first()
    if found is None or not may_see_figures(by, found.unit):
        raise Http404
    return found


def fetch_any(by: Actor, key: UUID) -> Ledger:
    """A ledger of one's units, also one that was taken from the list. Raises Http404 for any other."""
    rows = Ledger.objects.filter(county=by.county, unit__in=by.units(P.CASE_VIEW))
    found = rows.filter(id=key).select_related("unit").first()
    if found is None:
        raise Http404
    return found


def sheets_of(ledger: Ledger) -> QuerySet[LedgerSheet]:
    """What was frozen of it, the newest period first."""
    return ledger.sheets.order_by("-last", "-first", "-edition")


def fetch_sheet(by: Actor, key: UUID) -> LedgerSheet:
    """A frozen ledger of a unit where this person may view cases. Raises Http404 for any other."""
    rows = LedgerSheet.objects.filter(county=by.county, unit__in=by.units(P.CASE_VIEW))
    found = rows.filter(id=key).select_related("ledger", "unit").first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Found:
    """What a ledger holds: each case with the moment for which it stands there, the oldest first, as far as the person may open
    them; `number` is how many there are for everybody.
    """

    pairs: list[tuple[UUID, datetime | None]]
    number: int

    @property
    def elsewhere(self) -> int:
        """Rows that stand with other units: counted, not shown (P5)."""
        return self.number - len(self.pairs)


def figure_of(ledger: Ledger) -> Figure | None:
    """The figure whose rows it lists; None for a list of cases. Raises Http404 for one that is no more."""
    if not ledger.figure:
        return None
    try:
        found = figures.figure(ledger.figure)
    except KeyError:
        raise Http404 from None
    if not isinstance(found, Figure):
        raise Http404
    return found


def rows_in(by: Actor, ledger: Ledger, period: Period) -> Found:
    """The rows of the ledger in a period: those that the figure, or the list of cases with the same filter, counts."""
    one = figure_of(ledger)
    return _of_figure(by, ledger, one, period) if one else _of_list(by, ledger, period)


def _of_figure(by: Actor, ledger: Ledger, one: Figure, period: Period) -> Found:
    query = dict(parse_qsl(ledger.query))
    where, _words = where_of(ledger.county, one, query)
    scope = scope_of(ledger.unit, period, where=where, alone=bool(query.get("alone")))
    pairs = list(openable(by, one, scope).values_list(record_of(one.source), one.source.at or "recorded_at"))
    return Found(pairs, figures.rows_of(one.id, scope).count())


def _of_list(by: Actor, ledger: Ledger, period: Period) -> Found:
    wanted = list_filter(ledger, period)
    keys = list_keys(by, wanted, 10 * MOST)[::-1]
    moments = dict(Case.objects.filter(county=by.county, id__in=keys[:MOST]).values_list("id", "recorded_at"))
    return Found([(key, moments.get(key)) for key in keys], count(by, wanted, exact=True))


def list_filter(ledger: Ledger, period: Period) -> Wanted:
    """The list of cases that a ledger without a figure holds: its filter, its unit, recorded in the period."""
    wanted = wanted_of(dict(parse_qsl(ledger.query)))
    return replace(wanted, unit=wanted.unit or ledger.unit_id, since=period.first, until=period.last, text="")


def words_of(ledger: Ledger) -> str:
    """What it lists, in words."""
    one = figure_of(ledger)
    if one is None:
        return _("、").join([_("办件清单"), *_filter_words(ledger)])
    _where, words = where_of(ledger.county, one, dict(parse_qsl(ledger.query)))
    parts = [str(one.name), *(named for _split, named in words)]
    return _("、").join(parts) + (_("，只算本单位自己的") if "alone=" in ledger.query else "")


def _filter_words(ledger: Ledger) -> list[str]:
    """The conditions of a list of cases."""
    query = dict(parse_qsl(ledger.query))
    names = {split: names_of(ledger.county, split) for split in ("type", "topic") if query.get(split)}
    states = {name: str(state.label) for name, state in STATES.items()}
    names |= {"state": states, "unit": {str(ledger.unit_id): ledger.unit.name}}
    return [names[name].get(query[name], _("选定的")) for name in OF_LISTS if query.get(name)]


def lines(by: Actor, ledger: Ledger, pairs: list[tuple[UUID, datetime | None]]) -> list[list[Cell]]:
    """The cells of these rows in the ledger's columns; names, numbers and houses in texts are hidden as in every export."""
    keys = list(dict.fromkeys(case for case, _at in pairs))
    numbers = dict(Case.objects.filter(county=by.county, id__in=keys).values_list("id", "number"))
    known = {str(row[0]): dict(zip(FIELDS, row, strict=True)) for row in cells(by, keys)}
    chosen = [key for key, _heading in ledger.chosen]
    found = []
    for serial, (case, at) in enumerate(pairs, start=1):
        row: dict[str, Cell] = known.get(numbers.get(case, ""), {})
        row |= {"serial": serial, "at": f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""}
        found.append([row.get(key, "") for key in chosen])
    return found


def told_of(unit: Unit, period: Period, day: date, number: str, state: str) -> str:
    """The line that tells unit, period, day and the file's number."""
    told = {"unit": unit.name, "period": period.words(), "day": day.isoformat(), "number": number, "state": state}
    return _("%(unit)s　%(period)s　制表%(day)s　编号%(number)s（%(state)s）") % told


def foot_words(number: int, elsewhere: int) -> str:
    """How many, and how many of them stand with other units."""
    all_ = ngettext("合计 %(n)d 件", "合计 %(n)d 件", number) % {"n": number}
    rest = _("，其中 %(n)d 件在别的单位手里，只计数，不列内容") % {"n": elsewhere}
    return all_ + (rest if elsewhere else "")


def may_take(by: Actor, sheet: LedgerSheet) -> bool:
    """Whether this person may open every case of a frozen ledger now."""
    keys = list(dict.fromkeys(UUID(line) for line in sheet.cases.split()))
    return still_visible(by, keys)


def changed_since(by: Actor, sheet: LedgerSheet) -> list[str]:
    """How the records differ from a frozen ledger, in words; one line for each row that would be otherwise today, at most twenty."""
    ledger = sheet.ledger
    found = rows_in(by, ledger, sheet.period)
    frozen_headings, *frozen = sheet.table()
    now = _comparable(lines(by, ledger, found.pairs[:MOST]), ledger)
    if [heading for _key, heading in ledger.chosen] != frozen_headings:
        return [_("台账的列改过了，和定下来的不一样。")]
    before = _comparable(frozen, ledger)
    gone = [row for row in before if row not in now]
    new = [row for row in now if row not in before]
    told = [_("原来有：%(row)s") % {"row": _short(row)} for row in gone[:SHOWN]]
    return told + [_("现在是：%(row)s") % {"row": _short(row)} for row in new[:SHOWN]]


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
