"""Reads about units, their history, their posts and duties, calendars, and the packed list of divisions."""

from gongyi.network.queries.calendar import calendar_days, calendar_of
from gongyi.network.queries.divisions import county_rows
from gongyi.network.queries.history import Then, Tree, changes_of, counting_tree, days_of_change, tree_on
from gongyi.network.queries.limits import Limit, Recount, Why, explained
from gongyi.network.queries.pickers import place_field, unit_field
from gongyi.network.queries.units import (
    Branch,
    Reach,
    chain,
    counties,
    find_units,
    home_county,
    initials,
    open_duties,
    open_posts,
    reach_of,
    running_units,
    successor_of,
    tree_of,
    unit_coded,
    unit_hits,
    unit_named,
    units_below,
)

__all__ = [
    "Branch",
    "Limit",
    "Reach",
    "Recount",
    "Then",
    "Tree",
    "Why",
    "calendar_days",
    "calendar_of",
    "chain",
    "changes_of",
    "counties",
    "counting_tree",
    "county_rows",
    "days_of_change",
    "explained",
    "find_units",
    "home_county",
    "initials",
    "open_duties",
    "open_posts",
    "place_field",
    "reach_of",
    "running_units",
    "successor_of",
    "tree_of",
    "tree_on",
    "unit_coded",
    "unit_field",
    "unit_hits",
    "unit_named",
    "units_below",
]
