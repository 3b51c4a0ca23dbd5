"""Reads of the whole product."""

from gongyi.home.queries.bench import bare_rows, told_cases
from gongyi.home.queries.day import EVENTS, begin_of, capped, in_others_hands, meanwhile, only_mine
from gongyi.home.queries.first import doers_of, first_tasks

__all__ = [
    "EVENTS",
    "bare_rows",
    "begin_of",
    "capped",
    "doers_of",
    "first_tasks",
    "in_others_hands",
    "meanwhile",
    "only_mine",
    "told_cases",
]
