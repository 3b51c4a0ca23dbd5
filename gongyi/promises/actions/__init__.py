"""Everything that changes a promise. Other apps enter theirs by `make_promise`, or by `plan_promises` and `bind_planned`."""

from gongyi.promises.actions.keeping import (
    admit_broken,
    change_date,
    confirm_kept,
    judge_broken,
    open_file,
    publish_promise,
    report_kept,
    send_back,
    unpublish_promise,
    withdraw_promise,
)
from gongyi.promises.actions.ledger import (
    bind_planned,
    checked,
    end_promises,
    hand_promises_on,
    make_promise,
    plan_promises,
)
from gongyi.promises.actions.meetings import promise_at_meeting
from gongyi.promises.actions.routine import follow_successor, recompute_wakes, run_clock, set_wake_days

__all__ = [
    "admit_broken",
    "bind_planned",
    "change_date",
    "checked",
    "confirm_kept",
    "end_promises",
    "follow_successor",
    "hand_promises_on",
    "judge_broken",
    "make_promise",
    "open_file",
    "plan_promises",
    "promise_at_meeting",
    "publish_promise",
    "recompute_wakes",
    "report_kept",
    "run_clock",
    "send_back",
    "set_wake_days",
    "unpublish_promise",
    "withdraw_promise",
]
