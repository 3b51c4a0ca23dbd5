"""Which action stands behind each move of the table that is made by hand."""

from collections.abc import Callable
from functools import partial
from typing import Any

from gongyi.casework.actions.answers import (
    answer_case,
    approve_answer,
    call_back,
    object_to,
    order_redo,
    reopen_case,
    save_draft,
    send_back,
)
from gongyi.casework.actions.care import (
    attach,
    correct_case,
    declare_conflict,
    recategorise,
    remind,
    set_external,
    void_case,
    write_visit,
)
from gongyi.casework.actions.concerned import mark_about
from gongyi.casework.actions.joining import join_case, leave_case, merge_case, unmerge_case
from gongyi.casework.actions.portal import ask_asker
from gongyi.casework.actions.recall import (
    recall_case,
    unaccept_case,
    unattach,
    uncontact_case,
    unlog_work,
    unsign_case,
)
from gongyi.casework.actions.routine import file_case
from gongyi.casework.actions.work import (
    accept_case,
    ask_extension,
    assign_case,
    assist_case,
    contact_asker,
    decide_extension,
    decline_case,
    log_work,
    park_case,
    return_case,
    sign_case,
    wake_case,
)

ACTS: dict[str, Callable[..., Any]] = {
    "accept": accept_case, "recall": recall_case, "unaccept": unaccept_case, "unsign": unsign_case, "uncontact": uncontact_case, "unlog": unlog_work, "unattach": unattach,
    "assign": assign_case, "transfer": assign_case,
    "decline": decline_case, "sign": sign_case, "return": return_case,
    "contact": contact_asker, "log": log_work, "assist": assist_case, "answer": answer_case,
    "save_draft": save_draft, "ask_extension": ask_extension, "park": park_case,
    "approve_answer": approve_answer, "send_back": send_back,
    "approve_extension": partial(decide_extension, agreed=True),
    "refuse_extension": partial(decide_extension, agreed=False),
    "wake": wake_case, "call_back": call_back, "object": object_to, "redo": order_redo,
    "reopen": reopen_case, "file": file_case, "recategorise": recategorise,
    "correct": correct_case, "visit": write_visit, "attach": attach, "remind": partial(remind, action="remind"),
    "supervise": partial(remind, action="supervise"), "external": set_external, "conflict": declare_conflict,
    "join": join_case, "leave": leave_case, "merge": merge_case, "unmerge": unmerge_case,
    "void": void_case, "ask": ask_asker, "about": mark_about,
}  # fmt: skip
