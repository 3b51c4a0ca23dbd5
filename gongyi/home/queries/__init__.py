"""Reads of the whole product."""

from gongyi.home.queries.bench import bare_rows, blank_form, told_cases, told_proposals
from gongyi.home.queries.day import (
    EVENTS,
    asked_tables,
    begin_of,
    capped,
    in_others_hands,
    meanwhile,
    only_mine,
)
from gongyi.home.queries.first import doers_of, first_tasks
from gongyi.home.queries.jobs import OF_BACKUPS, JobLine, backup_jobs, jobs, worker_trouble
from gongyi.home.queries.outgoing import (
    Outgoing,
    WayState,
    counts,
    deliveries,
    group_of,
    groups,
    in_words,
    sms_on,
    sms_ready,
    system_tasks,
    way_of,
    ways,
)

__all__ = [
    "EVENTS",
    "OF_BACKUPS",
    "JobLine",
    "Outgoing",
    "WayState",
    "asked_tables",
    "backup_jobs",
    "bare_rows",
    "begin_of",
    "blank_form",
    "capped",
    "counts",
    "deliveries",
    "doers_of",
    "first_tasks",
    "group_of",
    "groups",
    "in_others_hands",
    "in_words",
    "jobs",
    "meanwhile",
    "only_mine",
    "sms_on",
    "sms_ready",
    "system_tasks",
    "told_cases",
    "told_proposals",
    "way_of",
    "ways",
    "worker_trouble",
]
