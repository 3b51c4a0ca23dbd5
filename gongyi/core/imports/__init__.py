"""Imports: tables from outside become rows of the product, checked first, each once, seen all at once, taken back for a day.

`table` finds the headings, `kinds` says what can be imported, `entrance` asks the gate, `plan` checks, `runs` stores.
"""

from gongyi.core.imports.entrance import check_entrance, without_refused
from gongyi.core.imports.kinds import KINDS, Checked, Kind, kinds_of, register
from gongyi.core.imports.plan import Draft, Plan, first_draft, lacking, make_plan, problems, told_twice
from gongyi.core.imports.runs import (
    alone,
    batches,
    can_undo,
    cancel,
    carry_out,
    open_run,
    pending,
    sweep,
    take_back,
    undo,
)
from gongyi.core.imports.table import Column, Layout, Sheet, headings

__all__ = [
    "KINDS",
    "Checked",
    "Column",
    "Draft",
    "Kind",
    "Layout",
    "Plan",
    "Sheet",
    "alone",
    "batches",
    "can_undo",
    "cancel",
    "carry_out",
    "check_entrance",
    "first_draft",
    "headings",
    "kinds_of",
    "lacking",
    "make_plan",
    "open_run",
    "pending",
    "problems",
    "register",
    "sweep",
    "take_back",
    "told_twice",
    "undo",
    "without_refused",
]
