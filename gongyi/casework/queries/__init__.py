"""Reads of casework."""

from gongyi.casework.queries.case import (
    JOINED,
    about_of,
    asker_of,
    attachments_of,
    fetch,
    last_return,
    lead_on,
    one_visit,
    roles_of,
    taken_back,
    timeline,
)
from gongyi.casework.queries.choices import filled, find_topics, reasons, templates_for, topic_named, types
from gongyi.casework.queries.handover import handover_drafts, handover_lines, handover_waiting, open_matters
from gongyi.casework.queries.limits import REOPENABLE, STEP_LIMITS, limit_of, span_for, why
from gongyi.casework.queries.lists import (
    Row,
    Wanted,
    count,
    list_keys,
    list_parts,
    open_of_phone,
    page,
    row,
    rows_of,
    wanted_of,
)
from gongyi.casework.queries.proposals import Proposal, Proposals, likely_unit, propose
from gongyi.casework.queries.quality import Point, checklist, promise_without_date
from gongyi.casework.queries.similar import Similar, similar
from gongyi.casework.queries.today import my_day, next_elsewhere
from gongyi.casework.queries.words import STEP_ICONS, buttons, clocks, events, sheet, turn_of, turn_words, who_did
from gongyi.core.paging import COUNT_TO, PAGE
from gongyi.core.spans import due_at
from gongyi.core.timeline import Told, Turn

__all__ = [
    "COUNT_TO",
    "JOINED",
    "PAGE",
    "REOPENABLE",
    "STEP_ICONS",
    "STEP_LIMITS",
    "Point",
    "Proposal",
    "Proposals",
    "Row",
    "Similar",
    "Told",
    "Turn",
    "Wanted",
    "about_of",
    "asker_of",
    "attachments_of",
    "buttons",
    "checklist",
    "clocks",
    "count",
    "due_at",
    "events",
    "fetch",
    "filled",
    "find_topics",
    "handover_drafts",
    "handover_lines",
    "handover_waiting",
    "last_return",
    "lead_on",
    "likely_unit",
    "limit_of",
    "list_keys",
    "list_parts",
    "my_day",
    "next_elsewhere",
    "one_visit",
    "open_matters",
    "open_of_phone",
    "page",
    "promise_without_date",
    "propose",
    "reasons",
    "roles_of",
    "row",
    "rows_of",
    "sheet",
    "similar",
    "span_for",
    "taken_back",
    "templates_for",
    "timeline",
    "topic_named",
    "turn_of",
    "turn_words",
    "types",
    "wanted_of",
    "who_did",
    "why",
]
