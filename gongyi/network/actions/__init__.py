"""Writes to the network. Later apps add to the three registries from their `AppConfig.ready`."""

from gongyi.network.actions.calendar import calendar_changed, clear_day, set_day
from gongyi.network.actions.checks import ABOVE
from gongyi.network.actions.loading import Loaded, load_units
from gongyi.network.actions.posts import add_duty, assign_duty, create_post, end_duty, end_post
from gongyi.network.actions.tree import (
    close_unit,
    closing_checks,
    closing_hindrances,
    merge_unit,
    move_unit,
    namesakes,
    open_unit,
    rename_unit,
    reopen_unit,
    start_unit,
    unit_merged,
    verify_contact,
)

__all__ = [
    "ABOVE",
    "Loaded",
    "add_duty",
    "assign_duty",
    "calendar_changed",
    "clear_day",
    "close_unit",
    "closing_checks",
    "closing_hindrances",
    "create_post",
    "end_duty",
    "end_post",
    "load_units",
    "merge_unit",
    "move_unit",
    "namesakes",
    "open_unit",
    "rename_unit",
    "reopen_unit",
    "set_day",
    "start_unit",
    "unit_merged",
    "verify_contact",
]
