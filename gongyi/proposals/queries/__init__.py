"""Reads of proposals."""

from gongyi.proposals.queries.case import (
    JOINED,
    attachments_of,
    authors_of,
    fetch,
    lead_on,
    merged_into,
    openable,
    opinions_of,
    pieces_of,
    planned_for,
    promises_of,
    roles_of,
    timeline,
)
from gongyi.proposals.queries.choices import categories, causes, result_classes, sessions
from gongyi.proposals.queries.handover import handover_lines, open_proposals
from gongyi.proposals.queries.limits import limit_of, limits_of, why
from gongyi.proposals.queries.lists import Row, Wanted, count, list_keys, numbered, page, row, rows_of, wanted_of
from gongyi.proposals.queries.today import my_day
from gongyi.proposals.queries.words import AT_ONCE, buttons, clocks, events, turn_of

__all__ = [
    "AT_ONCE",
    "JOINED",
    "Row",
    "Wanted",
    "attachments_of",
    "authors_of",
    "buttons",
    "categories",
    "causes",
    "clocks",
    "count",
    "events",
    "fetch",
    "handover_lines",
    "lead_on",
    "limit_of",
    "limits_of",
    "list_keys",
    "merged_into",
    "my_day",
    "numbered",
    "open_proposals",
    "openable",
    "opinions_of",
    "page",
    "pieces_of",
    "planned_for",
    "promises_of",
    "result_classes",
    "roles_of",
    "row",
    "rows_of",
    "sessions",
    "timeline",
    "turn_of",
    "wanted_of",
    "why",
]
