"""Reads of figures: which units a question covers, each figure with the numbers of its records, the stored months."""

from gongyi.reports.queries.behind import Behind, as_export, behind, openable
from gongyi.reports.queries.board import ANSWERED, LINES, Board, dashboard
from gongyi.reports.queries.comparing import Compared, Line, compared, elapsed, periods_beside
from gongyi.reports.queries.counting import as_facts, numbers_of, parts, scope_of, tree_for, values
from gongyi.reports.queries.few import FEWEST, LESS, told, told_by, told_by_unit, works_in
from gongyi.reports.queries.monthly import changes_seen
from gongyi.reports.queries.rates import Reviewed, rates_for, reviewed
from gongyi.reports.queries.rollup import Rollup, by_province, rolled_up, rollup
from gongyi.reports.queries.splitting import CAUSE_SPLITS, Part, asked_splits, parts_by, parts_by_unit, where_of
from gongyi.reports.queries.units import above, fetch_unit

__all__ = [
    "ANSWERED",
    "CAUSE_SPLITS",
    "FEWEST",
    "LESS",
    "LINES",
    "Behind",
    "Board",
    "Compared",
    "Line",
    "Part",
    "Reviewed",
    "Rollup",
    "above",
    "as_export",
    "as_facts",
    "asked_splits",
    "behind",
    "by_province",
    "changes_seen",
    "compared",
    "dashboard",
    "elapsed",
    "fetch_unit",
    "numbers_of",
    "openable",
    "parts",
    "parts_by",
    "parts_by_unit",
    "periods_beside",
    "rates_for",
    "reviewed",
    "rolled_up",
    "rollup",
    "scope_of",
    "told",
    "told_by",
    "told_by_unit",
    "tree_for",
    "values",
    "where_of",
    "works_in",
]
