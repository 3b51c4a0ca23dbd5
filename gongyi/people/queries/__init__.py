"""Reads about people who work here: accounts and grants, holders of posts, gaps in the network, hand-over packs."""

from gongyi.people.queries.access_log import Look, looked_by, looks_at
from gongyi.people.queries.grants import (
    actor_of,
    desk_for_residents,
    find_staff,
    first_with,
    grants_in_force,
    group_of,
    holders,
    reader_of,
    somebody_else,
    staff_named,
)

__all__ = [
    "Look",
    "actor_of",
    "desk_for_residents",
    "find_staff",
    "first_with",
    "grants_in_force",
    "group_of",
    "holders",
    "looked_by",
    "looks_at",
    "reader_of",
    "somebody_else",
    "staff_named",
]
